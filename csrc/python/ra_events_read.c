/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* settlement_read, settlement_profiles, settlement_check, settlement_digits. */
#include <string.h>

#include "python/ra_events_python.h"
#include "read/ra_settle_builtin.h"

#define OPTIONS_LIMIT ((size_t)64 << 20)

const char ra_settlement_profiles_doc[] = "settlement_profiles()\n--\n\n"
                                          "The built-in profiles as a list of (name, text).";

/* The name is the first line's second word, as every built-in text begins with "profile NAME". */
PyObject *ra_settlement_profiles(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(unused)) {
    static const char first[] = "profile ";
    PyObject *list = PyList_New(0);
    const char *text;
    for (size_t i = 0; list != NULL && (text = ra_settle_builtin(i)) != NULL; i++) {
        const char *name = text + sizeof first - 1, *end = strchr(name, '\n');
        list = ra_append_new(list, Py_BuildValue("(s#s)", name, (Py_ssize_t)(end - name), text));
    }
    return list;
}

const char ra_settlement_check_doc[] =
    "settlement_check(text)\n--\n\n"
    "Check a profile's text and return its name. Raises Error with the line as row.";

PyObject *ra_settlement_check(PyObject *module, PyObject *text) {
    ra_str content;
    ra_error error = {.code = RA_OK};
    if (!ra_text_from(text, &content)) return NULL;
    ra_settle_profile *profile = PyMem_Malloc(sizeof *profile);
    if (profile == NULL) return PyErr_NoMemory();
    ra_arena arena;
    ra_zone zone = {.offset = 0};
    ra_arena_init(&arena, OPTIONS_LIMIT, NULL);
    ra_status status = ra_settle_profile_parse(content, profile, &error);
    PyObject *name = NULL;
    if (status != RA_OK || ra_events_profile_zone(profile, &arena, &zone)) {
        if (status == RA_OK) status = ra_settle_profile_zone(profile, &zone, &error);
        name = status == RA_OK ? ra_text_to(profile->name)
                               : ra_raise(PyModule_GetState(module), status, &error);
    }
    ra_arena_free(&arena);
    PyMem_Free(profile);
    return name;
}

const char ra_settlement_digits_doc[] =
    "settlement_digits(currency)\n--\n\n"
    "Digits behind the point of a currency after ISO 4217; 2 when it is not listed there.";

PyObject *ra_settlement_digits(PyObject *Py_UNUSED(module), PyObject *currency) {
    ra_str text;
    char code[4];
    if (!ra_text_from(currency, &text)) return NULL;
    if (ra_currency_from(text, code)) return PyLong_FromLong(ra_currency_digits(code));
    PyErr_SetString(PyExc_ValueError, "a currency is a code of three letters");
    return NULL;
}

/* The zones that only the tz database knows; what is wrong with a text is the reader's to say. */
static bool zones_from(const ra_str *texts, size_t count, ra_arena *arena,
                       ra_settle_options *options) {
    ra_zone *zones = ra_arena_array(arena, count, sizeof(ra_zone));
    ra_settle_profile *profile = PyMem_Malloc(sizeof *profile);
    if (zones == NULL || profile == NULL) {
        PyMem_Free(profile);
        PyErr_NoMemory();
        return false;
    }
    bool done = true;
    for (size_t i = 0; done && i < count; i++) {
        zones[i] = (ra_zone){.offset = 0};
        if (ra_settle_profile_parse(texts[i], profile, NULL) == RA_OK) {
            done = ra_events_profile_zone(profile, arena, &zones[i]);
        }
    }
    PyMem_Free(profile);
    options->profile_zones = zones;
    return done;
}

/* The texts of a sequence of (name, text); `kept` is a tuple that keeps them alive. */
static bool profiles_from(PyObject *sequence, ra_arena *arena, PyObject **kept,
                          ra_settle_options *options) {
    if (sequence == Py_None) return true;
    *kept = PySequence_Tuple(sequence);
    if (*kept == NULL) return false;
    size_t count = (size_t)PyTuple_Size(*kept);
    ra_str *texts = ra_arena_array(arena, count, sizeof(ra_str));
    if (texts == NULL) {
        PyErr_NoMemory();
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        PyObject *pair = PyTuple_GetItem(*kept, (Py_ssize_t)i);
        if (!PyTuple_Check(pair) || PyTuple_Size(pair) != 2) {
            PyErr_SetString(PyExc_TypeError, "a profile is a tuple (name, text)");
            return false;
        }
        if (!ra_text_from(PyTuple_GetItem(pair, 1), &texts[i])) return false;
    }
    options->profiles = texts;
    options->profile_count = count;
    return zones_from(texts, count, arena, options);
}

static bool currency_from(PyObject *object, ra_settle_options *options) {
    ra_str code;
    if (object == Py_None) return true;
    if (!ra_text_from(object, &code)) return false;
    if (ra_currency_from(code, options->currency)) return true;
    PyErr_SetString(PyExc_ValueError, "a currency is a code of three letters");
    return false;
}

/* Bytes-like objects other than bytes are copied, so that nobody changes them meanwhile. */
static PyObject *source_of(PyObject *object) {
    if (PyUnicode_Check(object) || PyBytes_Check(object)) return Py_NewRef(object);
    if (PyObject_CheckBuffer(object)) return PyBytes_FromObject(object);
    return Py_NewRef(object);
}

static PyObject *read_source(ra_module_state *state, PyObject *object,
                             const ra_settle_options *options) {
    ra_source source;
    ra_events events;
    ra_error error = {.code = RA_OK};
    PyObject *bytes = source_of(object);
    if (bytes == NULL || ra_source_open(&source, bytes) < 0) {
        Py_XDECREF(bytes);
        return NULL;
    }
    ra_status status;
    Py_BEGIN_ALLOW_THREADS;
    status = ra_settle_read(source.input, options, NULL, &events, &error);
    Py_END_ALLOW_THREADS;
    ra_source_close(&source);
    Py_DECREF(bytes);
    if (status == RA_OK) return ra_events_new(state, &events);
    /* The error's column is a text of the events. */
    ra_raise(state, status, &error);
    ra_events_free(&events);
    return NULL;
}

const char ra_settlement_read_doc[] =
    "settlement_read(source, *, profiles=None, timezone='UTC', decimals=None, currency=None)\n"
    "--\n\n"
    "The events of a settlement report: `source` is a path or the file's bytes. `profiles` are "
    "(name, text) tried before the built-in ones, `timezone` is that of times without one, "
    "`decimals` {currency: digits} where they differ from ISO 4217, `currency` that of files "
    "that name none. Raises Error with row, offset and column where the file cannot be read.";

PyObject *ra_settlement_read(PyObject *module, PyObject *args, PyObject *kwargs) {
    static char *names[] = {"source", "profiles", "timezone", "decimals", "currency", NULL};
    PyObject *source, *profiles = Py_None, *zone = NULL, *decimals = Py_None;
    PyObject *currency = Py_None, *kept = NULL, *result = NULL;
    ra_settle_options options = {.limit = RA_EVENTS_LIMIT};
    ra_arena arena;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O|$OUOO", names, &source, &profiles, &zone,
                                     &decimals, &currency)) {
        return NULL;
    }
    ra_arena_init(&arena, OPTIONS_LIMIT, NULL);
    if ((zone == NULL || ra_events_zone(zone, &arena, &options.zone)) &&
        profiles_from(profiles, &arena, &kept, &options) &&
        ra_events_digits(decimals, &arena, &options) && currency_from(currency, &options)) {
        result = read_source(PyModule_GetState(module), source, &options);
    }
    Py_XDECREF(kept);
    ra_arena_free(&arena);
    return result;
}

/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Time zones and currencies' digits as the settlement reader takes them. */
#include <string.h>

#include "python/ra_events_python.h"

#define FIRST_SECOND INT64_C(631152000) /* 1990-01-01 */
#define LAST_SECOND INT64_C(2524608000) /* 2050-01-01 */
#define STEP (INT64_C(30) * 86400)      /* no zone changes twice in so short a time but by edict */
#define CHANGES_MAX 512

typedef struct zone_probe {
    PyObject *zone, *datetime; /* borrowed: a ZoneInfo, the class datetime */
} zone_probe;

/* Seconds east of UTC at that moment; INT32_MIN with an exception. */
static int32_t offset_at(const zone_probe *probe, int64_t utc) {
    PyObject *moment =
        PyObject_CallMethod(probe->datetime, "fromtimestamp", "LO", (long long)utc, probe->zone);
    PyObject *delta = moment != NULL ? PyObject_CallMethod(moment, "utcoffset", NULL) : NULL;
    PyObject *seconds = delta != NULL ? PyObject_CallMethod(delta, "total_seconds", NULL) : NULL;
    double value = seconds != NULL ? PyFloat_AsDouble(seconds) : 0;
    Py_XDECREF(seconds);
    Py_XDECREF(delta);
    Py_XDECREF(moment);
    return PyErr_Occurred() ? INT32_MIN : (int32_t)value;
}

/* The first second of the new offset, between two moments of different ones. */
static bool find_change(const zone_probe *probe, int64_t low, int64_t high, int32_t before,
                        int64_t *out) {
    while (high - low > 1) {
        int64_t middle = low + (high - low) / 2;
        int32_t offset = offset_at(probe, middle);
        if (offset == INT32_MIN) return false;
        if (offset == before) {
            low = middle;
        } else {
            high = middle;
        }
    }
    *out = high;
    return true;
}

static bool collect(const zone_probe *probe, ra_zone_change *changes, size_t *count) {
    int32_t offset = offset_at(probe, FIRST_SECOND);
    changes[0] = (ra_zone_change){INT64_MIN, offset};
    *count = 1;
    for (int64_t at = FIRST_SECOND; offset != INT32_MIN && at < LAST_SECOND; at += STEP) {
        int32_t next = offset_at(probe, at + STEP);
        if (next == offset || next == INT32_MIN || *count == CHANGES_MAX) {
            offset = next;
            continue;
        }
        int64_t from;
        if (!find_change(probe, at, at + STEP, offset, &from)) return false;
        changes[(*count)++] = (ra_zone_change){from, next};
        offset = next;
    }
    return offset != INT32_MIN;
}

static PyObject *zone_of(PyObject *name) {
    PyObject *module = PyImport_ImportModule("zoneinfo");
    PyObject *zone = module != NULL ? PyObject_CallMethod(module, "ZoneInfo", "O", name) : NULL;
    Py_XDECREF(module);
    /* A name that is a folder of the database, as "Europe", may be an OSError. */
    if (zone == NULL &&
        (PyErr_ExceptionMatches(PyExc_LookupError) || PyErr_ExceptionMatches(PyExc_OSError))) {
        PyErr_Clear();
        PyErr_Format(PyExc_ValueError, "unknown time zone: %S", name);
    }
    return zone;
}

bool ra_events_zone(PyObject *name, ra_arena *arena, ra_zone *zone) {
    *zone = (ra_zone){.offset = 0};
    const char *text = PyUnicode_AsUTF8AndSize(name, NULL);
    if (text == NULL) return false;
    if (strcmp(text, "UTC") == 0) return true;
    ra_zone_change *changes = ra_arena_array(arena, CHANGES_MAX, sizeof(ra_zone_change));
    if (changes == NULL) {
        PyErr_NoMemory();
        return false;
    }
    zone_probe probe = {.zone = zone_of(name)};
    PyObject *module = probe.zone != NULL ? PyImport_ImportModule("datetime") : NULL;
    if (module != NULL) probe.datetime = PyObject_GetAttrString(module, "datetime");
    bool done = probe.datetime != NULL && collect(&probe, changes, &zone->count);
    zone->changes = changes;
    Py_XDECREF(probe.datetime);
    Py_XDECREF(module);
    Py_XDECREF(probe.zone);
    return done;
}

bool ra_events_profile_zone(const ra_settle_profile *profile, ra_arena *arena, ra_zone *zone) {
    *zone = (ra_zone){.offset = 0};
    if (profile->zone_name.len == 0 || profile->has_zone) return true;
    PyObject *name = ra_text_to(profile->zone_name);
    bool found = name != NULL && ra_events_zone(name, arena, zone);
    Py_XDECREF(name);
    if (found || !PyErr_ExceptionMatches(PyExc_ValueError)) return found;
    PyErr_Clear();
    *zone = (ra_zone){.offset = 0};
    return true;
}

static bool digits_from(PyObject *key, PyObject *value, ra_settle_digits *out) {
    ra_str code;
    if (!ra_text_from(key, &code)) return false;
    long digits = PyLong_AsLong(value);
    if (digits == -1 && PyErr_Occurred()) return false;
    if (!ra_currency_from(code, out->currency) || digits < 0 || digits > 9) {
        PyErr_SetString(PyExc_ValueError, "decimals are {currency code: 0 to 9}");
        return false;
    }
    out->digits = (uint8_t)digits;
    return true;
}

bool ra_events_digits(PyObject *dict, ra_arena *arena, ra_settle_options *options) {
    PyObject *key, *value;
    Py_ssize_t at = 0;
    if (dict == Py_None) return true;
    if (!PyDict_Check(dict)) {
        PyErr_SetString(PyExc_TypeError, "decimals is a dict or None");
        return false;
    }
    size_t room = (size_t)PyDict_Size(dict);
    ra_settle_digits *digits = ra_arena_array(arena, room, sizeof *digits);
    if (digits == NULL) {
        PyErr_NoMemory();
        return false;
    }
    while (options->digits_count < room && PyDict_Next(dict, &at, &key, &value)) {
        if (!digits_from(key, value, &digits[options->digits_count])) return false;
        options->digits_count++;
    }
    options->digits = digits;
    return true;
}

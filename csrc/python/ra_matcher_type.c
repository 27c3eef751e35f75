/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Matcher: events of a settlement against open items, streamed from the database. */
#include "python/ra_matcher.h"

#include <string.h>

#define SIGNAL_ROWS 20000 /* rows between two looks at signals */

typedef struct ra_matcher_object {
    PyObject_HEAD ra_match *match;
    ra_arena arena; /* of the events */
    bool working;   /* a thread is inside load() or match() */
    bool partial;   /* an item could not be taken: what is unique among the rest proves nothing */
} ra_matcher_object;

PyDoc_STRVAR(
    matcher_doc,
    "Matcher(events, *, threshold=0.999, days_before=3, days_after=60, amounts=True, "
    "groups=True, limit=0)\n--\n\n"
    "Match events (dicts with the fields of docs/settlements.md) with open items. First give "
    "the items (load, add_items), then call match() once. `threshold` is the probability from "
    "which a match by amount is taken; the days bound how much older or younger than its item "
    "an event may be; `limit` bounds the memory in bytes.");

static bool options_from(PyObject *kwargs, ra_match_options *out) {
    static char *names[] = {"threshold", "days_before", "days_after", "amounts",
                            "groups",    "limit",       NULL};
    *out = ra_match_defaults();
    int amounts = out->amounts, groups = out->groups;
    Py_ssize_t limit = 0;
    PyObject *none = PyTuple_New(0);
    bool done = none != NULL && PyArg_ParseTupleAndKeywords(
                                    none, kwargs, "|$diippn:Matcher", names, &out->threshold,
                                    &out->days_before, &out->days_after, &amounts, &groups, &limit);
    Py_XDECREF(none);
    if (!done) return false;
    const int32_t years = 36600;
    bool sound = out->threshold > 0.5 && out->threshold <= 1 && out->days_before >= 0 &&
                 out->days_before <= years && out->days_after >= 0 && out->days_after <= years &&
                 limit >= 0;
    if (!sound) PyErr_SetString(PyExc_ValueError, "an option is out of range");
    out->amounts = amounts != 0;
    out->groups = groups != 0;
    out->limit = (size_t)limit;
    return sound;
}

static PyObject *matcher_new(PyTypeObject *type, PyObject *args, PyObject *kwargs) {
    PyObject *rows;
    ra_match_options options;
    size_t count = 0;
    if (!PyArg_ParseTuple(args, "O:Matcher", &rows) || !options_from(kwargs, &options)) return NULL;
    ra_matcher_object *self = (ra_matcher_object *)PyType_GenericAlloc(type, 0);
    if (self == NULL) return NULL;
    ra_arena_init(&self->arena, 0, NULL);
    const ra_match_event *events =
        ra_matcher_events_from(PyType_GetModuleState(type), rows, &self->arena, &count);
    ra_status status =
        events == NULL ? RA_OK : ra_match_open(events, count, &options, NULL, &self->match);
    if (status != RA_OK) ra_raise(PyType_GetModuleState(type), status, NULL);
    if (self->match == NULL) Py_CLEAR(self);
    return (PyObject *)self;
}

/* False with an exception while another thread works with the matcher. */
static bool is_idle(const ra_matcher_object *self) {
    if (self->working) PyErr_SetString(PyExc_RuntimeError, "another thread uses this matcher");
    return !self->working;
}

PyDoc_STRVAR(add_items_doc,
             "add_items(items)\n--\n\n"
             "Offer open items: tuples (id, kind, day, currency, open, total, party, email, ids, "
             "refs) like the columns of load(), ids and refs as lists. Returns their number.");

static PyObject *add_items(PyObject *object, PyObject *items) {
    ra_matcher_object *self = (ra_matcher_object *)object;
    if (!is_idle(self)) return NULL;
    Py_ssize_t count = PySequence_Size(items);
    for (Py_ssize_t i = 0; i < count; i++) {
        ra_matcher_item item;
        PyObject *tuple = PySequence_GetItem(items, i);
        /* The sequence may be Python code, in which another thread has its turn. */
        bool read = tuple != NULL && ra_matcher_item_from(tuple, &item) && is_idle(self);
        ra_status status = read ? ra_match_add(self->match, &item.item) : RA_OK;
        Py_XDECREF(tuple);
        if (read && status == RA_OK) continue;
        ra_error error = {.code = status, .row = (uint64_t)i + 1};
        self->partial = true;
        return read ? ra_raise(ra_state_of(object), status, &error) : NULL;
    }
    return count < 0 ? NULL : PyLong_FromSsize_t(count);
}

/* A COPY being read without the GIL. */
typedef struct ra_loading {
    const ra_pg_api *api;
    void *connection;
    ra_item_stream items;
    ra_pg_error pg_error;
    ra_error error;
    PyThreadState *thread;
} ra_loading;

static ra_status stream_items(ra_loading *loading, const char *statement) {
    ra_pg_read *read = NULL;
    uint64_t looked = 0;
    ra_status status =
        ra_pg_read_begin(loading->api, loading->connection, statement, &read, &loading->pg_error);
    while (status == RA_OK) {
        const void *data;
        size_t size;
        status = ra_pg_read_next(read, &data, &size, &loading->pg_error);
        if (status == RA_OK)
            status = ra_item_stream_put(&loading->items, data, size, &loading->error);
        if (status == RA_OK && loading->items.rows - looked >= SIGNAL_ROWS) {
            looked = loading->items.rows;
            status = ra_check_signals(&loading->thread);
        }
    }
    ra_pg_read_close(read);
    return status == RA_END ? RA_OK : status;
}

static PyObject *raise_loading(ra_module_state *state, ra_status status,
                               const ra_loading *loading) {
    if (PyErr_Occurred()) return NULL;
    bool database =
        loading->error.code == RA_OK && (status == RA_DB_FAILED || status == RA_BAD_ARGUMENT);
    return database ? ra_raise_database(state, &loading->pg_error)
                    : ra_raise(state, status, &loading->error);
}

PyDoc_STRVAR(
    load_doc,
    "load(connection, statement)\n--\n\n"
    "Offer the rows of COPY (SELECT id::int8, kind::int2, day::int4, currency::text, "
    "open::int8, total::int8, party::text, email::text, ids, refs ...) TO STDOUT (FORMAT binary) "
    "on psycopg2's native connection; ids and refs are text[] or text of one key per line. The "
    "caller holds a savepoint. Returns the number of rows. Raises Error with row and column, or "
    "DatabaseError.");

static PyObject *load(PyObject *object, PyObject *args) {
    ra_matcher_object *self = (ra_matcher_object *)object;
    ra_module_state *state = ra_state_of(object);
    PyObject *capsule;
    const char *statement;
    if (!PyArg_ParseTuple(args, "Os", &capsule, &statement) || !is_idle(self)) return NULL;
    ra_loading loading = {.items = {.match = self->match}};
    if (!ra_connection_from(state, capsule, &loading.api, &loading.connection)) return NULL;
    self->working = true;
    loading.thread = PyEval_SaveThread();
    ra_status status = stream_items(&loading, statement);
    PyEval_RestoreThread(loading.thread);
    self->working = false;
    self->partial = self->partial || status != RA_OK;
    if (status != RA_OK) return raise_loading(state, status, &loading);
    return PyLong_FromUnsignedLongLong(loading.items.rows);
}

PyDoc_STRVAR(match_doc, "match()\n--\n\n"
                        "Match, once. Returns a MatchResult. Raises Error(duplicate_key) when an "
                        "item was offered twice, Error(total_mismatch) when the proof fails.");

static PyObject *match(PyObject *object, PyObject *Py_UNUSED(ignored)) {
    ra_matcher_object *self = (ra_matcher_object *)object;
    ra_match_result result;
    if (!is_idle(self)) return NULL;
    if (self->partial) return PyErr_Format(PyExc_RuntimeError, "some items could not be loaded");
    self->working = true;
    PyThreadState *thread = PyEval_SaveThread();
    ra_status status = ra_match_run(self->match, &result);
    PyEval_RestoreThread(thread);
    self->working = false;
    if (status != RA_OK) return ra_raise(ra_state_of(object), status, NULL);
    return ra_matcher_result_to(ra_state_of(object), self->match, &result);
}

static void matcher_dealloc(PyObject *object) {
    ra_matcher_object *self = (ra_matcher_object *)object;
    PyTypeObject *type = Py_TYPE(object);
    ra_match_close(self->match);
    ra_arena_free(&self->arena);
    type->tp_free(object);
    Py_DECREF(type);
}

static PyMethodDef matcher_methods[] = {
    {"add_items", add_items, METH_O, add_items_doc},
    {"load", load, METH_VARARGS, load_doc},
    {"match", match, METH_NOARGS, match_doc},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot matcher_slots[] = {
    {Py_tp_doc, (void *)matcher_doc},
    {Py_tp_new, matcher_new},
    {Py_tp_methods, matcher_methods},
    {Py_tp_dealloc, matcher_dealloc},
    {0, NULL},
};

PyType_Spec ra_matcher_spec = {
    .name = "retail_accelerator_native.Matcher",
    .basicsize = sizeof(ra_matcher_object),
    .flags = Py_TPFLAGS_DEFAULT,
    .slots = matcher_slots,
};

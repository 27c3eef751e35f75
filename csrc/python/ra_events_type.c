/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Events: what a settlement report says, row by row or column by column. */
#include <string.h>

#include "python/ra_events_python.h"

typedef struct ra_events_object {
    PyObject_HEAD ra_events events;
} ra_events_object;

PyObject *ra_events_new(ra_module_state *state, ra_events *events) {
    PyObject *object = PyType_GenericAlloc(state->events_type, 0);
    if (object == NULL) {
        ra_events_free(events);
        return NULL;
    }
    ((ra_events_object *)object)->events = *events;
    return object;
}

const ra_events *ra_events_of(ra_module_state *state, PyObject *object) {
    if (!Py_IS_TYPE(object, state->events_type)) {
        PyErr_SetString(PyExc_TypeError, "an Events object is needed");
        return NULL;
    }
    return &((ra_events_object *)object)->events;
}

/* ---- values; each returns a new reference ---- */

static PyObject *rate_to(ra_decimal rate) {
    char text[24];
    if (rate.coefficient == 0) Py_RETURN_NONE;
    return PyUnicode_FromStringAndSize(text, (Py_ssize_t)ra_decimal_format(rate, text));
}

typedef enum value_kind {
    VALUE_ROW,
    VALUE_KIND,
    VALUE_TEXT,
    VALUE_CODE,
    VALUE_TIME,
    VALUE_AMOUNT,
    VALUE_RATE
} value_kind;

typedef struct event_field {
    const char *name;
    value_kind kind;
    size_t offset;
} event_field;

static const event_field fields[] = {
    {"row", VALUE_ROW, offsetof(ra_event, row)},
    {"kind", VALUE_KIND, offsetof(ra_event, kind)},
    {"type", VALUE_TEXT, offsetof(ra_event, type)},
    {"payout", VALUE_TEXT, offsetof(ra_event, payout)},
    {"transaction", VALUE_TEXT, offsetof(ra_event, transaction)},
    {"parent", VALUE_TEXT, offsetof(ra_event, parent)},
    {"order", VALUE_TEXT, offsetof(ra_event, order)},
    {"invoice", VALUE_TEXT, offsetof(ra_event, invoice)},
    {"checkout", VALUE_TEXT, offsetof(ra_event, checkout)},
    {"party", VALUE_TEXT, offsetof(ra_event, party)},
    {"email", VALUE_TEXT, offsetof(ra_event, email)},
    {"date", VALUE_TIME, offsetof(ra_event, date)},
    {"available", VALUE_TIME, offsetof(ra_event, available)},
    {"currency", VALUE_CODE, offsetof(ra_event, currency)},
    {"gross", VALUE_AMOUNT, offsetof(ra_event, gross)},
    {"fee", VALUE_AMOUNT, offsetof(ra_event, fee)},
    {"fee_tax", VALUE_AMOUNT, offsetof(ra_event, fee_tax)},
    {"net", VALUE_AMOUNT, offsetof(ra_event, net)},
    {"paid_currency", VALUE_CODE, offsetof(ra_event, paid_currency)},
    {"paid", VALUE_AMOUNT, offsetof(ra_event, paid)},
    {"rate", VALUE_RATE, offsetof(ra_event, rate)},
    {"description", VALUE_TEXT, offsetof(ra_event, description)},
    {"extra", VALUE_TEXT, offsetof(ra_event, extra)},
};

#define FIELDS (sizeof fields / sizeof fields[0])

static PyObject *value_of(const ra_event *event, const event_field *field) {
    const void *at = (const char *)event + field->offset;
    switch (field->kind) {
    case VALUE_ROW:
        return PyLong_FromUnsignedLongLong(event->row);
    case VALUE_KIND:
        return PyUnicode_FromString(ra_move_name(event->kind));
    case VALUE_TEXT:
        return ra_text_to(*(const ra_str *)at);
    case VALUE_CODE:
        return PyUnicode_FromString(at);
    case VALUE_TIME:
        return ra_time_or_none(*(const int64_t *)at);
    case VALUE_AMOUNT:
        return PyLong_FromLongLong(*(const int64_t *)at);
    case VALUE_RATE:
        return rate_to(event->rate);
    }
    return NULL;
}

/* ---- rows and columns ---- */

static PyObject *events_item(PyObject *object, Py_ssize_t index) {
    const ra_events *events = &((ra_events_object *)object)->events;
    if (index < 0 || (size_t)index >= events->count) {
        PyErr_SetString(PyExc_IndexError, "there is no such event");
        return NULL;
    }
    PyObject *dict = PyDict_New();
    for (size_t i = 0; dict != NULL && i < FIELDS; i++) {
        PyObject *value = value_of(&events->events[index], &fields[i]);
        if (!ra_dict_set(dict, fields[i].name, value)) Py_CLEAR(dict);
    }
    return dict;
}

PyDoc_STRVAR(row_doc, "row(index)\n--\n\nOne event as a dict.");

static PyObject *events_row(PyObject *object, PyObject *index) {
    Py_ssize_t at = PyNumber_AsSsize_t(index, PyExc_IndexError);
    if (at == -1 && PyErr_Occurred()) return NULL;
    return events_item(object, at);
}

PyDoc_STRVAR(column_doc, "column(name)\n--\n\n"
                         "One field of all events as a list: texts, amounts in minor units, times "
                         "in microseconds UTC or None, rates as text or None.");

static PyObject *events_column(PyObject *object, PyObject *name) {
    const ra_events *events = &((ra_events_object *)object)->events;
    const char *text = PyUnicode_AsUTF8AndSize(name, NULL);
    size_t field = 0;
    if (text == NULL) return NULL;
    while (field < FIELDS && strcmp(fields[field].name, text) != 0)
        field++;
    if (field == FIELDS) return PyErr_Format(PyExc_ValueError, "events have no field %s", text);
    PyObject *list = PyList_New((Py_ssize_t)events->count);
    for (size_t i = 0; list != NULL && i < events->count; i++) {
        PyObject *value = value_of(&events->events[i], &fields[field]);
        if (value == NULL || PyList_SetItem(list, (Py_ssize_t)i, value) < 0) Py_CLEAR(list);
    }
    return list;
}

static Py_ssize_t events_length(PyObject *object) {
    return (Py_ssize_t)((ra_events_object *)object)->events.count;
}

/* ---- the file ---- */

static PyObject *events_profile(PyObject *object, void *Py_UNUSED(closure)) {
    return ra_text_to(((ra_events_object *)object)->events.profile);
}

static PyObject *events_columns(PyObject *object, void *Py_UNUSED(closure)) {
    const ra_events *events = &((ra_events_object *)object)->events;
    PyObject *list = PyList_New(0);
    for (size_t i = 0; list != NULL && i < events->column_count; i++)
        list = ra_append_new(list, ra_text_to(events->columns[i]));
    return list;
}

static PyObject *payout_to(const ra_payout *payout) {
    PyObject *dict = PyDict_New();
    if (dict == NULL) return NULL;
    bool known = payout->has_declared;
    int64_t difference = 0;
    if (known && __builtin_sub_overflow(payout->total, payout->declared, &difference)) {
        Py_DECREF(dict);
        return PyErr_Format(PyExc_OverflowError, "a payout is out of range");
    }
    bool done = ra_dict_set(dict, "reference", ra_text_to(payout->reference)) &&
                ra_dict_set(dict, "currency", PyUnicode_FromString(payout->currency)) &&
                ra_dict_set(dict, "date", ra_time_or_none(payout->date)) &&
                ra_dict_set(dict, "declared",
                            known ? PyLong_FromLongLong(payout->declared) : Py_NewRef(Py_None)) &&
                ra_dict_set(dict, "total", PyLong_FromLongLong(payout->total)) &&
                ra_dict_set(dict, "difference",
                            known ? PyLong_FromLongLong(difference) : Py_NewRef(Py_None)) &&
                ra_dict_set(dict, "first", PyLong_FromSize_t(payout->first)) &&
                ra_dict_set(dict, "count", PyLong_FromSize_t(payout->count));
    if (!done) Py_CLEAR(dict);
    return dict;
}

static PyObject *events_payouts(PyObject *object, void *Py_UNUSED(closure)) {
    const ra_events *events = &((ra_events_object *)object)->events;
    PyObject *list = PyList_New(0);
    for (size_t i = 0; list != NULL && i < events->payout_count; i++)
        list = ra_append_new(list, payout_to(&events->payouts[i]));
    return list;
}

static void events_dealloc(PyObject *object) {
    PyTypeObject *type = Py_TYPE(object);
    ra_events_free(&((ra_events_object *)object)->events);
    type->tp_free(object);
    Py_DECREF(type);
}

PyDoc_STRVAR(events_doc, "The events of a settlement report, a sequence of dicts. Made by "
                         "settlement_read and settlement_events.");

static PyMethodDef events_methods[] = {
    {"row", events_row, METH_O, row_doc},
    {"column", events_column, METH_O, column_doc},
    {NULL, NULL, 0, NULL},
};

static PyGetSetDef events_getters[] = {
    {"profile", events_profile, NULL, "Name of the profile that read the file.", NULL},
    {"columns", events_columns, NULL, "The file's header.", NULL},
    {"payouts", events_payouts, NULL,
     "The payouts: dicts of reference, currency, date, declared, total, difference, first, count. "
     "declared and difference are None where the file does not say what is paid out.",
     NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyType_Slot events_slots[] = {
    {Py_tp_doc, (void *)events_doc},
    {Py_tp_methods, events_methods},
    {Py_tp_getset, events_getters},
    {Py_sq_length, events_length},
    {Py_sq_item, events_item},
    {Py_tp_dealloc, events_dealloc},
    {0, NULL},
};

PyType_Spec ra_events_spec = {
    .name = "retail_accelerator_native.Events",
    .basicsize = sizeof(ra_events_object),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .slots = events_slots,
};

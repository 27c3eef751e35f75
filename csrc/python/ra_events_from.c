/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* settlement_events: events from Python's dicts, held to what those of files hold. */
#include <string.h>

#include "python/ra_events_python.h"
#include "read/ra_text.h"

#define AMOUNT_MAX (INT64_MAX / 8)

typedef struct event_source {
    ra_module_state *state;
    ra_events *events;
    PyObject *dict;
    uint64_t row;
} event_source;

static bool fail(const event_source *in, ra_status code, const char *field, const char *message) {
    ra_error error = {.row = in->row};
    (void)ra_fail(&error, code, field, message);
    ra_raise(in->state, code, &error);
    return false;
}

/* Borrowed; *out is NULL when absent, None or False. */
static bool get(const event_source *in, const char *name, PyObject **out) {
    if (!ra_dict_get(in->dict, name, out)) return false;
    if (*out == Py_None || *out == Py_False) *out = NULL;
    return true;
}

static bool take_text(const event_source *in, const char *name, ra_str *out) {
    PyObject *value;
    if (!get(in, name, &value)) return false;
    ra_str text;
    if (value == NULL) return true;
    if (!PyUnicode_Check(value)) return fail(in, RA_BAD_TYPE, name, "this field is a text");
    if (!ra_text_from(value, &text)) return false;
    if (ra_text_check(text) < text.len) return fail(in, RA_BAD_ENCODING, name, NULL);
    if (ra_arena_copy(&in->events->arena, text, out)) return true;
    PyErr_NoMemory();
    return false;
}

static bool take_integer(const event_source *in, const char *name, int64_t *out, bool *given) {
    PyObject *value;
    if (!get(in, name, &value)) return false;
    if (given != NULL) *given = value != NULL;
    if (value == NULL) return true;
    if (!PyLong_Check(value)) {
        return fail(in, RA_BAD_TYPE, name, "amounts are integers, in minor units");
    }
    int overflow;
    long long number = PyLong_AsLongLongAndOverflow(value, &overflow);
    if (overflow != 0 || number > AMOUNT_MAX || number < -AMOUNT_MAX) {
        return fail(in, RA_OVERFLOW, name, NULL);
    }
    *out = number;
    return true;
}

/* Microseconds, or a datetime or its text: one without zone is UTC. */
static bool take_time(const event_source *in, const char *name, int64_t *out) {
    static const ra_zone utc = {.offset = 0};
    PyObject *value;
    if (!get(in, name, &value)) return false;
    if (value == NULL) return true;
    if (PyLong_Check(value)) return take_integer(in, name, out, NULL);
    if (!PyUnicode_Check(value) && !PyObject_HasAttrString(value, "isoformat")) {
        return fail(in, RA_BAD_TYPE, name, "a time is microseconds, a datetime or a text");
    }
    PyObject *text =
        PyUnicode_Check(value) ? Py_NewRef(value) : PyObject_CallMethod(value, "isoformat", NULL);
    if (text == NULL) return false;
    ra_str content;
    ra_status status = RA_BAD_DATE;
    bool read = ra_text_from(text, &content);
    if (read && ra_text_check(content) == content.len) {
        status = ra_settle_time(content, RA_ORDER_UNKNOWN, &utc, out);
    }
    Py_DECREF(text);
    if (!read) return false;
    return status == RA_OK || fail(in, status, name, NULL);
}

static bool take_currency(const event_source *in, const char *name, char out[4]) {
    ra_str text = {NULL, 0};
    if (!take_text(in, name, &text)) return false;
    if (text.len == 0 || ra_currency_from(text, out)) return true;
    return fail(in, RA_UNKNOWN_CURRENCY, name, "a currency is a code of three letters");
}

static bool take_rate(const event_source *in, ra_event *event) {
    ra_str text = {NULL, 0};
    if (!take_text(in, "rate", &text)) return false;
    if (text.len == 0 || ra_decimal_parse(text, &event->rate) == RA_OK) return true;
    return fail(in, RA_BAD_NUMBER, "rate", NULL);
}

static bool take_texts(const event_source *in, ra_event *event) {
    return take_text(in, "type", &event->type) && take_text(in, "payout", &event->payout) &&
           take_text(in, "transaction", &event->transaction) &&
           take_text(in, "parent", &event->parent) && take_text(in, "order", &event->order) &&
           take_text(in, "invoice", &event->invoice) &&
           take_text(in, "checkout", &event->checkout) && take_text(in, "party", &event->party) &&
           take_text(in, "email", &event->email) &&
           take_text(in, "description", &event->description) &&
           take_text(in, "extra", &event->extra);
}

static bool take_kind(const event_source *in, ra_event *event) {
    ra_str kind = {NULL, 0};
    if (!take_text(in, "kind", &kind)) return false;
    if (ra_move_from_name(kind, &event->kind)) return true;
    return fail(in, RA_BAD_TYPE, "kind", "not a kind of event");
}

static bool take_amounts(const event_source *in, ra_event *event) {
    bool has_net;
    if (!take_integer(in, "gross", &event->gross, NULL) ||
        !take_integer(in, "fee", &event->fee, NULL) ||
        !take_integer(in, "fee_tax", &event->fee_tax, NULL) ||
        !take_integer(in, "net", &event->net, &has_net) ||
        !take_integer(in, "paid", &event->paid, NULL)) {
        return false;
    }
    int64_t net = event->gross + event->fee + event->fee_tax;
    if (has_net && net != event->net) {
        return fail(in, RA_TOTAL_MISMATCH, "net", "net is not gross + fee + fee_tax");
    }
    event->net = net;
    return true;
}

static bool take_event(event_source *in) {
    int64_t row = (int64_t)in->row;
    ra_event *event = ra_events_add(in->events);
    if (event == NULL) {
        PyErr_NoMemory();
        return false;
    }
    if (!take_integer(in, "row", &row, NULL)) return false;
    if (row < 0) return fail(in, RA_BAD_NUMBER, "row", "rows count from 1");
    event->row = (uint64_t)row;
    if (!take_kind(in, event) || !take_texts(in, event) ||
        !take_currency(in, "currency", event->currency) ||
        !take_currency(in, "paid_currency", event->paid_currency) ||
        !take_time(in, "date", &event->date) || !take_time(in, "available", &event->available) ||
        !take_rate(in, event) || !take_amounts(in, event)) {
        return false;
    }
    if (event->currency[0] != '\0') return true;
    return fail(in, RA_UNKNOWN_CURRENCY, "currency", "an event needs a currency");
}

static bool take_rows(event_source *in, PyObject *rows) {
    Py_ssize_t count = PySequence_Size(rows);
    if (count < 0) return false;
    for (Py_ssize_t i = 0; i < count; i++) {
        in->row = (uint64_t)i + 1;
        in->dict = PySequence_GetItem(rows, i);
        if (in->dict == NULL) return false;
        bool done = PyDict_Check(in->dict);
        if (!done) PyErr_SetString(PyExc_TypeError, "an event is a dict");
        if (done) done = take_event(in);
        Py_DECREF(in->dict);
        if (!done) return false;
    }
    return true;
}

const char ra_settlement_events_doc[] =
    "settlement_events(rows)\n--\n\n"
    "Events from dicts with the fields of an event: `kind` and `currency` are needed, amounts are "
    "integers in minor units, times microseconds UTC or datetimes, `rate` is a text. Raises Error "
    "with the number of the row.";

PyObject *ra_settlement_events(PyObject *module, PyObject *rows) {
    ra_events events;
    ra_error error = {.code = RA_OK};
    event_source in = {.state = PyModule_GetState(module), .events = &events};
    ra_events_init(&events, RA_EVENTS_LIMIT, NULL);
    if (take_rows(&in, rows)) {
        ra_status status = ra_events_close(&events, true, &error);
        if (status == RA_OK) return ra_events_new(in.state, &events);
        ra_raise(in.state, status, &error);
    }
    ra_events_free(&events);
    return NULL;
}

/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Events and open items of Python as the matcher takes them. Every text is copied. */
#include <string.h>

#include "canonical/ra_event.h"
#include "python/ra_events_python.h"
#include "python/ra_matcher.h"

#define DAY_US INT64_C(86400000000)

/* What a movement is to the matcher. */
static ra_match_event_kind kind_of(ra_move_kind move) {
    switch (move) {
    case RA_MOVE_CAPTURE:
        return RA_EVENT_CAPTURE;
    case RA_MOVE_REFUND:
        return RA_EVENT_REFUND;
    case RA_MOVE_CHARGEBACK:
        return RA_EVENT_CHARGEBACK;
    case RA_MOVE_CHARGEBACK_REVERSAL:
        return RA_EVENT_REVERSAL;
    case RA_MOVE_PAYOUT:
        return RA_EVENT_PAYOUT;
    case RA_MOVE_UNKNOWN:
        return RA_EVENT_UNKNOWN;
    default:
        return RA_EVENT_OTHER;
    }
}

static bool kind_from(PyObject *value, ra_match_event_kind *out) {
    ra_str name = {NULL, 0};
    ra_move_kind move;
    if (value != NULL && !ra_text_from(value, &name)) return false;
    if (!ra_move_from_name(name, &move)) {
        PyErr_Format(PyExc_ValueError, "unknown kind of event: %R", value ? value : Py_None);
        return false;
    }
    *out = kind_of(move);
    return true;
}

/* A str or None (or nothing), copied. */
static bool copy_text(ra_arena *arena, PyObject *value, ra_str *out) {
    ra_str text = {NULL, 0};
    if (value == NULL) return true;
    if (!ra_text_from(value, &text)) return false;
    if (ra_arena_copy(arena, text, out)) return true;
    PyErr_NoMemory();
    return false;
}

static bool number_from(PyObject *value, int64_t *out) {
    if (value == NULL || value == Py_None) return true;
    *out = PyLong_AsLongLong(value);
    return *out != -1 || !PyErr_Occurred();
}

static bool rate_from(PyObject *value, ra_decimal *out) {
    if (value == NULL || value == Py_None) return true;
    PyObject *text = PyObject_Str(value);
    ra_str view;
    bool done = text != NULL && ra_text_from(text, &view);
    if (done && ra_decimal_parse(view, out) != RA_OK) {
        PyErr_Format(PyExc_ValueError, "this is no rate: %R", value);
        done = false;
    }
    Py_XDECREF(text);
    return done;
}

static int32_t day_of(int64_t time_us) {
    int64_t day = time_us / DAY_US - (time_us % DAY_US < 0);
    return day > INT32_MAX || day <= INT32_MIN ? RA_NO_DAY : (int32_t)day;
}

/* Amounts: a payout is its net, everything else its gross. */
static bool amounts_from(PyObject *row, ra_match_event *out) {
    const char *amount = out->kind == RA_EVENT_PAYOUT ? "net" : "gross";
    PyObject *value, *paid, *date, *rate;
    out->day = RA_NO_DAY;
    if (!ra_dict_get(row, amount, &value) || !ra_dict_get(row, "paid", &paid) ||
        !ra_dict_get(row, "date", &date) || !ra_dict_get(row, "rate", &rate))
        return false;
    if (!number_from(value, &out->amount) || !number_from(paid, &out->paid) ||
        !number_from(date, &out->time_us) || !rate_from(rate, &out->rate))
        return false;
    if (date != NULL && date != Py_None) out->day = day_of(out->time_us);
    return true;
}

static bool event_from(ra_arena *arena, PyObject *row, ra_match_event *out) {
    const struct {
        const char *name;
        ra_str *text;
    } texts[] = {{"transaction", &out->transaction},
                 {"parent", &out->parent},
                 {"order", &out->order},
                 {"invoice", &out->invoice},
                 {"checkout", &out->checkout},
                 {"payout", &out->payout},
                 {"party", &out->party},
                 {"email", &out->email},
                 {"description", &out->description},
                 {"currency", &out->currency},
                 {"paid_currency", &out->paid_currency}};
    if (!PyDict_Check(row)) {
        PyErr_SetString(PyExc_TypeError, "an event is a dict");
        return false;
    }
    PyObject *value;
    if (!ra_dict_get(row, "kind", &value) || !kind_from(value, &out->kind)) return false;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        if (!ra_dict_get(row, texts[i].name, &value)) return false;
        if (!copy_text(arena, value, texts[i].text)) return false;
    }
    return amounts_from(row, out);
}

static ra_str code_of(const char code[4]) {
    return (ra_str){code, strlen(code)};
}

static bool from_native(ra_arena *arena, const ra_event *event, ra_match_event *out) {
    const struct {
        ra_str text;
        ra_str *copy;
    } texts[] = {{event->transaction, &out->transaction},
                 {event->parent, &out->parent},
                 {event->order, &out->order},
                 {event->invoice, &out->invoice},
                 {event->checkout, &out->checkout},
                 {event->payout, &out->payout},
                 {event->party, &out->party},
                 {event->email, &out->email},
                 {event->description, &out->description},
                 {code_of(event->currency), &out->currency},
                 {code_of(event->paid_currency), &out->paid_currency}};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (!ra_arena_copy(arena, texts[i].text, texts[i].copy)) return false;
    out->kind = kind_of(event->kind);
    out->amount = out->kind == RA_EVENT_PAYOUT ? event->net : event->gross;
    out->paid = event->paid;
    out->rate = event->rate;
    out->day = RA_NO_DAY;
    if (event->date != RA_NO_TIME) {
        out->time_us = event->date;
        out->day = day_of(event->date);
    }
    return true;
}

/* Without a dict for each row; the texts are copied, so that the report may go. */
static ra_match_event *all_native(const ra_events *from, ra_arena *arena, size_t *count) {
    ra_match_event *events = ra_arena_array(arena, from->count, sizeof *events);
    if (events == NULL) return (ra_match_event *)PyErr_NoMemory();
    for (size_t i = 0; i < from->count; i++)
        if (!from_native(arena, &from->events[i], &events[i]))
            return (ra_match_event *)PyErr_NoMemory();
    *count = from->count;
    return events;
}

ra_match_event *ra_matcher_events_from(ra_module_state *state, PyObject *rows, ra_arena *arena,
                                       size_t *count) {
    if (Py_IS_TYPE(rows, state->events_type))
        return all_native(ra_events_of(state, rows), arena, count);
    Py_ssize_t size = PyObject_Size(rows);
    if (size < 0) return NULL;
    bool by_method = PyObject_HasAttrString(rows, "row"); /* clears any exception */
    ra_match_event *events = ra_arena_array(arena, (size_t)size, sizeof *events);
    if (events == NULL) return (ra_match_event *)PyErr_NoMemory();
    for (Py_ssize_t i = 0; i < size; i++) {
        PyObject *row =
            by_method ? PyObject_CallMethod(rows, "row", "n", i) : PySequence_GetItem(rows, i);
        bool done = row != NULL && event_from(arena, row, &events[i]);
        Py_XDECREF(row);
        if (!done) return NULL;
    }
    *count = (size_t)size;
    return events;
}

/* Strings of a sequence, borrowed from it; -1 with an exception. */
static Py_ssize_t keys_from(PyObject *list, ra_str keys[RA_ITEM_KEYS_MAX]) {
    Py_ssize_t count = PyList_Check(list) ? PyList_Size(list) : -1;
    if (count < 0 || count > RA_ITEM_KEYS_MAX) {
        PyErr_Format(PyExc_ValueError, "keys are a list of at most %d strings", RA_ITEM_KEYS_MAX);
        return -1;
    }
    for (Py_ssize_t i = 0; i < count; i++)
        if (!ra_text_from(PyList_GetItem(list, i), &keys[i])) return -1;
    return count;
}

bool ra_matcher_item_from(PyObject *tuple, ra_matcher_item *out) {
    PyObject *day, *total, *party, *email, *ids, *refs;
    long long id, open;
    int kind;
    PyObject *currency;
    if (!ra_is_tuple(tuple) ||
        !PyArg_ParseTuple(tuple, "LiOOLOOOOO;an item has ten values", &id, &kind, &day, &currency,
                          &open, &total, &party, &email, &ids, &refs))
        return false;
    int32_t number = RA_NO_DAY;
    int64_t whole = open;
    ra_match_item *item = &out->item;
    if ((day != Py_None && !ra_id_from(day, &number)) || !number_from(total, &whole)) return false;
    *item = (ra_match_item){.id = id,
                            .kind = (ra_item_kind)kind,
                            .day = number,
                            .open = open,
                            .total = whole,
                            .ids = out->ids,
                            .refs = out->refs};
    if (!ra_text_from(currency, &item->currency) || !ra_text_from(party, &item->party) ||
        !ra_text_from(email, &item->email))
        return false;
    Py_ssize_t id_count = keys_from(ids, out->ids), ref_count = keys_from(refs, out->refs);
    item->id_count = (size_t)id_count;
    item->ref_count = (size_t)ref_count;
    return id_count >= 0 && ref_count >= 0;
}

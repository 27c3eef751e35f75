/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What others decide about a chunk's records: the ledger before, the ORM lane after. */
#include "python/ra_python.h"

#include <string.h>

const char ra_chunk_identities_doc[] =
    PyDoc_STR("identities(wave)\n--\n\nIdentity keys of the wave's open records.");

PyObject *ra_chunk_identities(PyObject *object, PyObject *arg) {
    const ra_chunk *chunk = ra_chunk_of(object);
    if (chunk == NULL) return NULL;
    uint32_t wave;
    if (!ra_wave_from(arg, &wave)) return NULL;
    PyObject *list = PyList_New(0);
    for (size_t i = 0; list != NULL && i < chunk->count; i++) {
        const ra_plan *plan = &chunk->plans[i];
        if (plan->wave != wave || plan->outcome != RA_OUTCOME_PENDING) continue;
        list = ra_append_new(list, ra_key_to_text(plan->identity));
    }
    return list;
}

/* One row of the ledger onto the plans it belongs to. */
static bool set_known(ra_chunk *chunk, uint32_t wave, PyObject *row) {
    PyObject *identity, *content, *modified;
    int ledger_id, order_id, settled;
    ra_key key;
    ra_known known = {.found = true, .modified_at = RA_NO_TIME};
    if (!ra_is_tuple(row) ||
        !PyArg_ParseTuple(row, "OiiOOp", &identity, &ledger_id, &order_id, &content, &modified,
                          &settled) ||
        !ra_key_from(identity, &key) || !ra_key_from(content, &known.content)) {
        return false;
    }
    if (modified != Py_None) {
        known.modified_at = PyLong_AsLongLong(modified);
        if (PyErr_Occurred()) return false;
    }
    known.ledger_id = ledger_id;
    known.order_id = order_id;
    known.settled = settled != 0;
    int32_t newest = ra_key_table_get(&chunk->seen, key);
    if (newest == RA_NOT_FOUND) return true;
    /* Later waves of one identity are rare: look backwards from its newest version. One that was
     * recognised as older or the same within the chunk is no member of its wave. */
    for (int32_t i = newest; i >= 0; i--) {
        ra_plan *plan = &chunk->plans[i];
        if (plan->wave != wave || plan->outcome != RA_OUTCOME_PENDING) continue;
        if (ra_key_equal(plan->identity, key)) {
            plan->known = known;
            break;
        }
    }
    return true;
}

const char ra_chunk_set_known_doc[] = PyDoc_STR(
    "set_known(wave, [(identity, ledger_id, order_id, content_hash, modified_us, settled), "
    "...])\n--\n\nWhat the ledger holds of the wave's identities; order_id 0: none.");

PyObject *ra_chunk_set_known(PyObject *object, PyObject *args) {
    ra_chunk *chunk = ra_chunk_of(object);
    if (chunk == NULL) return NULL;
    unsigned int wave;
    PyObject *rows;
    if (!PyArg_ParseTuple(args, "IO", &wave, &rows)) return NULL;
    PyObject *iterator = PyObject_GetIter(rows);
    if (iterator == NULL) return NULL;
    PyObject *row;
    bool done = true;
    while (done && (row = PyIter_Next(iterator)) != NULL) {
        done = set_known(chunk, wave, row);
        Py_DECREF(row);
    }
    Py_DECREF(iterator);
    if (PyErr_Occurred()) return NULL;
    Py_RETURN_NONE;
}

const char ra_chunk_newcomers_doc[] = PyDoc_STR(
    "newcomers(wave, now, near)\n--\n\n"
    "Records that are to become orders no ledger row has yet: tuples (index, identity, "
    "content_key, near_key, created_us, timed). Resolve the wave once before: its statuses decide "
    "what becomes an order that counts. A record without a time has `now`, in microseconds, and "
    "timed is False. Keys that do not exist are None, and all near keys are when `near` is False.");

static PyObject *newcomer(size_t index, const ra_plan *plan, int64_t now, bool near) {
    bool timed = plan->order.created_at != RA_NO_TIME;
    return Py_BuildValue("(nNNNLO)", (Py_ssize_t)index, ra_key_to_text(plan->identity),
                         ra_key_or_none(plan->twins.has_content, plan->twins.content),
                         ra_key_or_none(near && plan->twins.has_near, plan->twins.near),
                         (long long)(timed ? plan->order.created_at : now),
                         timed ? Py_True : Py_False);
}

PyObject *ra_chunk_newcomers(PyObject *object, PyObject *args) {
    const ra_chunk *chunk = ra_chunk_of(object);
    PyObject *number;
    uint32_t wave;
    long long now;
    int near;
    if (chunk == NULL || !PyArg_ParseTuple(args, "OLp", &number, &now, &near)) return NULL;
    if (!ra_wave_from(number, &wave)) return NULL;
    PyObject *list = PyList_New(0);
    for (size_t i = 0; list != NULL && i < chunk->count; i++) {
        const ra_plan *plan = &chunk->plans[i];
        bool open = plan->outcome == RA_OUTCOME_PENDING || plan->outcome == RA_OUTCOME_CREATE;
        if (plan->wave != wave || !open || plan->known.order_id != 0) continue;
        if (plan->action == RA_ACTION_CANCEL) continue;
        list = ra_append_new(list, newcomer(i, plan, now, near != 0));
    }
    return list;
}

const char *const ra_outcome_names[] = {"pending", "created",  "updated", "unchanged",
                                        "skipped", "rejected", "review"};

int ra_outcome_from(const char *name) {
    for (int i = 0; i <= RA_OUTCOME_REVIEW; i++) {
        if (strcmp(ra_outcome_names[i], name) == 0) return i;
    }
    PyErr_Format(PyExc_ValueError, "unknown outcome: %s", name);
    return -1;
}

int ra_lane_from(const char *name) {
    for (int i = RA_LANE_NONE; i <= RA_LANE_ORM; i++) {
        if (strcmp(ra_lane_name((ra_lane)i), name) == 0) return i;
    }
    PyErr_Format(PyExc_ValueError, "unknown lane: %s", name);
    return -1;
}

const char ra_chunk_set_result_doc[] =
    PyDoc_STR("set_result(index, outcome, lane='', reason='', detail='', order_id=0, order_name='')"
              "\n--\n\nWhat became of a record outside the native lane.");

static int reason_from(const char *name) {
    if (*name == '\0') return RA_OK;
    for (int i = 0; i < RA_STATUS_COUNT; i++) {
        if (strcmp(ra_status_name((ra_status)i), name) == 0) return i;
    }
    PyErr_Format(PyExc_ValueError, "unknown reason: %s", name);
    return -1;
}

PyObject *ra_chunk_set_result(PyObject *object, PyObject *args, PyObject *kwargs) {
    static char *names[] = {"index",  "outcome",  "lane",       "reason",
                            "detail", "order_id", "order_name", NULL};
    ra_chunk *chunk = ra_chunk_of(object);
    if (chunk == NULL) return NULL;
    PyObject *index;
    const char *outcome_name, *lane_name = "", *reason_name = "", *detail = "", *order = "";
    Py_ssize_t detail_len = 0, order_len = 0;
    int order_id = 0;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "Os|sss#is#", names, &index, &outcome_name,
                                     &lane_name, &reason_name, &detail, &detail_len, &order_id,
                                     &order, &order_len)) {
        return NULL;
    }
    ra_plan *plan = ra_chunk_plan_at(object, index);
    int outcome = ra_outcome_from(outcome_name), lane = ra_lane_from(lane_name);
    int reason = reason_from(reason_name);
    if (plan == NULL || outcome < 0 || lane < 0 || reason < 0) return NULL;
    plan->outcome = (ra_outcome)outcome;
    plan->lane = (ra_lane)lane;
    plan->reason = (ra_status)reason;
    plan->order_id = order_id;
    if (!ra_arena_copy(&chunk->arena, (ra_str){detail, (size_t)detail_len}, &plan->detail) ||
        !ra_arena_copy(&chunk->arena, (ra_str){order, (size_t)order_len}, &plan->order_name)) {
        return PyErr_NoMemory();
    }
    Py_RETURN_NONE;
}

const char ra_chunk_reopen_doc[] =
    PyDoc_STR("reopen(wave)\n--\n\n"
              "Forget what was decided for the wave, so that it can be tried again after a "
              "rollback.");

PyObject *ra_chunk_reopen(PyObject *object, PyObject *arg) {
    ra_chunk *chunk = ra_chunk_of(object);
    if (chunk == NULL) return NULL;
    uint32_t wave;
    if (!ra_wave_from(arg, &wave)) return NULL;
    for (size_t i = 0; i < chunk->count; i++) {
        ra_plan *plan = &chunk->plans[i];
        if (plan->wave != wave) continue;
        bool repeated = plan->outcome == RA_OUTCOME_UNCHANGED && !plan->known.found;
        if (repeated) continue; /* decided within the chunk: stays so */
        plan->known = (ra_known){.found = false};
        plan->outcome = RA_OUTCOME_PENDING;
        plan->lane = RA_LANE_NONE;
        plan->reason = RA_OK;
        plan->field = NULL;
        plan->detail = (ra_str){NULL, 0};
        plan->order_id = 0;
        plan->order_name = (ra_str){NULL, 0};
        plan->lines = NULL;
        plan->resolved = false;
    }
    Py_RETURN_NONE;
}

/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Chunk: the orders of one transaction as Python sees them. */
#include "python/ra_python.h"

#include <string.h>

#define CHUNK_MEMORY ((size_t)512 << 20) /* hard stop for one hostile chunk */

PyObject *ra_chunk_new(ra_module_state *state, ra_job_object *job) {
    ra_chunk_object *self = (ra_chunk_object *)PyType_GenericAlloc(state->chunk_type, 0);
    if (self == NULL) return NULL;
    ra_chunk_init(&self->chunk, CHUNK_MEMORY, NULL);
    self->job = (ra_job_object *)Py_NewRef((PyObject *)job);
    return (PyObject *)self;
}

static void chunk_dealloc(PyObject *object) {
    ra_chunk_object *self = (ra_chunk_object *)object;
    PyTypeObject *type = Py_TYPE(object);
    ra_chunk_free(&self->chunk);
    Py_XDECREF((PyObject *)self->job);
    type->tp_free(object);
    Py_DECREF(type);
}

/* The plan at a Python index; NULL with IndexError. */
static ra_plan *plan_at(PyObject *object, PyObject *index) {
    ra_chunk *chunk = &((ra_chunk_object *)object)->chunk;
    Py_ssize_t at = PyLong_AsSsize_t(index);
    if (at == -1 && PyErr_Occurred()) return NULL;
    if (at < 0 || (size_t)at >= chunk->count) {
        PyErr_SetString(PyExc_IndexError, "no such record in the chunk");
        return NULL;
    }
    return &chunk->plans[at];
}

static PyObject *append_new(PyObject *list, PyObject *item) {
    if (item == NULL || PyList_Append(list, item) < 0) {
        Py_XDECREF(item);
        Py_DECREF(list);
        return NULL;
    }
    Py_DECREF(item);
    return list;
}

PyDoc_STRVAR(identities_doc, "identities(wave)\n--\n\nIdentity keys of the wave's open records.");

static PyObject *chunk_identities(PyObject *object, PyObject *arg) {
    const ra_chunk *chunk = &((ra_chunk_object *)object)->chunk;
    unsigned long wave = PyLong_AsUnsignedLong(arg);
    if (PyErr_Occurred()) return NULL;
    PyObject *list = PyList_New(0);
    for (size_t i = 0; list != NULL && i < chunk->count; i++) {
        const ra_plan *plan = &chunk->plans[i];
        if (plan->wave != wave || plan->outcome != RA_OUTCOME_PENDING) continue;
        list = append_new(list, ra_key_to_text(plan->identity));
    }
    return list;
}

/* One row of the ledger onto the plans it belongs to. */
static bool set_known(ra_chunk *chunk, uint32_t wave, PyObject *row) {
    PyObject *identity, *content, *modified;
    int ledger_id, order_id, settled;
    ra_key key;
    ra_known known = {.found = true, .modified_at = RA_NO_TIME};
    if (!PyArg_ParseTuple(row, "OiiOOp", &identity, &ledger_id, &order_id, &content, &modified,
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
    /* Later waves of one identity are rare: look backwards from its newest version. */
    for (int32_t i = newest; i >= 0; i--) {
        ra_plan *plan = &chunk->plans[i];
        if (plan->wave == wave && ra_key_equal(plan->identity, key)) {
            plan->known = known;
            break;
        }
    }
    return true;
}

PyDoc_STRVAR(
    set_known_doc,
    "set_known(wave, [(identity, ledger_id, order_id, content_hash, modified_us, settled), "
    "...])\n--\n\nWhat the ledger holds of the wave's identities; order_id 0: none.");

static PyObject *chunk_set_known(PyObject *object, PyObject *args) {
    unsigned int wave;
    PyObject *rows;
    if (!PyArg_ParseTuple(args, "IO", &wave, &rows)) return NULL;
    PyObject *iterator = PyObject_GetIter(rows);
    if (iterator == NULL) return NULL;
    PyObject *row;
    bool done = true;
    while (done && (row = PyIter_Next(iterator)) != NULL) {
        done = set_known(&((ra_chunk_object *)object)->chunk, wave, row);
        Py_DECREF(row);
    }
    Py_DECREF(iterator);
    if (PyErr_Occurred()) return NULL;
    Py_RETURN_NONE;
}

/* A line's references, by which its product is looked for. */
static PyObject *product_need(const ra_chunk *chunk, const ra_need *need) {
    const ra_line *line = &chunk->plans[need->plan].order.lines[need->line];
    return Py_BuildValue("(sIiiNNNNNN)", "product", (unsigned int)need->plan, need->line,
                         (int)line->kind, ra_text_to(line->variation_ref),
                         ra_text_to(line->product_ref), ra_text_to(line->sku),
                         ra_text_to(line->barcode), ra_text_to(line->code), ra_text_to(line->name));
}

static PyObject *need_to(const ra_chunk *chunk, const ra_need *need) {
    unsigned int plan = need->plan;
    switch (need->kind) {
    case RA_NEED_PARTY:
        return Py_BuildValue("(sINi)", "party", plan, ra_key_to_text(need->key), (int)need->role);
    case RA_NEED_PRODUCT:
        return product_need(chunk, need);
    case RA_NEED_RATE:
        return Py_BuildValue("(sIN)", "rate", plan, ra_text_to(need->text));
    case RA_NEED_CURRENCY:
        return Py_BuildValue("(sIN)", "currency", plan, ra_text_to(need->text));
    case RA_NEED_CURRENCY_RATE:
        return Py_BuildValue("(sIii)", "currency_rate", plan, need->index, need->line);
    case RA_NEED_HEADER:
        return Py_BuildValue("(sI(iiiii))", "header", plan, need->header.customer_class,
                             need->header.delivery_class, need->header.currency,
                             need->header.action, need->header.payment);
    }
    return PyErr_Format(PyExc_SystemError, "unknown kind of need");
}

PyDoc_STRVAR(resolve_doc,
             "resolve(wave)\n--\n\n"
             "Resolve the wave's open records; returns what is missing as tuples (kind, record, "
             "...). Complete the job and call again until nothing is missing.");

static PyObject *chunk_resolve(PyObject *object, PyObject *arg) {
    ra_chunk_object *self = (ra_chunk_object *)object;
    unsigned long wave = PyLong_AsUnsignedLong(arg);
    if (PyErr_Occurred()) return NULL;
    ra_status status;
    Py_BEGIN_ALLOW_THREADS;
    status = ra_chunk_resolve(&self->chunk, &self->job->catalog, (uint32_t)wave);
    Py_END_ALLOW_THREADS;
    if (status != RA_OK) return ra_raise(ra_state_of(object), status, NULL);
    PyObject *list = PyList_New(0);
    for (size_t i = 0; list != NULL && i < self->chunk.needs.count; i++) {
        list = append_new(list, need_to(&self->chunk, &RA_ITEM(self->chunk.needs, ra_need, i)));
    }
    return list;
}

PyDoc_STRVAR(price_doc, "price(wave)\n--\n\nPrice the wave's records to create or update.");

static PyObject *chunk_price(PyObject *object, PyObject *arg) {
    ra_chunk_object *self = (ra_chunk_object *)object;
    unsigned long wave = PyLong_AsUnsignedLong(arg);
    if (PyErr_Occurred()) return NULL;
    ra_status status;
    Py_BEGIN_ALLOW_THREADS;
    status = ra_chunk_price(&self->chunk, &self->job->catalog, (uint32_t)wave);
    Py_END_ALLOW_THREADS;
    if (status != RA_OK) return ra_raise(ra_state_of(object), status, NULL);
    Py_RETURN_NONE;
}

PyDoc_STRVAR(route_doc,
             "route(wave, native)\n--\n\n"
             "Give each record to create its lane: ORM where the engine could not plan it or "
             "`native` is false.");

static PyObject *chunk_route(PyObject *object, PyObject *args) {
    ra_chunk *chunk = &((ra_chunk_object *)object)->chunk;
    unsigned int wave;
    int native;
    if (!PyArg_ParseTuple(args, "Ip", &wave, &native)) return NULL;
    for (size_t i = 0; i < chunk->count; i++) {
        ra_plan *plan = &chunk->plans[i];
        if (plan->wave != wave) continue;
        if (plan->outcome == RA_OUTCOME_UPDATE) plan->lane = RA_LANE_ORM;
        if (plan->outcome == RA_OUTCOME_CREATE && plan->lane != RA_LANE_ORM) {
            plan->lane = native ? RA_LANE_NATIVE : RA_LANE_ORM;
        }
    }
    Py_RETURN_NONE;
}

static const char *const outcome_names[] = {"pending", "created",  "updated", "unchanged",
                                            "skipped", "rejected", "review"};

static int outcome_from(const char *name) {
    for (int i = 0; i <= RA_OUTCOME_REVIEW; i++) {
        if (strcmp(outcome_names[i], name) == 0) return i;
    }
    PyErr_Format(PyExc_ValueError, "unknown outcome: %s", name);
    return -1;
}

static int lane_from(const char *name) {
    for (int i = RA_LANE_NONE; i <= RA_LANE_ORM; i++) {
        if (strcmp(ra_lane_name((ra_lane)i), name) == 0) return i;
    }
    PyErr_Format(PyExc_ValueError, "unknown lane: %s", name);
    return -1;
}

PyDoc_STRVAR(select_doc, "select(wave, outcome, lane=None)\n--\n\nIndexes of matching records.");

static PyObject *chunk_select(PyObject *object, PyObject *args) {
    const ra_chunk *chunk = &((ra_chunk_object *)object)->chunk;
    unsigned int wave;
    const char *outcome_name, *lane_name = NULL;
    if (!PyArg_ParseTuple(args, "Is|z", &wave, &outcome_name, &lane_name)) return NULL;
    int outcome = outcome_from(outcome_name);
    int lane = lane_name != NULL ? lane_from(lane_name) : 0;
    if (outcome < 0 || lane < 0) return NULL;
    PyObject *list = PyList_New(0);
    for (size_t i = 0; list != NULL && i < chunk->count; i++) {
        const ra_plan *plan = &chunk->plans[i];
        if (plan->wave != wave || (int)plan->outcome != outcome) continue;
        if (lane_name != NULL && (int)plan->lane != lane) continue;
        list = append_new(list, PyLong_FromSize_t(i));
    }
    return list;
}

PyDoc_STRVAR(order_doc, "order(index)\n--\n\nThe canonical order of a record as a dict.");

static PyObject *chunk_order(PyObject *object, PyObject *index) {
    const ra_plan *plan = plan_at(object, index);
    return plan == NULL ? NULL : ra_order_to_dict(&plan->order);
}

PyDoc_STRVAR(with_refunds_doc, "with_refunds()\n--\n\nIndexes of written records that mention "
                               "refunds.");

static PyObject *chunk_with_refunds(PyObject *object, PyObject *Py_UNUSED(ignored)) {
    const ra_chunk *chunk = &((ra_chunk_object *)object)->chunk;
    PyObject *list = PyList_New(0);
    for (size_t i = 0; list != NULL && i < chunk->count; i++) {
        const ra_plan *plan = &chunk->plans[i];
        bool written = plan->outcome == RA_OUTCOME_CREATE || plan->outcome == RA_OUTCOME_UPDATE ||
                       plan->outcome == RA_OUTCOME_REVIEW;
        if (written && plan->order.refund_count > 0) list = append_new(list, PyLong_FromSize_t(i));
    }
    return list;
}

PyDoc_STRVAR(parties_doc, "parties(index)\n--\n\nThe record's party keys: (customer, invoice, "
                          "delivery).");

static PyObject *chunk_parties(PyObject *object, PyObject *index) {
    const ra_plan *plan = plan_at(object, index);
    if (plan == NULL) return NULL;
    return Py_BuildValue("(NNN)", ra_key_to_text(plan->parties.customer),
                         ra_key_to_text(plan->parties.invoice),
                         ra_key_to_text(plan->parties.delivery));
}

PyDoc_STRVAR(plan_doc, "plan(index)\n--\n\nWhat is to be written for a record, as a dict.");

static PyObject *chunk_plan(PyObject *object, PyObject *index) {
    const ra_plan *plan = plan_at(object, index);
    if (plan == NULL) return NULL;
    return ra_plan_to_dict(&((ra_chunk_object *)object)->job->catalog, plan);
}

PyDoc_STRVAR(record_doc,
             "record(index)\n--\n\n"
             "The ledger's view of a record as a dict: identity, hash, outcome, reason, message "
             "parts, payload.");

static PyObject *chunk_record(PyObject *object, PyObject *index) {
    ra_plan *plan = plan_at(object, index);
    if (plan == NULL) return NULL;
    ra_status status = ra_ledger_payload(&((ra_chunk_object *)object)->chunk, plan);
    if (status != RA_OK) return ra_raise(ra_state_of(object), status, NULL);
    int64_t modified = plan->order.modified_at;
    PyObject *modified_us =
        modified == RA_NO_TIME ? Py_NewRef(Py_None) : PyLong_FromLongLong(modified);
    return Py_BuildValue(
        "{sNsNsNsNsNsNsNsssssssssNsKsKsisisisNsNsy#}", "identity", ra_key_to_text(plan->identity),
        "content", ra_key_to_text(plan->content), "source_ref", ra_text_to(plan->order.source_ref),
        "number", ra_text_to(plan->order.number), "status", ra_text_to(plan->order.status),
        "currency", ra_text_to(plan->order.currency), "modified_us", modified_us, "outcome",
        ra_outcome_name(plan->outcome), "lane", ra_lane_name(plan->lane), "reason",
        plan->reason == RA_OK ? "" : ra_status_name(plan->reason), "field",
        plan->field != NULL ? plan->field : "", "detail", ra_text_to(plan->detail), "row",
        (unsigned long long)plan->order.row, "offset", (unsigned long long)plan->order.offset,
        "ledger_id", (int)plan->known.ledger_id, "known_order_id", (int)plan->known.order_id,
        "order_id", (int)plan->order_id, "order_name", ra_text_to(plan->order_name), "total",
        PyFloat_FromDouble(ra_decimal_to_double(plan->order.total)), "payload",
        plan->payload.len > 0 ? plan->payload.ptr : "", (Py_ssize_t)plan->payload.len);
}

PyDoc_STRVAR(set_result_doc,
             "set_result(index, outcome, lane='', reason='', detail='', order_id=0, order_name='')"
             "\n--\n\nWhat became of a record outside the native lane.");

static int reason_from(const char *name) {
    if (*name == '\0') return RA_OK;
    for (int i = 0; i < RA_STATUS_COUNT; i++) {
        if (strcmp(ra_status_name((ra_status)i), name) == 0) return i;
    }
    PyErr_Format(PyExc_ValueError, "unknown reason: %s", name);
    return -1;
}

static PyObject *chunk_set_result(PyObject *object, PyObject *args, PyObject *kwargs) {
    static char *names[] = {"index",  "outcome",  "lane",       "reason",
                            "detail", "order_id", "order_name", NULL};
    ra_chunk *chunk = &((ra_chunk_object *)object)->chunk;
    PyObject *index;
    const char *outcome_name, *lane_name = "", *reason_name = "", *detail = "", *order = "";
    Py_ssize_t detail_len = 0, order_len = 0;
    int order_id = 0;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "Os|sss#is#", names, &index, &outcome_name,
                                     &lane_name, &reason_name, &detail, &detail_len, &order_id,
                                     &order, &order_len)) {
        return NULL;
    }
    ra_plan *plan = plan_at(object, index);
    int outcome = outcome_from(outcome_name), lane = lane_from(lane_name);
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

static PyObject *add_count(PyObject *dict, const char *key, size_t count) {
    PyObject *value = PyLong_FromSize_t(count);
    if (value == NULL || PyDict_SetItemString(dict, key, value) < 0) Py_CLEAR(dict);
    Py_XDECREF(value);
    return dict;
}

PyDoc_STRVAR(summary_doc,
             "summary()\n--\n\n"
             "(outcomes, lanes, reasons): counts of all records by outcome, by lane, and of the "
             "rejected and reviewed ones by reason.");

static PyObject *chunk_summary(PyObject *object, PyObject *Py_UNUSED(ignored)) {
    const ra_chunk *chunk = &((ra_chunk_object *)object)->chunk;
    size_t outcomes[RA_OUTCOME_REVIEW + 1] = {0}, lanes[RA_LANE_ORM + 1] = {0};
    size_t reasons[RA_STATUS_COUNT] = {0};
    for (size_t i = 0; i < chunk->count; i++) {
        const ra_plan *plan = &chunk->plans[i];
        outcomes[plan->outcome]++;
        if (plan->outcome == RA_OUTCOME_CREATE || plan->outcome == RA_OUTCOME_UPDATE) {
            lanes[plan->lane]++;
        }
        if (plan->outcome == RA_OUTCOME_REJECTED) reasons[plan->reason]++;
    }
    PyObject *by_outcome = PyDict_New(), *by_lane = PyDict_New(), *by_reason = PyDict_New();
    for (int i = 0; by_outcome != NULL && i <= RA_OUTCOME_REVIEW; i++) {
        by_outcome = add_count(by_outcome, outcome_names[i], outcomes[i]);
    }
    for (int i = RA_LANE_NATIVE; by_lane != NULL && i <= RA_LANE_ORM; i++) {
        by_lane = add_count(by_lane, ra_lane_name((ra_lane)i), lanes[i]);
    }
    for (int i = 0; by_reason != NULL && i < RA_STATUS_COUNT; i++) {
        if (reasons[i] > 0) {
            by_reason = add_count(by_reason, ra_status_name((ra_status)i), reasons[i]);
        }
    }
    if (by_outcome == NULL || by_lane == NULL || by_reason == NULL) {
        Py_XDECREF(by_outcome);
        Py_XDECREF(by_lane);
        Py_XDECREF(by_reason);
        return NULL;
    }
    return Py_BuildValue("(NNN)", by_outcome, by_lane, by_reason);
}

PyDoc_STRVAR(results_doc, "results()\n--\n\nThe lines of the result file (bytes, CSV).");

static PyObject *chunk_results(PyObject *object, PyObject *Py_UNUSED(ignored)) {
    const ra_chunk *chunk = &((ra_chunk_object *)object)->chunk;
    ra_buffer buffer;
    ra_buffer_init(&buffer, NULL);
    for (size_t i = 0; i < chunk->count; i++) {
        ra_result_line(&chunk->plans[i], &buffer);
    }
    PyObject *result = buffer.failed
                           ? PyErr_NoMemory()
                           : PyBytes_FromStringAndSize(buffer.data, (Py_ssize_t)buffer.size);
    ra_buffer_free(&buffer);
    return result;
}

PyDoc_STRVAR(counts_doc, "counts(wave)\n--\n\n"
                         "(orders, lines, ledger rows) that the native lane will write.");

static PyObject *chunk_counts(PyObject *object, PyObject *arg) {
    const ra_chunk *chunk = &((ra_chunk_object *)object)->chunk;
    unsigned long wave = PyLong_AsUnsignedLong(arg);
    if (PyErr_Occurred()) return NULL;
    size_t orders, lines, entries = 0;
    ra_rows_count(chunk, (uint32_t)wave, &orders, &lines);
    for (size_t i = 0; i < chunk->count; i++) {
        const ra_plan *plan = &chunk->plans[i];
        if (plan->wave == wave && ra_ledger_is_new(plan)) entries++;
    }
    return Py_BuildValue("(nnn)", (Py_ssize_t)orders, (Py_ssize_t)lines, (Py_ssize_t)entries);
}

PyDoc_STRVAR(reopen_doc,
             "reopen(wave)\n--\n\n"
             "Forget what was decided for the wave, so that it can be tried again after a "
             "rollback.");

static PyObject *chunk_reopen(PyObject *object, PyObject *arg) {
    ra_chunk *chunk = &((ra_chunk_object *)object)->chunk;
    unsigned long wave = PyLong_AsUnsignedLong(arg);
    if (PyErr_Occurred()) return NULL;
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
    }
    Py_RETURN_NONE;
}

static PyObject *chunk_get(PyObject *object, void *closure) {
    const ra_chunk *chunk = &((ra_chunk_object *)object)->chunk;
    switch (*(const char *)closure) {
    case 'c':
        return PyLong_FromSize_t(chunk->count);
    case 'w':
        return PyLong_FromUnsignedLong(chunk->waves);
    case 'o':
        return PyLong_FromUnsignedLongLong(chunk->end_offset);
    case 'r':
        return PyLong_FromUnsignedLongLong(chunk->end_row);
    case 'l':
        return PyBool_FromLong(chunk->last);
    case 'm':
        return PyLong_FromSize_t(chunk->arena.total);
    default:
        break;
    }
    if (chunk->error.code == RA_OK) Py_RETURN_NONE;
    return Py_BuildValue(
        "(ssKK)", ra_status_name(chunk->error.code),
        chunk->error.message != NULL ? chunk->error.message : ra_status_text(chunk->error.code),
        (unsigned long long)chunk->error.row, (unsigned long long)chunk->error.offset);
}

static PyMethodDef chunk_methods[] = {
    {"identities", chunk_identities, METH_O, identities_doc},
    {"set_known", chunk_set_known, METH_VARARGS, set_known_doc},
    {"resolve", chunk_resolve, METH_O, resolve_doc},
    {"price", chunk_price, METH_O, price_doc},
    {"route", chunk_route, METH_VARARGS, route_doc},
    {"select", chunk_select, METH_VARARGS, select_doc},
    {"order", chunk_order, METH_O, order_doc},
    {"with_refunds", chunk_with_refunds, METH_NOARGS, with_refunds_doc},
    {"parties", chunk_parties, METH_O, parties_doc},
    {"plan", chunk_plan, METH_O, plan_doc},
    {"record", chunk_record, METH_O, record_doc},
    {"set_result", (PyCFunction)(void (*)(void))chunk_set_result, METH_VARARGS | METH_KEYWORDS,
     set_result_doc},
    {"summary", chunk_summary, METH_NOARGS, summary_doc},
    {"results", chunk_results, METH_NOARGS, results_doc},
    {"counts", chunk_counts, METH_O, counts_doc},
    {"reopen", chunk_reopen, METH_O, reopen_doc},
    {"references", ra_chunk_references, METH_O,
     "references(wave)\n--\n\nDistinct ids the native rows refer to, by kind."},
    {"write", (PyCFunction)(void (*)(void))ra_chunk_write, METH_VARARGS | METH_KEYWORDS,
     "write(wave, connection, statements, order_ids, line_ids, names, now_us)\n--\n\n"
     "COPY the wave's native orders, lines and line taxes; see ra_db.c."},
    {"write_ledger", (PyCFunction)(void (*)(void))ra_chunk_write_ledger,
     METH_VARARGS | METH_KEYWORDS,
     "write_ledger(wave, connection, statement, ids, now_us)\n--\n\n"
     "COPY the wave's new ledger rows."},
    {NULL, NULL, 0, NULL},
};

static PyGetSetDef chunk_getset[] = {
    {"count", chunk_get, NULL, "Number of records.", "c"},
    {"waves", chunk_get, NULL, "Number of waves, at least 1.", "w"},
    {"end_offset", chunk_get, NULL, "Offset behind the last record.", "o"},
    {"end_row", chunk_get, NULL, "Row of the last record.", "r"},
    {"last", chunk_get, NULL, "Whether the input ended here.", "l"},
    {"memory", chunk_get, NULL, "Bytes of memory held.", "m"},
    {"error", chunk_get, NULL,
     "None, or why the input cannot be read further: (code, message, "
     "row, offset).",
     "e"},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyType_Slot chunk_slots[] = {
    {Py_tp_doc, "The records of one transaction; made by Job.read."},
    {Py_tp_dealloc, chunk_dealloc},
    {Py_tp_methods, chunk_methods},
    {Py_tp_getset, chunk_getset},
    {0, NULL},
};

PyType_Spec ra_chunk_spec = {
    .name = "retail_accelerator_native.Chunk",
    .basicsize = sizeof(ra_chunk_object),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .slots = chunk_slots,
};

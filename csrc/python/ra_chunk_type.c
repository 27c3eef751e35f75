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

ra_chunk *ra_chunk_of(PyObject *object) {
    ra_chunk_object *self = (ra_chunk_object *)object;
    if (!ra_job_idle(self->job)) return NULL;
    return &self->chunk;
}

bool ra_wave_from(PyObject *object, uint32_t *wave) {
    unsigned long value = PyLong_AsUnsignedLong(object);
    if (PyErr_Occurred()) return false;
    if (value > UINT32_MAX) {
        PyErr_SetString(PyExc_OverflowError, "no wave has such a number");
        return false;
    }
    *wave = (uint32_t)value;
    return true;
}

/* The plan at a Python index; NULL with an exception. */
ra_plan *ra_chunk_plan_at(PyObject *object, PyObject *index) {
    ra_chunk *chunk = ra_chunk_of(object);
    if (chunk == NULL) return NULL;
    Py_ssize_t at = PyLong_AsSsize_t(index);
    if (at == -1 && PyErr_Occurred()) return NULL;
    if (at < 0 || (size_t)at >= chunk->count) {
        PyErr_SetString(PyExc_IndexError, "no such record in the chunk");
        return NULL;
    }
    return &chunk->plans[at];
}

PyObject *ra_append_new(PyObject *list, PyObject *item) {
    if (item == NULL || PyList_Append(list, item) < 0) {
        Py_XDECREF(item);
        Py_DECREF(list);
        return NULL;
    }
    Py_DECREF(item);
    return list;
}

static void chunk_dealloc(PyObject *object) {
    ra_chunk_object *self = (ra_chunk_object *)object;
    PyTypeObject *type = Py_TYPE(object);
    ra_chunk_free(&self->chunk);
    Py_XDECREF((PyObject *)self->job);
    type->tp_free(object);
    Py_DECREF(type);
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

PyDoc_STRVAR(
    assign_doc,
    "assign(job)\n--\n\n"
    "Work on the chunk with the dictionaries of this job from now on. The job that read it "
    "must have the same scope: it made the identity keys.");

static PyObject *chunk_assign(PyObject *object, PyObject *argument) {
    ra_chunk_object *self = (ra_chunk_object *)object;
    if (!Py_IS_TYPE(argument, ra_state_of(object)->job_type)) {
        PyErr_SetString(PyExc_TypeError, "assign() takes a Job");
        return NULL;
    }
    ra_job_object *job = (ra_job_object *)argument;
    if (!ra_job_idle(self->job) || !ra_job_idle(job)) return NULL;
    if (!ra_str_equal(self->job->scope, job->scope)) {
        PyErr_SetString(PyExc_ValueError, "the job is of another scope than the chunk");
        return NULL;
    }
    if (job == self->job) Py_RETURN_NONE;
    /* What was resolved are places in the other job's dictionaries. */
    for (size_t i = 0; i < self->chunk.count; i++)
        self->chunk.plans[i].resolved = false;
    Py_INCREF(argument);
    Py_SETREF(self->job, job);
    Py_RETURN_NONE;
}

PyDoc_STRVAR(resolve_doc,
             "resolve(wave)\n--\n\n"
             "Resolve the wave's open records; returns what is missing as tuples (kind, record, "
             "...). Complete the job and call again until nothing is missing.");

static PyObject *chunk_resolve(PyObject *object, PyObject *arg) {
    ra_chunk_object *self = (ra_chunk_object *)object;
    uint32_t wave;
    if (!ra_wave_from(arg, &wave)) return NULL;
    if (!ra_job_idle(self->job)) return NULL;
    PyThreadState *thread = ra_job_begin(self->job);
    ra_status status = ra_chunk_resolve(&self->chunk, &self->job->catalog, wave);
    ra_job_end(self->job, thread);
    if (status != RA_OK) return ra_raise(ra_state_of(object), status, NULL);
    PyObject *list = PyList_New(0);
    for (size_t i = 0; list != NULL && i < self->chunk.needs.count; i++) {
        list = ra_append_new(list, need_to(&self->chunk, &RA_ITEM(self->chunk.needs, ra_need, i)));
    }
    return list;
}

PyDoc_STRVAR(price_doc, "price(wave)\n--\n\nPrice the wave's records to create or update.");

static PyObject *chunk_price(PyObject *object, PyObject *arg) {
    ra_chunk_object *self = (ra_chunk_object *)object;
    uint32_t wave;
    if (!ra_wave_from(arg, &wave)) return NULL;
    if (!ra_job_idle(self->job)) return NULL;
    PyThreadState *thread = ra_job_begin(self->job);
    ra_status status = ra_chunk_price(&self->chunk, &self->job->catalog, wave);
    ra_job_end(self->job, thread);
    if (status != RA_OK) return ra_raise(ra_state_of(object), status, NULL);
    Py_RETURN_NONE;
}

PyDoc_STRVAR(route_doc,
             "route(wave, native)\n--\n\n"
             "Give each record to create its lane: ORM where the engine could not plan it or "
             "`native` is false.");

static PyObject *chunk_route(PyObject *object, PyObject *args) {
    ra_chunk *chunk = ra_chunk_of(object);
    if (chunk == NULL) return NULL;
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

PyDoc_STRVAR(select_doc, "select(wave, outcome, lane=None)\n--\n\nIndexes of matching records.");

static PyObject *chunk_select(PyObject *object, PyObject *args) {
    const ra_chunk *chunk = ra_chunk_of(object);
    if (chunk == NULL) return NULL;
    unsigned int wave;
    const char *outcome_name, *lane_name = NULL;
    if (!PyArg_ParseTuple(args, "Is|z", &wave, &outcome_name, &lane_name)) return NULL;
    int outcome = ra_outcome_from(outcome_name);
    int lane = lane_name != NULL ? ra_lane_from(lane_name) : 0;
    if (outcome < 0 || lane < 0) return NULL;
    PyObject *list = PyList_New(0);
    for (size_t i = 0; list != NULL && i < chunk->count; i++) {
        const ra_plan *plan = &chunk->plans[i];
        if (plan->wave != wave || (int)plan->outcome != outcome) continue;
        if (lane_name != NULL && (int)plan->lane != lane) continue;
        list = ra_append_new(list, PyLong_FromSize_t(i));
    }
    return list;
}

PyDoc_STRVAR(order_doc, "order(index)\n--\n\nThe canonical order of a record as a dict.");

static PyObject *chunk_order(PyObject *object, PyObject *index) {
    const ra_plan *plan = ra_chunk_plan_at(object, index);
    return plan == NULL ? NULL : ra_order_to_dict(&plan->order);
}

PyDoc_STRVAR(with_refunds_doc, "with_refunds()\n--\n\nIndexes of written records that mention "
                               "refunds.");

static PyObject *chunk_with_refunds(PyObject *object, PyObject *Py_UNUSED(ignored)) {
    const ra_chunk *chunk = ra_chunk_of(object);
    if (chunk == NULL) return NULL;
    PyObject *list = PyList_New(0);
    for (size_t i = 0; list != NULL && i < chunk->count; i++) {
        const ra_plan *plan = &chunk->plans[i];
        bool written = plan->outcome == RA_OUTCOME_CREATE || plan->outcome == RA_OUTCOME_UPDATE ||
                       plan->outcome == RA_OUTCOME_REVIEW;
        if (written && plan->order.refund_count > 0)
            list = ra_append_new(list, PyLong_FromSize_t(i));
    }
    return list;
}

PyDoc_STRVAR(plan_doc, "plan(index)\n--\n\nWhat is to be written for a record, as a dict.");

static PyObject *chunk_plan(PyObject *object, PyObject *index) {
    const ra_plan *plan = ra_chunk_plan_at(object, index);
    if (plan == NULL) return NULL;
    if (!plan->resolved) {
        return PyErr_Format(PyExc_ValueError, "the record was not resolved: it has no plan");
    }
    return ra_plan_to_dict(&((ra_chunk_object *)object)->job->catalog, plan);
}

PyDoc_STRVAR(record_doc,
             "record(index)\n--\n\n"
             "The ledger's view of a record as a dict: identity, hash, outcome, reason, message "
             "parts, payload.");

static PyObject *chunk_record(PyObject *object, PyObject *index) {
    ra_plan *plan = ra_chunk_plan_at(object, index);
    if (plan == NULL) return NULL;
    ra_status status = ra_ledger_payload(&((ra_chunk_object *)object)->chunk, plan);
    if (status != RA_OK) return ra_raise(ra_state_of(object), status, NULL);
    return Py_BuildValue(
        "{sNsNsNsNsNsNsNsNsNsNsssssssssNsKsKsisisisNsNsy#}", "identity",
        ra_key_to_text(plan->identity), "content", ra_key_to_text(plan->content), "content_key",
        ra_key_or_none(plan->twins.has_content, plan->twins.content), "near_key",
        ra_key_or_none(plan->twins.has_near, plan->twins.near), "created_us",
        ra_time_or_none(plan->order.created_at), "source_ref", ra_text_to(plan->order.source_ref),
        "number", ra_text_to(plan->order.number), "status", ra_text_to(plan->order.status),
        "currency", ra_text_to(plan->order.currency), "modified_us",
        ra_time_or_none(plan->order.modified_at), "outcome", ra_outcome_name(plan->outcome), "lane",
        ra_lane_name(plan->lane), "reason",
        plan->reason == RA_OK ? "" : ra_status_name(plan->reason), "field",
        plan->field != NULL ? plan->field : "", "detail", ra_text_to(plan->detail), "row",
        (unsigned long long)plan->order.row, "offset", (unsigned long long)plan->order.offset,
        "ledger_id", (int)plan->known.ledger_id, "known_order_id", (int)plan->known.order_id,
        "order_id", (int)plan->order_id, "order_name", ra_text_to(plan->order_name), "total",
        PyFloat_FromDouble(ra_decimal_to_double(plan->order.total)), "payload",
        plan->payload.len > 0 ? plan->payload.ptr : "", (Py_ssize_t)plan->payload.len);
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
             "rejected and reviewed ones by reason (a review for a locked order has none).");

static PyObject *chunk_summary(PyObject *object, PyObject *Py_UNUSED(ignored)) {
    const ra_chunk *chunk = ra_chunk_of(object);
    if (chunk == NULL) return NULL;
    size_t outcomes[RA_OUTCOME_REVIEW + 1] = {0}, lanes[RA_LANE_ORM + 1] = {0};
    size_t reasons[RA_STATUS_COUNT] = {0};
    for (size_t i = 0; i < chunk->count; i++) {
        const ra_plan *plan = &chunk->plans[i];
        outcomes[plan->outcome]++;
        if (plan->outcome == RA_OUTCOME_CREATE || plan->outcome == RA_OUTCOME_UPDATE) {
            lanes[plan->lane]++;
        }
        bool refused = plan->outcome == RA_OUTCOME_REJECTED || plan->outcome == RA_OUTCOME_REVIEW;
        if (refused && plan->reason != RA_OK) reasons[plan->reason]++;
    }
    PyObject *by_outcome = PyDict_New(), *by_lane = PyDict_New(), *by_reason = PyDict_New();
    for (int i = 0; by_outcome != NULL && i <= RA_OUTCOME_REVIEW; i++) {
        by_outcome = add_count(by_outcome, ra_outcome_names[i], outcomes[i]);
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
    const ra_chunk *chunk = ra_chunk_of(object);
    if (chunk == NULL) return NULL;
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
    const ra_chunk *chunk = ra_chunk_of(object);
    if (chunk == NULL) return NULL;
    uint32_t wave;
    if (!ra_wave_from(arg, &wave)) return NULL;
    size_t orders, lines, entries = 0;
    ra_rows_count(chunk, wave, &orders, &lines);
    for (size_t i = 0; i < chunk->count; i++) {
        const ra_plan *plan = &chunk->plans[i];
        if (plan->wave == wave && ra_ledger_is_new(plan)) entries++;
    }
    return Py_BuildValue("(nnn)", (Py_ssize_t)orders, (Py_ssize_t)lines, (Py_ssize_t)entries);
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
    {"identities", ra_chunk_identities, METH_O, ra_chunk_identities_doc},
    {"set_known", ra_chunk_set_known, METH_VARARGS, ra_chunk_set_known_doc},
    {"assign", chunk_assign, METH_O, assign_doc},
    {"newcomers", ra_chunk_newcomers, METH_VARARGS, ra_chunk_newcomers_doc},
    {"resolve", chunk_resolve, METH_O, resolve_doc},
    {"price", chunk_price, METH_O, price_doc},
    {"route", chunk_route, METH_VARARGS, route_doc},
    {"select", chunk_select, METH_VARARGS, select_doc},
    {"order", chunk_order, METH_O, order_doc},
    {"with_refunds", chunk_with_refunds, METH_NOARGS, with_refunds_doc},
    {"parties", ra_chunk_parties, METH_O, ra_chunk_parties_doc},
    {"people", ra_chunk_people, METH_O, ra_chunk_people_doc},
    {"party_marks", ra_chunk_party_marks, METH_NOARGS, ra_chunk_party_marks_doc},
    {"order_marks", ra_chunk_order_marks, METH_NOARGS, ra_chunk_order_marks_doc},
    {"plan", chunk_plan, METH_O, plan_doc},
    {"record", chunk_record, METH_O, record_doc},
    {"set_result", (PyCFunction)(void (*)(void))ra_chunk_set_result, METH_VARARGS | METH_KEYWORDS,
     ra_chunk_set_result_doc},
    {"summary", chunk_summary, METH_NOARGS, summary_doc},
    {"results", chunk_results, METH_NOARGS, results_doc},
    {"counts", chunk_counts, METH_O, counts_doc},
    {"reopen", ra_chunk_reopen, METH_O, ra_chunk_reopen_doc},
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

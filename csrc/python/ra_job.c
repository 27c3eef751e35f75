/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Job: the dictionaries and policies of one import, and the reader of its file. */
#include "python/ra_python.h"

#include <string.h>

bool ra_job_idle(const ra_job_object *job) {
    if (!job->working) return true;
    PyErr_SetString(PyExc_RuntimeError, "another thread is working on a chunk of this job");
    return false;
}

PyThreadState *ra_job_begin(ra_job_object *job) {
    job->working = true;
    return PyEval_SaveThread();
}

void ra_job_end(ra_job_object *job, PyThreadState *thread) {
    PyEval_RestoreThread(thread);
    job->working = false;
}

static void job_init_state(ra_job_object *self) {
    ra_catalog_init(&self->catalog, NULL);
    ra_arena_init(&self->arena, 0, NULL);
    memset(&self->columns, 0, sizeof self->columns);
    self->columns.order_classes.item_size = sizeof(const ra_field *);
    self->columns.line_classes.item_size = sizeof(const ra_field *);
    self->source.fd = -1;
}

PyDoc_STRVAR(job_doc,
             "Job(scope, channel_id, company_id, import_id, round_globally, compensated_sum, "
             "show_discount, discount_digits, quantity_digits, rounding_limit)\n--\n\n"
             "One import. `scope` enters every identity key; `rounding_limit` is decimal text in "
             "the order's currency; `import_id` may be 0.");

static PyObject *job_new(PyTypeObject *type, PyObject *args, PyObject *kwargs) {
    static char *names[] = {"scope",
                            "channel_id",
                            "company_id",
                            "import_id",
                            "round_globally",
                            "compensated_sum",
                            "show_discount",
                            "discount_digits",
                            "quantity_digits",
                            "rounding_limit",
                            NULL};
    const char *scope, *limit;
    Py_ssize_t scope_len, limit_len;
    int channel, company, import, globally, compensated, discount, discount_digits, quantity_digits;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "s#iiipppiis#", names, &scope, &scope_len,
                                     &channel, &company, &import, &globally, &compensated,
                                     &discount, &discount_digits, &quantity_digits, &limit,
                                     &limit_len)) {
        return NULL;
    }
    ra_job_object *self = (ra_job_object *)PyType_GenericAlloc(type, 0);
    if (self == NULL) return NULL;
    job_init_state(self);
    self->channel_id = channel;
    self->company_id = company;
    self->import_id = import;
    self->catalog.round_globally = globally != 0;
    self->catalog.compensated_sum = compensated != 0;
    self->catalog.show_discount = discount != 0;
    self->catalog.discount_digits = discount_digits;
    self->catalog.quantity_digits = quantity_digits;
    ra_status status =
        ra_decimal_parse((ra_str){limit, (size_t)limit_len}, &self->catalog.rounding_limit);
    if (status == RA_OK &&
        !ra_arena_copy(&self->arena, (ra_str){scope, (size_t)scope_len}, &self->scope)) {
        status = RA_NO_MEMORY;
    }
    if (status != RA_OK) {
        ra_raise(PyType_GetModuleState(type), status, NULL);
        Py_CLEAR(self);
    }
    return (PyObject *)self;
}

static void job_dealloc(PyObject *object) {
    ra_job_object *self = (ra_job_object *)object;
    PyTypeObject *type = Py_TYPE(object);
    ra_reader_close(self->reader);
    ra_source_close(&self->source);
    ra_vector_free(&self->columns.order_classes, NULL);
    ra_vector_free(&self->columns.line_classes, NULL);
    ra_catalog_free(&self->catalog);
    ra_arena_free(&self->arena);
    type->tp_free(object);
    Py_DECREF(type);
}

PyDoc_STRVAR(job_open_doc, "open(path_or_bytes, format='auto', start_offset=0, start_row=0)\n--\n\n"
                           "Open the input; a start resumes behind the record that ended there.");

static PyObject *job_open(PyObject *object, PyObject *args, PyObject *kwargs) {
    static char *names[] = {"path_or_bytes", "format", "start_offset", "start_row", NULL};
    ra_job_object *self = (ra_job_object *)object;
    PyObject *input;
    const char *name = "auto";
    unsigned long long offset = 0, row = 0;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O|sKK", names, &input, &name, &offset, &row)) {
        return NULL;
    }
    int format = ra_format_from_name(name);
    if (format < 0) return NULL;
    if (self->reading) return PyErr_Format(PyExc_ValueError, "the job is being read");
    ra_reader_close(self->reader);
    self->reader = NULL;
    ra_source_close(&self->source);
    if (ra_source_open(&self->source, input) < 0) return NULL;
    ra_reader_options options = {
        .format = (ra_format)format, .start_offset = offset, .start_row = row};
    ra_error error = {.code = RA_OK};
    ra_status status = ra_reader_open(self->source.input, &options, NULL, &self->reader, &error);
    if (status != RA_OK) return ra_raise(ra_state_of(object), status, &error);
    Py_RETURN_NONE;
}

PyDoc_STRVAR(job_read_doc,
             "read(max_orders, soft_limit)\n--\n\n"
             "The next chunk: up to max_orders orders, fewer when they pass soft_limit bytes of "
             "memory. Runs without the GIL; one thread at a time.");

static PyObject *job_read(PyObject *object, PyObject *args) {
    ra_job_object *self = (ra_job_object *)object;
    Py_ssize_t max_orders, soft_limit;
    if (!PyArg_ParseTuple(args, "nn", &max_orders, &soft_limit)) return NULL;
    if (self->reader == NULL || self->reading || max_orders <= 0 || soft_limit <= 0) {
        return PyErr_Format(PyExc_ValueError, "the job has no input, or is being read already");
    }
    PyObject *chunk = ra_chunk_new(ra_state_of(object), self);
    if (chunk == NULL) return NULL;
    ra_status status;
    self->reading = true;
    Py_BEGIN_ALLOW_THREADS;
    status = ra_chunk_read(&((ra_chunk_object *)chunk)->chunk, self->reader, self->scope,
                           (size_t)max_orders, (size_t)soft_limit);
    Py_END_ALLOW_THREADS;
    self->reading = false;
    if (status != RA_OK) {
        Py_DECREF(chunk);
        return ra_raise(ra_state_of(object), status, NULL);
    }
    return chunk;
}

PyDoc_STRVAR(set_policy_doc,
             "set_policy(default_action=-1, rounding_slot=-1)\n--\n\n"
             "Action of unknown statuses (-1 rejects) and the product of rounding lines.");

static PyObject *job_set_policy(PyObject *object, PyObject *args, PyObject *kwargs) {
    static char *names[] = {"default_action", "rounding_slot", NULL};
    ra_job_object *self = (ra_job_object *)object;
    ra_catalog *catalog = &self->catalog;
    int action = catalog->default_action, slot = catalog->rounding_product;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|ii", names, &action, &slot) ||
        !ra_job_idle(self)) {
        return NULL;
    }
    if (action < RA_NOT_FOUND || action > RA_ACTION_REJECT || slot < RA_NOT_FOUND ||
        (slot >= 0 && (size_t)slot >= catalog->products.count)) {
        return PyErr_Format(PyExc_ValueError, "no such action or product");
    }
    catalog->default_action = action;
    catalog->rounding_product = slot;
    Py_RETURN_NONE;
}

PyDoc_STRVAR(trim_doc, "trim(limit)\n--\n\nForget the parties when more than `limit` are held.");

static PyObject *job_trim(PyObject *object, PyObject *limit) {
    Py_ssize_t count = PyLong_AsSsize_t(limit);
    if (count < 0) {
        return PyErr_Occurred() ? NULL : PyErr_Format(PyExc_ValueError, "limit is negative");
    }
    if (!ra_job_idle((ra_job_object *)object)) return NULL;
    ra_catalog_trim_parties(&((ra_job_object *)object)->catalog, (size_t)count);
    Py_RETURN_NONE;
}

static PyObject *job_get_offset(PyObject *object, void *Py_UNUSED(closure)) {
    const ra_job_object *self = (const ra_job_object *)object;
    uint64_t offset = self->reader != NULL ? ra_reader_offset(self->reader) : 0;
    return PyLong_FromUnsignedLongLong(offset);
}

static PyMethodDef job_methods[] = {
    {"open", (PyCFunction)(void (*)(void))job_open, METH_VARARGS | METH_KEYWORDS, job_open_doc},
    {"read", job_read, METH_VARARGS, job_read_doc},
    {"add_products", ra_job_add_products, METH_O, ra_job_add_products_doc},
    {"add_refs", ra_job_add_refs, METH_O, ra_job_add_refs_doc},
    {"add_taxes", ra_job_add_taxes, METH_O, ra_job_add_taxes_doc},
    {"add_rates", ra_job_add_rates, METH_O, ra_job_add_rates_doc},
    {"add_statuses", ra_job_add_statuses, METH_O, ra_job_add_statuses_doc},
    {"add_currencies", ra_job_add_currencies, METH_O, ra_job_add_currencies_doc},
    {"add_currency_rates", ra_job_add_currency_rates, METH_O, ra_job_add_currency_rates_doc},
    {"add_payments", ra_job_add_payments, METH_O, ra_job_add_payments_doc},
    {"add_parties", ra_job_add_parties, METH_O, ra_job_add_parties_doc},
    {"add_headers", ra_job_add_headers, METH_O, ra_job_add_headers_doc},
    {"set_policy", (PyCFunction)(void (*)(void))job_set_policy, METH_VARARGS | METH_KEYWORDS,
     set_policy_doc},
    {"trim", job_trim, METH_O, trim_doc},
    {"set_columns", ra_job_set_columns, METH_VARARGS, ra_job_set_columns_doc},
    {"add_order_class", ra_job_add_order_class, METH_O, ra_job_add_order_class_doc},
    {"add_line_class", ra_job_add_line_class, METH_O, ra_job_add_line_class_doc},
    {NULL, NULL, 0, NULL},
};

static PyGetSetDef job_getset[] = {
    {"offset", job_get_offset, NULL, "Bytes of the input consumed so far.", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyType_Slot job_slots[] = {
    {Py_tp_doc, (void *)job_doc}, {Py_tp_new, job_new},       {Py_tp_dealloc, job_dealloc},
    {Py_tp_methods, job_methods}, {Py_tp_getset, job_getset}, {0, NULL},
};

PyType_Spec ra_job_spec = {
    .name = "retail_accelerator_native.Job",
    .basicsize = sizeof(ra_job_object),
    .flags = Py_TPFLAGS_DEFAULT,
    .slots = job_slots,
};

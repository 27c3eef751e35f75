/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Job: the dictionaries and policies of one import, and the reader of its file. */
#include "python/ra_python.h"

#include <string.h>

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

/* Call `add` for each item of an iterable of tuples; NULL with an exception on the first failure.
 */
typedef ra_status (*item_adder)(ra_job_object *self, PyObject *item);

static PyObject *add_each(PyObject *object, PyObject *items, item_adder add) {
    PyObject *iterator = PyObject_GetIter(items);
    if (iterator == NULL) return NULL;
    ra_status status = RA_OK;
    PyObject *item;
    while (status == RA_OK && (item = PyIter_Next(iterator)) != NULL) {
        status = add((ra_job_object *)object, item);
        Py_DECREF(item);
        if (PyErr_Occurred()) status = RA_BAD_ARGUMENT;
    }
    Py_DECREF(iterator);
    if (PyErr_Occurred()) return NULL;
    if (status != RA_OK) return ra_raise(ra_state_of(object), status, NULL);
    Py_RETURN_NONE;
}

static ra_status add_product(ra_job_object *self, PyObject *item) {
    ra_product product;
    int32_t slot;
    if (!PyArg_ParseTuple(item, "iii", &product.product_id, &product.uom_id, &product.line_class)) {
        return RA_BAD_ARGUMENT;
    }
    return ra_catalog_add_product(&self->catalog, product, &slot);
}

PyDoc_STRVAR(
    add_products_doc,
    "add_products([(product_id, uom_id, line_class), ...])\n--\n\n"
    "Returns the slot of the first; the others follow. product_id 0: known to be missing.");

static PyObject *job_add_products(PyObject *object, PyObject *items) {
    Py_ssize_t first = (Py_ssize_t)((ra_job_object *)object)->catalog.products.count;
    PyObject *result = add_each(object, items, add_product);
    if (result == NULL) return NULL;
    Py_DECREF(result);
    return PyLong_FromSsize_t(first);
}

static ra_status add_ref(ra_job_object *self, PyObject *item) {
    int space, slot;
    const char *ref;
    Py_ssize_t length;
    if (!PyArg_ParseTuple(item, "is#i", &space, &ref, &length, &slot)) return RA_BAD_ARGUMENT;
    if (space < 0 || space >= RA_REF_SPACES || slot < 0 ||
        (size_t)slot >= self->catalog.products.count) {
        return RA_BAD_ARGUMENT;
    }
    return ra_catalog_add_ref(&self->catalog, (ra_ref_space)space, (ra_str){ref, (size_t)length},
                              slot);
}

PyDoc_STRVAR(add_refs_doc, "add_refs([(space, ref, slot), ...])\n--\n\n"
                           "References of products; spaces as in REF_SPACES.");

static PyObject *job_add_refs(PyObject *object, PyObject *items) {
    return add_each(object, items, add_ref);
}

/* Ids of a sequence into a fixed array; -1 with an exception when it is too long. */
static Py_ssize_t ids_from(PyObject *sequence, int32_t *ids, Py_ssize_t room) {
    Py_ssize_t count = PySequence_Size(sequence);
    if (count > room) PyErr_SetString(PyExc_ValueError, "too many taxes in one place");
    if (count < 0 || count > room) return -1;
    for (Py_ssize_t i = 0; i < count; i++) {
        PyObject *item = PySequence_GetItem(sequence, i);
        if (item == NULL) return -1;
        ids[i] = (int32_t)PyLong_AsLong(item);
        Py_DECREF(item);
        if (PyErr_Occurred()) return -1;
    }
    return count;
}

#define IDS_ROOM 64

static ra_status add_tax(ra_job_object *self, PyObject *item) {
    ra_tax tax = {0};
    int kind, include, include_base, affected, supported;
    PyObject *children;
    int32_t ids[IDS_ROOM];
    if (!PyArg_ParseTuple(item, "iiidpppOp", &tax.id, &tax.sequence, &kind, &tax.amount, &include,
                          &include_base, &affected, &children, &supported)) {
        return RA_BAD_ARGUMENT;
    }
    Py_ssize_t count = ids_from(children, ids, IDS_ROOM);
    if (count < 0 || kind < RA_TAX_PERCENT || kind > RA_TAX_GROUP) return RA_BAD_ARGUMENT;
    tax.kind = (ra_tax_kind)kind;
    tax.price_include = include != 0;
    tax.include_base_amount = include_base != 0;
    tax.is_base_affected = affected != 0;
    tax.child_ids = ids;
    tax.child_count = (size_t)count;
    return ra_catalog_add_tax(&self->catalog, &tax, supported != 0);
}

PyDoc_STRVAR(add_taxes_doc,
             "add_taxes([(id, sequence, kind, amount, price_include, include_base_amount, "
             "is_base_affected, child_ids, supported), ...])\n--\n\n"
             "In ascending order of id; kind 0 percent, 1 fixed, 2 division, 3 group.");

static PyObject *job_add_taxes(PyObject *object, PyObject *items) {
    return add_each(object, items, add_tax);
}

static ra_status add_rate(ra_job_object *self, PyObject *item) {
    const char *ref;
    Py_ssize_t length;
    PyObject *taxes;
    int32_t ids[IDS_ROOM];
    if (!PyArg_ParseTuple(item, "s#O", &ref, &length, &taxes)) return RA_BAD_ARGUMENT;
    Py_ssize_t count = ids_from(taxes, ids, IDS_ROOM);
    if (count < 0) return RA_BAD_ARGUMENT;
    return ra_catalog_add_rate(&self->catalog, (ra_str){ref, (size_t)length}, ids, (size_t)count);
}

PyDoc_STRVAR(add_rates_doc, "add_rates([(rate_ref, tax_ids), ...])\n--\n\n"
                            "The shop's tax rates; no tax ids: known to be unmapped.");

static PyObject *job_add_rates(PyObject *object, PyObject *items) {
    return add_each(object, items, add_rate);
}

static ra_status add_status(ra_job_object *self, PyObject *item) {
    const char *status;
    Py_ssize_t length;
    int action;
    if (!PyArg_ParseTuple(item, "s#i", &status, &length, &action)) return RA_BAD_ARGUMENT;
    if (action < RA_ACTION_DRAFT || action > RA_ACTION_REJECT) return RA_BAD_ARGUMENT;
    return ra_text_table_put(&self->catalog.statuses, (ra_str){status, (size_t)length}, action);
}

PyDoc_STRVAR(add_statuses_doc, "add_statuses([(status, action), ...])\n--\n\n"
                               "Actions: 0 draft, 1 confirm, 2 cancel, 3 skip, 4 reject.");

static PyObject *job_add_statuses(PyObject *object, PyObject *items) {
    return add_each(object, items, add_status);
}

static ra_status add_currency(ra_job_object *self, PyObject *item) {
    const char *code;
    Py_ssize_t length;
    ra_currency currency;
    int is_company;
    if (!PyArg_ParseTuple(item, "s#idip", &code, &length, &currency.id, &currency.rounding,
                          &currency.digits, &is_company)) {
        return RA_BAD_ARGUMENT;
    }
    ra_status status =
        ra_catalog_add_currency(&self->catalog, (ra_str){code, (size_t)length}, currency);
    if (status == RA_OK && is_company) {
        self->catalog.company_currency = (int32_t)self->catalog.currency_items.count - 1;
    }
    return status;
}

PyDoc_STRVAR(add_currencies_doc,
             "add_currencies([(code, id, rounding, decimal_places, is_company), ...])\n--\n\n"
             "Indexes count from 0 in the order added; id 0: known to be unusable.");

static PyObject *job_add_currencies(PyObject *object, PyObject *items) {
    return add_each(object, items, add_currency);
}

static ra_status add_currency_rate(ra_job_object *self, PyObject *item) {
    int currency, day;
    double rate;
    if (!PyArg_ParseTuple(item, "iid", &currency, &day, &rate)) return RA_BAD_ARGUMENT;
    return ra_catalog_add_currency_rate(&self->catalog, currency, day, rate);
}

PyDoc_STRVAR(add_currency_rates_doc, "add_currency_rates([(index, day, rate), ...])\n--\n\n"
                                     "sale.order.currency_rate of a currency on a day (days since "
                                     "1970-01-01, UTC).");

static PyObject *job_add_currency_rates(PyObject *object, PyObject *items) {
    return add_each(object, items, add_currency_rate);
}

static ra_status add_payment(ra_job_object *self, PyObject *item) {
    const char *code;
    Py_ssize_t length;
    int index;
    if (!PyArg_ParseTuple(item, "s#i", &code, &length, &index)) return RA_BAD_ARGUMENT;
    if (index < 0) return RA_BAD_ARGUMENT;
    return ra_text_table_put(&self->catalog.payments, (ra_str){code, (size_t)length}, index);
}

PyDoc_STRVAR(add_payments_doc, "add_payments([(method, index), ...])\n--\n\n"
                               "Payment methods with a rule of their own, index from 1.");

static PyObject *job_add_payments(PyObject *object, PyObject *items) {
    return add_each(object, items, add_payment);
}

static ra_status add_party(ra_job_object *self, PyObject *item) {
    PyObject *text;
    ra_key key;
    ra_party party;
    if (!PyArg_ParseTuple(item, "Oii", &text, &party.partner_id, &party.klass)) {
        return RA_BAD_ARGUMENT;
    }
    if (!ra_key_from(text, &key)) return RA_BAD_ARGUMENT;
    return ra_catalog_add_party(&self->catalog, key, party);
}

PyDoc_STRVAR(add_parties_doc, "add_parties([(key, partner_id, class), ...])\n--\n\n"
                              "partner_id 0: known to be unusable.");

static PyObject *job_add_parties(PyObject *object, PyObject *items) {
    return add_each(object, items, add_party);
}

static ra_status add_header(ra_job_object *self, PyObject *item) {
    ra_header_key key;
    int header_class;
    if (!PyArg_ParseTuple(item, "(iiiii)i", &key.customer_class, &key.delivery_class, &key.currency,
                          &key.action, &key.payment, &header_class)) {
        return RA_BAD_ARGUMENT;
    }
    return ra_catalog_add_header(&self->catalog, &key, header_class);
}

PyDoc_STRVAR(add_headers_doc, "add_headers([(header_key, header_class), ...])\n--\n\n"
                              "Which class of order values a combination of classes has.");

static PyObject *job_add_headers(PyObject *object, PyObject *items) {
    return add_each(object, items, add_header);
}

PyDoc_STRVAR(set_policy_doc,
             "set_policy(default_action=-1, rounding_slot=-1)\n--\n\n"
             "Action of unknown statuses (-1 rejects) and the product of rounding lines.");

static PyObject *job_set_policy(PyObject *object, PyObject *args, PyObject *kwargs) {
    static char *names[] = {"default_action", "rounding_slot", NULL};
    ra_catalog *catalog = &((ra_job_object *)object)->catalog;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|ii", names, &catalog->default_action,
                                     &catalog->rounding_product)) {
        return NULL;
    }
    Py_RETURN_NONE;
}

PyDoc_STRVAR(trim_doc, "trim(limit)\n--\n\nForget the parties when more than `limit` are held.");

static PyObject *job_trim(PyObject *object, PyObject *limit) {
    Py_ssize_t count = PyLong_AsSsize_t(limit);
    if (count < 0) {
        return PyErr_Occurred() ? NULL : PyErr_Format(PyExc_ValueError, "limit is negative");
    }
    ra_catalog_trim_parties(&((ra_job_object *)object)->catalog, (size_t)count);
    Py_RETURN_NONE;
}

/* [(kind, header_index), ...] into the arena. */
static ra_column *columns_from(ra_job_object *self, PyObject *items, int16_t *count) {
    Py_ssize_t size = PySequence_Size(items);
    if (size < 0 || size > 1600) {
        if (!PyErr_Occurred()) PyErr_SetString(PyExc_ValueError, "too many columns");
        return NULL;
    }
    ra_column *columns = ra_arena_array(&self->arena, (size_t)size, sizeof *columns);
    if (columns == NULL) return (ra_column *)PyErr_NoMemory();
    for (Py_ssize_t i = 0; i < size; i++) {
        PyObject *item = PySequence_GetItem(items, i);
        const char *name;
        Py_ssize_t length;
        int index;
        if (item == NULL || !PyArg_ParseTuple(item, "s#i", &name, &length, &index)) {
            Py_XDECREF(item);
            return NULL;
        }
        int kind = ra_column_kind_from_name((ra_str){name, (size_t)length});
        if (kind < 0) PyErr_Format(PyExc_ValueError, "unknown kind of column: %s", name);
        Py_DECREF(item);
        if (kind < 0) return NULL;
        columns[i] = (ra_column){(ra_column_kind)kind, (int16_t)index};
    }
    *count = (int16_t)size;
    return columns;
}

PyDoc_STRVAR(set_columns_doc, "set_columns(order_columns, line_columns, origin_prefix)\n--\n\n"
                              "The column plan: lists of (kind, header_index) in COPY order.");

static PyObject *job_set_columns(PyObject *object, PyObject *args) {
    ra_job_object *self = (ra_job_object *)object;
    PyObject *orders, *lines;
    const char *prefix;
    Py_ssize_t length;
    if (!PyArg_ParseTuple(args, "OOs#", &orders, &lines, &prefix, &length)) return NULL;
    ra_column_plan *plan = &self->columns;
    plan->order_columns = columns_from(self, orders, &plan->order_count);
    if (plan->order_columns == NULL) return NULL;
    plan->line_columns = columns_from(self, lines, &plan->line_count);
    if (plan->line_columns == NULL) return NULL;
    for (int16_t i = 0; i < plan->line_count; i++) {
        int16_t index = plan->line_columns[i].header_index;
        if (plan->line_columns[i].kind == RA_COL_HEADER &&
            (index < 0 || index >= plan->order_count)) {
            return PyErr_Format(PyExc_ValueError, "a line column copies an unknown order column");
        }
    }
    if (!ra_arena_copy(&self->arena, (ra_str){prefix, (size_t)length}, &plan->origin_prefix)) {
        return PyErr_NoMemory();
    }
    Py_RETURN_NONE;
}

/* A list of bytes or None, one per column, as a class; its index or -1 with an exception. */
static Py_ssize_t add_class(ra_job_object *self, PyObject *values, int16_t columns,
                            ra_vector *classes) {
    if (PySequence_Size(values) != columns) {
        if (!PyErr_Occurred()) PyErr_SetString(PyExc_ValueError, "a class has one value a column");
        return -1;
    }
    ra_field *fields = ra_arena_array(&self->arena, (size_t)columns, sizeof *fields);
    if (fields == NULL) PyErr_NoMemory();
    for (int16_t i = 0; fields != NULL && i < columns; i++) {
        PyObject *value = PySequence_GetItem(values, i);
        char *data = NULL;
        Py_ssize_t length = 0;
        ra_str copy = {NULL, 0};
        bool done = value == Py_None ||
                    (value != NULL && PyBytes_AsStringAndSize(value, &data, &length) == 0 &&
                     ra_arena_copy(&self->arena, (ra_str){data, (size_t)length}, &copy));
        if (value != Py_None && done) fields[i] = (ra_field){copy.ptr, (int32_t)copy.len};
        Py_XDECREF(value);
        if (!done) {
            if (!PyErr_Occurred()) PyErr_NoMemory();
            return -1;
        }
    }
    if (fields == NULL || ra_vector_push(classes, NULL, &fields) != RA_OK) {
        if (!PyErr_Occurred()) PyErr_NoMemory();
        return -1;
    }
    return (Py_ssize_t)classes->count - 1;
}

PyDoc_STRVAR(add_order_class_doc,
             "add_order_class(values)\n--\n\n"
             "Encoded values (bytes as PostgreSQL's send functions give them, or None) of every "
             "order column for one class; returns the class.");

static PyObject *job_add_order_class(PyObject *object, PyObject *values) {
    ra_job_object *self = (ra_job_object *)object;
    Py_ssize_t index =
        add_class(self, values, self->columns.order_count, &self->columns.order_classes);
    return index < 0 ? NULL : PyLong_FromSsize_t(index);
}

PyDoc_STRVAR(add_line_class_doc,
             "add_line_class(values)\n--\n\nThe same for the columns of order lines.");

static PyObject *job_add_line_class(PyObject *object, PyObject *values) {
    ra_job_object *self = (ra_job_object *)object;
    Py_ssize_t index =
        add_class(self, values, self->columns.line_count, &self->columns.line_classes);
    return index < 0 ? NULL : PyLong_FromSsize_t(index);
}

static PyObject *job_get_offset(PyObject *object, void *Py_UNUSED(closure)) {
    const ra_job_object *self = (const ra_job_object *)object;
    uint64_t offset = self->reader != NULL ? ra_reader_offset(self->reader) : 0;
    return PyLong_FromUnsignedLongLong(offset);
}

static PyMethodDef job_methods[] = {
    {"open", (PyCFunction)(void (*)(void))job_open, METH_VARARGS | METH_KEYWORDS, job_open_doc},
    {"read", job_read, METH_VARARGS, job_read_doc},
    {"add_products", job_add_products, METH_O, add_products_doc},
    {"add_refs", job_add_refs, METH_O, add_refs_doc},
    {"add_taxes", job_add_taxes, METH_O, add_taxes_doc},
    {"add_rates", job_add_rates, METH_O, add_rates_doc},
    {"add_statuses", job_add_statuses, METH_O, add_statuses_doc},
    {"add_currencies", job_add_currencies, METH_O, add_currencies_doc},
    {"add_currency_rates", job_add_currency_rates, METH_O, add_currency_rates_doc},
    {"add_payments", job_add_payments, METH_O, add_payments_doc},
    {"add_parties", job_add_parties, METH_O, add_parties_doc},
    {"add_headers", job_add_headers, METH_O, add_headers_doc},
    {"set_policy", (PyCFunction)(void (*)(void))job_set_policy, METH_VARARGS | METH_KEYWORDS,
     set_policy_doc},
    {"trim", job_trim, METH_O, trim_doc},
    {"set_columns", job_set_columns, METH_VARARGS, set_columns_doc},
    {"add_order_class", job_add_order_class, METH_O, add_order_class_doc},
    {"add_line_class", job_add_line_class, METH_O, add_line_class_doc},
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

/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Job: what it knows of Odoo, added tuple by tuple. */
#include "python/ra_python.h"

bool ra_is_tuple(PyObject *object) {
    if (PyTuple_Check(object)) return true;
    PyErr_Format(PyExc_TypeError, "expected a tuple, not %R", (PyObject *)Py_TYPE(object));
    return false;
}

bool ra_id_from(PyObject *object, int32_t *id) {
    long value = PyLong_AsLong(object);
    if (value == -1 && PyErr_Occurred()) return false;
    if (value < INT32_MIN || value > INT32_MAX) {
        PyErr_SetString(PyExc_OverflowError, "an id has 32 bits");
        return false;
    }
    *id = (int32_t)value;
    return true;
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
        bool fit = ra_is_tuple(item) && ra_job_idle((ra_job_object *)object);
        status = fit ? add((ra_job_object *)object, item) : RA_BAD_ARGUMENT;
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

const char ra_job_add_products_doc[] = PyDoc_STR(
    "add_products([(product_id, uom_id, line_class), ...])\n--\n\n"
    "Returns the slot of the first; the others follow. product_id 0: known to be missing.");

PyObject *ra_job_add_products(PyObject *object, PyObject *items) {
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

const char ra_job_add_refs_doc[] = PyDoc_STR("add_refs([(space, ref, slot), ...])\n--\n\n"
                                             "References of products; spaces as in REF_SPACES.");

PyObject *ra_job_add_refs(PyObject *object, PyObject *items) {
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
        bool fit = ra_id_from(item, &ids[i]);
        Py_DECREF(item);
        if (!fit) return -1;
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

const char ra_job_add_taxes_doc[] =
    PyDoc_STR("add_taxes([(id, sequence, kind, amount, price_include, include_base_amount, "
              "is_base_affected, child_ids, supported), ...])\n--\n\n"
              "Each id once; kind 0 percent, 1 fixed, 2 division, 3 group.");

PyObject *ra_job_add_taxes(PyObject *object, PyObject *items) {
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

const char ra_job_add_rates_doc[] =
    PyDoc_STR("add_rates([(rate_ref, tax_ids), ...])\n--\n\n"
              "The shop's tax rates; no tax ids: known to be unmapped.");

PyObject *ra_job_add_rates(PyObject *object, PyObject *items) {
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

const char ra_job_add_statuses_doc[] =
    PyDoc_STR("add_statuses([(status, action), ...])\n--\n\n"
              "Actions: 0 draft, 1 confirm, 2 cancel, 3 skip, 4 reject.");

PyObject *ra_job_add_statuses(PyObject *object, PyObject *items) {
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
    if (currency.digits < 0 || currency.digits > RA_DECIMAL_MAX_SCALE) return RA_BAD_ARGUMENT;
    ra_status status =
        ra_catalog_add_currency(&self->catalog, (ra_str){code, (size_t)length}, currency);
    if (status == RA_OK && is_company) {
        self->catalog.company_currency = (int32_t)self->catalog.currency_items.count - 1;
    }
    return status;
}

const char ra_job_add_currencies_doc[] =
    PyDoc_STR("add_currencies([(code, id, rounding, decimal_places, is_company), ...])\n--\n\n"
              "Indexes count from 0 in the order added; id 0: known to be unusable.");

PyObject *ra_job_add_currencies(PyObject *object, PyObject *items) {
    return add_each(object, items, add_currency);
}

static ra_status add_currency_rate(ra_job_object *self, PyObject *item) {
    int currency, day;
    double rate;
    if (!PyArg_ParseTuple(item, "iid", &currency, &day, &rate)) return RA_BAD_ARGUMENT;
    return ra_catalog_add_currency_rate(&self->catalog, currency, day, rate);
}

const char ra_job_add_currency_rates_doc[] =
    PyDoc_STR("add_currency_rates([(index, day, rate), ...])\n--\n\n"
              "sale.order.currency_rate of a currency on a day (days since "
              "1970-01-01, UTC).");

PyObject *ra_job_add_currency_rates(PyObject *object, PyObject *items) {
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

const char ra_job_add_payments_doc[] =
    PyDoc_STR("add_payments([(method, index), ...])\n--\n\n"
              "Payment methods with a rule of their own, index from 1.");

PyObject *ra_job_add_payments(PyObject *object, PyObject *items) {
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

const char ra_job_add_parties_doc[] =
    PyDoc_STR("add_parties([(key, partner_id, class), ...])\n--\n\n"
              "partner_id 0: no contact; -1: one of another company.");

PyObject *ra_job_add_parties(PyObject *object, PyObject *items) {
    return add_each(object, items, add_party);
}

static ra_status add_header(ra_job_object *self, PyObject *item) {
    ra_header_key key;
    int header_class;
    if (!PyArg_ParseTuple(item, "(iiiii)i", &key.customer_class, &key.delivery_class, &key.currency,
                          &key.action, &key.payment, &header_class)) {
        return RA_BAD_ARGUMENT;
    }
    if (header_class < 0) return RA_BAD_ARGUMENT;
    return ra_catalog_add_header(&self->catalog, &key, header_class);
}

const char ra_job_add_headers_doc[] =
    PyDoc_STR("add_headers([(header_key, header_class), ...])\n--\n\n"
              "Which class of order values a combination of classes has.");

PyObject *ra_job_add_headers(PyObject *object, PyObject *items) {
    return add_each(object, items, add_header);
}

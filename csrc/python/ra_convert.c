/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Canonical orders and plans as Python objects, for the paths that are not in a hurry. */
#include "python/ra_python.h"

PyObject *ra_text_to(ra_str text) {
    return PyUnicode_DecodeUTF8(text.len > 0 ? text.ptr : "", (Py_ssize_t)text.len, NULL);
}

bool ra_text_from(PyObject *object, ra_str *out) {
    *out = (ra_str){NULL, 0};
    if (object == Py_None) return true;
    Py_ssize_t length;
    const char *text = PyUnicode_AsUTF8AndSize(object, &length);
    if (text == NULL) return false;
    *out = (ra_str){text, (size_t)length};
    return true;
}

bool ra_dict_get(PyObject *dict, const char *name, PyObject **out) {
    PyObject *key = PyUnicode_FromString(name);
    *out = NULL;
    if (key == NULL) return false;
    *out = PyDict_GetItemWithError(dict, key);
    Py_DECREF(key);
    return *out != NULL || PyErr_Occurred() == NULL;
}

bool ra_dict_set(PyObject *dict, const char *name, PyObject *value) {
    bool done = value != NULL && PyDict_SetItemString(dict, name, value) == 0;
    Py_XDECREF(value);
    return done;
}

static int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return -1;
}

bool ra_key_from(PyObject *object, ra_key *out) {
    ra_str text;
    if (!ra_text_from(object, &text)) return false;
    uint64_t parts[2] = {0, 0};
    bool valid = text.len == RA_KEY_HEX - 1;
    for (size_t i = 0; valid && i < text.len; i++) {
        int nibble = hex_value(text.ptr[i]);
        valid = nibble >= 0;
        parts[i / 16] = parts[i / 16] << 4 | (uint64_t)(nibble & 15);
    }
    if (!valid) {
        PyErr_SetString(PyExc_ValueError, "a key has 32 lower-case hexadecimal digits");
        return false;
    }
    *out = (ra_key){parts[0], parts[1]};
    return true;
}

PyObject *ra_key_to_text(ra_key key) {
    char hex[RA_KEY_HEX];
    ra_key_to_hex(key, hex);
    return PyUnicode_FromStringAndSize(hex, RA_KEY_HEX - 1);
}

PyObject *ra_key_or_none(bool present, ra_key key) {
    return present ? ra_key_to_text(key) : Py_NewRef(Py_None);
}

static PyObject *decimal_to(ra_decimal value) {
    char text[24];
    size_t length = ra_decimal_format(value, text);
    return PyUnicode_FromStringAndSize(text, (Py_ssize_t)length);
}

PyObject *ra_time_or_none(int64_t unix_us) {
    if (unix_us == RA_NO_TIME) Py_RETURN_NONE;
    return PyLong_FromLongLong(unix_us);
}

PyObject *ra_address_to_dict(const ra_address *address) {
    const struct {
        const char *key;
        ra_str text;
    } parts[] = {
        {"first_name", address->first_name}, {"last_name", address->last_name},
        {"company", address->company},       {"address_1", address->address_1},
        {"address_2", address->address_2},   {"city", address->city},
        {"state", address->state},           {"postcode", address->postcode},
        {"country", address->country},       {"email", address->email},
        {"phone", address->phone},
    };
    PyObject *dict = PyDict_New();
    for (size_t i = 0; dict != NULL && i < sizeof parts / sizeof *parts; i++) {
        if (!ra_dict_set(dict, parts[i].key, ra_text_to(parts[i].text))) Py_CLEAR(dict);
    }
    return dict;
}

typedef PyObject *(*item_converter)(const void *items, size_t index);

static PyObject *list_of(const void *items, size_t count, item_converter convert) {
    PyObject *list = PyList_New((Py_ssize_t)count);
    for (size_t i = 0; list != NULL && i < count; i++) {
        PyObject *item = convert(items, i);
        if (item == NULL || PyList_SetItem(list, (Py_ssize_t)i, item) < 0) Py_CLEAR(list);
    }
    return list;
}

static PyObject *line_tax_to(const void *items, size_t index) {
    const ra_line_tax *tax = (const ra_line_tax *)items + index;
    PyObject *dict = PyDict_New();
    if (dict != NULL && ra_dict_set(dict, "rate_ref", ra_text_to(tax->rate_ref)) &&
        ra_dict_set(dict, "amount", decimal_to(tax->amount))) {
        return dict;
    }
    Py_XDECREF(dict);
    return NULL;
}

static PyObject *line_to(const void *items, size_t index) {
    static const char *const kinds[] = {"product", "shipping", "fee"};
    const ra_line *line = (const ra_line *)items + index;
    PyObject *dict = PyDict_New();
    if (dict != NULL && ra_dict_set(dict, "kind", PyUnicode_FromString(kinds[line->kind])) &&
        ra_dict_set(dict, "source_ref", ra_text_to(line->source_ref)) &&
        ra_dict_set(dict, "product_ref", ra_text_to(line->product_ref)) &&
        ra_dict_set(dict, "variation_ref", ra_text_to(line->variation_ref)) &&
        ra_dict_set(dict, "sku", ra_text_to(line->sku)) &&
        ra_dict_set(dict, "barcode", ra_text_to(line->barcode)) &&
        ra_dict_set(dict, "code", ra_text_to(line->code)) &&
        ra_dict_set(dict, "name", ra_text_to(line->name)) &&
        ra_dict_set(dict, "quantity", decimal_to(line->quantity)) &&
        ra_dict_set(dict, "subtotal", decimal_to(line->subtotal)) &&
        ra_dict_set(dict, "total", decimal_to(line->total)) &&
        ra_dict_set(dict, "total_tax", decimal_to(line->total_tax)) &&
        ra_dict_set(dict, "taxes", list_of(line->taxes, line->tax_count, line_tax_to))) {
        return dict;
    }
    Py_XDECREF(dict);
    return NULL;
}

static PyObject *order_tax_to(const void *items, size_t index) {
    const ra_order_tax *tax = (const ra_order_tax *)items + index;
    PyObject *dict = PyDict_New();
    if (dict != NULL && ra_dict_set(dict, "rate_ref", ra_text_to(tax->rate_ref)) &&
        ra_dict_set(dict, "code", ra_text_to(tax->code)) &&
        ra_dict_set(dict, "label", ra_text_to(tax->label)) &&
        ra_dict_set(dict, "rate_percent", decimal_to(tax->rate_percent)) &&
        ra_dict_set(dict, "compound", PyBool_FromLong(tax->compound)) &&
        ra_dict_set(dict, "amount", decimal_to(tax->amount)) &&
        ra_dict_set(dict, "shipping_amount", decimal_to(tax->shipping_amount))) {
        return dict;
    }
    Py_XDECREF(dict);
    return NULL;
}

static PyObject *coupon_to(const void *items, size_t index) {
    const ra_coupon *coupon = (const ra_coupon *)items + index;
    PyObject *dict = PyDict_New();
    if (dict != NULL && ra_dict_set(dict, "code", ra_text_to(coupon->code)) &&
        ra_dict_set(dict, "discount", decimal_to(coupon->discount)) &&
        ra_dict_set(dict, "discount_tax", decimal_to(coupon->discount_tax))) {
        return dict;
    }
    Py_XDECREF(dict);
    return NULL;
}

static PyObject *refund_to(const void *items, size_t index) {
    const ra_refund_mention *refund = (const ra_refund_mention *)items + index;
    PyObject *dict = PyDict_New();
    if (dict != NULL && ra_dict_set(dict, "source_ref", ra_text_to(refund->source_ref)) &&
        ra_dict_set(dict, "reason", ra_text_to(refund->reason)) &&
        ra_dict_set(dict, "total", decimal_to(refund->total))) {
        return dict;
    }
    Py_XDECREF(dict);
    return NULL;
}

static PyObject *meta_to(const void *items, size_t index) {
    const ra_meta *meta = (const ra_meta *)items + index;
    PyObject *dict = PyDict_New();
    if (dict != NULL && ra_dict_set(dict, "key", ra_text_to(meta->key)) &&
        ra_dict_set(dict, "value", ra_text_to(meta->value))) {
        return dict;
    }
    Py_XDECREF(dict);
    return NULL;
}

static bool add_texts(PyObject *dict, const ra_order *order) {
    const struct {
        const char *key;
        ra_str text;
    } texts[] = {
        {"source_ref", order->source_ref},
        {"number", order->number},
        {"status", order->status},
        {"currency", order->currency},
        {"customer_ref", order->customer_ref},
        {"payment_method", order->payment_method},
        {"payment_title", order->payment_title},
        {"transaction_ref", order->transaction_ref},
        {"created_via", order->created_via},
        {"customer_note", order->customer_note},
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        if (!ra_dict_set(dict, texts[i].key, ra_text_to(texts[i].text))) return false;
    }
    return true;
}

static bool add_lists(PyObject *dict, const ra_order *order) {
    return ra_dict_set(dict, "lines", list_of(order->lines, order->line_count, line_to)) &&
           ra_dict_set(dict, "taxes", list_of(order->taxes, order->tax_count, order_tax_to)) &&
           ra_dict_set(dict, "coupons", list_of(order->coupons, order->coupon_count, coupon_to)) &&
           ra_dict_set(dict, "refunds", list_of(order->refunds, order->refund_count, refund_to)) &&
           ra_dict_set(dict, "meta", list_of(order->meta, order->meta_count, meta_to));
}

PyObject *ra_order_to_dict(const ra_order *order) {
    PyObject *dict = PyDict_New();
    if (dict != NULL && add_texts(dict, order) &&
        ra_dict_set(dict, "row", PyLong_FromUnsignedLongLong(order->row)) &&
        ra_dict_set(dict, "offset", PyLong_FromUnsignedLongLong(order->offset)) &&
        ra_dict_set(dict, "prices_include_tax", PyBool_FromLong(order->prices_include_tax)) &&
        ra_dict_set(dict, "created_at", ra_time_or_none(order->created_at)) &&
        ra_dict_set(dict, "modified_at", ra_time_or_none(order->modified_at)) &&
        ra_dict_set(dict, "paid_at", ra_time_or_none(order->paid_at)) &&
        ra_dict_set(dict, "billing", ra_address_to_dict(&order->billing)) &&
        ra_dict_set(dict, "shipping", ra_address_to_dict(&order->shipping)) &&
        ra_dict_set(dict, "total", decimal_to(order->total)) &&
        ra_dict_set(dict, "total_tax", decimal_to(order->total_tax)) &&
        ra_dict_set(dict, "discount_total", decimal_to(order->discount_total)) &&
        add_lists(dict, order)) {
        return dict;
    }
    Py_XDECREF(dict);
    return NULL;
}

static PyObject *tax_ids_to(const ra_tax_set *set) {
    PyObject *list = PyList_New((Py_ssize_t)set->linked_count);
    for (size_t i = 0; list != NULL && i < set->linked_count; i++) {
        PyObject *id = PyLong_FromLong(set->linked_ids[i]);
        if (id == NULL || PyList_SetItem(list, (Py_ssize_t)i, id) < 0) Py_CLEAR(list);
    }
    return list;
}

static PyObject *extra_to(const ra_sale_line *price) {
    if (price->extra_tax_data.len == 0) Py_RETURN_NONE;
    return ra_text_to(price->extra_tax_data);
}

static PyObject *plan_line_to(const ra_catalog *catalog, const ra_plan *plan, size_t index) {
    const ra_plan_line *line = &plan->lines[index];
    const ra_sale_line *price = &plan->prices[index];
    const ra_product *product = &RA_ITEM(catalog->products, ra_product, line->product);
    PyObject *dict = PyDict_New();
    if (dict != NULL && ra_dict_set(dict, "product_id", PyLong_FromLong(product->product_id)) &&
        ra_dict_set(dict, "name", ra_text_to(line->name)) &&
        ra_dict_set(dict, "quantity", PyFloat_FromDouble(price->quantity_out)) &&
        ra_dict_set(dict, "price_unit", PyFloat_FromDouble(price->price_unit)) &&
        ra_dict_set(dict, "discount", PyFloat_FromDouble(price->discount)) &&
        ra_dict_set(dict, "tax_ids", tax_ids_to(price->set)) &&
        ra_dict_set(dict, "extra_tax_data", extra_to(price)) &&
        ra_dict_set(dict, "price_subtotal", PyFloat_FromDouble(price->price_subtotal)) &&
        ra_dict_set(dict, "price_tax", PyFloat_FromDouble(price->price_tax))) {
        return dict;
    }
    Py_XDECREF(dict);
    return NULL;
}

static PyObject *plan_lines_to(const ra_catalog *catalog, const ra_plan *plan) {
    PyObject *list = PyList_New((Py_ssize_t)plan->line_count);
    for (size_t i = 0; list != NULL && i < plan->line_count; i++) {
        PyObject *line = plan_line_to(catalog, plan, i);
        if (line == NULL || PyList_SetItem(list, (Py_ssize_t)i, line) < 0) Py_CLEAR(list);
    }
    return list;
}

static int32_t partner_of(const ra_catalog *catalog, int32_t party) {
    return RA_ITEM(catalog->party_items, ra_party, party).partner_id;
}

PyObject *ra_plan_to_dict(const ra_catalog *catalog, const ra_plan *plan) {
    int32_t currency = RA_ITEM(catalog->currency_items, ra_currency, plan->currency).id;
    PyObject *dict = PyDict_New();
    if (dict != NULL && ra_dict_set(dict, "source_ref", ra_text_to(plan->order.source_ref)) &&
        ra_dict_set(dict, "number", ra_text_to(plan->order.number)) &&
        ra_dict_set(dict, "status", ra_text_to(plan->order.status)) &&
        ra_dict_set(dict, "transaction_ref", ra_text_to(plan->order.transaction_ref)) &&
        ra_dict_set(dict, "created_at", ra_time_or_none(plan->order.created_at)) &&
        ra_dict_set(dict, "action", PyLong_FromLong((long)plan->action)) &&
        ra_dict_set(dict, "payment", PyLong_FromLong(plan->payment)) &&
        ra_dict_set(dict, "partner_id", PyLong_FromLong(partner_of(catalog, plan->customer))) &&
        ra_dict_set(dict, "partner_invoice_id",
                    PyLong_FromLong(partner_of(catalog, plan->invoice))) &&
        ra_dict_set(dict, "partner_shipping_id",
                    PyLong_FromLong(partner_of(catalog, plan->delivery))) &&
        ra_dict_set(dict, "currency_id", PyLong_FromLong(currency)) &&
        ra_dict_set(dict, "known_order_id", PyLong_FromLong(plan->known.order_id)) &&
        ra_dict_set(dict, "amount_untaxed", PyFloat_FromDouble(plan->totals.amount_untaxed)) &&
        ra_dict_set(dict, "amount_tax", PyFloat_FromDouble(plan->totals.amount_tax)) &&
        ra_dict_set(dict, "amount_total", PyFloat_FromDouble(plan->totals.amount_total)) &&
        ra_dict_set(dict, "total", decimal_to(plan->order.total)) &&
        ra_dict_set(dict, "lines", plan_lines_to(catalog, plan))) {
        return dict;
    }
    Py_XDECREF(dict);
    return NULL;
}

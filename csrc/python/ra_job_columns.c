/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Job: the column plan and the classes of encoded values. */
#include "python/ra_python.h"

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
        if (item == NULL || !ra_is_tuple(item) ||
            !PyArg_ParseTuple(item, "s#i", &name, &length, &index)) {
            Py_XDECREF(item);
            return NULL;
        }
        int kind = ra_column_kind_from_name((ra_str){name, (size_t)length});
        if (kind < 0) PyErr_Format(PyExc_ValueError, "unknown kind of column: %s", name);
        Py_DECREF(item);
        if (kind < 0) return NULL;
        if (index < INT16_MIN || index > INT16_MAX) index = -1;
        columns[i] = (ra_column){(ra_column_kind)kind, (int16_t)index};
    }
    *count = (int16_t)size;
    return columns;
}

/* Orders have no values of lines, and what lines copy must exist; false with ValueError. */
static bool check_columns(const ra_column_plan *plan) {
    for (int16_t i = 0; i < plan->order_count; i++) {
        ra_column_kind kind = plan->order_columns[i].kind;
        if (kind == RA_COL_HEADER || kind > RA_COL_REFERENCE) {
            PyErr_SetString(PyExc_ValueError, "a line's kind of column in an order");
            return false;
        }
    }
    for (int16_t i = 0; i < plan->line_count; i++) {
        int16_t index = plan->line_columns[i].header_index;
        if (plan->line_columns[i].kind == RA_COL_HEADER &&
            (index < 0 || index >= plan->order_count)) {
            PyErr_SetString(PyExc_ValueError, "a line column copies an unknown order column");
            return false;
        }
    }
    return true;
}

const char ra_job_set_columns_doc[] =
    PyDoc_STR("set_columns(order_columns, line_columns, origin_prefix)\n--\n\n"
              "The column plan: lists of (kind, header_index) in COPY order.");

PyObject *ra_job_set_columns(PyObject *object, PyObject *args) {
    ra_job_object *self = (ra_job_object *)object;
    PyObject *orders, *lines;
    const char *prefix;
    Py_ssize_t length;
    if (!PyArg_ParseTuple(args, "OOs#", &orders, &lines, &prefix, &length)) return NULL;
    if (self->columns.order_classes.count > 0 || self->columns.line_classes.count > 0) {
        return PyErr_Format(PyExc_ValueError, "classes of the present columns exist already");
    }
    ra_column_plan plan = self->columns;
    plan.order_columns = columns_from(self, orders, &plan.order_count);
    if (plan.order_columns == NULL) return NULL;
    plan.line_columns = columns_from(self, lines, &plan.line_count);
    if (plan.line_columns == NULL || !check_columns(&plan)) return NULL;
    if (!ra_arena_copy(&self->arena, (ra_str){prefix, (size_t)length}, &plan.origin_prefix)) {
        return PyErr_NoMemory();
    }
    if (!ra_job_idle(self)) return NULL;
    self->columns = plan;
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
                     length <= INT32_MAX &&
                     ra_arena_copy(&self->arena, (ra_str){data, (size_t)length}, &copy));
        if (value != Py_None && done) {
            /* An empty text is a value too: only NULL has no bytes to point at. */
            fields[i] = (ra_field){copy.len > 0 ? copy.ptr : "", (int32_t)copy.len};
        }
        Py_XDECREF(value);
        if (!done) {
            if (!PyErr_Occurred()) PyErr_NoMemory();
            return -1;
        }
    }
    if (fields != NULL && !ra_job_idle(self)) return -1;
    if (fields == NULL || ra_vector_push(classes, NULL, &fields) != RA_OK) {
        if (!PyErr_Occurred()) PyErr_NoMemory();
        return -1;
    }
    return (Py_ssize_t)classes->count - 1;
}

const char ra_job_add_order_class_doc[] =
    PyDoc_STR("add_order_class(values)\n--\n\n"
              "Encoded values (bytes as PostgreSQL's send functions give them, or None) of every "
              "order column for one class; returns the class.");

PyObject *ra_job_add_order_class(PyObject *object, PyObject *values) {
    ra_job_object *self = (ra_job_object *)object;
    Py_ssize_t index =
        add_class(self, values, self->columns.order_count, &self->columns.order_classes);
    return index < 0 ? NULL : PyLong_FromSsize_t(index);
}

const char ra_job_add_line_class_doc[] =
    PyDoc_STR("add_line_class(values)\n--\n\nThe same for the columns of order lines.");

PyObject *ra_job_add_line_class(PyObject *object, PyObject *values) {
    ra_job_object *self = (ra_job_object *)object;
    Py_ssize_t index =
        add_class(self, values, self->columns.line_count, &self->columns.line_classes);
    return index < 0 ? NULL : PyLong_FromSsize_t(index);
}

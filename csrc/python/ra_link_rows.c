/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Rows of Python texts into a linkage table: tuples of rows, or lists of columns.
 *
 * The texts are kept alive by tuples of our own while the GIL is released, in which time they are
 * normalised; the lists they came in may change meanwhile. */
#include "python/ra_link_python.h"

#define RA_BATCH 1024

typedef struct ra_link_rows {
    const ra_link_input *input;
    PyObject *items; /* tuple of rows, or of columns that are tuples */
    bool by_column;
    Py_ssize_t count;
    ra_str *values; /* RA_BATCH x RA_LINK_PROFILE_FIELDS */
} ra_link_rows;

static PyObject *cell_at(const ra_link_rows *rows, Py_ssize_t row, Py_ssize_t field) {
    PyObject *line = PyTuple_GetItem(rows->items, rows->by_column ? field : row);
    return line != NULL ? PyTuple_GetItem(line, rows->by_column ? row : field) : NULL;
}

static bool refuse(const ra_link_rows *rows, ra_status status, Py_ssize_t row, Py_ssize_t field,
                   const char *message) {
    ra_error error = {.code = status,
                      .row = (uint64_t)row + 1,
                      .field = rows->input->names[field],
                      .message = message};
    PyErr_Clear();
    ra_raise(rows->input->state, status, &error);
    return false;
}

/* Borrowed views of one row's texts, by profile field. */
static bool take_row(const ra_link_rows *rows, Py_ssize_t row, ra_str *values) {
    for (Py_ssize_t f = 0; f < rows->input->field_count; f++) {
        PyObject *cell = cell_at(rows, row, f);
        if (cell == NULL) return false;
        if (cell != Py_None && !PyUnicode_Check(cell)) {
            return refuse(rows, RA_BAD_TYPE, row, f, "a value is a text or None");
        }
        if (!ra_text_from(cell, &values[rows->input->fields[f]])) {
            if (PyErr_ExceptionMatches(PyExc_MemoryError)) return false;
            return refuse(rows, RA_BAD_ENCODING, row, f, "a value cannot be written as UTF-8");
        }
    }
    return true;
}

static bool check_row(const ra_link_rows *rows, Py_ssize_t row) {
    PyObject *line = PyTuple_GetItem(rows->items, row);
    if (line == NULL) return false;
    if (PyTuple_Check(line) && PyTuple_Size(line) == rows->input->field_count) return true;
    return refuse(rows, RA_BAD_ARGUMENT, row, 0, "a row is a tuple with a value for each field");
}

static bool add_rows(const ra_link_rows *rows, ra_link_table *table) {
    for (Py_ssize_t start = 0; start < rows->count; start += RA_BATCH) {
        Py_ssize_t batch = rows->count - start < RA_BATCH ? rows->count - start : RA_BATCH;
        for (Py_ssize_t i = 0; i < batch; i++) {
            if (!rows->by_column && !check_row(rows, start + i)) return false;
            if (!take_row(rows, start + i, rows->values + i * RA_LINK_PROFILE_FIELDS)) return false;
        }
        ra_status status = RA_OK;
        Py_BEGIN_ALLOW_THREADS;
        for (Py_ssize_t i = 0; i < batch && status == RA_OK; i++) {
            status = ra_link_table_add(table, (ra_str){NULL, 0},
                                       rows->values + i * RA_LINK_PROFILE_FIELDS);
        }
        Py_END_ALLOW_THREADS;
        if (status != RA_OK) {
            ra_raise(rows->input->state, status, NULL);
            return false;
        }
        if (PyErr_CheckSignals() < 0) return false;
    }
    return true;
}

/* Lists of columns as tuples of equal length; consumes rows->items. */
static bool take_columns(ra_link_rows *rows) {
    PyObject *lists = rows->items;
    Py_ssize_t width = PyTuple_Size(lists);
    rows->items = width == rows->input->field_count ? PyTuple_New(width) : NULL;
    if (rows->items == NULL && !PyErr_Occurred()) {
        PyErr_SetString(PyExc_ValueError, "lists are columns: one for each field is needed");
    }
    for (Py_ssize_t i = 0; rows->items != NULL && i < width; i++) {
        PyObject *column = PySequence_Tuple(PyTuple_GetItem(lists, i));
        if (column == NULL || PyTuple_SetItem(rows->items, i, column) < 0) {
            Py_CLEAR(rows->items);
            break;
        }
        if (i == 0) rows->count = PyTuple_Size(column);
        if (PyTuple_Size(column) != rows->count) {
            PyErr_SetString(PyExc_ValueError, "the columns are not of one length");
            Py_CLEAR(rows->items);
        }
    }
    Py_DECREF(lists);
    return rows->items != NULL;
}

bool ra_link_add_rows(const ra_link_input *input, PyObject *sequence, ra_link_table *table) {
    ra_link_rows rows = {.input = input, .items = PySequence_Tuple(sequence)};
    if (rows.items == NULL) return false;
    rows.count = PyTuple_Size(rows.items);
    rows.by_column = rows.count > 0 && PyList_Check(PyTuple_GetItem(rows.items, 0));
    bool done = !rows.by_column || take_columns(&rows);
    if (done) {
        rows.values = PyMem_Calloc((size_t)RA_BATCH * RA_LINK_PROFILE_FIELDS, sizeof *rows.values);
        if (rows.values == NULL) PyErr_NoMemory();
        done = rows.values != NULL && add_rows(&rows, table);
        PyMem_Free(rows.values);
    }
    Py_XDECREF(rows.items);
    return done;
}

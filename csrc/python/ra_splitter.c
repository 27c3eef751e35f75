/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Splitter: iterate over the raw records of a JSON file as (group, bytes, row, offset, problem). */
#include "python/ra_python.h"
#include "read/ra_split.h"

typedef struct ra_splitter_object {
    PyObject_HEAD ra_source source;
    ra_splitter *splitter;
} ra_splitter_object;

PyDoc_STRVAR(
    splitter_doc,
    "Splitter(path_or_bytes, grouped=False)\n--\n\n"
    "Iterate over the top-level records of JSON without parsing them: tuples (group, data, "
    "row, offset, problem). `grouped` reads an object of arrays and yields the member's "
    "name as group. `problem` is None or the name of what is wrong with the record. "
    "Raises Error where the file cannot be read further.");

static PyObject *splitter_new(PyTypeObject *type, PyObject *args, PyObject *kwargs) {
    static char *names[] = {"path_or_bytes", "grouped", NULL};
    PyObject *input;
    int grouped = 0;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O|p", names, &input, &grouped)) return NULL;
    ra_splitter_object *self = (ra_splitter_object *)PyType_GenericAlloc(type, 0);
    if (self == NULL) return NULL;
    self->source.fd = -1;
    ra_error error = {.code = RA_OK};
    ra_reader_options options = {.format = RA_FORMAT_JSON};
    if (ra_source_open(&self->source, input) < 0) {
        Py_DECREF(self);
        return NULL;
    }
    ra_status status =
        ra_splitter_open(self->source.input, &options, grouped != 0, NULL, &self->splitter, &error);
    if (status != RA_OK) {
        ra_raise(PyType_GetModuleState(type), status, &error);
        Py_DECREF(self);
        return NULL;
    }
    return (PyObject *)self;
}

static PyObject *splitter_next(PyObject *object) {
    ra_splitter_object *self = (ra_splitter_object *)object;
    ra_record record;
    ra_error error = {.code = RA_OK};
    ra_status status = ra_splitter_next(self->splitter, &record, &error);
    if (status == RA_END) return NULL;
    if (status != RA_OK) return ra_raise(ra_state_of(object), status, &error);
    PyObject *group = ra_text_to(record.group);
    if (group == NULL) return NULL;
    return Py_BuildValue("(Ny#KKz)", group, record.text.ptr != NULL ? record.text.ptr : "",
                         (Py_ssize_t)record.text.len, (unsigned long long)record.row,
                         (unsigned long long)record.offset,
                         record.error.code == RA_OK ? NULL : ra_status_name(record.error.code));
}

static void splitter_dealloc(PyObject *object) {
    ra_splitter_object *self = (ra_splitter_object *)object;
    PyTypeObject *type = Py_TYPE(object);
    ra_splitter_close(self->splitter);
    ra_source_close(&self->source);
    type->tp_free(object);
    Py_DECREF(type);
}

static PyType_Slot splitter_slots[] = {
    {Py_tp_doc, (void *)splitter_doc}, {Py_tp_new, splitter_new},
    {Py_tp_iter, PyObject_SelfIter},   {Py_tp_iternext, splitter_next},
    {Py_tp_dealloc, splitter_dealloc}, {0, NULL},
};

PyType_Spec ra_splitter_spec = {
    .name = "retail_accelerator_native.Splitter",
    .basicsize = sizeof(ra_splitter_object),
    .flags = Py_TPFLAGS_DEFAULT,
    .slots = splitter_slots,
};

/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The extension module retail_accelerator_native: state, exceptions, functions. */
#include "canonical/ra_pack.h"
#include "price/ra_round.h"
#include "python/ra_events_python.h"
#include "python/ra_link_python.h"
#include "python/ra_matcher.h"
#include "python/ra_python.h"

#include <string.h>

#define DOCUMENT_MEMORY ((size_t)256 << 20)

ra_module_state *ra_state_of(PyObject *self) {
    return PyType_GetModuleState(Py_TYPE(self));
}

PyObject *ra_raise(ra_module_state *state, ra_status status, const ra_error *error) {
    if (status == RA_NO_MEMORY) return PyErr_NoMemory();
    if (PyErr_Occurred()) return NULL;
    ra_error none = {.code = status};
    const ra_error *place = error != NULL && error->code != RA_OK ? error : &none;
    PyObject *args = Py_BuildValue("(ssKKz)", ra_status_name(status),
                                   place->message != NULL ? place->message : ra_status_text(status),
                                   (unsigned long long)place->row,
                                   (unsigned long long)place->offset, place->field);
    if (args != NULL) PyErr_SetObject(state->error, args);
    Py_XDECREF(args);
    return NULL;
}

PyObject *ra_raise_database(ra_module_state *state, const ra_pg_error *error) {
    PyObject *args = Py_BuildValue("(sssss)", error->sqlstate, error->message, error->detail,
                                   error->table, error->constraint);
    if (args != NULL) PyErr_SetObject(state->database_error, args);
    Py_XDECREF(args);
    return NULL;
}

PyDoc_STRVAR(attach_libpq_doc,
             "attach_libpq(path)\n--\n\n"
             "Take libpq's functions from the shared object at `path` (psycopg2's own module), "
             "which must be loaded already. Needed once before Chunk.write.");

static PyObject *attach_libpq(PyObject *module, PyObject *path) {
    ra_module_state *state = PyModule_GetState(module);
    const char *text = PyUnicode_AsUTF8(path);
    if (text == NULL) return NULL;
    if (state->pg != NULL) Py_RETURN_NONE;
    ra_error error = {.code = RA_OK};
    ra_status status = ra_pg_api_open(text, &state->pg, &error);
    if (status != RA_OK) return ra_raise(state, status, &error);
    Py_RETURN_NONE;
}

/* One order from bytes in `format`, into the arena; sets an exception on failure. */
static bool read_one(ra_module_state *state, PyObject *data, ra_format format, ra_arena *arena,
                     ra_order *order) {
    ra_source source;
    ra_reader *reader = NULL;
    ra_error error = {.code = RA_OK};
    ra_reader_options options = {.format = format};
    bool done = false;
    if (ra_source_open(&source, data) < 0) return false;
    ra_status status = ra_reader_open(source.input, &options, NULL, &reader, &error);
    if (status == RA_OK) status = ra_reader_next(reader, arena, order, &error);
    if (status == RA_OK && order->error.code != RA_OK) {
        status = order->error.code;
        error = order->error;
    }
    if (status == RA_OK) {
        done = true;
    } else {
        ra_raise(state, status == RA_END ? RA_TRUNCATED : status, &error);
    }
    ra_reader_close(reader);
    ra_source_close(&source);
    return done;
}

PyDoc_STRVAR(unpack_doc, "unpack(payload)\n--\n\n"
                         "The canonical order of a msgpack payload (bytes) as a dict.");

static PyObject *unpack(PyObject *module, PyObject *payload) {
    if (!PyBytes_Check(payload)) return PyErr_Format(PyExc_TypeError, "a payload is bytes");
    ra_arena arena;
    ra_order order;
    PyObject *dict = NULL;
    ra_arena_init(&arena, DOCUMENT_MEMORY, NULL);
    memset(&order, 0, sizeof order);
    if (read_one(PyModule_GetState(module), payload, RA_FORMAT_MSGPACK, &arena, &order)) {
        dict = ra_order_to_dict(&order);
    }
    ra_arena_free(&arena);
    return dict;
}

PyDoc_STRVAR(pack_json_doc, "pack_json(text)\n--\n\n"
                            "Check one order in WooCommerce's JSON (bytes) and return it as a "
                            "msgpack payload. Raises Error with the place of what is wrong.");

static PyObject *pack_json(PyObject *module, PyObject *text) {
    if (!PyBytes_Check(text)) return PyErr_Format(PyExc_TypeError, "the text is UTF-8 bytes");
    ra_module_state *state = PyModule_GetState(module);
    ra_arena arena;
    ra_order order;
    ra_str packed = {NULL, 0};
    PyObject *payload = NULL;
    ra_arena_init(&arena, DOCUMENT_MEMORY, NULL);
    memset(&order, 0, sizeof order);
    if (read_one(state, text, RA_FORMAT_JSON, &arena, &order)) {
        ra_status status = ra_order_pack(&order, &arena, &packed);
        payload = status == RA_OK ? PyBytes_FromStringAndSize(packed.ptr, (Py_ssize_t)packed.len)
                                  : ra_raise(state, status, NULL);
    }
    ra_arena_free(&arena);
    return payload;
}

PyDoc_STRVAR(float_round_doc, "float_round(value, precision_rounding)\n--\n\n"
                              "Odoo's float_round, rounding half up, as the engine computes it.");

static PyObject *float_round(PyObject *Py_UNUSED(module), PyObject *args) {
    double value, step;
    if (!PyArg_ParseTuple(args, "dd", &value, &step)) return NULL;
    if (!(step >= RA_ROUND_LEAST_STEP)) {
        return PyErr_Format(PyExc_ValueError, "precision_rounding must be at least 1e-15");
    }
    return PyFloat_FromDouble(ra_float_round(value, step));
}

PyDoc_STRVAR(identity_key_doc, "identity_key(scope, kind, source_ref)\n--\n\n"
                               "The identity key as stored in the ledger: 32 hex digits.");

static PyObject *identity_key(PyObject *Py_UNUSED(module), PyObject *args) {
    const char *scope, *kind, *ref;
    Py_ssize_t scope_len, kind_len, ref_len;
    if (!PyArg_ParseTuple(args, "s#s#s#", &scope, &scope_len, &kind, &kind_len, &ref, &ref_len)) {
        return NULL;
    }
    return ra_key_to_text(ra_key_identity((ra_str){scope, (size_t)scope_len},
                                          (ra_str){kind, (size_t)kind_len},
                                          (ra_str){ref, (size_t)ref_len}));
}

static PyMethodDef functions[] = {
    {"attach_libpq", attach_libpq, METH_O, attach_libpq_doc},
    {"unpack", unpack, METH_O, unpack_doc},
    {"pack_json", pack_json, METH_O, pack_json_doc},
    {"float_round", float_round, METH_VARARGS, float_round_doc},
    {"identity_key", identity_key, METH_VARARGS, identity_key_doc},
    {"link", (PyCFunction)(void (*)(void))ra_link_call, METH_VARARGS | METH_KEYWORDS,
     ra_link_call_doc},
    {"link_files", (PyCFunction)(void (*)(void))ra_link_files, METH_VARARGS | METH_KEYWORDS,
     ra_link_files_doc},
    {"link_profiles", ra_link_profiles, METH_NOARGS, ra_link_profiles_doc},
    {"link_check", ra_link_check, METH_O, ra_link_check_doc},
    {"settlement_read", (PyCFunction)(void (*)(void))ra_settlement_read,
     METH_VARARGS | METH_KEYWORDS, ra_settlement_read_doc},
    {"settlement_events", ra_settlement_events, METH_O, ra_settlement_events_doc},
    {"settlement_profiles", ra_settlement_profiles, METH_NOARGS, ra_settlement_profiles_doc},
    {"settlement_check", ra_settlement_check, METH_O, ra_settlement_check_doc},
    {"settlement_digits", ra_settlement_digits, METH_O, ra_settlement_digits_doc},
    {NULL, NULL, 0, NULL},
};

static PyTypeObject *add_type(PyObject *module, PyType_Spec *spec) {
    PyObject *type = PyType_FromModuleAndSpec(module, spec, NULL);
    if (type != NULL && PyModule_AddType(module, (PyTypeObject *)type) < 0) Py_CLEAR(type);
    return (PyTypeObject *)type;
}

static PyObject *add_exception(PyObject *module, const char *name, PyObject *base) {
    char full[64] = "retail_accelerator_native.";
    strncat(full, name, sizeof full - strlen(full) - 1);
    PyObject *type = PyErr_NewException(full, base, NULL);
    if (type != NULL && PyModule_AddObjectRef(module, name, type) < 0) Py_CLEAR(type);
    return type;
}

/* REASONS: {name: meaning} of every status. */
static int add_reasons(PyObject *module) {
    PyObject *reasons = PyDict_New();
    for (int i = 0; reasons != NULL && i < RA_STATUS_COUNT; i++) {
        PyObject *text = PyUnicode_FromString(ra_status_text((ra_status)i));
        if (text == NULL || PyDict_SetItemString(reasons, ra_status_name((ra_status)i), text) < 0) {
            Py_CLEAR(reasons);
        }
        Py_XDECREF(text);
    }
    int result = reasons != NULL ? PyModule_AddObjectRef(module, "REASONS", reasons) : -1;
    Py_XDECREF(reasons);
    return result;
}

static int module_exec(PyObject *module) {
    ra_module_state *state = PyModule_GetState(module);
    state->error = add_exception(module, "Error", PyExc_ValueError);
    state->database_error = add_exception(module, "DatabaseError", PyExc_RuntimeError);
    state->job_type = add_type(module, &ra_job_spec);
    state->chunk_type = add_type(module, &ra_chunk_spec);
    state->splitter_type = add_type(module, &ra_splitter_spec);
    state->link_type = add_type(module, &ra_link_spec);
    state->events_type = add_type(module, &ra_events_spec);
    state->matcher_type = add_type(module, &ra_matcher_spec);
    state->match_result_type = PyStructSequence_NewType(&ra_match_result_desc);
    if (state->error == NULL || state->database_error == NULL || state->job_type == NULL ||
        state->chunk_type == NULL || state->splitter_type == NULL || state->link_type == NULL ||
        state->events_type == NULL || state->matcher_type == NULL ||
        state->match_result_type == NULL) {
        return -1;
    }
    if (add_reasons(module) < 0) return -1;
    return PyModule_AddStringConstant(module, "LEDGER_COLUMNS", ra_ledger_columns);
}

static int module_traverse(PyObject *module, visitproc visit, void *arg) {
    const ra_module_state *state = PyModule_GetState(module);
    Py_VISIT(state->job_type);
    Py_VISIT(state->chunk_type);
    Py_VISIT(state->splitter_type);
    Py_VISIT(state->link_type);
    Py_VISIT(state->events_type);
    Py_VISIT(state->matcher_type);
    Py_VISIT(state->match_result_type);
    Py_VISIT(state->error);
    Py_VISIT(state->database_error);
    return 0;
}

static int module_clear(PyObject *module) {
    ra_module_state *state = PyModule_GetState(module);
    Py_CLEAR(state->job_type);
    Py_CLEAR(state->chunk_type);
    Py_CLEAR(state->splitter_type);
    Py_CLEAR(state->link_type);
    Py_CLEAR(state->events_type);
    Py_CLEAR(state->matcher_type);
    Py_CLEAR(state->match_result_type);
    Py_CLEAR(state->error);
    Py_CLEAR(state->database_error);
    return 0;
}

static void module_free(void *module) {
    ra_module_state *state = PyModule_GetState((PyObject *)module);
    module_clear((PyObject *)module);
    ra_pg_api_close(state->pg);
    state->pg = NULL;
}

static PyModuleDef_Slot slots[] = {
    {Py_mod_exec, module_exec},
    {0, NULL},
};

static struct PyModuleDef module_def = {
    PyModuleDef_HEAD_INIT,
    .m_name = "retail_accelerator_native",
    .m_doc = "The C engine of the Odoo module retail_accelerator.",
    .m_size = sizeof(ra_module_state),
    .m_methods = functions,
    .m_slots = slots,
    .m_traverse = module_traverse,
    .m_clear = module_clear,
    .m_free = module_free,
};

PyMODINIT_FUNC PyInit_retail_accelerator_native(void) {
    return PyModuleDef_Init(&module_def);
}

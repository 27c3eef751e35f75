/* The binding: the only room that knows Python. Shared declarations of its files.
 *
 * Every type is a heap type; the module's state is the only place where objects live. */
#ifndef RA_PYTHON_PYTHON_H
#define RA_PYTHON_PYTHON_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "pg/ra_pg.h"
#include "resolve/ra_chunk.h"
#include "write/ra_ledger.h"

typedef struct ra_module_state {
    PyTypeObject *job_type, *chunk_type, *splitter_type;
    PyObject *error; /* retail_accelerator_native.Error(code, message, row, offset, field) */
    PyObject *database_error; /* .DatabaseError(sqlstate, message, detail, table, constraint) */
    ra_pg_api *pg;            /* NULL until attach_libpq */
} ra_module_state;

/* A file or bytes object as reader input. */
typedef struct ra_source {
    int fd;            /* -1 for bytes */
    PyObject *data;    /* owned bytes, or NULL */
    const char *bytes; /* of `data`, read without the GIL */
    size_t size, at;
    ra_input input;
} ra_source;

typedef struct ra_job_object {
    PyObject_HEAD ra_catalog catalog;
    ra_column_plan columns;
    ra_arena arena; /* column plan, class values */
    ra_source source;
    ra_reader *reader;
    ra_str scope;
    int32_t channel_id, company_id, import_id;
    bool reading; /* a thread is inside read() */
} ra_job_object;

typedef struct ra_chunk_object {
    PyObject_HEAD ra_chunk chunk;
    ra_job_object *job; /* owned reference */
} ra_chunk_object;

extern PyType_Spec ra_job_spec, ra_chunk_spec, ra_splitter_spec;

ra_module_state *ra_state_of(PyObject *self); /* of an object of one of the module's types */

/* Set the Python exception for a status (with place, when `error` is given); returns NULL. */
PyObject *ra_raise(ra_module_state *state, ra_status status, const ra_error *error);
PyObject *ra_raise_database(ra_module_state *state, const ra_pg_error *error);

/* Input from a path (str) or bytes. -1 with an exception set on failure. */
int ra_source_open(ra_source *source, PyObject *path_or_bytes);
void ra_source_close(ra_source *source);
/* The format of "auto", "json", "csv", "msgpack"; -1 with ValueError otherwise. */
int ra_format_from_name(const char *name);

/* Borrowed UTF-8 view of a str (or None: empty); false with an exception set. */
bool ra_text_from(PyObject *object, ra_str *out);
/* A key from 32 hex digits; false with ValueError set. */
bool ra_key_from(PyObject *object, ra_key *out);
PyObject *ra_key_to_text(ra_key key);
PyObject *ra_text_to(ra_str text);

/* The canonical order as a dict, keys as the fields of ra_order; decimals and times as str/int. */
PyObject *ra_order_to_dict(const ra_order *order);
/* The plan as a dict for the ORM lane (see Chunk.plan). */
PyObject *ra_plan_to_dict(const ra_catalog *catalog, const ra_plan *plan);

/* Chunk.write and Chunk.write_ledger. */
PyObject *ra_chunk_write(PyObject *self, PyObject *args, PyObject *kwargs);
PyObject *ra_chunk_write_ledger(PyObject *self, PyObject *args, PyObject *kwargs);
PyObject *ra_chunk_references(PyObject *self, PyObject *args);

/* The chunk of a finished read; steals nothing. */
PyObject *ra_chunk_new(ra_module_state *state, ra_job_object *job);

#endif

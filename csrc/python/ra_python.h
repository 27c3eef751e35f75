/* SPDX-License-Identifier: LGPL-3.0-or-later */
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
    PyTypeObject *job_type, *chunk_type, *splitter_type, *link_type, *events_type;
    PyTypeObject *matcher_type, *match_result_type;
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
    bool working; /* a thread is inside a chunk's resolve, price or write */
} ra_job_object;

typedef struct ra_chunk_object {
    PyObject_HEAD ra_chunk chunk;
    ra_job_object *job; /* owned reference */
} ra_chunk_object;

extern PyType_Spec ra_job_spec, ra_chunk_spec, ra_splitter_spec, ra_link_spec;
extern PyType_Spec ra_matcher_spec;

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
/* *out = the value of that name, borrowed, NULL when absent; false with an exception set
 * (PyDict_GetItemString takes a failure for an absent value). */
bool ra_dict_get(PyObject *dict, const char *name, PyObject **out);
/* Store `value` and release it; false with an exception set, also for a value of NULL. */
bool ra_dict_set(PyObject *dict, const char *name, PyObject *value);
/* A key from 32 hex digits; false with ValueError set. */
bool ra_key_from(PyObject *object, ra_key *out);
/* New references, NULL with an exception: a key as 32 hex digits, UTF-8 as a str, a time as an int,
 * RA_NO_TIME as None. */
PyObject *ra_key_to_text(ra_key key);
PyObject *ra_text_to(ra_str text);
PyObject *ra_key_or_none(bool present, ra_key key);
PyObject *ra_time_or_none(int64_t unix_us);

PyObject *ra_address_to_dict(const ra_address *address);
/* The canonical order as a dict, keys as the fields of ra_order; decimals and times as str/int. */
PyObject *ra_order_to_dict(const ra_order *order);
/* The plan as a dict for the ORM lane (see Chunk.plan). */
PyObject *ra_plan_to_dict(const ra_catalog *catalog, const ra_plan *plan);

/* libpq and the PGconn of connection.get_native_connection(), both borrowed; false with an
 * exception.
 */
bool ra_connection_from(const ra_module_state *state, PyObject *capsule, const ra_pg_api **api,
                        void **connection);
/* For a thread without the GIL: take it, look at signals, release it again. RA_INTERRUPTED when a
 * handler raised; the exception stays set. */
ra_status ra_check_signals(PyThreadState **thread) RA_MUST_CHECK;

/* Chunk.write and Chunk.write_ledger. */
PyObject *ra_chunk_write(PyObject *self, PyObject *args, PyObject *kwargs);
PyObject *ra_chunk_write_ledger(PyObject *self, PyObject *args, PyObject *kwargs);
PyObject *ra_chunk_references(PyObject *self, PyObject *args);

/* What a thread without the GIL works on may not change: RuntimeError and false then. */
bool ra_job_idle(const ra_job_object *job);
/* Release the GIL to work on the job's catalog, and take it again. */
PyThreadState *ra_job_begin(ra_job_object *job);
void ra_job_end(ra_job_object *job, PyThreadState *thread);

/* The chunk of an object; NULL with an exception while another thread works on it. */
ra_chunk *ra_chunk_of(PyObject *object);
/* The plan at a Python index; NULL with an exception. */
ra_plan *ra_chunk_plan_at(PyObject *object, PyObject *index);
bool ra_wave_from(PyObject *object, uint32_t *wave); /* false with an exception */

/* Append and release `item`; releases both and returns NULL when either fails. */
PyObject *ra_append_new(PyObject *list, PyObject *item);
/* PyArg_ParseTuple takes anything else for a fault of the interpreter. */
bool ra_is_tuple(PyObject *object);
/* A 32-bit id; false with an exception. */
bool ra_id_from(PyObject *object, int32_t *id);

int ra_outcome_from(const char *name); /* -1 with ValueError */
int ra_lane_from(const char *name);
extern const char *const ra_outcome_names[];

/* Methods of Chunk that record decisions, and of Job that fill it; documented by their texts. */
#define RA_METHOD(name)                                                                            \
    PyObject *name(PyObject *object, PyObject *argument);                                          \
    extern const char name##_doc[]
RA_METHOD(ra_chunk_identities);
RA_METHOD(ra_chunk_set_known);
RA_METHOD(ra_chunk_reopen);
RA_METHOD(ra_chunk_newcomers);
RA_METHOD(ra_chunk_parties);
RA_METHOD(ra_chunk_people);
RA_METHOD(ra_chunk_party_marks);
RA_METHOD(ra_chunk_order_marks);
PyObject *ra_chunk_set_result(PyObject *object, PyObject *args, PyObject *kwargs);
extern const char ra_chunk_set_result_doc[];
RA_METHOD(ra_job_add_products);
RA_METHOD(ra_job_add_refs);
RA_METHOD(ra_job_add_taxes);
RA_METHOD(ra_job_add_rates);
RA_METHOD(ra_job_add_statuses);
RA_METHOD(ra_job_add_currencies);
RA_METHOD(ra_job_add_currency_rates);
RA_METHOD(ra_job_add_payments);
RA_METHOD(ra_job_add_parties);
RA_METHOD(ra_job_add_headers);
RA_METHOD(ra_job_set_columns);
RA_METHOD(ra_job_add_order_class);
RA_METHOD(ra_job_add_line_class);

/* The chunk of a finished read; steals nothing. */
PyObject *ra_chunk_new(ra_module_state *state, ra_job_object *job);

#endif

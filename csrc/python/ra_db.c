/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Chunk.write and Chunk.write_ledger: encode and COPY on psycopg2's own connection, without the
 * GIL. Each COPY is streamed in pieces; between pieces signals are looked at, so that a worker can
 * be stopped. The caller holds a savepoint: any failure leaves the transaction to roll back. */
#include "python/ra_python.h"

#include <string.h>

#define PIECE ((size_t)256 << 10)

/* A COPY under way, and the thread state while the GIL is released. */
typedef struct ra_stream {
    const ra_pg_api *api;
    void *connection;
    ra_pg_copy *copy;
    ra_buffer buffer;
    ra_pg_error error;
    PyThreadState *thread;
} ra_stream;

static ra_status stream_open(ra_stream *stream, const char *statement) {
    ra_buffer_clear(&stream->buffer);
    ra_copy_header(&stream->buffer);
    return ra_pg_copy_begin(stream->api, stream->connection, statement, &stream->copy,
                            &stream->error);
}

/* Why a buffer failed: a value without encoding is an amount or a time out of range. */
static ra_status buffer_status(const ra_buffer *buffer) {
    return buffer->no_memory ? RA_NO_MEMORY : RA_OVERFLOW;
}

/* Send what has gathered once it is a piece, or always when `all`. */
static ra_status stream_flush(ra_stream *stream, bool all) {
    if (stream->buffer.failed) return buffer_status(&stream->buffer);
    if (stream->buffer.size == 0 || (!all && stream->buffer.size < PIECE)) return RA_OK;
    ra_status status =
        ra_pg_copy_put(stream->copy, stream->buffer.data, stream->buffer.size, &stream->error);
    ra_buffer_clear(&stream->buffer);
    return status == RA_OK ? ra_check_signals(&stream->thread) : status;
}

static ra_status stream_close(ra_stream *stream, uint64_t expected) {
    uint64_t rows = 0;
    ra_copy_trailer(&stream->buffer);
    ra_status status = stream_flush(stream, true);
    if (status != RA_OK) return status;
    status = ra_pg_copy_end(stream->copy, &rows, &stream->error);
    stream->copy = NULL;
    if (status == RA_OK && rows != expected) {
        snprintf(stream->error.message, sizeof stream->error.message,
                 "the server took %llu rows of %llu", (unsigned long long)rows,
                 (unsigned long long)expected);
        return RA_DB_FAILED;
    }
    return status;
}

static void stream_free(ra_stream *stream) {
    if (stream->copy != NULL) ra_pg_copy_abort(stream->copy);
    stream->copy = NULL;
    ra_buffer_free(&stream->buffer);
}

static PyObject *raise_stream(PyObject *self, ra_status status, const ra_stream *stream) {
    if (PyErr_Occurred()) return NULL;
    if (status == RA_DB_FAILED || status == RA_BAD_ARGUMENT) {
        return ra_raise_database(ra_state_of(self), &stream->error);
    }
    return ra_raise(ra_state_of(self), status, NULL);
}

/* The connection of the capsule, and libpq; false with an exception. */
static bool stream_init(ra_stream *stream, PyObject *self, PyObject *capsule) {
    memset(stream, 0, sizeof *stream);
    ra_buffer_init(&stream->buffer, NULL);
    return ra_connection_from(ra_state_of(self), capsule, &stream->api, &stream->connection);
}

/* A list of ints as an array in the chunk's arena; NULL with an exception. */
static int32_t *ids_of(ra_chunk *chunk, PyObject *list, size_t expected) {
    Py_ssize_t count = PyList_Check(list) ? PyList_Size(list) : -1;
    if (count < 0 || (size_t)count != expected) {
        PyErr_Format(PyExc_ValueError, "expected a list of %zu ids", expected);
        return NULL;
    }
    int32_t *ids = ra_arena_array(&chunk->arena, expected, sizeof *ids);
    if (ids == NULL) return (int32_t *)PyErr_NoMemory();
    for (Py_ssize_t i = 0; i < count; i++) {
        PyObject *item = PyList_GetItem(list, i);
        if (item == NULL || !ra_id_from(item, &ids[i])) return NULL;
    }
    return ids;
}

static bool within(int32_t index, const ra_vector *vector) {
    return index >= 0 && (size_t)index < vector->count;
}

static bool lines_fit(const ra_job_object *job, const ra_plan *plan) {
    for (size_t i = 0; i < plan->line_count; i++) {
        const ra_product *product =
            &RA_ITEM(job->catalog.products, ra_product, plan->lines[i].product);
        if (!within(product->line_class, &job->columns.line_classes)) return false;
    }
    return true;
}

/* Every native plan of the wave is complete and refers to what the job holds; false with an
 * exception. */
static bool check_plans(const ra_chunk_object *self, uint32_t wave) {
    const ra_job_object *job = self->job;
    const ra_vector *parties = &job->catalog.party_items;
    for (size_t i = 0; i < self->chunk.count; i++) {
        const ra_plan *plan = &self->chunk.plans[i];
        if (!ra_rows_native(plan, wave)) continue;
        if (!plan->resolved || !within(plan->header_class, &job->columns.order_classes) ||
            !within(plan->customer, parties) || !within(plan->invoice, parties) ||
            !within(plan->delivery, parties) || !lines_fit(job, plan)) {
            PyErr_Format(PyExc_ValueError, "record %zu has no complete plan", i);
            return false;
        }
    }
    return true;
}

/* Ids and names onto the native plans; false with an exception. */
static bool assign(ra_chunk *chunk, unsigned int wave, const int32_t *ids, PyObject *names) {
    size_t at = 0;
    for (size_t i = 0; i < chunk->count; i++) {
        ra_plan *plan = &chunk->plans[i];
        if (!ra_rows_native(plan, wave)) continue;
        ra_str name;
        PyObject *text = PyList_GetItem(names, (Py_ssize_t)at);
        if (text == NULL || !ra_text_from(text, &name)) return false;
        if (!ra_arena_copy(&chunk->arena, name, &plan->order_name)) {
            PyErr_NoMemory();
            return false;
        }
        plan->order_id = ids[at++];
    }
    return true;
}

typedef struct ra_write_job {
    const ra_write_context *context;
    const ra_chunk *chunk;
    unsigned int wave;
    const int32_t *line_ids;
    const char *statements[3];
    size_t orders, lines;
} ra_write_job;

static ra_status write_orders(const ra_write_job *job, ra_stream *stream) {
    ra_status status = stream_open(stream, job->statements[0]);
    for (size_t i = 0; i < job->chunk->count && status == RA_OK; i++) {
        const ra_plan *plan = &job->chunk->plans[i];
        if (!ra_rows_native(plan, job->wave)) continue;
        ra_rows_order(job->context, plan, &stream->buffer);
        status = stream_flush(stream, false);
    }
    return status == RA_OK ? stream_close(stream, job->orders) : status;
}

static ra_status write_lines(const ra_write_job *job, ra_stream *stream, ra_buffer *taxes,
                             uint64_t *tax_rows) {
    const int32_t *line_ids = job->line_ids;
    ra_status status = stream_open(stream, job->statements[1]);
    for (size_t i = 0; i < job->chunk->count && status == RA_OK; i++) {
        const ra_plan *plan = &job->chunk->plans[i];
        if (!ra_rows_native(plan, job->wave)) continue;
        ra_rows_lines(job->context, plan, line_ids, &stream->buffer, taxes);
        line_ids += plan->line_count;
        for (size_t line = 0; line < plan->line_count; line++) {
            *tax_rows += plan->prices[line].set->linked_count;
        }
        status = stream_flush(stream, false);
    }
    return status == RA_OK ? stream_close(stream, job->lines) : status;
}

static ra_status write_taxes(const ra_write_job *job, ra_stream *stream, const ra_buffer *taxes,
                             uint64_t tax_rows) {
    if (tax_rows == 0) return RA_OK;
    ra_status status = stream_open(stream, job->statements[2]);
    if (status != RA_OK) return status;
    ra_buffer_append(&stream->buffer, taxes->data, taxes->size);
    return stream_close(stream, tax_rows);
}

static ra_status write_all(const ra_write_job *job, ra_stream *stream) {
    ra_buffer taxes;
    uint64_t tax_rows = 0;
    ra_buffer_init(&taxes, NULL);
    ra_status status = write_orders(job, stream);
    if (status == RA_OK) status = write_lines(job, stream, &taxes, &tax_rows);
    if (status == RA_OK && taxes.failed) status = buffer_status(&taxes);
    if (status == RA_OK) status = write_taxes(job, stream, &taxes, tax_rows);
    ra_buffer_free(&taxes);
    return status;
}

PyObject *ra_chunk_write(PyObject *self, PyObject *args, PyObject *kwargs) {
    static char *names[] = {"wave",     "connection", "statements", "order_ids",
                            "line_ids", "names",      "now_us",     NULL};
    ra_chunk_object *object = (ra_chunk_object *)self;
    PyObject *capsule, *order_list, *line_list, *name_list;
    ra_write_job job = {.chunk = &object->chunk};
    long long now_us;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "IO(sss)OOO!L", names, &job.wave, &capsule,
                                     &job.statements[0], &job.statements[1], &job.statements[2],
                                     &order_list, &line_list, &PyList_Type, &name_list, &now_us)) {
        return NULL;
    }
    ra_stream stream;
    if (!ra_job_idle(object->job) || !check_plans(object, job.wave) ||
        !stream_init(&stream, self, capsule)) {
        return NULL;
    }
    ra_rows_count(&object->chunk, job.wave, &job.orders, &job.lines);
    int32_t *order_ids = ids_of(&object->chunk, order_list, job.orders);
    if (order_ids == NULL) return NULL;
    job.line_ids = ids_of(&object->chunk, line_list, job.lines);
    if (job.line_ids == NULL || !assign(&object->chunk, job.wave, order_ids, name_list)) {
        return NULL;
    }
    ra_write_context context = {
        .plan = &object->job->columns, .catalog = &object->job->catalog, .now_us = now_us};
    job.context = &context;
    stream.thread = ra_job_begin(object->job);
    ra_status status = write_all(&job, &stream);
    stream_free(&stream);
    ra_job_end(object->job, stream.thread);
    if (status != RA_OK) return raise_stream(self, status, &stream);
    Py_RETURN_NONE;
}

static ra_status copy_ledger(ra_chunk *chunk, unsigned int wave, const ra_ledger_context *context,
                             const char *statement, const int32_t *ids, size_t count,
                             ra_stream *stream) {
    size_t at = 0;
    ra_status status = stream_open(stream, statement);
    for (size_t i = 0; i < chunk->count && status == RA_OK; i++) {
        ra_plan *plan = &chunk->plans[i];
        if (plan->wave != wave || !ra_ledger_is_new(plan)) continue;
        status = ra_ledger_payload(chunk, plan);
        if (status != RA_OK) break;
        ra_ledger_row(context, plan, ids[at++], &stream->buffer);
        status = stream_flush(stream, false);
    }
    return status == RA_OK ? stream_close(stream, count) : status;
}

PyObject *ra_chunk_write_ledger(PyObject *self, PyObject *args, PyObject *kwargs) {
    static char *names[] = {"wave", "connection", "statement", "ids", "now_us", NULL};
    ra_chunk_object *object = (ra_chunk_object *)self;
    ra_chunk *chunk = &object->chunk;
    PyObject *capsule, *list;
    const char *statement;
    unsigned int wave;
    long long now_us;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "IOsOL", names, &wave, &capsule, &statement,
                                     &list, &now_us)) {
        return NULL;
    }
    size_t count = 0;
    for (size_t i = 0; i < chunk->count; i++) {
        if (chunk->plans[i].wave == wave && ra_ledger_is_new(&chunk->plans[i])) count++;
    }
    ra_stream stream;
    if (!ra_job_idle(object->job)) return NULL;
    int32_t *ids = ids_of(chunk, list, count);
    if (ids == NULL || !stream_init(&stream, self, capsule)) return NULL;
    ra_ledger_context context = {.catalog = &object->job->catalog,
                                 .channel_id = object->job->channel_id,
                                 .company_id = object->job->company_id,
                                 .import_id = object->job->import_id,
                                 .now_us = now_us};
    stream.thread = ra_job_begin(object->job);
    ra_status status = copy_ledger(chunk, wave, &context, statement, ids, count, &stream);
    stream_free(&stream);
    ra_job_end(object->job, stream.thread);
    if (status != RA_OK) return raise_stream(self, status, &stream);
    Py_RETURN_NONE;
}

static bool add_id(PyObject *set, int32_t id) {
    PyObject *value = PyLong_FromLong(id);
    bool done = value != NULL && PySet_Add(set, value) == 0;
    Py_XDECREF(value);
    return done;
}

/* What the rows of native plans refer to, by the names it has in Python. */
typedef enum ra_referred {
    RA_REFERRED_PARTNER,
    RA_REFERRED_PRODUCT,
    RA_REFERRED_UOM,
    RA_REFERRED_TAX,
    RA_REFERRED_ORDER_CLASS,
    RA_REFERRED_LINE_CLASS,
    RA_REFERRED_CURRENCY,
    RA_REFERRED_KINDS
} ra_referred;

static const char *const referred_names[RA_REFERRED_KINDS] = {
    "partner", "product", "uom", "tax", "order_class", "line_class", "currency"};

static bool add_line_references(const ra_product *product, const ra_tax_set *set,
                                PyObject *sets[RA_REFERRED_KINDS]) {
    bool done = add_id(sets[RA_REFERRED_PRODUCT], product->product_id) &&
                add_id(sets[RA_REFERRED_UOM], product->uom_id) &&
                add_id(sets[RA_REFERRED_LINE_CLASS], product->line_class);
    for (size_t i = 0; done && i < set->linked_count; i++) {
        done = add_id(sets[RA_REFERRED_TAX], set->linked_ids[i]);
    }
    return done;
}

static bool add_references(const ra_catalog *catalog, const ra_plan *plan,
                           PyObject *sets[RA_REFERRED_KINDS]) {
    const int32_t parties[] = {plan->customer, plan->invoice, plan->delivery};
    const ra_currency *currency = &RA_ITEM(catalog->currency_items, ra_currency, plan->currency);
    bool done = add_id(sets[RA_REFERRED_ORDER_CLASS], plan->header_class) &&
                add_id(sets[RA_REFERRED_CURRENCY], currency->id);
    for (size_t i = 0; done && i < sizeof parties / sizeof *parties; i++) {
        const ra_party *party = &RA_ITEM(catalog->party_items, ra_party, parties[i]);
        done = add_id(sets[RA_REFERRED_PARTNER], party->partner_id);
    }
    for (size_t i = 0; done && i < plan->line_count; i++) {
        const ra_product *product = &RA_ITEM(catalog->products, ra_product, plan->lines[i].product);
        done = add_line_references(product, plan->prices[i].set, sets);
    }
    return done;
}

PyObject *ra_chunk_references(PyObject *self, PyObject *arg) {
    const ra_chunk_object *object = (const ra_chunk_object *)self;
    uint32_t wave;
    if (!ra_wave_from(arg, &wave) || !ra_job_idle(object->job) || !check_plans(object, wave)) {
        return NULL;
    }
    PyObject *sets[RA_REFERRED_KINDS], *result = PyDict_New();
    bool done = result != NULL;
    for (int i = 0; done && i < RA_REFERRED_KINDS; i++) {
        sets[i] = PySet_New(NULL); /* the dictionary owns it from here on */
        done = ra_dict_set(result, referred_names[i], sets[i]);
    }
    for (size_t i = 0; done && i < object->chunk.count; i++) {
        const ra_plan *plan = &object->chunk.plans[i];
        if (ra_rows_native(plan, wave)) done = add_references(&object->job->catalog, plan, sets);
    }
    if (!done) Py_CLEAR(result);
    return result;
}

/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Find the end of each map of the stream before anything in it is believed. */
#include "read/ra_read_msgpack.h"

#include <string.h>

#include "read/ra_msgpack.h"
#include "read/ra_unpack.h"

#define VALUE_LIMIT (UINT64_C(1) << 40) /* values of one record; no file is that large */
#define DEPTH_LIMIT 1024u               /* unpacking recurses over unknown members */

struct ra_msgpack_reader {
    ra_stream stream;
    const ra_allocator *allocator;
    size_t max_record;
    uint32_t max_depth;
    uint64_t row;
};

/* The walk over one record: only sums, so that nesting costs nothing. */
typedef struct walk {
    uint64_t pending; /* values that are still to come */
    uint64_t offset;  /* of the record */
    size_t start;     /* of the record in the window, SIZE_MAX once it is too large to keep */
} walk;

static ra_status stop(const ra_msgpack_reader *reader, uint64_t offset, ra_status code,
                      const char *message, ra_error *error) {
    if (error != NULL) {
        error->row = reader->row + 1;
        error->offset = offset;
    }
    return ra_fail(error, code, NULL, message);
}

/* The record is known to have at least `size` bytes. */
static void at_least(const ra_msgpack_reader *reader, walk *state, uint64_t size) {
    if (size > reader->max_record) state->start = SIZE_MAX;
}

static ra_status more(ra_msgpack_reader *reader, walk *state) {
    ra_stream *stream = &reader->stream;
    ra_status status = ra_stream_fill(stream, state->start == SIZE_MAX ? stream->at : state->start);
    if (state->start != SIZE_MAX) state->start = 0;
    return status;
}

static ra_status pass_bytes(ra_msgpack_reader *reader, walk *state, uint64_t size) {
    ra_stream *stream = &reader->stream;
    for (;;) {
        size_t held = stream->end - stream->at;
        if (size <= held) {
            stream->at += (size_t)size;
            return RA_OK;
        }
        stream->at = stream->end;
        size -= held;
        ra_status status = more(reader, state);
        if (status != RA_OK) return status;
    }
}

static ra_status pass_value(ra_msgpack_reader *reader, walk *state) {
    ra_stream *stream = &reader->stream;
    ra_token token;
    while (!ra_token_read(stream->data + stream->at, stream->end - stream->at, &token)) {
        ra_status status = more(reader, state);
        if (status != RA_OK) return status;
    }
    if (token.kind == RA_TOKEN_INVALID) return RA_BAD_SYNTAX;
    stream->at += token.header;
    state->pending += token.count;
    state->pending--;
    if (state->pending > VALUE_LIMIT) return RA_BAD_SYNTAX;
    /* Every value takes a byte at least. */
    uint64_t passed = ra_stream_offset(stream) - state->offset;
    at_least(reader, state, passed + token.payload + state->pending);
    return pass_bytes(reader, state, token.payload);
}

static ra_status pass_record(ra_msgpack_reader *reader, walk *state, ra_error *error) {
    ra_status status = RA_OK;
    while (status == RA_OK && state->pending > 0)
        status = pass_value(reader, state);
    if (status == RA_OK) return RA_OK;
    const char *message = ra_status_text(status);
    if (status == RA_BAD_SYNTAX) message = "the record is not well-formed msgpack";
    if (status == RA_END) {
        bool lied = state->start == SIZE_MAX;
        status = lied ? RA_BAD_SYNTAX : RA_TRUNCATED;
        message = lied ? "a length is larger than what the file holds"
                       : "the file ends in the middle of a record";
    }
    return stop(reader, state->offset, status, message, error);
}

/* Be at the first byte of a record. */
static ra_status find_record(ra_msgpack_reader *reader, ra_error *error) {
    ra_stream *stream = &reader->stream;
    if (stream->at == stream->end) {
        ra_status status = ra_stream_fill(stream, stream->at);
        if (status == RA_END) return RA_END;
        if (status != RA_OK) {
            return stop(reader, ra_stream_offset(stream), status, ra_status_text(status), error);
        }
    }
    ra_token token;
    (void)ra_token_read(stream->data + stream->at, stream->end - stream->at, &token);
    if (token.kind == RA_TOKEN_MAP) return RA_OK;
    return stop(reader, ra_stream_offset(stream), RA_BAD_SYNTAX, "a record is not a map", error);
}

ra_status ra_msgpack_next(ra_msgpack_reader *reader, ra_arena *arena, ra_order *order,
                          ra_error *error) {
    ra_status status = find_record(reader, error);
    if (status != RA_OK) return status;
    ra_stream *stream = &reader->stream;
    walk state = {.pending = 1, .offset = ra_stream_offset(stream), .start = stream->at};
    status = pass_record(reader, &state, error);
    if (status != RA_OK) return status;
    order->row = order->error.row = ++reader->row;
    order->offset = order->error.offset = state.offset;
    order->end = ra_stream_offset(stream);
    if (state.start == SIZE_MAX) {
        (void)ra_fail(&order->error, RA_TOO_LARGE, NULL, "the record is larger than the limit");
        return RA_OK;
    }
    ra_str text = {stream->data + state.start, stream->at - state.start};
    status = RA_NO_MEMORY;
    if (ra_arena_copy(arena, text, &order->raw)) {
        status = ra_order_unpack(order->raw, reader->max_depth, arena, order);
    }
    if (status == RA_OK) return RA_OK;
    return stop(reader, state.offset, status, ra_status_text(status), error);
}

ra_status ra_msgpack_take(ra_stream stream, const ra_reader_options *options,
                          ra_msgpack_reader **out, ra_error *error) {
    *out = NULL;
    ra_msgpack_reader *reader = ra_allocate(stream.allocator, sizeof *reader);
    if (reader == NULL) {
        ra_stream_close(&stream);
        return ra_fail(error, RA_NO_MEMORY, NULL, ra_status_text(RA_NO_MEMORY));
    }
    *reader = (ra_msgpack_reader){.stream = stream, .allocator = stream.allocator};
    reader->max_record = options->max_record != 0 ? options->max_record : RA_MAX_RECORD;
    reader->max_depth = options->max_depth != 0 ? options->max_depth : RA_MAX_DEPTH;
    if (reader->max_depth > DEPTH_LIMIT) reader->max_depth = DEPTH_LIMIT;
    reader->row = options->start_row;
    ra_status status = ra_stream_go(&reader->stream, options->start_offset);
    if (status != RA_OK) {
        if (status == RA_END) status = RA_TRUNCATED;
        ra_msgpack_close(reader);
        return ra_fail(error, status, NULL, ra_status_text(status));
    }
    *out = reader;
    return RA_OK;
}

uint64_t ra_msgpack_offset(const ra_msgpack_reader *reader) {
    return ra_stream_offset(&reader->stream);
}

void ra_msgpack_close(ra_msgpack_reader *reader) {
    if (reader == NULL) return;
    ra_stream_close(&reader->stream);
    ra_release(reader->allocator, reader);
}

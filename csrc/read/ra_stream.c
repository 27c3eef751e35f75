/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The sliding window on the input. */
#include "read/ra_stream.h"

#include <assert.h>
#include <string.h>

#define FIRST_CAPACITY ((size_t)256 * 1024)
#define LEAST_READ ((size_t)64 * 1024)

void ra_stream_init(ra_stream *stream, ra_input input, const ra_allocator *allocator) {
    *stream = (ra_stream){.input = input, .allocator = allocator};
}

void ra_stream_close(ra_stream *stream) {
    ra_release(stream->allocator, stream->data);
    stream->data = NULL;
    stream->capacity = stream->at = stream->end = 0;
}

static ra_status make_room(ra_stream *stream) {
    if (stream->capacity - stream->end >= LEAST_READ) return RA_OK;
    size_t capacity = FIRST_CAPACITY;
    if (stream->capacity > 0 && !ra_size_mul(stream->capacity, 2, &capacity)) return RA_NO_MEMORY;
    char *data = ra_allocate(stream->allocator, capacity);
    if (data == NULL) return RA_NO_MEMORY;
    if (stream->end > 0) memcpy(data, stream->data, stream->end);
    ra_release(stream->allocator, stream->data);
    stream->data = data;
    stream->capacity = capacity;
    return RA_OK;
}

ra_status ra_stream_fill(ra_stream *stream, size_t keep) {
    assert(keep <= stream->at && stream->at <= stream->end);
    if (keep > 0) {
        memmove(stream->data, stream->data + keep, stream->end - keep);
        stream->at -= keep;
        stream->end -= keep;
        stream->base += keep;
    }
    if (stream->ended) return RA_END;
    ra_status status = make_room(stream);
    if (status != RA_OK) return status;
    size_t room = stream->capacity - stream->end;
    int64_t got = stream->input.read(stream->input.context, stream->data + stream->end, room);
    if (got < 0 || (uint64_t)got > room) return RA_READ_FAILED;
    stream->end += (size_t)got;
    stream->ended = got == 0;
    return got == 0 ? RA_END : RA_OK;
}

ra_status ra_stream_skip_blanks(ra_stream *stream) {
    for (;;) {
        for (; stream->at < stream->end; stream->at++) {
            char c = stream->data[stream->at];
            if (c != ' ' && c != '\n' && c != '\r' && c != '\t') return RA_OK;
        }
        ra_status status = ra_stream_fill(stream, stream->at);
        if (status != RA_OK) return status;
    }
}

ra_status ra_stream_skip_bom(ra_stream *stream) {
    assert(ra_stream_offset(stream) == 0);
    while (stream->end < 3 && !stream->ended) {
        ra_status status = ra_stream_fill(stream, 0);
        if (status != RA_OK && status != RA_END) return status;
    }
    if (stream->end == 0) return RA_END;
    if (stream->end >= 3 && memcmp(stream->data, "\xEF\xBB\xBF", 3) == 0) stream->at = 3;
    return RA_OK;
}

ra_status ra_stream_go(ra_stream *stream, uint64_t offset) {
    if (offset >= stream->base && offset <= stream->base + stream->end) {
        stream->at = (size_t)(offset - stream->base);
        return RA_OK;
    }
    if (stream->input.seek != NULL && stream->input.seek(stream->input.context, offset)) {
        stream->base = offset;
        stream->at = stream->end = 0;
        stream->ended = false;
        return RA_OK;
    }
    if (offset < stream->base) return RA_BAD_ARGUMENT;
    while (offset > stream->base + stream->end) {
        stream->at = stream->end;
        ra_status status = ra_stream_fill(stream, stream->at);
        if (status != RA_OK) return status;
    }
    stream->at = (size_t)(offset - stream->base);
    return RA_OK;
}

uint64_t ra_stream_offset(const ra_stream *stream) {
    return stream->base + stream->at;
}

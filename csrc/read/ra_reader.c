/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Choose the reader of a file's format and hand its records on. */
#include "read/ra_reader.h"

#include <string.h>

#include "read/ra_read_csv.h"
#include "read/ra_read_msgpack.h"
#include "read/ra_read_woo.h"
#include "read/ra_split_stream.h"

struct ra_reader {
    const ra_allocator *allocator;
    ra_format format;
    uint32_t max_depth;
    /* The one of the format is set. */
    ra_splitter *splitter;
    ra_csv_reader *csv;
    ra_msgpack_reader *msgpack;
    ra_arena scratch; /* the JSON parser's */
};

/* The format that the first bytes speak for. */
static ra_status detect(ra_stream *stream, ra_format *format) {
    uint8_t first = stream->at < stream->end ? (uint8_t)stream->data[stream->at] : 0;
    if ((first >= 0x80 && first <= 0x8f) || first == 0xde || first == 0xdf) {
        *format = RA_FORMAT_MSGPACK;
        return RA_OK;
    }
    ra_status status = ra_stream_skip_blanks(stream);
    *format = RA_FORMAT_JSON;
    if (status == RA_END) return RA_OK; /* an empty file: no records, whatever the format */
    if (status != RA_OK) return status;
    char c = stream->data[stream->at];
    if (c != '{' && c != '[') *format = RA_FORMAT_CSV;
    return RA_OK;
}

static ra_status open_format(ra_reader *reader, ra_stream *stream, const ra_reader_options *options,
                             ra_error *error) {
    ra_status status = RA_OK;
    if (reader->format == RA_FORMAT_AUTO) status = detect(stream, &reader->format);
    if (status != RA_OK) {
        ra_stream_close(stream);
        return ra_fail(error, status, NULL, ra_status_text(status));
    }
    if (reader->format == RA_FORMAT_CSV) {
        return ra_csv_take(*stream, options, &reader->csv, error);
    }
    if (reader->format == RA_FORMAT_MSGPACK) {
        return ra_msgpack_take(*stream, options, &reader->msgpack, error);
    }
    return ra_splitter_take(*stream, options, false, &reader->splitter, error);
}

ra_status ra_reader_open(ra_input input, const ra_reader_options *options,
                         const ra_allocator *allocator, ra_reader **out, ra_error *error) {
    static const ra_reader_options defaults = {.format = RA_FORMAT_AUTO};
    if (options == NULL) options = &defaults;
    *out = NULL;
    ra_reader *reader = ra_allocate(allocator, sizeof *reader);
    if (reader == NULL) return ra_fail(error, RA_NO_MEMORY, NULL, ra_status_text(RA_NO_MEMORY));
    *reader = (ra_reader){.allocator = allocator, .format = options->format};
    reader->max_depth = options->max_depth != 0 ? options->max_depth : RA_MAX_DEPTH;
    ra_arena_init(&reader->scratch, 0, allocator);
    ra_stream stream;
    ra_stream_init(&stream, input, allocator);
    ra_status status = ra_stream_skip_bom(&stream);
    if (status != RA_OK && status != RA_END) {
        ra_stream_close(&stream);
        ra_reader_close(reader);
        return ra_fail(error, status, NULL, ra_status_text(status));
    }
    status = open_format(reader, &stream, options, error);
    if (status != RA_OK) {
        ra_reader_close(reader);
        return status;
    }
    *out = reader;
    return RA_OK;
}

static ra_status next_json(ra_reader *reader, ra_arena *arena, ra_order *order, ra_error *error) {
    ra_record record;
    ra_status status = ra_splitter_next(reader->splitter, &record, error);
    if (status != RA_OK) return status;
    order->row = record.row;
    order->offset = record.offset;
    order->end = record.end;
    order->error = record.error;
    bool kept = ra_arena_copy(arena, record.text, &order->raw);
    if (kept && record.error.code != RA_OK) return RA_OK;
    ra_arena_reset(&reader->scratch);
    status = RA_NO_MEMORY;
    if (kept) status = ra_woo_parse(order->raw, reader->max_depth, arena, &reader->scratch, order);
    return status == RA_OK ? RA_OK : ra_fail(error, status, NULL, ra_status_text(status));
}

ra_status ra_reader_next(ra_reader *reader, ra_arena *arena, ra_order *order, ra_error *error) {
    memset(order, 0, sizeof *order);
    order->created_at = order->modified_at = order->paid_at = RA_NO_TIME;
    if (reader->csv != NULL) return ra_csv_next(reader->csv, arena, order, error);
    if (reader->msgpack != NULL) return ra_msgpack_next(reader->msgpack, arena, order, error);
    return next_json(reader, arena, order, error);
}

uint64_t ra_reader_offset(const ra_reader *reader) {
    if (reader->csv != NULL) return ra_csv_offset(reader->csv);
    if (reader->msgpack != NULL) return ra_msgpack_offset(reader->msgpack);
    return ra_splitter_offset(reader->splitter);
}

void ra_reader_close(ra_reader *reader) {
    if (reader == NULL) return;
    ra_splitter_close(reader->splitter);
    ra_csv_close(reader->csv);
    ra_msgpack_close(reader->msgpack);
    ra_arena_free(&reader->scratch);
    ra_release(reader->allocator, reader);
}

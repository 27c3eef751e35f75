/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What every fuzzer of a reader does with an input: read it to the end, by small pieces, and hold
 * the readers to their promises. */
#ifndef TESTS_FUZZ_READ_H
#define TESTS_FUZZ_READ_H

#include <stdlib.h>
#include <string.h>

#include "canonical/ra_key.h"
#include "canonical/ra_pack.h"
#include "read/ra_reader.h"

typedef struct fuzz_input {
    const char *data;
    size_t size, at, piece;
} fuzz_input;

static int64_t fuzz_read(void *context, void *buffer, size_t size) {
    fuzz_input *in = context;
    size_t count = in->size - in->at < size ? in->size - in->at : size;
    if (in->piece > 0 && count > in->piece) count = in->piece;
    if (count > 0) memcpy(buffer, in->data + in->at, count);
    in->at += count;
    return (int64_t)count;
}

static bool fuzz_seek(void *context, uint64_t offset) {
    fuzz_input *in = context;
    if (offset > in->size) return false;
    in->at = (size_t)offset;
    return true;
}

static void fuzz_require(bool held) {
    if (!held) abort();
}

/* The packed form reads back as the same order. */
static void fuzz_round_trip(const ra_order *order, ra_arena *arena) {
    ra_str packed, again;
    ra_order copy;
    ra_error error;
    ra_reader *reader = NULL;
    ra_reader_options options = {.format = RA_FORMAT_MSGPACK};
    fuzz_require(ra_order_pack(order, arena, &packed) == RA_OK);
    fuzz_input in = {.data = packed.ptr, .size = packed.len};
    ra_input input = {fuzz_read, fuzz_seek, &in};
    fuzz_require(ra_reader_open(input, &options, NULL, &reader, &error) == RA_OK);
    fuzz_require(ra_reader_next(reader, arena, &copy, &error) == RA_OK);
    fuzz_require(copy.error.code == RA_OK);
    fuzz_require(ra_order_pack(&copy, arena, &again) == RA_OK && ra_str_equal(packed, again));
    fuzz_require(ra_key_equal(ra_key_content(order), ra_key_content(&copy)));
    fuzz_require(ra_reader_next(reader, arena, &copy, &error) == RA_END);
    ra_reader_close(reader);
}

static void fuzz_check_order(const fuzz_input *in, const ra_order *order, ra_arena *arena) {
    ra_party_keys parties;
    fuzz_require(order->offset <= order->end && order->end <= in->size);
    if (order->raw.len > 0) {
        fuzz_require(order->raw.len == order->end - order->offset);
        fuzz_require(memcmp(order->raw.ptr, in->data + order->offset, order->raw.len) == 0);
    }
    if (order->error.code != RA_OK) return;
    fuzz_require(order->source_ref.len > 0 && order->currency.len > 0);
    fuzz_require(ra_key_parties(order, RA_STR("shop"), arena, &parties) == RA_OK);
    fuzz_round_trip(order, arena);
}

/* Reads from a resume point (0, 0: the start); returns the number of records. */
static uint64_t fuzz_read_all(fuzz_input *in, ra_reader_options options, uint64_t *middle_end) {
    ra_reader *reader = NULL;
    ra_error error;
    ra_order order;
    ra_arena arena;
    uint64_t row = options.start_row;
    ra_input input = {fuzz_read, fuzz_seek, in};
    ra_arena_init(&arena, 0, NULL);
    in->at = 0;
    ra_status status = ra_reader_open(input, &options, NULL, &reader, &error);
    while (status == RA_OK) {
        status = ra_reader_next(reader, &arena, &order, &error);
        if (status != RA_OK) break;
        fuzz_require(order.row == ++row);
        fuzz_check_order(in, &order, &arena);
        if (row == 1 && middle_end != NULL) *middle_end = order.end;
        ra_arena_reset(&arena);
    }
    fuzz_require(status != RA_NO_MEMORY && status != RA_READ_FAILED);
    ra_reader_close(reader);
    ra_arena_free(&arena);
    return row;
}

/* The whole input in one piece, in small ones, and resumed behind the first record. */
static int fuzz_format(const uint8_t *data, size_t size, ra_format format) {
    fuzz_input in = {.data = (const char *)data, .size = size};
    ra_reader_options options = {.format = format, .max_record = 4096, .max_depth = 16};
    uint64_t first_end = 0;
    uint64_t rows = fuzz_read_all(&in, options, &first_end);
    in.piece = 1 + size / 7;
    fuzz_require(fuzz_read_all(&in, options, NULL) == rows);
    if (rows == 0) return 0;
    options.start_offset = first_end;
    options.start_row = 1;
    fuzz_require(fuzz_read_all(&in, options, NULL) == rows);
    return 0;
}

#endif

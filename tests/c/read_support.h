/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Inputs and allocators that tests of the readers share. */
#ifndef TESTS_READ_SUPPORT_H
#define TESTS_READ_SUPPORT_H

#include <stdlib.h>
#include <string.h>

#include "faulty_memory.h"
#include "read/ra_limits.h"
#include "read/ra_read_woo.h"

/* Bytes in memory, handed out at most `piece` at a time (0: as many as asked for). */
typedef struct memory_input {
    const char *data;
    size_t size, at, piece;
    size_t failing_read; /* the read of this number fails; 0: none */
    size_t reads;
} memory_input;

static inline int64_t memory_read(void *context, void *buffer, size_t size) {
    memory_input *in = context;
    if (++in->reads == in->failing_read) return -1;
    size_t count = in->size - in->at < size ? in->size - in->at : size;
    if (in->piece > 0 && count > in->piece) count = in->piece;
    if (count > 0) memcpy(buffer, in->data + in->at, count);
    in->at += count;
    return (int64_t)count;
}

static inline bool memory_seek(void *context, uint64_t offset) {
    memory_input *in = context;
    if (offset > in->size) return false;
    in->at = (size_t)offset;
    return true;
}

static inline ra_input memory_source(memory_input *in, const char *text) {
    *in = (memory_input){.data = text, .size = strlen(text)};
    return (ra_input){memory_read, memory_seek, in};
}

/* A text that grows inside a buffer of fixed size; what does not fit is cut off. */
typedef struct grown_text {
    char *text;
    size_t capacity, length;
} grown_text;

static inline void grow(grown_text *out, const char *bytes, size_t size) {
    size_t room = out->capacity - 1 - out->length;
    size_t count = size < room ? size : room;
    if (count > 0) memcpy(out->text + out->length, bytes, count);
    out->length += count;
    out->text[out->length] = '\0';
}

static inline void grow_text(grown_text *out, const char *text) {
    grow(out, text, strlen(text));
}

static inline void grow_fill(grown_text *out, const char *text, size_t times) {
    for (size_t i = 0; i < times; i++)
        grow_text(out, text);
}

/* One readable order of each format. */
static const char sample_json[] =
    "[{\"id\":7,\"number\":\"A-7\",\"status\":\"completed\",\"currency\":\"EUR\","
    "\"date_created_gmt\":\"2024-01-02T03:04:05\",\"total\":\"12.10\",\"total_tax\":2.10,"
    "\"customer_id\":0,\"billing\":{\"first_name\":\"J\\u00f6rg\",\"email\":\"A@B.example\"},"
    "\"shipping\":[],\"meta_data\":[{\"key\":\"k\",\"value\":{\"a\":[1, 2]}}],"
    "\"line_items\":[{\"id\":1,\"name\":\"Hat\",\"product_id\":3,\"variation_id\":0,"
    "\"quantity\":2,\"subtotal\":\"12.00\",\"total\":\"10.00\",\"total_tax\":\"2.10\","
    "\"price\":5.000000000000000001,\"taxes\":[{\"id\":4,\"total\":\"2.10\"}]}],"
    "\"fee_lines\":[{\"id\":2,\"name\":\"Gift\",\"total\":\"0\",\"taxes\":[{\"id\":4,"
    "\"total\":\"\"}]}]}]";

static const char sample_csv[] =
    "order_id,status,currency,date_created,total,line_total,name,quantity,tax_rate_id,line_tax\n"
    "7,completed,EUR,2024-01-02T03:04:05,12.10,10.00,\"Hat, \"\"red\"\"\",2,4,2.10\n"
    "7,,,,,0,Ribbon,1,,\n"
    "8,completed,EUR,2024-01-03,5,5,Cap,1,,\n";

/* One JSON record of `text` as an order; the same rules as in a file. 0: the usual depth. */
static inline ra_status read_woo_order(ra_str text, uint32_t max_depth, ra_arena *arena,
                                       ra_order *order) {
    memset(order, 0, sizeof *order);
    if (!ra_arena_copy(arena, text, &order->raw)) return RA_NO_MEMORY;
    order->end = text.len;
    ra_arena scratch;
    ra_arena_init(&scratch, 0, arena->allocator);
    ra_status status =
        ra_woo_parse(order->raw, max_depth != 0 ? max_depth : RA_MAX_DEPTH, arena, &scratch, order);
    ra_arena_free(&scratch);
    return status;
}

#endif

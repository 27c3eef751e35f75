/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Walk the schema and pack what is there. */
#include "canonical/ra_pack.h"

#include <msgpack/pack.h>
#include <string.h>

#include "canonical/ra_schema.h"

#define USUAL_SIZE 8192u

/* Counts every byte and keeps those there is room for. */
typedef struct sink {
    char *data;
    size_t capacity, size;
} sink;

static int write_bytes(void *context, const char *bytes, size_t size) {
    sink *out = context;
    if (out->size + size <= out->capacity) memcpy(out->data + out->size, bytes, size);
    out->size += size;
    return 0;
}

static void pack_text(msgpack_packer *packer, ra_str text) {
    msgpack_pack_str(packer, text.len);
    if (text.len > 0) msgpack_pack_str_body(packer, text.ptr, text.len);
}

static void pack_decimal(msgpack_packer *packer, ra_decimal value) {
    char text[24];
    size_t length = ra_decimal_format(value, text);
    pack_text(packer, (ra_str){text, length});
}

static void pack_record(msgpack_packer *packer, const ra_schema *schema, const void *record);

static void pack_list(msgpack_packer *packer, const ra_schema_field *field, const void *record) {
    const char *items;
    size_t count = ra_schema_items(field, record, &items);
    msgpack_pack_array(packer, count);
    for (size_t i = 0; i < count; i++) {
        pack_record(packer, field->item, items + i * field->item->size);
    }
}

static void pack_value(msgpack_packer *packer, const ra_schema_field *field, const void *record) {
    const void *value = (const char *)record + field->offset;
    switch (field->type) {
    case RA_SCHEMA_TEXT:
        pack_text(packer, *(const ra_str *)value);
        break;
    case RA_SCHEMA_DECIMAL:
        pack_decimal(packer, *(const ra_decimal *)value);
        break;
    case RA_SCHEMA_TIME:
        msgpack_pack_int64(packer, *(const int64_t *)value);
        break;
    case RA_SCHEMA_BOOL:
        if (*(const bool *)value) {
            msgpack_pack_true(packer);
        } else {
            msgpack_pack_false(packer);
        }
        break;
    case RA_SCHEMA_KIND:
        msgpack_pack_int(packer, (int)*(const ra_line_kind *)value);
        break;
    case RA_SCHEMA_PART:
        pack_record(packer, field->item, value);
        break;
    case RA_SCHEMA_LIST:
        pack_list(packer, field, record);
        break;
    }
}

static void pack_record(msgpack_packer *packer, const ra_schema *schema, const void *record) {
    bool versioned = schema == &ra_order_schema;
    uint64_t absent = 0;
    size_t present = versioned;
    for (size_t i = 0; i < schema->count; i++) {
        bool left_out = ra_schema_absent(&schema->fields[i], record);
        absent |= (uint64_t)left_out << i;
        present += !left_out;
    }
    msgpack_pack_map(packer, present);
    if (versioned) {
        pack_text(packer, RA_STR("v"));
        msgpack_pack_int(packer, RA_ORDER_SCHEMA);
    }
    for (size_t i = 0; i < schema->count; i++) {
        if ((absent >> i & 1) != 0) continue;
        msgpack_pack_uint64(packer, i);
        pack_value(packer, &schema->fields[i], record);
    }
}

static void pack_order(const ra_order *order, sink *out) {
    msgpack_packer packer;
    msgpack_packer_init(&packer, out, write_bytes);
    pack_record(&packer, &ra_order_schema, order);
}

ra_status ra_order_pack(const ra_order *order, ra_arena *arena, ra_str *out) {
    /* Orders of usual size are packed on the stack; others are only measured there. */
    char usual[USUAL_SIZE];
    sink first = {.data = usual, .capacity = sizeof usual};
    pack_order(order, &first);
    if (first.size <= sizeof usual) {
        ra_str packed = {usual, first.size};
        return ra_arena_copy(arena, packed, out) ? RA_OK : RA_NO_MEMORY;
    }
    sink packed = {.data = ra_arena_alloc(arena, first.size), .capacity = first.size};
    if (packed.data == NULL) return RA_NO_MEMORY;
    pack_order(order, &packed);
    *out = (ra_str){packed.data, first.size};
    return RA_OK;
}

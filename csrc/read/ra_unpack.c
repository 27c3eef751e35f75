/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* From msgpack tokens to a canonical order, after the schema. */
#include "read/ra_unpack.h"

#include <string.h>

#include "canonical/ra_schema.h"
#include "read/ra_limits.h"
#include "read/ra_msgpack.h"
#include "read/ra_text.h"

typedef struct cursor {
    ra_str text;
    size_t at;
    uint32_t depth, max_depth;
    size_t items;
    bool versioned;
    ra_arena *arena;
    ra_error *error;
} cursor;

static ra_status refuse(cursor *in, ra_status code, const char *field, const char *message) {
    in->error->offset = in->at;
    return ra_fail(in->error, code, field, message);
}

static ra_status wrong_type(cursor *in, const char *field) {
    return refuse(in, RA_BAD_TYPE, field, "a field holds a value of the wrong type");
}

/* The next header, with its payload inside the text. */
static ra_status take(cursor *in, ra_token *token) {
    size_t left = in->text.len - in->at;
    bool whole = ra_token_read(in->text.ptr + in->at, left, token);
    if (!whole || token->kind == RA_TOKEN_INVALID || token->payload > left - token->header) {
        return refuse(in, RA_BAD_SYNTAX, NULL, "the record is not well-formed msgpack");
    }
    in->at += token->header;
    return RA_OK;
}

/* Pass over the values inside `token` and its payload. */
static ra_status skip_inside(cursor *in, const ra_token *token) {
    in->at += (size_t)token->payload;
    if (token->count == 0) return RA_OK;
    if (++in->depth > in->max_depth) {
        return refuse(in, RA_TOO_DEEP, NULL, "the record is nested too deeply");
    }
    for (uint64_t i = 0; i < token->count; i++) {
        ra_token inner;
        ra_status status = take(in, &inner);
        if (status == RA_OK) status = skip_inside(in, &inner);
        if (status != RA_OK) return status;
    }
    in->depth--;
    return RA_OK;
}

static ra_status take_text(cursor *in, const ra_token *token, const char *field, ra_str *out) {
    ra_str text = {in->text.ptr + in->at, (size_t)token->payload};
    if (ra_text_check(text) != text.len) {
        return refuse(in, RA_BAD_ENCODING, field,
                      "the text is not valid UTF-8 or holds a NUL character");
    }
    in->at += text.len;
    *out = text.len > 0 ? text : (ra_str){NULL, 0};
    return RA_OK;
}

static ra_status take_decimal(cursor *in, const ra_token *token, const char *field,
                              ra_decimal *out) {
    ra_str text;
    ra_status status = take_text(in, token, field, &text);
    if (status != RA_OK) return status;
    if (ra_decimal_parse(text, out) == RA_OK) return RA_OK;
    return refuse(in, RA_BAD_NUMBER, field, "a number cannot be read exactly");
}

static ra_status take_record(cursor *in, const ra_token *map, const ra_schema *schema, void *record,
                             uint64_t *seen);

static void begin_item(const ra_schema *schema, void *item) {
    if (schema != &ra_line_schema) return;
    ra_line *line = item;
    line->subtotal.scale = line->quantity.scale = RA_DECIMAL_UNSET;
}

static void finish_item(const ra_schema *schema, void *item) {
    if (schema != &ra_line_schema) return;
    ra_line *line = item;
    if (line->subtotal.scale == RA_DECIMAL_UNSET) line->subtotal = line->total;
    if (line->quantity.scale == RA_DECIMAL_UNSET) line->quantity = (ra_decimal){1, 0};
}

static ra_status take_list(cursor *in, const ra_token *array, const ra_schema_field *field,
                           void *record) {
    const ra_schema *schema = field->item;
    if (array->count > RA_MAX_ITEMS - in->items) {
        return refuse(in, RA_TOO_LARGE, field->name.ptr, "the order has too many items");
    }
    in->items += (size_t)array->count;
    char *items = ra_arena_array(in->arena, (size_t)array->count, schema->size);
    if (items == NULL) return RA_NO_MEMORY;
    for (size_t i = 0; i < array->count; i++) {
        void *item = items + i * schema->size;
        ra_token token;
        uint64_t seen = 0;
        ra_status status = take(in, &token);
        if (status != RA_OK) return status;
        if (token.kind != RA_TOKEN_MAP) return wrong_type(in, field->name.ptr);
        begin_item(schema, item);
        status = take_record(in, &token, schema, item, &seen);
        finish_item(schema, item);
        ra_schema_set_items(field, record, items, i + 1);
        if (status != RA_OK) return status;
    }
    return RA_OK;
}

static ra_status take_integer(cursor *in, const ra_token *token, const ra_schema_field *field,
                              void *value) {
    if (!token->in_range) return refuse(in, RA_BAD_NUMBER, field->name.ptr, "out of range");
    if (field->type == RA_SCHEMA_TIME) {
        *(int64_t *)value = token->integer;
        return RA_OK;
    }
    if (token->integer < RA_LINE_PRODUCT || token->integer > RA_LINE_FEE) {
        return refuse(in, RA_BAD_NUMBER, field->name.ptr, "an unknown kind of line");
    }
    *(ra_line_kind *)value = (ra_line_kind)token->integer;
    return RA_OK;
}

static ra_status take_value(cursor *in, const ra_schema_field *field, void *record) {
    void *value = (char *)record + field->offset;
    uint64_t seen = 0;
    ra_token token;
    ra_status status = take(in, &token);
    if (status != RA_OK || token.kind == RA_TOKEN_NIL) return status;
    switch (field->type) {
    case RA_SCHEMA_TEXT:
        if (token.kind != RA_TOKEN_TEXT) break;
        return take_text(in, &token, field->name.ptr, value);
    case RA_SCHEMA_DECIMAL:
        if (token.kind != RA_TOKEN_TEXT) break;
        return take_decimal(in, &token, field->name.ptr, value);
    case RA_SCHEMA_TIME:
    case RA_SCHEMA_KIND:
        if (token.kind != RA_TOKEN_INTEGER) break;
        return take_integer(in, &token, field, value);
    case RA_SCHEMA_BOOL:
        if (token.kind != RA_TOKEN_BOOL) break;
        *(bool *)value = token.integer != 0;
        return RA_OK;
    case RA_SCHEMA_PART:
        if (token.kind != RA_TOKEN_MAP) break;
        return take_record(in, &token, field->item, value, &seen);
    case RA_SCHEMA_LIST:
        if (token.kind != RA_TOKEN_ARRAY) break;
        return take_list(in, &token, field, record);
    }
    return wrong_type(in, field->name.ptr);
}

static ra_status take_version(cursor *in) {
    ra_token token;
    ra_status status = take(in, &token);
    if (status != RA_OK) return status;
    if (token.kind != RA_TOKEN_INTEGER || token.integer != RA_ORDER_SCHEMA) {
        return refuse(in, RA_BAD_FORMAT, "v", "the record is of another version");
    }
    in->versioned = true;
    return RA_OK;
}

/* A member's field, by number or name; NULL when the schema has none, or for the version. */
static ra_status take_key(cursor *in, const ra_schema *schema, const ra_schema_field **out,
                          bool *is_version) {
    ra_token token;
    ra_str name = {NULL, 0};
    *out = NULL;
    *is_version = false;
    ra_status status = take(in, &token);
    if (status != RA_OK) return status;
    if (token.kind == RA_TOKEN_INTEGER) {
        bool known = token.in_range && token.integer >= 0;
        if (known && (uint64_t)token.integer < schema->count) *out = &schema->fields[token.integer];
        return RA_OK;
    }
    if (token.kind != RA_TOKEN_TEXT) return wrong_type(in, NULL);
    status = take_text(in, &token, NULL, &name);
    if (status != RA_OK) return status;
    *is_version = schema == &ra_order_schema && ra_str_equal(name, RA_STR("v"));
    *out = ra_schema_find(schema, name);
    return RA_OK;
}

static ra_status take_member(cursor *in, const ra_schema *schema, void *record, uint64_t *seen) {
    const ra_schema_field *field;
    bool is_version;
    ra_status status = take_key(in, schema, &field, &is_version);
    if (status != RA_OK) return status;
    if (is_version) return take_version(in);
    if (field == NULL) {
        ra_token token;
        status = take(in, &token);
        return status == RA_OK ? skip_inside(in, &token) : status;
    }
    uint64_t bit = UINT64_C(1) << (field - schema->fields);
    if ((*seen & bit) != 0) {
        return refuse(in, RA_DUPLICATE_KEY, field->name.ptr, "a field occurs twice in one object");
    }
    *seen |= bit;
    return take_value(in, field, record);
}

static ra_status take_record(cursor *in, const ra_token *map, const ra_schema *schema, void *record,
                             uint64_t *seen) {
    if (++in->depth > in->max_depth) {
        return refuse(in, RA_TOO_DEEP, NULL, "the record is nested too deeply");
    }
    for (uint64_t i = 0; i < map->count; i += 2) {
        ra_status status = take_member(in, schema, record, seen);
        if (status != RA_OK) return status;
    }
    in->depth--;
    return RA_OK;
}

static ra_status require(cursor *in, bool given, const char *field) {
    if (given) return RA_OK;
    in->at = 0;
    return refuse(in, RA_MISSING_FIELD, field, "a required field is missing");
}

static ra_status check_required(cursor *in, const ra_order *order, uint64_t seen) {
    const ra_schema_field *total = ra_schema_find(&ra_order_schema, RA_STR("total"));
    uint64_t bit = UINT64_C(1) << (total - ra_order_schema.fields);
    ra_status status = require(in, in->versioned, "v");
    if (status == RA_OK) status = require(in, order->source_ref.len > 0, "source_ref");
    if (status == RA_OK) status = require(in, order->status.len > 0, "status");
    if (status == RA_OK) status = require(in, order->currency.len > 0, "currency");
    if (status == RA_OK) status = require(in, order->created_at != RA_NO_TIME, "created_at");
    if (status == RA_OK) status = require(in, (seen & bit) != 0, "total");
    return status;
}

ra_status ra_order_unpack(ra_str text, uint32_t max_depth, ra_arena *arena, ra_order *order) {
    ra_order place = *order;
    *order = (ra_order){.row = place.row, .offset = place.offset, .end = place.end};
    order->raw = place.raw;
    order->created_at = order->modified_at = order->paid_at = RA_NO_TIME;
    cursor in = {.text = text, .max_depth = max_depth, .arena = arena, .error = &order->error};
    ra_token token;
    uint64_t seen = 0;
    ra_status status = take(&in, &token);
    if (status == RA_OK && token.kind != RA_TOKEN_MAP) status = wrong_type(&in, NULL);
    if (status == RA_OK) status = take_record(&in, &token, &ra_order_schema, order, &seen);
    if (status == RA_OK) status = check_required(&in, order, seen);
    if (order->number.len == 0) order->number = order->source_ref;
    order->error.row = place.row;
    order->error.offset += place.offset;
    return status == RA_NO_MEMORY ? RA_NO_MEMORY : RA_OK;
}

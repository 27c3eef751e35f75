/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Rows of binary COPY to items; see ra_match_copy.h. */
#include "match/ra_match_copy.h"

#include <string.h>

#define HEADER_SIZE 19
#define EXTENSION_AT 15
#define ARRAY_HEAD 20 /* dimensions, flags, element type, length, lower bound */

static const char signature[11] = "PGCOPY\n\377\r\n";
static const char *const columns[RA_ITEM_COLUMNS] = {"id",    "kind",  "day",   "currency", "open",
                                                     "total", "party", "email", "ids",      "refs"};

typedef struct ra_field {
    const unsigned char *at;
    size_t len;
    bool null;
} ra_field;

typedef struct ra_keys_of_item {
    ra_str ids[RA_ITEM_KEYS_MAX], refs[RA_ITEM_KEYS_MAX];
} ra_keys_of_item;

/* Big-endian, two's complement. */
static int64_t number_at(const unsigned char *at, size_t len) {
    uint64_t value = (at[0] & 0x80) ? UINT64_MAX : 0;
    for (size_t i = 0; i < len; i++)
        value = value << 8 | at[i];
    return (int64_t)value;
}

static ra_status fail(const ra_item_stream *stream, ra_error *error, ra_status code, int column,
                      const char *message) {
    ra_status status = ra_fail(error, code, column < 0 ? NULL : columns[column], message);
    if (error != NULL) error->row = stream->rows + 1;
    return status;
}

static ra_status skip_header(ra_item_stream *stream, ra_field *rest, ra_error *error) {
    bool whole = rest->len >= HEADER_SIZE && memcmp(rest->at, signature, sizeof signature) == 0;
    int64_t extension = whole ? number_at(rest->at + EXTENSION_AT, 4) : 0;
    if (!whole || extension < 0 || (uint64_t)extension > rest->len - HEADER_SIZE)
        return fail(stream, error, RA_BAD_FORMAT, -1, "this is no binary COPY");
    rest->at += HEADER_SIZE + extension;
    rest->len -= HEADER_SIZE + (size_t)extension;
    stream->started = true;
    return RA_OK;
}

static bool next_field(ra_field *rest, ra_field *out) {
    if (rest->len < 4) return false;
    int64_t len = number_at(rest->at, 4);
    rest->at += 4;
    rest->len -= 4;
    if (len < -1 || (len > 0 && (uint64_t)len > rest->len)) return false;
    *out = (ra_field){rest->at, len < 0 ? 0 : (size_t)len, len < 0};
    rest->at += out->len;
    rest->len -= out->len;
    return true;
}

static bool has_width(const ra_field *field, size_t width) {
    return !field->null && field->len == width;
}

static ra_str text_of(const ra_field *field) {
    return (ra_str){field->len > 0 ? (const char *)field->at : NULL, field->len};
}

/* Elements of a one-dimensional array; false when it is none or they are too many. */
static bool read_array(ra_field field, ra_str keys[RA_ITEM_KEYS_MAX], size_t *count) {
    if (number_at(field.at, 4) == 0) return true; /* the empty array has no dimension */
    if (number_at(field.at, 4) != 1 || field.len < ARRAY_HEAD) return false;
    int64_t length = number_at(field.at + 12, 4);
    ra_field rest = {field.at + ARRAY_HEAD, field.len - ARRAY_HEAD, false}, element;
    for (int64_t i = 0; i < length; i++) {
        if (!next_field(&rest, &element)) return false;
        if (element.len == 0) continue;
        if (*count == RA_ITEM_KEYS_MAX) return false;
        keys[(*count)++] = text_of(&element);
    }
    return rest.len == 0;
}

static bool read_lines(ra_field field, ra_str keys[RA_ITEM_KEYS_MAX], size_t *count) {
    const char *at = (const char *)field.at, *end = at + field.len;
    while (at < end) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        if (stop == NULL) stop = end;
        if (stop > at) {
            if (*count == RA_ITEM_KEYS_MAX) return false;
            keys[(*count)++] = (ra_str){at, (size_t)(stop - at)};
        }
        at = stop + 1;
    }
    return true;
}

/* A text never holds NUL, and an array's first byte is the highest of a small number. */
static bool read_keys(const ra_field *field, ra_str keys[RA_ITEM_KEYS_MAX], size_t *count) {
    *count = 0;
    if (field->len == 0) return true;
    if (field->at[0] == 0 && field->len >= 12) return read_array(*field, keys, count);
    return read_lines(*field, keys, count);
}

static ra_status read_item(const ra_item_stream *stream, const ra_field *fields,
                           ra_keys_of_item *keys, ra_match_item *out, ra_error *error) {
    static const size_t widths[RA_ITEM_COLUMNS] = {8, 2, 4, 0, 8, 8, 0, 0, 0, 0};
    static const bool required[RA_ITEM_COLUMNS] = {[0] = true, [1] = true, [3] = true, [4] = true};
    for (int i = 0; i < RA_ITEM_COLUMNS; i++) {
        if (fields[i].null && required[i])
            return fail(stream, error, RA_MISSING_FIELD, i, "the column may not be NULL");
        if (!fields[i].null && widths[i] > 0 && !has_width(&fields[i], widths[i]))
            return fail(stream, error, RA_BAD_TYPE, i, "the column is not of the expected type");
    }
    *out = (ra_match_item){.id = number_at(fields[0].at, 8),
                           .kind = (ra_item_kind)number_at(fields[1].at, 2),
                           .day = RA_NO_DAY,
                           .currency = text_of(&fields[3]),
                           .open = number_at(fields[4].at, 8),
                           .party = text_of(&fields[6]),
                           .email = text_of(&fields[7]),
                           .ids = keys->ids,
                           .refs = keys->refs};
    if (!fields[2].null) out->day = (int32_t)number_at(fields[2].at, 4);
    out->total = fields[5].null ? out->open : number_at(fields[5].at, 8);
    if (!read_keys(&fields[8], keys->ids, &out->id_count))
        return fail(stream, error, RA_TOO_LARGE, 8, "these are no keys, or too many");
    if (!read_keys(&fields[9], keys->refs, &out->ref_count))
        return fail(stream, error, RA_TOO_LARGE, 9, "these are no keys, or too many");
    return RA_OK;
}

static ra_status put_row(ra_item_stream *stream, ra_field *rest, ra_error *error) {
    ra_field fields[RA_ITEM_COLUMNS];
    ra_keys_of_item keys;
    ra_match_item item;
    for (int i = 0; i < RA_ITEM_COLUMNS; i++)
        if (!next_field(rest, &fields[i]))
            return fail(stream, error, RA_BAD_FORMAT, i, "the row ends too early");
    ra_status status = read_item(stream, fields, &keys, &item, error);
    if (status != RA_OK) return status;
    status = ra_match_add(stream->match, &item);
    if (status == RA_BAD_ARGUMENT)
        return fail(stream, error, status, -1,
                    "the kind is unknown, or open and total contradict each other");
    if (status == RA_OK) stream->rows++;
    return status;
}

ra_status ra_item_stream_put(ra_item_stream *stream, const void *data, size_t size,
                             ra_error *error) {
    ra_field rest = {data, size, false};
    ra_status status = RA_OK;
    if (!stream->started) status = skip_header(stream, &rest, error);
    while (status == RA_OK && rest.len > 0) {
        int64_t fields = rest.len >= 2 ? number_at(rest.at, 2) : 0;
        if (stream->ended || rest.len < 2)
            return fail(stream, error, RA_BAD_FORMAT, -1, "there are bytes behind the last row");
        rest.at += 2;
        rest.len -= 2;
        if (fields == -1) {
            stream->ended = true;
        } else if (fields != RA_ITEM_COLUMNS) {
            return fail(stream, error, RA_BAD_FORMAT, -1, "the statement gives not 10 columns");
        } else {
            status = put_row(stream, &rest, error);
        }
    }
    return status;
}

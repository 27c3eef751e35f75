/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* PostgreSQL's binary COPY fields; see ra_encode.h. */
#include "write/ra_encode.h"

#include "canonical/ra_double.h"

#include <assert.h>
#include <math.h>
#include <string.h>

/* 2000-01-01, the day PostgreSQL counts from, seen from 1970-01-01. */
#define US_PER_DAY INT64_C(86400000000)
#define PG_EPOCH_US (10957 * US_PER_DAY)

#define JSONB_VERSION 1

/* numeric: groups of four decimal digits, sign words as in numeric_recv. */
#define NUMERIC_GROUP 4
#define NUMERIC_POSITIVE 0x0000u
#define NUMERIC_NEGATIVE 0x4000u
#define NUMERIC_HEADER 8u

static void store16(char *at, uint16_t value) {
    at[0] = (char)(value >> 8);
    at[1] = (char)(value & 0xff);
}

static void store32(char *at, uint32_t value) {
    store16(at, (uint16_t)(value >> 16));
    store16(at + 2, (uint16_t)(value & 0xffff));
}

static void store64(char *at, uint64_t value) {
    store32(at, (uint32_t)(value >> 32));
    store32(at + 4, (uint32_t)(value & 0xffffffffu));
}

/* Room for a field of `size` bytes, its length already written. */
static char *open_field(ra_buffer *buffer, size_t size) {
    if (size > INT32_MAX) {
        buffer->failed = true;
        return NULL;
    }
    char *at = ra_buffer_reserve(buffer, size + 4);
    if (at == NULL) return NULL;
    store32(at, (uint32_t)size);
    return at + 4;
}

void ra_copy_header(ra_buffer *buffer) {
    /* Signature, no flags, no header extension. */
    static const char header[19] = "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0";
    ra_buffer_append(buffer, header, sizeof header);
}

void ra_copy_trailer(ra_buffer *buffer) {
    char *at = ra_buffer_reserve(buffer, 2);
    if (at != NULL) store16(at, UINT16_MAX);
}

void ra_copy_tuple(ra_buffer *buffer, int16_t fields) {
    if (fields < 0) {
        buffer->failed = true;
        return;
    }
    char *at = ra_buffer_reserve(buffer, 2);
    if (at != NULL) store16(at, (uint16_t)fields);
}

void ra_copy_null(ra_buffer *buffer) {
    char *at = ra_buffer_reserve(buffer, 4);
    if (at != NULL) store32(at, UINT32_MAX);
}

void ra_copy_int4(ra_buffer *buffer, int32_t value) {
    char *at = open_field(buffer, 4);
    if (at != NULL) store32(at, (uint32_t)value);
}

void ra_copy_int8(ra_buffer *buffer, int64_t value) {
    char *at = open_field(buffer, 8);
    if (at != NULL) store64(at, (uint64_t)value);
}

void ra_copy_float8(ra_buffer *buffer, double value) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    char *at = open_field(buffer, 8);
    if (at != NULL) store64(at, bits);
}

void ra_copy_text(ra_buffer *buffer, ra_str value) {
    char *at = open_field(buffer, value.len);
    if (at != NULL && value.len > 0) memcpy(at, value.ptr, value.len);
}

void ra_copy_jsonb(ra_buffer *buffer, ra_str json) {
    char *at = json.len < INT32_MAX ? open_field(buffer, json.len + 1) : NULL;
    if (at == NULL) {
        buffer->failed = true;
        return;
    }
    *at = JSONB_VERSION;
    if (json.len > 0) memcpy(at + 1, json.ptr, json.len);
}

void ra_copy_timestamp(ra_buffer *buffer, int64_t unix_us) {
    if (unix_us < INT64_MIN + PG_EPOCH_US) {
        buffer->failed = true;
        return;
    }
    ra_copy_int8(buffer, unix_us - PG_EPOCH_US);
}

static int floor_group(int position) {
    return position >= 0 ? position / NUMERIC_GROUP
                         : -((NUMERIC_GROUP - 1 - position) / NUMERIC_GROUP);
}

/* The group of four digits that begins `first` digits into the text; positions outside it are
 * zeros. */
static uint16_t group_value(const ra_digits *digits, int first) {
    unsigned value = 0;
    for (int i = first; i < first + NUMERIC_GROUP; i++) {
        value *= 10;
        if (i >= 0 && i < digits->count) value += (unsigned)(digits->text[i] - '0');
    }
    return (uint16_t)value;
}

/* `digits` has neither leading nor trailing zeros unless it is the single digit 0. */
static void put_numeric(ra_buffer *buffer, const ra_digits *digits, int display_scale) {
    bool zero = digits->count == 1 && digits->text[0] == '0';
    /* The group of the first digit; its predecessors in the group are zeros. */
    int weight = zero ? 0 : floor_group(digits->point - 1);
    int padding = NUMERIC_GROUP * (weight + 1) - digits->point;
    int groups = zero ? 0 : (padding + digits->count + NUMERIC_GROUP - 1) / NUMERIC_GROUP;
    assert(groups >= 0 && weight >= INT16_MIN && weight <= INT16_MAX && display_scale >= 0);

    char *at = open_field(buffer, NUMERIC_HEADER + 2 * (size_t)groups);
    if (at == NULL) return;
    store16(at, (uint16_t)groups);
    store16(at + 2, (uint16_t)weight);
    store16(at + 4, digits->negative && !zero ? NUMERIC_NEGATIVE : NUMERIC_POSITIVE);
    store16(at + 6, (uint16_t)display_scale);
    for (int i = 0; i < groups; i++) {
        store16(at + NUMERIC_HEADER + 2 * i, group_value(digits, NUMERIC_GROUP * i - padding));
    }
}

void ra_copy_numeric(ra_buffer *buffer, ra_decimal value) {
    ra_digits digits = {.negative = value.coefficient < 0};
    uint64_t rest =
        value.coefficient < 0 ? 0 - (uint64_t)value.coefficient : (uint64_t)value.coefficient;
    int zeros = 0; /* at the end, not stored */
    while (rest != 0 && rest % 10 == 0) {
        rest /= 10;
        zeros++;
    }
    digits.count = ra_put_integer(rest, digits.text);
    digits.point = digits.count + zeros - value.scale;
    put_numeric(buffer, &digits, value.scale);
}

void ra_copy_numeric_double(ra_buffer *buffer, double value) {
    if (!isfinite(value)) {
        buffer->failed = true;
        return;
    }
    ra_digits digits;
    ra_double_digits(value, &digits);
    /* The digits after the point as repr() writes them: "10.0" shows one, "1e+22" none. */
    int scale = digits.count - digits.point;
    if (scale < 1) scale = digits.point <= 16 ? 1 : 0;
    put_numeric(buffer, &digits, scale);
}

/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Other columns as a JSON object: measured first, then written. */
#include "read/ra_settle_extra.h"

#include <stdio.h>
#include <string.h>

/* Counts while `text` is NULL. */
typedef struct json {
    char *text;
    size_t length;
} json;

static void put(json *out, const char *bytes, size_t size) {
    if (out->text != NULL && size > 0) memcpy(out->text + out->length, bytes, size);
    out->length += size;
}

static void put_string(json *out, ra_str text) {
    static const char hex[] = "0123456789abcdef";
    size_t from = 0;
    put(out, "\"", 1);
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if (c >= 0x20 && c != '"' && c != '\\') continue;
        put(out, text.ptr + from, i - from);
        from = i + 1;
        char escape[6] = {'\\', (char)c, '0', '0', hex[c >> 4], hex[c & 15]};
        if (c < 0x20) escape[1] = 'u';
        put(out, escape, c < 0x20 ? 6 : 2);
    }
    if (text.len > 0) put(out, text.ptr + from, text.len - from);
    put(out, "\"", 1);
}

/* A column's name; those of equal names are told apart: "Note", "Note (2)". */
static void put_name(json *out, ra_str name, uint16_t turn) {
    char number[16];
    put_string(out, name);
    if (turn == 1) return;
    out->length--; /* the closing quote */
    int length = snprintf(number, sizeof number, " (%u)\"", (unsigned)turn);
    put(out, number, (size_t)length);
}

static void write_object(const ra_settle_layout *layout, const ra_events *events,
                         const ra_str *cells, size_t count, json *out) {
    size_t members = 0;
    for (size_t i = 0; i < count && i < layout->named_count; i++) {
        if (layout->named[i] || (i == 0 && layout->profile->record_count > 0)) continue;
        ra_str cell = ra_settle_trim(cells[i]);
        if (cell.len == 0 || ra_str_equal(cell, layout->profile->empty)) continue;
        put(out, members == 0 ? "{" : ", ", members == 0 ? 1 : 2);
        members++;
        put_name(out, events->columns[i], layout->turn[i]);
        put(out, ": ", 2);
        put_string(out, cell);
    }
    if (members > 0) put(out, "}", 1);
}

bool ra_settle_extra(const ra_settle_layout *layout, ra_events *events, const ra_str *cells,
                     size_t count, ra_str *out) {
    json measured = {NULL, 0};
    write_object(layout, events, cells, count, &measured);
    *out = (ra_str){NULL, 0};
    if (measured.length == 0) return true;
    json written = {ra_arena_alloc(&events->arena, measured.length), 0};
    if (written.text == NULL) return false;
    write_object(layout, events, cells, count, &written);
    *out = (ra_str){written.text, written.length};
    return true;
}

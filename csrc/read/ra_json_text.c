/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Blanks and needless escapes are dropped; nothing grows, so one block of the input's size does. */
#include "read/ra_json_text.h"

#include <stdio.h>
#include <string.h>

#include "read/ra_text.h"

#define UNIT_LENGTH 6u /* of \uXXXX */

static size_t put_utf8(uint32_t code, char *out) {
    static const unsigned char leads[] = {0, 0, 0xC0, 0xE0, 0xF0};
    size_t length = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    for (size_t i = length; i-- > 1; code >>= 6)
        out[i] = (char)(0x80 | (code & 0x3F));
    out[0] = (char)(length == 1 ? code : leads[length] | code);
    return length;
}

/* The character an escape \uXXXX stands for, as JSON has to spell it. */
static size_t put_character(uint32_t code, char *out) {
    static const char shorts[] = "\bb\ff\nn\rr\tt\"\"\\\\";
    for (size_t i = 0; i + 1 < sizeof shorts; i += 2) {
        if ((unsigned char)shorts[i] != code) continue;
        out[0] = '\\';
        out[1] = shorts[i + 1];
        return 2;
    }
    if (code >= ' ') return put_utf8(code, out);
    char text[UNIT_LENGTH + 1];
    (void)snprintf(text, sizeof text, "\\u%04x", (unsigned)code);
    memcpy(out, text, UNIT_LENGTH);
    return UNIT_LENGTH;
}

/* Copies the escape at `at`; returns its length in the text. */
static size_t put_escape(ra_str text, size_t at, char *out, size_t *length) {
    int unit = ra_text_code_unit(text, at);
    if (unit < 0) {
        if (text.ptr[at + 1] != '/') out[(*length)++] = '\\';
        out[(*length)++] = text.ptr[at + 1];
        return 2;
    }
    size_t used = UNIT_LENGTH;
    uint32_t code = (uint32_t)unit;
    if (code >= 0xD800 && code <= 0xDBFF) {
        uint32_t low = (uint32_t)ra_text_code_unit(text, at + UNIT_LENGTH);
        code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
        used += UNIT_LENGTH;
    }
    *length += put_character(code, out + *length);
    return used;
}

static bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool is_plain(ra_str text) {
    bool quoted = false;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '\\' || (!quoted && is_blank(text.ptr[i]))) return false;
        if (text.ptr[i] == '"') quoted = !quoted;
    }
    return true;
}

bool ra_json_plain(ra_arena *arena, ra_str text, ra_str *out) {
    *out = text;
    if (is_plain(text)) return true;
    char *copy = ra_arena_array(arena, text.len, 1);
    if (copy == NULL) return false;
    size_t length = 0, at = 0;
    bool quoted = false;
    while (at < text.len) {
        char c = text.ptr[at];
        if (c == '\\') {
            at += put_escape(text, at, copy, &length);
            continue;
        }
        if (c == '"') quoted = !quoted;
        if (quoted || !is_blank(c)) copy[length++] = c;
        at++;
    }
    *out = (ra_str){copy, length};
    return true;
}

/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Case folding, compatibility forms and blanks; e-mail addresses. */
#include "canonical/ra_normal.h"

#include <string.h>
#include <utf8proc.h>

static bool is_blank(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* In place; returns the new length. */
static size_t collapse_blanks(char *text, size_t length) {
    size_t kept = 0;
    bool pending = false;
    for (size_t i = 0; i < length; i++) {
        if (is_blank(text[i])) {
            pending = kept > 0;
            continue;
        }
        if (pending) text[kept++] = ' ';
        pending = false;
        text[kept++] = text[i];
    }
    return kept;
}

/* Lower-case copy of ASCII text, where folding is no more than that. */
static bool fold_ascii(ra_str text, char *out) {
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if (c >= 0x80) return false;
        out[i] = (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
    }
    return true;
}

/* utf8proc's two steps on memory of the arena: code points first, then UTF-8 in their place. */
static ra_status fold_unicode(ra_str text, ra_arena *arena, ra_str *out) {
    const utf8proc_option_t options =
        UTF8PROC_STABLE | UTF8PROC_COMPAT | UTF8PROC_COMPOSE | UTF8PROC_CASEFOLD;
    const utf8proc_uint8_t *bytes = (const utf8proc_uint8_t *)text.ptr;
    utf8proc_ssize_t length = (utf8proc_ssize_t)text.len;
    utf8proc_ssize_t count = utf8proc_decompose(bytes, length, NULL, 0, options);
    if (count < 0) {
        *out = text;
        return RA_OK;
    }
    /* utf8proc_reencode ends the text with a NUL, which may need a place of its own. */
    utf8proc_int32_t *points = ra_arena_array(arena, (size_t)count + 1, sizeof *points);
    if (points == NULL) return RA_NO_MEMORY;
    count = utf8proc_decompose(bytes, length, points, count, options);
    if (count >= 0) count = utf8proc_reencode(points, count, options);
    *out = count < 0 ? text : (ra_str){(const char *)points, (size_t)count};
    return RA_OK;
}

ra_status ra_text_normalize(ra_str text, ra_arena *arena, ra_str *out) {
    *out = (ra_str){NULL, 0};
    if (text.len == 0) return RA_OK;
    char *folded = ra_arena_alloc(arena, text.len);
    if (folded == NULL) return RA_NO_MEMORY;
    size_t length = text.len;
    if (!fold_ascii(text, folded)) {
        ra_str unicode;
        ra_status status = fold_unicode(text, arena, &unicode);
        if (status != RA_OK) return status;
        length = unicode.len;
        folded = ra_arena_alloc(arena, length);
        if (folded == NULL) return RA_NO_MEMORY;
        memcpy(folded, unicode.ptr, length);
    }
    length = collapse_blanks(folded, length);
    if (length > 0) *out = (ra_str){folded, length};
    return RA_OK;
}

/* One @ with something before it and a dotted name behind it, and no blanks. */
static bool is_plausible_email(ra_str text) {
    const char *at = text.len == 0 ? NULL : memchr(text.ptr, '@', text.len);
    if (at == NULL || at == text.ptr || memchr(text.ptr, ' ', text.len) != NULL) return false;
    ra_str domain = {at + 1, text.len - (size_t)(at + 1 - text.ptr)};
    if (domain.len < 3 || memchr(domain.ptr, '@', domain.len) != NULL) return false;
    const char *dot = memchr(domain.ptr, '.', domain.len);
    return dot != NULL && dot != domain.ptr && domain.ptr[domain.len - 1] != '.';
}

ra_status ra_email_normalize(ra_str text, ra_arena *arena, ra_str *out) {
    ra_status status = ra_text_normalize(text, arena, out);
    if (status == RA_OK && !is_plausible_email(*out)) *out = (ra_str){NULL, 0};
    return status;
}

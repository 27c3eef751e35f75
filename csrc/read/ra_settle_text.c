/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Encodings of reports. */
#include "read/ra_settle_text.h"

#include <string.h>

#include "read/ra_stream.h"
#include "read/ra_text.h"

#define FIRST_CAPACITY ((size_t)64 * 1024)
#define PROBE 512 /* bytes that tell UTF-16 without a byte order mark */

void ra_settle_text_free(ra_settle_text *text) {
    ra_release(text->allocator, text->data);
    text->data = NULL;
    text->size = text->capacity = 0;
}

static bool reserve(ra_settle_text *text, size_t more) {
    size_t wanted, capacity = text->capacity > 0 ? text->capacity : FIRST_CAPACITY;
    if (!ra_size_add(text->size, more, &wanted)) return false;
    while (capacity < wanted) {
        if (!ra_size_mul(capacity, 2, &capacity)) return false;
    }
    if (text->data != NULL && capacity == text->capacity) return true;
    char *grown = ra_allocate(text->allocator, capacity);
    if (grown == NULL) return false;
    if (text->data != NULL) memcpy(grown, text->data, text->size);
    ra_release(text->allocator, text->data);
    text->data = grown;
    text->capacity = capacity;
    return true;
}

static ra_status read_all(ra_input input, ra_settle_text *text) {
    for (;;) {
        if (!reserve(text, FIRST_CAPACITY)) return RA_NO_MEMORY;
        int64_t got =
            input.read(input.context, text->data + text->size, text->capacity - text->size);
        if (got < 0) return RA_READ_FAILED;
        if (got == 0) return RA_OK;
        text->size += (size_t)got;
        if (text->size > RA_SETTLE_FILE_MAX) return RA_TOO_LARGE;
    }
}

/* Room for four bytes is there. */
static void put(ra_settle_text *text, uint32_t c) {
    char *at = text->data + text->size;
    if (c < 0x80) {
        *at++ = (char)c;
    } else if (c < 0x800) {
        *at++ = (char)(0xC0 | (c >> 6));
        *at++ = (char)(0x80 | (c & 0x3F));
    } else if (c < 0x10000) {
        *at++ = (char)(0xE0 | (c >> 12));
        *at++ = (char)(0x80 | ((c >> 6) & 0x3F));
        *at++ = (char)(0x80 | (c & 0x3F));
    } else {
        *at++ = (char)(0xF0 | (c >> 18));
        *at++ = (char)(0x80 | ((c >> 12) & 0x3F));
        *at++ = (char)(0x80 | ((c >> 6) & 0x3F));
        *at++ = (char)(0x80 | (c & 0x3F));
    }
    text->size = (size_t)(at - text->data);
}

static uint32_t unit(const ra_settle_text *in, size_t at, bool big) {
    uint32_t a = (unsigned char)in->data[at], b = (unsigned char)in->data[at + 1];
    return big ? a << 8 | b : b << 8 | a;
}

/* The offset of what is no character; in->size when all is well. RA_NO_MEMORY. */
static ra_status from_utf16(const ra_settle_text *in, size_t at, bool big, ra_settle_text *out,
                            size_t *bad) {
    for (; at + 2 <= in->size; at += 2) {
        uint32_t c = unit(in, at, big);
        if (!reserve(out, 4)) return RA_NO_MEMORY;
        if (c >= 0xD800 && c <= 0xDBFF && at + 4 <= in->size) {
            uint32_t low = unit(in, at + 2, big);
            if (low < 0xDC00 || low > 0xDFFF) break;
            c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
            at += 2;
        } else if (c == 0 || (c >= 0xD800 && c <= 0xDFFF)) {
            break;
        }
        put(out, c);
    }
    *bad = at;
    return RA_OK;
}

/* Characters of 0x80 to 0x9F; 0: none. */
static const uint16_t windows[32] = {
    0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0,      0x017D, 0,      0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178,
};

static ra_status from_windows(const ra_settle_text *in, ra_settle_text *out, size_t *bad) {
    for (*bad = 0; *bad < in->size; (*bad)++) {
        unsigned char byte = (unsigned char)in->data[*bad];
        uint32_t c = byte >= 0x80 && byte < 0xA0 ? windows[byte - 0x80] : byte;
        if (c == 0) break;
        if (!reserve(out, 4)) return RA_NO_MEMORY;
        put(out, c);
    }
    return RA_OK;
}

static bool starts(const ra_settle_text *in, const char *bytes, size_t size) {
    return in->size >= size && memcmp(in->data, bytes, size) == 0;
}

/* Every second byte of the beginning is NUL: 0 or 1 tells which, -1 none. */
static int nul_side(const ra_settle_text *in) {
    size_t probed = in->size < PROBE ? in->size & ~(size_t)1 : PROBE, nul[2] = {0, 0};
    for (size_t i = 0; i < probed; i++)
        nul[i % 2] += in->data[i] == '\0';
    if (probed < 4) return -1;
    if (nul[0] == 0 && nul[1] > probed / 4) return 1;
    return nul[1] == 0 && nul[0] > probed / 4 ? 0 : -1;
}

static bool any_beyond_ascii(const char *data, size_t size) {
    for (size_t i = 0; i < size; i++) {
        if ((unsigned char)data[i] >= 0x80) return true;
    }
    return false;
}

static ra_status convert(ra_settle_text *in, ra_settle_text *out, size_t *bad) {
    bool little = starts(in, "\xFF\xFE", 2), big = starts(in, "\xFE\xFF", 2);
    int side = little || big ? -1 : nul_side(in);
    if (little || big) return from_utf16(in, 2, big, out, bad);
    if (side >= 0) return from_utf16(in, 0, side == 0, out, bad);
    size_t sound = ra_text_check((ra_str){in->data, in->size});
    *bad = sound;
    if (sound == in->size || in->data[sound] == '\0') return RA_OK;
    /* A file that is UTF-8 elsewhere is damaged, not of another encoding. */
    if (any_beyond_ascii(in->data, sound)) return RA_OK;
    return from_windows(in, out, bad);
}

ra_status ra_settle_text_read(ra_input input, ra_settle_text *text, ra_error *error) {
    ra_settle_text decoded = {.allocator = text->allocator};
    size_t bad = 0;
    ra_status status = read_all(input, text);
    if (status == RA_OK) status = convert(text, &decoded, &bad);
    if (status == RA_OK && bad < text->size) {
        if (error != NULL) error->offset = bad;
        status = RA_BAD_ENCODING;
    }
    if (status == RA_OK && decoded.data != NULL) {
        ra_settle_text raw = *text;
        *text = decoded;
        decoded = raw;
    } else if (status == RA_OK && starts(text, "\xEF\xBB\xBF", 3)) {
        text->size -= 3;
        memmove(text->data, text->data + 3, text->size);
    }
    ra_settle_text_free(&decoded);
    return status == RA_OK ? RA_OK : ra_fail(error, status, NULL, ra_status_text(status));
}

/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The string/escape/bracket machine behind ra_json_scan.h. */
#include "read/ra_json_scan.h"

#include <string.h>

/* Bytes that mean something outside of strings. */
static const bool structural[256] = {
    ['"'] = true, ['{'] = true, ['['] = true, ['}'] = true, [']'] = true, [','] = true};

#define EACH UINT64_C(0x0101010101010101)

static const bool string_end[256] = {['"'] = true, ['\\'] = true};

/* Where among eight bytes the first quote or backslash is; 8: nowhere. A byte that agrees is zero
 * in the XOR; subtracting 1 from each byte sets the top bit of the lowest zero byte first, see "Bit
 * Twiddling Hacks", determine if a word has a zero byte. */
static size_t string_end_in(const char *data) {
    uint64_t word;
    memcpy(&word, data, sizeof word);
    uint64_t quote = word ^ (EACH * '"'), escape = word ^ (EACH * '\\');
    uint64_t found = ((quote - EACH) & ~quote) | ((escape - EACH) & ~escape);
    found &= EACH * 0x80;
    return found == 0 ? sizeof word : (size_t)__builtin_ctzll(found) / 8;
}

/* The first quote or backslash at or behind data[i]; `size` when there is none. */
static size_t find_string_end(const char *data, size_t size, size_t i) {
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    for (; size - i >= sizeof(uint64_t); i += sizeof(uint64_t)) {
        size_t at = string_end_in(data + i);
        if (at < sizeof(uint64_t)) return i + at;
    }
#endif
    while (i < size && !string_end[(unsigned char)data[i]])
        i++;
    return i;
}

void ra_json_scan_start(ra_json_scan *scan) {
    memset(scan, 0, sizeof *scan);
}

static void open_bracket(ra_json_scan *scan, char bracket) {
    if (scan->depth < RA_SCAN_BRACKETS) {
        uint64_t bit = UINT64_C(1) << (scan->depth % 64);
        uint64_t *word = &scan->squares[scan->depth / 64];
        *word = bracket == '[' ? *word | bit : *word & ~bit;
    }
    scan->depth++;
    if (scan->depth > scan->deepest) scan->deepest = scan->depth;
}

static bool close_bracket(ra_json_scan *scan, char bracket) {
    scan->depth--;
    if (scan->depth >= RA_SCAN_BRACKETS) return true;
    bool square = (scan->squares[scan->depth / 64] >> (scan->depth % 64) & 1) != 0;
    return square == (bracket == ']');
}

/* Move to the byte behind the closing quote; false when the text ends before it. */
static bool pass_string(ra_json_scan *scan, const char *data, size_t size, size_t *at) {
    size_t i = *at;
    while (i < size) {
        if (scan->escaped) {
            scan->escaped = false;
            i++;
            continue;
        }
        i = find_string_end(data, size, i);
        if (i == size) break;
        if (data[i++] == '"') {
            scan->in_string = false;
            *at = i;
            return true;
        }
        scan->escaped = true;
    }
    *at = size;
    return false;
}

ra_scan_end ra_json_scan_run(ra_json_scan *scan, const char *data, size_t size, size_t *at) {
    size_t i = *at;
    if (!scan->started && i < size) {
        scan->started = true;
        scan->container = data[i] == '{' || data[i] == '[';
    }
    while (i < size) {
        if (scan->in_string && !pass_string(scan, data, size, &i)) break;
        while (i < size && !structural[(unsigned char)data[i]])
            i++;
        if (i == size) break;
        char c = data[i];
        if (scan->depth == 0 && (c == ',' || c == ']' || c == '}')) {
            *at = i;
            return RA_SCAN_DONE;
        }
        i++;
        if (c == '"') scan->in_string = true;
        if (c == '{' || c == '[') open_bracket(scan, c);
        if (c != '}' && c != ']') continue;
        *at = i;
        if (!close_bracket(scan, c)) return RA_SCAN_MISMATCH;
        if (scan->depth == 0 && scan->container) return RA_SCAN_DONE;
    }
    *at = size;
    return RA_SCAN_MORE;
}

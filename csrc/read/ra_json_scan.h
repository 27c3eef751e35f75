/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Find the end of one JSON value without parsing it: strings, escapes and brackets only. The scan
 * can stop at any byte and go on with the next piece of the text. */
#ifndef RA_READ_JSON_SCAN_H
#define RA_READ_JSON_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RA_SCAN_BRACKETS 1024u /* deeper brackets are counted but not matched */

typedef enum ra_scan_end {
    RA_SCAN_MORE,    /* the value goes on behind the bytes given */
    RA_SCAN_DONE,    /* the value ends here */
    RA_SCAN_MISMATCH /* a bracket closes what another kind opened: the end cannot be found */
} ra_scan_end;

typedef struct ra_json_scan {
    uint64_t squares[RA_SCAN_BRACKETS / 64]; /* one bit a level: opened by [ */
    uint32_t depth, deepest;
    bool started, container; /* a value opened by a bracket ends with its partner */
    bool in_string, escaped;
} ra_json_scan;

void ra_json_scan_start(ra_json_scan *scan);

/* Scan data[*at..size) and move *at: behind the last byte of a container; for any other value to
 * the comma or closing bracket that ends it, which is not consumed. */
ra_scan_end ra_json_scan_run(ra_json_scan *scan, const char *data, size_t size, size_t *at);

#endif

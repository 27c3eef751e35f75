/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Find where rows end, and take them apart with libcsv. */
#include "read/ra_csv_row.h"

#include <assert.h>
#include <csv.h>
#include <string.h>

#include "read/ra_text.h"

#define NOWHERE UINT64_MAX

ra_status ra_csv_rows_open(ra_csv_rows *rows, ra_stream stream, size_t max_record) {
    *rows = (ra_csv_rows){.stream = stream, .max_record = max_record};
    rows->row.cells = ra_allocate(stream.allocator, RA_CSV_CELLS * sizeof(ra_str));
    return rows->row.cells == NULL ? RA_NO_MEMORY : RA_OK;
}

void ra_csv_rows_close(ra_csv_rows *rows) {
    const ra_allocator *allocator = rows->stream.allocator;
    ra_release(allocator, rows->row.cells);
    ra_release(allocator, rows->buffer);
    ra_stream_close(&rows->stream);
    rows->row.cells = NULL;
    rows->buffer = NULL;
}

/* ---- where a row ends ---- */

typedef struct row_scan {
    uint64_t keep;
    uint64_t start;
    uint64_t first_line; /* end of the row's first line when quotes go on behind it */
    bool quoted;
    bool too_large;
} row_scan;

static ra_status more(ra_csv_rows *rows, const row_scan *scan) {
    ra_stream *stream = &rows->stream;
    uint64_t keep = scan->too_large ? ra_stream_offset(stream) : scan->start;
    if (scan->keep < keep) keep = scan->keep;
    return ra_stream_fill(stream, (size_t)(keep - stream->base));
}

static bool is_break(char c) {
    return c == '\n' || c == '\r';
}

/* To the first byte of the next line that is not empty. */
static ra_status skip_breaks(ra_csv_rows *rows, uint64_t keep) {
    ra_stream *stream = &rows->stream;
    for (;;) {
        for (; stream->at < stream->end; stream->at++) {
            if (!is_break(stream->data[stream->at])) return RA_OK;
        }
        row_scan here = {.keep = keep, .start = ra_stream_offset(stream)};
        ra_status status = more(rows, &here);
        if (status != RA_OK) return status;
    }
}

/* Move over the bytes held; true at the line break that ends the row. */
static bool scan_held(ra_stream *stream, row_scan *scan) {
    for (; stream->at < stream->end; stream->at++) {
        char c = stream->data[stream->at];
        if (c == '"') scan->quoted = !scan->quoted;
        if (!is_break(c)) continue;
        if (!scan->quoted || scan->too_large) return true;
        if (scan->first_line == NOWHERE) scan->first_line = ra_stream_offset(stream);
    }
    return false;
}

/* RA_END: the file ends with the row. */
static ra_status find_end(ra_csv_rows *rows, row_scan *scan) {
    ra_stream *stream = &rows->stream;
    for (;;) {
        bool ended = scan_held(stream, scan);
        if (ra_stream_offset(stream) - scan->start > rows->max_record) {
            /* Quotes that stay open for so long were not meant to. */
            if (scan->first_line != NOWHERE) return RA_OK;
            scan->too_large = true;
        }
        if (ended) return RA_OK;
        ra_status status = more(rows, scan);
        if (status != RA_OK) return status;
    }
}

/* ---- what a row holds ---- */

static void on_cell(void *cell, size_t length, void *context) {
    ra_csv_rows *rows = context;
    ra_csv_row *row = &rows->row;
    if (row->count < RA_CSV_CELLS) {
        char *text = rows->buffer + rows->used;
        assert(rows->used + length <= rows->buffer_size / 2);
        if (length > 0) memcpy(text, cell, length);
        rows->used += length;
        row->cells[row->count] = (ra_str){length > 0 ? text : NULL, length};
    }
    row->count++;
}

/* Blanks belong to the cells. */
static int no_space(unsigned char c) {
    (void)c;
    return 0;
}

static ra_status make_buffer(ra_csv_rows *rows, size_t length) {
    size_t size;
    if (!ra_size_add(length, 1, &size) || !ra_size_mul(size, 2, &size)) return RA_NO_MEMORY;
    if (size <= rows->buffer_size) return RA_OK;
    if (size < 8192) size = 8192;
    char *buffer = ra_allocate(rows->stream.allocator, size);
    if (buffer == NULL) return RA_NO_MEMORY;
    ra_release(rows->stream.allocator, rows->buffer);
    rows->buffer = buffer;
    rows->buffer_size = size;
    return RA_OK;
}

/* Cells of one row; false when its quotes are broken. libcsv would grow its buffer by itself: it
 * is given one that the longest cell fits into. */
static bool parse_cells(ra_csv_rows *rows, ra_str text) {
    struct csv_parser parser;
    rows->used = rows->row.count = 0;
    (void)csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI);
    csv_set_delim(&parser, (unsigned char)rows->delimiter);
    csv_set_space_func(&parser, no_space);
    parser.entry_buf = (unsigned char *)rows->buffer + rows->buffer_size / 2;
    parser.entry_size = rows->buffer_size / 2;
    size_t parsed = csv_parse(&parser, text.ptr, text.len, on_cell, NULL, rows);
    return parsed == text.len && csv_fini(&parser, on_cell, NULL, rows) == 0;
}

static void refuse(ra_csv_row *row, ra_status code, uint64_t offset, const char *message) {
    if (row->error.code != RA_OK) return;
    row->error.offset = offset;
    (void)ra_fail(&row->error, code, NULL, message);
}

/* Give up the row's first line only. */
static void fall_back(ra_csv_rows *rows, const row_scan *scan) {
    ra_stream *stream = &rows->stream;
    if (scan->first_line == NOWHERE) return;
    stream->at = (size_t)(scan->first_line - stream->base);
    rows->row.end = scan->first_line;
    rows->row.last = false;
}

static ra_status read_cells(ra_csv_rows *rows, const row_scan *scan) {
    ra_stream *stream = &rows->stream;
    ra_csv_row *row = &rows->row;
    size_t start = (size_t)(scan->start - stream->base);
    ra_str text = {stream->data + start, stream->at - start};
    ra_status status = make_buffer(rows, text.len);
    if (status != RA_OK) return status;
    bool sound = parse_cells(rows, text);
    if (!sound && scan->first_line != NOWHERE) {
        fall_back(rows, scan);
        text.len = (size_t)(scan->first_line - scan->start);
    }
    size_t bad = ra_text_check(text);
    if (bad < text.len) {
        refuse(row, RA_BAD_ENCODING, scan->start + bad,
               "the text is not valid UTF-8 or holds a NUL character");
    }
    if (!sound) {
        refuse(row, RA_BAD_SYNTAX, scan->start, "the quotes of the row are broken");
    }
    return RA_OK;
}

ra_status ra_csv_rows_next(ra_csv_rows *rows, uint64_t keep) {
    ra_stream *stream = &rows->stream;
    ra_csv_row *row = &rows->row;
    ra_status status = skip_breaks(rows, keep);
    if (status != RA_OK) return status;
    row_scan scan = {.keep = keep, .start = ra_stream_offset(stream), .first_line = NOWHERE};
    status = find_end(rows, &scan);
    if (status != RA_OK && status != RA_END) return status;
    row->count = 0;
    row->offset = scan.start;
    row->end = ra_stream_offset(stream);
    row->last = status == RA_END;
    row->error = (ra_error){.code = RA_OK};
    if (scan.too_large) {
        refuse(row, RA_TOO_LARGE, scan.start, "the row is larger than the limit");
        return RA_OK;
    }
    return read_cells(rows, &scan);
}

ra_status ra_csv_detect(ra_csv_rows *rows) {
    static const char candidates[] = ",;\t|";
    ra_stream *stream = &rows->stream;
    row_scan scan = {.keep = NOWHERE, .start = ra_stream_offset(stream), .first_line = NOWHERE};
    ra_status status = find_end(rows, &scan);
    if (status != RA_OK && status != RA_END) return status;
    size_t start = scan.too_large ? stream->at : (size_t)(scan.start - stream->base);
    size_t best = 0;
    rows->delimiter = candidates[0];
    for (const char *candidate = candidates; *candidate != '\0'; candidate++) {
        size_t count = 0;
        bool quoted = false;
        for (size_t i = start; i < stream->at; i++) {
            if (stream->data[i] == '"') quoted = !quoted;
            if (stream->data[i] == *candidate && !quoted) count++;
        }
        if (count > best) rows->delimiter = *candidate;
        if (count > best) best = count;
    }
    if (!scan.too_large) stream->at = start;
    return RA_OK;
}

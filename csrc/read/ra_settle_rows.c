/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Quoted rows by ra_csv_row, bare ones by their delimiters. */
#include "read/ra_settle_rows.h"

#include <string.h>

static int64_t read_text(void *context, void *buffer, size_t size) {
    ra_settle_rows *rows = context;
    size_t left = rows->text.len - rows->at;
    size_t count = left < size ? left : size;
    if (count > 0) memcpy(buffer, rows->text.ptr + rows->at, count);
    rows->at += count;
    return (int64_t)count;
}

ra_status ra_settle_rows_open(ra_settle_rows *rows, ra_str text, size_t offset, char delimiter,
                              bool bare, const ra_allocator *allocator) {
    rows->text = text;
    rows->at = offset;
    rows->bare = bare;
    rows->opened = false;
    rows->row = (ra_csv_row){.cells = rows->cells};
    rows->csv.delimiter = delimiter;
    if (bare) return RA_OK;
    ra_stream stream;
    ra_stream_init(&stream, (ra_input){read_text, NULL, rows}, allocator);
    stream.base = offset;
    rows->opened = true;
    ra_status status = ra_csv_rows_open(&rows->csv, stream, RA_MAX_RECORD);
    rows->csv.delimiter = delimiter;
    return status;
}

void ra_settle_rows_close(ra_settle_rows *rows) {
    if (rows->opened) ra_csv_rows_close(&rows->csv);
    rows->opened = false;
}

static void split(ra_settle_rows *rows, ra_str line) {
    ra_csv_row *row = &rows->row;
    row->count = 0;
    for (size_t from = 0; from <= line.len; row->count++) {
        const char *found = memchr(line.ptr + from, rows->csv.delimiter, line.len - from);
        size_t to = found != NULL ? (size_t)(found - line.ptr) : line.len;
        if (row->count < RA_CSV_CELLS)
            row->cells[row->count] = (ra_str){line.ptr + from, to - from};
        from = to + 1;
    }
}

static ra_status next_bare(ra_settle_rows *rows) {
    const char *start = rows->text.ptr;
    while (rows->at < rows->text.len && (start[rows->at] == '\n' || start[rows->at] == '\r'))
        rows->at++;
    if (rows->at == rows->text.len) return RA_END;
    const char *end = memchr(start + rows->at, '\n', rows->text.len - rows->at);
    ra_str line = {start + rows->at, rows->text.len - rows->at};
    if (end != NULL) line.len = (size_t)(end - line.ptr);
    rows->row.offset = rows->at;
    rows->row.last = end == NULL;
    rows->at += line.len;
    rows->row.end = rows->at;
    if (line.ptr[line.len - 1] == '\r') line.len--;
    split(rows, line);
    return RA_OK;
}

ra_status ra_settle_rows_next(ra_settle_rows *rows) {
    if (rows->bare) return next_bare(rows);
    ra_status status = ra_csv_rows_next(&rows->csv, UINT64_MAX);
    if (status == RA_OK) rows->row = rows->csv.row;
    return status;
}

/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Gather the rows of an order; the first gives the order's own fields, each gives a line.
 *
 * A row that cannot be read spoils the order it belongs to. When its order id cannot be read
 * either, it could belong to the order before or behind it, so it spoils both: the order before
 * ends there, and the order behind begins with the broken row. */
#include "read/ra_read_csv.h"

#include <string.h>

#include "read/ra_csv_cell.h"
#include "read/ra_csv_row.h"

struct ra_csv_reader {
    ra_csv_rows rows;
    const ra_allocator *allocator;
    const ra_csv_column **columns; /* by cell; NULL: unknown column */
    size_t column_count;
    size_t id_cell;
    uint64_t row;
    bool pending; /* rows.row is the first of the next order */
};

/* The order being gathered. */
typedef struct gathering {
    ra_csv_reader *reader;
    ra_arena *arena;
    ra_order *order;
    ra_str *first; /* the cells of the order's own columns on its first row */
    size_t capacity;
    bool too_large;
} gathering;

static ra_status stop(const ra_csv_reader *reader, uint64_t offset, ra_status code,
                      ra_error *error) {
    if (error != NULL) {
        error->row = reader->row + 1;
        error->offset = offset;
    }
    return ra_fail(error, code, NULL, ra_status_text(code));
}

static void refuse(gathering *in, ra_status code, const char *field, const char *message) {
    ra_error *error = &in->order->error;
    if (error->code != RA_OK) return;
    error->offset = in->reader->rows.row.offset;
    (void)ra_fail(error, code, field, message);
}

/* ---- lines ---- */

static bool has_line(const ra_csv_reader *reader) {
    for (size_t i = 0; i < reader->column_count; i++) {
        const ra_csv_column *column = reader->columns[i];
        if (column == NULL || column->level == RA_CSV_ORDER) continue;
        if (ra_csv_trim(reader->rows.row.cells[i]).len > 0) return true;
    }
    return false;
}

static ra_status set_cell(gathering *in, size_t cell, void *record) {
    const ra_csv_column *column = in->reader->columns[cell];
    ra_str text;
    if (!ra_arena_copy(in->arena, in->reader->rows.row.cells[cell], &text)) return RA_NO_MEMORY;
    ra_status status = ra_csv_set(column, text, (char *)record + column->offset);
    if (status != RA_OK) refuse(in, status, column->name, ra_status_text(status));
    return RA_OK;
}

static ra_status finish_line(gathering *in, ra_line *line, const ra_line_tax *taxes) {
    if (line->subtotal.scale == RA_DECIMAL_UNSET) line->subtotal = line->total;
    if (line->quantity.scale == RA_DECIMAL_UNSET) line->quantity = (ra_decimal){1, 0};
    if (line->kind == RA_LINE_FEE && line->code.len == 0) line->code = line->name;
    size_t count = 0;
    for (size_t i = 0; i < RA_CSV_TAXES; i++) {
        count += taxes[i].rate_ref.len > 0;
        if (ra_decimal_add(line->total_tax, taxes[i].amount, &line->total_tax) != RA_OK) {
            refuse(in, RA_OVERFLOW, "line_tax", ra_status_text(RA_OVERFLOW));
        }
    }
    if (count == 0) return RA_OK;
    line->taxes = ra_arena_array(in->arena, count, sizeof *line->taxes);
    if (line->taxes == NULL) return RA_NO_MEMORY;
    for (size_t i = 0; i < RA_CSV_TAXES; i++) {
        if (taxes[i].rate_ref.len > 0) line->taxes[line->tax_count++] = taxes[i];
    }
    return RA_OK;
}

static ra_line *append_line(gathering *in) {
    ra_order *order = in->order;
    if (order->line_count == in->capacity) {
        size_t capacity = in->capacity == 0 ? 4 : in->capacity * 2;
        ra_line *lines = ra_arena_array(in->arena, capacity, sizeof *lines);
        if (lines == NULL) return NULL;
        if (order->line_count > 0) memcpy(lines, order->lines, order->line_count * sizeof *lines);
        order->lines = lines;
        in->capacity = capacity;
    }
    ra_line *line = &order->lines[order->line_count++];
    line->subtotal.scale = line->quantity.scale = RA_DECIMAL_UNSET;
    return line;
}

static ra_status read_line(gathering *in) {
    const ra_csv_reader *reader = in->reader;
    if (!has_line(reader)) return RA_OK;
    if (in->order->line_count == RA_MAX_ITEMS) {
        refuse(in, RA_TOO_LARGE, NULL, "the order has too many lines");
        return RA_OK;
    }
    ra_line *line = append_line(in);
    if (line == NULL) return RA_NO_MEMORY;
    ra_line_tax taxes[RA_CSV_TAXES];
    memset(taxes, 0, sizeof taxes);
    for (size_t i = 0; i < reader->column_count; i++) {
        const ra_csv_column *column = reader->columns[i];
        if (column == NULL || column->level == RA_CSV_ORDER) continue;
        void *record = line;
        if (column->level == RA_CSV_LINE_TAX) record = &taxes[column->tax];
        ra_status status = set_cell(in, i, record);
        if (status != RA_OK) return status;
    }
    return finish_line(in, line, taxes);
}

/* ---- the order's own fields ---- */

static ra_status read_first(gathering *in) {
    const ra_csv_reader *reader = in->reader;
    in->order->total.scale = in->order->total_tax.scale = RA_DECIMAL_UNSET;
    in->first = ra_arena_array(in->arena, reader->column_count, sizeof *in->first);
    if (in->first == NULL) return RA_NO_MEMORY;
    for (size_t i = 0; i < reader->column_count; i++) {
        if (reader->columns[i] == NULL || reader->columns[i]->level != RA_CSV_ORDER) continue;
        if (!ra_arena_copy(in->arena, reader->rows.row.cells[i], &in->first[i])) {
            return RA_NO_MEMORY;
        }
        ra_status status = set_cell(in, i, in->order);
        if (status != RA_OK) return status;
    }
    return RA_OK;
}

/* Further rows repeat the first one's cells or leave them empty. */
static void check_repeated(gathering *in) {
    const ra_csv_reader *reader = in->reader;
    for (size_t i = 0; i < reader->column_count; i++) {
        const ra_csv_column *column = reader->columns[i];
        if (column == NULL || column->level != RA_CSV_ORDER) continue;
        ra_str cell = reader->rows.row.cells[i];
        if (cell.len > 0 && !ra_str_equal(cell, in->first[i])) {
            refuse(in, RA_DUPLICATE_KEY, column->name, "rows of one order disagree");
        }
    }
}

static void require(gathering *in, bool given, const char *column) {
    if (given) return;
    refuse(in, RA_MISSING_FIELD, column, "a required field is missing");
}

static void finish_order(gathering *in) {
    ra_order *order = in->order;
    bool sound = order->error.code == RA_OK;
    require(in, order->source_ref.len > 0, "order_id");
    require(in, order->status.len > 0, "status");
    require(in, order->currency.len > 0, "currency");
    require(in, order->created_at != RA_NO_TIME, "date_created");
    require(in, order->total.scale != RA_DECIMAL_UNSET, "total");
    if (order->number.len == 0) order->number = order->source_ref;
    if (sound) order->error.offset = order->offset;
    if (order->total.scale == RA_DECIMAL_UNSET) order->total = (ra_decimal){0, 0};
    if (order->total_tax.scale != RA_DECIMAL_UNSET) return;
    order->total_tax = (ra_decimal){0, 0};
    for (size_t i = 0; i < order->line_count; i++) {
        ra_decimal tax = order->lines[i].total_tax;
        if (ra_decimal_add(order->total_tax, tax, &order->total_tax) != RA_OK) {
            refuse(in, RA_OVERFLOW, "total_tax", ra_status_text(RA_OVERFLOW));
        }
    }
}

/* ---- rows of an order ---- */

/* The row's order id; false when it cannot be trusted. */
static bool row_id(const ra_csv_reader *reader, ra_str *out) {
    const ra_csv_row *row = &reader->rows.row;
    if (row->error.code == RA_OK && row->count != reader->column_count) return false;
    if (row->error.code == RA_TOO_LARGE || row->count <= reader->id_cell) return false;
    if (row->error.code == RA_BAD_ENCODING && row->count != reader->column_count) return false;
    *out = ra_csv_trim(row->cells[reader->id_cell]);
    return true;
}

static void spoil(gathering *in) {
    const ra_csv_row *row = &in->reader->rows.row;
    if (row->error.code == RA_OK) {
        refuse(in, RA_BAD_SYNTAX, NULL, "the row has another number of cells than the header");
    } else if (in->order->error.code == RA_OK) {
        in->order->error.offset = row->error.offset;
        (void)ra_fail(&in->order->error, row->error.code, NULL, row->error.message);
    }
}

/* Take the current row into the order. */
static ra_status take_row(gathering *in, bool trusted, ra_str id) {
    const ra_csv_row *row = &in->reader->rows.row;
    in->order->end = row->end;
    if (trusted && in->order->source_ref.len == 0 &&
        !ra_arena_copy(in->arena, id, &in->order->source_ref)) {
        return RA_NO_MEMORY;
    }
    if (!trusted || row->error.code != RA_OK) {
        spoil(in);
        return RA_OK;
    }
    if (in->order->error.code != RA_OK) return RA_OK;
    if (in->first == NULL) {
        ra_status status = read_first(in);
        if (status != RA_OK) return status;
    } else {
        check_repeated(in);
    }
    return read_line(in);
}

static ra_status next_row(gathering *in) {
    ra_csv_reader *reader = in->reader;
    ra_order *order = in->order;
    bool first = order->end == 0;
    if (!first && order->end - order->offset > reader->rows.max_record) in->too_large = true;
    uint64_t keep = first || in->too_large ? UINT64_MAX : order->offset;
    return ra_csv_rows_next(&reader->rows, keep);
}

/* Is the file cut within the row? What is left of its cells can be trusted but for the last. */
static bool is_cut(const ra_csv_reader *reader, bool *trusted, ra_str *id) {
    const ra_csv_row *row = &reader->rows.row;
    if (!row->last || (*trusted && row->error.code != RA_BAD_SYNTAX)) return false;
    *trusted = row->count > reader->id_cell + 1 && row->count < reader->column_count;
    if (*trusted) *id = ra_csv_trim(row->cells[reader->id_cell]);
    return true;
}

/* Rows up to the first one of the next order. RA_END: there is none. */
static ra_status gather(gathering *in) {
    ra_csv_reader *reader = in->reader;
    ra_order *order = in->order;
    bool named = false; /* a row with the order's id was met */
    for (;;) {
        ra_str id = {NULL, 0};
        if (!reader->pending) {
            ra_status status = next_row(in);
            if (status != RA_OK) return status;
        }
        reader->pending = false;
        bool trusted = row_id(reader, &id);
        bool cut = is_cut(reader, &trusted, &id);
        if (named && (!trusted || !ra_str_equal(id, order->source_ref))) {
            if (!trusted) spoil(in);
            reader->pending = true;
            return RA_OK;
        }
        if (cut) return RA_TRUNCATED;
        if (order->end == 0) order->offset = reader->rows.row.offset;
        ra_status status = take_row(in, trusted, id);
        if (status != RA_OK) return status;
        named = named || trusted;
    }
}

static ra_status keep_raw(gathering *in) {
    const ra_stream *stream = &in->reader->rows.stream;
    ra_order *order = in->order;
    size_t size = (size_t)(order->end - order->offset);
    if (size > in->reader->rows.max_record) in->too_large = true;
    if (in->too_large || order->offset < stream->base) {
        refuse(in, RA_TOO_LARGE, NULL, "the order is larger than the limit");
        return RA_OK;
    }
    ra_str text = {stream->data + (order->offset - stream->base), size};
    return ra_arena_copy(in->arena, text, &order->raw) ? RA_OK : RA_NO_MEMORY;
}

ra_status ra_csv_next(ra_csv_reader *reader, ra_arena *arena, ra_order *order, ra_error *error) {
    gathering in = {.reader = reader, .arena = arena, .order = order};
    ra_status status = gather(&in);
    if (status == RA_END && order->end == 0) return RA_END;
    if (status != RA_OK && status != RA_END) {
        uint64_t offset = order->end == 0 ? reader->rows.row.offset : order->offset;
        return stop(reader, offset, status, error);
    }
    order->row = order->error.row = ++reader->row;
    if (in.first != NULL) finish_order(&in);
    status = keep_raw(&in);
    return status == RA_OK ? RA_OK : stop(reader, order->offset, status, error);
}

/* ---- opening ---- */

static ra_status bad_header(ra_error *error, const char *field, const char *message) {
    if (error != NULL) error->row = error->offset = 0;
    return ra_fail(error, RA_BAD_FORMAT, field, message);
}

static bool has_column(const ra_csv_reader *reader, const ra_csv_column *wanted, size_t *cell) {
    for (*cell = 0; *cell < reader->column_count; (*cell)++) {
        if (reader->columns[*cell] == wanted) return true;
    }
    return false;
}

/* An export without ids knows its orders by their number. */
static void number_as_id(ra_csv_reader *reader) {
    size_t cell;
    const ra_csv_column *id = ra_csv_column_named("order_id");
    if (has_column(reader, id, &cell)) return;
    if (has_column(reader, ra_csv_column_named("number"), &cell)) reader->columns[cell] = id;
}

static ra_status check_columns(ra_csv_reader *reader, ra_error *error) {
    size_t cell;
    number_as_id(reader);
    const ra_csv_column *column = NULL;
    while ((column = ra_csv_next_column(column)) != NULL) {
        bool found = has_column(reader, column, &cell);
        if (!found && column->required) {
            return bad_header(error, column->name, "a required column is missing");
        }
        for (size_t i = cell + 1; found && i < reader->column_count; i++) {
            if (reader->columns[i] == column) {
                return bad_header(error, column->name, "a column occurs twice");
            }
        }
    }
    (void)has_column(reader, ra_csv_column_named("order_id"), &reader->id_cell);
    return RA_OK;
}

static ra_status read_header(ra_csv_reader *reader, ra_error *error) {
    const ra_csv_row *row = &reader->rows.row;
    ra_status status = RA_OK;
    if (reader->rows.delimiter == '\0') status = ra_csv_detect(&reader->rows);
    if (status == RA_OK) status = ra_csv_rows_next(&reader->rows, UINT64_MAX);
    if (status == RA_END) return bad_header(error, NULL, "the file has no header");
    if (status != RA_OK) return stop(reader, 0, status, error);
    if (row->error.code != RA_OK) {
        return stop(reader, row->error.offset, row->error.code, error);
    }
    if (row->count > RA_CSV_CELLS) return bad_header(error, NULL, "too many columns");
    reader->column_count = row->count;
    /* NOLINTNEXTLINE(bugprone-sizeof-expression): an array of pointers is meant. */
    reader->columns = ra_allocate(reader->allocator, row->count * sizeof *reader->columns);
    if (reader->columns == NULL) return stop(reader, 0, RA_NO_MEMORY, error);
    for (size_t i = 0; i < row->count; i++) {
        reader->columns[i] = ra_csv_find_column(row->cells[i]);
    }
    return check_columns(reader, error);
}

static ra_status resume(ra_csv_reader *reader, const ra_reader_options *options, ra_error *error) {
    reader->row = options->start_row;
    if (options->start_offset == 0) return RA_OK;
    ra_status status = ra_stream_go(&reader->rows.stream, options->start_offset);
    if (status == RA_END) status = RA_TRUNCATED;
    return status == RA_OK ? RA_OK : stop(reader, options->start_offset, status, error);
}

ra_status ra_csv_take(ra_stream stream, const ra_reader_options *options, ra_csv_reader **out,
                      ra_error *error) {
    *out = NULL;
    size_t max_record = options->max_record != 0 ? options->max_record : RA_MAX_RECORD;
    ra_csv_reader *reader = ra_allocate(stream.allocator, sizeof *reader);
    if (reader == NULL) {
        ra_stream_close(&stream);
        return ra_fail(error, RA_NO_MEMORY, NULL, ra_status_text(RA_NO_MEMORY));
    }
    *reader = (ra_csv_reader){.allocator = stream.allocator};
    ra_status status = ra_csv_rows_open(&reader->rows, stream, max_record);
    if (status == RA_OK) {
        reader->rows.delimiter = options->csv_delimiter;
        status = read_header(reader, error);
        if (status == RA_OK) status = resume(reader, options, error);
    } else {
        (void)stop(reader, 0, status, error);
    }
    if (status != RA_OK) {
        ra_csv_close(reader);
        return status;
    }
    *out = reader;
    return RA_OK;
}

uint64_t ra_csv_offset(const ra_csv_reader *reader) {
    return ra_stream_offset(&reader->rows.stream);
}

void ra_csv_close(ra_csv_reader *reader) {
    if (reader == NULL) return;
    const ra_allocator *allocator = reader->allocator;
    ra_csv_rows_close(&reader->rows);
    ra_release(allocator, reader->columns);
    ra_release(allocator, reader);
}

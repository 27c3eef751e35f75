/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Streaming a delimited file into the table with libcsv. */
#include "dedupe/ra_link_csv.h"

#include <csv.h>
#include <string.h>

#include "dedupe/ra_link_csv_id.h"

#define RA_READ_SIZE 65536

typedef struct ra_csv_run {
    ra_link_csv *csv;
    ra_link_table *table; /* NULL while the header is read */
    ra_arena *arena;      /* header texts; the cells of one row afterwards */
    ra_str values[RA_LINK_PROFILE_FIELDS];
    ra_str cells[RA_LINK_COLUMNS_MAX];  /* of the row so far */
    uint8_t order[RA_LINK_COLUMNS_MAX]; /* columns of fields, as they are joined */
    uint32_t order_count;
    ra_str id;
    uint64_t row; /* 0: the header */
    uint32_t column;
    ra_status status;
} ra_csv_run;

static void header_cell(ra_csv_run *run, ra_str cell) {
    ra_link_csv *csv = run->csv;
    if (csv->width == RA_LINK_COLUMNS_MAX) return;
    if (csv->width == 0 && cell.len >= 3 && memcmp(cell.ptr, "\xEF\xBB\xBF", 3) == 0)
        cell = (ra_str){cell.ptr + 3, cell.len - 3};
    if (!ra_arena_copy(run->arena, cell, &csv->header[csv->width++])) run->status = RA_NO_MEMORY;
}

static bool is_zero(ra_str amount) {
    for (size_t i = 0; i < amount.len; i++)
        if (amount.ptr[i] >= '1' && amount.ptr[i] <= '9') return false;
    return true;
}

/* Debit and credit, first and last name: more than one column of a field. */
static void add_value(ra_csv_run *run, uint8_t field, ra_str value) {
    ra_str *known = &run->values[field];
    bool is_amount = run->table->profile.fields[field].kind == RA_LINK_AMOUNT;
    if (known->len == 0 || (is_amount && is_zero(*known))) {
        *known = value;
        return;
    }
    if (is_amount) return;
    char *text = ra_arena_alloc(run->arena, known->len + 1 + value.len);
    if (text == NULL) {
        run->status = RA_NO_MEMORY;
        return;
    }
    memcpy(text, known->ptr, known->len);
    text[known->len] = ' ';
    memcpy(text + known->len + 1, value.ptr, value.len);
    *known = (ra_str){text, known->len + 1 + value.len};
}

/* Does column a's value stand before column b's? */
static bool is_before(const ra_link_csv *csv, uint32_t a, uint32_t b) {
    if (csv->own[a] != csv->own[b]) return csv->own[a];
    return csv->place[a] < csv->place[b];
}

static void sort_columns(ra_csv_run *run) {
    for (uint32_t c = 0; c < run->csv->width; c++) {
        if (run->csv->field[c] == RA_LINK_NO_FIELD) continue;
        uint32_t at = run->order_count++;
        for (; at > 0 && is_before(run->csv, c, run->order[at - 1]); at--)
            run->order[at] = run->order[at - 1];
        run->order[at] = (uint8_t)c;
    }
}

/* The cells of a row as values of fields; a name that its parts tell already is left out. */
static void join_cells(ra_csv_run *run) {
    for (uint32_t i = 0; i < run->order_count && run->status == RA_OK; i++) {
        uint32_t column = run->order[i];
        if (run->cells[column].len) add_value(run, run->csv->field[column], run->cells[column]);
        run->cells[column] = (ra_str){NULL, 0};
    }
    const ra_link_profile *profile = &run->table->profile;
    for (uint32_t f = 0; run->csv->told_twice >> f; f++) {
        if (!(run->csv->told_twice >> f & 1)) continue;
        for (uint32_t p = 0; p < profile->field_count; p++)
            if (profile->fields[f].whole_of >> p & 1 && run->values[p].len)
                run->values[f] = (ra_str){NULL, 0};
    }
}

static void row_cell(ra_csv_run *run, ra_str cell) {
    const ra_link_csv *csv = run->csv;
    uint32_t column = run->column++;
    if (column >= csv->width || cell.len == 0) return;
    bool is_id = column == csv->id_column;
    if (!is_id && csv->field[column] == RA_LINK_NO_FIELD) return;
    char *text = ra_arena_alloc(run->arena, cell.len);
    if (text == NULL) {
        run->status = RA_NO_MEMORY;
        return;
    }
    memcpy(text, cell.ptr, cell.len);
    if (csv->month_first[column]) ra_link_csv_day_first(cell, text);
    ra_str copy = {text, cell.len};
    if (is_id) run->id = copy;
    run->cells[column] = copy;
}

static void on_cell(void *data, size_t len, void *context) {
    ra_csv_run *run = context;
    ra_str cell = {data, len};
    if (run->status != RA_OK) return;
    if (len > RA_LINK_CELL_MAX)
        run->status = RA_TOO_LARGE;
    else if (run->row > 0)
        row_cell(run, cell);
    else if (run->table == NULL)
        header_cell(run, cell);
}

static ra_str row_number(uint64_t row, char digits[24]) {
    uint32_t at = 24;
    for (; row > 0; row /= 10)
        digits[--at] = (char)('0' + row % 10);
    return (ra_str){digits + at, 24 - at};
}

static void on_row(int last, void *context) {
    (void)last;
    ra_csv_run *run = context;
    if (run->status != RA_OK) return;
    if (run->row > 0) {
        char digits[24];
        /* A guessed id that is missing somewhere is none: ra_link_csv_check_ids. */
        bool is_numbered = run->id.len == 0 && !run->csv->is_id_guessed;
        ra_str id = is_numbered ? row_number(run->row, digits) : run->id;
        join_cells(run);
        if (run->status == RA_OK) run->status = ra_link_table_add(run->table, id, run->values);
        memset(run->values, 0, sizeof run->values);
        run->id = (ra_str){NULL, 0};
        run->column = 0;
        ra_arena_reset(run->arena);
    } else if (run->table == NULL) {
        run->status = RA_END; /* the header is complete; its rows come with the second reading */
    }
    if (run->status == RA_OK) run->row++;
}

static char guess_delimiter(const char *text, size_t len) {
    static const char known[] = ",;\t|";
    size_t counts[4] = {0}, best = 0;
    bool is_quoted = false;
    for (size_t i = 0; i < len && (is_quoted || (text[i] != '\n' && text[i] != '\r')); i++) {
        is_quoted ^= text[i] == '"';
        for (size_t k = 0; k < 4; k++)
            counts[k] += !is_quoted && text[i] == known[k];
    }
    for (size_t k = 1; k < 4; k++)
        if (counts[k] > counts[best]) best = k;
    return known[best];
}

/* Spreadsheets write "sep=;" above the header for their own kind. Returns where the header begins.
 */
static size_t separator_line(ra_link_csv *csv) {
    size_t at = csv->head_len >= 3 && memcmp(csv->head, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
    if (csv->head_len < at + 6 || memcmp(csv->head + at, "sep=", 4) != 0) return 0;
    char delimiter = csv->head[at + 4];
    at += 5;
    if (csv->head[at] != '\r' && csv->head[at] != '\n') return 0;
    while (at < csv->head_len && (csv->head[at] == '\r' || csv->head[at] == '\n'))
        at++;
    csv->delimiter = delimiter;
    return at;
}

static ra_status fill_head(ra_link_csv *csv) {
    while (csv->head_len < RA_LINK_HEADER_MAX) {
        int64_t got = csv->input.read(csv->input.context, csv->head + csv->head_len,
                                      RA_LINK_HEADER_MAX - csv->head_len);
        if (got < 0) return RA_READ_FAILED;
        if (got == 0) break;
        csv->head_len += (size_t)got;
    }
    return RA_OK;
}

ra_status ra_link_csv_open(ra_link_csv *csv, ra_input input, ra_arena *arena, ra_error *error) {
    memset(csv, 0, sizeof *csv);
    csv->input = input;
    csv->head = ra_arena_alloc(arena, RA_LINK_HEADER_MAX);
    if (csv->head == NULL) return ra_fail(error, RA_NO_MEMORY, NULL, "no memory to read the file");
    if (fill_head(csv) != RA_OK)
        return ra_fail(error, RA_READ_FAILED, NULL, "the file could not be read");
    if (csv->head_len == 0)
        return ra_fail(error, RA_BAD_FORMAT, NULL, "the file is empty: no header row");
    /* UTF-16 and spreadsheets of their own format have zero bytes; text has none. */
    if (memchr(csv->head, 0, csv->head_len) != NULL)
        return ra_fail(error, RA_BAD_ENCODING, NULL,
                       "not a text in UTF-8 (UTF-16 or a spreadsheet?): save it as CSV in UTF-8");
    size_t above = separator_line(csv);
    csv->head += above;
    csv->head_len -= above;
    bool is_cut = csv->head_len + above == RA_LINK_HEADER_MAX;
    if (above == 0) csv->delimiter = guess_delimiter(csv->head, csv->head_len);
    struct csv_parser parser;
    if (csv_init(&parser, 0) != 0)
        return ra_fail(error, RA_NO_MEMORY, NULL, "no memory to read the file");
    csv_set_delim(&parser, (unsigned char)csv->delimiter);
    ra_csv_run run = {.csv = csv, .arena = arena};
    (void)csv_parse(&parser, csv->head, csv->head_len, on_cell, on_row, &run);
    if (run.status == RA_OK && !is_cut) (void)csv_fini(&parser, on_cell, on_row, &run);
    csv_free(&parser);
    if (run.status == RA_OK || csv->width == 0)
        return ra_fail(error, RA_BAD_FORMAT, NULL, "no header row at the start of the file");
    if (run.status != RA_END)
        return ra_fail(error, run.status, NULL, "the header row could not be read");
    return RA_OK;
}

static ra_status fail_row(ra_csv_run *run, ra_error *error) {
    uint64_t row = run->row;
    const char *message = run->status == RA_BAD_ENCODING
                              ? "the row is not valid UTF-8: save it as CSV in UTF-8"
                          : run->status == RA_TOO_LARGE ? "a cell or the file is too large"
                                                        : "the memory limit was reached";
    ra_status status = ra_fail(error, run->status, NULL, message);
    if (error) error->row = row;
    return status;
}

static ra_status parse_all(ra_csv_run *run, struct csv_parser *parser, char *buffer) {
    ra_link_csv *csv = run->csv;
    const char *from = csv->head;
    size_t len = csv->head_len;
    while (len > 0 && run->status == RA_OK) {
        if (csv_parse(parser, from, len, on_cell, on_row, run) != len)
            return csv_error(parser) == CSV_ENOMEM ? RA_NO_MEMORY : RA_BAD_SYNTAX;
        if (csv_get_buffer_size(parser) > 2 * (size_t)RA_LINK_CELL_MAX) return RA_TOO_LARGE;
        int64_t got = csv->input.read(csv->input.context, buffer, RA_READ_SIZE);
        if (got < 0) return RA_READ_FAILED;
        from = buffer;
        len = (size_t)got;
    }
    /* Stray quotes inside a cell are text, but a cell that is still open at the end was cut. */
    (void)csv_set_opts(parser, CSV_STRICT | CSV_STRICT_FINI);
    if (run->status == RA_OK && csv_fini(parser, on_cell, on_row, run) != 0) return RA_TRUNCATED;
    return run->status;
}

ra_status ra_link_csv_rows(ra_link_csv *csv, ra_link_table *table, ra_error *error) {
    ra_arena cells, buffers;
    ra_arena_init(&cells, 0, table->arena.allocator);
    ra_arena_init(&buffers, 0, table->arena.allocator);
    char *buffer = ra_arena_alloc(&buffers, RA_READ_SIZE);
    struct csv_parser parser;
    ra_csv_run run = {.csv = csv, .table = table, .arena = &cells};
    ra_status status = RA_NO_MEMORY;
    uint32_t first = table->rows;
    sort_columns(&run);
    ra_link_csv_dates(csv, &table->profile);
    if (buffer && csv_init(&parser, 0) == 0) {
        csv_set_delim(&parser, (unsigned char)csv->delimiter);
        status = parse_all(&run, &parser, buffer);
        csv_free(&parser);
    }
    if (status == RA_OK) status = ra_link_csv_check_ids(csv, table, first, &buffers);
    if (status == RA_READ_FAILED)
        status = ra_fail(error, status, NULL, "the file could not be read");
    else if (status == RA_TRUNCATED || status == RA_BAD_SYNTAX)
        status = ra_fail(error, status, NULL, "a quoted cell is not closed");
    else if (status != RA_OK) {
        run.status = status;
        status = fail_row(&run, error);
    }
    ra_arena_free(&cells);
    ra_arena_free(&buffers);
    return status;
}

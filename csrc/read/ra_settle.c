/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Recognise a report, then read its rows. */
#include "read/ra_settle.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "read/ra_settle_builtin.h"
#include "read/ra_settle_rows.h"
#include "read/ra_settle_text.h"

#define PREAMBLE 64     /* rows before the header at most */
#define MESSAGE_MAX 160 /* bytes of a message with numbers */

typedef struct reading {
    const ra_settle_options *options;
    const ra_allocator *allocator;
    ra_events *events;
    ra_settle_text text;
    ra_settle_rows rows;
    ra_settle_profile *profiles; /* all of them */
    size_t profile_count;
    const ra_settle_profile *profile; /* that fits best, NULL: none */
    size_t score;
    ra_settle_near near; /* of no profile: the one that nearly fits */
    char delimiter;
    uint64_t start; /* offset behind the header */
    ra_settle_layout layout;
    bool counting;    /* the section began in this file */
    uint64_t counted; /* its rows so far */
} reading;

static ra_status load_profiles(reading *in, ra_error *error) {
    size_t builtin = 0, count = in->options->profile_count;
    while (ra_settle_builtin(builtin) != NULL)
        builtin++;
    in->profiles = ra_arena_array(&in->events->arena, count + builtin, sizeof(ra_settle_profile));
    if (in->profiles == NULL) return ra_fail(error, RA_NO_MEMORY, NULL, NULL);
    for (size_t i = 0; i < count + builtin; i++) {
        const char *own = i < count ? NULL : ra_settle_builtin(i - count);
        ra_str text = own == NULL ? in->options->profiles[i] : (ra_str){own, strlen(own)};
        const ra_zone *zones = own == NULL ? in->options->profile_zones : NULL;
        ra_status status = ra_settle_profile_parse(text, &in->profiles[i], error);
        if (status == RA_OK) {
            status =
                ra_settle_profile_zone(&in->profiles[i], zones != NULL ? &zones[i] : NULL, error);
        }
        if (status != RA_OK) return status;
    }
    in->profile_count = count + builtin;
    return RA_OK;
}

/* ---- recognition ---- */

static ra_status keep_header(reading *in, const ra_csv_row *row) {
    ra_events *events = in->events;
    events->columns = ra_arena_array(&events->arena, row->count, sizeof(ra_str));
    if (events->columns == NULL) return RA_NO_MEMORY;
    events->column_count = row->count;
    for (size_t i = 0; i < row->count; i++) {
        ra_str cell = ra_settle_trim(row->cells[i]);
        char *name = ra_arena_alloc(&events->arena, cell.len + 1);
        if (name == NULL) return RA_NO_MEMORY;
        if (cell.len > 0) memcpy(name, cell.ptr, cell.len);
        events->columns[i] = (ra_str){name, cell.len};
    }
    return RA_OK;
}

/* Hold the row to be the header when a profile fits it better than any before; true when so. */
static bool try_header(reading *in, const ra_csv_row *row) {
    bool better = false;
    if (row->error.code != RA_OK || row->count < 2 || row->count > RA_CSV_CELLS) return false;
    for (size_t i = 0; i < in->profile_count; i++) {
        size_t score = ra_settle_score(&in->profiles[i], row->cells, row->count);
        if (score == 0) ra_settle_nearer(&in->profiles[i], row->cells, row->count, &in->near);
        if (score <= in->score) continue;
        in->score = score;
        in->profile = &in->profiles[i];
        better = true;
    }
    if (!better) return false;
    in->delimiter = in->rows.csv.delimiter;
    in->start = row->end;
    return true;
}

static ra_status open_rows(reading *in, size_t offset, char delimiter, bool bare) {
    ra_str text = {in->text.data, in->text.size};
    ra_settle_rows_close(&in->rows);
    return ra_settle_rows_open(&in->rows, text, offset, delimiter, bare, in->allocator);
}

/* The first rows, with one delimiter. */
static ra_status try_delimiter(reading *in, char delimiter) {
    ra_status status = open_rows(in, 0, delimiter, false);
    for (size_t i = 0; status == RA_OK && i < PREAMBLE; i++) {
        status = ra_settle_rows_next(&in->rows);
        if (status != RA_OK) break;
        if (!try_header(in, &in->rows.row)) continue;
        status = keep_header(in, &in->rows.row);
        break;
    }
    return status == RA_END ? RA_OK : status;
}

/* No profile fits: say what the nearest one misses. */
static ra_status unknown_report(reading *in, ra_error *error) {
    static const char before[] = "the file looks like \"";
    static const char behind[] = "\", but this column is missing; download it with all columns";
    if (in->text.size == 0) {
        return ra_fail(error, RA_BAD_FORMAT, NULL, "the file is empty; download it again");
    }
    if (in->near.profile == NULL) {
        return ra_fail(error, RA_BAD_FORMAT, NULL,
                       "no profile fits the header of this file; take the provider's report as it "
                       "was downloaded, or make a profile for it");
    }
    ra_str title = in->near.profile->title, column = in->near.missing;
    size_t size = sizeof before + title.len + sizeof behind;
    char *text = ra_arena_alloc(&in->events->arena, size);
    char *name = ra_arena_alloc(&in->events->arena, column.len + 1);
    if (text == NULL || name == NULL) return ra_fail(error, RA_NO_MEMORY, NULL, NULL);
    snprintf(text, size, "%s%.*s%s", before, (int)title.len, title.len > 0 ? title.ptr : "",
             behind);
    memcpy(name, column.ptr, column.len);
    name[column.len] = '\0';
    return ra_fail(error, RA_BAD_FORMAT, name, text);
}

static ra_status recognise(reading *in, ra_error *error) {
    static const char delimiters[] = ",;\t|";
    for (const char *delimiter = delimiters; *delimiter != '\0'; delimiter++) {
        ra_status status = try_delimiter(in, *delimiter);
        if (status != RA_OK) return ra_fail(error, status, NULL, ra_status_text(status));
    }
    if (in->profile == NULL) return unknown_report(in, error);
    if (in->profile->refusal.len > 0) {
        ra_str why = in->profile->refusal;
        char *text = ra_arena_alloc(&in->events->arena, why.len + 1);
        if (text == NULL) return ra_fail(error, RA_NO_MEMORY, NULL, NULL);
        memcpy(text, why.ptr, why.len);
        return ra_fail(error, RA_BAD_FORMAT, NULL, text);
    }
    if (!ra_arena_copy(&in->events->arena, in->profile->name, &in->events->profile) ||
        ra_settle_layout_make(in->profile, in->events->columns, in->events->column_count,
                              &in->events->arena, &in->layout) != RA_OK) {
        return ra_fail(error, RA_NO_MEMORY, NULL, NULL);
    }
    return RA_OK;
}

/* ---- rows ---- */

static ra_status refuse(const ra_settle_row *row, ra_status code, const char *message,
                        ra_error *error) {
    if (error != NULL) {
        error->row = row->row;
        error->offset = row->offset;
    }
    return ra_fail(error, code, NULL, message);
}

/* Cells that the header does not have are accepted while they are empty. */
static bool has_surplus(const ra_csv_row *row, size_t columns) {
    if (row->count > RA_CSV_CELLS) return true;
    for (size_t i = columns; i < row->count; i++) {
        if (ra_settle_trim(row->cells[i]).len > 0) return true;
    }
    return false;
}

static ra_status check_row(const reading *in, const ra_settle_row *out, ra_error *error) {
    const ra_csv_row *row = &in->rows.row;
    size_t columns = in->events->column_count;
    if (row->error.code != RA_OK) {
        ra_status status = refuse(out, row->error.code, row->error.message, error);
        if (error != NULL) error->offset = row->error.offset;
        return status;
    }
    if (has_surplus(row, columns)) {
        return refuse(out, RA_BAD_SYNTAX, "the row has more cells than the header", error);
    }
    return RA_OK;
}

/* Records that are passed over may be shorter than the header. */
static ra_status check_length(const reading *in, const ra_settle_row *out, ra_error *error) {
    const ra_csv_row *row = &in->rows.row;
    if (row->count >= in->events->column_count) return RA_OK;
    if (row->last) {
        return refuse(out, RA_TRUNCATED, "the file ends in the middle of a row", error);
    }
    return refuse(out, RA_BAD_SYNTAX, "the row has fewer cells than the header", error);
}

/* Cells of one name must not contradict each other. */
static ra_status check_twins(const reading *in, const ra_settle_row *out, ra_error *error) {
    const ra_settle_layout *layout = &in->layout;
    const ra_events *events = in->events;
    for (size_t i = 0; i < layout->again_count; i++) {
        uint16_t again = layout->again[i];
        uint16_t first = ra_settle_column(events->columns[again], events->columns, again);
        ra_str a = ra_settle_trim(out->cells[first]), b = ra_settle_trim(out->cells[again]);
        if (ra_str_equal(a, b)) continue;
        ra_status status = refuse(
            out, RA_DUPLICATE_KEY,
            "the file has this column twice, and the row has different values in them", error);
        if (error != NULL) error->field = events->columns[again].ptr;
        return status;
    }
    return RA_OK;
}

/* Files of several sections repeat their header. */
static bool is_header(const reading *in, const ra_settle_row *row) {
    const ra_events *events = in->events;
    if (row->cell_count != events->column_count) return false;
    for (size_t i = 0; i < row->cell_count; i++) {
        if (!ra_settle_name_equal(row->cells[i], events->columns[i])) return false;
    }
    return true;
}

static void begin_section(reading *in) {
    in->counting = true;
    in->counted = 0;
}

/* The record that tells how many rows its section has. Sections that began in another file are not
 * counted. Source: PayPal's Settlement Report Specification, section record count. */
static ra_status check_section(reading *in, const ra_settle_row *out, ra_error *error) {
    const ra_csv_row *row = &in->rows.row;
    ra_decimal told;
    bool counting = in->counting;
    in->counting = false;
    if (!counting) return RA_END;
    ra_str text = row->count > 1 ? ra_settle_trim(row->cells[1]) : (ra_str){NULL, 0};
    if (ra_settle_number(text, RA_SIGN_POINT, &told) != RA_OK || told.scale != 0) {
        return refuse(out, RA_BAD_NUMBER, "the section's end does not tell its number of rows",
                      error);
    }
    if (told.coefficient >= 0 && (uint64_t)told.coefficient == in->counted) return RA_END;
    char *message = ra_arena_alloc(&in->events->arena, MESSAGE_MAX);
    if (message == NULL) return RA_NO_MEMORY;
    snprintf(message, MESSAGE_MAX,
             "the section that ends here has %" PRIu64 " rows, its last record says %" PRId64,
             in->counted, told.coefficient);
    return refuse(out, RA_TOTAL_MISMATCH, message, error);
}

/* Of profiles with record codes: whether the row is data. RA_END: pass over it. */
static ra_status check_code(reading *in, const ra_settle_row *out, ra_error *error) {
    const ra_settle_profile *profile = in->profile;
    if (profile->record_count == 0) return RA_OK;
    ra_str code = ra_settle_trim(out->cells[0]);
    if (ra_str_equal(code, in->events->columns[0]) && !is_header(in, out)) {
        return refuse(out, RA_BAD_FORMAT, "a second header with other columns", error);
    }
    if (profile->counter.len > 0 && ra_str_equal(code, profile->counter)) {
        return check_section(in, out, error);
    }
    if (profile->section.len > 0 && ra_str_equal(code, profile->section)) begin_section(in);
    for (size_t i = 0; i < profile->record_count; i++) {
        if (!ra_str_equal(code, profile->records[i])) continue;
        if (i > 0) return RA_END;
        in->counted++;
        return RA_OK;
    }
    return refuse(out, RA_BAD_FORMAT, "a record of unknown code", error);
}

/* The next row of data into *out. */
static ra_status next_row(reading *in, ra_settle_row *out, ra_error *error) {
    for (;;) {
        ra_status status = ra_settle_rows_next(&in->rows);
        if (status == RA_END) return RA_END;
        if (status != RA_OK) return ra_fail(error, status, NULL, ra_status_text(status));
        const ra_csv_row *row = &in->rows.row;
        out->cells = row->cells;
        out->cell_count = row->count < RA_CSV_CELLS ? row->count : RA_CSV_CELLS;
        out->offset = row->offset;
        out->row++;
        status = check_row(in, out, error);
        if (status == RA_OK) status = check_code(in, out, error);
        if (status == RA_OK) status = check_length(in, out, error);
        if (status == RA_OK) status = check_twins(in, out, error);
        if (status != RA_END) return status;
        out->row--;
    }
}

/* The first section begins before the header. */
static ra_status find_section(reading *in) {
    const ra_csv_row *row = &in->rows.row;
    in->counting = false;
    if (in->profile->section.len == 0) return RA_OK;
    ra_status status = open_rows(in, 0, in->delimiter, false);
    for (; status == RA_OK; status = ra_settle_rows_next(&in->rows)) {
        if (row->count > 0 && ra_str_equal(ra_settle_trim(row->cells[0]), in->profile->section)) {
            begin_section(in);
        }
        if (row->end >= in->start) return RA_OK;
    }
    return status == RA_END ? RA_OK : status;
}

static ra_status start_rows(reading *in, ra_settle_row *row, ra_error *error) {
    ra_status status = find_section(in);
    if (status != RA_OK) return ra_fail(error, status, NULL, ra_status_text(status));
    status =
        open_rows(in, (size_t)in->start, in->delimiter, in->profile->bare && in->delimiter == '\t');
    row->row = 0;
    return status == RA_OK ? RA_OK : ra_fail(error, status, NULL, ra_status_text(status));
}

/* Whether fees of the file may have tax inside. */
static bool has_tax_inside(const ra_settle_layout *layout) {
    size_t from = layout->first[RA_SETTLE_TAX_INSIDE];
    for (size_t i = from; i < layout->first[RA_SETTLE_TAX_INSIDE + 1]; i++) {
        if (layout->terms[layout->by_field[i]].count > 0) return true;
    }
    return false;
}

/* A first pass over files whose numbers, dates or taxes can be read in two ways. */
static ra_status learn(reading *in, ra_settle_row *row, ra_error *error) {
    const ra_settle_profile *profile = in->profile;
    ra_settle_sign sign = RA_SIGN_NONE;
    ra_settle_order order = RA_ORDER_UNKNOWN;
    row->sign = profile->sign;
    row->order = profile->order;
    bool taxes = has_tax_inside(&in->layout);
    if (profile->sign != RA_SIGN_EITHER && profile->order != RA_ORDER_EITHER && !taxes) {
        return RA_OK;
    }
    ra_status status = start_rows(in, row, error);
    while (status == RA_OK) {
        status = next_row(in, row, error);
        if (status == RA_OK) status = ra_settle_row_learn(row, &sign, &order, error);
        if (status == RA_OK && taxes && !row->tax_apart) {
            status = ra_settle_row_is_tax(row, &row->tax_apart);
        }
    }
    if (status != RA_END) return status;
    if (profile->order == RA_ORDER_EITHER) {
        row->order = order == RA_ORDER_EITHER ? RA_ORDER_UNKNOWN : order;
    }
    if (profile->sign != RA_SIGN_EITHER) return RA_OK;
    row->sign = sign == RA_SIGN_NONE ? RA_SIGN_POINT : sign;
    if (sign != RA_SIGN_EITHER) return RA_OK;
    return ra_fail(error, RA_BAD_NUMBER, NULL,
                   "no amount of the file tells whether its decimal sign is point or comma; say it "
                   "in a profile");
}

static ra_status read_rows(reading *in, ra_error *error) {
    const ra_settle_options *options = in->options;
    ra_settle_row row = {
        .layout = &in->layout,
        .digits = options->digits,
        .digits_count = options->digits_count,
        .zone = in->profile->has_zone ? &in->profile->zone : &options->zone,
        .events = in->events,
    };
    memcpy(row.currency, options->currency, sizeof row.currency);
    ra_status status = learn(in, &row, error);
    if (status == RA_OK) status = start_rows(in, &row, error);
    while (status == RA_OK) {
        status = next_row(in, &row, error);
        if (status == RA_OK) status = ra_settle_row_read(&row, error);
    }
    if (status == RA_NO_MEMORY) return ra_fail(error, RA_NO_MEMORY, NULL, NULL);
    if (status != RA_END) return status;
    if (in->events->count == 0) {
        return ra_fail(error, RA_BAD_FORMAT, NULL,
                       "the file has a header but no rows: nothing moved in its time, or the "
                       "download is not complete");
    }
    return RA_OK;
}

ra_status ra_settle_read(ra_input input, const ra_settle_options *options,
                         const ra_allocator *allocator, ra_events *events, ra_error *error) {
    reading *in = ra_allocate(allocator, sizeof *in);
    ra_events_init(events, options->limit, allocator);
    if (in == NULL) return ra_fail(error, RA_NO_MEMORY, NULL, NULL);
    memset(in, 0, sizeof *in);
    in->options = options;
    in->allocator = in->text.allocator = allocator;
    in->events = events;
    if (error != NULL) *error = (ra_error){.code = RA_OK};
    ra_status status = load_profiles(in, error);
    if (status == RA_OK) status = ra_settle_text_read(input, &in->text, error);
    if (status == RA_OK) status = recognise(in, error);
    if (status == RA_OK) status = read_rows(in, error);
    if (status == RA_OK) status = ra_events_close(events, in->profile->proved, error);
    ra_settle_rows_close(&in->rows);
    ra_settle_text_free(&in->text);
    ra_release(allocator, in);
    return status;
}

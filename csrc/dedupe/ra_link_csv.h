/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Delimited files of any layout into a linkage table.
 *
 * The first row names the columns; the delimiter (comma, semicolon, tab or bar) is the most
 * frequent one in it. A short row has no values in its last columns; what goes beyond the header
 * is ignored. */
#ifndef RA_DEDUPE_LINK_CSV_H
#define RA_DEDUPE_LINK_CSV_H

#include "dedupe/ra_link_table.h"
#include "read/ra_reader.h"

#define RA_LINK_COLUMNS_MAX 256
#define RA_LINK_HEADER_MAX 65536     /* bytes the first row must fit in */
#define RA_LINK_CELL_MAX (16U << 20) /* bytes of a cell */

typedef struct ra_link_csv {
    ra_input input;
    char *head; /* the first bytes, read ahead for the header */
    size_t head_len;
    ra_str header[RA_LINK_COLUMNS_MAX];
    uint32_t width;
    uint8_t field[RA_LINK_COLUMNS_MAX];    /* profile field of a file column or RA_LINK_NO_FIELD */
    bool month_first[RA_LINK_COLUMNS_MAX]; /* dates begin with the month */
    bool own[RA_LINK_COLUMNS_MAX];         /* stands before what is joined to it */
    uint8_t place[RA_LINK_COLUMNS_MAX];    /* among columns of one field, the lowest first */
    uint32_t told_twice;                   /* fields only needed where their parts are empty */
    uint32_t id_column;                    /* width: none, rows are numbered from 1 */
    bool is_id_guessed;                    /* holds for a column of different ids only */
    char delimiter;
} ra_link_csv;

/* Read the header. `input` is borrowed until the rows are read; texts go into `arena`.
 * RA_BAD_FORMAT: empty file, or no header in the first RA_LINK_HEADER_MAX bytes. */
ra_status ra_link_csv_open(ra_link_csv *csv, ra_input input, ra_arena *arena,
                           ra_error *error) RA_MUST_CHECK;

/* Guess the profile field of each column from its name (case, marks, blanks, _ and - aside; a
 * field's own name first, then its aliases in order; then without words that do not matter, see
 * ra_link_heading.h). Several columns of one field are joined by blanks in the order of the alias;
 * of amounts, the one that is not 0 counts. A name that stands in two other columns as well counts
 * only in rows where those are empty. `overrides` is "FIELD=COLUMN,..." or "COLUMN=FIELD,...";
 * FIELD may be `id`. Bits of the overrides that fit this file are set in *used. */
ra_status ra_link_csv_map(ra_link_csv *csv, const ra_link_profile *profile, ra_str overrides,
                          uint64_t *used, ra_error *error) RA_MUST_CHECK;

/* Is the column taken for no field and not for the id? Beyond the width there is none. */
bool ra_link_csv_is_free(const ra_link_csv *csv, uint32_t column);

/* Columns of `csv` for parts of what `other` has in one column (profile `whole_of`) become columns
 * of the whole. */
void ra_link_csv_join(ra_link_csv *csv, const ra_link_csv *other, const ra_link_profile *profile);

/* Set month_first from the rows that were read ahead: one with a day beyond 12 tells, the majority
 * decides. */
void ra_link_csv_dates(ra_link_csv *csv, const ra_link_profile *profile);

/* Exchange month and day at the start of `cell` in `copy`, a text of the same length, where the
 * month comes first. */
void ra_link_csv_day_first(ra_str cell, char *copy);

/* Append all rows to `table`. error->row counts from 1 below the header. */
ra_status ra_link_csv_rows(ra_link_csv *csv, ra_link_table *table, ra_error *error) RA_MUST_CHECK;

/* One or two files into a table: headers, columns, rows. `table` is to be freed whatever the
 * outcome if it was zeroed before. *where is the number of the file an error is in.
 * RA_MISSING_FIELD: no column is known to the profile, or none is called as `overrides` says. */
ra_status ra_link_csv_load(const ra_link_profile *profile, const ra_input *inputs, uint32_t count,
                           ra_str overrides, size_t limit, ra_link_table *table, uint32_t *where,
                           ra_error *error) RA_MUST_CHECK;

#endif

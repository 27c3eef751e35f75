/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Records to be linked: one row of small integers each, the texts once per distinct value.
 *
 *   cells: row 0 [term of column 0 | term of column 1 | ...] row 1 [...]      0 = no value
 *   dictionary of a column: terms[0] unused, terms[1..]: text, how often, number
 *
 * Only profile fields that some file has become columns. Columns whose values are exchanged
 * (profile `swap`) share a dictionary, so equal values have equal terms. Two files become one
 * table: rows below `split` are of the first. */
#ifndef RA_DEDUPE_LINK_TABLE_H
#define RA_DEDUPE_LINK_TABLE_H

#include "dedupe/ra_link_profile.h"

typedef struct ra_link_term {
    const char *text;
    double number;      /* days, hundredths, or NAN */
    uint64_t signature; /* ra_signature of the text */
    uint32_t len;
    uint32_t count; /* cells holding it */
} ra_link_term;

typedef struct ra_link_dictionary {
    ra_link_term *terms;
    uint64_t *slots; /* upper half of the hash | term; open addressing */
    uint32_t count;  /* terms in use, with the unused first */
    uint32_t room, slot_room;
    uint64_t cells; /* sum of all counts */
    ra_arena arena;
} ra_link_dictionary;

typedef struct ra_link_table {
    ra_link_profile profile;
    uint8_t columns[RA_LINK_FIELDS];           /* profile field of a column */
    uint8_t column_of[RA_LINK_PROFILE_FIELDS]; /* column of a field or RA_LINK_NO_FIELD */
    uint8_t dictionary[RA_LINK_FIELDS];        /* dictionary of a column */
    ra_link_dictionary dictionaries[RA_LINK_FIELDS];
    uint32_t column_count;
    uint32_t rows, room;
    bool linking;   /* two sets */
    uint32_t split; /* first row of the second set, when linking */
    double scale;   /* what the second set's amounts were divided by, 1: nothing */
    bool grouped;   /* groups or a time, i.e. columns are not weighed one by one */
    uint32_t *cells;
    ra_str *ids;
    ra_str *unused; /* of files: names of the columns that were taken for no field */
    uint32_t unused_count;
    ra_arena arena;
} ra_link_table;

/* `present[i]` tells whether profile field i has a column. At least one must, and of more than
 * RA_LINK_FIELDS the first ones count; all memory comes
 * from `allocator` and, as far as the tables go, from at most `limit` bytes per arena (0: none). */
ra_status ra_link_table_init(ra_link_table *table, const ra_link_profile *profile,
                             const bool *present, size_t limit,
                             const ra_allocator *allocator) RA_MUST_CHECK;

/* Append a row; `values[i]` is the raw text of profile field i (empty: none). Copies what it
 * keeps. RA_BAD_ENCODING: some value is not UTF-8. RA_TOO_LARGE: 2^31 rows reached. */
ra_status ra_link_table_add(ra_link_table *table, ra_str id,
                            const ra_str values[RA_LINK_PROFILE_FIELDS]) RA_MUST_CHECK;

/* What follows belongs to the second set. */
void ra_link_table_split(ra_link_table *table);

/* Divide the amounts of the second set in `column`, rounded to hundredths. */
ra_status ra_link_table_divide(ra_link_table *table, uint32_t column, double by) RA_MUST_CHECK;

/* All pairs there are between the rows, of different sets when linking; at least 1. */
double ra_link_all_pairs(const ra_link_table *table);

void ra_link_table_free(ra_link_table *table);

/* The word of a folded text that begins at *at, which moves behind it and the blank; to be called
 * while *at < term->len. */
ra_str ra_link_next_word(const ra_link_term *term, uint32_t *at);

/* The term of a cell; NULL when the cell is empty. */
const ra_link_term *ra_link_table_term(const ra_link_table *table, uint32_t row, uint32_t column);

#endif

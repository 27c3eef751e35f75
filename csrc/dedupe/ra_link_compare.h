/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Two records to one pattern of agreement: a level per column, four bits each.
 *
 * Level 0: a value is missing. 1: they differ. Higher levels, by kind:
 *   name            2-4 ever more alike, 5 equal, 6 exchanged with the swap field
 *   address         2-4 ever more alike, 5 equal
 *   code, phone     2 same beginning, 3 two edits, 4 one edit, 5 equal; with a series 6 another
 *                   number of it, 7 one an edit apart
 *   email           2 alike, 3 same name other domain, 4 two edits, 5 equal
 *   date            2 within 400 days, 3 two edits, 4 one edit or day and month exchanged, 5 equal
 *   lag             2-14 days from b's date back to a's, in growing steps, 1 far off
 *   time            2-15 minutes, hours, days apart, 1 further than the limit: never the same
 *   amount          2-14 ratio within 15 %, 12 % ... 0.5 %, 15 equal, 1 further off
 *   memo            see ra_link_memo.h
 * Of a group the column that agrees best has its level, the others have 0.
 * `bits` is log2(1/frequency) of what is equal, for columns with frequency (and memos). */
#ifndef RA_DEDUPE_LINK_COMPARE_H
#define RA_DEDUPE_LINK_COMPARE_H

#include "dedupe/ra_link_memo.h"

#define RA_LINK_LEVELS 16
#define RA_LINK_EQUAL 5
#define RA_LINK_SWAPPED 6
#define RA_LINK_TOO_FAR 1
#define RA_LINK_LAG_BEFORE 30.0 /* days that a lag may be negative */
#define RA_LINK_OTHERS 20 /* imaginary values: in a set of two, what both have is not common */

typedef struct ra_link_evidence {
    uint64_t pattern;
    float bits[RA_LINK_FIELDS]; /* per column; 0 where its level has none */
} ra_link_evidence;

typedef struct ra_link_comparer {
    const ra_link_table *table;
    ra_link_memo memos[RA_LINK_FIELDS]; /* of columns of kind memo */
    uint8_t swap[RA_LINK_FIELDS];       /* column exchanged with this one, or none */
    float mean_cells[RA_LINK_FIELDS];   /* cells of the dictionary per column using it */
    uint32_t levels[RA_LINK_FIELDS];    /* highest level of the column */
    uint8_t group[RA_LINK_FIELDS];      /* of the column, 0: none */
    uint32_t made_of[RA_LINK_FIELDS];   /* columns, one bit each */
    uint8_t series[RA_LINK_FIELDS];     /* level of two numbers of one series, the next is for those
                                           one edit apart; 0: has none */
    bool repeats[RA_LINK_FIELDS];       /* some of these numbers occur twice */
    uint8_t time;                       /* the column of kind time, or RA_LINK_NO_FIELD */
} ra_link_comparer;

/* `table` must stay as it is while the comparer is used. Comparing needs no lock. */
ra_status ra_link_comparer_init(ra_link_comparer *comparer, const ra_link_table *table,
                                ra_arena *arena) RA_MUST_CHECK;

ra_link_evidence ra_link_compare(const ra_link_comparer *comparer, uint32_t a, uint32_t b);

/* The level of one column with *bits for it. */
uint32_t ra_link_compare_column(const ra_link_comparer *comparer, uint32_t a, uint32_t b,
                                uint32_t column, float *bits);

/* The same for two cells that hold the same term and are not exchanged with the swap field. */
uint32_t ra_link_compare_equal(const ra_link_comparer *comparer, uint32_t column, uint32_t number,
                               float *bits);

/* The bits of a column whose level is known. */
float ra_link_column_bits(const ra_link_comparer *comparer, uint32_t a, uint32_t b, uint32_t column,
                          uint32_t level);

/* Is this the level of equal values? */
bool ra_link_level_is_equal(const ra_link_comparer *comparer, uint32_t column, uint32_t level);

/* Does the level say that the two are too far apart in time to be the same? Beyond the limit of a
 * time they are, and within one set with a lag of a week: who pays every week pays anew. */
bool ra_link_is_far(const ra_link_comparer *comparer, uint32_t column, uint32_t level);

/* Does the pattern say that the two cannot be the same? */
bool ra_link_is_vetoed(const ra_link_comparer *comparer, uint64_t pattern);

/* Days that two times of that level (from 2) are apart: from *from to the result. */
double ra_link_time_span(uint32_t level, double *from);

/* Of kinds whose levels are ranges of a difference: step i is where level i + 2 ends, measured in
 * days apart (time; lag within one set), days from a to b (lag), |log(a/b)| (amount, descending;
 * one level more is for equal ones). Returns how many there are; 0 for other kinds. */
uint32_t ra_link_steps(ra_link_kind kind, const double **steps);

/* What a level means, in a few words: "nearly equal", "2 days later"; never NULL. */
const char *ra_link_level_name(ra_link_kind kind, uint32_t level);

/* Does the weight of `level` in this column include the rarity of the value itself? */
bool ra_link_level_has_bits(const ra_link_comparer *comparer, uint32_t column, uint32_t level);

/* Does the level say that two values are different numbers of one series? `*near`: one edit apart.
 */
bool ra_link_is_other_number(const ra_link_comparer *comparer, uint32_t column, uint32_t level,
                             bool *near);

/* How often different records reach a level that has bits, given that they share as much. */
double ra_link_level_chance(const ra_link_comparer *comparer, uint32_t column, uint32_t level);

static inline uint32_t ra_link_level(uint64_t pattern, uint32_t column) {
    return (uint32_t)(pattern >> (4 * column)) & 15;
}

#endif

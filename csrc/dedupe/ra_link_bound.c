/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Ceilings of the columns, and pairs on their way under them. */
#include "dedupe/ra_link_bound.h"

#include <math.h>

#define RA_WIDE_DICTIONARY 100000 /* terms beyond which a look-up is a cache miss */
#define RA_WIDE_COST 3.0F
#define RA_LINE_DIGESTS 4 /* in a cache line */
#define RA_TASK_ROWS 4096

static void set_ceilings(ra_link_bound *bound) {
    const ra_link_table *table = bound->comparer->table;
    float rarest = log2f((float)table->rows + 1);
    for (uint32_t c = 0; c < table->column_count; c++) {
        ra_link_kind kind = table->profile.fields[table->columns[c]].kind;
        float most = 0;
        for (uint32_t l = 1; l <= bound->comparer->levels[c]; l++) {
            if ((l == RA_LINK_EQUAL && kind != RA_LINK_MEMO && kind != RA_LINK_LAG &&
                 kind != RA_LINK_AMOUNT) ||
                (kind == RA_LINK_NAME && l == RA_LINK_SWAPPED))
                continue;
            float weight = bound->model->weight[c][l];
            most = weight > most ? weight : most;
        }
        bound->ceiling[c] = kind == RA_LINK_MEMO ? most + RA_MEMO_TOKENS * rarest : most;
    }
}

/* Columns by what a difference takes off the bound, against what it costs to see it. */
static void sort_columns(const ra_link_bound *bound, float wide_cost, uint8_t *order) {
    const ra_link_table *table = bound->comparer->table;
    float gain[RA_LINK_FIELDS];
    for (uint32_t c = 0; c < table->column_count; c++) {
        bool wide = table->dictionaries[table->dictionary[c]].count > RA_WIDE_DICTIONARY;
        gain[c] = (bound->ceiling[c] - bound->model->weight[c][1]) / (wide ? wide_cost : 1.0F);
        uint32_t at = c;
        for (; at > 0 && gain[order[at - 1]] < gain[c]; at--)
            order[at] = order[at - 1];
        order[at] = (uint8_t)c;
    }
}

static ra_status digest_rows(void *context, uint32_t number, uint32_t worker) {
    (void)worker;
    const ra_link_bound *bound = context;
    const ra_link_table *table = bound->comparer->table;
    uint32_t row = number * RA_TASK_ROWS, columns = table->column_count;
    uint32_t end = table->rows - row < RA_TASK_ROWS ? table->rows : row + RA_TASK_ROWS;
    for (; row < end; row++)
        for (uint32_t i = 0; i < columns; i++)
            bound->digests[(size_t)row * columns + i] = ra_link_digest_of(
                table, bound->columns[i], table->cells[(size_t)row * columns + bound->columns[i]]);
    return RA_OK;
}

ra_status ra_link_bound_init(ra_link_bound *bound, const ra_link_comparer *comparer,
                             const ra_link_model *model, float floor, const ra_link_crew *crew,
                             ra_arena *arena) {
    const ra_link_table *table = comparer->table;
    *bound = (ra_link_bound){.comparer = comparer, .model = model, .floor = floor};
    set_ceilings(bound);
    sort_columns(bound, RA_WIDE_COST, bound->order);
    sort_columns(bound, 1, bound->columns);
    for (uint32_t i = 0; i < table->column_count; i++)
        bound->place[bound->columns[i]] = (uint8_t)i;
    bound->digests =
        ra_arena_lines(arena, table->rows, table->column_count * sizeof *bound->digests);
    if (bound->digests == NULL) return RA_NO_MEMORY;
    uint32_t tasks = table->rows / RA_TASK_ROWS + (table->rows % RA_TASK_ROWS != 0);
    return ra_link_parallel(crew, tasks, digest_rows, bound);
}

static const ra_link_digest *digests_of(const ra_link_bound *bound, uint32_t row) {
    return bound->digests + (size_t)row * bound->comparer->table->column_count;
}

static bool crosses(const ra_link_bound *bound, const ra_link_digest *a, const ra_link_digest *b,
                    uint32_t column) {
    uint32_t swap = bound->comparer->swap[column];
    if (swap == RA_LINK_NO_FIELD) return false;
    uint32_t place = bound->place[column], other = bound->place[swap];
    return (a[place].term && a[place].term == b[other].term) ||
           (a[other].term && a[other].term == b[place].term);
}

static void settle(const ra_link_bound *bound, ra_link_open_pair *open, uint32_t column,
                   uint64_t level, float bits) {
    open->pair.pattern |= level << (4 * column);
    open->worth[column] = bound->model->weight[column][level] + bits;
    open->most += open->worth[column];
}

static void compare(const ra_link_bound *bound, ra_link_open_pair *open, uint32_t column) {
    float bits;
    uint32_t level =
        ra_link_compare_column(bound->comparer, open->pair.a, open->pair.b, column, &bits);
    settle(bound, open, column, level, bits);
}

void ra_link_bound_fetch_row(const ra_link_bound *bound, uint32_t row) {
    const ra_link_digest *digests = digests_of(bound, row);
    uint32_t last = bound->comparer->table->column_count - 1;
    for (uint32_t i = 0; i < last; i += RA_LINE_DIGESTS)
        __builtin_prefetch(digests + i);
    __builtin_prefetch(digests + last); /* rows straddle cache lines */
}

static const ra_link_term *term_of(const ra_link_bound *bound, uint32_t row, uint32_t column) {
    const ra_link_table *table = bound->comparer->table;
    uint32_t number = digests_of(bound, row)[bound->place[column]].term;
    return &table->dictionaries[table->dictionary[column]].terms[number];
}

/* With the cells, which the comparison begins with; those of one row of the two are there. */
static void fetch_terms(const ra_link_bound *bound, const ra_link_open_pair *open) {
    const ra_link_table *table = bound->comparer->table;
    const uint32_t *b = table->cells + (size_t)open->pair.b * table->column_count;
    __builtin_prefetch(b);
    __builtin_prefetch(b + table->column_count - 1); /* rows straddle cache lines */
    for (uint32_t c = 0; open->unknown >> c; c++) {
        if (!(open->unknown >> c & 1)) continue;
        __builtin_prefetch(term_of(bound, open->pair.a, c));
        __builtin_prefetch(term_of(bound, open->pair.b, c));
    }
}

static void fetch_texts(const ra_link_bound *bound, const ra_link_open_pair *open,
                        uint32_t column) {
    __builtin_prefetch(term_of(bound, open->pair.a, column)->text);
    __builtin_prefetch(term_of(bound, open->pair.b, column)->text);
}

/* Settle what is equal or missing. */
static void settle_equal(const ra_link_bound *bound, ra_link_open_pair *open) {
    const ra_link_digest *a = digests_of(bound, open->pair.a), *b = digests_of(bound, open->pair.b);
    for (uint32_t i = 0; i < bound->comparer->table->column_count; i++) {
        uint32_t c = bound->columns[i];
        float bits;
        if (crosses(bound, a, b, c)) {
            compare(bound, open, c);
        } else if (a[i].term && a[i].term == b[i].term) {
            uint32_t level = ra_link_compare_equal(bound->comparer, c, a[i].term, &bits);
            settle(bound, open, c, level, bits);
        } else if (a[i].term && b[i].term) {
            open->unknown |= UINT32_C(1) << c;
            open->most += bound->ceiling[c];
        }
    }
}

/* Settle what is proved to differ. False when the pair cannot reach the floor. */
static bool settle_differing(const ra_link_bound *bound, ra_link_open_pair *open) {
    const ra_link_table *table = bound->comparer->table;
    const ra_link_digest *a = digests_of(bound, open->pair.a), *b = digests_of(bound, open->pair.b);
    for (uint32_t i = 0; i < table->column_count && open->most >= bound->floor; i++) {
        uint32_t c = bound->columns[i];
        if (!(open->unknown >> c & 1) || bound->comparer->series[c]) continue;
        if (!ra_link_surely_differ(table->profile.fields[table->columns[c]].kind, &a[i], &b[i]))
            continue;
        open->unknown &= ~(UINT32_C(1) << c);
        open->most -= bound->ceiling[c];
        settle(bound, open, c, 1, 0);
    }
    return open->most >= bound->floor;
}

bool ra_link_bound_open(const ra_link_bound *bound, uint32_t a, uint32_t b,
                        ra_link_open_pair *open) {
    *open = (ra_link_open_pair){.pair = {.a = a, .b = b}, .most = bound->model->base};
    settle_equal(bound, open);
    if (!settle_differing(bound, open)) return false;
    open->most -= ra_link_model_shared(bound->model, open->worth, open->unknown);
    if (open->most < bound->floor) return false;
    fetch_terms(bound, open);
    return true;
}

/* The next unknown column in the order of the bound from place `at` on; column_count: none. */
static uint32_t next_unknown(const ra_link_bound *bound, const ra_link_open_pair *open,
                             uint32_t at) {
    uint32_t columns = bound->comparer->table->column_count;
    while (at < columns && !(open->unknown >> bound->order[at] & 1))
        at++;
    return at;
}

void ra_link_bound_fetch_texts(const ra_link_bound *bound, const ra_link_open_pair *open) {
    uint32_t first = next_unknown(bound, open, 0);
    if (first < bound->comparer->table->column_count) fetch_texts(bound, open, bound->order[first]);
}

bool ra_link_bound_close(const ra_link_bound *bound, ra_link_open_pair *open) {
    const ra_link_table *table = bound->comparer->table;
    uint32_t at = next_unknown(bound, open, 0);
    while (at < table->column_count && open->most >= bound->floor) {
        uint32_t c = bound->order[at];
        at = next_unknown(bound, open, at + 1);
        if (at < table->column_count) fetch_texts(bound, open, bound->order[at]);
        open->most -= bound->ceiling[c];
        compare(bound, open, c);
    }
    if (open->most < bound->floor || open->pair.pattern == 0) return false;
    open->pair.weight = ra_link_model_sum(bound->model, open->worth);
    return open->pair.weight >= bound->floor;
}

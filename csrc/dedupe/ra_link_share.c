/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Drawing of neighbours and the odds of a share. */
#include "dedupe/ra_link_share.h"

#include <math.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#define RA_SHARE_ROWS 4096 /* drawn per share */
#define RA_SHARE_DOUBT 2.0 /* imaginary pairs at even odds */
#define RA_SHARE_EVEN (-1.0F)
#define RA_SHARE_LEAST (-20.0)

typedef struct ra_share_draw {
    const ra_link_comparer *comparer;
    uint32_t rows[RA_SHARE_ROWS], columns[RA_SHARE_ROWS];
    uint32_t count;
    uint32_t *first; /* per term of the column at hand: its rows begin here; one more at the end */
    uint32_t *of_term;
    uint64_t seed;
} ra_share_draw;

static uint64_t mixed(const ra_share_draw *draw, uint32_t number) {
    return XXH3_64bits_withSeed(&number, sizeof number, draw->seed);
}

/* The column of the share whose value in that row the fewest others have. */
static uint32_t rarest_column(const ra_link_comparer *comparer, uint32_t columns, uint32_t row) {
    uint32_t best = RA_LINK_NO_FIELD, least = UINT32_MAX;
    for (uint32_t c = 0; c < comparer->table->column_count; c++) {
        const ra_link_term *term = ra_link_table_term(comparer->table, row, c);
        if (!(columns >> c & 1) || term == NULL || term->count < 2 || term->count >= least)
            continue;
        best = c;
        least = term->count;
    }
    return best;
}

static void draw_rows(ra_share_draw *draw, uint32_t columns) {
    uint32_t rows = draw->comparer->table->rows;
    draw->count = 0;
    for (uint32_t i = 0; i < RA_SHARE_ROWS && i < rows; i++) {
        uint32_t row = rows <= RA_SHARE_ROWS ? i : (uint32_t)(mixed(draw, i) % rows);
        uint32_t column = rarest_column(draw->comparer, columns, row);
        if (column == RA_LINK_NO_FIELD) continue;
        draw->rows[draw->count] = row;
        draw->columns[draw->count++] = column;
    }
}

/* Rows in the order of their terms in one column. */
static void sort_rows(ra_share_draw *draw, uint32_t column) {
    const ra_link_table *table = draw->comparer->table;
    uint32_t terms = table->dictionaries[table->dictionary[column]].count;
    memset(draw->first, 0, ((size_t)terms + 1) * sizeof *draw->first);
    for (uint32_t row = 0; row < table->rows; row++)
        draw->first[table->cells[(size_t)row * table->column_count + column]]++;
    for (uint32_t term = 1; term <= terms; term++)
        draw->first[term] += draw->first[term - 1];
    for (uint32_t row = table->rows; row-- > 0;)
        draw->of_term[--draw->first[table->cells[(size_t)row * table->column_count + column]]] =
            row;
}

/* Another row with the same value; false when there is none. */
static bool partner(const ra_share_draw *draw, uint32_t row, uint32_t column, uint32_t *out) {
    const ra_link_table *table = draw->comparer->table;
    uint32_t term = table->cells[(size_t)row * table->column_count + column];
    uint32_t begin = draw->first[term], count = draw->first[term + 1] - begin;
    if (count < 2) return false;
    uint32_t at = (uint32_t)(mixed(draw, row) >> 32) % (count - 1);
    *out = draw->of_term[begin + at];
    if (*out == row) *out = draw->of_term[begin + count - 1];
    return true;
}

static void pair_rows(ra_share_draw *draw, uint32_t share, ra_link_neighbours *out) {
    for (uint32_t c = 0; c < draw->comparer->table->column_count; c++) {
        bool sorted = false;
        for (uint32_t i = 0; i < draw->count; i++) {
            uint32_t other;
            if (draw->columns[i] != c) continue;
            if (!sorted) sort_rows(draw, c);
            sorted = true;
            if (!partner(draw, draw->rows[i], c, &other)) continue;
            uint32_t a = draw->rows[i] < other ? draw->rows[i] : other;
            ra_link_evidence evidence =
                ra_link_compare(draw->comparer, a, draw->rows[i] + other - a);
            ra_link_neighbour *pair = &out->pairs[out->count++];
            *pair = (ra_link_neighbour){.pattern = evidence.pattern, .share = share, .column = c};
            memcpy(pair->bits, evidence.bits, sizeof pair->bits);
        }
    }
}

static uint32_t columns_of(const ra_link_table *table, uint32_t fields) {
    uint32_t columns = 0;
    for (uint32_t c = 0; c < table->column_count; c++)
        columns |= (fields >> table->columns[c] & 1) << c;
    return columns;
}

ra_status ra_link_share_draw(ra_link_model *model, const ra_link_comparer *comparer, uint64_t seed,
                             ra_arena *arena, ra_link_neighbours *out) {
    const ra_link_table *table = comparer->table;
    *out = (ra_link_neighbours){0};
    for (uint32_t s = 0; s < table->profile.share_count; s++) {
        uint32_t columns = columns_of(table, table->profile.shares[s].fields);
        if ((columns & (columns - 1)) == 0) continue;
        model->shared[model->shares] = columns;
        model->share_odds[model->shares++] = RA_SHARE_EVEN;
    }
    if (model->shares == 0) return RA_OK;
    uint32_t terms = 0;
    for (uint32_t c = 0; c < table->column_count; c++) {
        uint32_t count = table->dictionaries[table->dictionary[c]].count;
        terms = count > terms ? count : terms;
    }
    ra_share_draw *draw = ra_arena_alloc(arena, sizeof *draw);
    out->pairs = ra_arena_array(arena, (size_t)model->shares * RA_SHARE_ROWS, sizeof *out->pairs);
    if (draw == NULL || out->pairs == NULL) return RA_NO_MEMORY;
    *draw = (ra_share_draw){.comparer = comparer, .seed = seed};
    draw->first = ra_arena_array(arena, (size_t)terms + 1, sizeof *draw->first);
    draw->of_term = ra_arena_array(arena, table->rows, sizeof *draw->of_term);
    if (draw->first == NULL || draw->of_term == NULL) return RA_NO_MEMORY;
    for (uint32_t s = 0; s < model->shares; s++) {
        draw_rows(draw, model->shared[s]);
        pair_rows(draw, s, out);
    }
    return RA_OK;
}

void ra_link_share_learn(ra_link_model *model, const ra_link_neighbours *neighbours) {
    double follows[RA_LINK_SHARES] = {0}, not_same[RA_LINK_SHARES] = {0};
    for (uint32_t i = 0; i < neighbours->count; i++) {
        const ra_link_neighbour *pair = &neighbours->pairs[i];
        double all = (double)model->base, rest = 0;
        for (uint32_t c = 0; c < model->columns; c++) {
            double worth =
                (double)model->weight[c][ra_link_level(pair->pattern, c)] + (double)pair->bits[c];
            all += worth;
            if (c != pair->column && model->shared[pair->share] >> c & 1) rest += worth;
        }
        double share = exp2((double)model->share_odds[pair->share]);
        double shared = share * exp2(rest), chance = 1 - share + shared, same = exp2(all);
        follows[pair->share] += shared / (same + chance);
        not_same[pair->share] += chance / (same + chance);
    }
    for (uint32_t s = 0; s < model->shares; s++) {
        double share = (follows[s] + RA_SHARE_DOUBT / 2) / (not_same[s] + RA_SHARE_DOUBT);
        model->share_odds[s] = (float)fmax(log2(share), RA_SHARE_LEAST);
    }
}

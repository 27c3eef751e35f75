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
/* A column that is shared by some: imaginary pairs, and how many of them share it. */
#define RA_FOLLOW_DOUBT 2.0
#define RA_FOLLOW_USUAL 0.2
/* Where fewer of the neighbours share it, or of those who do fewer do not seem to be the same, they
 * are people whose names were noted wrong. */
#define RA_FOLLOW_LEAST 0.05

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

/* Columns in which both rows have a value, also where their likeness says nothing. */
static uint32_t present_columns(const ra_link_table *table, uint32_t a, uint32_t b) {
    uint32_t present = 0;
    for (uint32_t c = 0; c < table->column_count; c++)
        present |= (uint32_t)(ra_link_table_term(table, a, c) && ra_link_table_term(table, b, c))
                   << c;
    return present;
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
            pair->present = present_columns(draw->comparer->table, draw->rows[i], other);
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
        uint32_t sometimes = columns_of(table, table->profile.shares[s].sometimes);
        uint32_t always = columns & ~sometimes;
        if ((always & (always - 1)) == 0) continue;
        model->shared[model->shares] = columns;
        model->sometimes[model->shares] = sometimes;
        for (uint32_t c = 0; c < table->column_count; c++)
            model->follows[model->shares][c] = RA_SHARE_EVEN;
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
        draw_rows(draw, model->shared[s] & ~model->sometimes[s]);
        pair_rows(draw, s, out);
    }
    return RA_OK;
}

typedef struct ra_share_sums {
    double follows, not_same;
    double columns[RA_LINK_FIELDS]; /* of them, those that share the column */
    double sharing[RA_LINK_FIELDS]; /* the same, and those of the same record */
    double present[RA_LINK_FIELDS]; /* of them, those in which both have a value */
} ra_share_sums;

static void add_neighbour(const ra_link_model *model, const ra_link_neighbour *pair,
                          ra_share_sums *sums) {
    float worth[RA_LINK_FIELDS];
    double all = (double)model->base, rest = 0;
    for (uint32_t c = 0; c < model->columns; c++) {
        worth[c] = model->weight[c][ra_link_level(pair->pattern, c)] + pair->bits[c];
        all += (double)worth[c];
        if (c != pair->column && model->shared[pair->share] >> c & 1)
            rest += (double)ra_link_model_follows(model, pair->share, c, worth[c]);
    }
    double share = exp2((double)model->share_odds[pair->share]);
    double shared = share * exp2(rest), chance = 1 - share + shared, same = exp2(all);
    double together = shared / (same + chance);
    sums->follows += together;
    sums->not_same += chance / (same + chance);
    for (uint32_t c = 0; c < model->columns; c++) {
        if (!((model->sometimes[pair->share] & pair->present) >> c & 1)) continue;
        sums->present[c] += together;
        double odds = exp2((double)(worth[c] + model->follows[pair->share][c]));
        if (worth[c] <= 0) continue;
        sums->columns[c] += together * odds / (1 + odds);
        sums->sharing[c] += together * odds / (1 + odds) + same / (same + chance);
    }
}

static float follows_of(const ra_share_sums *sums, uint32_t column) {
    double often = (sums->columns[column] + RA_FOLLOW_DOUBT * RA_FOLLOW_USUAL) /
                   (sums->present[column] + RA_FOLLOW_DOUBT);
    bool is_slip = sums->columns[column] < RA_FOLLOW_LEAST * sums->sharing[column];
    return often < RA_FOLLOW_LEAST || is_slip ? (float)RA_SHARE_LEAST : (float)log2(often);
}

void ra_link_share_learn(ra_link_model *model, const ra_link_neighbours *neighbours) {
    ra_share_sums sums[RA_LINK_SHARES] = {0};
    for (uint32_t i = 0; i < neighbours->count; i++)
        add_neighbour(model, &neighbours->pairs[i], &sums[neighbours->pairs[i].share]);
    for (uint32_t s = 0; s < model->shares; s++) {
        double share = (sums[s].follows + RA_SHARE_DOUBT / 2) / (sums[s].not_same + RA_SHARE_DOUBT);
        model->share_odds[s] = (float)fmax(log2(share), RA_SHARE_LEAST);
        for (uint32_t c = 0; c < model->columns; c++)
            model->follows[s][c] = follows_of(&sums[s], c);
    }
}

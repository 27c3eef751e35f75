/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Gather, compare, keep. */
#include "dedupe/ra_link_scan.h"

#include <math.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#define RA_TASK_ROWS 512
#define RA_CHUNK_PAIRS 1024
#define RA_AHEAD 6                /* candidates whose rows are fetched in advance */
#define RA_WIDE_DICTIONARY 100000 /* terms beyond which a look-up is a cache miss */

typedef struct ra_pair_chunk {
    struct ra_pair_chunk *next;
    uint32_t count;
    ra_link_pair pairs[RA_CHUNK_PAIRS];
} ra_pair_chunk;

typedef struct ra_scan_task {
    ra_pair_chunk *first, *last;
    uint64_t compared;
} ra_scan_task;

typedef struct ra_scan_run {
    const ra_link_scan *scan;
    ra_scan_task *tasks;
    ra_arena arenas[RA_LINK_THREADS_MAX];
    ra_link_gatherer gatherers[RA_LINK_THREADS_MAX];
    float ceiling[RA_LINK_FIELDS]; /* the most a column can add when its values are not equal */
    uint8_t order[RA_LINK_FIELDS]; /* columns that settle most for least work first */
} ra_scan_run;

static ra_status keep(ra_scan_task *task, ra_arena *arena, const ra_link_pair *pair) {
    if (task->last == NULL || task->last->count == RA_CHUNK_PAIRS) {
        ra_pair_chunk *chunk = ra_arena_alloc(arena, sizeof *chunk);
        if (chunk == NULL) return RA_NO_MEMORY;
        if (task->last)
            task->last->next = chunk;
        else
            task->first = chunk;
        task->last = chunk;
    }
    task->last->pairs[task->last->count++] = *pair;
    return RA_OK;
}

static void set_ceilings(ra_scan_run *run) {
    const ra_link_comparer *comparer = run->scan->blocks->comparer;
    const ra_link_table *table = comparer->table;
    float rarest = log2f((float)table->rows + 1);
    for (uint32_t c = 0; c < table->column_count; c++) {
        ra_link_kind kind = table->profile.fields[table->columns[c]].kind;
        float most = 0;
        for (uint32_t l = 1; l <= comparer->levels[c]; l++) {
            if ((l == RA_LINK_EQUAL && kind != RA_LINK_MEMO && kind != RA_LINK_LAG &&
                 kind != RA_LINK_AMOUNT) ||
                (kind == RA_LINK_NAME && l == RA_LINK_SWAPPED))
                continue;
            float weight = run->scan->model->weight[c][l];
            most = weight > most ? weight : most;
        }
        run->ceiling[c] = kind == RA_LINK_MEMO ? most + RA_MEMO_TOKENS * rarest : most;
    }
}

/* What a difference takes off the bound, against the memory its texts are spread over. */
static void set_order(ra_scan_run *run) {
    const ra_link_table *table = run->scan->blocks->comparer->table;
    float gain[RA_LINK_FIELDS];
    for (uint32_t c = 0; c < table->column_count; c++) {
        bool wide = table->dictionaries[table->dictionary[c]].count > RA_WIDE_DICTIONARY;
        gain[c] = (run->ceiling[c] - run->scan->model->weight[c][1]) / (wide ? 3.0F : 1.0F);
        uint32_t at = c;
        for (; at > 0 && gain[run->order[at - 1]] < gain[c]; at--)
            run->order[at] = run->order[at - 1];
        run->order[at] = (uint8_t)c;
    }
}

static bool crosses(const ra_link_comparer *comparer, const uint32_t *a, const uint32_t *b,
                    uint32_t column) {
    uint32_t other = comparer->swap[column];
    return other != RA_LINK_NO_FIELD &&
           ((a[column] && a[column] == b[other]) || (a[other] && a[other] == b[column]));
}

/* What the shares will take off at least, as far as their columns are all known. */
static float settled_shares(const ra_link_model *model, const float *worth, const uint8_t *open,
                            uint32_t open_count) {
    uint32_t unknown = 0;
    for (uint32_t i = 0; i < open_count; i++)
        unknown |= UINT32_C(1) << open[i];
    return ra_link_model_shared(model, worth, unknown);
}

/* In a large table each term and each text is a cache miss: ask for those of the next columns while
 * the ones before are looked at. */
static void fetch_terms(const ra_link_table *table, const uint32_t *a, const uint32_t *b,
                        uint32_t column) {
    const ra_link_term *terms = table->dictionaries[table->dictionary[column]].terms;
    __builtin_prefetch(&terms[a[column]]);
    __builtin_prefetch(&terms[b[column]]);
}

static void fetch_texts(const ra_link_table *table, const uint32_t *a, const uint32_t *b,
                        uint32_t column) {
    const ra_link_term *terms = table->dictionaries[table->dictionary[column]].terms;
    __builtin_prefetch(terms[a[column]].text);
    __builtin_prefetch(terms[b[column]].text);
}

/* Cheap first: equal and missing values cost one look at the row, and what the others could add at
 * most decides whether their texts are read at all. */
static bool score(const ra_scan_run *run, ra_link_pair *pair) {
    const ra_link_comparer *comparer = run->scan->blocks->comparer;
    const ra_link_table *table = comparer->table;
    const ra_link_model *model = run->scan->model;
    const uint32_t *a = table->cells + (size_t)pair->a * table->column_count;
    const uint32_t *b = table->cells + (size_t)pair->b * table->column_count;
    uint8_t open[RA_LINK_FIELDS] = {0};
    uint32_t open_count = 0;
    float most = model->base, worth[RA_LINK_FIELDS] = {0}, bits;
    pair->pattern = 0;
    for (uint32_t i = 0; i < table->column_count; i++) {
        uint32_t c = run->order[i];
        bool crossed = crosses(comparer, a, b, c);
        if ((!a[c] || !b[c]) && !crossed) continue;
        if (a[c] != b[c] && !crossed) {
            fetch_terms(table, a, b, c);
            open[open_count++] = (uint8_t)c;
            most += run->ceiling[c];
            continue;
        }
        uint64_t level = ra_link_compare_column(comparer, pair->a, pair->b, c, &bits);
        pair->pattern |= level << (4 * c);
        worth[c] = model->weight[c][level] + bits;
        most += worth[c];
    }
    if (most >= run->scan->floor) most -= settled_shares(model, worth, open, open_count);
    for (uint32_t i = 0; i < open_count && most >= run->scan->floor; i++) {
        uint32_t c = open[i];
        if (i + 1 < open_count) fetch_texts(table, a, b, open[i + 1]);
        uint64_t level = ra_link_compare_column(comparer, pair->a, pair->b, c, &bits);
        pair->pattern |= level << (4 * c);
        worth[c] = model->weight[c][level] + bits;
        most += worth[c] - run->ceiling[c];
    }
    if (most < run->scan->floor || pair->pattern == 0) return false;
    pair->weight = ra_link_model_sum(model, worth);
    return pair->weight >= run->scan->floor;
}

/* What the model is learnt from: pairs that may be the same and are nobody's habit. */
static bool observe(const ra_link_scan *scan, ra_link_pair *pair) {
    const ra_link_comparer *comparer = scan->blocks->comparer;
    ra_link_evidence evidence = ra_link_compare(comparer, pair->a, pair->b);
    pair->pattern = evidence.pattern;
    pair->weight = 0;
    if (evidence.pattern == 0 || ra_link_is_vetoed(comparer, evidence.pattern)) return false;
    return scan->habits == NULL ||
           !ra_link_is_habit(scan->habits, comparer, pair->a, pair->b, pair->pattern);
}

/* Take the pair? Nothing to compare is no evidence, whatever the prior. Its columns are weighed one
 * by one unless they depend on each other. */
static bool weigh(const ra_scan_run *run, ra_link_pair *pair) {
    const ra_link_scan *scan = run->scan;
    if (scan->model == NULL) return observe(scan, pair);
    if (!scan->blocks->comparer->grouped) return score(run, pair);
    ra_link_scorer scorer = {scan->blocks->comparer, scan->model, scan->habits};
    *pair = ra_link_score(&scorer, pair->a, pair->b);
    return pair->pattern != 0 && pair->weight >= scan->floor;
}

static bool is_chosen(const ra_link_scan *scan, uint32_t row) {
    return scan->stride <= 1 ||
           XXH3_64bits_withSeed(&row, sizeof row, scan->seed) % scan->stride == 0;
}

/* Each pair comes up for one row only: of the first set when linking, else for the first of the two
 * or for the one from scan->from on. */
static void gather(const ra_link_scan *scan, ra_link_gatherer *gatherer, uint32_t row) {
    const ra_link_table *table = scan->blocks->comparer->table;
    if (table->linking)
        ra_link_gather(scan->blocks, gatherer, row, 0, table->split - 1);
    else
        ra_link_gather(scan->blocks, gatherer, row, scan->from, row);
}

static ra_status scan_rows(void *context, uint32_t number, uint32_t worker) {
    ra_scan_run *run = context;
    const ra_link_scan *scan = run->scan;
    ra_link_gatherer *gatherer = &run->gatherers[worker];
    ra_scan_task *task = &run->tasks[number];
    uint32_t rows = ra_link_gather_rows(scan->blocks->comparer->table);
    uint32_t row = scan->from + number * RA_TASK_ROWS;
    uint32_t end = rows - row < RA_TASK_ROWS ? rows : row + RA_TASK_ROWS;
    const uint32_t *cells = scan->blocks->comparer->table->cells;
    uint32_t columns = scan->blocks->comparer->table->column_count;
    ra_status status = RA_OK;
    for (; row < end && status == RA_OK; row++) {
        if (!is_chosen(scan, row)) continue;
        gather(scan, gatherer, row);
        task->compared += gatherer->count;
        for (uint32_t i = 0; i < gatherer->count && status == RA_OK; i++) {
            if (i + RA_AHEAD < gatherer->count) {
                const uint32_t *ahead = cells + (size_t)gatherer->rows[i + RA_AHEAD] * columns;
                __builtin_prefetch(ahead);
                __builtin_prefetch(ahead + columns - 1); /* rows straddle cache lines */
            }
            uint32_t other = gatherer->rows[i];
            ra_link_pair pair = {.a = row < other ? row : other, .b = row < other ? other : row};
            if (weigh(run, &pair)) status = keep(task, &run->arenas[worker], &pair);
        }
    }
    return status;
}

static ra_status join(const ra_scan_run *run, uint32_t tasks, ra_arena *arena, ra_link_found *out) {
    *out = (ra_link_found){0};
    for (uint32_t t = 0; t < tasks; t++) {
        out->compared += run->tasks[t].compared;
        for (const ra_pair_chunk *chunk = run->tasks[t].first; chunk; chunk = chunk->next)
            out->count += chunk->count;
    }
    out->pairs = ra_arena_array(arena, out->count, sizeof *out->pairs);
    if (out->pairs == NULL) return RA_NO_MEMORY;
    ra_link_pair *to = out->pairs;
    for (uint32_t t = 0; t < tasks; t++) {
        for (const ra_pair_chunk *chunk = run->tasks[t].first; chunk; chunk = chunk->next) {
            memcpy(to, chunk->pairs, chunk->count * sizeof *to);
            to += chunk->count;
        }
    }
    return RA_OK;
}

ra_status ra_link_scan_run(const ra_link_scan *scan, ra_arena *arena, ra_link_found *out) {
    uint32_t rows = ra_link_gather_rows(scan->blocks->comparer->table);
    uint32_t count = rows > scan->from ? rows - scan->from : 0;
    uint32_t tasks = count / RA_TASK_ROWS + (count % RA_TASK_ROWS != 0);
    uint32_t threads = ra_link_crew_size(scan->crew);
    ra_scan_run *run = ra_arena_alloc(arena, sizeof *run);
    if (run == NULL) return RA_NO_MEMORY;
    ra_status status = RA_OK;
    run->scan = scan;
    run->tasks = ra_arena_array(arena, tasks, sizeof *run->tasks);
    if (run->tasks == NULL) status = RA_NO_MEMORY;
    if (scan->model) {
        set_ceilings(run);
        set_order(run);
    }
    for (uint32_t i = 0; i < threads; i++)
        ra_arena_init(&run->arenas[i], scan->limit, scan->allocator);
    for (uint32_t i = 0; i < threads && status == RA_OK; i++)
        status = ra_link_gatherer_init(&run->gatherers[i], scan->blocks, &run->arenas[i]);
    if (status == RA_OK) status = ra_link_parallel(scan->crew, tasks, scan_rows, run);
    if (status == RA_OK) status = join(run, tasks, arena, out);
    for (uint32_t i = 0; i < threads; i++)
        ra_arena_free(&run->arenas[i]);
    return status;
}

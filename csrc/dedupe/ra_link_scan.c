/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Gather, compare, keep. */
#include "dedupe/ra_link_scan.h"

#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "dedupe/ra_link_bound.h"

#define RA_TASK_ROWS 512
#define RA_CHUNK_PAIRS 1024
#define RA_AHEAD 16 /* pairs whose rows are fetched in advance */
#define RA_OPEN_PAIRS 32

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
    ra_link_bound bound;
    bool bounded; /* columns are weighed one by one */
} ra_scan_run;

/* Pairs on their way through the bound: those whose rows are coming, in a ring, then those that
 * are open. */
typedef struct ra_scan_pipe {
    const ra_scan_run *run;
    ra_scan_task *task;
    ra_arena *arena;
    uint32_t coming[RA_AHEAD][2];
    uint64_t count; /* of all that came so far */
    ra_link_open_pair open[RA_OPEN_PAIRS];
    uint32_t open_count;
} ra_scan_pipe;

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

/* Take the pair? Nothing to compare is no evidence, whatever the prior. */
static bool weigh(const ra_link_scan *scan, ra_link_pair *pair) {
    if (scan->model == NULL) return observe(scan, pair);
    ra_link_scorer scorer = {scan->blocks->comparer, scan->model, scan->habits};
    *pair = ra_link_score(&scorer, pair->a, pair->b);
    return pair->pattern != 0 && pair->weight >= scan->floor;
}

static ra_status close_pairs(ra_scan_pipe *pipe) {
    const ra_link_bound *bound = &pipe->run->bound;
    ra_status status = RA_OK;
    for (uint32_t i = 0; i < pipe->open_count; i++)
        ra_link_bound_fetch_texts(bound, &pipe->open[i]);
    for (uint32_t i = 0; i < pipe->open_count && status == RA_OK; i++)
        if (ra_link_bound_close(bound, &pipe->open[i]))
            status = keep(pipe->task, pipe->arena, &pipe->open[i].pair);
    pipe->open_count = 0;
    return status;
}

static ra_status open_pair(ra_scan_pipe *pipe, const uint32_t rows[2]) {
    if (!ra_link_bound_open(&pipe->run->bound, rows[0], rows[1], &pipe->open[pipe->open_count]))
        return RA_OK;
    return ++pipe->open_count == RA_OPEN_PAIRS ? close_pairs(pipe) : RA_OK;
}

static ra_status push_pair(ra_scan_pipe *pipe, uint32_t a, uint32_t b) {
    uint32_t *rows = pipe->coming[pipe->count % RA_AHEAD];
    ra_status status = pipe->count++ < RA_AHEAD ? RA_OK : open_pair(pipe, rows);
    rows[0] = a;
    rows[1] = b;
    return status;
}

static ra_status drain(ra_scan_pipe *pipe) {
    uint32_t waiting = pipe->count < RA_AHEAD ? (uint32_t)pipe->count : RA_AHEAD;
    ra_status status = RA_OK;
    for (uint64_t i = pipe->count - waiting; i < pipe->count && status == RA_OK; i++)
        status = open_pair(pipe, pipe->coming[i % RA_AHEAD]);
    return status == RA_OK ? close_pairs(pipe) : status;
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

static ra_status take_candidate(ra_scan_pipe *pipe, uint32_t row, uint32_t other) {
    ra_link_pair pair = {.a = row < other ? row : other, .b = row < other ? other : row};
    if (pipe->run->bounded) {
        ra_link_bound_fetch_row(&pipe->run->bound, other);
        return push_pair(pipe, pair.a, pair.b);
    }
    return weigh(pipe->run->scan, &pair) ? keep(pipe->task, pipe->arena, &pair) : RA_OK;
}

static ra_status scan_rows(void *context, uint32_t number, uint32_t worker) {
    ra_scan_run *run = context;
    const ra_link_scan *scan = run->scan;
    ra_link_gatherer *gatherer = &run->gatherers[worker];
    uint32_t rows = ra_link_gather_rows(scan->blocks->comparer->table);
    uint32_t row = scan->from + number * RA_TASK_ROWS;
    uint32_t end = rows - row < RA_TASK_ROWS ? rows : row + RA_TASK_ROWS;
    ra_scan_pipe pipe;
    pipe.run = run;
    pipe.task = &run->tasks[number];
    pipe.arena = &run->arenas[worker];
    pipe.count = pipe.open_count = 0;
    ra_status status = RA_OK;
    for (; row < end && status == RA_OK; row++) {
        if (!is_chosen(scan, row)) continue;
        gather(scan, gatherer, row);
        pipe.task->compared += gatherer->count;
        for (uint32_t i = 0; i < gatherer->count && status == RA_OK; i++)
            status = take_candidate(&pipe, row, gatherer->rows[i]);
    }
    return status == RA_OK ? drain(&pipe) : status;
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
    run->bounded = scan->model != NULL && !scan->blocks->comparer->table->grouped;
    for (uint32_t i = 0; i < threads; i++)
        ra_arena_init(&run->arenas[i], scan->limit, scan->allocator);
    if (run->bounded && status == RA_OK)
        status = ra_link_bound_init(&run->bound, scan->blocks->comparer, scan->model, scan->floor,
                                    scan->crew, &run->arenas[0]);
    for (uint32_t i = 0; i < threads && status == RA_OK; i++)
        status = ra_link_gatherer_init(&run->gatherers[i], scan->blocks, &run->arenas[i]);
    if (status == RA_OK) status = ra_link_parallel(scan->crew, tasks, scan_rows, run);
    if (status == RA_OK) status = join(run, tasks, arena, out);
    for (uint32_t i = 0; i < threads; i++)
        ra_arena_free(&run->arenas[i]);
    return status;
}

/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The steps of a linkage run in their order. */
#include "dedupe/ra_link.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define RA_SAMPLE_PAIRS 400000 /* what the model is learnt from */

typedef struct ra_link_work {
    const ra_link_table *table;
    const ra_link_options *options;
    ra_link_result *out;
    ra_link_blocks blocks;
    ra_arena scratch;
} ra_link_work;

static uint32_t sample_stride(const ra_link_work *work) {
    return (uint32_t)(ra_link_block_work(&work->blocks) / 2 / RA_SAMPLE_PAIRS) + 1;
}

static ra_link_scan scan_of(const ra_link_work *work) {
    return (ra_link_scan){.blocks = &work->blocks,
                          .stride = 1,
                          .seed = work->options->seed,
                          .crew = &work->options->crew,
                          .limit = work->options->limit,
                          .allocator = work->options->allocator};
}

static ra_status learn(ra_link_work *work) {
    ra_link_scan scan = scan_of(work);
    scan.stride = sample_stride(work);
    scan.habits = work->out->habits;
    ra_link_found sample;
    ra_status status = ra_link_scan_run(&scan, &work->scratch, &sample);
    if (status != RA_OK) return status;
    ra_link_training training = {.comparer = &work->out->comparer,
                                 .pairs = sample.pairs,
                                 .count = sample.count,
                                 .share = 1.0 / scan.stride,
                                 .crew = &work->options->crew,
                                 .habits = work->out->habits,
                                 .seed = work->options->seed};
    status = ra_link_model_train(&work->out->model, &training, &work->scratch);
    if (status == RA_OK && work->out->habits != NULL)
        ra_link_habits_learn(work->out->habits, &work->out->comparer, &work->out->model);
    return status;
}

static uint32_t first_row(const ra_link_work *work) {
    uint32_t rows = ra_link_gather_rows(work->table), focus = work->options->focus;
    return focus > 0 && focus < rows ? rows - focus : 0;
}

static int by_rows(const void *left, const void *right) {
    const ra_link_pair *a = left, *b = right;
    if (a->a != b->a) return a->a < b->a ? -1 : 1;
    return (a->b > b->b) - (a->b < b->b);
}

/* A cluster lists all its pairs, those of two rows out of focus too. */
static void keep_from(ra_link_result *out, uint32_t from) {
    uint64_t kept = 0;
    for (uint64_t i = 0; i < out->count; i++)
        if (out->pairs[i].b >= from) out->pairs[kept++] = out->pairs[i];
    out->count = kept;
}

static ra_status decide(ra_link_work *work) {
    ra_link_result *out = work->out;
    ra_link_scan scan = scan_of(work);
    scan.model = &out->model;
    scan.habits = out->habits;
    if (!isnan(work->options->threshold)) {
        out->model.threshold = work->options->threshold;
        out->model.automatic = fmaxf(out->model.threshold, out->model.automatic);
    }
    scan.floor = out->model.threshold;
    scan.from = first_row(work);
    ra_link_found found;
    ra_status status = ra_link_scan_run(&scan, &out->arena, &found);
    if (status != RA_OK) return status;
    out->compared = found.compared;
    out->pairs = found.pairs;
    out->count = found.count;
    if (found.count > 0) qsort(found.pairs, found.count, sizeof *found.pairs, by_rows);
    if (work->options->scores_only) return RA_OK;
    if (work->table->linking)
        return ra_link_assign(out->pairs, &out->count, work->table, scan.floor, &work->scratch);
    ra_link_scorer scorer = {&out->comparer, &out->model, out->habits};
    status = ra_link_cluster(found.pairs, found.count, &scorer, &out->arena, &out->clusters);
    if (status == RA_OK)
        status = ra_link_cluster_pairs(&out->clusters, found.pairs, found.count, &scorer,
                                       &out->arena, &out->pairs, &out->count);
    if (status == RA_OK && scan.from > 0) keep_from(out, scan.from);
    return status;
}

static bool has_pairs(const ra_link_table *table) {
    return table->linking ? table->split > 0 && table->split < table->rows : table->rows > 1;
}

ra_status ra_link_run(const ra_link_table *table, const ra_link_options *options,
                      ra_link_result *out) {
    memset(out, 0, sizeof *out);
    ra_arena_init(&out->arena, options->limit, options->allocator);
    ra_link_work work = {.table = table, .options = options, .out = out};
    ra_arena_init(&work.scratch, options->limit, options->allocator);
    ra_status status = ra_link_comparer_init(&out->comparer, table, &out->arena);
    if (status == RA_OK)
        status = ra_link_blocks_build(&work.blocks, &out->comparer, &options->crew, options->seed,
                                      options->limit, options->allocator);
    if (status == RA_OK && has_pairs(table)) {
        if (ra_link_has_habits(&out->comparer))
            status = ra_link_habits_count(&work.blocks, &options->crew, options->allocator,
                                          &out->arena, &out->habits);
        if (status == RA_OK) status = learn(&work);
        ra_arena_reset(&work.scratch);
        if (status == RA_OK) status = decide(&work);
    }
    ra_link_blocks_free(&work.blocks);
    ra_arena_free(&work.scratch);
    return status;
}

void ra_link_result_free(ra_link_result *result) {
    ra_arena_free(&result->arena);
}

uint32_t ra_link_explain(const ra_link_result *result, uint32_t a, uint32_t b,
                         ra_link_reason reasons[RA_LINK_REASONS]) {
    const ra_link_comparer *comparer = &result->comparer;
    const ra_link_table *table = comparer->table;
    ra_link_evidence evidence = ra_link_compare(comparer, a, b);
    uint32_t count = table->column_count;
    float worth[RA_LINK_FIELDS];
    for (uint32_t c = 0; c < count; c++) {
        const ra_link_field *field = &table->profile.fields[table->columns[c]];
        float bits;
        uint32_t found = ra_link_compare_column(comparer, a, b, c, &bits);
        uint32_t level = ra_link_level(evidence.pattern, c);
        const char *name = ra_link_level_name(field->kind, found);
        bool silent = found != level;
        reasons[c] = (ra_link_reason){field->name, silent ? "another field says as much" : name,
                                      silent ? 0 : result->model.weight[c][level] + bits};
        worth[c] = reasons[c].weight;
    }
    float shared = ra_link_model_shared(&result->model, worth, 0);
    if (shared > 0)
        reasons[count++] = (ra_link_reason){"shared", "others have this in common", -shared};
    ra_link_scorer scorer = {comparer, &result->model, result->habits};
    float weight = ra_link_model_weight(&result->model, evidence.pattern, evidence.bits);
    float habit = ra_link_score(&scorer, a, b).weight - weight;
    if (habit != 0) reasons[count++] = (ra_link_reason){"habit", "done again and again", habit};
    return count;
}

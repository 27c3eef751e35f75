/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The steps of a linkage run in their order. */
#include "dedupe/ra_link.h"

#include <math.h>
#include <string.h>

#define RA_SAMPLE_PAIRS 400000 /* what the model is learnt from */

typedef struct ra_link_work {
    const ra_link_table *table;
    const ra_link_options *options;
    ra_link_result *out;
    ra_link_blocks blocks;
    ra_arena scratch;
    uint32_t threads;
} ra_link_work;

static uint32_t sample_stride(const ra_link_work *work) {
    uint64_t pairs = 0;
    uint32_t rows = ra_link_gather_rows(work->table);
    for (uint32_t row = 0; row < rows; row++)
        pairs += ra_link_block_work(&work->blocks, row);
    return (uint32_t)(pairs / 2 / RA_SAMPLE_PAIRS) + 1;
}

static ra_link_scan scan_of(const ra_link_work *work) {
    return (ra_link_scan){.blocks = &work->blocks,
                          .stride = 1,
                          .seed = work->options->seed,
                          .threads = work->threads,
                          .limit = work->options->limit,
                          .allocator = work->options->allocator};
}

static ra_status learn(ra_link_work *work) {
    ra_link_scan scan = scan_of(work);
    scan.stride = sample_stride(work);
    ra_link_found sample;
    ra_status status = ra_link_scan_run(&scan, &work->scratch, &sample);
    if (status != RA_OK) return status;
    ra_link_training training = {.comparer = &work->out->comparer,
                                 .pairs = sample.pairs,
                                 .count = sample.count,
                                 .share = 1.0 / scan.stride,
                                 .threads = work->threads,
                                 .seed = work->options->seed};
    return ra_link_model_train(&work->out->model, &training, &work->scratch);
}

static ra_status decide(ra_link_work *work) {
    ra_link_result *out = work->out;
    ra_link_scan scan = scan_of(work);
    scan.model = &out->model;
    if (!isnan(work->options->threshold)) out->model.threshold = work->options->threshold;
    scan.floor = out->model.threshold;
    ra_link_found found;
    ra_status status = ra_link_scan_run(&scan, &out->arena, &found);
    if (status != RA_OK) return status;
    out->compared = found.compared;
    out->pairs = found.pairs;
    out->count = found.count;
    if (work->options->scores_only) return RA_OK;
    if (work->table->linking)
        return ra_link_assign(out->pairs, &out->count, work->table, scan.floor, &work->scratch);
    status = ra_link_cluster(found.pairs, found.count, &out->comparer, &out->model, &out->arena,
                             &out->clusters);
    if (status == RA_OK)
        status = ra_link_cluster_pairs(&out->clusters, found.pairs, found.count, &out->comparer,
                                       &out->model, &out->arena, &out->pairs, &out->count);
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
    work.threads = options->threads ? options->threads : 1;
    ra_arena_init(&work.scratch, options->limit, options->allocator);
    ra_status status = ra_link_comparer_init(&out->comparer, table, &out->arena);
    if (status == RA_OK)
        status = ra_link_blocks_build(&work.blocks, &out->comparer, work.threads, options->seed,
                                      options->limit, options->allocator);
    if (status == RA_OK && has_pairs(table)) {
        status = learn(&work);
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
                         ra_link_reason reasons[RA_LINK_FIELDS]) {
    const ra_link_table *table = result->comparer.table;
    for (uint32_t c = 0; c < table->column_count; c++) {
        float bits;
        uint32_t level = ra_link_compare_column(&result->comparer, a, b, c, &bits);
        reasons[c] = (ra_link_reason){table->profile.fields[table->columns[c]].name, level,
                                      result->model.weight[c][level] + bits};
    }
    return table->column_count;
}

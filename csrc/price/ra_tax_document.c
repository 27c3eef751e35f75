/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Rounding and totals of a whole document (_round_base_lines_tax_details,
 * _get_tax_totals_summary). */
#include <stdlib.h>

#include "price/ra_tax_details.h"

typedef struct document {
    const ra_tax_config *config;
    ra_arena *arena;
    ra_tax_details *lines;
    size_t count;
    double *factors, *amounts; /* scratch, one item a line */
    bool moves_tax;
} document;

/* What one line has of a tax. */
typedef struct tax_share {
    ra_tax_data *data;
    size_t line;
} tax_share;

static int by_tax_then_line(const void *left, const void *right) {
    const tax_share *a = left, *b = right;
    int32_t a_id = a->data->tax->id, b_id = b->data->tax->id;
    if (a_id != b_id) return a_id < b_id ? -1 : 1;
    return (a->line > b->line) - (a->line < b->line);
}

/* One group of _round_tax_details_tax_amounts: what the lines have of one tax, in their order. */
static ra_status round_tax(document *doc, const tax_share *shares, size_t count) {
    double target = 0.0, current = 0.0;
    for (size_t i = 0; i < count; i++) {
        const ra_tax_data *data = shares[i].data;
        target += data->target_tax;
        current += data->tax_amount;
        doc->factors[i] = data->raw_tax;
    }
    double delta = ra_tax_round(doc->config, target) - current;
    if (ra_float_is_zero(delta, doc->config->currency_rounding)) return RA_OK;
    doc->moves_tax = true;
    ra_status status =
        ra_tax_distribute(doc->config, doc->arena, delta, doc->factors, count, doc->amounts);
    for (size_t i = 0; i < count && status == RA_OK; i++)
        shares[i].data->tax_amount += doc->amounts[i];
    return status;
}

/* A line has a tax once at most (ra_tax_set), so that no group is longer than the document. */
static ra_status sort_shares(const document *doc, tax_share **out, size_t *count) {
    size_t room = 0;
    for (size_t i = 0; i < doc->count; i++)
        room += doc->lines[i].count;
    tax_share *shares = ra_arena_array(doc->arena, room, sizeof *shares);
    if (shares == NULL) return RA_NO_MEMORY;
    *out = shares;
    *count = room;
    for (size_t i = 0; i < doc->count; i++) {
        for (size_t j = 0; j < doc->lines[i].count; j++)
            *shares++ = (tax_share){&doc->lines[i].taxes[j], i};
    }
    if (room > 1) qsort(*out, room, sizeof **out, by_tax_then_line);
    return RA_OK;
}

static ra_status round_taxes(document *doc) {
    tax_share *shares = NULL;
    size_t count = 0;
    ra_status status = sort_shares(doc, &shares, &count);
    for (size_t first = 0, end = 0; first < count && status == RA_OK; first = end) {
        int32_t id = shares[first].data->tax->id;
        while (end < count && shares[end].data->tax->id == id)
            end++;
        status = round_tax(doc, &shares[first], end - first);
    }
    return status;
}

static bool all_included(const document *doc) {
    for (size_t i = 0; i < doc->count; i++) {
        for (size_t j = 0; j < doc->lines[i].count; j++) {
            if (!doc->lines[i].taxes[j].tax->price_include) return false;
        }
    }
    return true;
}

static double line_target_tax(const ra_tax_details *line) {
    double total = 0.0;
    for (size_t i = 0; i < line->count; i++)
        total += line->taxes[i].target_tax;
    return total;
}

static double line_tax(const ra_tax_details *line) {
    double total = 0.0;
    for (size_t i = 0; i < line->count; i++)
        total += line->taxes[i].tax_amount;
    return total;
}

/* _round_tax_details_base_lines: prices with tax are rounded with it, others without. */
static ra_status round_bases(document *doc) {
    bool included = all_included(doc);
    double target_excluded = 0.0, target_tax = 0.0, excluded = 0.0, tax = 0.0;
    for (size_t i = 0; i < doc->count; i++) {
        const ra_tax_details *line = &doc->lines[i];
        target_excluded += line->target_total_excluded;
        target_tax += line_target_tax(line);
        excluded += line->total_excluded;
        tax += line_tax(line);
        doc->factors[i] = included ? line->raw_total_included : line->raw_total_excluded;
    }
    double target = included ? target_excluded + target_tax : target_excluded;
    if (target == 0) return RA_OK;
    double current = included ? excluded + tax : excluded;
    double delta = ra_tax_round(doc->config, target) - current;
    ra_status status =
        ra_tax_distribute(doc->config, doc->arena, delta, doc->factors, doc->count, doc->amounts);
    for (size_t i = 0; i < doc->count && status == RA_OK; i++)
        doc->lines[i].delta_total_excluded += doc->amounts[i];
    return status;
}

/* Lines with taxes and lines without are summed apart, then together in order of appearance. */
static void sum_totals(const document *doc, ra_tax_totals *out) {
    double base[2] = {0.0, 0.0}, tax = 0.0;
    for (size_t i = 0; i < doc->count; i++) {
        const ra_tax_details *line = &doc->lines[i];
        base[line->count > 0] += line->total_excluded + line->delta_total_excluded;
        if (line->count > 0) tax += line_tax(line);
    }
    bool taxed_first = doc->count > 0 && doc->lines[0].count > 0;
    double untaxed = base[taxed_first] + base[!taxed_first];
    out->amount_untaxed = ra_tax_round(doc->config, untaxed);
    out->amount_tax = ra_tax_round(doc->config, tax);
    out->amount_total = ra_tax_round(doc->config, untaxed + tax);
    out->moves_tax = doc->moves_tax;
}

static ra_status finish_line(const ra_tax_config *config, ra_arena *arena,
                             const ra_tax_details *details, ra_tax_line *line) {
    line->tax_amounts = ra_arena_array(arena, details->count, sizeof *line->tax_amounts);
    if (line->tax_amounts == NULL) return RA_NO_MEMORY;
    for (size_t i = 0; i < details->count; i++)
        line->tax_amounts[i] = details->taxes[i].tax_amount;
    line->price_subtotal = ra_tax_round(config, details->total_excluded);
    line->price_total = ra_tax_round(config, details->total_included);
    line->price_tax = line->price_total - line->price_subtotal;
    return RA_OK;
}

/* What rounding leaves open on a line alone is not part of its own amounts. */
static ra_status compute_line(const ra_tax_config *config, ra_arena *arena, ra_tax_line *line,
                              ra_tax_details *details) {
    ra_status status = ra_tax_details_compute(config, arena, line, details);
    if (status != RA_OK) return status;
    ra_tax_details_round(config, line, details);
    return finish_line(config, arena, details, line);
}

ra_status ra_tax_compute_document(const ra_tax_config *config, ra_arena *arena, ra_tax_line *lines,
                                  size_t count, ra_tax_totals *out) {
    document doc = {.config = config, .arena = arena, .count = count};
    doc.lines = ra_arena_array(arena, count, sizeof *doc.lines);
    doc.factors = ra_arena_array(arena, count, sizeof *doc.factors);
    doc.amounts = ra_arena_array(arena, count, sizeof *doc.amounts);
    if (doc.lines == NULL || doc.factors == NULL || doc.amounts == NULL) return RA_NO_MEMORY;
    for (size_t i = 0; i < count; i++) {
        ra_status status = compute_line(config, arena, &lines[i], &doc.lines[i]);
        if (status != RA_OK) return status;
    }
    ra_status status = round_taxes(&doc);
    if (status == RA_OK) status = round_bases(&doc);
    if (status == RA_OK) sum_totals(&doc, out);
    return status;
}

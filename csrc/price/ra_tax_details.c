/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* _get_tax_details without special mode: the taxes of one line, unrounded or rounded per line. */
#include "price/ra_tax_details.h"

typedef struct computation {
    const ra_tax_config *config;
    ra_tax_details *details;
    double price_unit, quantity, raw_base;
} computation;

/* _batch_for_taxes_computation: a batch is a run of neighbours, found from the last one back. */
static void find_batches(ra_tax_details *details) {
    ra_tax_data *taxes = details->taxes;
    size_t last = details->count; /* index of the batch's last tax, its batch[0] in Odoo */
    bool is_base_affected = false;
    for (size_t i = details->count; i-- > 0;) {
        const ra_tax *tax = taxes[i].tax;
        const ra_tax *head = last < details->count ? taxes[last].tax : NULL;
        bool same = head != NULL && tax->kind == head->kind &&
                    tax->price_include == head->price_include &&
                    tax->include_base_amount == head->include_base_amount &&
                    (!tax->include_base_amount || !is_base_affected);
        if (!same) last = i;
        taxes[i].batch_last = last;
        is_base_affected = tax->is_base_affected;
    }
    for (size_t i = 0; i < details->count; i++) {
        bool joined = i > 0 && taxes[i - 1].batch_last == taxes[i].batch_last;
        taxes[i].batch_first = joined ? taxes[i - 1].batch_first : i;
    }
}

static void add_extra_base(computation *in, size_t other, double amount) {
    ra_tax_data *data = &in->details->taxes[other];
    if (!data->computed) data->extra_base_for_tax += amount;
    data->extra_base_for_base += amount;
}

/* _propagate_extra_taxes_base */
static void propagate(computation *in, size_t index) {
    const ra_tax_data *data = &in->details->taxes[index];
    const ra_tax *tax = data->tax;
    double amount = data->raw_tax;
    for (size_t i = in->details->count; i-- > data->batch_last + 1;) {
        bool affected = in->details->taxes[i].tax->is_base_affected;
        if (tax->price_include) {
            if (!tax->include_base_amount || !affected) add_extra_base(in, i, -amount);
        } else if (tax->include_base_amount && affected) {
            add_extra_base(in, i, amount);
        }
    }
    if (!tax->price_include) return;
    for (size_t i = 0; i < data->batch_first; i++)
        add_extra_base(in, i, -amount);
}

static void set_amount(computation *in, size_t index, double amount) {
    ra_tax_data *data = &in->details->taxes[index];
    data->raw_tax = in->config->round_globally ? amount : ra_tax_round(in->config, amount);
    data->computed = true;
    propagate(in, index);
}

static double batch_percentage(const computation *in, const ra_tax_data *data) {
    ra_sum sum = {.compensated = in->config->compensated_sum};
    for (size_t i = data->batch_last + 1; i-- > data->batch_first;)
        ra_sum_add(&sum, in->details->taxes[i].tax->amount);
    return ra_sum_total(&sum) / 100.0;
}

static double included_amount(const computation *in, const ra_tax_data *data) {
    double base = in->raw_base + data->extra_base_for_tax;
    if (data->tax->kind == RA_TAX_DIVISION) return base * data->tax->amount / 100.0;
    double total = batch_percentage(in, data);
    double factor = total != -1 ? 1 / (1 + total) : 0.0;
    return base * factor * data->tax->amount / 100.0;
}

static double excluded_amount(const computation *in, const ra_tax_data *data) {
    double base = in->raw_base + data->extra_base_for_tax;
    if (data->tax->kind == RA_TAX_PERCENT) return base * data->tax->amount / 100.0;
    double total = batch_percentage(in, data);
    double multiplicator = total == 1.0 ? 1.0 : 1 - total;
    return base * data->tax->amount / 100.0 / multiplicator;
}

/* Fixed taxes first, then the included ones from the last, then the excluded ones from the first.
 */
static void compute_taxes(computation *in) {
    ra_tax_data *taxes = in->details->taxes;
    double sign = in->price_unit < 0.0 ? -1 : 1;
    for (size_t i = in->details->count; i-- > 0;) {
        if (taxes[i].tax->kind != RA_TAX_FIXED) continue;
        set_amount(in, i, sign * in->quantity * taxes[i].tax->amount);
    }
    for (size_t i = in->details->count; i-- > 0;) {
        if (taxes[i].computed || !taxes[i].tax->price_include) continue;
        set_amount(in, i, included_amount(in, &taxes[i]));
    }
    for (size_t i = 0; i < in->details->count; i++) {
        if (!taxes[i].computed) set_amount(in, i, excluded_amount(in, &taxes[i]));
    }
}

static void compute_bases(computation *in) {
    ra_tax_data *taxes = in->details->taxes;
    for (size_t i = 0; i < in->details->count; i++) {
        taxes[i].raw_base = in->raw_base + taxes[i].extra_base_for_base;
        if (!taxes[i].tax->price_include) continue;
        ra_sum sum = {.compensated = in->config->compensated_sum};
        for (size_t j = taxes[i].batch_last + 1; j-- > taxes[i].batch_first;)
            ra_sum_add(&sum, taxes[j].raw_tax);
        taxes[i].raw_base -= ra_sum_total(&sum);
    }
}

static void compute_totals(computation *in) {
    ra_tax_details *details = in->details;
    details->raw_total_excluded = details->raw_total_included = in->raw_base;
    if (details->count == 0) return;
    ra_sum sum = {.compensated = in->config->compensated_sum};
    for (size_t i = 0; i < details->count; i++)
        ra_sum_add(&sum, details->taxes[i].raw_tax);
    details->raw_total_excluded = details->taxes[0].raw_base;
    details->raw_total_included = details->raw_total_excluded + ra_sum_total(&sum);
}

ra_status ra_tax_details_compute(const ra_tax_config *config, ra_arena *arena,
                                 const ra_tax_line *line, ra_tax_details *out) {
    *out = (ra_tax_details){.count = line->set->count};
    out->taxes = ra_arena_array(arena, out->count, sizeof *out->taxes);
    if (out->taxes == NULL) return RA_NO_MEMORY;
    for (size_t i = 0; i < out->count; i++)
        out->taxes[i].tax = line->set->taxes[i];
    find_batches(out);
    double price = line->price_unit * (1 - (line->discount / 100.0));
    double raw_base = line->quantity * price;
    computation in = {.config = config,
                      .details = out,
                      .price_unit = price,
                      .quantity = line->quantity,
                      .raw_base =
                          config->round_globally ? raw_base : ra_tax_round(config, raw_base)};
    compute_taxes(&in);
    compute_bases(&in);
    compute_totals(&in);
    return RA_OK;
}

void ra_tax_details_round(const ra_tax_config *config, const ra_tax_line *line,
                          ra_tax_details *details) {
    details->delta_total_excluded = 0.0;
    details->target_total_excluded = details->raw_total_excluded;
    details->total_excluded = ra_tax_round(config, details->raw_total_excluded);
    if (line->imposed) {
        details->target_total_excluded = line->manual_total_excluded;
        details->total_excluded = line->manual_total_excluded;
    }
    details->total_included = details->total_excluded;
    for (size_t i = 0; i < details->count; i++) {
        ra_tax_data *data = &details->taxes[i];
        data->target_tax = line->imposed ? line->manual_tax[i] : data->raw_tax;
        data->tax_amount = ra_tax_round(config, data->target_tax);
        details->total_included += data->tax_amount;
    }
}

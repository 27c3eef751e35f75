/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The price a person would have typed: short where it multiplies back, with a discount where the
 * percentage gives the very amount. */
#include "price/ra_round.h"
#include "price/ra_sale_work.h"

#define EXTRA_PRICE_DIGITS 6 /* of a short price beyond the currency's */
#define PRICE_LIMIT INT64_C(1000000000000000000)

static ra_decimal trim(ra_decimal value) {
    while (value.scale > 0 && value.coefficient % 10 == 0) {
        value.coefficient /= 10;
        value.scale--;
    }
    return value;
}

/* Included taxes are part of the price; a group counts when all of its taxes are. */
static bool is_included(const ra_tax_set *set, size_t linked) {
    bool any = false;
    for (size_t i = 0; i < set->count; i++) {
        if (set->owners[i] != linked) continue;
        if (!set->taxes[i]->price_include) return false;
        any = true;
    }
    return any;
}

static bool has_included(const ra_tax_set *set) {
    for (size_t i = 0; i < set->linked_count; i++) {
        if (is_included(set, i)) return true;
    }
    return false;
}

static int64_t gross_amount(const ra_tax_set *set, const ra_sale_item *item) {
    int64_t gross = item->base;
    for (size_t i = 0; i < set->linked_count; i++) {
        if (is_included(set, i)) gross += item->linked[i];
    }
    return gross;
}

/* Odoo rounds quantities to a precision, which cuts decimals, and moves numbers of many digits. */
static bool is_kept(const ra_sale_work *work, ra_decimal quantity) {
    int digits = work->config->quantity_digits;
    double value = ra_decimal_to_double(quantity);
    return quantity.scale <= digits && ra_float_round_digits(value, digits) == value;
}

static ra_decimal usable_quantity(const ra_sale_work *work, const ra_sale_line *line,
                                  const ra_sale_item *item) {
    const ra_decimal one = {1, 0};
    ra_decimal quantity = trim(line->quantity);
    if (!is_kept(work, quantity)) return one;
    if (quantity.coefficient != 0) return quantity;
    bool any = item->base != 0 || line->subtotal.coefficient != 0;
    for (size_t i = 0; i < line->set->linked_count; i++)
        any = any || item->linked[i] != 0;
    return any ? one : quantity;
}

/* amount / quantity: the shortest decimal that is exact, else the nearest double. */
static double unit_price(const ra_sale_work *work, int64_t amount, ra_decimal quantity) {
    if (quantity.coefficient == 0) return 0.0;
    ra_wide numerator = amount;
    for (int i = 0; i < quantity.scale; i++)
        numerator *= 10;
    for (int extra = 0; extra <= EXTRA_PRICE_DIGITS; extra++, numerator *= 10) {
        if (numerator % quantity.coefficient != 0) continue;
        ra_wide price = numerator / quantity.coefficient;
        if (price >= PRICE_LIMIT || price <= -PRICE_LIMIT) break;
        int scale = work->config->tax.currency_digits + extra;
        return ra_decimal_to_double((ra_decimal){(int64_t)price, (uint8_t)scale});
    }
    return ra_units_to_double(work, amount) / ra_decimal_to_double(quantity);
}

/* What is left of `amount` after `off` parts of `whole` are taken off, rounded to the currency. */
static ra_wide discounted(const ra_sale_work *work, int64_t amount, int64_t off, int64_t whole) {
    ra_wide left = (ra_wide)amount * (whole - off);
    return ra_divide_rounded(left, (ra_wide)whole * work->step) * work->step;
}

/* The amount before the discount, with included taxes; false: the percentage does not give the
 * line's amount. */
static bool list_amount(const ra_sale_work *work, const ra_tax_set *set, const ra_sale_item *item,
                        int64_t subtotal, int64_t off, int64_t whole, int64_t *out) {
    int64_t gross = gross_amount(set, item);
    if (off <= 0 || off > whole || discounted(work, subtotal, off, whole) != item->base) {
        return false;
    }
    if (!has_included(set)) {
        *out = subtotal;
        return true;
    }
    if (off == whole) return false; /* nothing tells what tax the full price held */
    ra_wide list = ra_divide_rounded((ra_wide)gross * whole, (ra_wide)(whole - off) * work->step);
    list *= work->step;
    if (list > INT64_MAX / 2 || list < -(INT64_MAX / 2)) return false;
    *out = (int64_t)list;
    return discounted(work, *out, off, whole) == gross;
}

static ra_status quote_discount(const ra_sale_work *work, const ra_sale_line *line,
                                ra_decimal quantity, ra_sale_item *item) {
    item->has_discount = false;
    if (!work->config->show_discount) return RA_OK;
    int64_t subtotal;
    ra_status status = ra_units_from(work, line->subtotal, &subtotal);
    if (status != RA_OK || subtotal == 0 || subtotal == item->base) return status;
    int digits = work->config->discount_digits;
    int64_t whole = 100;
    for (int i = 0; i < digits; i++)
        whole *= 10;
    ra_wide off = ra_divide_rounded((ra_wide)(subtotal - item->base) * whole, subtotal);
    int64_t list;
    if (off > whole || off <= 0 ||
        !list_amount(work, line->set, item, subtotal, (int64_t)off, whole, &list)) {
        return RA_OK;
    }
    item->has_discount = true;
    item->discounted.price = unit_price(work, list, quantity);
    item->discounted.discount = ra_decimal_to_double((ra_decimal){(int64_t)off, (uint8_t)digits});
    return RA_OK;
}

ra_status ra_quote_line(const ra_sale_work *work, size_t index) {
    ra_sale_line *line = &work->lines[index];
    ra_sale_item *item = &work->items[index];
    ra_decimal quantity = usable_quantity(work, line, item);
    line->quantity_out = ra_decimal_to_double(quantity);
    item->net.price = unit_price(work, gross_amount(line->set, item), quantity);
    item->net.discount = 0.0;
    return quote_discount(work, line, quantity, item);
}

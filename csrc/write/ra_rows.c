/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Encoding of plans as table rows; see ra_rows.h. */
#include "write/ra_rows.h"

#include <assert.h>
#include <string.h>

#define LINE_SEQUENCE 10

int ra_column_kind_from_name(ra_str name) {
    static const struct {
        const char *name;
        ra_column_kind kind;
    } kinds[] = {
#define RA_COLUMN_ROW(code, text) {text, code},
        RA_COLUMN_TABLE(RA_COLUMN_ROW)
#undef RA_COLUMN_ROW
    };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (strlen(kinds[i].name) == name.len && memcmp(kinds[i].name, name.ptr, name.len) == 0) {
            return (int)kinds[i].kind;
        }
    }
    return -1;
}

bool ra_rows_native(const ra_plan *plan, uint32_t wave) {
    return plan->wave == wave && plan->outcome == RA_OUTCOME_CREATE && plan->lane == RA_LANE_NATIVE;
}

void ra_rows_count(const ra_chunk *chunk, uint32_t wave, size_t *orders, size_t *lines) {
    *orders = *lines = 0;
    for (size_t i = 0; i < chunk->count; i++) {
        if (!ra_rows_native(&chunk->plans[i], wave)) continue;
        *orders += 1;
        *lines += chunk->plans[i].line_count;
    }
}

static void put_field(ra_buffer *out, ra_field field) {
    if (field.ptr == NULL) {
        ra_copy_null(out);
    } else {
        ra_copy_text(out, (ra_str){field.ptr, (size_t)field.len});
    }
}

/* Odoo stores an empty Char as NULL. */
static void put_char(ra_buffer *out, ra_str text) {
    if (text.len == 0) {
        ra_copy_null(out);
    } else {
        ra_copy_text(out, text);
    }
}

static int32_t partner(const ra_write_context *context, int32_t party) {
    return RA_ITEM(context->catalog->party_items, ra_party, party).partner_id;
}

static void put_origin(const ra_write_context *context, const ra_plan *plan, ra_buffer *out) {
    ra_str prefix = context->plan->origin_prefix, number = plan->order.number;
    if (prefix.len == 0 || number.len == 0) {
        put_char(out, prefix.len == 0 ? number : prefix);
        return;
    }
    size_t size = prefix.len + number.len;
    if (prefix.len > INT32_MAX || number.len > INT32_MAX || size > INT32_MAX) {
        out->failed = true;
        return;
    }
    /* A field of two parts: its length, most significant byte first, and both texts. */
    char length[4];
    for (int i = 0; i < 4; i++) {
        length[i] = (char)(size >> (24 - 8 * i) & 0xFF);
    }
    ra_buffer_append(out, length, sizeof length);
    ra_buffer_append(out, prefix.ptr, prefix.len);
    ra_buffer_append(out, number.ptr, number.len);
}

/* Odoo drops the fraction, which before 1970 means away from zero. */
static int64_t whole_seconds(int64_t unix_us) {
    int64_t fraction = unix_us % 1000000;
    return unix_us - (fraction < 0 ? fraction + 1000000 : fraction);
}

/* Values an order and its lines' related columns share. */
static bool put_order_value(const ra_write_context *context, const ra_plan *plan,
                            ra_column_kind kind, ra_buffer *out) {
    switch (kind) {
    case RA_COL_NULL:
        ra_copy_null(out);
        return true;
    case RA_COL_NOW:
        ra_copy_timestamp(out, context->now_us);
        return true;
    case RA_COL_CURRENCY:
        ra_copy_int4(out,
                     RA_ITEM(context->catalog->currency_items, ra_currency, plan->currency).id);
        return true;
    case RA_COL_PARTNER:
        ra_copy_int4(out, partner(context, plan->customer));
        return true;
    case RA_COL_PARTNER_INVOICE:
        ra_copy_int4(out, partner(context, plan->invoice));
        return true;
    case RA_COL_PARTNER_SHIPPING:
        ra_copy_int4(out, partner(context, plan->delivery));
        return true;
    default:
        return false;
    }
}

static void put_order_column(const ra_write_context *context, const ra_plan *plan,
                             ra_column_kind kind, ra_field class_field, ra_buffer *out) {
    if (put_order_value(context, plan, kind, out)) return;
    switch (kind) {
    case RA_COL_CLASS:
        put_field(out, class_field);
        break;
    case RA_COL_ID:
        ra_copy_int4(out, plan->order_id);
        break;
    case RA_COL_ORDER_NAME:
        ra_copy_text(out, plan->order_name);
        break;
    case RA_COL_DATE_ORDER:
        ra_copy_timestamp(out, whole_seconds(plan->order.created_at));
        break;
    case RA_COL_CURRENCY_RATE:
        ra_copy_numeric_double(out, plan->rate);
        break;
    case RA_COL_AMOUNT_UNTAXED:
        ra_copy_numeric_double(out, plan->totals.amount_untaxed);
        break;
    case RA_COL_AMOUNT_TAX:
        ra_copy_numeric_double(out, plan->totals.amount_tax);
        break;
    case RA_COL_AMOUNT_TOTAL:
        ra_copy_numeric_double(out, plan->totals.amount_total);
        break;
    case RA_COL_CLIENT_REF:
        put_char(out, plan->order.number);
        break;
    case RA_COL_ORIGIN:
        put_origin(context, plan, out);
        break;
    case RA_COL_REFERENCE:
        put_char(out, plan->order.transaction_ref);
        break;
    default:
        assert(!"a line's column in an order's plan");
    }
}

void ra_rows_order(const ra_write_context *context, const ra_plan *plan, ra_buffer *out) {
    const ra_column_plan *columns = context->plan;
    const ra_field *fields = RA_ITEM(columns->order_classes, const ra_field *, plan->header_class);
    ra_copy_tuple(out, columns->order_count);
    for (int16_t i = 0; i < columns->order_count; i++) {
        put_order_column(context, plan, columns->order_columns[i].kind, fields[i], out);
    }
}

/* One line: what its columns need. */
typedef struct ra_line_row {
    const ra_plan *plan;
    const ra_plan_line *line;
    const ra_sale_line *price;
    const ra_product *product;
    const ra_field *header_fields;
    int32_t id;
} ra_line_row;

/* What pricing found for the line; false for a column that is none of it. */
static bool put_price_column(const ra_sale_line *price, ra_column_kind kind, ra_buffer *out) {
    switch (kind) {
    case RA_COL_QUANTITY:
        ra_copy_numeric_double(out, price->quantity_out);
        return true;
    case RA_COL_PRICE_UNIT:
        ra_copy_numeric_double(out, price->price_unit);
        return true;
    case RA_COL_TECHNICAL_PRICE:
        ra_copy_float8(out, price->price_unit);
        return true;
    case RA_COL_DISCOUNT:
        ra_copy_numeric_double(out, price->discount);
        return true;
    case RA_COL_SUBTOTAL:
        ra_copy_numeric_double(out, price->price_subtotal);
        return true;
    case RA_COL_TOTAL:
        ra_copy_numeric_double(out, price->price_total);
        return true;
    case RA_COL_TAX:
        ra_copy_float8(out, price->price_tax);
        return true;
    case RA_COL_REDUCE_EXCL:
        ra_copy_numeric_double(out, price->price_reduce_taxexcl);
        return true;
    case RA_COL_REDUCE_INCL:
        ra_copy_numeric_double(out, price->price_reduce_taxinc);
        return true;
    case RA_COL_EXTRA_TAX:
        if (price->extra_tax_data.len == 0) {
            ra_copy_null(out);
        } else {
            ra_copy_jsonb(out, price->extra_tax_data);
        }
        return true;
    default:
        return false;
    }
}

static void put_line_column(const ra_write_context *context, const ra_line_row *row,
                            const ra_column *column, ra_field class_field, ra_buffer *out) {
    if (put_price_column(row->price, column->kind, out)) return;
    switch (column->kind) {
    case RA_COL_CLASS:
        put_field(out, class_field);
        break;
    case RA_COL_HEADER:
        put_order_column(context, row->plan,
                         context->plan->order_columns[column->header_index].kind,
                         row->header_fields[column->header_index], out);
        break;
    case RA_COL_ID:
        ra_copy_int4(out, row->id);
        break;
    case RA_COL_ORDER_ID:
        ra_copy_int4(out, row->plan->order_id);
        break;
    case RA_COL_SEQUENCE:
        ra_copy_int4(out, LINE_SEQUENCE);
        break;
    case RA_COL_PRODUCT:
        ra_copy_int4(out, row->product->product_id);
        break;
    case RA_COL_UOM:
        ra_copy_int4(out, row->product->uom_id);
        break;
    case RA_COL_LINE_NAME:
        ra_copy_text(out, row->line->name);
        break;
    default:
        put_order_column(context, row->plan, column->kind, class_field, out);
    }
}

void ra_rows_lines(const ra_write_context *context, const ra_plan *plan, const int32_t *line_ids,
                   ra_buffer *lines, ra_buffer *taxes) {
    const ra_column_plan *columns = context->plan;
    for (size_t i = 0; i < plan->line_count; i++) {
        ra_line_row row = {
            .plan = plan,
            .line = &plan->lines[i],
            .price = &plan->prices[i],
            .product = &RA_ITEM(context->catalog->products, ra_product, plan->lines[i].product),
            .header_fields = RA_ITEM(columns->order_classes, const ra_field *, plan->header_class),
            .id = line_ids[i],
        };
        const ra_field *fields =
            RA_ITEM(columns->line_classes, const ra_field *, row.product->line_class);
        ra_copy_tuple(lines, columns->line_count);
        for (int16_t c = 0; c < columns->line_count; c++) {
            put_line_column(context, &row, &columns->line_columns[c], fields[c], lines);
        }
        for (size_t t = 0; t < row.price->set->linked_count; t++) {
            ra_copy_tuple(taxes, 2);
            ra_copy_int4(taxes, row.price->set->linked_ids[t]);
            ra_copy_int4(taxes, row.id);
        }
    }
}

/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Ledger rows and result lines; see ra_ledger.h. */
#include "write/ra_ledger.h"

#include "canonical/ra_pack.h"

#include <stdio.h>
#include <string.h>

const char ra_ledger_columns[] =
    "id, channel_id, company_id, import_id, kind, source_ref, source_number, source_status, "
    "identity_key, content_hash, content_key, near_key, source_created, source_modified, "
    "recorded_at, outcome, lane, reason, message, source_row, source_offset, order_id, "
    "amount_total, currency_id, payload";

#define LEDGER_COLUMNS 25

const char *ra_outcome_name(ra_outcome outcome) {
    switch (outcome) {
    case RA_OUTCOME_CREATE:
        return "created";
    case RA_OUTCOME_UPDATE:
        return "updated";
    case RA_OUTCOME_UNCHANGED:
        return "unchanged";
    case RA_OUTCOME_SKIPPED:
        return "skipped";
    case RA_OUTCOME_REJECTED:
        return "rejected";
    case RA_OUTCOME_REVIEW:
        return "review";
    case RA_OUTCOME_PENDING:
        break;
    }
    return "pending";
}

const char *ra_lane_name(ra_lane lane) {
    return lane == RA_LANE_NATIVE ? "native" : lane == RA_LANE_ORM ? "orm" : "";
}

bool ra_ledger_is_new(const ra_plan *plan) {
    return !plan->known.found && plan->outcome != RA_OUTCOME_UNCHANGED &&
           plan->outcome != RA_OUTCOME_PENDING;
}

ra_status ra_ledger_payload(ra_chunk *chunk, ra_plan *plan) {
    if (plan->payload.len > 0) return RA_OK;
    if (plan->order.error.code != RA_OK) {
        plan->payload = plan->order.raw;
        return RA_OK;
    }
    return ra_order_pack(&plan->order, &chunk->arena, &plan->payload);
}

static ra_str text_of(const char *text) {
    return (ra_str){text, strlen(text)};
}

static void put_text_or_null(ra_buffer *out, ra_str text) {
    if (text.len == 0) {
        ra_copy_null(out);
    } else {
        ra_copy_text(out, text);
    }
}

static void put_id_or_null(ra_buffer *out, int32_t id) {
    if (id == 0) {
        ra_copy_null(out);
    } else {
        ra_copy_int4(out, id);
    }
}

static void put_key(ra_buffer *out, ra_key key) {
    char hex[RA_KEY_HEX];
    ra_key_to_hex(key, hex);
    ra_copy_text(out, (ra_str){hex, RA_KEY_HEX - 1});
}

static void put_key_or_null(ra_buffer *out, bool present, ra_key key) {
    if (present) {
        put_key(out, key);
    } else {
        ra_copy_null(out);
    }
}

static void put_time_or_null(ra_buffer *out, int64_t unix_us) {
    if (unix_us == RA_NO_TIME) {
        ra_copy_null(out);
    } else {
        ra_copy_timestamp(out, unix_us);
    }
}

/* Why, in words: "<meaning>: <field> <detail>". Bounded, so a hostile text cannot bloat it. */
static void put_message(ra_buffer *out, const ra_plan *plan) {
    char text[512];
    if (plan->outcome == RA_OUTCOME_CREATE || plan->outcome == RA_OUTCOME_UPDATE) {
        ra_copy_null(out);
        return;
    }
    size_t limit = plan->detail.len < 200 ? plan->detail.len : 200;
    while (limit > 0 && limit < plan->detail.len && (plan->detail.ptr[limit] & 0xC0) == 0x80) {
        limit--;
    }
    int length = snprintf(text, sizeof text, "%s%s%s%s%.*s",
                          plan->reason == RA_OK ? "" : ra_status_text(plan->reason),
                          plan->reason != RA_OK && plan->field != NULL ? " – " : "",
                          plan->field != NULL ? plan->field : "", limit > 0 ? ": " : "", (int)limit,
                          limit > 0 ? plan->detail.ptr : "");
    ra_copy_text(out, (ra_str){text, length > 0 ? (size_t)length : 0});
}

static void put_source(const ra_plan *plan, ra_buffer *out) {
    ra_copy_text(out, RA_STR("order"));
    put_text_or_null(out, plan->order.source_ref);
    put_text_or_null(out, plan->order.number);
    put_text_or_null(out, plan->order.status);
    put_key(out, plan->identity);
    put_key(out, plan->content);
    put_key_or_null(out, plan->twins.has_content, plan->twins.content);
    put_key_or_null(out, plan->twins.has_near, plan->twins.near);
}

void ra_ledger_row(const ra_ledger_context *context, const ra_plan *plan, int32_t id,
                   ra_buffer *out) {
    bool readable = plan->order.error.code == RA_OK;
    ra_copy_tuple(out, LEDGER_COLUMNS);
    ra_copy_int4(out, id);
    ra_copy_int4(out, context->channel_id);
    ra_copy_int4(out, context->company_id);
    put_id_or_null(out, context->import_id);
    put_source(plan, out);
    int64_t created_at =
        plan->order.created_at == RA_NO_TIME ? context->now_us : plan->order.created_at;
    put_time_or_null(out, readable ? created_at : RA_NO_TIME);
    put_time_or_null(out, readable ? plan->order.modified_at : RA_NO_TIME);
    ra_copy_timestamp(out, context->now_us);
    ra_copy_text(out, text_of(ra_outcome_name(plan->outcome)));
    put_text_or_null(out, text_of(ra_lane_name(plan->lane)));
    put_text_or_null(out, plan->reason == RA_OK ? (ra_str){NULL, 0}
                                                : text_of(ra_status_name(plan->reason)));
    put_message(out, plan);
    ra_copy_int4(out, plan->order.row > INT32_MAX ? INT32_MAX : (int32_t)plan->order.row);
    ra_copy_numeric(out, (ra_decimal){(int64_t)plan->order.offset, 0});
    put_id_or_null(out, plan->order_id);
    if (readable) {
        ra_copy_numeric(out, plan->order.total);
    } else {
        ra_copy_null(out);
    }
    int32_t currency = readable
                           ? ra_text_table_get(&context->catalog->currencies, plan->order.currency)
                           : RA_NOT_FOUND;
    put_id_or_null(out, currency == RA_NOT_FOUND
                            ? 0
                            : RA_ITEM(context->catalog->currency_items, ra_currency, currency).id);
    put_text_or_null(out, plan->payload);
}

static void append_cell(ra_buffer *out, ra_str text) {
    bool formula = text.len > 0 && memchr("=+-@\t\r\n", text.ptr[0], 7) != NULL;
    ra_buffer_append(out, "\"", 1);
    if (formula) ra_buffer_append(out, "'", 1);
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '"') ra_buffer_append(out, "\"", 1);
        ra_buffer_append(out, &text.ptr[i], 1);
    }
    ra_buffer_append(out, "\"", 1);
}

/* Of a record that could not be read the place counts, of another one what is missing or wrong. */
static ra_str detail_cell(const ra_plan *plan, char *text, size_t size) {
    if (plan->order.error.code == RA_OK || plan->field == NULL) return plan->detail;
    int length = snprintf(text, size, "%s%s%.*s", plan->field, plan->detail.len > 0 ? ": " : "",
                          plan->detail.len < 200 ? (int)plan->detail.len : 200,
                          plan->detail.len > 0 ? plan->detail.ptr : "");
    return (ra_str){text, length > 0 ? (size_t)length : 0};
}

void ra_result_line(const ra_plan *plan, ra_buffer *out) {
    char row[24], detail[320];
    int length = snprintf(row, sizeof row, "%llu", (unsigned long long)plan->order.row);
    ra_buffer_append(out, row, (size_t)length);
    ra_str cells[] = {
        plan->order.source_ref,
        plan->order.number,
        text_of(ra_outcome_name(plan->outcome)),
        text_of(ra_lane_name(plan->lane)),
        text_of(plan->reason == RA_OK ? "" : ra_status_name(plan->reason)),
        detail_cell(plan, detail, sizeof detail),
        plan->order_name,
    };
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++) {
        ra_buffer_append(out, ",", 1);
        append_cell(out, cells[i]);
    }
    ra_buffer_append(out, "\r\n", 2);
}

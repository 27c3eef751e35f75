/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* From the shop's references to Odoo ids: one pass over the pending plans of a wave. */
#include "resolve/ra_chunk.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <string.h>

#define LINE_TAX_IDS_MAX 32u
#define US_PER_DAY INT64_C(86400000000)

/* What a pass over one plan found: everything, something to ask for, or its end. */
typedef struct ra_pass {
    ra_chunk *chunk;
    ra_catalog *catalog;
    uint32_t index;
    ra_plan *plan;
    bool waiting;
    ra_status failure; /* RA_NO_MEMORY ends the pass */
} ra_pass;

static ra_key need_key(ra_need_kind kind, ra_str text, const void *more, size_t size) {
    XXH3_state_t state;
    XXH3_128bits_reset(&state);
    XXH3_128bits_update(&state, &kind, sizeof kind);
    if (size > 0) XXH3_128bits_update(&state, more, size);
    if (text.len > 0) XXH3_128bits_update(&state, text.ptr, text.len);
    XXH128_hash_t hash = XXH3_128bits_digest(&state);
    return (ra_key){hash.high64, hash.low64};
}

/* Ask for something once; the plan waits in any case. */
static void ask(ra_pass *pass, ra_need need, ra_key key) {
    pass->waiting = true;
    /* A failure stays: a plan that waits for something nobody was asked for would be lost. */
    if (pass->failure != RA_OK) return;
    if (ra_key_table_get(&pass->chunk->asked, key) != RA_NOT_FOUND) return;
    need.plan = pass->index;
    pass->failure = ra_vector_push(&pass->chunk->needs, pass->chunk->allocator, &need);
    if (pass->failure == RA_OK) pass->failure = ra_key_table_put(&pass->chunk->asked, key, 0);
}

static void reject(ra_pass *pass, ra_status reason, const char *field, ra_str detail) {
    pass->plan->outcome = RA_OUTCOME_REJECTED;
    pass->plan->reason = reason;
    pass->plan->field = field;
    pass->plan->detail = detail;
}

/* A record that could not be read; a message that only repeats the reason says nothing more. */
static void reject_unreadable(ra_pass *pass) {
    const ra_error *error = &pass->plan->order.error;
    const char *message = error->message;
    if (message == NULL || strcmp(message, ra_status_text(error->code)) == 0) message = "";
    reject(pass, error->code, error->field, (ra_str){message, strlen(message)});
}

/* A version that the ledger already covers ends here; true when the plan is settled. */
static bool settled_by_ledger(ra_plan *plan) {
    if (!plan->known.found) return false;
    if (plan->known.modified_at != RA_NO_TIME && plan->order.modified_at != RA_NO_TIME &&
        plan->order.modified_at < plan->known.modified_at) {
        plan->outcome = RA_OUTCOME_UNCHANGED;
        plan->detail = RA_STR("older_version");
        return true;
    }
    if (plan->known.settled && ra_key_equal(plan->content, plan->known.content)) {
        plan->outcome = RA_OUTCOME_UNCHANGED;
        plan->detail = RA_STR("same_version");
        return true;
    }
    return false;
}

/* The status rule of the channel; true when it ends the plan. */
static bool settled_by_status(ra_pass *pass) {
    ra_plan *plan = pass->plan;
    int32_t action = ra_text_table_get(&pass->catalog->statuses, plan->order.status);
    if (action == RA_NOT_FOUND) action = pass->catalog->default_action;
    if (action == RA_NOT_FOUND) {
        reject(pass, RA_UNKNOWN_STATUS, "status", plan->order.status);
        return true;
    }
    plan->action = (ra_action)action;
    if (plan->action == RA_ACTION_REJECT) {
        reject(pass, RA_STATUS_REFUSED, "status", plan->order.status);
        return true;
    }
    if (plan->action == RA_ACTION_SKIP && plan->known.order_id == 0) {
        plan->outcome = RA_OUTCOME_SKIPPED;
        plan->field = "status";
        plan->detail = plan->order.status;
        return true;
    }
    return false;
}

static void resolve_currency(ra_pass *pass) {
    ra_plan *plan = pass->plan;
    ra_catalog *catalog = pass->catalog;
    plan->currency = ra_text_table_get(&catalog->currencies, plan->order.currency);
    if (plan->currency == RA_NOT_FOUND) {
        ask(pass, (ra_need){.kind = RA_NEED_CURRENCY, .text = plan->order.currency},
            need_key(RA_NEED_CURRENCY, plan->order.currency, NULL, 0));
        return;
    }
    if (RA_ITEM(catalog->currency_items, ra_currency, plan->currency).id == 0) {
        reject(pass, RA_UNKNOWN_CURRENCY, "currency", plan->order.currency);
        return;
    }
    if (plan->currency == catalog->company_currency) {
        plan->rate = 1.0;
        return;
    }
    int64_t since = plan->order.created_at;
    int32_t day = (int32_t)(since / US_PER_DAY - (since % US_PER_DAY < 0));
    if (!ra_catalog_currency_rate(catalog, plan->currency, day, &plan->rate)) {
        int32_t parts[2] = {plan->currency, day};
        ask(pass, (ra_need){.kind = RA_NEED_CURRENCY_RATE, .index = plan->currency, .line = day},
            need_key(RA_NEED_CURRENCY_RATE, (ra_str){NULL, 0}, parts, sizeof parts));
    }
}

static int32_t resolve_party(ra_pass *pass, ra_key key, ra_role role) {
    int32_t party = ra_key_table_get(&pass->catalog->parties, key);
    if (party == RA_NOT_FOUND) {
        ask(pass, (ra_need){.kind = RA_NEED_PARTY, .role = role, .key = key}, key);
        return RA_NOT_FOUND;
    }
    int32_t partner_id = RA_ITEM(pass->catalog->party_items, ra_party, party).partner_id;
    if (partner_id <= 0) {
        reject(pass, partner_id == 0 ? RA_UNKNOWN_CUSTOMER : RA_FOREIGN_CUSTOMER, "customer_id",
               pass->plan->order.customer_ref);
    }
    return party;
}

static void resolve_parties(ra_pass *pass) {
    ra_plan *plan = pass->plan;
    plan->customer = resolve_party(pass, plan->parties.customer, RA_ROLE_CUSTOMER);
    plan->invoice = resolve_party(pass, plan->parties.invoice, RA_ROLE_INVOICE);
    plan->delivery = resolve_party(pass, plan->parties.delivery, RA_ROLE_DELIVERY);
}

static int32_t lookup(const ra_catalog *catalog, ra_ref_space space, ra_str ref) {
    return ref.len == 0 ? RA_NOT_FOUND : ra_text_table_get(&catalog->refs[space], ref);
}

/* The slot of a line's product; references in order of trust. */
static int32_t find_product(const ra_catalog *catalog, const ra_line *line) {
    if (line->kind == RA_LINE_SHIPPING || line->kind == RA_LINE_FEE) {
        ra_ref_space space = line->kind == RA_LINE_SHIPPING ? RA_REF_SHIPPING : RA_REF_FEE;
        int32_t slot = lookup(catalog, space, line->code);
        return slot != RA_NOT_FOUND ? slot : ra_text_table_get(&catalog->refs[space], RA_STR(""));
    }
    int32_t slot = lookup(catalog, RA_REF_VARIATION, line->variation_ref);
    if (slot == RA_NOT_FOUND && line->variation_ref.len == 0) {
        slot = lookup(catalog, RA_REF_PRODUCT, line->product_ref);
    }
    if (slot == RA_NOT_FOUND) slot = lookup(catalog, RA_REF_SKU_ALIAS, line->sku);
    if (slot == RA_NOT_FOUND) slot = lookup(catalog, RA_REF_DEFAULT_CODE, line->sku);
    if (slot == RA_NOT_FOUND) slot = lookup(catalog, RA_REF_BARCODE, line->barcode);
    if (slot == RA_NOT_FOUND && line->product_ref.len == 0 && line->variation_ref.len == 0 &&
        line->sku.len == 0) {
        slot = lookup(catalog, RA_REF_NAME, line->name);
    }
    return slot;
}

/* How people would name the product of a line that was not found. */
static ra_str product_detail(const ra_line *line) {
    if (line->sku.len > 0) return line->sku;
    if (line->kind != RA_LINE_PRODUCT && line->code.len > 0) return line->code;
    return line->name.len > 0 ? line->name : line->product_ref;
}

static void resolve_product(ra_pass *pass, size_t at) {
    const ra_line *line = &pass->plan->order.lines[at];
    ra_plan_line *planned = &pass->plan->lines[at];
    planned->source = line;
    planned->name = line->name.len > 0 ? line->name : product_detail(line);
    planned->product = find_product(pass->catalog, line);
    if (planned->product == RA_NOT_FOUND) {
        ra_need need = {.kind = RA_NEED_PRODUCT, .line = (int32_t)at};
        ra_str refs[] = {line->variation_ref, line->product_ref, line->sku,
                         line->barcode,       line->code,        line->name};
        ra_key key = need_key(RA_NEED_PRODUCT, (ra_str){NULL, 0}, &line->kind, sizeof line->kind);
        for (size_t i = 0; i < sizeof refs / sizeof *refs; i++) {
            key = need_key(RA_NEED_PRODUCT, refs[i], &key, sizeof key);
        }
        ask(pass, need, key);
    } else if (RA_ITEM(pass->catalog->products, ra_product, planned->product).product_id == 0) {
        reject(pass, RA_UNKNOWN_PRODUCT, "line_items", product_detail(line));
    }
}

/* Taxes of one line under construction: linked ids with the shop's amounts, duplicates summed. */
typedef struct ra_linked {
    int32_t ids[LINE_TAX_IDS_MAX];
    ra_decimal amounts[LINE_TAX_IDS_MAX];
    size_t count;
} ra_linked;

static ra_status add_linked(ra_linked *linked, int32_t id, ra_decimal amount) {
    for (size_t i = 0; i < linked->count; i++) {
        if (linked->ids[i] == id) {
            return ra_decimal_add(linked->amounts[i], amount, &linked->amounts[i]);
        }
    }
    if (linked->count == LINE_TAX_IDS_MAX) return RA_TOO_LARGE;
    linked->ids[linked->count] = id;
    linked->amounts[linked->count] = amount;
    linked->count++;
    return RA_OK;
}

/* One rate of the shop onto its Odoo taxes: the first one takes the amount, since a rate that is
 * split in Odoo is mapped to a group tax, whose children share it. */
static ra_status link_rate(ra_pass *pass, const ra_line_tax *tax, ra_linked *linked) {
    int32_t rate = ra_text_table_get(&pass->catalog->rates, tax->rate_ref);
    if (rate == RA_NOT_FOUND) {
        ask(pass, (ra_need){.kind = RA_NEED_RATE, .text = tax->rate_ref},
            need_key(RA_NEED_RATE, tax->rate_ref, NULL, 0));
        return RA_OK;
    }
    const ra_tax_ids *ids = &RA_ITEM(pass->catalog->rate_taxes, ra_tax_ids, rate);
    if (ids->count == 0 && tax->amount.coefficient != 0) {
        reject(pass, RA_UNKNOWN_TAX, "taxes", tax->rate_ref);
        return RA_OK;
    }
    ra_status status = RA_OK;
    for (size_t i = 0; i < ids->count && status == RA_OK; i++) {
        status = add_linked(linked, ids->ids[i], i == 0 ? tax->amount : (ra_decimal){0, 0});
    }
    return status;
}

/* The amounts in the order of the set's linked ids. */
static ra_status order_amounts(ra_pass *pass, const ra_tax_set *set, const ra_linked *linked,
                               ra_sale_line *price) {
    ra_decimal *amounts = ra_arena_array(&pass->chunk->arena, set->linked_count, sizeof *amounts);
    if (amounts == NULL) return RA_NO_MEMORY;
    for (size_t i = 0; i < set->linked_count; i++) {
        for (size_t j = 0; j < linked->count; j++) {
            if (linked->ids[j] == set->linked_ids[i]) amounts[i] = linked->amounts[j];
        }
    }
    price->linked_tax = amounts;
    return RA_OK;
}

static ra_status resolve_taxes(ra_pass *pass, size_t at) {
    const ra_line *line = &pass->plan->order.lines[at];
    ra_sale_line *price = &pass->plan->prices[at];
    ra_linked linked = {.count = 0};
    ra_status status = RA_OK;
    for (size_t i = 0; i < line->tax_count && status == RA_OK; i++) {
        status = link_rate(pass, &line->taxes[i], &linked);
    }
    if (status == RA_OVERFLOW || status == RA_TOO_LARGE) {
        reject(pass, status, "taxes", line->name);
        return RA_OK;
    }
    if (status != RA_OK || pass->waiting || pass->plan->outcome == RA_OUTCOME_REJECTED) {
        return status;
    }
    const ra_tax_set *set = NULL;
    status = ra_catalog_tax_set(pass->catalog, linked.ids, linked.count, &set);
    if (status == RA_UNKNOWN_TAX) {
        reject(pass, RA_UNKNOWN_TAX, "taxes", line->name);
        return RA_OK;
    }
    if (status != RA_OK) return status;
    if (!ra_catalog_set_supported(pass->catalog, set)) {
        pass->plan->lane = RA_LANE_ORM;
        pass->plan->reason = RA_NOT_REPRODUCIBLE;
        pass->plan->field = "taxes";
    }
    price->set = set;
    price->quantity = line->quantity;
    price->subtotal = line->subtotal;
    price->total = line->total;
    return order_amounts(pass, set, &linked, price);
}

static ra_status resolve_lines(ra_pass *pass) {
    ra_plan *plan = pass->plan;
    if (plan->lines == NULL) {
        size_t room = plan->order.line_count + 1;
        plan->lines = ra_arena_array(&pass->chunk->arena, room, sizeof *plan->lines);
        plan->prices = ra_arena_array(&pass->chunk->arena, room, sizeof *plan->prices);
        if (plan->lines == NULL || plan->prices == NULL) return RA_NO_MEMORY;
        plan->line_count = plan->order.line_count;
    }
    for (size_t i = 0; i < plan->order.line_count; i++) {
        resolve_product(pass, i);
        ra_status status = resolve_taxes(pass, i);
        if (status != RA_OK) return status;
        if (pass->failure != RA_OK) return pass->failure;
    }
    return RA_OK;
}

static void resolve_header(ra_pass *pass) {
    ra_plan *plan = pass->plan;
    const ra_vector *parties = &pass->catalog->party_items;
    int32_t payment = ra_text_table_get(&pass->catalog->payments, plan->order.payment_method);
    plan->payment = payment == RA_NOT_FOUND ? 0 : payment;
    ra_header_key key = {
        .customer_class = RA_ITEM(*parties, ra_party, plan->customer).klass,
        .delivery_class = RA_ITEM(*parties, ra_party, plan->delivery).klass,
        .currency = plan->currency,
        .action = plan->action == RA_ACTION_CANCEL,
        .payment = plan->payment,
    };
    plan->header_class = ra_catalog_header(pass->catalog, &key);
    if (plan->header_class == RA_NOT_FOUND) {
        ask(pass, (ra_need){.kind = RA_NEED_HEADER, .header = key},
            need_key(RA_NEED_HEADER, (ra_str){NULL, 0}, &key, sizeof key));
    }
}

static ra_status resolve_plan(ra_pass *pass) {
    ra_plan *plan = pass->plan;
    if (plan->order.error.code != RA_OK) {
        if (settled_by_ledger(plan)) return RA_OK;
        reject_unreadable(pass);
        return RA_OK;
    }
    if (settled_by_ledger(plan) || settled_by_status(pass)) return RA_OK;
    plan->reason = RA_OK;
    plan->lane = RA_LANE_NONE;
    resolve_currency(pass);
    resolve_parties(pass);
    ra_status status = resolve_lines(pass);
    if (status != RA_OK || pass->failure != RA_OK) return status != RA_OK ? status : pass->failure;
    if (pass->waiting || plan->outcome == RA_OUTCOME_REJECTED) return RA_OK;
    plan->resolved = true;
    resolve_header(pass);
    if (!pass->waiting) {
        plan->outcome = plan->known.order_id != 0 ? RA_OUTCOME_UPDATE : RA_OUTCOME_CREATE;
    }
    return pass->failure;
}

ra_status ra_chunk_resolve(ra_chunk *chunk, ra_catalog *catalog, uint32_t wave) {
    chunk->needs.count = 0;
    ra_key_table_clear(&chunk->asked);
    for (size_t i = 0; i < chunk->count; i++) {
        ra_plan *plan = &chunk->plans[i];
        if (plan->wave != wave || plan->outcome != RA_OUTCOME_PENDING) continue;
        ra_pass pass = {.chunk = chunk, .catalog = catalog, .index = (uint32_t)i, .plan = plan};
        ra_status status = resolve_plan(&pass);
        if (status != RA_OK) return status;
    }
    return RA_OK;
}

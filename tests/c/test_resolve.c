/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* From the shop's references to ids: order of look-ups, needs, statuses, rejections. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "resolve_support.h"

#define ALL_REFERENCES                                                                             \
    ",\"name\":\"Hat\",\"product_id\":3,\"variation_id\":8,\"sku\":\"HAT\","                       \
    "\"global_unique_id\":\"4006381333931\""

typedef struct fixture {
    ra_catalog catalog;
    ra_chunk chunk;
    ra_plan *plan;
    char text[4096];
} fixture;

/* One order read; the catalog of the shop. */
static void open_one(fixture *f, const char *more, const char *line) {
    assert_int_equal(shop_catalog(&f->catalog, NULL), RA_OK);
    read_text(&f->chunk, order_text(f->text, sizeof f->text, more, line));
    assert_int_equal(f->chunk.count, 1);
    f->plan = &f->chunk.plans[0];
    assert_int_equal(f->plan->order.error.code, RA_OK);
}

static void close_one(fixture *f) {
    ra_chunk_free(&f->chunk);
    ra_catalog_free(&f->catalog);
}

static int32_t add_product(fixture *f, int32_t product_id, ra_ref_space space, const char *ref) {
    int32_t slot = RA_NOT_FOUND;
    ra_product product = {product_id, 1, 0};
    assert_int_equal(ra_catalog_add_product(&f->catalog, product, &slot), RA_OK);
    assert_int_equal(ra_catalog_add_ref(&f->catalog, space, text_str(ref), slot), RA_OK);
    return slot;
}

static void check_rejected(const fixture *f, ra_status reason, const char *field,
                           const char *detail) {
    assert_int_equal(f->plan->outcome, RA_OUTCOME_REJECTED);
    assert_int_equal(f->plan->reason, reason);
    assert_string_equal(f->plan->field, field);
    assert_true(same_text(f->plan->detail, detail));
}

static size_t needs_of(const ra_chunk *chunk, ra_need_kind kind) {
    size_t count = 0;
    for (size_t i = 0; i < chunk->needs.count; i++) {
        count += RA_ITEM(chunk->needs, ra_need, i).kind == kind;
    }
    return count;
}

static void test_products_are_looked_up_by_the_most_trusted_reference(void **state) {
    (void)state;
    /* Least trusted first: each one added takes over from the one before. */
    const struct {
        ra_ref_space space;
        const char *ref;
    } references[] = {{RA_REF_BARCODE, "4006381333931"},
                      {RA_REF_DEFAULT_CODE, "HAT"},
                      {RA_REF_SKU_ALIAS, "HAT"},
                      {RA_REF_VARIATION, "8"}};
    for (size_t known = 1; known <= 4; known++) {
        fixture f;
        int32_t slot = RA_NOT_FOUND;
        open_one(&f, "", ALL_REFERENCES);
        add_product(&f, 50, RA_REF_NAME, "Hat");
        add_product(&f, 51, RA_REF_PRODUCT, "3"); /* the parent of another variation */
        for (size_t i = 0; i < known; i++) {
            slot = add_product(&f, 60, references[i].space, references[i].ref);
        }
        assert_int_equal(resolve_wave(&f.chunk, &f.catalog, 0), RA_OK);
        assert_int_equal(f.plan->lines[0].product, slot);
        close_one(&f);
    }
}

static void test_a_product_id_counts_before_its_sku_when_there_is_no_variation(void **state) {
    (void)state;
    fixture f;
    open_one(&f, "", ",\"name\":\"Hat\",\"product_id\":3,\"sku\":\"HAT\"");
    add_product(&f, 60, RA_REF_SKU_ALIAS, "HAT");
    int32_t slot = add_product(&f, 61, RA_REF_PRODUCT, "3");
    assert_int_equal(resolve_wave(&f.chunk, &f.catalog, 0), RA_OK);
    assert_int_equal(f.plan->lines[0].product, slot);
    close_one(&f);
}

static void test_a_name_counts_only_without_any_reference(void **state) {
    (void)state;
    fixture f;
    open_one(&f, "", ",\"name\":\"Hat\"");
    int32_t slot = add_product(&f, 60, RA_REF_NAME, "Hat");
    assert_int_equal(resolve_wave(&f.chunk, &f.catalog, 0), RA_OK);
    assert_int_equal(f.plan->lines[0].product, slot);
    close_one(&f);
    open_one(&f, "", ",\"name\":\"Hat\",\"sku\":\"HAT\"");
    add_product(&f, 60, RA_REF_NAME, "Hat");
    assert_int_equal(ra_chunk_resolve(&f.chunk, &f.catalog, 0), RA_OK);
    assert_int_equal(needs_of(&f.chunk, RA_NEED_PRODUCT), 1);
    close_one(&f);
}

static void test_shipping_and_fees_fall_back_to_the_channels_default(void **state) {
    (void)state;
    fixture f;
    open_one(&f,
             ",\"shipping_lines\":[{\"id\":2,\"method_id\":\"flat\",\"total\":\"0\"},{\"id\":3,"
             "\"method_id\":\"other\",\"total\":\"0\"}],\"fee_lines\":[{\"id\":4,\"name\":\"Gift\","
             "\"total\":\"0\"}]",
             ",\"name\":\"Hat\",\"sku\":\"HAT\"");
    int32_t flat = add_product(&f, 60, RA_REF_SHIPPING, "flat");
    int32_t any = add_product(&f, 61, RA_REF_SHIPPING, "");
    int32_t fee = add_product(&f, 62, RA_REF_FEE, "");
    assert_int_equal(resolve_wave(&f.chunk, &f.catalog, 0), RA_OK);
    assert_int_equal(f.plan->order.line_count, 4);
    for (size_t i = 0; i < 4; i++) {
        const ra_plan_line *line = &f.plan->lines[i];
        if (line->source->kind == RA_LINE_FEE) assert_int_equal(line->product, fee);
        if (line->source->kind == RA_LINE_SHIPPING) {
            assert_int_equal(line->product, same_text(line->source->code, "flat") ? flat : any);
        }
    }
    close_one(&f);
}

static void test_what_is_missing_is_asked_for_once(void **state) {
    (void)state;
    static char text[20000], one[1024];
    grown_text out = {.text = text, .capacity = sizeof text};
    for (int i = 0; i < 9; i++) {
        order_text(one, sizeof one, "", ",\"name\":\"Hat\",\"sku\":\"HAT\"");
        one[6] = (char)('1' + i); /* the order's id */
        grow_text(&out, one);
        grow_text(&out, "\n");
    }
    ra_catalog catalog;
    ra_chunk chunk;
    ra_catalog_init(&catalog, NULL);
    catalog.default_action = RA_ACTION_DRAFT;
    read_text(&chunk, text);
    assert_int_equal(chunk.count, 9);
    assert_int_equal(ra_chunk_resolve(&chunk, &catalog, 0), RA_OK);
    assert_int_equal(needs_of(&chunk, RA_NEED_PRODUCT), 1);
    assert_int_equal(needs_of(&chunk, RA_NEED_RATE), 1);
    assert_int_equal(needs_of(&chunk, RA_NEED_CURRENCY), 1);
    /* One customer, whose addresses are empty: all three parties are the same. */
    assert_int_equal(needs_of(&chunk, RA_NEED_PARTY), 1);
    assert_int_equal(chunk.needs.count, 4);
    /* Unanswered, it is asked for again. */
    assert_int_equal(ra_chunk_resolve(&chunk, &catalog, 0), RA_OK);
    assert_int_equal(chunk.needs.count, 4);
    ra_chunk_free(&chunk);
    ra_catalog_free(&catalog);
}

static void test_an_order_with_all_known_is_to_be_created(void **state) {
    (void)state;
    fixture f;
    open_one(&f, "", ALL_REFERENCES);
    assert_int_equal(resolve_wave(&f.chunk, &f.catalog, 0), RA_OK);
    assert_int_equal(f.plan->outcome, RA_OUTCOME_CREATE);
    assert_int_equal(f.plan->lane, RA_LANE_NONE);
    assert_true(f.plan->resolved);
    assert_true(f.plan->rate == 1.0);
    assert_int_equal(ra_chunk_price(&f.chunk, &f.catalog, 0), RA_OK);
    assert_int_equal(f.plan->outcome, RA_OUTCOME_CREATE);
    assert_true(f.plan->totals.amount_total == 12.1);
    assert_true(f.plan->totals.amount_tax == 2.1);
    assert_int_equal(f.plan->line_count, 1);
    close_one(&f);
}

static void test_statuses_decide_what_becomes_of_an_order(void **state) {
    (void)state;
    const struct {
        int32_t action;
        ra_outcome outcome;
        ra_status reason;
    } cases[] = {{RA_ACTION_DRAFT, RA_OUTCOME_CREATE, RA_OK},
                 {RA_ACTION_CONFIRM, RA_OUTCOME_CREATE, RA_OK},
                 {RA_ACTION_CANCEL, RA_OUTCOME_CREATE, RA_OK},
                 {RA_ACTION_SKIP, RA_OUTCOME_SKIPPED, RA_OK},
                 {RA_ACTION_REJECT, RA_OUTCOME_REJECTED, RA_STATUS_REFUSED}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        fixture f;
        open_one(&f, "", ALL_REFERENCES);
        assert_int_equal(
            ra_text_table_put(&f.catalog.statuses, RA_STR("completed"), cases[i].action), RA_OK);
        assert_int_equal(resolve_wave(&f.chunk, &f.catalog, 0), RA_OK);
        assert_int_equal(f.plan->outcome, cases[i].outcome);
        assert_int_equal(f.plan->reason, cases[i].reason);
        assert_int_equal(f.plan->action, cases[i].action);
        close_one(&f);
    }
}

static void test_an_unknown_status_takes_the_default_or_is_rejected(void **state) {
    (void)state;
    fixture f;
    open_one(&f, "", ALL_REFERENCES);
    f.plan->order.status = RA_STR("odd");
    f.catalog.default_action = RA_ACTION_CANCEL;
    assert_int_equal(resolve_wave(&f.chunk, &f.catalog, 0), RA_OK);
    assert_int_equal(f.plan->outcome, RA_OUTCOME_CREATE);
    assert_int_equal(f.plan->action, RA_ACTION_CANCEL);
    close_one(&f);
    open_one(&f, "", ALL_REFERENCES);
    f.plan->order.status = RA_STR("odd");
    assert_int_equal(resolve_wave(&f.chunk, &f.catalog, 0), RA_OK);
    check_rejected(&f, RA_UNKNOWN_STATUS, "status", "odd");
    close_one(&f);
}

static void test_a_known_order_is_never_skipped_but_followed(void **state) {
    (void)state;
    fixture f;
    open_one(&f, "", ALL_REFERENCES);
    f.plan->known = (ra_known){.found = true, .order_id = 12, .modified_at = RA_NO_TIME};
    assert_int_equal(ra_text_table_put(&f.catalog.statuses, RA_STR("completed"), RA_ACTION_SKIP),
                     RA_OK);
    assert_int_equal(resolve_wave(&f.chunk, &f.catalog, 0), RA_OK);
    assert_int_equal(f.plan->outcome, RA_OUTCOME_UPDATE);
    close_one(&f);
}

static void test_what_the_ledger_has_newer_or_the_same_is_unchanged(void **state) {
    (void)state;
    const int64_t day = INT64_C(86400000000);
    for (int i = 0; i < 5; i++) {
        fixture f;
        open_one(&f, ",\"date_modified_gmt\":\"2024-01-02T00:00:00\"", ALL_REFERENCES);
        int64_t modified = f.plan->order.modified_at;
        ra_known same = {.found = true, .settled = true, .modified_at = modified};
        same.content = f.plan->content;
        ra_known older = same, newer = same, unsettled = same, other = same;
        newer.modified_at += day;
        older.modified_at -= day;
        unsettled.settled = false;
        other.content.low ^= 1;
        const ra_known known[] = {same, older, newer, unsettled, other};
        const char *details[] = {"same_version", "same_version", "older_version", NULL, NULL};
        f.plan->known = known[i];
        assert_int_equal(resolve_wave(&f.chunk, &f.catalog, 0), RA_OK);
        assert_int_equal(f.plan->outcome,
                         details[i] != NULL ? RA_OUTCOME_UNCHANGED : RA_OUTCOME_CREATE);
        if (details[i] != NULL) assert_true(same_text(f.plan->detail, details[i]));
        close_one(&f);
    }
}

static void test_an_unknown_currency_is_rejected_with_its_code(void **state) {
    (void)state;
    fixture f;
    open_one(&f, "", ALL_REFERENCES);
    f.plan->order.currency = RA_STR("XTS");
    assert_int_equal(ra_catalog_add_currency(&f.catalog, RA_STR("XTS"), (ra_currency){0}), RA_OK);
    assert_int_equal(resolve_wave(&f.chunk, &f.catalog, 0), RA_OK);
    check_rejected(&f, RA_UNKNOWN_CURRENCY, "currency", "XTS");
    close_one(&f);
}

static void test_the_rate_of_a_foreign_currency_is_that_of_the_day(void **state) {
    (void)state;
    const int64_t day = INT64_C(86400000000);
    const struct {
        int64_t created_at;
        int32_t day;
    } cases[] = {{0, 0}, {day - 1, 0}, {day, 1}, {-1, -1}, {-day, -1}, {-day - 1, -2}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        fixture f;
        open_one(&f, "", ALL_REFERENCES);
        f.plan->order.currency = RA_STR("USD");
        f.plan->order.created_at = cases[i].created_at;
        assert_int_equal(
            ra_catalog_add_currency(&f.catalog, RA_STR("USD"), (ra_currency){2, 0.01, 2}), RA_OK);
        assert_int_equal(ra_catalog_add_currency_rate(&f.catalog, 1, cases[i].day, 1.5), RA_OK);
        assert_int_equal(ra_catalog_add_currency_rate(&f.catalog, 1, cases[i].day + 1, 9), RA_OK);
        assert_int_equal(ra_catalog_add_currency_rate(&f.catalog, 1, cases[i].day - 1, 9), RA_OK);
        assert_int_equal(resolve_wave(&f.chunk, &f.catalog, 0), RA_OK);
        assert_int_equal(f.plan->outcome, RA_OUTCOME_CREATE);
        assert_true(f.plan->rate == 1.5);
        close_one(&f);
    }
}

static void check_unusable_customer(ra_party party, ra_status reason) {
    fixture f;
    open_one(&f, "", ALL_REFERENCES);
    assert_int_equal(ra_catalog_add_party(&f.catalog, f.plan->parties.customer, party), RA_OK);
    assert_int_equal(resolve_wave(&f.chunk, &f.catalog, 0), RA_OK);
    check_rejected(&f, reason, "customer_id", "5");
    close_one(&f);
}

static void test_an_unknown_customer_is_rejected_with_the_shops_id(void **state) {
    (void)state;
    check_unusable_customer((ra_party){0, 0}, RA_UNKNOWN_CUSTOMER);
}

static void test_a_customer_of_another_company_is_rejected_with_the_shops_id(void **state) {
    (void)state;
    check_unusable_customer((ra_party){-1, 0}, RA_FOREIGN_CUSTOMER);
}

static void test_an_unknown_product_is_rejected_with_its_reference(void **state) {
    (void)state;
    const char *lines[] = {ALL_REFERENCES, ",\"name\":\"Hat\",\"product_id\":3",
                           ",\"product_id\":3"};
    const char *details[] = {"HAT", "Hat", "3"};
    const ra_ref_space spaces[] = {RA_REF_VARIATION, RA_REF_PRODUCT, RA_REF_PRODUCT};
    const char *refs[] = {"8", "3", "3"};
    for (size_t i = 0; i < 3; i++) {
        fixture f;
        open_one(&f, "", lines[i]);
        add_product(&f, 0, spaces[i], refs[i]);
        assert_int_equal(resolve_wave(&f.chunk, &f.catalog, 0), RA_OK);
        check_rejected(&f, RA_UNKNOWN_PRODUCT, "line_items", details[i]);
        close_one(&f);
    }
}

static void test_an_unmapped_rate_is_rejected_only_when_it_has_an_amount(void **state) {
    (void)state;
    fixture f;
    open_one(&f, "", ALL_REFERENCES);
    assert_int_equal(ra_catalog_add_rate(&f.catalog, RA_STR("4"), NULL, 0), RA_OK);
    assert_int_equal(resolve_wave(&f.chunk, &f.catalog, 0), RA_OK);
    check_rejected(&f, RA_UNKNOWN_TAX, "taxes", "4");
    close_one(&f);
    open_one(&f, "", ALL_REFERENCES);
    f.plan->order.lines[0].taxes[0].amount = (ra_decimal){0, 2};
    assert_int_equal(ra_catalog_add_rate(&f.catalog, RA_STR("4"), NULL, 0), RA_OK);
    assert_int_equal(resolve_wave(&f.chunk, &f.catalog, 0), RA_OK);
    assert_int_equal(f.plan->outcome, RA_OUTCOME_CREATE);
    assert_int_equal(f.plan->prices[0].set->count, 0);
    close_one(&f);
}

static void test_a_rate_of_a_tax_that_is_gone_is_rejected(void **state) {
    (void)state;
    fixture f;
    int32_t gone = 77;
    open_one(&f, "", ALL_REFERENCES);
    assert_int_equal(ra_catalog_add_rate(&f.catalog, RA_STR("4"), &gone, 1), RA_OK);
    assert_int_equal(resolve_wave(&f.chunk, &f.catalog, 0), RA_OK);
    check_rejected(&f, RA_UNKNOWN_TAX, "taxes", "Hat");
    close_one(&f);
}

static void test_a_tax_the_engine_cannot_compute_takes_the_orm_lane(void **state) {
    (void)state;
    fixture f;
    int32_t code = 2;
    ra_tax tax = {.id = 2, .kind = RA_TAX_PERCENT, .amount = 21.0};
    open_one(&f, "", ALL_REFERENCES);
    assert_int_equal(ra_catalog_add_tax(&f.catalog, &tax, false), RA_OK);
    assert_int_equal(ra_catalog_add_rate(&f.catalog, RA_STR("4"), &code, 1), RA_OK);
    assert_int_equal(resolve_wave(&f.chunk, &f.catalog, 0), RA_OK);
    assert_int_equal(f.plan->outcome, RA_OUTCOME_CREATE);
    assert_int_equal(f.plan->lane, RA_LANE_ORM);
    assert_int_equal(f.plan->reason, RA_NOT_REPRODUCIBLE);
    close_one(&f);
}

static void test_amounts_of_rates_with_one_tax_are_summed(void **state) {
    (void)state;
    fixture f;
    int32_t tax = 1;
    open_one(&f, "", ALL_REFERENCES);
    ra_line *line = &f.plan->order.lines[0];
    ra_line_tax taxes[] = {{RA_STR("4"), {150, 2}}, {RA_STR("5"), {6, 1}}};
    line->taxes = taxes;
    line->tax_count = 2;
    assert_int_equal(ra_catalog_add_rate(&f.catalog, RA_STR("5"), &tax, 1), RA_OK);
    assert_int_equal(resolve_wave(&f.chunk, &f.catalog, 0), RA_OK);
    assert_int_equal(f.plan->outcome, RA_OUTCOME_CREATE);
    assert_int_equal(f.plan->prices[0].set->linked_count, 1);
    assert_int_equal(ra_decimal_compare(f.plan->prices[0].linked_tax[0], (ra_decimal){21, 1}), 0);
    close_one(&f);
}

static void test_more_taxes_than_a_line_may_have_are_rejected(void **state) {
    (void)state;
    fixture f;
    int32_t ids[33];
    open_one(&f, "", ALL_REFERENCES);
    for (int32_t i = 0; i < 33; i++) {
        ids[i] = i + 1;
        if (i > 0) assert_int_equal(shop_tax(&f.catalog, ids[i], 1), RA_OK);
    }
    assert_int_equal(ra_catalog_add_rate(&f.catalog, RA_STR("4"), ids, 33), RA_OK);
    assert_int_equal(resolve_wave(&f.chunk, &f.catalog, 0), RA_OK);
    check_rejected(&f, RA_TOO_LARGE, "taxes", "Hat");
    close_one(&f);
}

static void test_a_broken_record_is_rejected_with_its_own_reason(void **state) {
    (void)state;
    fixture f;
    assert_int_equal(shop_catalog(&f.catalog, NULL), RA_OK);
    read_text(&f.chunk, "[{\"id\":1,\"billing\":7}]");
    f.plan = &f.chunk.plans[0];
    assert_int_equal(ra_chunk_resolve(&f.chunk, &f.catalog, 0), RA_OK);
    assert_int_equal(f.chunk.needs.count, 0);
    assert_int_equal(f.plan->outcome, RA_OUTCOME_REJECTED);
    assert_int_equal(f.plan->reason, f.plan->order.error.code);
    assert_string_equal(f.plan->field, "billing");
    assert_true(ra_str_equal(f.plan->detail, RA_STR("an object is expected")));
    close_one(&f);
}

static void test_only_the_asked_wave_is_resolved(void **state) {
    (void)state;
    fixture f;
    open_one(&f, "", ALL_REFERENCES);
    assert_int_equal(ra_chunk_resolve(&f.chunk, &f.catalog, 1), RA_OK);
    assert_int_equal(f.chunk.needs.count, 0);
    assert_int_equal(f.plan->outcome, RA_OUTCOME_PENDING);
    close_one(&f);
}

static void test_a_total_that_does_not_add_up_is_rejected_with_the_difference(void **state) {
    (void)state;
    fixture f;
    open_one(&f, "", ALL_REFERENCES);
    f.plan->order.total = (ra_decimal){1300, 2};
    assert_int_equal(resolve_wave(&f.chunk, &f.catalog, 0), RA_OK);
    assert_int_equal(ra_chunk_price(&f.chunk, &f.catalog, 0), RA_OK);
    check_rejected(&f, RA_TOTAL_MISMATCH, "difference", "0.9");
    close_one(&f);
}

static void test_a_rounding_line_needs_the_channels_product(void **state) {
    (void)state;
    fixture f;
    for (int i = 0; i < 2; i++) {
        open_one(&f, "", ALL_REFERENCES);
        int32_t rounding = f.catalog.rounding_product;
        f.plan->order.total = (ra_decimal){1212, 2};
        if (i == 1) f.catalog.rounding_product = RA_NOT_FOUND;
        assert_int_equal(resolve_wave(&f.chunk, &f.catalog, 0), RA_OK);
        assert_int_equal(ra_chunk_price(&f.chunk, &f.catalog, 0), RA_OK);
        if (i == 0) {
            assert_int_equal(f.plan->line_count, 2);
            assert_int_equal(f.plan->lines[1].product, rounding);
            assert_null(f.plan->lines[1].source);
            assert_true(f.plan->totals.amount_total == 12.12);
        } else {
            assert_int_equal(f.plan->reason, RA_TOTAL_MISMATCH);
            assert_int_equal(f.plan->outcome, RA_OUTCOME_REJECTED);
        }
        close_one(&f);
    }
}

static void test_pricing_again_gives_the_same_lines(void **state) {
    (void)state;
    fixture f;
    open_one(&f, "", ALL_REFERENCES);
    f.plan->order.total = (ra_decimal){1212, 2};
    assert_int_equal(resolve_wave(&f.chunk, &f.catalog, 0), RA_OK);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(ra_chunk_price(&f.chunk, &f.catalog, 0), RA_OK);
        assert_int_equal(f.plan->line_count, 2);
        assert_true(f.plan->totals.amount_total == 12.12);
    }
    close_one(&f);
}

static void test_a_plan_that_was_not_resolved_is_not_priced(void **state) {
    (void)state;
    fixture f;
    open_one(&f, "", ALL_REFERENCES);
    f.plan->outcome = RA_OUTCOME_CREATE;
    assert_int_equal(ra_chunk_price(&f.chunk, &f.catalog, 0), RA_OK);
    assert_null(f.plan->prices);
    assert_true(f.plan->totals.amount_total == 0);
    close_one(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_products_are_looked_up_by_the_most_trusted_reference),
        cmocka_unit_test(test_a_product_id_counts_before_its_sku_when_there_is_no_variation),
        cmocka_unit_test(test_a_name_counts_only_without_any_reference),
        cmocka_unit_test(test_shipping_and_fees_fall_back_to_the_channels_default),
        cmocka_unit_test(test_what_is_missing_is_asked_for_once),
        cmocka_unit_test(test_an_order_with_all_known_is_to_be_created),
        cmocka_unit_test(test_statuses_decide_what_becomes_of_an_order),
        cmocka_unit_test(test_an_unknown_status_takes_the_default_or_is_rejected),
        cmocka_unit_test(test_a_known_order_is_never_skipped_but_followed),
        cmocka_unit_test(test_what_the_ledger_has_newer_or_the_same_is_unchanged),
        cmocka_unit_test(test_an_unknown_currency_is_rejected_with_its_code),
        cmocka_unit_test(test_the_rate_of_a_foreign_currency_is_that_of_the_day),
        cmocka_unit_test(test_an_unknown_customer_is_rejected_with_the_shops_id),
        cmocka_unit_test(test_a_customer_of_another_company_is_rejected_with_the_shops_id),
        cmocka_unit_test(test_an_unknown_product_is_rejected_with_its_reference),
        cmocka_unit_test(test_an_unmapped_rate_is_rejected_only_when_it_has_an_amount),
        cmocka_unit_test(test_a_rate_of_a_tax_that_is_gone_is_rejected),
        cmocka_unit_test(test_a_tax_the_engine_cannot_compute_takes_the_orm_lane),
        cmocka_unit_test(test_amounts_of_rates_with_one_tax_are_summed),
        cmocka_unit_test(test_more_taxes_than_a_line_may_have_are_rejected),
        cmocka_unit_test(test_a_broken_record_is_rejected_with_its_own_reason),
        cmocka_unit_test(test_only_the_asked_wave_is_resolved),
        cmocka_unit_test(test_a_total_that_does_not_add_up_is_rejected_with_the_difference),
        cmocka_unit_test(test_a_rounding_line_needs_the_channels_product),
        cmocka_unit_test(test_pricing_again_gives_the_same_lines),
        cmocka_unit_test(test_a_plan_that_was_not_resolved_is_not_priced),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

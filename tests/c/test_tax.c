/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Sets of taxes, the edges of documents, and memory that runs out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "faulty_memory.h"
#include "price/ra_tax.h"

static const int32_t group_children[] = {3, 2};
static const int32_t nested_children[] = {4};
static const int32_t lost_children[] = {99};
static const ra_tax taxes[] = {
    {.id = 1, .sequence = 5, .kind = RA_TAX_PERCENT, .amount = 19},
    {.id = 2, .sequence = 1, .kind = RA_TAX_PERCENT, .amount = 5},
    {.id = 3, .sequence = 2, .kind = RA_TAX_PERCENT, .amount = 9.975},
    {.id = 4, .sequence = 9, .kind = RA_TAX_GROUP, .child_ids = group_children, .child_count = 2},
    {.id = 5, .sequence = 1, .kind = RA_TAX_GROUP, .child_ids = nested_children, .child_count = 1},
    {.id = 6, .sequence = 1, .kind = RA_TAX_GROUP, .child_ids = lost_children, .child_count = 1},
    {.id = 7, .sequence = 1, .kind = RA_TAX_PERCENT, .amount = 20, .price_include = true},
};
static const ra_tax_table table = {taxes, sizeof taxes / sizeof taxes[0]};
static const ra_tax_config globally = {
    .round_globally = true, .currency_rounding = 0.01, .currency_digits = 2};

static ra_tax_set build(ra_arena *arena, const int32_t *ids, size_t count) {
    ra_tax_set set;
    assert_int_equal(ra_tax_set_build(&table, ids, count, arena, &set), RA_OK);
    return set;
}

static int setup(void **state) {
    ra_arena *arena = malloc(sizeof *arena);
    if (arena == NULL) return -1;
    ra_arena_init(arena, 0, NULL);
    *state = arena;
    return 0;
}

static int teardown(void **state) {
    ra_arena_free(*state);
    free(*state);
    return 0;
}

static void a_set_is_sorted_unique_and_flattened(void **state) {
    const int32_t ids[] = {4, 1, 3, 1};
    ra_tax_set set = build(*state, ids, 4);
    assert_int_equal(set.linked_count, 3);
    assert_int_equal(set.linked_ids[0], 1);
    assert_int_equal(set.linked_ids[2], 4);
    /* 3 keeps the place it has on its own; the group brings only 2. */
    const int32_t order[] = {3, 1, 2};
    const size_t owners[] = {1, 0, 2};
    assert_int_equal(set.count, 3);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(set.taxes[i]->id, order[i]);
        assert_int_equal(set.owners[i], owners[i]);
    }
}

static void unknown_taxes_are_named_as_such(void **state) {
    ra_tax_set set;
    const int32_t unknown = 8, lost = 6, nested = 5;
    assert_int_equal(ra_tax_set_build(&table, &unknown, 1, *state, &set), RA_UNKNOWN_TAX);
    assert_int_equal(ra_tax_set_build(&table, &lost, 1, *state, &set), RA_UNKNOWN_TAX);
    assert_int_equal(ra_tax_set_build(&table, &nested, 1, *state, &set), RA_BAD_ARGUMENT);
}

static void an_empty_document_is_zero(void **state) {
    ra_tax_totals totals = {1, 1, 1, true};
    assert_int_equal(ra_tax_compute_document(&globally, *state, NULL, 0, &totals), RA_OK);
    assert_true(totals.amount_untaxed == 0 && totals.amount_tax == 0 && totals.amount_total == 0);
    assert_false(totals.moves_tax);
}

static void a_line_without_tax_is_its_price(void **state) {
    ra_tax_set set = build(*state, NULL, 0);
    ra_tax_line line = {.price_unit = 3.335, .quantity = 2, .discount = 50, .set = &set};
    ra_tax_totals totals;
    assert_int_equal(ra_tax_compute_document(&globally, *state, &line, 1, &totals), RA_OK);
    assert_true(line.price_subtotal == 3.34 && line.price_total == 3.34 && line.price_tax == 0);
}

/* Two lines of 12.12 x 12.12 at 23 %: the tax of the document is a cent less than theirs. */
static void a_document_is_not_the_sum_of_its_lines(void **state) {
    const int32_t id = 1;
    ra_tax_set set = build(*state, &id, 1);
    ra_tax tax = taxes[0];
    tax.amount = 23;
    set.taxes[0] = &tax;
    ra_tax_line lines[] = {{.price_unit = 12.12, .quantity = 12.12, .set = &set},
                           {.price_unit = 12.12, .quantity = 12.12, .set = &set}};
    ra_tax_totals totals;
    assert_int_equal(ra_tax_compute_document(&globally, *state, lines, 2, &totals), RA_OK);
    assert_true(lines[0].price_subtotal == 146.89 && lines[0].tax_amounts[0] == 33.79);
    assert_true(totals.amount_untaxed == 293.79 && totals.amount_tax == 67.57);
    ra_tax_config per_line = globally;
    per_line.round_globally = false;
    assert_int_equal(ra_tax_compute_document(&per_line, *state, lines, 2, &totals), RA_OK);
    assert_true(totals.amount_untaxed == 293.78 && totals.amount_tax == 67.56);
}

static void imposed_amounts_win_over_the_arithmetic(void **state) {
    const int32_t id = 1;
    ra_tax_set set = build(*state, &id, 1);
    const double imposed[] = {-0.01};
    ra_tax_line line = {.price_unit = 0, .quantity = 1, .set = &set, .imposed = true};
    line.manual_tax = imposed;
    ra_tax_totals totals;
    assert_int_equal(ra_tax_compute_document(&globally, *state, &line, 1, &totals), RA_OK);
    assert_true(line.price_subtotal == 0 && line.price_total == -0.01);
    assert_true(totals.amount_tax == -0.01 && totals.amount_total == -0.01);
}

static ra_status price_two_lines(ra_arena *arena) {
    const int32_t ids[] = {4, 7};
    ra_tax_set set;
    ra_status status = ra_tax_set_build(&table, ids, 2, arena, &set);
    if (status != RA_OK) return status;
    ra_tax_line lines[] = {{.price_unit = 1.005, .quantity = 1.005, .set = &set},
                           {.price_unit = 1.005, .quantity = 1.005, .set = &set},
                           {.price_unit = 1.005, .quantity = 1.005, .set = &set}};
    ra_tax_totals totals;
    return ra_tax_compute_document(&globally, arena, lines, 3, &totals);
}

/* The limit cuts every single request of the arena short in turn. */
static void memory_may_run_out_anywhere(void **state) {
    (void)state;
    size_t refused = 0;
    for (size_t limit = 1;; limit += 8) {
        ra_arena arena;
        ra_arena_init(&arena, limit, NULL);
        ra_status status = price_two_lines(&arena);
        ra_arena_free(&arena);
        if (status == RA_OK) break;
        assert_int_equal(status, RA_NO_MEMORY);
        refused++;
    }
    assert_true(refused > 20);
}

static void the_allocator_may_fail(void **state) {
    (void)state;
    size_t refused = 0;
    for (size_t point = 1;; point++) {
        faulty_memory memory = {.failing = point, .lasting = true};
        ra_allocator allocator = faulty_allocator(&memory);
        ra_arena arena;
        ra_arena_init(&arena, 0, &allocator);
        ra_status status = price_two_lines(&arena);
        ra_arena_free(&arena);
        assert_int_equal(memory.live, 0);
        if (status == RA_OK) break;
        assert_int_equal(status, RA_NO_MEMORY);
        refused++;
    }
    assert_true(refused > 0);
}

#define WITH_ARENA(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        WITH_ARENA(a_set_is_sorted_unique_and_flattened),
        WITH_ARENA(unknown_taxes_are_named_as_such),
        WITH_ARENA(an_empty_document_is_zero),
        WITH_ARENA(a_line_without_tax_is_its_price),
        WITH_ARENA(a_document_is_not_the_sum_of_its_lines),
        WITH_ARENA(imposed_amounts_win_over_the_arithmetic),
        cmocka_unit_test(memory_may_run_out_anywhere),
        cmocka_unit_test(the_allocator_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

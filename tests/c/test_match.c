/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The matcher without Python: failing memory, the proof that can fail, sums against brute force,
 * and rows of binary COPY that are not what they should be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "match/ra_match_copy.h"
#include "match/ra_match_subset.h"
#include "match/ra_match_verify.h"
#include "read_support.h"
#include "write/ra_encode.h"

#define EVENTS 8

/* An id, a spelling, a sum, a person, a refund, a row for nothing, a refund of a credit note and a
 * sum of nobody knows whom. */
static void make_events(ra_match_event events[EVENTS]) {
    static const char *const orders[EVENTS] = {"", "#s-00012", "S00013", "",
                                               "", "S99999",   "S77777", ""};
    static const int64_t amounts[EVENTS] = {1000, 1200, 7519, 4321, -300, 50, -200, 811105};
    for (int i = 0; i < EVENTS; i++)
        events[i] = (ra_match_event){.kind = RA_EVENT_CAPTURE,
                                     .day = 100,
                                     .time_us = i,
                                     .order = {orders[i], strlen(orders[i])},
                                     .currency = RA_STR("EUR"),
                                     .amount = amounts[i]};
    events[0].transaction = RA_STR("ch_1");
    events[3].party = RA_STR("Änn Lee");
    events[3].email = RA_STR("Ann@Mail.example");
    events[4].kind = events[6].kind = RA_EVENT_REFUND;
    events[4].parent = events[6].parent = RA_STR("ch_1");
}

static ra_status add_items(ra_match *match) {
    static const struct {
        int64_t id, amount;
        const char *transaction, *reference;
    } rows[] = {{9, 1000, "ch_1", "S00011"}, {8, 1200, "", "S00012"},   {7, 3017, "", "S00013"},
                {6, 4502, "", "S00013"},     {5, 2481, "", "S00013"},   {4, 4321, "", "S00014"},
                {3, -200, "", "S00011"},     {2, 612345, "", "S00015"}, {1, 198760, "", "S00016"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ra_str id = {rows[i].transaction, strlen(rows[i].transaction)};
        ra_str reference = {rows[i].reference, strlen(rows[i].reference)};
        ra_match_item item = {.id = rows[i].id,
                              .kind = rows[i].amount < 0 ? RA_ITEM_CREDIT_NOTE : RA_ITEM_INVOICE,
                              .day = 100,
                              .currency = RA_STR("EUR"),
                              .open = rows[i].amount,
                              .total = rows[i].amount,
                              .party = RA_STR("Änn Lee"),
                              .email = RA_STR("ann@mail.example"),
                              .ids = &id,
                              .refs = &reference,
                              .id_count = id.len > 0,
                              .ref_count = 1};
        ra_status status = ra_match_add(match, &item);
        if (status != RA_OK) return status;
    }
    return RA_OK;
}

static ra_status match_all(const ra_match_event *events, const ra_allocator *allocator,
                           ra_match **match, ra_match_result *result) {
    ra_match_options options = ra_match_defaults();
    ra_status status = ra_match_open(events, EVENTS, &options, allocator, match);
    if (status == RA_OK) status = add_items(*match);
    if (status == RA_OK) status = ra_match_run(*match, result);
    return status;
}

static void test_all_levels_find_their_items(void **state) {
    (void)state;
    ra_match_event events[EVENTS];
    ra_match *match;
    ra_match_result result;
    make_events(events);
    assert_int_equal(match_all(events, NULL, &match, &result), RA_OK);
    static const struct {
        uint32_t event;
        ra_match_level level;
        int64_t item;
    } expected[] = {{0, RA_LEVEL_ID, 9},        {1, RA_LEVEL_REFERENCE, 8}, {2, RA_LEVEL_GROUP, 6},
                    {2, RA_LEVEL_GROUP, 7},     {3, RA_LEVEL_AMOUNT, 4},    {4, RA_LEVEL_ID, 9},
                    {6, RA_LEVEL_REFERENCE, 3}, {7, RA_LEVEL_GROUP, 1},     {7, RA_LEVEL_GROUP, 2}};
    assert_int_equal(result.link_count, 9);
    for (size_t i = 0; i < 9; i++) {
        ra_item_kind kind;
        assert_int_equal(result.links[i].event, expected[i].event);
        assert_int_equal(result.links[i].level, expected[i].level);
        assert_int_equal(ra_match_item_of(match, result.links[i].item, &kind), expected[i].item);
        assert_int_equal(kind, expected[i].item == 3 ? RA_ITEM_CREDIT_NOTE : RA_ITEM_INVOICE);
    }
    assert_int_equal(result.exception_count, 1);
    assert_string_equal(ra_match_reason_name(result.exceptions[0].reason), "not_found_yet");
    ra_match_close(match);
}

static void test_memory_failing_at_every_point_is_reported_and_nothing_leaks(void **state) {
    (void)state;
    ra_match_event events[EVENTS];
    make_events(events);
    for (int lasting = 0; lasting < 2; lasting++) {
        bool failed = true;
        size_t at = 1;
        for (; failed; at++) {
            faulty_memory memory = {.failing = at, .lasting = lasting != 0};
            ra_allocator allocator = faulty_allocator(&memory);
            ra_match *match;
            ra_match_result result;
            ra_status status = match_all(events, &allocator, &match, &result);
            failed = memory.failures > 0;
            assert_int_equal(status, failed ? RA_NO_MEMORY : RA_OK);
            ra_match_close(match);
            assert_int_equal(memory.live, 0);
        }
        assert_true(at > 10);
    }
}

static void test_a_memory_limit_is_kept(void **state) {
    (void)state;
    ra_match_event events[EVENTS];
    ra_match_options options = ra_match_defaults();
    ra_match *match;
    make_events(events);
    options.limit = 1024;
    assert_int_equal(ra_match_open(events, EVENTS, &options, NULL, &match), RA_NO_MEMORY);
    assert_null(match);
}

/* Spoil a sound result in every way the proof is there for. */
static void test_the_proof_fails_for_every_spoiled_sum(void **state) {
    (void)state;
    ra_match_event events[EVENTS];
    ra_match *match;
    ra_match_result result;
    ra_arena scratch;
    make_events(events);
    assert_int_equal(match_all(events, NULL, &match, &result), RA_OK);
    ra_arena_init(&scratch, 0, NULL);
    assert_int_equal(ra_match_verify(match, &result, &scratch), RA_OK);
    for (int spoil = 0; spoil < 6; spoil++) {
        ra_match_link links[7];
        ra_match_exception exceptions[2] = {result.exceptions[0], {.event = 1}};
        memcpy(links, result.links, 6 * sizeof *links);
        links[6] = links[1]; /* one item taken twice */
        ra_match_result spoiled = result;
        spoiled.links = links;
        spoiled.exceptions = exceptions;
        spoiled.link_count = spoil == 0 ? 7 : spoil == 1 ? 5 : 6;
        if (spoil == 2) links[1].amount--;
        if (spoil == 3) links[1].item = links[0].item;
        if (spoil == 4) spoiled.exception_count = 2;
        if (spoil == 5) links[0].event = EVENTS;
        assert_int_equal(ra_match_verify(match, &spoiled, &scratch), RA_TOTAL_MISMATCH);
    }
    ra_match_item_at(match, 0)->used++; /* the books of the matcher itself */
    assert_int_equal(ra_match_verify(match, &result, &scratch), RA_TOTAL_MISMATCH);
    ra_arena_free(&scratch);
    ra_match_close(match);
}

static void test_subsets_are_counted_as_brute_force_counts_them(void **state) {
    (void)state;
    uint32_t random = 12345;
    for (int turn = 0; turn < 3000; turn++) {
        int64_t amounts[RA_SUBSET_MAX];
        uint32_t count = 0, solutions = 0, members = 0;
        random = random * 1664525U + 1013904223U;
        count = (random >> 16) % 9;
        for (uint32_t i = 0; i < count; i++) {
            random = random * 1664525U + 1013904223U;
            amounts[i] = 1 + (random >> 16) % 12;
        }
        random = random * 1664525U + 1013904223U;
        int64_t target = (random >> 16) % 40;
        for (uint32_t mask = 1; mask < 1U << count; mask++) {
            int64_t sum = 0;
            for (uint32_t i = 0; i < count; i++)
                sum += mask >> i & 1 ? amounts[i] : 0;
            if (sum != target) continue;
            solutions++;
            members = mask;
        }
        ra_subset subset;
        assert_int_equal(ra_match_subset(amounts, count, target, &subset), RA_OK);
        assert_int_equal(subset.solutions, solutions < 2 ? solutions : 2);
        if (solutions == 1) assert_int_equal(subset.members, members);
    }
}

static void test_too_many_or_too_large_amounts_are_refused(void **state) {
    (void)state;
    int64_t amounts[RA_SUBSET_MAX + 1];
    ra_subset subset;
    for (int i = 0; i <= RA_SUBSET_MAX; i++)
        amounts[i] = INT64_MAX / 4;
    assert_int_equal(ra_match_subset(amounts, RA_SUBSET_MAX + 1, 5, &subset), RA_TOO_LARGE);
    assert_int_equal(ra_match_subset(amounts, 5, 5, &subset), RA_OVERFLOW);
}

/* One row as PostgreSQL sends it, `fields` of its ten columns. */
static void make_row(ra_buffer *buffer, int16_t fields) {
    ra_copy_tuple(buffer, fields);
    ra_copy_int8(buffer, 9);
    ra_copy_int4(buffer, 0); /* a kind is int2: put right below */
    buffer->data[buffer->size - 5] = 2;
    buffer->data[buffer->size - 3] = 2;
    buffer->size -= 2;
    ra_copy_int4(buffer, 100);
    ra_copy_text(buffer, RA_STR("EUR"));
    ra_copy_int8(buffer, 1000);
    ra_copy_null(buffer);
    ra_copy_text(buffer, RA_STR("Ann Lee"));
    ra_copy_null(buffer);
    ra_copy_text(buffer, RA_STR("ch_1\nch_2\n"));
    ra_copy_null(buffer);
}

static ra_status put(ra_match *match, const ra_buffer *buffer, size_t size, ra_error *error) {
    ra_item_stream stream = {.match = match};
    char *exact = malloc(size > 0 ? size : 1); /* so that the sanitizer sees every byte too far */
    memcpy(exact, buffer->data, size);
    ra_status status = ra_item_stream_put(&stream, exact, size, error);
    free(exact);
    return status;
}

static void test_a_copied_row_becomes_an_item(void **state) {
    (void)state;
    ra_match_event events[EVENTS];
    ra_match_options options = ra_match_defaults();
    ra_match *match;
    ra_buffer buffer;
    ra_error error = {.code = RA_OK};
    make_events(events);
    ra_buffer_init(&buffer, NULL);
    ra_copy_header(&buffer);
    make_row(&buffer, RA_ITEM_COLUMNS);
    ra_copy_trailer(&buffer);
    assert_int_equal(ra_match_open(events, 1, &options, NULL, &match), RA_OK);
    assert_int_equal(put(match, &buffer, buffer.size, &error), RA_OK);
    ra_match_result result;
    assert_int_equal(ra_match_run(match, &result), RA_OK);
    assert_int_equal(result.link_count, 1);
    assert_int_equal(result.links[0].level, RA_LEVEL_ID);
    ra_match_close(match);
    ra_buffer_free(&buffer);
}

static void test_a_row_cut_anywhere_is_refused_with_its_number(void **state) {
    (void)state;
    ra_match_event events[EVENTS];
    ra_match_options options = ra_match_defaults();
    ra_buffer buffer;
    make_events(events);
    ra_buffer_init(&buffer, NULL);
    ra_copy_header(&buffer);
    size_t head = buffer.size;
    make_row(&buffer, RA_ITEM_COLUMNS);
    for (size_t size = 0; size < buffer.size; size++) {
        ra_match *match;
        ra_error error = {.code = RA_OK};
        assert_int_equal(ra_match_open(events, EVENTS, &options, NULL, &match), RA_OK);
        ra_status status = put(match, &buffer, size, &error);
        assert_int_equal(status, size == head ? RA_OK : RA_BAD_FORMAT);
        if (size != head) assert_int_equal(error.row, 1);
        ra_match_close(match);
    }
    ra_buffer_free(&buffer);
}

static void test_a_statement_with_other_columns_is_refused(void **state) {
    (void)state;
    ra_match_event events[EVENTS];
    ra_match_options options = ra_match_defaults();
    ra_match *match;
    ra_buffer buffer;
    ra_error error = {.code = RA_OK};
    make_events(events);
    ra_buffer_init(&buffer, NULL);
    ra_copy_header(&buffer);
    make_row(&buffer, RA_ITEM_COLUMNS - 1);
    assert_int_equal(ra_match_open(events, EVENTS, &options, NULL, &match), RA_OK);
    assert_int_equal(put(match, &buffer, buffer.size, &error), RA_BAD_FORMAT);
    ra_match_close(match);
    ra_buffer_free(&buffer);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_levels_find_their_items),
        cmocka_unit_test(test_memory_failing_at_every_point_is_reported_and_nothing_leaks),
        cmocka_unit_test(test_a_memory_limit_is_kept),
        cmocka_unit_test(test_the_proof_fails_for_every_spoiled_sum),
        cmocka_unit_test(test_subsets_are_counted_as_brute_force_counts_them),
        cmocka_unit_test(test_too_many_or_too_large_amounts_are_refused),
        cmocka_unit_test(test_a_copied_row_becomes_an_item),
        cmocka_unit_test(test_a_row_cut_anywhere_is_refused_with_its_number),
        cmocka_unit_test(test_a_statement_with_other_columns_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

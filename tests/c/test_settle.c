/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Settlement reports in C: bad files, failing memory, numbers, times, profiles. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "read/ra_settle.h"
#include "read/ra_settle_builtin.h"
#include "read_support.h"

#define HEADER                                                                                     \
    "automatic_payout_id,balance_transaction_id,created_utc,currency,gross,fee,net,"               \
    "reporting_category,source_id,colour\n"
#define CHARGE "po_1,txn_1,2026-09-15 10:22:31,eur,10.00,0.30,9.70,charge,ch_1,red\n"
#define REFUND "po_1,txn_2,2026-09-15 12:00:00,eur,-5.00,0.00,-5.00,refund,re_1,\n"
#define PAYOUT "po_1,txn_3,2026-09-16 00:00:00,eur,-4.70,0.00,-4.70,payout,po_1,\n"
#define MINUTE_US (INT64_C(60) * 1000000)

typedef struct settle_reading {
    ra_events events;
    ra_error error;
    ra_status status;
} settle_reading;

static settle_reading read_bytes(const char *bytes, size_t size, const ra_allocator *allocator) {
    settle_reading out;
    memory_input in = {.data = bytes, .size = size, .piece = 7};
    ra_input input = {memory_read, NULL, &in};
    ra_settle_options options = {.limit = (size_t)64 << 20};
    out.error = (ra_error){.code = RA_OK};
    out.status = ra_settle_read(input, &options, allocator, &out.events, &out.error);
    return out;
}

static settle_reading read_report(const char *text) {
    return read_bytes(text, strlen(text), NULL);
}

static void assert_refused(const char *text, ra_status status, uint64_t row) {
    settle_reading got = read_report(text);
    assert_int_equal(got.status, status);
    assert_int_equal(got.error.code, status);
    assert_int_equal(got.error.row, row);
    assert_non_null(got.error.message);
    ra_events_free(&got.events);
}

static void test_rows_of_a_payout_add_up_to_what_it_declares(void **state) {
    (void)state;
    settle_reading got = read_report(HEADER CHARGE REFUND PAYOUT);
    assert_int_equal(got.status, RA_OK);
    assert_int_equal(got.events.count, 3);
    assert_int_equal(got.events.payout_count, 1);
    const ra_payout *payout = &got.events.payouts[0];
    assert_true(payout->has_declared);
    assert_int_equal(payout->total, 470);
    assert_int_equal(payout->declared, 470);
    assert_int_equal(got.events.events[0].fee, -30);
    assert_memory_equal(got.events.events[0].extra.ptr, "{\"colour\": \"red\"}", 17);
    ra_events_free(&got.events);
}

static void test_a_missing_row_shows_as_difference(void **state) {
    (void)state;
    settle_reading got = read_report(HEADER CHARGE PAYOUT);
    assert_int_equal(got.status, RA_OK);
    assert_int_equal(got.events.payouts[0].total - got.events.payouts[0].declared, 500);
    ra_events_free(&got.events);
}

static void test_bad_files_are_refused_with_their_place(void **state) {
    (void)state;
    assert_refused("", RA_BAD_FORMAT, 0);
    assert_refused("\n\n", RA_BAD_FORMAT, 0);
    assert_refused("just a text", RA_BAD_FORMAT, 0);
    assert_refused(HEADER, RA_BAD_FORMAT, 0);
    assert_refused(HEADER CHARGE "po_1,txn_2,2026", RA_TRUNCATED, 2);
    assert_refused(HEADER "po_1,txn_1\n" CHARGE, RA_BAD_SYNTAX, 1);
    assert_refused(HEADER CHARGE "a,b,c,d,e,f,g,h,i,j,k\n", RA_BAD_SYNTAX, 2);
    assert_refused(HEADER CHARGE "po_1,\"txn\" x,,,,,,,,\n" CHARGE, RA_BAD_SYNTAX, 2);
    assert_refused(HEADER CHARGE "po_1,\"txn_2,,,,,,,,\n" CHARGE, RA_BAD_SYNTAX, 2);
    assert_refused(HEADER "p,t,2026-09-31,eur,1.00,0.00,1.00,charge,c,\n", RA_BAD_DATE, 1);
    assert_refused(HEADER "p,t,2026-09-30,eur,1.001,0.00,1.00,charge,c,\n", RA_BAD_NUMBER, 1);
    assert_refused(HEADER "p,t,2026-09-30,eur,ten,0.00,1.00,charge,c,\n", RA_BAD_NUMBER, 1);
    assert_refused(HEADER "p,t,2026-09-30,euro,1.00,0.00,1.00,charge,c,\n", RA_UNKNOWN_CURRENCY, 1);
    assert_refused(HEADER "p,t,2026-09-30,,1.00,0.00,1.00,charge,c,\n", RA_UNKNOWN_CURRENCY, 1);
    assert_refused(HEADER "p,t,2026-09-30,eur,1.00,0.10,1.00,charge,c,\n", RA_TOTAL_MISMATCH, 1);
    assert_refused(HEADER "p,t,2026-09-30,eur,99999999999999999,0,99999999999999999,charge,c,\n",
                   RA_OVERFLOW, 1);
}

static void test_the_sum_of_a_payout_may_not_overflow(void **state) {
    (void)state;
    char text[4096] = HEADER;
    static const char row[] = "p,t,2026-09-30,eur,9000000000000000,0,9000000000000000,charge,c,\n";
    for (int i = 0; i < 12; i++)
        strncat(text, row, sizeof text - strlen(text) - 1);
    assert_refused(text, RA_OVERFLOW, 11);
}

static void test_nul_and_broken_utf8_are_refused(void **state) {
    (void)state;
    static const char nul[] = HEADER "po_1,txn\0_1,2026-09-15,eur,1.00,0,1.00,charge,ch_1,\n";
    settle_reading got = read_bytes(nul, sizeof nul - 1, NULL);
    assert_int_equal(got.status, RA_BAD_ENCODING);
    assert_int_equal(got.error.offset, strlen(nul));
    ra_events_free(&got.events);
    assert_refused(HEADER "p,\xC3\xA9\xE9,2026-09-15,eur,1.00,0,1.00,charge,ch_1,\n",
                   RA_BAD_ENCODING, 0);
}

static void test_a_cell_of_a_megabyte_is_read(void **state) {
    (void)state;
    size_t size = sizeof HEADER + sizeof CHARGE + (1u << 20);
    char *text = malloc(size);
    assert_non_null(text);
    size_t length = strlen(HEADER CHARGE) - 1;
    memcpy(text, HEADER CHARGE, length);
    memset(text + length, 'x', size - length);
    settle_reading got = read_bytes(text, size, NULL);
    assert_int_equal(got.status, RA_OK);
    assert_true(got.events.events[0].extra.len > 1u << 20);
    ra_events_free(&got.events);
    free(text);
}

static void test_read_errors_are_told(void **state) {
    (void)state;
    ra_events events;
    ra_error error = {.code = RA_OK};
    memory_input in = {.data = HEADER CHARGE, .size = strlen(HEADER CHARGE), .failing_read = 1};
    ra_settle_options options = {.limit = 0};
    ra_input input = {memory_read, NULL, &in};
    assert_int_equal(ra_settle_read(input, &options, NULL, &events, &error), RA_READ_FAILED);
    assert_int_equal(error.code, RA_READ_FAILED);
    ra_events_free(&events);
}

/* UTF-16 exercises the decoder too; several payouts and many columns the rest. */
static void test_every_allocation_may_fail(void **state) {
    (void)state;
    static const char ascii[] = HEADER CHARGE REFUND PAYOUT;
    char text[2 * sizeof ascii];
    for (size_t i = 0; i < sizeof ascii; i++) {
        text[2 * i] = ascii[i];
        text[2 * i + 1] = '\0';
    }
    for (int lasting = 0; lasting < 2; lasting++) {
        size_t failing = 0;
        ra_status status = RA_NO_MEMORY;
        while (status == RA_NO_MEMORY) {
            faulty_memory memory = {.failing = ++failing, .lasting = lasting == 1};
            ra_allocator allocator = faulty_allocator(&memory);
            settle_reading got = read_bytes(text, 2 * strlen(ascii), &allocator);
            status = got.status;
            assert_true(status == RA_NO_MEMORY || memory.failures == 0);
            ra_events_free(&got.events);
            assert_int_equal(memory.live, 0);
        }
        assert_int_equal(status, RA_OK);
        assert_true(failing > 10);
    }
}

static void assert_number(const char *text, ra_settle_sign sign, int64_t cents) {
    ra_decimal value;
    int64_t minor;
    assert_int_equal(ra_settle_number((ra_str){text, strlen(text)}, sign, &value), RA_OK);
    assert_int_equal(ra_settle_minor(value, 2, &minor), RA_OK);
    assert_int_equal(minor, cents);
}

static void test_numbers_of_every_country_are_read_exactly(void **state) {
    (void)state;
    assert_number("1,234.50", RA_SIGN_POINT, 123450);
    assert_number("1,23,456.7", RA_SIGN_POINT, 12345670);
    assert_number("-$0.95", RA_SIGN_POINT, -95);
    assert_number("$-0.95", RA_SIGN_POINT, -95);
    assert_number("(5.00)", RA_SIGN_POINT, -500);
    assert_number("\xE2\x88\x92"
                  "3",
                  RA_SIGN_POINT, -300);
    assert_number("EUR 7", RA_SIGN_POINT, 700);
    assert_number("1.234,50-", RA_SIGN_COMMA, -123450);
    assert_number("1\xC2\xA0"
                  "234,50 \xE2\x82\xAC",
                  RA_SIGN_COMMA, 123450);
    assert_number("1'234.50", RA_SIGN_POINT, 123450);
    assert_number("1 234 567,89", RA_SIGN_COMMA, 123456789);
}

static void test_what_is_no_number_is_refused(void **state) {
    (void)state;
    static const char *const bad[] = {"",
                                      " ",
                                      "-",
                                      "$",
                                      "1,2,3",
                                      "12,34",
                                      "1.2.3",
                                      "1,234,5",
                                      "--1",
                                      "(-1)",
                                      "1e5",
                                      "0x10",
                                      "1 2",
                                      "1.0 x",
                                      "NaN",
                                      "1,,000.0",
                                      "9999999999999999999"};
    ra_decimal value;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        ra_str text = {bad[i], strlen(bad[i])};
        assert_int_equal(ra_settle_number(text, RA_SIGN_POINT, &value), RA_BAD_NUMBER);
    }
}

static void assert_time(const char *text, ra_settle_order order, int64_t expected) {
    static const ra_zone utc = {.offset = 0};
    int64_t got = 0;
    assert_int_equal(ra_settle_time((ra_str){text, strlen(text)}, order, &utc, &got), RA_OK);
    assert_int_equal(got, expected);
}

static void test_dates_of_every_form_are_read(void **state) {
    (void)state;
    const int64_t day = INT64_C(1786752000) * 1000000; /* 2026-08-15 */
    assert_time("2026-08-15", RA_ORDER_UNKNOWN, day);
    assert_time("2026/8/15", RA_ORDER_UNKNOWN, day);
    assert_time("15.08.2026", RA_ORDER_UNKNOWN, day);
    assert_time("15/08/2026", RA_ORDER_UNKNOWN, day);
    assert_time("8/15/2026", RA_ORDER_UNKNOWN, day);
    assert_time("Aug 15, 2026", RA_ORDER_UNKNOWN, day);
    assert_time("15 August 2026", RA_ORDER_UNKNOWN, day);
    assert_time("2026-08-15T01:00:00+01:00", RA_ORDER_UNKNOWN, day);
    assert_time("2026-08-15 00:30:00 +0030", RA_ORDER_UNKNOWN, day);
    assert_time("2026-08-14 05:00:00 PM PDT", RA_ORDER_UNKNOWN, day);
    assert_time("2026-08-14 17:00:00 Pacific Time (US & Canada)", RA_ORDER_UNKNOWN, day);
    assert_time("2026-08-15 02:00 Europe/Berlin", RA_ORDER_UNKNOWN, day);
    assert_time("15.08.2026 00:01:00 UTC", RA_ORDER_UNKNOWN, day + MINUTE_US);
    assert_time("08/07/2026", RA_ORDER_MDY, day - 8 * 1440 * MINUTE_US);
}

static void test_doubtful_and_impossible_dates_are_refused(void **state) {
    (void)state;
    static const char *const bad[] = {"05/06/2026",       "2026-02-29",  "2026-13-01",
                                      "31.04.2026",       "Foo 1, 2026", "26-01-01",
                                      "2026-01-01 24:00", "2026-01-01 x"};
    static const ra_zone utc = {.offset = 0};
    int64_t got;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        ra_str text = {bad[i], strlen(bad[i])};
        assert_int_equal(ra_settle_time(text, RA_ORDER_UNKNOWN, &utc, &got), RA_BAD_DATE);
    }
}

static void assert_bad_profile(const char *text, uint64_t line) {
    ra_settle_profile profile;
    ra_error error = {.code = RA_OK};
    assert_int_equal(ra_settle_profile_parse((ra_str){text, strlen(text)}, &profile, &error),
                     RA_BAD_FORMAT);
    assert_int_equal(error.row, line);
    assert_non_null(error.message);
}

static void test_a_bad_profile_is_refused_with_its_line(void **state) {
    (void)state;
    assert_bad_profile("", 0);
    assert_bad_profile("need A\n", 1);
    assert_bad_profile("profile a b\n", 1);
    assert_bad_profile("profile a\n", 1);
    assert_bad_profile("profile a\nneed A\n", 2);
    assert_bad_profile("profile a\n\n# note\nneed\n", 4);
    assert_bad_profile("profile a\nneed A | \n", 2);
    assert_bad_profile("profile a\ntext colour A\n", 2);
    assert_bad_profile("profile a\ntext gross A\n", 2);
    assert_bad_profile("profile a\nadd type A\n", 2);
    assert_bad_profile("profile a\nkind colour A\n", 2);
    assert_bad_profile("profile a\nkind fee\n", 2);
    assert_bad_profile("profile a\ndebit gross A\n", 2);
    assert_bad_profile("profile a\nzone\n", 2);
    assert_bad_profile("profile a\ncurrency euro\n", 2);
    assert_bad_profile("profile a\ndecimal dot\n", 2);
    assert_bad_profile("profile a\nunits minor\nfancy yes\n", 3);
}

static void test_a_zone_is_the_engines_or_the_callers_or_refused_with_its_line(void **state) {
    (void)state;
    static const char text[] = "profile a\nneed A\nzone Asia/Singapore\nadd net A\n";
    static const char own[] = "profile a\nzone Europe/Berlin\nneed A\nadd net A\n";
    static const ra_zone_change change = {INT64_MIN, 28800};
    static const ra_zone singapore = {.changes = &change, .count = 1}, none = {.offset = 0};
    ra_settle_profile profile;
    ra_error error = {.code = RA_OK};
    assert_int_equal(ra_settle_profile_parse(RA_STR(text), &profile, &error), RA_OK);
    assert_int_equal(ra_settle_profile_zone(&profile, NULL, &error), RA_BAD_FORMAT);
    assert_int_equal(error.row, 3);
    assert_int_equal(ra_settle_profile_zone(&profile, &none, NULL), RA_BAD_FORMAT);
    assert_int_equal(ra_settle_profile_zone(&profile, &singapore, NULL), RA_OK);
    assert_ptr_equal(profile.zone.changes, &change);
    assert_int_equal(ra_settle_profile_parse(RA_STR(own), &profile, NULL), RA_OK);
    assert_int_equal(ra_settle_profile_zone(&profile, NULL, NULL), RA_OK);
    assert_int_equal(profile.zone.offset, 3600);
}

static void test_every_builtin_profile_is_sound(void **state) {
    (void)state;
    size_t count = 0;
    const char *text;
    ra_settle_profile profile;
    for (; (text = ra_settle_builtin(count)) != NULL; count++) {
        ra_error error = {.code = RA_OK};
        ra_status status = ra_settle_profile_parse((ra_str){text, strlen(text)}, &profile, &error);
        if (status == RA_OK) status = ra_settle_profile_zone(&profile, NULL, &error);
        if (status != RA_OK) fail_msg("line %d: %s", (int)error.row, error.message);
        assert_true(profile.title.len > 0);
    }
    assert_true(count > 15);
}

static void test_patterns_fit_as_a_person_reads_them(void **state) {
    (void)state;
    static const char text[] =
        "profile a\nneed A\nadd net A\nkind fee *Fee*tax/x\nkind refund ref*\n";
    ra_settle_profile profile;
    assert_int_equal(ra_settle_profile_parse(RA_STR(text), &profile, NULL), RA_OK);
    assert_int_equal(ra_settle_kind(&profile, RA_STR("a FEE fee tax/X")), RA_MOVE_FEE);
    assert_int_equal(ra_settle_kind(&profile, RA_STR("fee tax/xy")), RA_MOVE_UNKNOWN);
    assert_int_equal(ra_settle_kind(&profile, RA_STR("REF")), RA_MOVE_REFUND);
    assert_int_equal(ra_settle_kind(&profile, RA_STR("")), RA_MOVE_UNKNOWN);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_of_a_payout_add_up_to_what_it_declares),
        cmocka_unit_test(test_a_missing_row_shows_as_difference),
        cmocka_unit_test(test_bad_files_are_refused_with_their_place),
        cmocka_unit_test(test_the_sum_of_a_payout_may_not_overflow),
        cmocka_unit_test(test_nul_and_broken_utf8_are_refused),
        cmocka_unit_test(test_a_cell_of_a_megabyte_is_read),
        cmocka_unit_test(test_read_errors_are_told),
        cmocka_unit_test(test_every_allocation_may_fail),
        cmocka_unit_test(test_numbers_of_every_country_are_read_exactly),
        cmocka_unit_test(test_what_is_no_number_is_refused),
        cmocka_unit_test(test_dates_of_every_form_are_read),
        cmocka_unit_test(test_doubtful_and_impossible_dates_are_refused),
        cmocka_unit_test(test_a_bad_profile_is_refused_with_its_line),
        cmocka_unit_test(test_a_zone_is_the_engines_or_the_callers_or_refused_with_its_line),
        cmocka_unit_test(test_every_builtin_profile_is_sound),
        cmocka_unit_test(test_patterns_fit_as_a_person_reads_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

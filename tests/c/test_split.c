/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Boundaries of JSON records: every layout, every way to cut the input, every damage. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "read_support.h"

#include "read/ra_split.h"

/* Reads all records and joins "group:text|" into `out`; returns how the stream ended. */
static ra_status split(const char *text, size_t piece, bool grouped, ra_reader_options options,
                       char out[512], ra_error *error) {
    memory_input in;
    ra_input input = memory_source(&in, text);
    in.piece = piece;
    ra_splitter *splitter = NULL;
    *error = (ra_error){.code = RA_OK};
    grown_text joined = {.text = out, .capacity = 512};
    grow(&joined, NULL, 0);
    ra_status status = ra_splitter_open(input, &options, grouped, NULL, &splitter, error);
    ra_record record;
    while (status == RA_OK && (status = ra_splitter_next(splitter, &record, error)) == RA_OK) {
        if (grouped) {
            grow(&joined, record.group.ptr, record.group.len);
            grow_text(&joined, ":");
        }
        if (record.error.code != RA_OK) grow_text(&joined, ra_status_name(record.error.code));
        grow(&joined, record.text.ptr, record.text.len);
        grow_text(&joined, "|");
        if (record.text.len > 0) {
            assert_int_equal(record.end - record.offset, record.text.len);
            assert_memory_equal(text + record.offset, record.text.ptr, record.text.len);
        }
    }
    ra_splitter_close(splitter);
    return status;
}

static void assert_split(const char *text, bool grouped, const char *wanted, ra_status end) {
    char out[512];
    ra_error error;
    for (size_t piece = 0; piece < 8; piece++) {
        ra_status status =
            split(text, piece, grouped, (ra_reader_options){.format = RA_FORMAT_JSON}, out, &error);
        assert_string_equal(out, wanted);
        assert_int_equal(status, end);
    }
}

/* Cut short, or a bracket lost: only its own line is harmed, the first one too. */
static void test_a_broken_first_line_harms_no_other(void **state) {
    (void)state;
    static const char *const broken[] = {"{\"a\":[1,{\"b\":", "{\"a\":\"x", "{\"a\":{\"b\":2}",
                                         "{\"a\":[1}", "{\"a\":1,"};
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
        char text[128], wanted[128];
        (void)snprintf(text, sizeof text, "%s\r\n{\"c\":3}\n{\"d\":4}", broken[i]);
        (void)snprintf(wanted, sizeof wanted, "%s|{\"c\":3}|{\"d\":4}|", broken[i]);
        assert_split(text, false, wanted, RA_END);
    }
    assert_split("{\n\"a\":\n{\n}\n}\n{\n}\n", false, "{\n\"a\":\n{\n}\n}|{\n}|", RA_END);
    assert_split("{ \r\n{\"a\":1}", false, "", RA_TRUNCATED);
    assert_split("{\"a\":1,\n \"b\":2}\n{\"c\":3}", false, "{\"a\":1,\n \"b\":2}|{\"c\":3}|",
                 RA_END);
}

static void test_every_layout_is_cut_at_its_records(void **state) {
    (void)state;
    assert_split("[{\"a\":1},{\"b\":[2,{}]} , {}]\n", false, "{\"a\":1}|{\"b\":[2,{}]}|{}|",
                 RA_END);
    assert_split("\xef\xbb\xbf [ ] ", false, "", RA_END);
    assert_split("{\"a\":1}\n\n{\"b\":2}\r\n{\"c\":3}", false, "{\"a\":1}|{\"b\":2}|{\"c\":3}|",
                 RA_END);
    assert_split("{\"a\":\n1}\n{\"b\":\n2}", false, "{\"a\":\n1}|{\"b\":\n2}|", RA_END);
    assert_split("{\"a\":1}{\"b\":2} {\"c\":3}", false, "{\"a\":1}|{\"b\":2}|{\"c\":3}|", RA_END);
    assert_split("{\"a\":[1]}", false, "{\"a\":[1]}|", RA_END);
    assert_split(" \n", false, "", RA_END);
    assert_split("[1, \"a,]\", null ,true]", false, "1|\"a,]\"|null|true|", RA_END);
}

static void test_grouped_lists_keep_their_names(void **state) {
    (void)state;
    assert_split("{\"1\":[{},{\"a\":2}],\"2\" : [ ] , \"x\\\"y\":[3]}", true,
                 "1:{}|1:{\"a\":2}|x\\\"y:3|", RA_END);
    assert_split("{}", true, "", RA_END);
    assert_split("[{}]", true, ":{}|", RA_END);
    assert_split("{\"1\":5}", true, "", RA_BAD_FORMAT);
    assert_split("{\"1\":[{}]", true, "1:{}|", RA_TRUNCATED);
    assert_split("{\"1\":[{}],}", true, "1:{}|", RA_BAD_SYNTAX);
}

static void test_brackets_and_quotes_in_strings_do_not_count(void **state) {
    (void)state;
    assert_split("[{\"a\":\"}]\\\"{[\\\\\"},{\"b\":\"\\\\\\\"\"}]", false,
                 "{\"a\":\"}]\\\"{[\\\\\"}|{\"b\":\"\\\\\\\"\"}|", RA_END);
}

static void assert_broken(const char *text, const char *records, ra_status end, uint64_t row,
                          uint64_t offset) {
    char out[512];
    ra_error error;
    for (size_t piece = 0; piece < 4; piece++) {
        ra_status status =
            split(text, piece, false, (ra_reader_options){.format = RA_FORMAT_JSON}, out, &error);
        assert_int_equal(status, end);
        assert_string_equal(out, records);
        assert_int_equal(error.code, end);
        assert_int_equal(error.row, row);
        assert_int_equal(error.offset, offset);
    }
}

static void test_damage_of_the_file_is_named_with_row_and_offset(void **state) {
    (void)state;
    assert_broken("[{},{\"a\":", "{}|", RA_TRUNCATED, 2, 4);
    assert_broken("[{},", "{}|", RA_TRUNCATED, 2, 4);
    assert_broken("[{}", "{}|", RA_TRUNCATED, 2, 3);
    assert_broken("[{},{\"a\":\"x},{}]", "{}|", RA_TRUNCATED, 2, 4);
    assert_broken("[{} {}]", "{}|", RA_BAD_SYNTAX, 2, 4);
    assert_broken("[{},,{}]", "{}|", RA_BAD_SYNTAX, 2, 4);
    assert_broken("[{},]", "{}|", RA_BAD_SYNTAX, 2, 4);
    assert_broken("[{}}]", "{}|", RA_BAD_SYNTAX, 2, 3);
    assert_broken("[{}] {}", "{}|", RA_BAD_SYNTAX, 2, 5);
    assert_broken("[{},{\"a\":[1},{}]", "{}|", RA_BAD_SYNTAX, 2, 4);
    assert_broken("{\"a\":1}\n{\"b\":", "{\"a\":1}|", RA_TRUNCATED, 2, 8);
    assert_broken("<xml/>", "", RA_BAD_FORMAT, 1, 0);
}

static void test_a_broken_line_is_one_record(void **state) {
    (void)state;
    assert_split("{\"a\":1}\n{\"b\":\n{\"c\":3}\n", false, "{\"a\":1}|{\"b\":|{\"c\":3}|", RA_END);
    assert_split("{\"a\":1}\n}\"x\n{\"c\":3}\n", false, "{\"a\":1}|}\"x|{\"c\":3}|", RA_END);
}

static void test_large_and_deep_records_are_passed_over(void **state) {
    (void)state;
    char out[512];
    ra_error error;
    ra_reader_options options = {.max_record = 10, .max_depth = 2};
    const char *text = "[{\"a\":\"0123456789\"},{\"b\":1},[[[]]],{\"c\":[2]}]";
    for (size_t piece = 0; piece < 8; piece++) {
        assert_int_equal(split(text, piece, false, options, out, &error), RA_END);
        assert_string_equal(out, "too_large|{\"b\":1}|too_deep[[[]]]|{\"c\":[2]}|");
    }
    const char *lines = "{\"b\":1}\n{\"a\":\"0123456789\"}\n{\"c\":1}";
    assert_int_equal(split(lines, 3, false, options, out, &error), RA_END);
    assert_string_equal(out, "{\"b\":1}|too_large|{\"c\":1}|");
}

/* Stop behind every record and go on from there: nothing is lost, nothing comes twice. */
static void check_resume(const char *text, bool grouped, bool seekable) {
    char all[512], rest[512];
    ra_error error;
    assert_int_equal(
        split(text, 0, grouped, (ra_reader_options){.format = RA_FORMAT_JSON}, all, &error),
        RA_END);
    for (size_t stop = 1;; stop++) {
        memory_input in;
        ra_input input = memory_source(&in, text);
        ra_splitter *splitter = NULL;
        ra_record record = {.row = 0};
        assert_int_equal(ra_splitter_open(input, NULL, grouped, NULL, &splitter, &error), RA_OK);
        size_t got = 0;
        while (got < stop && ra_splitter_next(splitter, &record, &error) == RA_OK)
            got++;
        ra_splitter_close(splitter);
        if (got < stop) break;
        ra_reader_options options = {.start_offset = record.end, .start_row = record.row};
        memory_input again;
        ra_input second = memory_source(&again, text);
        if (!seekable) second.seek = NULL;
        assert_int_equal(ra_splitter_open(second, &options, grouped, NULL, &splitter, &error),
                         RA_OK);
        grown_text joined = {.text = rest, .capacity = sizeof rest};
        grow(&joined, NULL, 0);
        while (ra_splitter_next(splitter, &record, &error) == RA_OK) {
            assert_int_equal(record.row, ++got);
            if (grouped) {
                grow(&joined, record.group.ptr, record.group.len);
                grow_text(&joined, ":");
            }
            grow(&joined, record.text.ptr, record.text.len);
            grow_text(&joined, "|");
        }
        ra_splitter_close(splitter);
        assert_string_equal(all + strlen(all) - strlen(rest), rest);
        size_t bars = 0;
        for (const char *c = rest; *c != '\0'; c++)
            bars += *c == '|';
        assert_int_equal(got, stop + bars);
    }
}

static void test_reading_resumes_behind_any_record(void **state) {
    (void)state;
    for (int seekable = 0; seekable < 2; seekable++) {
        check_resume("[{\"a\":1}, {\"b\":2} ,3]", false, seekable != 0);
        check_resume("{\"a\":1}\n{\"b\":2}\n{\"c\":3}\n", false, seekable != 0);
        check_resume("{\"a\":\n{\"b\":2}\n{\"c\":3}\n", false, seekable != 0);
        check_resume("{\"a\":\n1} {\"b\":\n2}{\"c\":3}\n", false, seekable != 0);
        check_resume("{\"1\":[{},{\"a\":2}],\"2\":[],\"3\":[3]}", true, seekable != 0);
    }
}

/* A string that never ends, made up while it is read. */
typedef struct endless {
    uint64_t left, given;
} endless;

static int64_t read_endless(void *context, void *buffer, size_t size) {
    endless *in = context;
    if (in->given == 0) {
        in->given = 6;
        memcpy(buffer, "[{},{\"", 6);
        return 6;
    }
    size_t count = in->left < size ? (size_t)in->left : size;
    memset(buffer, 'x', count);
    in->left -= count;
    in->given += count;
    return (int64_t)count;
}

static void test_a_gigabyte_string_takes_bounded_memory(void **state) {
    (void)state;
    endless source = {.left = UINT64_C(1) << 30};
    faulty_memory memory = {.calls = 0};
    ra_allocator allocator = faulty_allocator(&memory);
    ra_splitter *splitter = NULL;
    ra_error error;
    ra_record record;
    ra_input input = {read_endless, NULL, &source};
    assert_int_equal(ra_splitter_open(input, NULL, false, &allocator, &splitter, &error), RA_OK);
    assert_int_equal(ra_splitter_next(splitter, &record, &error), RA_OK);
    assert_int_equal(ra_splitter_next(splitter, &record, &error), RA_TRUNCATED);
    assert_int_equal(error.row, 2);
    assert_int_equal(error.offset, 4);
    assert_int_equal(source.left, 0);
    /* The window doubles from 256 KiB to the 16 MiB a record may have. */
    assert_true(memory.calls < 12);
    ra_splitter_close(splitter);
    assert_int_equal(memory.live, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_layout_is_cut_at_its_records),
        cmocka_unit_test(test_a_broken_first_line_harms_no_other),
        cmocka_unit_test(test_grouped_lists_keep_their_names),
        cmocka_unit_test(test_brackets_and_quotes_in_strings_do_not_count),
        cmocka_unit_test(test_damage_of_the_file_is_named_with_row_and_offset),
        cmocka_unit_test(test_a_broken_line_is_one_record),
        cmocka_unit_test(test_large_and_deep_records_are_passed_over),
        cmocka_unit_test(test_reading_resumes_behind_any_record),
        cmocka_unit_test(test_a_gigabyte_string_takes_bounded_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The linkage core keeps its promises on small, empty, hostile and huge tables. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dedupe/ra_link.h"
#include "dedupe/ra_link_csv.h"
#include "dedupe/ra_link_digest.h"
#include "dedupe/ra_link_text.h"
#include "dedupe/ra_similarity.h"
#include "faulty_memory.h"

typedef struct ra_memory_file {
    const char *text;
    size_t len, at;
} ra_memory_file;

static int64_t read_memory(void *context, void *buffer, size_t size) {
    ra_memory_file *file = context;
    size_t rest = file->len - file->at, got = rest < size ? rest : size;
    memcpy(buffer, file->text + file->at, got);
    file->at += got;
    return (int64_t)got;
}

static ra_status load_text(const char *profile_name, const char *texts[2], ra_link_table *table,
                           const ra_allocator *allocator, ra_error *error) {
    ra_link_profile profile;
    ra_str name = {profile_name, strlen(profile_name)};
    assert_int_equal(ra_link_profile_parse(ra_link_profile_default(name), &profile, error), RA_OK);
    ra_arena arena;
    ra_arena_init(&arena, 0, allocator);
    ra_memory_file files[2];
    ra_link_csv csvs[2];
    bool present[RA_LINK_PROFILE_FIELDS] = {false};
    ra_status status = RA_OK;
    uint64_t used = 0;
    for (int i = 0; i < 2 && texts[i] && status == RA_OK; i++) {
        files[i] = (ra_memory_file){texts[i], strlen(texts[i]), 0};
        status =
            ra_link_csv_open(&csvs[i], (ra_input){read_memory, NULL, &files[i]}, &arena, error);
        if (status == RA_OK) status = ra_link_csv_map(&csvs[i], &profile, RA_STR(""), &used, error);
        for (uint32_t c = 0; status == RA_OK && c < csvs[i].width; c++)
            if (csvs[i].field[c] != RA_LINK_NO_FIELD) present[csvs[i].field[c]] = true;
    }
    if (status == RA_OK) status = ra_link_table_init(table, &profile, present, 0, allocator);
    for (int i = 0; i < 2 && texts[i] && status == RA_OK; i++) {
        if (i == 1) ra_link_table_split(table);
        status = ra_link_csv_rows(&csvs[i], table, error);
    }
    ra_arena_free(&arena);
    return status;
}

static ra_status link_texts(const char *profile, const char *a, const char *b, uint32_t threads,
                            const ra_allocator *allocator, ra_link_table *table,
                            ra_link_result *result, ra_error *error) {
    memset(table, 0, sizeof *table);
    memset(result, 0, sizeof *result);
    const char *texts[2] = {a, b};
    ra_status status = load_text(profile, texts, table, allocator, error);
    ra_link_options options = {
        .crew = {.threads = threads}, .seed = 1, .threshold = NAN, .allocator = allocator};
    return status == RA_OK ? ra_link_run(table, &options, result) : status;
}

static void free_all(ra_link_table *table, ra_link_result *result) {
    ra_link_result_free(result);
    ra_link_table_free(table);
}

/* `people` rows, each with a mistyped twin. The names are arithmetic, so no generator is needed. */
static char *people_csv(uint32_t people) {
    static const char *const given[] = {"anna", "bruno", "carla", "david", "elena", "felix"};
    static const char *const family[] = {"meyer", "schulze", "okafor", "lindqvist", "duarte"};
    size_t room = 200U + people * 240U;
    char *text = malloc(room);
    assert_non_null(text);
    int at = snprintf(text, room, "rec_id,given_name,surname,date_of_birth,phone,email\n");
    for (uint32_t i = 0; i < people; i++) {
        const char *first = given[i * 7 % 6], *last = family[i * 11 % 5];
        uint32_t year = 1940 + i * 13 % 60, month = 1 + i * 5 % 12, day = 1 + i * 17 % 28;
        uint32_t phone = 10000000 + i * 7654321 % 80000000;
        at += snprintf(text + at, room - (size_t)at,
                       "a%u,%s,%s%u,%u%02u%02u,0%u,%s.%s%u@shop.example\n", i, first, last,
                       i * 31 % 997, year, month, day, phone, first, last, i);
        at += snprintf(text + at, room - (size_t)at, "b%u,%sx,%s%u,%u%02u%02u,0%u,\n", i, first,
                       last, i * 31 % 997, year, month, day, phone);
    }
    return text;
}

static uint64_t next_random(uint64_t *random) {
    *random = *random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *random >> 33;
}

static void check_fold(ra_status (*fold)(ra_str, ra_link_value *), const char *raw,
                       const char *wanted) {
    ra_link_value value;
    assert_int_equal(fold((ra_str){raw, strlen(raw)}, &value), RA_OK);
    assert_int_equal(value.len, strlen(wanted));
    assert_memory_equal(value.text, wanted, value.len);
}

static void spellings_of_one_value_become_equal(void **state) {
    (void)state;
    check_fold(ra_link_fold,
               "  M\xC3\xBCller-L\xC3\xBC"
               "denscheid ",
               "muller ludenscheid");
    check_fold(ra_link_fold, "O'Brien", "obrien");
    check_fold(ra_link_fold,
               "\xEF\xAC\x81n stra\xC3\x9F"
               "e",
               "fin strasse");
    check_fold(ra_link_fold, "\xD0\xAE\xD1\x80\xD0\xB8\xD0\xB9", "iurii");
    check_fold(ra_link_fold, "\xCE\x9D\xCE\xAF\xCE\xBA\xCE\xBF\xCF\x82", "nikos");
    check_fold(ra_link_fold_whole_name, "Meyer, Anna B.", "anna b meyer");
    check_fold(ra_link_fold_whole_name, "Anna Meyer", "anna meyer");
    check_fold(ra_link_fold_whole_name, "Meyer, ", "meyer");
    check_fold(ra_link_fold_whole_name, "Meyer, Hall, Lindt", "meyer hall lindt");
    check_fold(ra_link_fold_address, "12 North Street", "12 n st");
    check_fold(ra_link_fold_code, "SW1A 2-AA", "sw1a2aa");
    check_fold(ra_link_fold_phone, "+49 (0)30 / 123-456 78", "012345678");
    check_fold(ra_link_fold_phone, "030 12345678", "012345678");
    check_fold(ra_link_fold_phone, "12", "");
    check_fold(ra_link_fold_email, "A.B.Smith+shop@GoogleMail.com", "absmith@gmail.com");
    check_fold(ra_link_fold_email, "a.b+x@web.example", "a.b@web.example");
    check_fold(ra_link_fold_email, "nobody", "");
    check_fold(ra_link_fold_email, "a@b@c", "");
}

static void check_number(ra_status (*fold)(ra_str, ra_link_value *), const char *raw,
                         double wanted) {
    ra_link_value value;
    assert_int_equal(fold((ra_str){raw, strlen(raw)}, &value), RA_OK);
    if (isnan(wanted))
        assert_true(isnan(value.number));
    else
        assert_true(value.number == wanted);
}

static void dates_and_amounts_are_read_in_the_usual_forms(void **state) {
    (void)state;
    check_number(ra_link_fold_date, "1970-01-02", 1);
    check_number(ra_link_fold_date, "20000229", 11016);
    check_number(ra_link_fold_date, "29.02.2000", 11016);
    check_number(ra_link_fold_date, "02/29/2000", 11016);
    check_number(ra_link_fold_date, "2000-02-29T23:59:00", 11016);
    check_number(ra_link_fold_date, "29/02/00", 11016);
    check_number(ra_link_fold_date, "29 February 2000", 11016);
    check_number(ra_link_fold_date, "Feb 29, 2000", 11016);
    check_number(ra_link_fold_date, "29. F\xC3\xA9vrier 00", 11016);
    check_number(ra_link_fold_date, "Tue, 29th of Feb 2000 10:00:00", 11016);
    check_fold(ra_link_fold_date, "February 2000", "");
    check_fold(ra_link_fold_date, "1 Feb or 2 Feb 2000", "");
    check_number(ra_link_fold_date, "19990229", NAN);
    check_fold(ra_link_fold_date, "19990229", "19990229");
    check_fold(ra_link_fold_date, "soon", "");
    check_number(ra_link_fold_amount, "1,234.50", 123450);
    check_number(ra_link_fold_amount, "1.234,5 EUR", 123450);
    check_number(ra_link_fold_amount, "-7", 700);
    check_number(ra_link_fold_amount, "1.234.567", 123456700);
    check_number(ra_link_fold_amount, "none", NAN);
}

static void text_that_is_not_utf8_is_refused(void **state) {
    (void)state;
    ra_link_value value;
    assert_int_equal(ra_link_fold(RA_STR("a\xFFz"), &value), RA_BAD_ENCODING);
    ra_link_table table;
    ra_link_result result;
    ra_error error = {0};
    assert_int_equal(link_texts("person", "surname,email\nmeyer,a@b.example\nme\xC3,c@d.example\n",
                                NULL, 1, NULL, &table, &result, &error),
                     RA_BAD_ENCODING);
    assert_int_equal(error.row, 2);
    free_all(&table, &result);
}

static void a_wrong_profile_names_its_line(void **state) {
    (void)state;
    static const char *const wrong[] = {
        "profile p\nfield a name\nblock b\n",        "profile p\nfield a nonsense\nblock a\n",
        "profile p\nfield a name x\nblock a\n",      "profile p\nfield a name\nblock a:near\n",
        "profile p\nfield a name\nblock a:either\n", "profile p\nfield a name\nwhat a\n",
        "profile p\nfield a code\nfield a code\n",   "profile p\nfield a name\nsort b\n"};
    ra_link_profile profile;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        ra_error error = {0};
        ra_str text = {wrong[i], strlen(wrong[i])};
        assert_int_equal(ra_link_profile_parse(text, &profile, &error), RA_BAD_FORMAT);
        assert_true(error.row == 2 || error.row == 3);
        assert_non_null(error.message);
    }
    ra_error error = {0};
    assert_int_equal(ra_link_profile_parse(RA_STR("# nothing\n"), &profile, &error), RA_BAD_FORMAT);
}

static void mistyped_twins_are_found_and_nobody_else(void **state) {
    (void)state;
    char *text = people_csv(300);
    ra_link_table table;
    ra_link_result result;
    assert_int_equal(link_texts("person", text, NULL, 2, NULL, &table, &result, NULL), RA_OK);
    assert_int_equal(result.count, 300);
    assert_int_equal(result.clusters.count, 300);
    for (uint64_t i = 0; i < result.count; i++)
        assert_int_equal(result.pairs[i].a + 1, result.pairs[i].b);
    free_all(&table, &result);
    free(text);
}

static void an_explanation_adds_up_to_the_weight(void **state) {
    (void)state;
    char *text = people_csv(50);
    ra_link_table table;
    ra_link_result result;
    assert_int_equal(link_texts("person", text, NULL, 1, NULL, &table, &result, NULL), RA_OK);
    assert_true(result.count > 0);
    for (uint64_t i = 0; i < result.count; i++) {
        ra_link_reason reasons[RA_LINK_REASONS];
        uint32_t count = ra_link_explain(&result, result.pairs[i].a, result.pairs[i].b, reasons);
        assert_in_range(count, 5, 6); /* the columns, perhaps what is shared */
        float sum = result.model.base;
        for (uint32_t c = 0; c < count; c++)
            sum += reasons[c].weight;
        assert_true(fabsf(sum - result.pairs[i].weight) < 1e-3F);
    }
    free_all(&table, &result);
    free(text);
}

static void threads_do_not_change_a_bit(void **state) {
    (void)state;
    char *text = people_csv(900);
    ra_link_table tables[2];
    ra_link_result results[2];
    for (uint32_t i = 0; i < 2; i++)
        assert_int_equal(
            link_texts("person", text, NULL, i ? 5 : 1, NULL, &tables[i], &results[i], NULL),
            RA_OK);
    assert_int_equal(results[0].count, results[1].count);
    for (uint64_t i = 0; i < results[0].count; i++) {
        assert_int_equal(results[0].pairs[i].b, results[1].pairs[i].b);
        assert_int_equal(results[0].pairs[i].pattern, results[1].pairs[i].pattern);
        assert_memory_equal(&results[0].pairs[i].weight, &results[1].pairs[i].weight,
                            sizeof(float));
    }
    for (uint32_t i = 0; i < 2; i++)
        free_all(&tables[i], &results[i]);
    free(text);
}

static void tiny_files_have_no_pairs_or_a_clear_error(void **state) {
    (void)state;
    static const struct {
        const char *text;
        ra_status status;
    } cases[] = {
        {"", RA_BAD_FORMAT},
        {"\n\n", RA_BAD_FORMAT},
        {"surname,email\n", RA_OK},
        {"surname,email\nmeyer,a@b.example\n", RA_OK},
        {"colour\nred\n", RA_MISSING_FIELD},
        {"country\nde\nde\n", RA_MISSING_FIELD},
        {"surname\n\"meyer\n", RA_TRUNCATED},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ra_link_table table;
        ra_link_result result;
        ra_error error = {0};
        assert_int_equal(
            link_texts("person", cases[i].text, NULL, 2, NULL, &table, &result, &error),
            cases[i].status);
        assert_int_equal(result.count, 0);
        free_all(&table, &result);
    }
}

/* The same row over and over; `varied` gives each its own e-mail. */
static char *equal_rows(uint32_t rows, bool varied) {
    size_t room = 100 + (size_t)rows * 60;
    char *text = malloc(room);
    assert_non_null(text);
    int at = snprintf(text, room, "given_name,surname,date_of_birth,email\n");
    for (uint32_t i = 0; i < rows; i++)
        at += snprintf(text + at, room - (size_t)at, "anna,meyer,19700101,%s%u@b.example\n",
                       varied ? "p" : "q", (varied ? i : 0));
    return text;
}

static void a_hundred_thousand_equal_keys_cost_linear_work(void **state) {
    (void)state;
    const uint32_t rows = 100000;
    for (int varied = 0; varied < 2; varied++) {
        char *text = equal_rows(rows, varied);
        ra_link_table table;
        ra_link_result result;
        assert_int_equal(link_texts("person", text, NULL, 2, NULL, &table, &result, NULL), RA_OK);
        assert_true(result.compared > 0);
        assert_true(result.compared <= (uint64_t)rows * RA_LINK_WINDOW * table.profile.rule_count);
        free_all(&table, &result);
        free(text);
    }
}

static void huge_cells_are_cut_not_compared_in_full(void **state) {
    (void)state;
    size_t size = 1U << 20;
    size_t room = 2 * size + 100;
    char *text = malloc(room);
    assert_non_null(text);
    int at = snprintf(text, room, "surname,email\n");
    for (int i = 0; i < 2; i++) {
        memset(text + at, 'x', size);
        at += (int)size;
        at += snprintf(text + at, room - (size_t)at, ",a%d@b.example\n", i);
    }
    ra_link_table table;
    ra_link_result result;
    assert_int_equal(link_texts("person", text, NULL, 1, NULL, &table, &result, NULL), RA_OK);
    assert_int_equal(ra_link_table_term(&table, 0, 0)->len, RA_LINK_TEXT_MAX);
    free_all(&table, &result);
    free(text);
}

/* Letters few enough for some texts to be alike, now and then one that is not ASCII or very long.
 */
static void random_text(uint64_t *random, char *out, size_t room) {
    static const char letters[] = "aab ce12-9@x";
    size_t len = 0, wanted = 1 + next_random(random) % 12;
    if (next_random(random) % 50 == 0) wanted = 70;
    if (next_random(random) % 20 == 0) len = (size_t)snprintf(out, room, "\xC5\x82");
    while (len < wanted && len + 1 < room)
        out[len++] = letters[next_random(random) % (sizeof letters - 1)];
    out[len] = 0;
}

static void random_value(uint64_t *random, ra_link_kind kind, char *out, size_t room) {
    uint32_t pick = (uint32_t)(next_random(random) % 1000);
    if (kind == RA_LINK_DATE)
        snprintf(out, room, "%u-%02u-%02u", 1950 + pick % 60, 1 + pick % 12, 1 + pick % 28);
    else if (kind == RA_LINK_PHONE)
        snprintf(out, room, "%u", (pick % 4 + 1) * 1234567 + pick);
    else if (kind == RA_LINK_EMAIL)
        snprintf(out, room, "%c%u@%s", 'a' + (int)(pick % 5), pick,
                 pick % 2 ? "post.example" : "ivy.test");
    else
        random_text(random, out, room);
}

/* All cells of a column against all others. */
static uint32_t check_digests(const ra_link_comparer *comparer, uint32_t column) {
    const ra_link_table *table = comparer->table;
    ra_link_kind kind = table->profile.fields[table->columns[column]].kind;
    uint32_t proved = 0;
    for (uint32_t a = 0; a < table->rows; a++)
        for (uint32_t b = a + 1; b < table->rows; b++) {
            uint32_t left = table->cells[(size_t)a * table->column_count + column];
            uint32_t right = table->cells[(size_t)b * table->column_count + column];
            if (left == 0 || right == 0 || left == right) continue;
            ra_link_digest digests[2] = {ra_link_digest_of(table, column, left),
                                         ra_link_digest_of(table, column, right)};
            if (!ra_link_surely_differ(kind, &digests[0], &digests[1])) continue;
            float bits;
            assert_int_equal(ra_link_compare_column(comparer, a, b, column, &bits), 1);
            proved++;
        }
    return proved;
}

static void what_digests_prove_to_differ_is_of_the_lowest_level(void **state) {
    (void)state;
    ra_link_profile profile;
    ra_link_table table;
    ra_link_comparer comparer;
    ra_arena arena;
    ra_arena_init(&arena, 0, NULL);
    assert_int_equal(ra_link_profile_parse(RA_STR("profile kinds\n"
                                                  "field n name\nfield a address\nfield c code\n"
                                                  "field p phone\nfield e email\nfield d date\n"
                                                  "block n\n"),
                                           &profile, NULL),
                     RA_OK);
    bool present[RA_LINK_PROFILE_FIELDS] = {true, true, true, true, true, true};
    assert_int_equal(ra_link_table_init(&table, &profile, present, 0, NULL), RA_OK);
    uint64_t random = 7;
    for (uint32_t row = 0; row < 600; row++) {
        char cells[6][80];
        ra_str values[RA_LINK_PROFILE_FIELDS] = {{NULL, 0}};
        for (uint32_t c = 0; c < 6; c++) {
            random_value(&random, profile.fields[c].kind, cells[c], sizeof cells[c]);
            values[c] = (ra_str){cells[c], strlen(cells[c])};
        }
        assert_int_equal(ra_link_table_add(&table, RA_STR("id"), values), RA_OK);
    }
    assert_int_equal(ra_link_comparer_init(&comparer, &table, &arena), RA_OK);
    for (uint32_t c = 0; c < table.column_count; c++)
        assert_true(check_digests(&comparer, c) > 1000);
    ra_link_table_free(&table);
    ra_arena_free(&arena);
}

/* People with slips, missing, exchanged and foreign parts; now and then one twice. */
static char *careless_people_csv(uint32_t rows) {
    static const char *const names[] = {"anna", "ana",      "anna maria", "maria", "\xC5\x82ukasz",
                                        "a",    "meierova", "meyer",      "mayer", "de la cruz"};
    size_t room = 200U + rows * 240U;
    char *text = malloc(room);
    assert_non_null(text);
    uint64_t random = 11;
    int at = snprintf(text, room, "rec_id,given_name,surname,address_1,postcode,phone,email\n");
    for (uint32_t i = 0; i < rows; i++) {
        uint32_t of = (uint32_t)(next_random(&random) % (rows / 2 + 1));
        const char *given = names[of % 10], *family = names[(of / 10) % 10];
        bool exchanged = next_random(&random) % 8 == 0, silent = next_random(&random) % 4 == 0;
        at += snprintf(text + at, room - (size_t)at,
                       "r%u,%s,%s,%u high st%s,%u,0%u,%s%u@%s.example\n", i,
                       exchanged ? family : given, exchanged ? given : family, of % 90,
                       next_random(&random) % 5 ? "" : " 2", silent ? 0 : 10000 + of % 97,
                       40000000 + of * 7919 + (uint32_t)(next_random(&random) % 5 == 0),
                       silent ? "" : given, of, of % 3 ? "shop" : "mail");
    }
    return text;
}

static void giving_a_pair_up_early_loses_none(void **state) {
    (void)state;
    char *text = careless_people_csv(600);
    const char *texts[2] = {text, NULL};
    ra_link_table table;
    ra_link_result result;
    assert_int_equal(load_text("person", texts, &table, NULL, NULL), RA_OK);
    assert_true(table.rows <= table.profile.all);
    for (int floor = -20; floor <= 10; floor += 5) {
        ra_link_options options = {
            .crew = {.threads = 2}, .seed = 1, .threshold = (float)floor, .scores_only = true};
        assert_int_equal(ra_link_run(&table, &options, &result), RA_OK);
        ra_link_scorer scorer = {&result.comparer, &result.model, result.habits};
        uint64_t at = 0;
        for (uint32_t a = 0; a < table.rows; a++)
            for (uint32_t b = a + 1; b < table.rows; b++) {
                ra_link_pair pair = ra_link_score(&scorer, a, b);
                if (pair.pattern == 0 || pair.weight < (float)floor) continue;
                assert_true(at < result.count);
                assert_int_equal(result.pairs[at].a, a);
                assert_int_equal(result.pairs[at].b, b);
                assert_int_equal(result.pairs[at].pattern, pair.pattern);
                assert_true(fabsf(result.pairs[at++].weight - pair.weight) < 1e-3F);
            }
        assert_int_equal(at, result.count);
        assert_true(at > 100);
        ra_link_result_free(&result);
    }
    ra_link_table_free(&table);
    free(text);
}

static void links_of_two_sets_are_one_to_one(void **state) {
    (void)state;
    const char *a = "id,memo,date,amount\no1,ANNA MEYER 77af,2024-01-01,100\n"
                    "o2,ANNA MEYER 91bc,2024-01-01,100\no3,K OTHER,2024-01-05,7\n";
    const char *b = "id,memo,date,amount\nd1,ANNA MEYER 91bc,2024-01-02,99\n"
                    "d2,ANNA MEYER 77af,2024-01-02,101\nd3,NOBODY AT ALL,2024-03-05,5000\n";
    ra_link_table table;
    ra_link_result result;
    assert_int_equal(link_texts("payment", a, b, 2, NULL, &table, &result, NULL), RA_OK);
    bool seen[6] = {false};
    for (uint64_t i = 0; i < result.count; i++) {
        assert_false(seen[result.pairs[i].a] || seen[result.pairs[i].b]);
        seen[result.pairs[i].a] = seen[result.pairs[i].b] = true;
        assert_true(result.pairs[i].a < 3 && result.pairs[i].b >= 3);
    }
    free_all(&table, &result);
}

/* Best sum over all one-to-one choices, by trying them all. */
static float best_sum(const ra_link_pair *pairs, uint64_t count, uint64_t at, uint32_t taken) {
    if (at == count) return 0;
    float best = best_sum(pairs, count, at + 1, taken);
    uint32_t bits = 1U << pairs[at].a | 1U << (8 + pairs[at].b);
    if ((taken & bits) == 0)
        best = fmaxf(best, pairs[at].weight + best_sum(pairs, count, at + 1, taken | bits));
    return best;
}

static void assignment_reaches_the_best_sum(void **state) {
    (void)state;
    uint64_t random = 5;
    for (int round = 0; round < 400; round++) {
        ra_link_pair pairs[16];
        uint64_t count = 0;
        for (uint32_t a = 0; a < 5; a++)
            for (uint32_t b = 5; b < 10 && count < 16; b++) {
                random = random * UINT64_C(6364136223846793005) + 1442695040888963407;
                if (random >> 62 == 0) continue;
                pairs[count++] = (ra_link_pair){a, b, 0, (float)((random >> 40) % 2000) / 100};
            }
        float best = best_sum(pairs, count, 0, 0), sum = 0;
        ra_link_table table = {.rows = 10, .split = 5, .linking = true};
        ra_arena arena;
        ra_arena_init(&arena, 0, NULL);
        assert_int_equal(ra_link_assign(pairs, &count, &table, 0, &arena), RA_OK);
        for (uint64_t i = 0; i < count; i++)
            sum += pairs[i].weight;
        assert_true(sum >= best - 5 * RA_ASSIGN_EPSILON - 1e-3F);
        ra_arena_free(&arena);
    }
}

static void every_failed_allocation_is_reported_and_leaks_nothing(void **state) {
    (void)state;
    char *text = people_csv(20);
    const char *other = "id,memo,date,amount\nx,ANNA MEYER,2024-01-02,99\n";
    for (int run = 0; run < 4; run++) {
        uint64_t points = 0;
        for (size_t point = 1;; point++) {
            faulty_memory memory = {.failing = point, .lasting = (run & 1) == 0};
            ra_allocator allocator = faulty_allocator(&memory);
            ra_link_table table;
            ra_link_result result;
            ra_status status =
                run < 2 ? link_texts("person", text, NULL, 1, &allocator, &table, &result, NULL)
                        : link_texts("payment", other, other, 1, &allocator, &table, &result, NULL);
            assert_int_equal(status, memory.failures > 0 ? RA_NO_MEMORY : RA_OK);
            free_all(&table, &result);
            assert_int_equal(memory.live, 0);
            if (memory.failures == 0) break;
            points++;
        }
        assert_true(points > 10);
    }
    free(text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spellings_of_one_value_become_equal),
        cmocka_unit_test(dates_and_amounts_are_read_in_the_usual_forms),
        cmocka_unit_test(text_that_is_not_utf8_is_refused),
        cmocka_unit_test(a_wrong_profile_names_its_line),
        cmocka_unit_test(mistyped_twins_are_found_and_nobody_else),
        cmocka_unit_test(an_explanation_adds_up_to_the_weight),
        cmocka_unit_test(threads_do_not_change_a_bit),
        cmocka_unit_test(tiny_files_have_no_pairs_or_a_clear_error),
        cmocka_unit_test(a_hundred_thousand_equal_keys_cost_linear_work),
        cmocka_unit_test(huge_cells_are_cut_not_compared_in_full),
        cmocka_unit_test(what_digests_prove_to_differ_is_of_the_lowest_level),
        cmocka_unit_test(giving_a_pair_up_early_loses_none),
        cmocka_unit_test(links_of_two_sets_are_one_to_one),
        cmocka_unit_test(assignment_reaches_the_best_sum),
        cmocka_unit_test(every_failed_allocation_is_reported_and_leaks_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* COPY in both directions, and refusals, on a real server. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdatomic.h>

#include "pg_server.h"

#define COPY_ITEMS "COPY item (id, name) FROM STDIN (FORMAT binary)"
#define READ_ITEMS "COPY (SELECT id, name FROM item ORDER BY id) TO STDOUT (FORMAT binary)"
#define COUNT_ITEMS "SELECT count(*) FROM item"

static int begin(void **state) {
    pg_server *server = *state;
    pg_server_run(server, server->connection, "BEGIN ISOLATION LEVEL REPEATABLE READ");
    return 0;
}

static int roll_back(void **state) {
    pg_server *server = *state;
    pg_server_run(server, server->connection, "ROLLBACK");
    return 0;
}

static ra_status copy_items(pg_server *server, PGconn *connection, int32_t first, int32_t count,
                            uint64_t *rows, ra_pg_error *error) {
    ra_pg_copy *copy = NULL;
    ra_buffer buffer;
    ra_buffer_init(&buffer, NULL);
    pg_server_items(&buffer, first, count, 100);
    ra_status code = ra_pg_copy_begin(server->api, connection, COPY_ITEMS, &copy, error);
    if (code == RA_OK) {
        code = ra_pg_copy_put(copy, buffer.data, buffer.size, error);
        assert_int_equal(code, RA_OK);
        code = ra_pg_copy_end(copy, rows, error);
    }
    ra_buffer_free(&buffer);
    return code;
}

static void test_copy_writes_the_rows_and_counts_them(void **state) {
    pg_server *server = *state;
    uint64_t rows = 0;
    ra_pg_error error;
    assert_int_equal(copy_items(server, server->connection, 1, 5000, &rows, &error), RA_OK);
    assert_int_equal(rows, 5000);
    assert_int_equal(pg_server_number(server, server->connection, COUNT_ITEMS), 5000);
    assert_int_equal(pg_server_number(server, server->connection,
                                      "SELECT count(*) FROM item WHERE name = repeat('n', 100)"),
                     5000);
}

static void test_copy_belongs_to_the_transaction(void **state) {
    pg_server *server = *state;
    uint64_t rows = 0;
    pg_server_run(server, server->connection, "SAVEPOINT s");
    assert_int_equal(copy_items(server, server->connection, 1, 10, &rows, NULL), RA_OK);
    pg_server_run(server, server->connection, "ROLLBACK TO s");
    assert_int_equal(pg_server_number(server, server->connection, COUNT_ITEMS), 0);
}

static void test_empty_copy_writes_no_row(void **state) {
    pg_server *server = *state;
    uint64_t rows = 1;
    assert_int_equal(copy_items(server, server->connection, 1, 0, &rows, NULL), RA_OK);
    assert_int_equal(rows, 0);
}

static void test_duplicate_key_is_told_with_its_constraint(void **state) {
    pg_server *server = *state;
    uint64_t rows = 1;
    ra_pg_error error;
    pg_server_run(server, server->connection, "INSERT INTO item VALUES (7, 'old')");
    pg_server_run(server, server->connection, "SAVEPOINT s");
    assert_int_equal(copy_items(server, server->connection, 1, 10, &rows, &error), RA_DB_FAILED);
    assert_int_equal(rows, 0);
    assert_string_equal(error.sqlstate, "23505");
    assert_string_equal(error.constraint, "item_pkey");
    assert_string_equal(error.table, "item");
    assert_string_equal(error.detail, "Key (id)=(7) already exists.");
    assert_non_null(strstr(error.message, "item_pkey"));
    pg_server_run(server, server->connection, "ROLLBACK TO s");
    assert_int_equal(pg_server_number(server, server->connection, COUNT_ITEMS), 1);
}

static void test_missing_value_is_told_with_its_column(void **state) {
    pg_server *server = *state;
    ra_pg_copy *copy = NULL;
    uint64_t rows = 0;
    ra_pg_error error;
    ra_buffer buffer;
    ra_buffer_init(&buffer, NULL);
    ra_copy_header(&buffer);
    ra_copy_tuple(&buffer, 2);
    ra_copy_int4(&buffer, 1);
    ra_copy_null(&buffer);
    ra_copy_trailer(&buffer);
    assert_int_equal(ra_pg_copy_begin(server->api, server->connection, COPY_ITEMS, &copy, &error),
                     RA_OK);
    assert_int_equal(ra_pg_copy_put(copy, buffer.data, buffer.size, &error), RA_OK);
    assert_int_equal(ra_pg_copy_end(copy, &rows, &error), RA_DB_FAILED);
    assert_string_equal(error.sqlstate, "23502");
    assert_string_equal(error.column, "name");
    ra_buffer_free(&buffer);
}

static void test_abort_leaves_no_row(void **state) {
    pg_server *server = *state;
    ra_pg_copy *copy = NULL;
    ra_pg_error error;
    ra_buffer buffer;
    ra_buffer_init(&buffer, NULL);
    pg_server_items(&buffer, 1, 1000, 100);
    pg_server_run(server, server->connection, "SAVEPOINT s");
    assert_int_equal(ra_pg_copy_begin(server->api, server->connection, COPY_ITEMS, &copy, &error),
                     RA_OK);
    assert_int_equal(ra_pg_copy_put(copy, buffer.data, buffer.size, &error), RA_OK);
    ra_pg_copy_abort(copy);
    ra_buffer_free(&buffer);
    assert_int_equal(server->api->transaction_status(server->connection), PQTRANS_INERROR);
    pg_server_run(server, server->connection, "ROLLBACK TO s");
    assert_int_equal(pg_server_number(server, server->connection, COUNT_ITEMS), 0);
    ra_pg_copy_abort(NULL);
}

static void assert_refused(pg_server *server, PGconn *connection, const char *words) {
    ra_pg_copy *copy = NULL;
    ra_pg_read *read = NULL;
    ra_pg_error errors[2];
    assert_int_equal(ra_pg_copy_begin(server->api, connection, COPY_ITEMS, &copy, &errors[0]),
                     RA_BAD_ARGUMENT);
    assert_null(copy);
    assert_int_equal(ra_pg_read_begin(server->api, connection, READ_ITEMS, &read, &errors[1]),
                     RA_BAD_ARGUMENT);
    assert_null(read);
    for (size_t i = 0; i < 2; i++) {
        assert_non_null(strstr(errors[i].message, words));
        assert_string_equal(errors[i].sqlstate, "");
    }
}

static void test_connection_outside_a_transaction_is_refused(void **state) {
    pg_server *server = *state;
    assert_refused(server, server->connection, "not inside a transaction");
    assert_int_equal(pg_server_number(server, server->connection, COUNT_ITEMS), 0);
}

static void test_connection_that_cannot_be_used_is_refused(void **state) {
    pg_server *server = *state;
    assert_refused(server, NULL, "no database connection");
    assert_int_equal(server->set_nonblocking(server->connection, 1), 0);
    assert_refused(server, server->connection, "non-blocking");
    assert_int_equal(server->set_nonblocking(server->connection, 0), 0);
}

static void test_busy_connection_is_refused(void **state) {
    pg_server *server = *state;
    ra_pg_copy *copy = NULL;
    assert_int_equal(ra_pg_copy_begin(server->api, server->connection, COPY_ITEMS, &copy, NULL),
                     RA_OK);
    assert_refused(server, server->connection, "busy");
    ra_pg_copy_abort(copy);
    assert_refused(server, server->connection, "already failed");
}

static void test_statement_that_is_no_binary_copy_is_refused(void **state) {
    pg_server *server = *state;
    static const struct {
        const char *statement, *words;
    } samples[] = {
        {"COPY item FROM STDIN", "not in binary format"},
        {"COPY item TO STDOUT (FORMAT binary)", "does not read rows"},
        {"SELECT 1", "not a COPY"},
        {"SET LOCAL work_mem = '1MB'", "not a COPY"},
        {"", "not a COPY"},
    };
    pg_server_run(server, server->connection, "INSERT INTO item VALUES (1, 'x'), (2, 'y')");
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        ra_pg_copy *copy = NULL;
        ra_pg_error error;
        pg_server_run(server, server->connection, "SAVEPOINT s");
        assert_int_equal(
            ra_pg_copy_begin(server->api, server->connection, samples[i].statement, &copy, &error),
            RA_BAD_ARGUMENT);
        assert_null(copy);
        assert_non_null(strstr(error.message, samples[i].words));
        pg_server_run(server, server->connection, "ROLLBACK TO s");
    }
    assert_int_equal(pg_server_number(server, server->connection, COUNT_ITEMS), 2);
}

static void test_second_copy_in_the_statement_fails(void **state) {
    pg_server *server = *state;
    ra_pg_copy *copy = NULL;
    uint64_t rows = 1;
    ra_pg_error error;
    ra_buffer buffer;
    ra_buffer_init(&buffer, NULL);
    pg_server_items(&buffer, 1, 10, 10);
    pg_server_run(server, server->connection, "SAVEPOINT s");
    assert_int_equal(ra_pg_copy_begin(server->api, server->connection, COPY_ITEMS "; " COPY_ITEMS,
                                      &copy, &error),
                     RA_OK);
    assert_int_equal(ra_pg_copy_put(copy, buffer.data, buffer.size, &error), RA_OK);
    assert_int_equal(ra_pg_copy_end(copy, &rows, &error), RA_DB_FAILED);
    assert_int_equal(rows, 0);
    assert_string_equal(error.message, "the database gave no usable answer");
    pg_server_run(server, server->connection, "ROLLBACK TO s");
    assert_int_equal(pg_server_number(server, server->connection, COUNT_ITEMS), 0);
    ra_buffer_free(&buffer);
}

static void test_server_error_at_the_start_is_told(void **state) {
    pg_server *server = *state;
    ra_pg_copy *copy = NULL;
    ra_pg_error error;
    assert_int_equal(ra_pg_copy_begin(server->api, server->connection,
                                      "COPY nowhere FROM STDIN (FORMAT binary)", &copy, &error),
                     RA_DB_FAILED);
    assert_null(copy);
    assert_string_equal(error.sqlstate, "42P01");
}

static void test_rows_are_read_whole_and_to_the_end(void **state) {
    pg_server *server = *state;
    ra_pg_read *read = NULL;
    ra_pg_error error;
    const void *data;
    size_t size, pieces = 0;
    uint64_t rows = 0;
    assert_int_equal(copy_items(server, server->connection, 1, 500, &rows, &error), RA_OK);
    assert_int_equal(ra_pg_read_begin(server->api, server->connection, READ_ITEMS, &read, &error),
                     RA_OK);
    ra_status code;
    while ((code = ra_pg_read_next(read, &data, &size, &error)) == RA_OK) {
        assert_true(size >= 2);
        pieces++;
    }
    assert_int_equal(code, RA_END);
    assert_int_equal(ra_pg_read_next(read, &data, &size, &error), RA_END);
    assert_true(pieces >= 500);
    ra_pg_read_close(read);
    assert_int_equal(pg_server_number(server, server->connection, COUNT_ITEMS), 500);
}

static void test_reading_that_is_given_up_leaves_a_usable_connection(void **state) {
    pg_server *server = *state;
    ra_pg_read *read = NULL;
    ra_pg_error error;
    const void *data;
    size_t size;
    pg_server_run(server, server->connection, "SAVEPOINT s");
    assert_int_equal(ra_pg_read_begin(server->api, server->connection,
                                      "COPY (SELECT i, repeat('x', 1000) FROM "
                                      "generate_series(1, 100000) i) TO STDOUT (FORMAT binary)",
                                      &read, &error),
                     RA_OK);
    assert_int_equal(ra_pg_read_next(read, &data, &size, &error), RA_OK);
    ra_pg_read_close(read);
    pg_server_run(server, server->connection, "ROLLBACK TO s");
    assert_int_equal(pg_server_number(server, server->connection, COUNT_ITEMS), 0);
    ra_pg_read_close(NULL);
}

static void test_an_error_among_the_rows_is_told(void **state) {
    pg_server *server = *state;
    ra_pg_read *read = NULL;
    ra_pg_error error;
    const void *data;
    size_t size;
    assert_int_equal(ra_pg_read_begin(server->api, server->connection,
                                      "COPY (SELECT 1 / (100 - i) FROM generate_series(1, 200) i) "
                                      "TO STDOUT (FORMAT binary)",
                                      &read, &error),
                     RA_OK);
    ra_status code = RA_OK;
    while (code == RA_OK)
        code = ra_pg_read_next(read, &data, &size, &error);
    assert_int_equal(code, RA_DB_FAILED);
    assert_string_equal(error.sqlstate, "22012");
    ra_pg_read_close(read);
}

static void test_statement_that_sends_no_binary_rows_is_refused(void **state) {
    pg_server *server = *state;
    static const struct {
        const char *statement, *words;
    } samples[] = {
        {"COPY item TO STDOUT", "not in binary format"},
        {COPY_ITEMS, "does not send rows"},
        {"SELECT 1", "not a COPY"},
    };
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        ra_pg_read *read = NULL;
        ra_pg_error error;
        pg_server_run(server, server->connection, "SAVEPOINT s");
        assert_int_equal(
            ra_pg_read_begin(server->api, server->connection, samples[i].statement, &read, &error),
            RA_BAD_ARGUMENT);
        assert_null(read);
        assert_non_null(strstr(error.message, samples[i].words));
        pg_server_run(server, server->connection, "ROLLBACK TO s");
    }
}

/* Waits for the server to have ended a backend. */
static void terminate(pg_server *server, PGconn *other, int pid) {
    char query[96];
    snprintf(query, sizeof query, "SELECT pg_terminate_backend(%d)", pid);
    pg_server_run(server, other, query);
    snprintf(query, sizeof query, "SELECT count(*) FROM pg_stat_activity WHERE pid = %d", pid);
    for (int i = 0; i < 500 && pg_server_number(server, other, query) > 0; i++) {
        usleep(10000);
    }
    assert_int_equal(pg_server_number(server, other, query), 0);
}

static void test_backend_killed_in_mid_copy_fails_cleanly(void **state) {
    pg_server *server = *state;
    ra_pg_copy *copy = NULL;
    uint64_t rows = 1;
    ra_pg_error error;
    ra_buffer buffer;
    ra_buffer_init(&buffer, NULL);
    pg_server_items(&buffer, 1, 20000, 100);
    PGconn *victim = pg_server_connect(server, server->database);
    pg_server_run(server, victim, "BEGIN");
    assert_int_equal(ra_pg_copy_begin(server->api, victim, COPY_ITEMS, &copy, &error), RA_OK);
    assert_int_equal(ra_pg_copy_put(copy, buffer.data, buffer.size / 2, &error), RA_OK);
    terminate(server, server->connection, server->backend_pid(victim));
    ra_status put =
        ra_pg_copy_put(copy, buffer.data + buffer.size / 2, buffer.size - buffer.size / 2, &error);
    if (put != RA_OK) assert_int_equal(put, RA_DB_FAILED);
    assert_int_equal(ra_pg_copy_end(copy, &rows, &error), RA_DB_FAILED);
    assert_int_equal(rows, 0);
    assert_true(error.message[0] != '\0');
    if (error.sqlstate[0] != '\0') assert_string_equal(error.sqlstate, "57P01");
    assert_int_equal(ra_pg_copy_begin(server->api, victim, COPY_ITEMS, &copy, &error),
                     RA_DB_FAILED);
    assert_string_equal(error.message, "the database connection is lost");
    assert_int_equal(pg_server_number(server, server->connection, COUNT_ITEMS), 0);
    server->finish(victim);
    ra_buffer_free(&buffer);
}

static void test_backend_killed_before_abort_or_start_fails_cleanly(void **state) {
    pg_server *server = *state;
    ra_pg_copy *copy = NULL;
    ra_pg_error error;
    PGconn *victim = pg_server_connect(server, server->database);
    pg_server_run(server, victim, "BEGIN");
    assert_int_equal(ra_pg_copy_begin(server->api, victim, COPY_ITEMS, &copy, &error), RA_OK);
    terminate(server, server->connection, server->backend_pid(victim));
    ra_pg_copy_abort(copy);
    server->finish(victim);

    victim = pg_server_connect(server, server->database);
    pg_server_run(server, victim, "BEGIN");
    terminate(server, server->connection, server->backend_pid(victim));
    assert_int_equal(ra_pg_copy_begin(server->api, victim, COPY_ITEMS, &copy, &error),
                     RA_DB_FAILED);
    /* libpq lets the lost socket have the last word, with the server's own before it. */
    assert_non_null(strstr(error.message, "terminating connection"));
    assert_int_equal(server->api->status(victim), CONNECTION_BAD);
    server->finish(victim);
}

typedef struct sleeper {
    pg_server *server;
    char sqlstate[6];
    atomic_bool done;
} sleeper;

static void *sleep_on_server(void *context) {
    sleeper *job = context;
    const ra_pg_api *api = job->server->api;
    PGresult *result = api->exec(job->server->connection, "SELECT pg_sleep(60)");
    const char *sqlstate = api->result_error_field(result, PG_DIAG_SQLSTATE);
    snprintf(job->sqlstate, sizeof job->sqlstate, "%s", sqlstate != NULL ? sqlstate : "");
    api->clear(result);
    atomic_store(&job->done, true);
    return NULL;
}

static void test_cancel_ends_a_running_command(void **state) {
    pg_server *server = *state;
    sleeper job = {.server = server};
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, sleep_on_server, &job), 0);
    /* A request that comes before the command is lost, so it is repeated. */
    for (int i = 0; i < 500 && !atomic_load(&job.done); i++) {
        usleep(20000);
        assert_int_equal(ra_pg_cancel(server->api, server->connection), RA_OK);
    }
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_string_equal(job.sqlstate, "57014");
    assert_int_equal(ra_pg_cancel(server->api, NULL), RA_DB_FAILED);
}

static void test_long_texts_are_cut_between_characters(void **state) {
    pg_server *server = *state;
    ra_pg_copy *copy = NULL;
    ra_pg_error error;
    assert_int_equal(ra_pg_copy_begin(server->api, server->connection,
                                      "DO $$ BEGIN RAISE EXCEPTION '%', repeat('é', 600) "
                                      "USING DETAIL = 'x' || repeat('é', 600); END $$",
                                      &copy, &error),
                     RA_DB_FAILED);
    assert_string_equal(error.sqlstate, "P0001");
    assert_int_equal(strlen(error.message), 510);
    assert_int_equal(strlen(error.detail), 511);
    assert_memory_equal(error.message + 508, "é", 3);
}

static void test_only_a_loaded_driver_is_taken(void **state) {
    (void)state;
    ra_pg_api *api = NULL;
    ra_error error;
    assert_int_equal(ra_pg_api_open("/nonexistent/driver.so", &api, &error), RA_DB_FAILED);
    assert_null(api);
    assert_string_equal(error.message, "the database driver is not loaded");
    assert_int_equal(ra_pg_api_open("libc.so.6", &api, &error), RA_DB_FAILED);
    assert_null(api);
    assert_string_equal(error.message, "the database driver lacks a libpq function");
    ra_pg_api_close(NULL);
}

#define IN_TRANSACTION(name) cmocka_unit_test_setup_teardown(name, begin, roll_back)

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_TRANSACTION(test_copy_writes_the_rows_and_counts_them),
        IN_TRANSACTION(test_copy_belongs_to_the_transaction),
        IN_TRANSACTION(test_empty_copy_writes_no_row),
        IN_TRANSACTION(test_duplicate_key_is_told_with_its_constraint),
        IN_TRANSACTION(test_missing_value_is_told_with_its_column),
        IN_TRANSACTION(test_abort_leaves_no_row),
        cmocka_unit_test(test_connection_outside_a_transaction_is_refused),
        IN_TRANSACTION(test_connection_that_cannot_be_used_is_refused),
        IN_TRANSACTION(test_busy_connection_is_refused),
        IN_TRANSACTION(test_statement_that_is_no_binary_copy_is_refused),
        IN_TRANSACTION(test_second_copy_in_the_statement_fails),
        IN_TRANSACTION(test_server_error_at_the_start_is_told),
        IN_TRANSACTION(test_rows_are_read_whole_and_to_the_end),
        IN_TRANSACTION(test_reading_that_is_given_up_leaves_a_usable_connection),
        IN_TRANSACTION(test_an_error_among_the_rows_is_told),
        IN_TRANSACTION(test_statement_that_sends_no_binary_rows_is_refused),
        cmocka_unit_test(test_backend_killed_in_mid_copy_fails_cleanly),
        cmocka_unit_test(test_backend_killed_before_abort_or_start_fails_cleanly),
        IN_TRANSACTION(test_cancel_ends_a_running_command),
        IN_TRANSACTION(test_long_texts_are_cut_between_characters),
        cmocka_unit_test(test_only_a_loaded_driver_is_taken),
    };
    return cmocka_run_group_tests(tests, pg_server_start, pg_server_stop);
}

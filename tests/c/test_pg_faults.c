/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Every call of libpq fails in turn, once and from then on, while the real connection goes on: the
 * failure is reported, nothing leaks, no row stays, and ROLLBACK TO SAVEPOINT brings the
 * transaction back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pg_server.h"

#define COPY_ITEMS "COPY item (id, name) FROM STDIN (FORMAT binary)"
#define READ_ITEMS "COPY (SELECT i FROM generate_series(1, 3) i) TO STDOUT (FORMAT binary)"
#define READ_ERROR                                                                                 \
    "COPY (SELECT 1 / (2 - i) FROM generate_series(1, 3) i) TO STDOUT (FORMAT binary)"

typedef enum fault {
    FAULT_ALLOCATE,
    FAULT_STATUS,
    FAULT_TRANSACTION_STATUS,
    FAULT_IS_NONBLOCKING,
    FAULT_EXEC,
    FAULT_PUT_COPY_DATA,
    FAULT_PUT_COPY_END,
    FAULT_GET_COPY_DATA,
    FAULT_GET_RESULT,
    FAULT_RESULT_STATUS,
    FAULT_BINARY_TUPLES,
    FAULT_CMD_TUPLES,
    FAULT_GET_CANCEL,
    FAULT_CANCEL,
    FAULT_COUNT
} fault;

/* libpq's functions have no context argument, so the plan of the running test is file-wide. */
static struct {
    const ra_pg_api *real;
    fault which;
    size_t fail_at, calls;
    bool for_ever, fired;
    size_t live; /* blocks, results, rows and cancel handles not yet given back */
} plan;

static bool fails(fault which) {
    if (which != plan.which || plan.fail_at == 0) return false;
    plan.calls++;
    if (plan.calls != plan.fail_at && !(plan.for_ever && plan.calls > plan.fail_at)) return false;
    plan.fired = true;
    return true;
}

static PGresult *counted(PGresult *result) {
    if (result != NULL) plan.live++;
    return result;
}

static void *fake_allocate(void *context, size_t size) {
    (void)context;
    if (fails(FAULT_ALLOCATE)) return NULL;
    plan.live++;
    return malloc(size);
}

static void fake_release(void *context, void *block) {
    (void)context;
    plan.live--;
    free(block);
}

static ConnStatusType fake_status(const PGconn *connection) {
    return fails(FAULT_STATUS) ? CONNECTION_BAD : plan.real->status(connection);
}

static PGTransactionStatusType fake_transaction_status(const PGconn *connection) {
    if (fails(FAULT_TRANSACTION_STATUS)) return PQTRANS_UNKNOWN;
    return plan.real->transaction_status(connection);
}

static int fake_is_nonblocking(const PGconn *connection) {
    return fails(FAULT_IS_NONBLOCKING) ? 1 : plan.real->is_nonblocking(connection);
}

static PGresult *fake_exec(PGconn *connection, const char *query) {
    return fails(FAULT_EXEC) ? NULL : counted(plan.real->exec(connection, query));
}

static int fake_put_copy_data(PGconn *connection, const char *buffer, int size) {
    if (fails(FAULT_PUT_COPY_DATA)) return -1;
    return plan.real->put_copy_data(connection, buffer, size);
}

static int fake_put_copy_end(PGconn *connection, const char *message) {
    if (fails(FAULT_PUT_COPY_END)) return -1;
    return plan.real->put_copy_end(connection, message);
}

static int fake_get_copy_data(PGconn *connection, char **buffer, int async) {
    if (fails(FAULT_GET_COPY_DATA)) return -2;
    int size = plan.real->get_copy_data(connection, buffer, async);
    if (size > 0) plan.live++;
    return size;
}

static void fake_free_memory(void *buffer) {
    plan.live--;
    plan.real->free_memory(buffer);
}

static PGresult *fake_get_result(PGconn *connection) {
    return fails(FAULT_GET_RESULT) ? NULL : counted(plan.real->get_result(connection));
}

static ExecStatusType fake_result_status(const PGresult *result) {
    return fails(FAULT_RESULT_STATUS) ? PGRES_FATAL_ERROR : plan.real->result_status(result);
}

static int fake_binary_tuples(const PGresult *result) {
    return fails(FAULT_BINARY_TUPLES) ? 0 : plan.real->binary_tuples(result);
}

static char *fake_cmd_tuples(PGresult *result) {
    static char none[] = "";
    return fails(FAULT_CMD_TUPLES) ? none : plan.real->cmd_tuples(result);
}

static void fake_clear(PGresult *result) {
    if (result != NULL) plan.live--;
    plan.real->clear(result);
}

static PGcancel *fake_get_cancel(PGconn *connection) {
    if (fails(FAULT_GET_CANCEL)) return NULL;
    plan.live++;
    return plan.real->get_cancel(connection);
}

static int fake_cancel(PGcancel *cancel, char *message, int size) {
    return fails(FAULT_CANCEL) ? 0 : plan.real->cancel(cancel, message, size);
}

static void fake_free_cancel(PGcancel *cancel) {
    plan.live--;
    plan.real->free_cancel(cancel);
}

static const ra_allocator ALLOCATOR = {fake_allocate, fake_release, NULL};

static ra_pg_api fake_api(const ra_pg_api *real) {
    ra_pg_api api = *real;
    api.status = fake_status;
    api.transaction_status = fake_transaction_status;
    api.is_nonblocking = fake_is_nonblocking;
    api.exec = fake_exec;
    api.put_copy_data = fake_put_copy_data;
    api.put_copy_end = fake_put_copy_end;
    api.get_copy_data = fake_get_copy_data;
    api.free_memory = fake_free_memory;
    api.get_result = fake_get_result;
    api.result_status = fake_result_status;
    api.binary_tuples = fake_binary_tuples;
    api.cmd_tuples = fake_cmd_tuples;
    api.clear = fake_clear;
    api.get_cancel = fake_get_cancel;
    api.cancel = fake_cancel;
    api.free_cancel = fake_free_cancel;
    api.allocator = &ALLOCATOR;
    api.handle = NULL;
    return api;
}

/* What the failing calls happen in. Returns the status of the first call that failed. */
typedef ra_status scenario(const ra_pg_api *api, PGconn *connection, ra_pg_error *error);

static ra_status run_copy(const ra_pg_api *api, PGconn *connection, int32_t first, bool give_up,
                          ra_pg_error *error) {
    ra_pg_copy *copy = NULL;
    uint64_t rows = 0;
    ra_buffer buffer;
    ra_buffer_init(&buffer, NULL);
    pg_server_items(&buffer, first, 200, 1000); /* four pieces */
    ra_status code = ra_pg_copy_begin(api, connection, COPY_ITEMS, &copy, error);
    if (code != RA_OK) {
        assert_null(copy);
        goto cleanup;
    }
    code = ra_pg_copy_put(copy, buffer.data, buffer.size, error);
    if (give_up) {
        ra_pg_copy_abort(copy);
    } else if (code == RA_OK) {
        code = ra_pg_copy_end(copy, &rows, error);
        assert_int_equal(rows, code == RA_OK ? 200 : 0);
    } else {
        ra_pg_error again;
        assert_int_equal(ra_pg_copy_put(copy, "x", 1, &again), RA_DB_FAILED);
        assert_int_equal(ra_pg_copy_end(copy, &rows, &again), RA_DB_FAILED);
        assert_int_equal(rows, 0);
    }

cleanup:
    ra_buffer_free(&buffer);
    return code;
}

static ra_status copy_new_rows(const ra_pg_api *api, PGconn *connection, ra_pg_error *error) {
    return run_copy(api, connection, 1000, false, error);
}

static ra_status copy_known_rows(const ra_pg_api *api, PGconn *connection, ra_pg_error *error) {
    return run_copy(api, connection, 1, false, error);
}

static ra_status copy_given_up(const ra_pg_api *api, PGconn *connection, ra_pg_error *error) {
    return run_copy(api, connection, 1000, true, error);
}

/* RA_OK once all rows were read, or `most` of them. */
static ra_status run_read(const ra_pg_api *api, PGconn *connection, const char *statement,
                          size_t most, ra_pg_error *error) {
    ra_pg_read *read = NULL;
    const void *data;
    size_t size, rows = 0;
    ra_status code = ra_pg_read_begin(api, connection, statement, &read, error);
    assert_int_equal(read == NULL, code != RA_OK);
    while (code == RA_OK && rows++ < most)
        code = ra_pg_read_next(read, &data, &size, error);
    ra_pg_read_close(read);
    return code == RA_END ? RA_OK : code;
}

static ra_status read_rows(const ra_pg_api *api, PGconn *connection, ra_pg_error *error) {
    return run_read(api, connection, READ_ITEMS, SIZE_MAX, error);
}

static ra_status read_bad_rows(const ra_pg_api *api, PGconn *connection, ra_pg_error *error) {
    return run_read(api, connection, READ_ERROR, SIZE_MAX, error);
}

static ra_status read_given_up(const ra_pg_api *api, PGconn *connection, ra_pg_error *error) {
    return run_read(api, connection, READ_ITEMS, 1, error);
}

static ra_status read_of_no_copy(const ra_pg_api *api, PGconn *connection, ra_pg_error *error) {
    return run_read(api, connection, COPY_ITEMS, SIZE_MAX, error);
}

static bool is_expected(fault which, ra_status code) {
    if (code == RA_DB_FAILED) return true;
    if (which == FAULT_ALLOCATE) return code == RA_NO_MEMORY;
    return code == RA_BAD_ARGUMENT &&
           (which == FAULT_IS_NONBLOCKING || which == FAULT_BINARY_TUPLES);
}

/* One failing call; false when the scenario makes fewer calls than that. `clean` is what the
 * scenario returns without a fault. */
static bool run_one(pg_server *server, scenario *run, ra_status clean) {
    ra_pg_api api = fake_api(server->api);
    ra_pg_error error;
    memset(&error, 0, sizeof error);
    pg_server_run(server, server->connection, "SAVEPOINT s");
    ra_status code = run(&api, server->connection, &error);
    plan.fail_at = 0;
    assert_int_equal(plan.live, 0);
    if (!plan.fired) {
        assert_int_equal(code, clean);
    } else if (run == copy_given_up || run == read_given_up) {
        assert_true(code == RA_OK || is_expected(plan.which, code));
    } else {
        assert_true(is_expected(plan.which, code) || (clean != RA_OK && code == clean));
    }
    if (code != RA_OK) assert_true(error.message[0] != '\0');
    pg_server_run(server, server->connection, "ROLLBACK TO s");
    assert_int_equal(pg_server_number(server, server->connection,
                                      "SELECT count(*) FROM item WHERE name = 'known'"),
                     1);
    assert_int_equal(pg_server_number(server, server->connection, "SELECT count(*) FROM item"), 1);
    return plan.fired;
}

/* Every call of every function; returns the number of failures tried. */
static size_t run_all(pg_server *server, scenario *run, ra_status clean) {
    size_t points = 0;
    for (int mode = 0; mode < 2; mode++) {
        for (int which = 0; which < FAULT_COUNT; which++) {
            for (size_t fail_at = 1;; fail_at++) {
                memset(&plan, 0, sizeof plan);
                plan.real = server->api;
                plan.which = (fault)which;
                plan.fail_at = fail_at;
                plan.for_ever = mode == 1;
                if (!run_one(server, run, clean)) break;
                points++;
            }
        }
    }
    print_message("%zu failing calls tried\n", points);
    return points;
}

static int begin(void **state) {
    pg_server *server = *state;
    pg_server_run(server, server->connection, "BEGIN; INSERT INTO item VALUES (1, 'known')");
    return 0;
}

static int roll_back(void **state) {
    pg_server *server = *state;
    pg_server_run(server, server->connection, "ROLLBACK");
    return 0;
}

static void test_copy_survives_every_failing_call(void **state) {
    assert_true(run_all(*state, copy_new_rows, RA_OK) >= 38);
}

static void test_refused_copy_survives_every_failing_call(void **state) {
    assert_true(run_all(*state, copy_known_rows, RA_DB_FAILED) >= 30);
}

static void test_abort_survives_every_failing_call(void **state) {
    assert_true(run_all(*state, copy_given_up, RA_OK) >= 30);
}

static void test_reading_survives_every_failing_call(void **state) {
    assert_true(run_all(*state, read_rows, RA_OK) >= 20);
}

static void test_reading_of_bad_rows_survives_every_failing_call(void **state) {
    assert_true(run_all(*state, read_bad_rows, RA_DB_FAILED) >= 14);
}

static void test_reading_given_up_survives_every_failing_call(void **state) {
    assert_true(run_all(*state, read_given_up, RA_OK) >= 14);
}

static void test_misused_reading_survives_every_failing_call(void **state) {
    assert_true(run_all(*state, read_of_no_copy, RA_BAD_ARGUMENT) >= 10);
}

static void test_cancel_reports_every_failing_call(void **state) {
    pg_server *server = *state;
    static const fault faults[] = {FAULT_GET_CANCEL, FAULT_CANCEL};
    ra_pg_api api = fake_api(server->api);
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        memset(&plan, 0, sizeof plan);
        plan.real = server->api;
        plan.which = faults[i];
        plan.fail_at = 1;
        assert_int_equal(ra_pg_cancel(&api, server->connection), RA_DB_FAILED);
        assert_true(plan.fired);
        assert_int_equal(plan.live, 0);
        assert_int_equal(ra_pg_cancel(&api, server->connection), RA_OK);
        assert_int_equal(plan.live, 0);
    }
}

#define IN_TRANSACTION(name) cmocka_unit_test_setup_teardown(name, begin, roll_back)

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_TRANSACTION(test_copy_survives_every_failing_call),
        IN_TRANSACTION(test_refused_copy_survives_every_failing_call),
        IN_TRANSACTION(test_abort_survives_every_failing_call),
        IN_TRANSACTION(test_reading_survives_every_failing_call),
        IN_TRANSACTION(test_reading_of_bad_rows_survives_every_failing_call),
        IN_TRANSACTION(test_reading_given_up_survives_every_failing_call),
        IN_TRANSACTION(test_misused_reading_survives_every_failing_call),
        IN_TRANSACTION(test_cancel_reports_every_failing_call),
    };
    return cmocka_run_group_tests(tests, pg_server_start, pg_server_stop);
}

/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Connection state, error texts and draining; see ra_pg_result.h. */
#include "pg/ra_pg_result.h"

#include <string.h>

/* Copy what fits; a character of several bytes is taken whole or not at all. */
static void copy_text(char *out, size_t size, const char *text) {
    size_t length = text == NULL ? 0 : strnlen(text, size);
    if (length == size) {
        length--;
        while (length > 0 && ((unsigned char)text[length] & 0xc0) == 0x80) {
            length--;
        }
    }
    while (length > 0 && text[length - 1] == '\n') {
        length--;
    }
    if (length > 0) memcpy(out, text, length);
    out[length] = '\0';
}

ra_status ra_pg_fail(ra_pg_error *error, ra_status code, const char *message) {
    if (error != NULL) {
        memset(error, 0, sizeof *error);
        copy_text(error->message, sizeof error->message, message);
    }
    return code;
}

ra_status ra_pg_fail_connection(const ra_pg_api *api, PGconn *connection, ra_pg_error *error) {
    const char *message = api->error_message(connection);
    if (message == NULL || *message == '\0') message = "the database gave no usable answer";
    return ra_pg_fail(error, RA_DB_FAILED, message);
}

/* Fill *error with the server's answer; `result` may be NULL (out of memory, lost connection). */
static ra_status fail_result(const ra_pg_api *api, PGconn *connection, const PGresult *result,
                             ra_pg_error *error) {
    const char *message =
        result == NULL ? NULL : api->result_error_field(result, PG_DIAG_MESSAGE_PRIMARY);
    if (message == NULL) return ra_pg_fail_connection(api, connection, error);
    if (error == NULL) return RA_DB_FAILED;
    const struct {
        int code;
        char *out;
        size_t size;
    } fields[] = {
        {PG_DIAG_SQLSTATE, error->sqlstate, sizeof error->sqlstate},
        {PG_DIAG_MESSAGE_PRIMARY, error->message, sizeof error->message},
        {PG_DIAG_MESSAGE_DETAIL, error->detail, sizeof error->detail},
        {PG_DIAG_TABLE_NAME, error->table, sizeof error->table},
        {PG_DIAG_COLUMN_NAME, error->column, sizeof error->column},
        {PG_DIAG_CONSTRAINT_NAME, error->constraint, sizeof error->constraint},
    };
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        copy_text(fields[i].out, fields[i].size, api->result_error_field(result, fields[i].code));
    }
    return RA_DB_FAILED;
}

ra_status ra_pg_check_ready(const ra_pg_api *api, PGconn *connection, ra_pg_error *error) {
    if (connection == NULL) {
        return ra_pg_fail(error, RA_BAD_ARGUMENT, "there is no database connection");
    }
    if (api->status(connection) != CONNECTION_OK) {
        return ra_pg_fail(error, RA_DB_FAILED, "the database connection is lost");
    }
    if (api->is_nonblocking(connection) != 0) {
        return ra_pg_fail(error, RA_BAD_ARGUMENT, "the database connection is non-blocking");
    }
    switch (api->transaction_status(connection)) {
    case PQTRANS_INTRANS:
        return RA_OK;
    case PQTRANS_IDLE:
        return ra_pg_fail(error, RA_BAD_ARGUMENT, "the connection is not inside a transaction");
    case PQTRANS_ACTIVE:
        return ra_pg_fail(error, RA_BAD_ARGUMENT, "the connection is busy with another command");
    case PQTRANS_INERROR:
        return ra_pg_fail(error, RA_BAD_ARGUMENT, "the transaction has already failed");
    default:
        return ra_pg_fail(error, RA_DB_FAILED, "the database connection is lost");
    }
}

ra_status ra_pg_check_after(const ra_pg_api *api, PGconn *connection, ra_pg_error *error) {
    return ra_pg_check_ready(api, connection, error) == RA_OK ? RA_OK : RA_DB_FAILED;
}

/* PQexec on a connection in a COPY ends that COPY and discards its data before it starts. */
void ra_pg_leave_copy(const ra_pg_api *api, PGconn *connection) {
    api->clear(api->exec(connection, ""));
}

static bool is_copy(ExecStatusType status) {
    return status == PGRES_COPY_IN || status == PGRES_COPY_OUT || status == PGRES_COPY_BOTH;
}

ra_status ra_pg_check_copy(const ra_pg_api *api, PGconn *connection, const PGresult *result,
                           ExecStatusType wanted, const char *reversed, ra_pg_error *error) {
    ExecStatusType status = api->result_status(result);
    if (is_copy(status)) {
        if (status == wanted && api->binary_tuples(result) == 1) return RA_OK;
        ra_pg_leave_copy(api, connection);
        return ra_pg_fail(error, RA_BAD_ARGUMENT,
                          status == wanted ? "the COPY is not in binary format" : reversed);
    }
    switch (status) {
    case PGRES_COMMAND_OK:
    case PGRES_TUPLES_OK:
    case PGRES_EMPTY_QUERY:
        return ra_pg_fail(error, RA_BAD_ARGUMENT, "the statement is not a COPY");
    default:
        return fail_result(api, connection, result, error);
    }
}

ra_status ra_pg_drain(const ra_pg_api *api, PGconn *connection, ExecStatusType expected,
                      PGresult **result, ra_pg_error *error) {
    ra_status code = RA_OK;
    PGresult *last = NULL;
    PGresult *next = NULL;
    while ((next = api->get_result(connection)) != NULL) {
        ExecStatusType status = api->result_status(next);
        if (code == RA_OK && status != expected) {
            code = fail_result(api, connection, next, error);
        }
        api->clear(last);
        last = next;
        if (is_copy(status)) {
            /* A copy repeats its result for ever; leaving it drains the rest. */
            ra_pg_leave_copy(api, connection);
            break;
        }
    }
    if (code == RA_OK && last == NULL) code = ra_pg_fail_connection(api, connection, error);
    if (code == RA_OK && result != NULL) {
        *result = last;
    } else {
        api->clear(last);
    }
    return code;
}

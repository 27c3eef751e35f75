/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Binary COPY FROM STDIN on a connection of psycopg2; see ra_pg.h. */
#include "pg/ra_pg.h"

#include "pg/ra_pg_result.h"

#include <assert.h>

/* The server reads in pieces of this size; larger ones are not faster, and libpq counts in int. */
#define PIECE ((size_t)64 * 1024)

struct ra_pg_copy {
    const ra_pg_api *api;
    PGconn *connection;
    bool failed; /* a piece could not be sent: the stream has a gap */
};

ra_status ra_pg_copy_begin(const ra_pg_api *api, void *connection, const char *statement,
                           ra_pg_copy **out, ra_pg_error *error) {
    *out = NULL;
    ra_pg_copy *copy = NULL;
    PGresult *result = NULL;
    ra_status code = ra_pg_check_ready(api, connection, error);
    if (code != RA_OK) goto cleanup;

    copy = ra_allocate(api->allocator, sizeof *copy);
    if (copy == NULL) {
        code = ra_pg_fail(error, RA_NO_MEMORY, "no memory to start a COPY");
        goto cleanup;
    }
    *copy = (ra_pg_copy){.api = api, .connection = connection};
    result = api->exec(connection, statement);
    code = ra_pg_check_copy(api, connection, result, PGRES_COPY_IN, "the COPY does not read rows",
                            error);
    if (code != RA_OK) goto cleanup;
    *out = copy;
    copy = NULL;

cleanup:
    api->clear(result);
    ra_release(api->allocator, copy);
    return code;
}

ra_status ra_pg_copy_put(ra_pg_copy *copy, const void *data, size_t size, ra_pg_error *error) {
    const char *at = data;
    if (copy->failed) return ra_pg_fail(error, RA_DB_FAILED, "the COPY has already failed");
    while (size > 0) {
        size_t piece = size < PIECE ? size : PIECE;
        if (copy->api->put_copy_data(copy->connection, at, (int)piece) != 1) {
            copy->failed = true;
            return ra_pg_fail_connection(copy->api, copy->connection, error);
        }
        at += piece;
        size -= piece;
    }
    return RA_OK;
}

static bool read_count(const char *text, uint64_t *out) {
    uint64_t value = 0;
    if (*text == '\0') return false;
    for (; *text != '\0'; text++) {
        if (*text < '0' || *text > '9') return false;
        value = value * 10 + (uint64_t)(*text - '0');
    }
    *out = value;
    return true;
}

static ra_status finish(const ra_pg_api *api, PGconn *connection, uint64_t *rows,
                        ra_pg_error *error) {
    /* After a failed PQputCopyEnd a PQgetResult may wait for ever. */
    if (api->put_copy_end(connection, NULL) != 1) {
        return ra_pg_fail_connection(api, connection, error);
    }
    PGresult *result = NULL;
    ra_status code = ra_pg_drain(api, connection, PGRES_COMMAND_OK, &result, error);
    if (code != RA_OK) return code;
    uint64_t count = 0;
    if (!read_count(api->cmd_tuples(result), &count)) {
        code = ra_pg_fail(error, RA_DB_FAILED, "the server did not count the rows");
    } else {
        code = ra_pg_check_after(api, connection, error);
    }
    api->clear(result);
    if (code == RA_OK) *rows = count;
    return code;
}

ra_status ra_pg_copy_end(ra_pg_copy *copy, uint64_t *rows, ra_pg_error *error) {
    *rows = 0;
    if (copy->failed) {
        ra_pg_copy_abort(copy);
        return ra_pg_fail(error, RA_DB_FAILED, "the COPY has already failed");
    }
    const ra_pg_api *api = copy->api;
    PGconn *connection = copy->connection;
    ra_release(api->allocator, copy);
    return finish(api, connection, rows, error);
}

void ra_pg_copy_abort(ra_pg_copy *copy) {
    if (copy == NULL) return;
    const ra_pg_api *api = copy->api;
    PGconn *connection = copy->connection;
    ra_release(api->allocator, copy);
    if (api->put_copy_end(connection, "given up by the client") != 1) return;
    /* The failure that the server now reports is the wanted one. */
    ra_status ignored = ra_pg_drain(api, connection, PGRES_FATAL_ERROR, NULL, NULL);
    (void)ignored;
}

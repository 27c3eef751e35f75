/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Binary COPY TO STDOUT on a connection of psycopg2; see ra_pg.h. */
#include "pg/ra_pg.h"

#include "pg/ra_pg_result.h"

struct ra_pg_read {
    const ra_pg_api *api;
    PGconn *connection;
    char *buffer; /* of libpq */
    bool ended;   /* nothing of the COPY is left on the connection */
};

ra_status ra_pg_read_begin(const ra_pg_api *api, void *connection, const char *statement,
                           ra_pg_read **out, ra_pg_error *error) {
    *out = NULL;
    ra_status code = ra_pg_check_ready(api, connection, error);
    if (code != RA_OK) return code;
    ra_pg_read *read = ra_allocate(api->allocator, sizeof *read);
    if (read == NULL) return ra_pg_fail(error, RA_NO_MEMORY, "no memory to start a COPY");
    *read = (ra_pg_read){.api = api, .connection = connection};
    PGresult *result = api->exec(connection, statement);
    code = ra_pg_check_copy(api, connection, result, PGRES_COPY_OUT, "the COPY does not send rows",
                            error);
    api->clear(result);
    if (code == RA_OK) {
        *out = read;
    } else {
        ra_release(api->allocator, read);
    }
    return code;
}

static ra_status finish(ra_pg_read *read, ra_pg_error *error) {
    read->ended = true;
    ra_status code = ra_pg_drain(read->api, read->connection, PGRES_COMMAND_OK, NULL, error);
    if (code == RA_OK) code = ra_pg_check_after(read->api, read->connection, error);
    return code == RA_OK ? RA_END : code;
}

ra_status ra_pg_read_next(ra_pg_read *read, const void **data, size_t *size, ra_pg_error *error) {
    const ra_pg_api *api = read->api;
    if (read->ended) return RA_END;
    if (read->buffer != NULL) api->free_memory(read->buffer);
    read->buffer = NULL;
    int got = api->get_copy_data(read->connection, &read->buffer, 0);
    if (got == -1) return finish(read, error);
    if (got < 0) return ra_pg_fail_connection(api, read->connection, error);
    *data = read->buffer;
    *size = (size_t)got;
    return RA_OK;
}

void ra_pg_read_close(ra_pg_read *read) {
    if (read == NULL) return;
    const ra_pg_api *api = read->api;
    if (read->buffer != NULL) api->free_memory(read->buffer);
    if (!read->ended) {
        /* Without the cancel the server would send the rest to be thrown away. */
        ra_status ignored = ra_pg_cancel(api, read->connection);
        (void)ignored;
        ra_pg_leave_copy(api, read->connection);
    }
    ra_release(api->allocator, read);
}

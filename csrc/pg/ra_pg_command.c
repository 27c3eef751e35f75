/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Commands beside COPY: settings, set-wise locks, cancelling; see ra_pg.h. */
#include "pg/ra_pg.h"

#include "pg/ra_pg_result.h"

#include <limits.h>

#define OID_INT4 23
#define OID_INT4_ARRAY 1007
#define BINARY 1

/* Array header: dimensions, has-nulls flag, element type, then length and lower bound. */
#define ARRAY_HEADER ((size_t)20)
#define ARRAY_ELEMENT ((size_t)8)

static void store32(char *at, uint32_t value) {
    for (int i = 0; i < 4; i++) {
        at[i] = (char)(value >> (24 - 8 * i) & 0xff);
    }
}

static ra_status check_result(const ra_pg_api *api, PGconn *connection, const PGresult *result,
                              ExecStatusType expected, ra_pg_error *error) {
    ExecStatusType status = api->result_status(result);
    if (status == expected) return ra_pg_check_after(api, connection, error);
    switch (status) {
    case PGRES_COPY_IN:
    case PGRES_COPY_OUT:
    case PGRES_COPY_BOTH:
        ra_pg_leave_copy(api, connection);
        return ra_pg_fail(error, RA_BAD_ARGUMENT, "the statement is a COPY");
    case PGRES_COMMAND_OK:
    case PGRES_TUPLES_OK:
    case PGRES_EMPTY_QUERY:
        return ra_pg_fail(error, RA_BAD_ARGUMENT, "the statement is of the wrong kind");
    default:
        return ra_pg_fail_result(api, connection, result, error);
    }
}

ra_status ra_pg_exec(const ra_pg_api *api, void *connection, const char *statement,
                     ra_pg_error *error) {
    ra_status code = ra_pg_check_ready(api, connection, error);
    if (code != RA_OK) return code;
    PGresult *result = api->exec(connection, statement);
    code = check_result(api, connection, result, PGRES_COMMAND_OK, error);
    api->clear(result);
    return code;
}

static void encode_array(char *at, const int32_t *ids, size_t count) {
    const uint32_t header[] = {1, 0, OID_INT4, (uint32_t)count, 1};
    for (size_t i = 0; i < sizeof header / sizeof *header; i++, at += 4) {
        store32(at, header[i]);
    }
    for (size_t i = 0; i < count; i++, at += ARRAY_ELEMENT) {
        store32(at, sizeof *ids);
        store32(at + 4, (uint32_t)ids[i]);
    }
}

ra_status ra_pg_lock_ids(const ra_pg_api *api, void *connection, const char *statement,
                         const int32_t *ids, size_t count, size_t *found, ra_pg_error *error) {
    *found = 0;
    PGresult *result = NULL;
    char *array = NULL;
    ra_status code = ra_pg_check_ready(api, connection, error);
    if (code != RA_OK || count == 0) goto cleanup;

    if (count > (INT_MAX - ARRAY_HEADER) / ARRAY_ELEMENT) {
        code = ra_pg_fail(error, RA_BAD_ARGUMENT, "too many ids for one statement");
        goto cleanup;
    }
    size_t size = ARRAY_HEADER + ARRAY_ELEMENT * count;
    array = ra_pg_allocate(api, size);
    if (array == NULL) {
        code = ra_pg_fail(error, RA_NO_MEMORY, "no memory for the ids of a statement");
        goto cleanup;
    }
    encode_array(array, ids, count);
    const Oid type = OID_INT4_ARRAY;
    const char *const value = array;
    const int length = (int)size;
    const int format = BINARY;
    result = api->exec_params(connection, statement, 1, &type, &value, &length, &format, BINARY);
    code = check_result(api, connection, result, PGRES_TUPLES_OK, error);
    if (code == RA_OK) *found = (size_t)api->ntuples(result);

cleanup:
    api->clear(result);
    ra_pg_release(api, array);
    return code;
}

ra_status ra_pg_cancel(const ra_pg_api *api, void *connection) {
    char message[256]; /* libpq wants room for its words; the status says enough */
    PGcancel *cancel = connection == NULL ? NULL : api->get_cancel(connection);
    if (cancel == NULL) return RA_DB_FAILED;
    int sent = api->cancel(cancel, message, (int)sizeof message);
    api->free_cancel(cancel);
    return sent == 1 ? RA_OK : RA_DB_FAILED;
}

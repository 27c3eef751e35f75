/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The only room that knows libpq. Its functions are taken at run time from the copy that psycopg2
 * itself loaded (dlopen of its module, then dlsym): a wheel may bundle another libpq, and a
 * PGconn of one copy given to the other is undefined behaviour. Nothing links against libpq. */
#ifndef RA_PG_PG_H
#define RA_PG_PG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ra_status.h"

typedef struct ra_pg_api ra_pg_api; /* table of libpq functions, see ra_pg_api.h */

/* Resolve libpq's functions through the already loaded shared object at `path`
 * (psycopg2._psycopg.__file__). RA_DB_FAILED when one is missing. The handle is kept for the life
 * of *out, which the caller owns (ra_pg_api_close). */
ra_status ra_pg_api_open(const char *path, ra_pg_api **out, ra_error *error) RA_MUST_CHECK;
void ra_pg_api_close(ra_pg_api *api);

/* The server's answer to a failure, copied: usable after the connection moved on. `sqlstate` is
 * empty when the server gave no answer (lost connection, refused argument); texts that are too
 * long are cut between two characters. Filled whenever a function here does not return RA_OK. */
typedef struct ra_pg_error {
    char sqlstate[6];
    char message[512]; /* primary message, no data of rows beyond what the server says */
    char detail[512];
    char table[64], column[64], constraint[64];
} ra_pg_error;

/* A COPY ... FROM STDIN in binary format on a connection that is inside a transaction,
 * synchronous and idle between commands. */
typedef struct ra_pg_copy ra_pg_copy;

/* Start. `statement` is the complete COPY command. RA_BAD_ARGUMENT when the connection is not in a
 * transaction (nothing may autocommit), non-blocking or busy, or when the statement is no binary
 * COPY FROM STDIN; RA_DB_FAILED when the connection is lost or the server refuses. `connection` is
 * a PGconn that no other thread uses meanwhile. */
ra_status ra_pg_copy_begin(const ra_pg_api *api, void *connection, const char *statement,
                           ra_pg_copy **out, ra_pg_error *error) RA_MUST_CHECK;

/* Send bytes (any size; sent on in 64 KiB pieces). After a failure only ra_pg_copy_abort or
 * ra_pg_copy_end may follow, and the latter fails too. */
ra_status ra_pg_copy_put(ra_pg_copy *copy, const void *data, size_t size,
                         ra_pg_error *error) RA_MUST_CHECK;

/* Finish, drain every result and report the number of rows. Frees `copy` in every case;
 * *rows is 0 unless RA_OK. Most failures of the rows themselves (a duplicate key) come out here. */
ra_status ra_pg_copy_end(ra_pg_copy *copy, uint64_t *rows, ra_pg_error *error) RA_MUST_CHECK;

/* Give up: the server is told to fail the COPY; the transaction is aborted until the caller rolls
 * back to its savepoint. Frees `copy`. */
void ra_pg_copy_abort(ra_pg_copy *copy);

/* A COPY ... TO STDOUT in binary format, under the same conditions. */
typedef struct ra_pg_read ra_pg_read;

ra_status ra_pg_read_begin(const ra_pg_api *api, void *connection, const char *statement,
                           ra_pg_read **out, ra_pg_error *error) RA_MUST_CHECK;

/* The next piece of the stream (whole rows), valid until the next call; RA_END behind the last one,
 * when the server has confirmed the end. */
ra_status ra_pg_read_next(ra_pg_read *read, const void **data, size_t *size,
                          ra_pg_error *error) RA_MUST_CHECK;

/* Free `read` (NULL is allowed). Before RA_END the server is told to stop, and the transaction is
 * aborted until the caller rolls back to its savepoint. */
void ra_pg_read_close(ra_pg_read *read);

/* Ask the server to give up what `connection` is running; the running call then fails with
 * sqlstate 57014. The one function here that another thread may call meanwhile. */
ra_status ra_pg_cancel(const ra_pg_api *api, void *connection) RA_MUST_CHECK;

#endif

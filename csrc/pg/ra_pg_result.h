/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What the two directions of COPY share: the state of the connection, errors, draining. */
#ifndef RA_PG_RESULT_H
#define RA_PG_RESULT_H

#include "pg/ra_pg_api.h"

/* Fill *error (when not NULL) with a text of ours and return `code`. */
ra_status ra_pg_fail(ra_pg_error *error, ra_status code, const char *message);

/* The same with libpq's own words about the connection. */
ra_status ra_pg_fail_connection(const ra_pg_api *api, PGconn *connection, ra_pg_error *error);

/* RA_OK when the connection is alive, inside a healthy transaction, idle and blocking. */
ra_status ra_pg_check_ready(const ra_pg_api *api, PGconn *connection, ra_pg_error *error);

/* The same after a command: whatever it did to the transaction, the failure is the database's. */
ra_status ra_pg_check_after(const ra_pg_api *api, PGconn *connection, ra_pg_error *error);

/* Read results until there are none. The first one that is not `expected` is reported; the last
 * expected one is handed out in *result (when not NULL; the caller clears it) on RA_OK. */
ra_status ra_pg_drain(const ra_pg_api *api, PGconn *connection, ExecStatusType expected,
                      PGresult **result, ra_pg_error *error);

/* RA_OK when `result` says that a binary COPY in direction `wanted` (PGRES_COPY_IN, PGRES_COPY_OUT)
 * has begun. Any other COPY is left, and `reversed` is the message for one in another direction. */
ra_status ra_pg_check_copy(const ra_pg_api *api, PGconn *connection, const PGresult *result,
                           ExecStatusType wanted, const char *reversed, ra_pg_error *error);

/* Bring a connection back from a COPY that a wrong statement started. */
void ra_pg_leave_copy(const ra_pg_api *api, PGconn *connection);

#endif

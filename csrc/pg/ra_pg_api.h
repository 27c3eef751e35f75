/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The table of libpq functions, named as in libpq without the prefix. Only for this room and for
 * tests, which pass tables of their own to make a call fail. */
#ifndef RA_PG_API_H
#define RA_PG_API_H

#include <libpq-fe.h>

#include "base/ra_arena.h"
#include "pg/ra_pg.h"

struct ra_pg_api {
    ConnStatusType (*status)(const PGconn *connection);
    PGTransactionStatusType (*transaction_status)(const PGconn *connection);
    int (*is_nonblocking)(const PGconn *connection);
    char *(*error_message)(const PGconn *connection);
    PGresult *(*exec)(PGconn *connection, const char *query);
    int (*put_copy_data)(PGconn *connection, const char *buffer, int size);
    int (*put_copy_end)(PGconn *connection, const char *message);
    int (*get_copy_data)(PGconn *connection, char **buffer, int async);
    void (*free_memory)(void *buffer); /* of get_copy_data */
    PGresult *(*get_result)(PGconn *connection);
    ExecStatusType (*result_status)(const PGresult *result);
    char *(*result_error_field)(const PGresult *result, int field);
    int (*binary_tuples)(const PGresult *result);
    char *(*cmd_tuples)(PGresult *result);
    void (*clear)(PGresult *result);
    PGcancel *(*get_cancel)(PGconn *connection);
    int (*cancel)(PGcancel *cancel, char *message, int size);
    void (*free_cancel)(PGcancel *cancel);

    const ra_allocator *allocator; /* NULL: malloc */
    void *handle;                  /* of dlopen; NULL in a table made by a test */
};

#endif

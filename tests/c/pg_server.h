/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The PostgreSQL server that the tests of csrc/pg/ run against: PGHOST, PGPORT and PGUSER say
 * where it is. libpq is loaded here as psycopg2 would load it; nothing links to it. */
#ifndef RA_TESTS_PG_SERVER_H
#define RA_TESTS_PG_SERVER_H

#include <dlfcn.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pg/ra_pg_api.h"
#include "write/ra_encode.h"

#define PG_SERVER_LIBRARY "libpq.so.5"

typedef struct pg_server {
    void *library;
    ra_pg_api *api;
    char database[64];
    PGconn *(*connect)(const char *options);
    void (*finish)(PGconn *connection);
    char *(*value)(const PGresult *result, int row, int column);
    int (*backend_pid)(const PGconn *connection);
    int (*set_nonblocking)(PGconn *connection, int on);
    PGconn *connection; /* to the scratch database */
} pg_server;

/* POSIX lets dlsym's object pointers be functions; the copy spares C's forbidden cast. */
static inline void pg_server_symbol(pg_server *server, const char *name, void *out) {
    void *address = dlsym(server->library, name);
    if (address == NULL) fail_msg("libpq lacks %s", name);
    memcpy(out, &address, sizeof address);
}

/* Run a statement that must succeed. */
static inline void pg_server_run(pg_server *server, PGconn *connection, const char *statement) {
    PGresult *result = server->api->exec(connection, statement);
    ExecStatusType status = server->api->result_status(result);
    server->api->clear(result);
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
        fail_msg("%s: %s", statement, server->api->error_message(connection));
    }
}

/* The first value of a query as a number. */
static inline long pg_server_number(pg_server *server, PGconn *connection, const char *query) {
    PGresult *result = server->api->exec(connection, query);
    if (server->api->result_status(result) != PGRES_TUPLES_OK) {
        fail_msg("%s: %s", query, server->api->error_message(connection));
    }
    long number = strtol(server->value(result, 0, 0), NULL, 10);
    server->api->clear(result);
    return number;
}

/* A connection the caller gives to server->finish. */
static inline PGconn *pg_server_connect(pg_server *server, const char *database) {
    char options[96];
    snprintf(options, sizeof options, "dbname=%s", database);
    PGconn *connection = server->connect(options);
    if (server->api->status(connection) != CONNECTION_OK) {
        char reason[256];
        snprintf(reason, sizeof reason, "%s", server->api->error_message(connection));
        server->finish(connection);
        fail_msg("These tests need the PostgreSQL server that PGHOST, PGPORT and PGUSER name: %s",
                 reason);
    }
    return connection;
}

static inline void pg_server_on_main(pg_server *server, const char *command) {
    char statement[128];
    snprintf(statement, sizeof statement, "%s %s", command, server->database);
    PGconn *connection = pg_server_connect(server, "postgres");
    pg_server_run(server, connection, statement);
    server->finish(connection);
}

/* cmocka group set-up: *state is a pg_server with a scratch database that holds the empty table
 * item (id int4 primary key, name text). */
static inline int pg_server_start(void **state) {
    pg_server *server = calloc(1, sizeof *server);
    if (server == NULL) return -1;
    *state = server;
    server->library = dlopen(PG_SERVER_LIBRARY, RTLD_NOW);
    if (server->library == NULL) fail_msg("%s cannot be loaded", PG_SERVER_LIBRARY);
    assert_int_equal(ra_pg_api_open(PG_SERVER_LIBRARY, &server->api, NULL), RA_OK);
    pg_server_symbol(server, "PQconnectdb", &server->connect);
    pg_server_symbol(server, "PQfinish", &server->finish);
    pg_server_symbol(server, "PQgetvalue", &server->value);
    pg_server_symbol(server, "PQbackendPID", &server->backend_pid);
    pg_server_symbol(server, "PQsetnonblocking", &server->set_nonblocking);
    snprintf(server->database, sizeof server->database, "ra_test_pg_%ld", (long)getpid());
    pg_server_on_main(server, "CREATE DATABASE");
    server->connection = pg_server_connect(server, server->database);
    pg_server_run(server, server->connection,
                  "CREATE TABLE item (id int4 PRIMARY KEY, name text NOT NULL)");
    return 0;
}

/* cmocka group tear-down: drops the database. */
static inline int pg_server_stop(void **state) {
    pg_server *server = *state;
    server->finish(server->connection);
    pg_server_on_main(server, "DROP DATABASE");
    ra_pg_api_close(server->api);
    free(server);
    return 0;
}

/* A binary stream of `count` items with ids from `first` and names of `length` bytes. */
static inline void pg_server_items(ra_buffer *buffer, int32_t first, int32_t count, size_t length) {
    char *name = malloc(length + 1);
    assert_non_null(name);
    memset(name, 'n', length);
    ra_copy_header(buffer);
    for (int32_t i = 0; i < count; i++) {
        ra_copy_tuple(buffer, 2);
        ra_copy_int4(buffer, first + i);
        ra_copy_text(buffer, (ra_str){name, length});
    }
    ra_copy_trailer(buffer);
    free(name);
    assert_false(buffer->failed);
}

#endif

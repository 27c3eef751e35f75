/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Taking libpq's functions from the shared object that psycopg2 loaded; see ra_pg.h. */
#include "pg/ra_pg_api.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

typedef struct symbol {
    const char *name;
    size_t offset; /* of the pointer in ra_pg_api */
} symbol;

static const symbol SYMBOLS[] = {
    {"PQstatus", offsetof(ra_pg_api, status)},
    {"PQtransactionStatus", offsetof(ra_pg_api, transaction_status)},
    {"PQisnonblocking", offsetof(ra_pg_api, is_nonblocking)},
    {"PQerrorMessage", offsetof(ra_pg_api, error_message)},
    {"PQexec", offsetof(ra_pg_api, exec)},
    {"PQputCopyData", offsetof(ra_pg_api, put_copy_data)},
    {"PQputCopyEnd", offsetof(ra_pg_api, put_copy_end)},
    {"PQgetCopyData", offsetof(ra_pg_api, get_copy_data)},
    {"PQfreemem", offsetof(ra_pg_api, free_memory)},
    {"PQgetResult", offsetof(ra_pg_api, get_result)},
    {"PQresultStatus", offsetof(ra_pg_api, result_status)},
    {"PQresultErrorField", offsetof(ra_pg_api, result_error_field)},
    {"PQbinaryTuples", offsetof(ra_pg_api, binary_tuples)},
    {"PQcmdTuples", offsetof(ra_pg_api, cmd_tuples)},
    {"PQclear", offsetof(ra_pg_api, clear)},
    {"PQgetCancel", offsetof(ra_pg_api, get_cancel)},
    {"PQcancel", offsetof(ra_pg_api, cancel)},
    {"PQfreeCancel", offsetof(ra_pg_api, free_cancel)},
};

/* POSIX lets dlsym's object pointers be functions; the copy spares C's forbidden cast. */
static bool load_symbols(ra_pg_api *api) {
    for (size_t i = 0; i < sizeof SYMBOLS / sizeof *SYMBOLS; i++) {
        void *address = dlsym(api->handle, SYMBOLS[i].name);
        if (address == NULL) return false;
        memcpy((char *)api + SYMBOLS[i].offset, &address, sizeof address);
    }
    return true;
}

ra_status ra_pg_api_open(const char *path, ra_pg_api **out, ra_error *error) {
    *out = NULL;
    ra_pg_api *api = calloc(1, sizeof *api);
    if (api == NULL) return ra_fail(error, RA_NO_MEMORY, NULL, "no memory for libpq's functions");

    api->handle = dlopen(path, RTLD_NOLOAD | RTLD_LAZY);
    if (api->handle == NULL) {
        ra_pg_api_close(api);
        return ra_fail(error, RA_DB_FAILED, NULL, "the database driver is not loaded");
    }
    if (!load_symbols(api)) {
        ra_pg_api_close(api);
        return ra_fail(error, RA_DB_FAILED, NULL, "the database driver lacks a libpq function");
    }
    *out = api;
    return RA_OK;
}

void ra_pg_api_close(ra_pg_api *api) {
    if (api == NULL) return;
    if (api->handle != NULL) dlclose(api->handle);
    free(api);
}

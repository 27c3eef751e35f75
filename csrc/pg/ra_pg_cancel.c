/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Asking the server to give up; see ra_pg.h. */
#include "pg/ra_pg.h"

#include "pg/ra_pg_api.h"

ra_status ra_pg_cancel(const ra_pg_api *api, void *connection) {
    char message[256]; /* libpq wants room for its words; the status says enough */
    PGcancel *cancel = connection == NULL ? NULL : api->get_cancel(connection);
    if (cancel == NULL) return RA_DB_FAILED;
    int sent = api->cancel(cancel, message, (int)sizeof message);
    api->free_cancel(cancel);
    return sent == 1 ? RA_OK : RA_DB_FAILED;
}

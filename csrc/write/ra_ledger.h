/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Ledger rows: what became of each record of a chunk, in the columns of ra_ledger_columns. */
#ifndef RA_WRITE_LEDGER_H
#define RA_WRITE_LEDGER_H

#include "write/ra_rows.h"

/* The columns in COPY order, comma separated, for the COPY statement. */
extern const char ra_ledger_columns[];

typedef struct ra_ledger_context {
    const ra_catalog *catalog;
    int32_t channel_id, company_id;
    int32_t import_id; /* 0: NULL */
    int64_t now_us;
} ra_ledger_context;

/* Does this plan give the ledger a new row? (It is no known identity and not unchanged.) */
bool ra_ledger_is_new(const ra_plan *plan);

/* The plan as payload: canonical msgpack, or the raw bytes of a record that could not be read. */
ra_status ra_ledger_payload(ra_chunk *chunk, ra_plan *plan) RA_MUST_CHECK;

/* Encode one row; ra_ledger_payload first. */
void ra_ledger_row(const ra_ledger_context *context, const ra_plan *plan, int32_t id,
                   ra_buffer *out);

/* Names as stored in the ledger and shown in results. */
const char *ra_outcome_name(ra_outcome outcome);
const char *ra_lane_name(ra_lane lane); /* "" for none */

/* One CSV line of the result file: row, source id, number, outcome, lane, reason, detail, order.
 * Cells that a spreadsheet would take for a formula are prefixed with an apostrophe. */
void ra_result_line(const ra_plan *plan, ra_buffer *out);

#endif

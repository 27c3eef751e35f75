/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The plan of one order: what both lanes write, and what became of the record. */
#ifndef RA_RESOLVE_PLAN_H
#define RA_RESOLVE_PLAN_H

#include "canonical/ra_content.h"
#include "resolve/ra_catalog.h"

typedef enum ra_outcome {
    RA_OUTCOME_PENDING,
    RA_OUTCOME_CREATE, /* to be created: native or ORM lane */
    RA_OUTCOME_UPDATE, /* a later version of a known order: ORM */
    RA_OUTCOME_UNCHANGED,
    RA_OUTCOME_SKIPPED,
    RA_OUTCOME_REJECTED,
    RA_OUTCOME_REVIEW /* a later version of an order that may not be changed */
} ra_outcome;

typedef enum ra_lane { RA_LANE_NONE, RA_LANE_NATIVE, RA_LANE_ORM } ra_lane;

/* What the ledger holds of this identity. */
typedef struct ra_known {
    bool found;
    bool settled; /* the last outcome needs no retry when the content is the same */
    int32_t ledger_id, order_id;
    ra_key content;
    int64_t modified_at;
} ra_known;

typedef struct ra_plan_line {
    const ra_line *source; /* NULL: the rounding line */
    int32_t product;       /* slot */
    ra_str name;
} ra_plan_line;

typedef struct ra_plan {
    ra_order order;
    ra_key identity, content;
    ra_party_keys parties;
    ra_content_keys twins; /* none for a record that could not be read */
    uint32_t wave; /* 0 for the first version of an order in the chunk, 1 for the next ... */
    ra_known known;

    ra_outcome outcome;
    ra_lane lane;
    ra_status reason;  /* why rejected, skipped, unchanged or not native */
    const char *field; /* constant text or NULL */
    ra_str detail;     /* the offending reference or amount, for the message */
    ra_action action;
    int32_t customer, invoice, delivery; /* indexes into party_items */
    int32_t currency;
    double rate;
    int32_t payment;
    int32_t header_class;
    bool resolved;       /* all above but the header class is known; lines and prices exist */
    ra_plan_line *lines; /* room for line_count + 1 */
    ra_sale_line *prices;
    size_t line_count; /* includes the rounding line once priced */
    ra_sale_totals totals;
    int32_t order_id;  /* once written */
    ra_str order_name; /* once written */
    ra_str payload;    /* packed once needed */
} ra_plan;

#endif

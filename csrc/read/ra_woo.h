/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The shape of a WooCommerce order (REST API wc/v3) and where its members go.
 *
 * A shape lists the members of one kind of object; members that are not listed are passed over
 * whatever they hold. */
#ifndef RA_READ_WOO_H
#define RA_READ_WOO_H

#include "canonical/ra_order.h"

typedef enum ra_woo_type {
    RA_WOO_TEXT,
    RA_WOO_REF,         /* an id: number or text */
    RA_WOO_REF_OR_NONE, /* an id; 0 means none */
    RA_WOO_MONEY,       /* number or text; "" means not given */
    RA_WOO_BOOL,
    RA_WOO_TIME,
    RA_WOO_RAW,   /* kept as JSON text */
    RA_WOO_PARTS, /* an object stored in place; PHP writes an empty one as [] */
    RA_WOO_LIST   /* an array of objects */
} ra_woo_type;

typedef struct ra_woo_shape ra_woo_shape;

typedef struct ra_woo_field {
    ra_str key;
    const char *path; /* what errors call it */
    ra_woo_type type;
    ra_line_kind line_kind; /* of the items of a list of lines */
    uint16_t offset;        /* of the value in the target */
    uint16_t count_offset;  /* RA_WOO_LIST: of the number of items */
    const ra_woo_shape *shape;
} ra_woo_field;

struct ra_woo_shape {
    const ra_woo_field *fields;
    size_t count; /* at most 64 */
    size_t size;  /* bytes of the target */
};

/* The target of the order's own shape: local times count when the UTC ones are missing. */
typedef struct ra_woo_draft {
    ra_order order;
    int64_t local_created, local_modified, local_paid;
} ra_woo_draft;

extern const ra_woo_shape ra_woo_order_shape;

/* The member of that name, or NULL. */
const ra_woo_field *ra_woo_find(const ra_woo_shape *shape, ra_str key);

/* Is this the shape of a line of any kind? */
bool ra_woo_is_line(const ra_woo_shape *shape);

/* Defaults of a line before and after its members were read. */
void ra_woo_line_begin(ra_line *line, ra_line_kind kind);
void ra_woo_line_finish(ra_line *line);

/* Defaults of an order before its members were read; and after: fills what was not given and
 * names the first required field that is missing in order->error. */
void ra_woo_draft_begin(ra_woo_draft *draft);
void ra_woo_draft_finish(ra_woo_draft *draft);

#endif

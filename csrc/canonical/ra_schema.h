/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The fields of the canonical order as data: name, type and place of each one.
 *
 * Packing, unpacking and hashing walk these tables, so a field cannot be stored and forgotten in
 * the hash, or the other way round. A field's number, from 0, is its key in packed records and part
 * of the content hash: new fields go to the end, and none is ever moved or removed. */
#ifndef RA_CANONICAL_SCHEMA_H
#define RA_CANONICAL_SCHEMA_H

#include "canonical/ra_order.h"

typedef enum ra_schema_type {
    RA_SCHEMA_TEXT,
    RA_SCHEMA_DECIMAL,
    RA_SCHEMA_TIME,
    RA_SCHEMA_BOOL,
    RA_SCHEMA_KIND, /* ra_line_kind, stored as integer */
    RA_SCHEMA_PART, /* a record stored in place */
    RA_SCHEMA_LIST  /* pointer to an array of records, and their number */
} ra_schema_type;

typedef struct ra_schema ra_schema;

typedef struct ra_schema_field {
    ra_str name;
    ra_schema_type type;
    bool hashed;         /* part of what the order says */
    size_t offset;       /* in the record */
    size_t count_offset; /* RA_SCHEMA_LIST */
    const ra_schema *item;
} ra_schema_field;

struct ra_schema {
    const ra_schema_field *fields;
    size_t count; /* at most 64 */
    size_t size;  /* bytes of one record */
};

extern const ra_schema ra_order_schema;
extern const ra_schema ra_line_schema; /* of ra_order.lines */

/* The items of a list field of `record`, and where they can be set. */
size_t ra_schema_items(const ra_schema_field *field, const void *record, const char **items);
void ra_schema_set_items(const ra_schema_field *field, void *record, void *items, size_t count);

/* The field of that name, or NULL. */
const ra_schema_field *ra_schema_find(const ra_schema *schema, ra_str name);

/* Is the field left out of the packed form (an absent text or time, an empty list or part)? */
bool ra_schema_absent(const ra_schema_field *field, const void *record);

#endif

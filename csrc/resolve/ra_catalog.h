/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What a job knows of the Odoo database: the dictionaries that turn the shop's references into ids.
 *
 * Filled from Python once per job and completed chunk by chunk; read by ra_resolve. All ids are
 * Odoo record ids; slots, classes and indexes count from 0. */
#ifndef RA_RESOLVE_CATALOG_H
#define RA_RESOLVE_CATALOG_H

#include "price/ra_fidelity.h"
#include "resolve/ra_table.h"

typedef enum ra_action {
    RA_ACTION_DRAFT,   /* import as quotation */
    RA_ACTION_CONFIRM, /* import, then confirm in the background */
    RA_ACTION_CANCEL,  /* import as cancelled */
    RA_ACTION_SKIP,    /* do not import */
    RA_ACTION_REJECT   /* refuse, visibly */
} ra_action;

/* Where a product reference is looked up, in this order. */
typedef enum ra_ref_space {
    RA_REF_VARIATION,
    RA_REF_PRODUCT,
    RA_REF_SKU_ALIAS,
    RA_REF_DEFAULT_CODE,
    RA_REF_BARCODE,
    RA_REF_NAME, /* products without any reference, made or chosen by policy */
    RA_REF_SHIPPING,
    RA_REF_FEE,
    RA_REF_SPACES
} ra_ref_space;

typedef struct ra_product {
    int32_t product_id, uom_id;
    int32_t line_class; /* products of one class share every class column of a line */
} ra_product;

typedef struct ra_currency {
    int32_t id;
    double rounding;
    int digits;
} ra_currency;

/* A contact of a channel. `klass` groups contacts that share every class column of an order. */
typedef struct ra_party {
    int32_t partner_id; /* 0: not found or made; -1: of another company */
    int32_t klass;
} ra_party;

/* What an order's class columns depend on. */
typedef struct ra_header_key {
    int32_t customer_class, delivery_class, currency, action, payment;
} ra_header_key;

typedef struct ra_vector {
    void *items;
    size_t count, capacity, item_size;
} ra_vector;

typedef struct ra_catalog {
    const ra_allocator *allocator;
    ra_arena arena; /* tax table, tax sets */
    ra_text_table refs[RA_REF_SPACES];
    ra_vector products;   /* ra_product */
    ra_text_table rates;  /* shop's rate ref -> index into rate_taxes */
    ra_vector rate_taxes; /* ra_tax_ids */
    ra_tax *taxes;        /* sorted by id; in the arena, since tax sets point into it */
    size_t tax_count, tax_capacity;
    ra_vector unsupported;  /* int32 tax ids the native lane cannot compute */
    ra_key_table sets;      /* hash of linked ids -> index into set_items */
    ra_vector set_items;    /* ra_tax_set* */
    ra_text_table statuses; /* -> ra_action */
    int32_t default_action; /* of unknown statuses; RA_NOT_FOUND rejects them */
    ra_text_table currencies;
    ra_vector currency_items;    /* ra_currency */
    ra_key_table currency_rates; /* {currency, day} -> index into rate_values */
    ra_vector rate_values;       /* double */
    ra_text_table payments;      /* payment method -> payment index; unknown ones are 0 */
    ra_key_table parties;
    ra_vector party_items;    /* ra_party */
    ra_key_table headers;     /* ra_header_key -> header class */
    int32_t rounding_product; /* slot, RA_NOT_FOUND when the channel has none */
    int32_t company_currency; /* index into currency_items */
    /* Channel policy. */
    bool round_globally, compensated_sum, show_discount;
    int discount_digits, quantity_digits;
    ra_decimal rounding_limit;
} ra_catalog;

typedef struct ra_tax_ids {
    const int32_t *ids;
    size_t count;
} ra_tax_ids;

void ra_catalog_init(ra_catalog *catalog, const ra_allocator *allocator);
void ra_catalog_free(ra_catalog *catalog);

/* Append an item of `item_size` bytes (fixed by the vector); RA_NO_MEMORY changes nothing. */
ra_status ra_vector_push(ra_vector *vector, const ra_allocator *allocator,
                         const void *item) RA_MUST_CHECK;
void ra_vector_free(ra_vector *vector, const ra_allocator *allocator);
#define RA_ITEM(vector, type, index) (((type *)(vector).items)[index])

/* A product under one of its references; the same product may be added under many. */
ra_status ra_catalog_add_product(ra_catalog *catalog, ra_product product,
                                 int32_t *slot) RA_MUST_CHECK;
ra_status ra_catalog_add_ref(ra_catalog *catalog, ra_ref_space space, ra_str ref,
                             int32_t slot) RA_MUST_CHECK;

/* In any order of ids, each once (else RA_BAD_ARGUMENT); sets made before stay valid. */
ra_status ra_catalog_add_tax(ra_catalog *catalog, const ra_tax *tax, bool supported) RA_MUST_CHECK;
ra_status ra_catalog_add_rate(ra_catalog *catalog, ra_str rate_ref, const int32_t *tax_ids,
                              size_t count) RA_MUST_CHECK;

/* The shared set of these linked taxes. RA_UNKNOWN_TAX, RA_NO_MEMORY. */
ra_status ra_catalog_tax_set(ra_catalog *catalog, const int32_t *tax_ids, size_t count,
                             const ra_tax_set **out) RA_MUST_CHECK;
bool ra_catalog_set_supported(const ra_catalog *catalog, const ra_tax_set *set);

ra_status ra_catalog_add_currency(ra_catalog *catalog, ra_str code,
                                  ra_currency currency) RA_MUST_CHECK;
ra_status ra_catalog_add_currency_rate(ra_catalog *catalog, int32_t currency, int32_t day,
                                       double rate) RA_MUST_CHECK;
/* Rate of a currency on a day (days since 1970-01-01); false when not known yet. */
bool ra_catalog_currency_rate(const ra_catalog *catalog, int32_t currency, int32_t day,
                              double *rate);

ra_status ra_catalog_add_party(ra_catalog *catalog, ra_key key, ra_party party) RA_MUST_CHECK;
/* Forget the parties once there are more than `limit`, so that memory stays bounded. */
void ra_catalog_trim_parties(ra_catalog *catalog, size_t limit);

ra_status ra_catalog_add_header(ra_catalog *catalog, const ra_header_key *key,
                                int32_t header_class) RA_MUST_CHECK;
int32_t ra_catalog_header(const ra_catalog *catalog, const ra_header_key *key);

#endif

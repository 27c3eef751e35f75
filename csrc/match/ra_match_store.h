/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What is kept of events and items, and how the one finds the other. Only for this room.
 *
 *   wanted:  hashes of all that the events ask for; an item without one of them is let go
 *   entries: [hash | item | next] chained in buckets, one per key of a kept item
 *   amounts: [hash | day | item] sorted, so that a window of days is a run */
#ifndef RA_MATCH_STORE_H
#define RA_MATCH_STORE_H

#include "match/ra_match_key.h"
#include "match/ra_match_pool.h"

typedef struct ra_item {
    int64_t id;
    int64_t open, total;
    int64_t used;   /* sum of the links, signed like `total` when it consumes */
    ra_str party;   /* folded */
    uint64_t email; /* 0: none */
    /* Hashes of a sale's references, folded, ended by 0; NULL unless an event named it. */
    const uint64_t *refs;
    int32_t day;
    uint32_t currency;
    uint8_t kind;
    bool touched; /* has a link, even if all was given back since */
} ra_item;

typedef struct ra_entry {
    uint64_t hash;
    const ra_str *texts; /* text and letters of the key; NULL where the hash alone decides */
    uint32_t item;
    uint32_t next; /* entry + 1 of the same bucket; 0: none */
} ra_entry;

typedef struct ra_amount {
    uint64_t hash;
    int32_t day;
    uint32_t item;
} ra_amount;

typedef struct ra_amount_tally {
    size_t count, distinct;
} ra_amount_tally;

/* A set of hashes by open addressing; 0 is no member. */
typedef struct ra_wanted {
    uint64_t *slots;
    size_t mask;
} ra_wanted;

typedef struct ra_candidate {
    uint32_t item;
    uint8_t tier, field;
    bool differs; /* the letters around the number do */
} ra_candidate;

typedef enum ra_event_status {
    RA_EVENT_IDLE, /* takes no item */
    RA_EVENT_OPEN,
    RA_EVENT_DONE,
    RA_EVENT_REFUSED /* an exception before any level */
} ra_event_status;

typedef struct ra_event_state {
    ra_candidate *candidates;
    uint32_t candidate_count;
    uint32_t item;   /* of its only link, or RA_MATCH_NONE */
    uint32_t leader; /* the first event whose transaction is this one's parent, or RA_MATCH_NONE */
    uint32_t currency, paid_currency;
    ra_str party; /* folded */
    uint64_t email;
    uint8_t status;
    uint8_t reason; /* of an exception */
    bool named;     /* has an order or invoice reference: never matched by amount */
    bool anonymous; /* a capture without such a reference, name and e-mail */
    bool crowded;   /* more candidates than are looked at */
} ra_event_state;

/* Items that anonymous rows could pay together with others. */
typedef struct ra_sum_wish {
    int64_t most; /* less than this; 0: no row asks */
    int32_t first_day, last_day;
} ra_sum_wish;

struct ra_match {
    ra_arena arena;
    const ra_match_event *events;
    uint32_t event_count;
    ra_match_options options;
    ra_event_state *states;
    uint32_t *order; /* events by time */
    ra_wanted wanted;
    ra_sum_wish sums;
    ra_wanted tally;        /* amounts of a sample of captures, */
    uint32_t *tally_counts; /* and the items offered that have them, per slot */
    ra_pool items, entries, amount_pool;
    uint32_t *buckets;
    size_t bucket_mask;
    ra_amount *amounts;
    size_t amount_count;
    ra_amount_tally sales, refunds; /* items of wanted amounts, by what way the money goes */
    size_t offered;
    int32_t first_day, last_day; /* of all items offered */
    bool bank;                   /* a bank line was offered */
    bool run;
    ra_pool links, proposals, exceptions;
};

/* Three letters as a number; 0 when there are fewer. */
uint32_t ra_match_currency(ra_str code);

uint64_t ra_match_amount_hash(uint32_t currency, int64_t amount);
uint64_t ra_match_email_hash(ra_str email);
/* Who it is: hash of the e-mail, else of the folded name; 0: nobody. */
uint64_t ra_match_person(ra_str party, uint64_t email);
/* The entry of a credit note of this amount, both hashed, under a reference or a person. */
uint64_t ra_match_refund_hash(uint64_t amount, uint64_t mark);

/* Are items of its amount kept? Those of events that name their sale are when money goes out: a
 * refund may have a credit note that it does not name. */
bool ra_match_seeks_amount(const ra_match_event *event, const ra_event_state *state);

/* What the event asks for: the sum in the payout's currency, signed as the item it looks for. */
int64_t ra_match_amount_of(const ra_match_event *event);
int64_t ra_match_paid_of(const ra_match_event *event);

static inline ra_item *ra_match_item_at(const ra_match *match, uint32_t item) {
    return ra_pool_at(&match->items, item);
}

/* Fill `wanted` and the states. */
ra_status ra_match_want(ra_match *match) RA_MUST_CHECK;
/* Find the rows that others follow; the second of two equal rows with a transaction id is an
 * exception. */
ra_status ra_match_relate(ra_match *match) RA_MUST_CHECK;
bool ra_match_wants(const ra_match *match, uint64_t hash);
/* Could an item of this currency, amount and day be one of several that an anonymous row pays? */
bool ra_match_may_sum(const ra_match *match, uint32_t currency, int64_t open, int32_t day);

/* Sort and chain what was kept. RA_DUPLICATE_KEY: an item came twice. */
ra_status ra_match_index(ra_match *match) RA_MUST_CHECK;

/* Walk over the entries of a hash: the next one, NULL behind the last. */
typedef struct ra_entry_cursor {
    uint64_t hash;
    uint32_t next;
} ra_entry_cursor;
ra_entry_cursor ra_match_find(const ra_match *match, uint64_t hash);
const ra_entry *ra_match_next(const ra_match *match, ra_entry_cursor *cursor);

/* The run of amounts of one hash with first_day <= day <= last_day. */
void ra_match_amount_run(const ra_match *match, uint64_t hash, int32_t first_day, int32_t last_day,
                         size_t *begin, size_t *end);

#endif

/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Events of a settlement against open items: the entry point of the room.
 *
 *   events ─> wanted keys ─┐
 *                          v
 *   open items ──────> kept items ─> id ─> reference ─> amount ─> group ─> verify ─> links
 *                                                                                    exceptions
 *
 * The events come first, so that of any number of open items only those are kept that an event
 * could touch. Each level sees only what the ones before left over. An item is consumed like this,
 * all signed the way of `total` (a credit note's total is negative):
 *
 *   0 ──────── consumed before ────── consumed now ────── total
 *              total - open           sum of the links
 *
 * A link moves `consumed now` forward (a capture on an invoice) or back (a refund on the order it
 * pays back), and never below 0 or above total. Amounts are minor units, days count from
 * 1970-01-01. The same input gives the same result, in whatever order the items come. */
#ifndef RA_MATCH_MATCH_H
#define RA_MATCH_MATCH_H

#include "base/ra_arena.h"
#include "canonical/ra_decimal.h"

#define RA_NO_DAY INT32_MIN
#define RA_MATCH_NONE UINT32_MAX
#define RA_MATCH_PROPOSALS 5 /* of one event at most */

/* What an event is to the matcher; `other` (fees, reserves, conversions, ...) takes no item. */
typedef enum ra_match_event_kind {
    RA_EVENT_CAPTURE,
    RA_EVENT_REFUND,
    RA_EVENT_CHARGEBACK,
    RA_EVENT_REVERSAL, /* a chargeback won */
    RA_EVENT_PAYOUT,
    RA_EVENT_OTHER,
    RA_EVENT_UNKNOWN, /* always an exception */
} ra_match_event_kind;

/* Codes of an item's kind, as the loading statement gives them. */
typedef enum ra_item_kind {
    RA_ITEM_ORDER = 1,
    RA_ITEM_INVOICE,
    RA_ITEM_CREDIT_NOTE,
    RA_ITEM_PAYMENT,
    RA_ITEM_TRANSACTION,
    RA_ITEM_POS_PAYMENT,
    RA_ITEM_BANK_LINE, /* for payouts only, and they for nothing else */
    RA_ITEM_KINDS
} ra_item_kind;

/* One movement of the report; texts are borrowed for the life of the matcher. */
typedef struct ra_match_event {
    ra_match_event_kind kind;
    int32_t day; /* RA_NO_DAY: not known */
    int64_t time_us;
    ra_str transaction, parent;
    ra_str order, invoice, checkout, payout;
    ra_str party, email, description;
    ra_str currency, paid_currency;
    int64_t amount, paid; /* signed; paid 0: not known */
    ra_decimal rate;      /* payout currency for one unit of the paid one; 0: not known */
} ra_match_event;

/* One open item as it is loaded; nothing is borrowed after the call. */
typedef struct ra_match_item {
    int64_t id; /* unique within its kind */
    ra_item_kind kind;
    int32_t day;
    ra_str currency;
    int64_t open, total; /* of one sign; |open| <= |total| */
    ra_str party, email;
    const ra_str *ids, *refs; /* provider's transaction ids; merchant's references */
    size_t id_count, ref_count;
} ra_match_item;

typedef struct ra_match_options {
    double threshold;    /* probability from which an amount match is taken, 0.999 */
    int32_t days_before; /* the event may be so many days older than the item, 3 */
    int32_t days_after;  /* and so many younger, 60 */
    bool amounts;        /* run level amount */
    bool groups;         /* run level group */
    /* Preference of kinds where one sale is listed by several; 0 first. */
    uint8_t rank[RA_ITEM_KINDS];
    size_t limit; /* bytes of the matcher's arena; 0: none */
} ra_match_options;

typedef enum ra_match_level {
    RA_LEVEL_ID,
    RA_LEVEL_REFERENCE,
    RA_LEVEL_AMOUNT,
    RA_LEVEL_GROUP,
    RA_LEVEL_COUNT
} ra_match_level;

/* The event's field that led to the item. */
typedef enum ra_match_field {
    RA_FIELD_TRANSACTION,
    RA_FIELD_PARENT,
    RA_FIELD_ORDER,
    RA_FIELD_INVOICE,
    RA_FIELD_CHECKOUT,
    RA_FIELD_PAYOUT,
    RA_FIELD_DESCRIPTION,
    RA_FIELD_CHAIN, /* the item of the event that this one follows */
    RA_FIELD_PARTY, /* found by amount, date and party */
    RA_FIELD_SUM,   /* found as the only sum of one customer's items */
    RA_FIELD_COUNT
} ra_match_field;

/* How alike the two spellings are. */
typedef enum ra_match_tier {
    RA_TIER_ID,     /* an id, letter by letter */
    RA_TIER_EXACT,  /* letter by letter, blanks at the ends aside */
    RA_TIER_FOLDED, /* letters and digits, case aside */
    RA_TIER_NUMBER, /* the digits, leading zeros aside */
    RA_TIER_NONE
} ra_match_tier;

typedef enum ra_match_relation {
    RA_RELATION_EQUAL,   /* takes all that is open */
    RA_RELATION_PARTIAL, /* takes a part */
    RA_RELATION_BACK,    /* gives back what was consumed */
    RA_RELATION_EXCEEDS  /* proposals only: more than there is */
} ra_match_relation;

typedef enum ra_match_party { RA_PARTY_UNKNOWN, RA_PARTY_AGREES, RA_PARTY_DIFFERS } ra_match_party;

typedef struct ra_match_link {
    uint32_t event; /* index into the events */
    uint32_t item;  /* index of the kept item, see ra_match_item_of */
    int64_t amount; /* in the item's currency; the event's sign */
    float score;    /* 0..1 */
    uint8_t level, field, tier, relation, party;
    int32_t lag; /* days from the item to the event; RA_NO_DAY when unknown */
} ra_match_link;

#define RA_MATCH_REASONS(X)                                                                        \
    X(RA_REASON_UNKNOWN_TYPE, "unknown_type")                                                      \
    X(RA_REASON_NOT_FOUND_YET, "not_found_yet")                                                    \
    X(RA_REASON_NO_CANDIDATE, "no_candidate")                                                      \
    X(RA_REASON_SEVERAL_CANDIDATES, "several_candidates")                                          \
    X(RA_REASON_WEAK_EVIDENCE, "weak_evidence")                                                    \
    X(RA_REASON_EXCEEDS_OPEN, "exceeds_open")                                                      \
    X(RA_REASON_ALREADY_SETTLED, "already_settled")                                                \
    X(RA_REASON_CURRENCY_MISMATCH, "currency_mismatch")                                            \
    X(RA_REASON_DUPLICATE_ROW, "duplicate_row")

typedef enum ra_match_reason {
#define RA_MATCH_REASON_ENUM(code, name) code,
    RA_MATCH_REASONS(RA_MATCH_REASON_ENUM)
#undef RA_MATCH_REASON_ENUM
        RA_REASON_COUNT
} ra_match_reason;

typedef struct ra_match_exception {
    uint32_t event;
    ra_match_reason reason;
} ra_match_exception;

/* Each event that needs an item is either fully covered by links or an exception. */
typedef struct ra_match_result {
    const ra_match_link *links; /* by event */
    size_t link_count;
    const ra_match_link *proposals; /* by event, likeliest first */
    size_t proposal_count;
    const ra_match_exception *exceptions; /* by event */
    size_t exception_count;
} ra_match_result;

typedef struct ra_match ra_match;

ra_match_options ra_match_defaults(void);

/* Note what the events could touch. `events` is borrowed until ra_match_close. RA_TOO_LARGE from
 * 2^31 events; RA_OVERFLOW for an amount beyond +-2^62. `allocator` may be NULL. */
ra_status ra_match_open(const ra_match_event *events, size_t count, const ra_match_options *options,
                        const ra_allocator *allocator, ra_match **out) RA_MUST_CHECK;

/* Offer one open item; it is kept when an event could touch it. RA_BAD_ARGUMENT: unknown kind, or
 * open and total contradict each other. */
ra_status ra_match_add(ra_match *match, const ra_match_item *item) RA_MUST_CHECK;

/* Match, once. The result lives as long as the matcher. RA_DUPLICATE_KEY: two items of one kind
 * have one id. RA_TOTAL_MISMATCH: the sums do not hold (a fault of the engine; nothing is given
 * out). */
ra_status ra_match_run(ra_match *match, ra_match_result *out) RA_MUST_CHECK;

/* Items offered and kept. */
size_t ra_match_offered(const ra_match *match);
size_t ra_match_kept(const ra_match *match);
/* Id and kind of the item of a link. */
int64_t ra_match_item_of(const ra_match *match, uint32_t item, ra_item_kind *kind);

/* NULL is allowed. */
void ra_match_close(ra_match *match);

const char *ra_match_reason_name(ra_match_reason reason);
const char *ra_match_level_name(ra_match_level level);

/* "order=exact; whole amount; party agrees; 2 days": no data of persons. Writes at most `size`
 * bytes incl. NUL, returns the length. */
size_t ra_match_evidence(const ra_match_link *link, char *out, size_t size);

#endif

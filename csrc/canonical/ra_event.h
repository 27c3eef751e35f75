/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The canonical settlement: movements of money at a payment provider, and the payouts they make.
 *
 *   ra_events ── events:  [capture][refund][fee]...[payout]   in the order of the file
 *             └─ payouts: [reference, currency | total, declared]
 *
 * Amounts are signed integers in the minor units of the event's currency, from the merchant's side:
 * money that comes in is positive. net = gross + fee + fee_tax always holds. An event of kind fee
 * has its amount in `fee` and one of kind fee_tax in `fee_tax`, with gross 0, so that the sum of
 * each column counts everything once. Texts are UTF-8 without NUL and live in the arena of
 * ra_events; an absent text is {NULL, 0}. Times are microseconds since 1970-01-01 UTC. */
#ifndef RA_CANONICAL_EVENT_H
#define RA_CANONICAL_EVENT_H

#include "base/ra_arena.h"
#include "canonical/ra_decimal.h"
#include "canonical/ra_order.h"

/* Enumerator, stable name. */
#define RA_MOVE_TABLE(X)                                                                           \
    X(RA_MOVE_UNKNOWN, "unknown")                                                                  \
    X(RA_MOVE_AUTHORISATION, "authorisation")                                                      \
    X(RA_MOVE_CAPTURE, "capture")                                                                  \
    X(RA_MOVE_REFUND, "refund")                                                                    \
    X(RA_MOVE_CHARGEBACK, "chargeback")                                                            \
    X(RA_MOVE_CHARGEBACK_REVERSAL, "chargeback_reversal")                                          \
    X(RA_MOVE_FEE, "fee")                                                                          \
    X(RA_MOVE_FEE_TAX, "fee_tax")                                                                  \
    X(RA_MOVE_RESERVE, "reserve")                                                                  \
    X(RA_MOVE_RELEASE, "release")                                                                  \
    X(RA_MOVE_ADJUSTMENT, "adjustment")                                                            \
    X(RA_MOVE_CONVERSION, "conversion")                                                            \
    X(RA_MOVE_PAYOUT, "payout")

typedef enum ra_move_kind {
#define RA_MOVE_ENUM(code, name) code,
    RA_MOVE_TABLE(RA_MOVE_ENUM)
#undef RA_MOVE_ENUM
        RA_MOVE_KINDS
} ra_move_kind;

typedef struct ra_event {
    uint64_t row; /* record in the file, from 1 */
    ra_move_kind kind;
    char currency[4], paid_currency[4]; /* ISO 4217, "" when absent */
    ra_str type;                        /* the provider's own word */
    ra_str payout;                      /* empty while pending */
    ra_str transaction, parent;
    ra_str order, invoice, checkout;
    ra_str party, email, description;
    ra_str extra;            /* JSON object of the columns that the profile does not name */
    int64_t date, available; /* RA_NO_TIME when absent */
    int64_t gross, fee, fee_tax, net;
    int64_t paid;    /* minor units of paid_currency; 0 when absent */
    ra_decimal rate; /* payout currency for one unit of the paid one; 0 when absent */
} ra_event;

/* The events of one payout reference and currency. */
typedef struct ra_payout {
    ra_str reference;
    char currency[4];
    int64_t date;  /* of the payout, else of its last event; RA_NO_TIME */
    int64_t total; /* sum of the net of its events, but payouts and authorisations */
    int64_t declared;
    bool has_declared; /* the file says what is paid out: total can be held to declared */
    size_t first;      /* index of its first event */
    size_t count;      /* of its events */
} ra_payout;

typedef struct ra_events {
    ra_arena arena;
    ra_event *events;
    size_t count, capacity;
    ra_payout *payouts;
    size_t payout_count;
    ra_str profile;  /* name */
    ra_str *columns; /* the header, NUL-terminated each */
    size_t column_count;
} ra_events;

/* Never allocates. `limit` bytes at most (0: none); `allocator` (may be NULL) must outlive it. */
void ra_events_init(ra_events *events, size_t limit, const ra_allocator *allocator);
void ra_events_free(ra_events *events);

/* A zeroed event at the end, its times RA_NO_TIME; NULL when memory is exhausted. Pointers to
 * earlier events are invalid afterwards. */
ra_event *ra_events_add(ra_events *events) RA_MUST_CHECK;

/* Group the events into payouts, sum them up, and give a payout that payout events declare their
 * sum. `proved`: the file lists all rows of a payout. RA_OVERFLOW (with row), RA_NO_MEMORY. */
ra_status ra_events_close(ra_events *events, bool proved, ra_error *error) RA_MUST_CHECK;

/* The stable name of a kind; false for a name that is none. */
const char *ra_move_name(ra_move_kind kind);
bool ra_move_from_name(ra_str name, ra_move_kind *out);

/* Digits behind the point of an ISO 4217 currency: 0 for JPY, 3 for KWD, 2 when not listed. */
uint8_t ra_currency_digits(const char currency[4]);

/* Three letters of either case as upper-case code; false for anything else. */
bool ra_currency_from(ra_str text, char out[4]);

#endif

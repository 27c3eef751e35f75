/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What one event and one item have to do with each other: money and persons. Only for this room. */
#ifndef RA_MATCH_WEIGH_H
#define RA_MATCH_WEIGH_H

#include "match/ra_match_store.h"

typedef enum ra_fit {
    RA_FIT_EQUAL,   /* all that is left */
    RA_FIT_PART,    /* less than is left */
    RA_FIT_EXCEEDS, /* more than is left */
    RA_FIT_EMPTY,   /* nothing is left */
    RA_FIT_FOREIGN  /* no common currency and no rate */
} ra_fit;

typedef struct ra_weight {
    ra_fit fit;
    bool back;      /* gives back */
    int64_t demand; /* in the item's currency, signed as the event */
    int64_t room;   /* magnitude left in that direction */
} ra_weight;

/* What the event asks of an item in `currency`, signed as the item it looks for; *slack is how far
 * a conversion by the provider's rounded rate may be off. False without a common currency. */
bool ra_match_demand(const ra_match *match, uint32_t event, uint32_t currency, int64_t *demand,
                     uint64_t *slack);

ra_weight ra_match_weigh(const ra_match *match, uint32_t event, uint32_t item);

/* E-mail first, then name; `name` is folded, an `email` of 0 is unknown. */
ra_match_party ra_match_compare_persons(ra_str name, uint64_t email, const ra_item *item);
ra_match_party ra_match_compare_party(const ra_event_state *state, const ra_item *item);

/* Days from the item to the event; RA_NO_DAY when either is unknown. */
int32_t ra_match_lag(const ra_match_event *event, const ra_item *item);

/* Is the lag, if known, within the options' window? */
bool ra_match_is_near(const ra_match *match, int32_t lag);

/* Is the event open for what is not found by reference: a row (or payout) that names no order, that
 * follows no row of the file, and is no dispute? */
bool ra_match_is_free(const ra_match *match, uint32_t event);

/* Book `demand` of the event on the item and note the link. */
ra_status ra_match_take(ra_match *match, const ra_match_link *link) RA_MUST_CHECK;

#endif

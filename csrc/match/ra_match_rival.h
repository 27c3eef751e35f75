/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Credit notes that stand between an event and giving back to its sale. Only for this room. */
#ifndef RA_MATCH_RIVAL_H
#define RA_MATCH_RIVAL_H

#include "match/ra_match_weigh.h"

typedef enum ra_rival {
    RA_RIVAL_NONE, /* the event may give back to the sale */
    RA_RIVAL_OWN,  /* the only one; it shares a reference and, as far as known, the person with the
                      sale: it is what the event pays */
    RA_RIVAL_SOME  /* the event may belong to one of them: it waits */
} ra_rival;

/* Could the event, instead of giving back to `sale`, take an untouched item of just its amount? One
 * that the event's or the sale's references name, or that is of the sale's or the event's person.
 * *own is set with RA_RIVAL_OWN only. The sale's references are known when an event named it by id
 * or reference. Of an amount that very many items have, persons are compared by equal name or
 * e-mail only. */
ra_rival ra_match_rival(const ra_match *match, uint32_t event, uint32_t sale, uint32_t *own);

/* Book the event on its sale's own credit note. */
ra_status ra_match_take_own(ra_match *match, uint32_t event, uint32_t own) RA_MUST_CHECK;

#endif

/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Local time to UTC. A zone is a list of changes its maker got from the system's tables, or one of
 * the few that reports name in their rows. */
#ifndef RA_READ_SETTLE_ZONE_H
#define RA_READ_SETTLE_ZONE_H

#include "base/ra_arena.h"

typedef struct ra_zone_change {
    int64_t from;   /* seconds since 1970-01-01 UTC */
    int32_t offset; /* seconds east of UTC from then on */
} ra_zone_change;

typedef enum ra_zone_rule { RA_ZONE_FIXED, RA_ZONE_EU, RA_ZONE_US } ra_zone_rule;

/* `changes` (borrowed, ascending) when there are any, else offset and rule. {0} is UTC. */
typedef struct ra_zone {
    const ra_zone_change *changes;
    size_t count;
    int32_t offset; /* standard time, seconds east of UTC */
    ra_zone_rule rule;
} ra_zone;

/* Days since 1970-01-01 of a date of the Gregorian calendar. */
int64_t ra_zone_days(int64_t year, int64_t month, int64_t day);

/* UTC of a local time, both in seconds since 1970-01-01. The hour that a change leaves out is taken
 * by the offset before the change, the one it repeats as the first of the two. */
int64_t ra_zone_to_utc(const ra_zone *zone, int64_t local);

/* The zone that reports call "PST", "Pacific Time (US & Canada)", "Europe/Berlin"; case does not
 * matter. False when it is not known. */
bool ra_zone_named(ra_str name, ra_zone *out);

#endif

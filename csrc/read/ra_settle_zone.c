/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Offsets from UTC, summer time after the rules of the European Union and the United States. */
#include "read/ra_settle_zone.h"

#include <string.h>
#include <strings.h>

#define HOUR 3600
#define DAY 86400

typedef struct named_zone {
    const char *name;
    int32_t minutes;
    ra_zone_rule rule;
} named_zone;

/* Abbreviations say whether it is summer; the other names leave that to the date. */
static const named_zone zones[] = {
    {"UTC", 0, RA_ZONE_FIXED},
    {"GMT", 0, RA_ZONE_FIXED},
    {"Z", 0, RA_ZONE_FIXED},
    {"WET", 0, RA_ZONE_FIXED},
    {"WEST", 60, RA_ZONE_FIXED},
    {"BST", 60, RA_ZONE_FIXED},
    {"CET", 60, RA_ZONE_FIXED},
    {"MEZ", 60, RA_ZONE_FIXED},
    {"CEST", 120, RA_ZONE_FIXED},
    {"MESZ", 120, RA_ZONE_FIXED},
    {"EET", 120, RA_ZONE_FIXED},
    {"EEST", 180, RA_ZONE_FIXED},
    {"MSK", 180, RA_ZONE_FIXED},
    {"JST", 540, RA_ZONE_FIXED},
    {"AEST", 600, RA_ZONE_FIXED},
    {"AEDT", 660, RA_ZONE_FIXED},
    {"PST", -480, RA_ZONE_FIXED},
    {"PDT", -420, RA_ZONE_FIXED},
    {"MST", -420, RA_ZONE_FIXED},
    {"MDT", -360, RA_ZONE_FIXED},
    {"CST", -360, RA_ZONE_FIXED},
    {"CDT", -300, RA_ZONE_FIXED},
    {"EST", -300, RA_ZONE_FIXED},
    {"EDT", -240, RA_ZONE_FIXED},
    {"AKST", -540, RA_ZONE_FIXED},
    {"AKDT", -480, RA_ZONE_FIXED},
    {"HST", -600, RA_ZONE_FIXED},
    {"Arizona", -420, RA_ZONE_FIXED},
    {"Hawaii", -600, RA_ZONE_FIXED},
    {"Alaska", -540, RA_ZONE_US},
    {"Pacific Time (US & Canada)", -480, RA_ZONE_US},
    {"Mountain Time (US & Canada)", -420, RA_ZONE_US},
    {"Central Time (US & Canada)", -360, RA_ZONE_US},
    {"Eastern Time (US & Canada)", -300, RA_ZONE_US},
    {"Atlantic Time (Canada)", -240, RA_ZONE_US},
    {"America/Los_Angeles", -480, RA_ZONE_US},
    {"America/Denver", -420, RA_ZONE_US},
    {"America/Chicago", -360, RA_ZONE_US},
    {"America/New_York", -300, RA_ZONE_US},
    {"Europe/London", 0, RA_ZONE_EU},
    {"Europe/Dublin", 0, RA_ZONE_EU},
    {"Europe/Lisbon", 0, RA_ZONE_EU},
    {"Europe/Amsterdam", 60, RA_ZONE_EU},
    {"Europe/Berlin", 60, RA_ZONE_EU},
    {"Europe/Brussels", 60, RA_ZONE_EU},
    {"Europe/Madrid", 60, RA_ZONE_EU},
    {"Europe/Paris", 60, RA_ZONE_EU},
    {"Europe/Rome", 60, RA_ZONE_EU},
    {"Europe/Vienna", 60, RA_ZONE_EU},
    {"Europe/Zurich", 60, RA_ZONE_EU},
    {"Europe/Warsaw", 60, RA_ZONE_EU},
    {"Europe/Prague", 60, RA_ZONE_EU},
    {"Europe/Copenhagen", 60, RA_ZONE_EU},
    {"Europe/Stockholm", 60, RA_ZONE_EU},
    {"Europe/Oslo", 60, RA_ZONE_EU},
    {"Europe/Helsinki", 120, RA_ZONE_EU},
    {"Europe/Athens", 120, RA_ZONE_EU},
    {"Europe/Bucharest", 120, RA_ZONE_EU},
    {"Europe/Budapest", 60, RA_ZONE_EU},
    {"Europe/Luxembourg", 60, RA_ZONE_EU},
    /* Square names zones by their towns. */
    {"London", 0, RA_ZONE_EU},
    {"Edinburgh", 0, RA_ZONE_EU},
    {"Dublin", 0, RA_ZONE_EU},
    {"Lisbon", 0, RA_ZONE_EU},
    {"Amsterdam", 60, RA_ZONE_EU},
    {"Berlin", 60, RA_ZONE_EU},
    {"Brussels", 60, RA_ZONE_EU},
    {"Copenhagen", 60, RA_ZONE_EU},
    {"Madrid", 60, RA_ZONE_EU},
    {"Paris", 60, RA_ZONE_EU},
    {"Prague", 60, RA_ZONE_EU},
    {"Rome", 60, RA_ZONE_EU},
    {"Stockholm", 60, RA_ZONE_EU},
    {"Vienna", 60, RA_ZONE_EU},
    {"Warsaw", 60, RA_ZONE_EU},
    {"Zurich", 60, RA_ZONE_EU},
    {"Helsinki", 120, RA_ZONE_EU},
    {"Athens", 120, RA_ZONE_EU},
    {"Tokyo", 540, RA_ZONE_FIXED},
    {"Osaka", 540, RA_ZONE_FIXED},
    {"Asia/Tokyo", 540, RA_ZONE_FIXED},
};

bool ra_zone_named(ra_str name, ra_zone *out) {
    for (size_t i = 0; i < sizeof zones / sizeof zones[0]; i++) {
        if (strlen(zones[i].name) != name.len) continue;
        if (strncasecmp(zones[i].name, name.ptr, name.len) != 0) continue;
        *out = (ra_zone){.offset = zones[i].minutes * 60, .rule = zones[i].rule};
        return true;
    }
    return false;
}

/* The year is counted from March. */
int64_t ra_zone_days(int64_t year, int64_t month, int64_t day) {
    int64_t shifted = year - (month <= 2);
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return shifted * 365 + shifted / 4 - shifted / 100 + shifted / 400 + day_of_year - 719468;
}

static int64_t floor_divide(int64_t value, int64_t by) {
    return value / by - (value % by < 0);
}

static int64_t year_of(int64_t seconds) {
    int64_t days = floor_divide(seconds, DAY);
    int64_t year = 1970 + floor_divide(days * 400, 146097);
    if (ra_zone_days(year, 1, 1) > days) year--;
    if (ra_zone_days(year + 1, 1, 1) <= days) year++;
    return year;
}

/* The first Sunday from that day on. */
static int64_t sunday(int64_t year, int64_t month, int64_t day) {
    int64_t days = ra_zone_days(year, month, day);
    int64_t weekday = ((days + 4) % 7 + 7) % 7; /* 0: Sunday */
    return days + (7 - weekday) % 7;
}

/* UTC of the two changes of a year; for the United States as since 2007. */
static void summer(const ra_zone *zone, int64_t year, int64_t *from, int64_t *to) {
    if (zone->rule == RA_ZONE_EU) {
        *from = sunday(year, 3, 25) * DAY + HOUR;
        *to = sunday(year, 10, 25) * DAY + HOUR;
    } else {
        *from = sunday(year, 3, 8) * DAY + 2 * HOUR - zone->offset;
        *to = sunday(year, 11, 1) * DAY + HOUR - zone->offset;
    }
}

static int64_t changed_offset(const ra_zone *zone, int64_t utc) {
    size_t low = 0, high = zone->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (zone->changes[middle].from <= utc) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return zone->changes[low > 0 ? low - 1 : 0].offset;
}

static int64_t offset_at(const ra_zone *zone, int64_t utc) {
    if (zone->count > 0) return changed_offset(zone, utc);
    if (zone->rule == RA_ZONE_FIXED) return zone->offset;
    int64_t from, to;
    summer(zone, year_of(utc), &from, &to);
    return utc >= from && utc < to ? zone->offset + HOUR : zone->offset;
}

int64_t ra_zone_to_utc(const ra_zone *zone, int64_t local) {
    /* No zone changes twice in two days, so these are the offsets before and after. */
    int64_t before = offset_at(zone, local - DAY), after = offset_at(zone, local + DAY);
    if (before == after) return local - before;
    if (offset_at(zone, local - before) == before) return local - before;
    if (offset_at(zone, local - after) == after) return local - after;
    return local - before;
}

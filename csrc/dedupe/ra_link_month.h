/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Dates with the name of a month: "12 March 1980", "Mar 12, 1980", "12. März 80". */
#ifndef RA_DEDUPE_LINK_MONTH_H
#define RA_DEDUPE_LINK_MONTH_H

#include "base/ra_arena.h"

/* `text` is folded (ra_link_fold). Names of months in the languages of the larger countries of
 * Europe, from three letters on. False without a month, a day and a year. */
bool ra_link_month_date(ra_str text, int *year, int *month, int *day);

/* A year of two digits: 1940 to 2039. Others are returned as they are. */
int ra_link_whole_year(int year, uint32_t digits);

#endif

/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* How two records of the same deed are written. */
#include "dedupe/ra_link_manner.h"

#include <math.h>

#define RA_MANNER_DOUBT .5      /* imaginary second notes of each manner */
#define RA_MANNER_PRESUMED 20.0 /* imaginary repeats that are written as second notes are */

uint32_t ra_link_manner(const ra_link_comparer *comparer, uint32_t a, uint32_t b) {
    const ra_link_table *table = comparer->table;
    const uint32_t *left = table->cells + (size_t)a * table->column_count;
    const uint32_t *right = table->cells + (size_t)b * table->column_count;
    uint32_t count = 0;
    for (uint32_t c = 0; c < table->column_count && count < RA_LINK_MANNERS - 1; c++) {
        bool is_text = table->profile.fields[table->columns[c]].kind == RA_LINK_MEMO;
        count += comparer->group[c] && !is_text && left[c] != right[c];
    }
    return count;
}

void ra_link_manner_weights(const double noted[RA_LINK_MANNERS],
                            const double again[RA_LINK_MANNERS], float bits[RA_LINK_MANNERS]) {
    double all_noted = RA_MANNER_DOUBT * RA_LINK_MANNERS, all_again = RA_MANNER_PRESUMED;
    for (uint32_t n = 0; n < RA_LINK_MANNERS; n++) {
        all_noted += noted[n];
        all_again += again[n];
    }
    for (uint32_t n = 0; n < RA_LINK_MANNERS; n++) {
        double second = (noted[n] + RA_MANNER_DOUBT) / all_noted;
        double repeat = (again[n] + RA_MANNER_PRESUMED * second) / all_again;
        bits[n] = (float)log2(second / repeat);
    }
}

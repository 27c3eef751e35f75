/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The column that names the records of a file: "voter_id", "Order Number", R's row names. */
#ifndef RA_DEDUPE_LINK_CSV_ID_H
#define RA_DEDUPE_LINK_CSV_ID_H

#include "dedupe/ra_link_csv.h"
#include "dedupe/ra_link_heading.h"

/* Set csv->id_column to a column called like an id, or the first one where it has no name, that
 * has a different value in each of the rows read ahead. Left alone where there is none. A column
 * taken for a field may be it as well, but others come first. */
void ra_link_csv_guess_id(ra_link_csv *csv, const ra_heading *headings);

/* Number the rows from `first` on after all where their guessed ids are not all different.
 * Temporary memory comes from `scratch`. */
ra_status ra_link_csv_check_ids(const ra_link_csv *csv, ra_link_table *table, uint32_t first,
                                ra_arena *scratch) RA_MUST_CHECK;

#endif

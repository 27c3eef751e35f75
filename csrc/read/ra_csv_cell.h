/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* One cell as a value of its column. */
#ifndef RA_READ_CSV_CELL_H
#define RA_READ_CSV_CELL_H

#include "read/ra_csv_columns.h"

/* Set the value at `target` (the address of the field). An empty cell leaves it as it is. Texts
 * are borrowed. RA_BAD_NUMBER, RA_BAD_DATE or RA_BAD_TYPE. */
ra_status ra_csv_set(const ra_csv_column *column, ra_str cell, void *target) RA_MUST_CHECK;

/* Without the blanks around it; {NULL, 0} when nothing is left. */
ra_str ra_csv_trim(ra_str cell);

#endif

/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Cells to canonical values. */
#include "read/ra_csv_cell.h"

#include <strings.h>

#include "read/ra_text.h"

ra_str ra_csv_trim(ra_str cell) {
    while (cell.len > 0 && (cell.ptr[0] == ' ' || cell.ptr[0] == '\t')) {
        cell.ptr++;
        cell.len--;
    }
    while (cell.len > 0 && (cell.ptr[cell.len - 1] == ' ' || cell.ptr[cell.len - 1] == '\t')) {
        cell.len--;
    }
    return cell.len > 0 ? cell : (ra_str){NULL, 0};
}

static bool is_word(ra_str cell, ra_str word) {
    return cell.len == word.len && strncasecmp(cell.ptr, word.ptr, word.len) == 0;
}

static ra_status set_bool(ra_str cell, bool *out) {
    *out =
        is_word(cell, RA_STR("1")) || is_word(cell, RA_STR("true")) || is_word(cell, RA_STR("yes"));
    bool no =
        is_word(cell, RA_STR("0")) || is_word(cell, RA_STR("false")) || is_word(cell, RA_STR("no"));
    return *out || no ? RA_OK : RA_BAD_TYPE;
}

static ra_status set_kind(ra_str cell, ra_line_kind *out) {
    if (is_word(cell, RA_STR("product")) || is_word(cell, RA_STR("line_item"))) {
        *out = RA_LINE_PRODUCT;
    } else if (is_word(cell, RA_STR("shipping"))) {
        *out = RA_LINE_SHIPPING;
    } else if (is_word(cell, RA_STR("fee"))) {
        *out = RA_LINE_FEE;
    } else {
        return RA_BAD_TYPE;
    }
    return RA_OK;
}

ra_status ra_csv_set(const ra_csv_column *column, ra_str cell, void *target) {
    ra_str trimmed = ra_csv_trim(cell);
    if (column->type == RA_CSV_TEXT) {
        if (cell.len > 0) *(ra_str *)target = cell;
        return RA_OK;
    }
    if (trimmed.len == 0) return RA_OK;
    switch (column->type) {
    case RA_CSV_ID:
        if (trimmed.len == 1 && trimmed.ptr[0] == '0') return RA_OK;
        *(ra_str *)target = trimmed;
        return RA_OK;
    case RA_CSV_MONEY:
        return ra_decimal_parse(trimmed, target);
    case RA_CSV_BOOL:
        return set_bool(trimmed, target);
    case RA_CSV_TIME:
        return ra_time_parse(trimmed, target);
    case RA_CSV_KIND:
        return set_kind(trimmed, target);
    case RA_CSV_CODE:
    case RA_CSV_TEXT:
        break;
    }
    *(ra_str *)target = trimmed;
    return RA_OK;
}

/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Does a column of dates begin with the month? 04/07/1980 does not say, 04/17/1980 further down the
 * same column does. */
#include <csv.h>
#include <string.h>

#include "dedupe/ra_link_csv.h"

#define RA_MONTHS 12

typedef struct ra_date_orders {
    const ra_link_csv *csv;
    const ra_link_profile *profile;
    uint32_t column, row;
    uint32_t day_first[RA_LINK_COLUMNS_MAX], month_first[RA_LINK_COLUMNS_MAX];
} ra_date_orders;

typedef struct ra_date_parts {
    size_t first, second; /* where the groups of digits begin */
    size_t first_len, second_len;
    int numbers[2];
} ra_date_parts;

static size_t digits_at(ra_str cell, size_t at, int *number) {
    size_t len = 0;
    *number = 0;
    for (; at + len < cell.len && len < 3; len++) {
        char c = cell.ptr[at + len];
        if (c < '0' || c > '9') break;
        *number = *number * 10 + (c - '0');
    }
    return len;
}

/* Two groups of one or two digits with a third behind them. */
static bool split_date(ra_str cell, ra_date_parts *out) {
    size_t at = 0;
    while (at < cell.len && cell.ptr[at] == ' ')
        at++;
    out->first = at;
    out->first_len = digits_at(cell, at, &out->numbers[0]);
    out->second = at + out->first_len + 1;
    if (out->first_len < 1 || out->first_len > 2 || out->second >= cell.len) return false;
    char separator = cell.ptr[out->second - 1];
    out->second_len = digits_at(cell, out->second, &out->numbers[1]);
    size_t end = out->second + out->second_len;
    return (separator == '/' || separator == '-' || separator == '.') && out->second_len >= 1 &&
           out->second_len <= 2 && end + 1 < cell.len && cell.ptr[end] == separator &&
           cell.ptr[end + 1] >= '0' && cell.ptr[end + 1] <= '9';
}

static bool is_of_dates(const ra_date_orders *orders, uint32_t column) {
    const ra_link_csv *csv = orders->csv;
    if (column >= csv->width || csv->field[column] == RA_LINK_NO_FIELD) return false;
    ra_link_kind kind = orders->profile->fields[csv->field[column]].kind;
    return kind == RA_LINK_DATE || kind == RA_LINK_LAG || kind == RA_LINK_TIME;
}

static void on_cell(void *data, size_t len, void *context) {
    ra_date_orders *orders = context;
    uint32_t column = orders->column++;
    ra_date_parts parts;
    if (orders->row == 0 || data == NULL || !is_of_dates(orders, column)) return;
    if (!split_date((ra_str){data, len}, &parts)) return;
    orders->day_first[column] += parts.numbers[0] > RA_MONTHS && parts.numbers[1] <= RA_MONTHS;
    orders->month_first[column] += parts.numbers[1] > RA_MONTHS && parts.numbers[0] <= RA_MONTHS;
}

static void on_row(int last, void *context) {
    (void)last;
    ra_date_orders *orders = context;
    orders->column = 0;
    orders->row++;
}

void ra_link_csv_dates(ra_link_csv *csv, const ra_link_profile *profile) {
    ra_date_orders orders = {.csv = csv, .profile = profile};
    struct csv_parser parser;
    if (csv_init(&parser, 0) != 0) return;
    csv_set_delim(&parser, (unsigned char)csv->delimiter);
    (void)csv_parse(&parser, csv->head, csv->head_len, on_cell, on_row, &orders);
    csv_free(&parser);
    for (uint32_t c = 0; c < csv->width; c++)
        csv->month_first[c] = orders.month_first[c] > orders.day_first[c];
}

void ra_link_csv_day_first(ra_str cell, char *copy) {
    ra_date_parts parts;
    if (!split_date(cell, &parts) || parts.numbers[0] > RA_MONTHS) return;
    char *to = copy + parts.first, separator = cell.ptr[parts.second - 1];
    memcpy(to, cell.ptr + parts.second, parts.second_len);
    to[parts.second_len] = separator;
    memcpy(to + parts.second_len + 1, cell.ptr + parts.first, parts.first_len);
}

/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* From column names to profile fields. */
#include <string.h>

#include "dedupe/ra_link_csv.h"
#include "dedupe/ra_link_text.h"

static const char id_names[] = "id,rec_id,record_id,unique_id,row_id";

/* Names compare by their letters and digits alone: "Post Code" is post_code is postcode. */
static bool same_name(ra_str a, ra_str b) {
    ra_link_value left, right;
    return ra_link_fold_code(a, &left) == RA_OK && ra_link_fold_code(b, &right) == RA_OK &&
           left.len > 0 &&
           ra_str_equal((ra_str){left.text, left.len}, (ra_str){right.text, right.len});
}

/* The `number`-th item of a comma separated list; false behind the last. */
static bool list_item(ra_str list, uint32_t number, ra_str *item) {
    size_t start = 0;
    for (uint32_t i = 0; start <= list.len && list.len > 0; i++) {
        size_t end = start;
        while (end < list.len && list.ptr[end] != ',')
            end++;
        if (i == number) {
            *item = (ra_str){list.ptr + start, end - start};
            return true;
        }
        start = end + 1;
    }
    return false;
}

static uint32_t find_column(const ra_link_csv *csv, ra_str name) {
    for (uint32_t c = 0; c < csv->width; c++)
        if (same_name(csv->header[c], name)) return c;
    return csv->width;
}

static bool is_free(const ra_link_csv *csv, uint32_t column) {
    return column < csv->width && csv->field[column] == RA_LINK_NO_FIELD &&
           csv->id_column != column;
}

static bool is_mapped(const ra_link_csv *csv, uint8_t field) {
    return memchr(csv->field, field, csv->width) != NULL;
}

/* One override either way round; false when the file has no such column. */
static bool apply_override(ra_link_csv *csv, const ra_link_profile *profile, ra_str left,
                           ra_str right, bool *known) {
    ra_str sides[2][2] = {{left, right}, {right, left}};
    for (uint32_t i = 0; i < 2; i++) {
        bool is_id = ra_str_equal(sides[i][0], RA_STR("id"));
        uint8_t field = ra_link_profile_field(profile, sides[i][0]);
        if (!is_id && field == RA_LINK_NO_FIELD) continue;
        *known = true;
        uint32_t column = find_column(csv, sides[i][1]);
        if (column == csv->width) continue;
        if (is_id)
            csv->id_column = column;
        else
            csv->field[column] = field;
        return true;
    }
    return false;
}

static ra_status apply_overrides(ra_link_csv *csv, const ra_link_profile *profile, ra_str overrides,
                                 uint64_t *used, ra_error *error) {
    ra_str item;
    for (uint32_t i = 0; list_item(overrides, i, &item); i++) {
        const char *equals = item.len ? memchr(item.ptr, '=', item.len) : NULL;
        if (equals == NULL || i == 64)
            return ra_fail(error, RA_BAD_ARGUMENT, "columns",
                           "columns are given as FIELD=COLUMN, at most 64 of them");
        size_t len = (size_t)(equals - item.ptr);
        bool known = false;
        if (apply_override(csv, profile, (ra_str){item.ptr, len},
                           (ra_str){equals + 1, item.len - len - 1}, &known))
            *used |= UINT64_C(1) << i;
        if (!known)
            return ra_fail(error, RA_BAD_ARGUMENT, "columns",
                           "columns name a field that the profile does not have");
    }
    return RA_OK;
}

static void guess(ra_link_csv *csv, const ra_link_profile *profile) {
    for (uint32_t f = 0; f < profile->field_count; f++) {
        const ra_link_field *field = &profile->fields[f];
        ra_str name = {field->name, strlen(field->name)};
        ra_str aliases = {field->aliases, strlen(field->aliases)}, alias;
        uint32_t column = is_mapped(csv, (uint8_t)f) ? csv->width : find_column(csv, name);
        for (uint32_t i = 0;
             !is_mapped(csv, (uint8_t)f) && !is_free(csv, column) && list_item(aliases, i, &alias);
             i++)
            column = find_column(csv, alias);
        if (is_free(csv, column) && !is_mapped(csv, (uint8_t)f)) csv->field[column] = (uint8_t)f;
    }
}

ra_status ra_link_csv_map(ra_link_csv *csv, const ra_link_profile *profile, ra_str overrides,
                          uint64_t *used, ra_error *error) {
    csv->id_column = csv->width;
    memset(csv->field, RA_LINK_NO_FIELD, sizeof csv->field);
    ra_status status = apply_overrides(csv, profile, overrides, used, error);
    if (status != RA_OK) return status;
    ra_str names = RA_STR(id_names), name;
    for (uint32_t i = 0; csv->id_column == csv->width && list_item(names, i, &name); i++) {
        uint32_t column = find_column(csv, name);
        if (column < csv->width && csv->field[column] == RA_LINK_NO_FIELD) csv->id_column = column;
    }
    guess(csv, profile);
    return RA_OK;
}

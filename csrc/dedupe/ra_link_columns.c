/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* From column names to profile fields. */
#include <string.h>

#include "dedupe/ra_link_csv.h"
#include "dedupe/ra_link_csv_id.h"
#include "dedupe/ra_link_heading.h"
#include "dedupe/ra_link_text.h"

#define RA_ALIAS_PARTS 3

static const char id_names[] =
    "id,rec_id,record_id,unique_id,row_id,identifier,identifiant,identificador,uuid,guid";
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

bool ra_link_csv_is_free(const ra_link_csv *csv, uint32_t column) {
    return column < csv->width && csv->field[column] == RA_LINK_NO_FIELD &&
           csv->id_column != column;
}

static uint32_t find_column(const ra_link_csv *csv, ra_str name) {
    for (uint32_t c = 0; c < csv->width; c++)
        if (same_name(csv->header[c], name)) return c;
    return csv->width;
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

typedef struct ra_guess {
    ra_link_csv *csv;
    const ra_heading *headings; /* one per column */
    uint32_t farthest;          /* distance up to which a heading is taken */
} ra_guess;

/* The free column nearest to `name`; the width when there is none, or two are equally near. */
static uint32_t nearest_column(const ra_guess *guess, ra_str name) {
    const ra_link_csv *csv = guess->csv;
    uint32_t found = csv->width, least = RA_HEADING_OTHER;
    ra_link_value value;
    if (ra_link_fold_code(name, &value) != RA_OK) return found;
    for (uint32_t c = 0; c < csv->width; c++) {
        if (!ra_link_csv_is_free(csv, c)) continue;
        uint32_t distance =
            ra_heading_distance(&guess->headings[c], (ra_str){value.text, value.len});
        if (distance > guess->farthest || distance > least) continue;
        found = distance < least || distance == 0 ? c : csv->width;
        least = distance;
        if (distance == 0) break;
    }
    return found;
}

/* Take the columns that `alias` names, "A+B" more than one, if all are there and free. */
static void take(const ra_guess *guess, uint8_t field, ra_str alias) {
    ra_link_csv *csv = guess->csv;
    uint32_t columns[RA_ALIAS_PARTS], count = 0;
    for (size_t at = 0; at <= alias.len && count < RA_ALIAS_PARTS; count++) {
        size_t end = at;
        while (end < alias.len && alias.ptr[end] != '+')
            end++;
        columns[count] = nearest_column(guess, (ra_str){alias.ptr + at, end - at});
        if (columns[count] == csv->width) return;
        for (uint32_t i = 0; i < count; i++)
            if (columns[i] == columns[count]) return;
        at = end + 1;
    }
    uint8_t place = is_mapped(csv, field) ? RA_ALIAS_PARTS : 0;
    for (uint32_t i = 0; i < count; i++) {
        csv->field[columns[i]] = field;
        csv->place[columns[i]] = (uint8_t)(place + i);
    }
}

static void guess_fields(const ra_guess *guess, const ra_link_profile *profile) {
    for (uint32_t f = 0; f < profile->field_count; f++) {
        const ra_link_field *field = &profile->fields[f];
        ra_str name = {field->name, strlen(field->name)};
        ra_str aliases = {field->aliases, strlen(field->aliases)}, alias;
        if (!is_mapped(guess->csv, (uint8_t)f)) take(guess, (uint8_t)f, name);
        for (uint32_t i = 0; list_item(aliases, i, &alias); i++) {
            bool is_more = alias.len > 0 && alias.ptr[0] == '+';
            if (is_more) alias = (ra_str){alias.ptr + 1, alias.len - 1};
            if (is_mapped(guess->csv, (uint8_t)f) == is_more) take(guess, (uint8_t)f, alias);
        }
    }
}

/* A "Name" beside a "Vorname" is the family name. */
static void complete(ra_link_csv *csv, const ra_link_profile *profile) {
    for (uint32_t f = 0; f < profile->field_count; f++) {
        uint32_t missing = 0;
        uint8_t other = RA_LINK_NO_FIELD, whole = (uint8_t)f;
        for (uint8_t p = 0; p < profile->field_count; p++) {
            if (!(profile->fields[f].whole_of >> p & 1) || is_mapped(csv, p)) continue;
            missing++;
            other = p;
        }
        bool is_one_of_two = missing == 1 && profile->fields[f].kind == RA_LINK_NAME &&
                             profile->fields[f].whole_of != UINT32_C(1) << other;
        uint8_t *column = is_one_of_two ? memchr(csv->field, whole, csv->width) : NULL;
        if (column != NULL) *column = other;
    }
}

/* Of a name in one column that also stands in two or more others. */
static bool has_all_parts(const ra_link_csv *csv, const ra_link_profile *profile, uint8_t whole) {
    uint32_t parts = profile->fields[whole].whole_of;
    if (profile->fields[whole].kind != RA_LINK_NAME || (parts & (parts - 1)) == 0) return false;
    for (uint8_t p = 0; p < profile->field_count; p++)
        if (parts >> p & 1 && !is_mapped(csv, p)) return false;
    return true;
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
    ra_heading headings[RA_LINK_COLUMNS_MAX];
    for (uint32_t c = 0; c < csv->width; c++)
        ra_heading_read(csv->header[c], &headings[c]);
    guess_fields(&(ra_guess){csv, headings, 0}, profile);
    guess_fields(&(ra_guess){csv, headings, RA_HEADING_BEHIND - 1}, profile);
    guess_fields(&(ra_guess){csv, headings, RA_HEADING_OTHER - 1}, profile);
    complete(csv, profile);
    for (uint8_t f = 0; f < profile->field_count; f++)
        if (has_all_parts(csv, profile, f) && is_mapped(csv, f))
            csv->told_twice |= UINT32_C(1) << f;
    if (csv->id_column == csv->width) ra_link_csv_guess_id(csv, headings);
    return RA_OK;
}

/* Which of the parts are to be joined to the whole that the other file has: all or none of a name
 * or an address, of a free text whatever only this file tells. */
static uint32_t parts_to_join(const ra_link_csv *csv, const ra_link_csv *other,
                              const ra_link_profile *profile, uint8_t whole) {
    uint32_t parts = profile->fields[whole].whole_of, here = 0;
    bool is_text = profile->fields[whole].kind == RA_LINK_MEMO;
    if (!is_mapped(other, whole)) return 0;
    if (!is_text && is_mapped(csv, whole) && (parts & (parts - 1)) != 0) return 0;
    for (uint8_t p = 0; p < profile->field_count; p++) {
        if (!(parts >> p & 1)) continue;
        bool in_other = is_mapped(other, p);
        if (in_other && !is_text) return 0;
        if (!in_other && is_mapped(csv, p)) here |= UINT32_C(1) << p;
    }
    return here;
}

void ra_link_csv_join(ra_link_csv *csv, const ra_link_csv *other, const ra_link_profile *profile) {
    for (uint8_t f = 0; f < profile->field_count; f++) {
        uint32_t parts = parts_to_join(csv, other, profile, f);
        bool is_needed = is_mapped(other, f) && !has_all_parts(other, profile, f);
        if (is_needed) csv->told_twice &= ~(UINT32_C(1) << f);
        for (uint32_t c = 0; c < csv->width && parts; c++) {
            csv->own[c] = csv->field[c] == f && profile->fields[f].kind == RA_LINK_MEMO;
            if (csv->field[c] == RA_LINK_NO_FIELD || !(parts >> csv->field[c] & 1)) continue;
            if (profile->fields[f].kind == RA_LINK_NAME)
                csv->place[c] = (uint8_t)(csv->field[c] + RA_ALIAS_PARTS);
            csv->field[c] = f;
        }
    }
}

/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* From column names to profile fields. */
#include <string.h>

#include "dedupe/ra_link_csv.h"
#include "dedupe/ra_link_text.h"

#define RA_ALIAS_PARTS 3

static const char id_names[] =
    "id,rec_id,record_id,unique_id,row_id,identifier,identifiant,identificador,uuid,guid";
/* Words before a column's name that do not change what it is. */
static const char owner_words[] =
    "billing,shipping,delivery,mailing,home,private,primary,main,contact,customer,client,buyer,"
    "person,partner,member,patient,order";

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

/* "Betrag (EUR)" without what is in brackets behind it. */
static ra_str without_brackets(ra_str header) {
    for (size_t i = 1; i < header.len; i++)
        if (header.ptr[i] == '(' || header.ptr[i] == '[') return (ra_str){header.ptr, i};
    return header;
}

/* "Billing City" without its first word, where that says whose it is. */
static ra_str without_owner(ra_str header) {
    ra_str owners = RA_STR(owner_words), owner;
    size_t end = 0;
    while (end < header.len && header.ptr[end] != ' ' && header.ptr[end] != '_')
        end++;
    for (uint32_t i = 0; list_item(owners, i, &owner); i++)
        if (end + 1 < header.len && same_name((ra_str){header.ptr, end}, owner))
            return (ra_str){header.ptr + end + 1, header.len - end - 1};
    return header;
}

/* A column whose name says `name` and more; the width when there is none, or more than one. */
static uint32_t find_longer(const ra_link_csv *csv, ra_str name) {
    uint32_t found = csv->width;
    for (uint32_t c = 0; c < csv->width; c++) {
        if (!ra_link_csv_is_free(csv, c)) continue;
        ra_str plain = without_brackets(csv->header[c]);
        if (!same_name(plain, name) && !same_name(without_owner(plain), name)) continue;
        if (found < csv->width) return csv->width;
        found = c;
    }
    return found;
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

typedef uint32_t (*ra_find)(const ra_link_csv *csv, ra_str name);

/* Take the columns that `alias` names, "A+B" more than one, if all are there and free. */
static void take(ra_link_csv *csv, uint8_t field, ra_str alias, ra_find find) {
    uint32_t columns[RA_ALIAS_PARTS], count = 0;
    for (size_t at = 0; at <= alias.len && count < RA_ALIAS_PARTS; count++) {
        size_t end = at;
        while (end < alias.len && alias.ptr[end] != '+')
            end++;
        columns[count] = find(csv, (ra_str){alias.ptr + at, end - at});
        if (!ra_link_csv_is_free(csv, columns[count])) return;
        at = end + 1;
    }
    for (uint32_t i = 0; i < count; i++)
        csv->field[columns[i]] = field;
}

static void guess(ra_link_csv *csv, const ra_link_profile *profile, ra_find find) {
    for (uint32_t f = 0; f < profile->field_count; f++) {
        const ra_link_field *field = &profile->fields[f];
        ra_str name = {field->name, strlen(field->name)};
        ra_str aliases = {field->aliases, strlen(field->aliases)}, alias;
        if (!is_mapped(csv, (uint8_t)f)) take(csv, (uint8_t)f, name, find);
        for (uint32_t i = 0; list_item(aliases, i, &alias); i++) {
            bool is_more = alias.len > 0 && alias.ptr[0] == '+';
            if (is_more) alias = (ra_str){alias.ptr + 1, alias.len - 1};
            if (is_mapped(csv, (uint8_t)f) == is_more) take(csv, (uint8_t)f, alias, find);
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
    guess(csv, profile, find_column);
    guess(csv, profile, find_longer);
    complete(csv, profile);
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
        for (uint32_t c = 0; c < csv->width && parts; c++) {
            csv->own[c] = csv->field[c] == f && profile->fields[f].kind == RA_LINK_MEMO;
            if (csv->field[c] != RA_LINK_NO_FIELD && (parts >> csv->field[c] & 1))
                csv->field[c] = f;
        }
    }
}

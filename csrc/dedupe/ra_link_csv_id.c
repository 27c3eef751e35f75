/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Which column names the records? Its heading says so, and no value comes twice. */
#include "dedupe/ra_link_csv_id.h"

#include <csv.h>
#include <stdio.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#define RA_IDS_AHEAD 2048 /* rows looked at */
#define RA_IDS_SLOTS 4096 /* a power of two */

/* Numbers that records go by; what a shop calls its orders where that is no customer's name. */
static const char *const record_names[] = {"transactionid",
                                           "transactionnumber",
                                           "ordernumber",
                                           "orderno",
                                           "salesrecordnumber",
                                           "recordnumber",
                                           "customernumber",
                                           "customerno",
                                           "voterregnum",
                                           "voternumber",
                                           "registrationnumber",
                                           "membernumber",
                                           "patientnumber",
                                           "invoicenumber",
                                           "documentnumber",
                                           "bestellnummer",
                                           "auftragsnummer",
                                           "kundennummer",
                                           "numerodecommande",
                                           "numerodepedido",
                                           "number",
                                           "name"};

typedef struct ra_id_search {
    uint64_t slots[RA_IDS_SLOTS]; /* hashes of the values seen, open addressing; 0: free */
    uint32_t wanted, column, rows;
    bool has_value, is_possible;
} ra_id_search;

/* False when the hash was there already. `room` is a power of two above the number of values. */
static bool add_hash(uint64_t *slots, size_t room, uint64_t hash) {
    hash += hash == 0;
    size_t at = (size_t)(hash >> 16) & (room - 1);
    for (; slots[at] != 0; at = (at + 1) & (room - 1))
        if (slots[at] == hash) return false;
    slots[at] = hash;
    return true;
}

static void on_cell(void *data, size_t len, void *context) {
    ra_id_search *search = context;
    if (search->column++ != search->wanted || len == 0) return;
    search->has_value = true;
    if (search->rows == 0 || search->rows > RA_IDS_AHEAD) return;
    search->is_possible &= add_hash(search->slots, RA_IDS_SLOTS, XXH3_64bits(data, len));
}

static void on_row(int last, void *context) {
    (void)last;
    ra_id_search *search = context;
    if (search->rows > 0) search->is_possible &= search->has_value;
    search->has_value = false;
    search->column = 0;
    search->rows++;
}

/* Is the column filled with different values in the rows read ahead? */
static bool is_unique(const ra_link_csv *csv, uint32_t column) {
    ra_id_search search = {.wanted = column, .is_possible = true};
    struct csv_parser parser;
    if (csv_init(&parser, 0) != 0) return false;
    csv_set_delim(&parser, (unsigned char)csv->delimiter);
    (void)csv_parse(&parser, csv->head, csv->head_len, on_cell, on_row, &search);
    csv_free(&parser);
    return search.is_possible && search.rows > 1;
}

static bool is_called_id(const ra_heading *heading) {
    uint32_t last = heading->count;
    if (last < 2) return false;
    return heading->ends[last - 1] == heading->ends[last - 2] + 2 &&
           memcmp(heading->text + heading->ends[last - 2], "id", 2) == 0;
}

static bool is_row_name(const ra_heading *heading) {
    return heading->count == 0;
}

static bool is_record_name(const ra_heading *heading) {
    for (size_t i = 0; i < sizeof record_names / sizeof *record_names; i++)
        if (ra_heading_distance(heading, (ra_str){record_names[i], strlen(record_names[i])}) == 0)
            return true;
    return false;
}

static bool find_id(ra_link_csv *csv, const ra_heading *headings, uint32_t width,
                    bool (*is_wanted)(const ra_heading *heading), bool is_field) {
    for (uint32_t c = 0; c < width; c++) {
        if ((csv->field[c] != RA_LINK_NO_FIELD) != is_field || !is_wanted(&headings[c])) continue;
        if (!is_unique(csv, c)) continue;
        csv->id_column = c;
        csv->is_id_guessed = true;
        return true;
    }
    return false;
}

void ra_link_csv_guess_id(ra_link_csv *csv, const ra_heading *headings) {
    if (find_id(csv, headings, csv->width, is_called_id, false)) return;
    bool has_first = csv->header[0].len == 0;
    if (find_id(csv, headings, has_first ? 1 : 0, is_row_name, false)) return;
    if (find_id(csv, headings, csv->width, is_record_name, false)) return;
    (void)find_id(csv, headings, csv->width, is_record_name, true);
}

ra_status ra_link_csv_check_ids(const ra_link_csv *csv, ra_link_table *table, uint32_t first,
                                ra_arena *scratch) {
    size_t room = 16;
    if (!csv->is_id_guessed) return RA_OK;
    while (room < 2 * (size_t)(table->rows - first))
        room *= 2;
    uint64_t *slots = ra_arena_array(scratch, room, sizeof *slots);
    if (slots == NULL) return RA_NO_MEMORY;
    bool is_possible = true;
    for (uint32_t row = first; row < table->rows && is_possible; row++) {
        ra_str id = table->ids[row];
        is_possible = id.len > 0 && add_hash(slots, room, XXH3_64bits(id.ptr, id.len));
    }
    for (uint32_t row = first; row < table->rows && !is_possible; row++) {
        char digits[16];
        int len = snprintf(digits, sizeof digits, "%u", row - first + 1);
        ra_str number = {digits, (size_t)len};
        if (!ra_arena_copy(&table->arena, number, &table->ids[row])) return RA_NO_MEMORY;
    }
    return RA_OK;
}

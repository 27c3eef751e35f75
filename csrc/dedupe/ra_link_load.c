/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Files to table. */
#include <string.h>

#include "dedupe/ra_link_csv.h"
#include "dedupe/ra_link_scale.h"

#define RA_FILES_MAX 2

typedef struct ra_link_load {
    const ra_link_profile *profile;
    ra_link_csv csvs[RA_FILES_MAX];
    uint32_t count;
    ra_str overrides;
    uint32_t *where;
    ra_error *error;
} ra_link_load;

/* Records of two files are told apart by what both have. */
static bool has_common_field(const ra_link_csv *a, const ra_link_csv *b) {
    for (uint32_t c = 0; c < a->width; c++)
        if (a->field[c] != RA_LINK_NO_FIELD && memchr(b->field, a->field[c], b->width)) return true;
    return false;
}

/* There is room for so many columns: what stands further down in the profile is left out. */
static void keep_first(ra_link_load *load, bool present[RA_LINK_PROFILE_FIELDS]) {
    uint32_t count = 0;
    for (uint32_t f = 0; f < load->profile->field_count; f++) {
        if (!present[f] || ++count <= RA_LINK_FIELDS) continue;
        present[f] = false;
        for (uint32_t i = 0; i < load->count; i++)
            for (uint32_t c = 0; c < load->csvs[i].width; c++)
                if (load->csvs[i].field[c] == f) load->csvs[i].field[c] = RA_LINK_NO_FIELD;
    }
}

/* Open all files and tell which fields any of them has. */
static ra_status map_columns(ra_link_load *load, const ra_input *inputs, ra_arena *arena,
                             bool present[RA_LINK_PROFILE_FIELDS]) {
    uint64_t used = 0, wanted = 0;
    uint32_t overrides = load->overrides.len > 0;
    for (size_t i = 0; i < load->overrides.len; i++)
        overrides += load->overrides.ptr[i] == ',';
    wanted = overrides < 64 ? (UINT64_C(1) << overrides) - 1 : UINT64_MAX;
    for (uint32_t f = 0; f < load->count; f++) {
        ra_link_csv *csv = &load->csvs[f];
        *load->where = f;
        ra_status status = ra_link_csv_open(csv, inputs[f], arena, load->error);
        if (status == RA_OK)
            status = ra_link_csv_map(csv, load->profile, load->overrides, &used, load->error);
        if (status != RA_OK) return status;
    }
    if (load->count > 1) {
        ra_link_csv_join(&load->csvs[0], &load->csvs[1], load->profile);
        ra_link_csv_join(&load->csvs[1], &load->csvs[0], load->profile);
    }
    for (uint32_t f = 0; f < load->count; f++)
        for (uint32_t c = 0; c < load->csvs[f].width; c++)
            if (load->csvs[f].field[c] != RA_LINK_NO_FIELD) present[load->csvs[f].field[c]] = true;
    keep_first(load, present);
    if (used != wanted)
        return ra_fail(load->error, RA_MISSING_FIELD, "columns",
                       "no file has a column named in columns");
    if (load->count > 1 && !has_common_field(&load->csvs[0], &load->csvs[1]))
        return ra_fail(load->error, RA_MISSING_FIELD, NULL,
                       "no column of this file is known to the profile and in the other as well");
    return RA_OK;
}

static ra_status note_unused(const ra_link_load *load, ra_link_table *table) {
    uint32_t room = 0;
    for (uint32_t f = 0; f < load->count; f++)
        room += load->csvs[f].width;
    table->unused = ra_arena_array(&table->arena, room, sizeof *table->unused);
    if (table->unused == NULL) return RA_NO_MEMORY;
    for (uint32_t f = 0; f < load->count; f++) {
        const ra_link_csv *csv = &load->csvs[f];
        for (uint32_t c = 0; c < csv->width; c++)
            if (ra_link_csv_is_free(csv, c) && csv->header[c].len > 0 &&
                !ra_arena_copy(&table->arena, csv->header[c],
                               &table->unused[table->unused_count++]))
                return RA_NO_MEMORY;
    }
    return RA_OK;
}

ra_status ra_link_csv_load(const ra_link_profile *profile, const ra_input *inputs, uint32_t count,
                           ra_str overrides, size_t limit, ra_link_table *table, uint32_t *where,
                           ra_error *error) {
    ra_link_load load = {.profile = profile,
                         .count = count < RA_FILES_MAX ? count : RA_FILES_MAX,
                         .overrides = overrides,
                         .where = where,
                         .error = error};
    bool present[RA_LINK_PROFILE_FIELDS] = {false};
    ra_arena arena;
    ra_arena_init(&arena, limit, NULL);
    ra_status status = map_columns(&load, inputs, &arena, present);
    if (status == RA_OK) {
        status = ra_link_table_init(table, profile, present, limit, NULL);
        if (status != RA_OK)
            (void)ra_fail(error, status, NULL, "no column of the file is known to the profile");
    }
    if (status == RA_OK) status = note_unused(&load, table);
    for (uint32_t f = 0; f < load.count && status == RA_OK; f++) {
        *where = f;
        if (f > 0) ra_link_table_split(table);
        status = ra_link_csv_rows(&load.csvs[f], table, error);
    }
    if (status == RA_OK && table->linking) status = ra_link_scale_amounts(table, limit);
    ra_arena_free(&arena);
    return status;
}

/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Headers against profiles. */
#include "read/ra_settle_layout.h"

#include <string.h>

static uint16_t find_cell(ra_str name, const ra_str *header, size_t count) {
    for (size_t i = 0; i < count && i < RA_NO_COLUMN; i++) {
        if (ra_settle_name_equal(name, header[i])) return (uint16_t)i;
    }
    return RA_NO_COLUMN;
}

static bool among(const ra_settle_names *names, ra_str cell) {
    for (size_t i = 0; i < names->count; i++) {
        if (ra_settle_name_equal(names->names[i], cell)) return true;
    }
    return false;
}

static bool is_named(const ra_settle_profile *profile, ra_str cell) {
    for (size_t i = 0; i < profile->term_count; i++) {
        if (among(&profile->terms[i].columns, cell)) return true;
    }
    for (size_t i = 0; i < profile->debit_count; i++) {
        if (among(&profile->debits[i].column, cell)) return true;
    }
    for (size_t i = 0; i < profile->part_count; i++) {
        if (among(&profile->parts[i].columns, cell)) return true;
    }
    return false;
}

static bool has_any(const ra_settle_names *names, const ra_str *header, size_t count) {
    for (size_t i = 0; i < names->count; i++) {
        if (find_cell(names->names[i], header, count) != RA_NO_COLUMN) return true;
    }
    return false;
}

size_t ra_settle_score(const ra_settle_profile *profile, const ra_str *header, size_t count) {
    size_t score = 0;
    for (size_t i = 0; i < profile->need_count; i++) {
        if (!has_any(&profile->needs[i], header, count)) return 0;
    }
    for (size_t i = 0; i < count; i++)
        score += is_named(profile, header[i]);
    return score;
}

static void resolve(const ra_settle_names *names, const ra_str *header, ra_settle_layout *layout,
                    ra_settle_cells *out) {
    out->count = 0;
    for (size_t i = 0; i < names->count; i++) {
        uint16_t cell = find_cell(names->names[i], header, layout->named_count);
        if (cell == RA_NO_COLUMN) continue;
        out->cells[out->count++] = cell;
        layout->named[cell] = true;
    }
}

static void group_terms(ra_settle_layout *layout) {
    const ra_settle_profile *profile = layout->profile;
    size_t at = 0;
    for (size_t field = 0; field < RA_SETTLE_FIELDS; field++) {
        layout->first[field] = at;
        for (size_t i = 0; i < profile->term_count; i++) {
            if (profile->terms[i].field == (ra_settle_field)field) layout->by_field[at++] = i;
        }
    }
    layout->first[RA_SETTLE_FIELDS] = at;
}

ra_status ra_settle_layout_make(const ra_settle_profile *profile, const ra_str *header,
                                size_t count, ra_arena *arena, ra_settle_layout *out) {
    *out = (ra_settle_layout){.profile = profile, .named_count = count};
    out->named = ra_arena_array(arena, count, sizeof(bool));
    if (out->named == NULL) return RA_NO_MEMORY;
    group_terms(out);
    for (size_t i = 0; i < profile->term_count; i++)
        resolve(&profile->terms[i].columns, header, out, &out->terms[i]);
    for (size_t i = 0; i < profile->debit_count; i++)
        resolve(&profile->debits[i].column, header, out, &out->debits[i]);
    for (size_t i = 0; i < profile->part_count; i++) {
        const ra_settle_names *columns = &profile->parts[i].columns;
        out->part_amounts[i] = find_cell(columns->names[0], header, count);
        out->part_types[i] =
            columns->count > 1 ? find_cell(columns->names[1], header, count) : RA_NO_COLUMN;
        if (out->part_amounts[i] != RA_NO_COLUMN) out->named[out->part_amounts[i]] = true;
        if (out->part_types[i] != RA_NO_COLUMN) out->named[out->part_types[i]] = true;
    }
    return RA_OK;
}

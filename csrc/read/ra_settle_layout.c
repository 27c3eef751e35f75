/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Headers against profiles. */
#include "read/ra_settle_layout.h"

#include <string.h>

uint16_t ra_settle_column(ra_str name, const ra_str *header, size_t count) {
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
        if (ra_settle_column(names->names[i], header, count) != RA_NO_COLUMN) return true;
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

void ra_settle_nearer(const ra_settle_profile *profile, const ra_str *header, size_t count,
                      ra_settle_near *near) {
    const ra_settle_names *missing = NULL;
    size_t found = 0;
    for (size_t i = 0; i < profile->need_count; i++) {
        if (has_any(&profile->needs[i], header, count)) {
            found++;
        } else if (missing == NULL) {
            missing = &profile->needs[i];
        }
    }
    if (missing == NULL || found < 2 || found * 2 <= profile->need_count) return;
    if (found <= near->found) return;
    *near = (ra_settle_near){profile, missing->names[0], found};
}

static void resolve(const ra_settle_names *names, const ra_str *header, bool taken,
                    ra_settle_layout *layout, ra_settle_cells *out) {
    out->count = 0;
    for (size_t i = 0; i < names->count; i++) {
        uint16_t cell = ra_settle_column(names->names[i], header, layout->named_count);
        if (cell == RA_NO_COLUMN) continue;
        out->cells[out->count++] = cell;
        layout->named[cell] = layout->named[cell] || taken;
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

/* Which cells have the name of an earlier one. */
static void find_twins(const ra_str *header, ra_settle_layout *layout) {
    for (size_t i = 0; i < layout->named_count; i++) {
        layout->turn[i] = 1;
        for (size_t j = i; j > 0 && layout->turn[i] == 1; j--) {
            if (!ra_settle_name_equal(header[j - 1], header[i])) continue;
            layout->turn[i] = (uint16_t)(layout->turn[j - 1] + 1);
            layout->named[i] = layout->named[j - 1];
            if (layout->named[i]) layout->again[layout->again_count++] = (uint16_t)i;
        }
    }
}

ra_status ra_settle_layout_make(const ra_settle_profile *profile, const ra_str *header,
                                size_t count, ra_arena *arena, ra_settle_layout *out) {
    *out = (ra_settle_layout){.profile = profile, .named_count = count};
    out->named = ra_arena_array(arena, count, sizeof(bool));
    out->turn = ra_arena_array(arena, count, sizeof(uint16_t));
    out->again = ra_arena_array(arena, count, sizeof(uint16_t));
    if (out->named == NULL || out->turn == NULL || out->again == NULL) return RA_NO_MEMORY;
    group_terms(out);
    for (size_t i = 0; i < profile->term_count; i++) {
        /* Tax inside is of fees only: what other rows have there is kept as it is. */
        resolve(&profile->terms[i].columns, header, profile->terms[i].field != RA_SETTLE_TAX_INSIDE,
                out, &out->terms[i]);
    }
    for (size_t i = 0; i < profile->debit_count; i++)
        resolve(&profile->debits[i].column, header, true, out, &out->debits[i]);
    for (size_t i = 0; i < profile->part_count; i++) {
        const ra_settle_names *columns = &profile->parts[i].columns;
        out->part_amounts[i] = ra_settle_column(columns->names[0], header, count);
        out->part_types[i] =
            columns->count > 1 ? ra_settle_column(columns->names[1], header, count) : RA_NO_COLUMN;
        if (out->part_amounts[i] != RA_NO_COLUMN) out->named[out->part_amounts[i]] = true;
        if (out->part_types[i] != RA_NO_COLUMN) out->named[out->part_types[i]] = true;
    }
    find_twins(header, out);
    return RA_OK;
}

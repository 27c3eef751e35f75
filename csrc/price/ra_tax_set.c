/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Flattening groups and sorting the taxes of a line. */
#include <stdlib.h>

#include "price/ra_tax.h"

static int compare_ids(const void *a, const void *b) {
    int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
    return (x > y) - (x < y);
}

/* Odoo's sort key: sequence, then id. */
static int compare_taxes(const void *a, const void *b) {
    const ra_tax *x = *(const ra_tax *const *)a, *y = *(const ra_tax *const *)b;
    if (x->sequence != y->sequence) return x->sequence < y->sequence ? -1 : 1;
    return (x->id > y->id) - (x->id < y->id);
}

static const ra_tax *find_tax(const ra_tax_table *table, int32_t id) {
    size_t low = 0, high = table->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (table->taxes[middle].id < id) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < table->count && table->taxes[low].id == id ? &table->taxes[low] : NULL;
}

/* Taxes of these ids, sorted. */
static ra_status find_sorted(const ra_tax_table *table, const int32_t *ids, size_t count,
                             ra_arena *arena, const ra_tax ***out) {
    const ra_tax **taxes = ra_arena_array(arena, count, sizeof(const ra_tax *));
    if (taxes == NULL) return RA_NO_MEMORY;
    for (size_t i = 0; i < count; i++) {
        taxes[i] = find_tax(table, ids[i]);
        if (taxes[i] == NULL) return RA_UNKNOWN_TAX;
    }
    if (count > 1) qsort(taxes, count, sizeof(const ra_tax *), compare_taxes);
    *out = taxes;
    return RA_OK;
}

static ra_status link_ids(const int32_t *ids, size_t count, ra_arena *arena, ra_tax_set *out) {
    out->linked_ids = ra_arena_array(arena, count, sizeof *out->linked_ids);
    if (out->linked_ids == NULL) return RA_NO_MEMORY;
    for (size_t i = 0; i < count; i++)
        out->linked_ids[i] = ids[i];
    if (count > 1) qsort(out->linked_ids, count, sizeof *out->linked_ids, compare_ids);
    out->linked_count = 0;
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || out->linked_ids[i] != out->linked_ids[out->linked_count - 1]) {
            out->linked_ids[out->linked_count++] = out->linked_ids[i];
        }
    }
    return RA_OK;
}

/* Recordset union: a tax met before keeps its place. */
static void add_tax(ra_tax_set *set, const ra_tax *tax, size_t owner) {
    for (size_t i = 0; i < set->count; i++) {
        if (set->taxes[i]->id == tax->id) return;
    }
    set->taxes[set->count] = tax;
    set->owners[set->count] = owner;
    set->count++;
}

static size_t linked_index(const ra_tax_set *set, int32_t id) {
    size_t index = 0;
    while (set->linked_ids[index] != id)
        index++;
    return index;
}

static ra_status add_linked(const ra_tax_table *table, const ra_tax *tax, ra_arena *arena,
                            ra_tax_set *set) {
    size_t owner = linked_index(set, tax->id);
    if (tax->kind != RA_TAX_GROUP) {
        add_tax(set, tax, owner);
        return RA_OK;
    }
    const ra_tax **children = NULL;
    ra_status status = find_sorted(table, tax->child_ids, tax->child_count, arena, &children);
    if (status != RA_OK) return status;
    for (size_t i = 0; i < tax->child_count; i++) {
        if (children[i]->kind == RA_TAX_GROUP) return RA_BAD_ARGUMENT;
        add_tax(set, children[i], owner);
    }
    return RA_OK;
}

ra_status ra_tax_set_build(const ra_tax_table *table, const int32_t *ids, size_t count,
                           ra_arena *arena, ra_tax_set *out) {
    *out = (ra_tax_set){0};
    ra_status status = link_ids(ids, count, arena, out);
    if (status != RA_OK) return status;
    const ra_tax **linked = NULL;
    status = find_sorted(table, out->linked_ids, out->linked_count, arena, &linked);
    if (status != RA_OK) return status;
    size_t room = 0;
    for (size_t i = 0; i < out->linked_count; i++) {
        size_t more = linked[i]->kind == RA_TAX_GROUP ? linked[i]->child_count : 1;
        if (!ra_size_add(room, more, &room)) return RA_NO_MEMORY;
    }
    out->taxes = ra_arena_array(arena, room, sizeof(const ra_tax *));
    out->owners = ra_arena_array(arena, room, sizeof *out->owners);
    if (out->taxes == NULL || out->owners == NULL) return RA_NO_MEMORY;
    for (size_t i = 0; i < out->linked_count && status == RA_OK; i++)
        status = add_linked(table, linked[i], arena, out);
    return status;
}

/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Clusters within one set: heaviest pairs first, guarded against chaining. */
#include <stdlib.h>
#include <string.h>

#include "dedupe/ra_link_assign.h"

#define RA_CROSS_CUT 15.0F
/* Bits that the other pairs of two clusters may speak against joining, on average. Their weights
 * each hold the prior, against which one pair has already prevailed; two notes of one person that
 * share little because either lacks something are linked by a third. A stranger disagrees more. */
#define RA_CROSS_DOUBT 2.0F

typedef struct ra_joining {
    const ra_link_scorer *scorer;
    uint32_t *root, *size, *next;
} ra_joining;

static int by_weight(const void *left, const void *right) {
    const ra_link_pair *a = left, *b = right;
    if (a->weight != b->weight) return a->weight > b->weight ? -1 : 1;
    if (a->a != b->a) return a->a < b->a ? -1 : 1;
    return (a->b > b->b) - (a->b < b->b);
}

static int by_rows(const void *left, const void *right) {
    const ra_link_pair *a = left, *b = right;
    if (a->a != b->a) return a->a < b->a ? -1 : 1;
    return (a->b > b->b) - (a->b < b->b);
}

static uint32_t root_of(uint32_t *root, uint32_t row) {
    while (root[row] != row) {
        root[row] = root[root[row]];
        row = root[row];
    }
    return row;
}

static bool may_join(const ra_joining *joining, uint32_t one, uint32_t other) {
    uint32_t a = one, b = other, looked = 0;
    float sum = 0;
    for (uint32_t i = 0; i < joining->size[one] && looked < RA_CLUSTER_PAIRS_MAX; i++) {
        for (uint32_t j = 0; j < joining->size[other] && looked < RA_CLUSTER_PAIRS_MAX; j++) {
            float weight = ra_link_score(joining->scorer, a, b).weight;
            if (weight <= RA_LINK_VETO / 2) return false;
            sum += weight > RA_CROSS_CUT    ? RA_CROSS_CUT
                   : weight < -RA_CROSS_CUT ? -RA_CROSS_CUT
                                            : weight;
            looked++;
            b = joining->next[b];
        }
        a = joining->next[a];
    }
    return sum >= -RA_CROSS_DOUBT * (float)looked;
}

static void join(ra_joining *joining, uint32_t one, uint32_t other) {
    if (joining->size[one] < joining->size[other]) {
        uint32_t spare = one;
        one = other;
        other = spare;
    }
    joining->root[other] = one;
    joining->size[one] += joining->size[other];
    uint32_t after = joining->next[one]; /* two rings become one by exchanging successors */
    joining->next[one] = joining->next[other];
    joining->next[other] = after;
}

ra_status ra_link_cluster(ra_link_pair *pairs, uint64_t count, const ra_link_scorer *scorer,
                          ra_arena *arena, ra_link_clusters *out) {
    uint32_t rows = scorer->comparer->table->rows;
    *out = (ra_link_clusters){0};
    ra_joining joining = {.scorer = scorer};
    joining.root = ra_arena_array(arena, rows, sizeof *joining.root);
    joining.size = ra_arena_array(arena, rows, sizeof *joining.size);
    joining.next = out->next = ra_arena_array(arena, rows, sizeof *out->next);
    out->of_row = ra_arena_array(arena, rows, sizeof *out->of_row);
    if (!joining.root || !joining.size || !out->next || !out->of_row) return RA_NO_MEMORY;
    for (uint32_t row = 0; row < rows; row++) {
        joining.root[row] = joining.next[row] = row;
        joining.size[row] = 1;
    }
    qsort(pairs, count, sizeof *pairs, by_weight);
    for (uint64_t i = 0; i < count; i++) {
        uint32_t one = root_of(joining.root, pairs[i].a);
        uint32_t other = root_of(joining.root, pairs[i].b);
        bool small = joining.size[one] + joining.size[other] == 2;
        if (one != other && (small || may_join(&joining, one, other))) join(&joining, one, other);
    }
    for (uint32_t row = 0; row < rows; row++) {
        if (out->of_row[row] || joining.next[row] == row) continue;
        out->count++;
        uint32_t member = row;
        do {
            out->of_row[member] = out->count;
            member = joining.next[member];
        } while (member != row);
    }
    return RA_OK;
}

static uint32_t ring_size(const ra_link_clusters *clusters, uint32_t row) {
    uint32_t size = 1;
    for (uint32_t member = clusters->next[row]; member != row; member = clusters->next[member])
        if (++size > RA_CLUSTER_LISTED_MAX) break;
    return size;
}

/* The pairs of `row` with later rows of its cluster; returns how many, writes them when asked to.
 */
static uint64_t list_row(const ra_link_clusters *clusters, const ra_link_scorer *scorer,
                         uint32_t row, ra_link_pair *to) {
    uint64_t listed = 0;
    if (clusters->next[row] == row || ring_size(clusters, row) > RA_CLUSTER_LISTED_MAX) return 0;
    for (uint32_t member = clusters->next[row]; member != row; member = clusters->next[member]) {
        if (member < row) continue;
        if (to) to[listed] = ra_link_score(scorer, row, member);
        listed++;
    }
    return listed;
}

/* Is it listed though no ring lists it? Of a cluster too large for that; or, where habits compete,
 * of two clusters that stay apart: which of somebody's purchases was noted twice is often not to be
 * told, so each likely one is there for review. */
static bool is_listed_alone(const ra_link_clusters *clusters, const ra_link_scorer *scorer,
                            const ra_link_pair *pair) {
    uint32_t cluster = clusters->of_row[pair->a];
    if (cluster != 0 && cluster == clusters->of_row[pair->b])
        return ring_size(clusters, pair->a) > RA_CLUSTER_LISTED_MAX;
    return scorer->habits != NULL && pair->weight < scorer->model->automatic;
}

ra_status ra_link_cluster_pairs(const ra_link_clusters *clusters, const ra_link_pair *pairs,
                                uint64_t count, const ra_link_scorer *scorer, ra_arena *arena,
                                ra_link_pair **out, uint64_t *out_count) {
    uint32_t rows = scorer->comparer->table->rows;
    uint64_t listed = 0, total = 0;
    for (uint32_t row = 0; row < rows; row++)
        listed += list_row(clusters, scorer, row, NULL);
    total = listed;
    for (int pass = 0; pass < 2; pass++) {
        uint64_t at = listed;
        for (uint64_t i = 0; i < count; i++) {
            if (!is_listed_alone(clusters, scorer, &pairs[i])) continue;
            if (pass) (*out)[at] = pairs[i];
            at++;
        }
        if (pass) break;
        total = at;
        *out = ra_arena_array(arena, total, sizeof **out);
        if (*out == NULL) return RA_NO_MEMORY;
    }
    for (uint32_t row = 0, at = 0; row < rows; row++)
        at += (uint32_t)list_row(clusters, scorer, row, *out + at);
    qsort(*out, total, sizeof **out, by_rows);
    *out_count = total;
    return RA_OK;
}

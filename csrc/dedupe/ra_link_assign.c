/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* One-to-one links by auction: rows of the first set bid for rows of the second. */
#include "dedupe/ra_link_assign.h"

#include <string.h>

#define RA_BIDS_PER_PAIR 60
#define RA_UNSOLD UINT64_MAX

typedef struct ra_auction {
    const ra_link_pair *pairs;
    uint64_t count;
    uint64_t *first; /* per row of the first set: its pairs begin here; one more at the end */
    uint64_t *sold;  /* per row of the second set: index of the winning pair */
    float *price;    /* per row of the second set */
    uint32_t *queue; /* ring of bidders */
    uint32_t bidders, head, waiting, split;
    float floor;
} ra_auction;

static void enqueue(ra_auction *auction, uint32_t row) {
    auction->queue[(auction->head + auction->waiting) % auction->bidders] = row;
    auction->waiting++;
}

/* Bid what the best offer is worth above the second best (or above staying alone, worth 0). */
static void bid(ra_auction *auction, uint32_t row) {
    float best = 0, second = 0;
    uint64_t wanted = RA_UNSOLD;
    for (uint64_t i = auction->first[row]; i < auction->first[row + 1]; i++) {
        const ra_link_pair *pair = &auction->pairs[i];
        float gain = pair->weight - auction->floor - auction->price[pair->b - auction->split];
        if (wanted == RA_UNSOLD ? gain >= best : gain > best) {
            second = wanted == RA_UNSOLD ? 0 : best;
            best = gain;
            wanted = i;
        } else if (gain > second) {
            second = gain;
        }
    }
    if (wanted == RA_UNSOLD) return;
    uint32_t item = auction->pairs[wanted].b - auction->split;
    auction->price[item] += best - second + RA_ASSIGN_EPSILON;
    if (auction->sold[item] != RA_UNSOLD) enqueue(auction, auction->pairs[auction->sold[item]].a);
    auction->sold[item] = wanted;
}

/* Bidders left when the bids are used up take the heaviest pair that is still free. */
static void settle(ra_auction *auction, uint32_t row) {
    uint64_t wanted = RA_UNSOLD;
    for (uint64_t i = auction->first[row]; i < auction->first[row + 1]; i++) {
        bool unsold = auction->sold[auction->pairs[i].b - auction->split] == RA_UNSOLD;
        if (unsold &&
            (wanted == RA_UNSOLD || auction->pairs[i].weight > auction->pairs[wanted].weight))
            wanted = i;
    }
    if (wanted != RA_UNSOLD) auction->sold[auction->pairs[wanted].b - auction->split] = wanted;
}

static void open_auction(ra_auction *auction) {
    uint64_t at = 0;
    for (uint32_t row = 0; row < auction->bidders; row++) {
        auction->first[row] = at;
        while (at < auction->count && auction->pairs[at].a == row)
            at++;
        if (at > auction->first[row]) enqueue(auction, row);
    }
    auction->first[auction->bidders] = at;
}

ra_status ra_link_assign(ra_link_pair *pairs, uint64_t *count, const ra_link_table *table,
                         float floor, ra_arena *scratch) {
    uint32_t items = table->rows - table->split;
    ra_auction auction = {.pairs = pairs,
                          .count = *count,
                          .bidders = table->split,
                          .split = table->split,
                          .floor = floor};
    auction.first = ra_arena_array(scratch, (size_t)auction.bidders + 1, sizeof *auction.first);
    auction.queue = ra_arena_array(scratch, auction.bidders, sizeof *auction.queue);
    auction.sold = ra_arena_array(scratch, items, sizeof *auction.sold);
    auction.price = ra_arena_array(scratch, items, sizeof *auction.price);
    if (!auction.first || !auction.queue || !auction.sold || !auction.price) return RA_NO_MEMORY;
    memset(auction.sold, 0xFF, items * sizeof *auction.sold);
    open_auction(&auction);
    for (uint64_t bids = RA_BIDS_PER_PAIR * *count; auction.waiting > 0; bids -= bids > 0) {
        uint32_t row = auction.queue[auction.head];
        auction.head = (auction.head + 1) % auction.bidders;
        auction.waiting--;
        if (bids > 0)
            bid(&auction, row);
        else
            settle(&auction, row);
    }
    uint64_t kept = 0;
    for (uint64_t i = 0; i < *count; i++)
        if (auction.sold[pairs[i].b - table->split] == i) pairs[kept++] = pairs[i];
    *count = kept;
    return RA_OK;
}

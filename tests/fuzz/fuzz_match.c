/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Any events and items: the sums always hold, every event is either linked or an exception, and the
 * order in which the items come decides nothing. Each record of RECORD bytes is an event or an item
 * of few amounts, names, references and days, so that they collide. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "match/ra_match.h"

#define RECORD 8
#define RECORDS_MAX 64

static const ra_str names[] = {{NULL, 0}, {"Ann Lee", 7}, {"Bob Ray", 7}, {"Lee, Ann", 8}};
static const ra_str mails[] = {{NULL, 0}, {"ann@x.example", 13}, {"bob@x.example", 13}, {"?", 1}};
static const ra_str ids[] = {{NULL, 0}, {"ch_1", 4}, {"ch_2", 4}, {"CH_1", 4}};
static const ra_str references[] = {{NULL, 0},          {"S00012", 6}, {"#s-00012", 8}, {"12", 2},
                                    {"WEB-S00012", 10}, {"S00013", 6}, {"13", 2},       {"-", 1}};
static const ra_str currencies[] = {{"EUR", 3}, {"USD", 3}, {"EUR", 3}, {"JPY", 3}};

typedef struct ra_world {
    ra_match_event events[RECORDS_MAX];
    ra_match_item items[RECORDS_MAX];
    size_t event_count, item_count;
} ra_world;

static void require(bool holds) {
    if (!holds) abort();
}

static int64_t amount_of(uint8_t low, uint8_t high) {
    int64_t amount = (low & 0x7F) + 100 * (high & 0x0F) + 100000 * (high >> 7);
    return (low & 0x80) != 0 ? -amount : amount;
}

static ra_match_event event_of(const uint8_t *at) {
    return (ra_match_event){.kind = (ra_match_event_kind)((at[0] >> 1) % (RA_EVENT_UNKNOWN + 1)),
                            .day = at[1] == 0 ? RA_NO_DAY : 20000 + at[1],
                            .time_us = at[2],
                            .transaction = ids[at[3] & 3],
                            .parent = ids[at[3] >> 2 & 3],
                            .order = references[at[4] & 7],
                            .description = references[at[4] >> 3 & 7],
                            .party = names[at[5] & 3],
                            .email = mails[at[5] >> 2 & 3],
                            .currency = currencies[at[5] >> 4 & 1],
                            .paid_currency = currencies[at[5] >> 5 & 3],
                            .amount = amount_of(at[6], at[7]),
                            .paid = (at[5] & 0x80) != 0 ? amount_of(at[6], (uint8_t)~at[7]) : 0,
                            .rate = {.coefficient = at[2], .scale = 1}};
}

static ra_match_item item_of(const uint8_t *at, size_t number) {
    int64_t total = amount_of(at[6], at[7]);
    return (ra_match_item){.id = (int64_t)number,
                           .kind = (ra_item_kind)(1 + (at[0] >> 1) % (RA_ITEM_KINDS - 1)),
                           .day = at[1] == 0 ? RA_NO_DAY : 20000 + at[1],
                           .currency = currencies[at[5] >> 4 & 3],
                           .open = (at[2] & 3) == 3 ? total / 2 : total,
                           .total = total,
                           .party = names[at[5] & 3],
                           .email = mails[at[5] >> 2 & 3],
                           .ids = &ids[at[3] & 3],
                           .id_count = 1,
                           .refs = &references[at[4] & 7],
                           .ref_count = 1};
}

static void read_world(const uint8_t *data, size_t size, ra_world *out) {
    for (size_t at = 0; at + RECORD <= size && at / RECORD < RECORDS_MAX; at += RECORD) {
        if ((data[at] & 1) == 0)
            out->events[out->event_count++] = event_of(data + at);
        else
            out->items[out->item_count] = item_of(data + at, out->item_count), out->item_count++;
    }
}

static void run(const ra_world *world, bool backwards, ra_match **match, ra_match_result *result) {
    ra_match_options options = ra_match_defaults();
    require(ra_match_open(world->events, world->event_count, &options, NULL, match) == RA_OK);
    for (size_t i = 0; i < world->item_count; i++) {
        size_t at = backwards ? world->item_count - 1 - i : i;
        require(ra_match_add(*match, &world->items[at]) == RA_OK);
    }
    require(ra_match_run(*match, result) == RA_OK);
}

static void check(const ra_world *world, const ra_match_result *result) {
    bool linked[RECORDS_MAX] = {false};
    for (size_t i = 0; i < result->link_count; i++) {
        require(result->links[i].event < world->event_count);
        require(result->links[i].score >= 0.999F && result->links[i].score <= 1);
        linked[result->links[i].event] = true;
    }
    for (size_t i = 0; i < result->exception_count; i++)
        require(!linked[result->exceptions[i].event]);
    for (size_t i = 0; i < result->proposal_count; i++)
        require(!linked[result->proposals[i].event]);
}

static void compare(const ra_match *one, const ra_match_result *a, const ra_match *other,
                    const ra_match_result *b) {
    require(a->link_count == b->link_count && a->exception_count == b->exception_count);
    for (size_t i = 0; i < a->link_count; i++) {
        ra_item_kind x, y;
        require(a->links[i].event == b->links[i].event && a->links[i].amount == b->links[i].amount);
        require(ra_match_item_of(one, a->links[i].item, &x) ==
                ra_match_item_of(other, b->links[i].item, &y));
        require(x == y);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    ra_world world = {.event_count = 0};
    ra_match *forwards, *backwards;
    ra_match_result one, other;
    read_world(data, size, &world);
    run(&world, false, &forwards, &one);
    check(&world, &one);
    run(&world, true, &backwards, &other);
    compare(forwards, &one, backwards, &other);
    ra_match_close(forwards);
    ra_match_close(backwards);
    return 0;
}

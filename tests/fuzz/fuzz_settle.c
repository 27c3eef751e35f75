/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Any bytes as a settlement report, and as a profile's text. */
#include <stdlib.h>
#include <string.h>

#include "read/ra_settle.h"
#include "read/ra_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct fuzz_input {
    const uint8_t *data;
    size_t size, at;
} fuzz_input;

static int64_t fuzz_read(void *context, void *buffer, size_t size) {
    fuzz_input *in = context;
    size_t count = in->size - in->at < size ? in->size - in->at : size;
    if (count > 0) memcpy(buffer, in->data + in->at, count);
    in->at += count;
    return (int64_t)count;
}

static void fuzz_require(bool held) {
    if (!held) abort();
}

static void check_text(ra_str text) {
    fuzz_require(ra_text_check(text) == text.len);
}

static void check_event(const ra_event *event) {
    fuzz_require(event->net == event->gross + event->fee + event->fee_tax);
    fuzz_require(event->kind < RA_MOVE_KINDS && event->currency[0] != '\0' && event->row > 0);
    fuzz_require(event->kind != RA_MOVE_FEE || event->gross == 0);
    check_text(event->type);
    check_text(event->payout);
    check_text(event->description);
    check_text(event->extra);
}

/* Every event with a reference is in one payout, and its amounts are in that payout's total. */
static void check_payouts(const ra_events *events) {
    size_t counted = 0, referring = 0;
    for (size_t i = 0; i < events->payout_count; i++)
        counted += events->payouts[i].count;
    for (size_t i = 0; i < events->count; i++)
        referring += events->events[i].payout.len > 0;
    fuzz_require(counted == referring);
}

static void read_report(const uint8_t *data, size_t size) {
    ra_events events;
    ra_error error;
    ra_settle_options options = {.currency = "EUR", .limit = (size_t)64 << 20};
    fuzz_input in = {.data = data, .size = size};
    ra_input input = {fuzz_read, NULL, &in};
    ra_status status = ra_settle_read(input, &options, NULL, &events, &error);
    fuzz_require(status == RA_OK || error.message != NULL || status == RA_NO_MEMORY);
    if (status == RA_OK) {
        fuzz_require(events.count > 0);
        for (size_t i = 0; i < events.count; i++)
            check_event(&events.events[i]);
        check_payouts(&events);
    }
    ra_events_free(&events);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    ra_settle_profile *profile = malloc(sizeof *profile);
    ra_error error;
    read_report(data, size);
    if (profile == NULL) return 0;
    ra_status status = ra_settle_profile_parse((ra_str){(const char *)data, size}, profile, &error);
    fuzz_require(status == RA_OK || error.message != NULL);
    free(profile);
    return 0;
}

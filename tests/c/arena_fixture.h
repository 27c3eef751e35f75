/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* An arena as the state of a test. */
#ifndef RA_TESTS_ARENA_FIXTURE_H
#define RA_TESTS_ARENA_FIXTURE_H

#include "base/ra_arena.h"

static inline int arena_set_up(void **state) {
    static ra_arena arena;
    ra_arena_init(&arena, 0, NULL);
    *state = &arena;
    return 0;
}

static inline int arena_tear_down(void **state) {
    ra_arena_free(*state);
    return 0;
}

#endif

/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* An allocator that fails where a test wants it to. */
#ifndef RA_TESTS_FAULTY_MEMORY_H
#define RA_TESTS_FAULTY_MEMORY_H

#include <stdbool.h>
#include <stdlib.h>

#include "base/ra_arena.h"

/* Fails at call number `failing` (0: never), and from then on when `lasting`. Counts what is
 * still allocated. */
typedef struct faulty_memory {
    size_t calls, failing, failures, live;
    bool lasting;
} faulty_memory;

static inline void *faulty_allocate(void *context, size_t size) {
    faulty_memory *memory = context;
    memory->calls++;
    bool fails = memory->failing != 0 && (memory->lasting ? memory->calls >= memory->failing
                                                          : memory->calls == memory->failing);
    void *block = fails ? NULL : malloc(size);
    if (block == NULL) {
        memory->failures++;
        return NULL;
    }
    memory->live++;
    return block;
}

static inline void faulty_release(void *context, void *block) {
    faulty_memory *memory = context;
    memory->live--;
    free(block);
}

static inline ra_allocator faulty_allocator(faulty_memory *memory) {
    return (ra_allocator){faulty_allocate, faulty_release, memory};
}

#endif

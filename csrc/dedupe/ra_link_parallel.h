/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The same tasks over several threads: who does which never matters for the result. */
#ifndef RA_DEDUPE_LINK_PARALLEL_H
#define RA_DEDUPE_LINK_PARALLEL_H

#include <stdbool.h>

#include "base/ra_status.h"

#define RA_LINK_THREADS_MAX 64

/* Who works, and who may stop the work. */
typedef struct ra_link_crew {
    uint32_t threads; /* the caller included; 0: 1 */
    bool (*stopped)(
        void *context); /* asked by the calling thread before each of its tasks; or NULL */
    void *context;
} ra_link_crew;

/* Threads of the crew: 1 to RA_LINK_THREADS_MAX. */
uint32_t ra_link_crew_size(const ra_link_crew *crew);

/* One of `tasks` tasks on worker 0..threads-1; tasks of one worker never overlap. */
typedef ra_status (*ra_link_task)(void *context, uint32_t task, uint32_t worker);

/* Run every task. When a thread cannot be started the others do its share. Returns RA_OK,
 * RA_INTERRUPTED when the crew was stopped, or the status of the failed task with the lowest
 * number; tasks not yet begun are then left out. */
ra_status ra_link_parallel(const ra_link_crew *crew, uint32_t tasks, ra_link_task run,
                           void *context) RA_MUST_CHECK;

#endif

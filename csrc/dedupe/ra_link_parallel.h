/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The same tasks over several threads: who does which never matters for the result. */
#ifndef RA_DEDUPE_LINK_PARALLEL_H
#define RA_DEDUPE_LINK_PARALLEL_H

#include "base/ra_status.h"

#define RA_LINK_THREADS_MAX 64

/* One of `tasks` tasks on worker 0..threads-1; tasks of one worker never overlap. */
typedef ra_status (*ra_link_task)(void *context, uint32_t task, uint32_t worker);

/* Run every task; `threads` (at least 1) is cut to RA_LINK_THREADS_MAX and to the tasks. When a
 * thread cannot be started the others do its share. Returns RA_OK or the status of the failed task
 * with the lowest number; tasks not yet begun are then left out. */
ra_status ra_link_parallel(uint32_t threads, uint32_t tasks, ra_link_task run,
                           void *context) RA_MUST_CHECK;

#endif

/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* A fixed crew of threads drawing task numbers from one counter. */
#include "dedupe/ra_link_parallel.h"

#include <pthread.h>
#include <stdatomic.h>

typedef struct ra_shift {
    atomic_uint next;
    uint32_t tasks;
    ra_link_task run;
    void *context;
    pthread_mutex_t lock; /* guards the two below */
    uint32_t failed_task;
    ra_status failure;
    const ra_link_crew *crew;
} ra_shift;

typedef struct ra_worker {
    ra_shift *shift;
    uint32_t number; /* 0: the calling thread */
    pthread_t thread;
    bool started;
} ra_worker;

static void note_failure(ra_shift *shift, uint32_t task, ra_status status) {
    pthread_mutex_lock(&shift->lock);
    if (task < shift->failed_task) {
        shift->failed_task = task;
        shift->failure = status;
    }
    pthread_mutex_unlock(&shift->lock);
    atomic_store(&shift->next, shift->tasks);
}

static bool is_stopped(const ra_worker *worker) {
    const ra_link_crew *crew = worker->shift->crew;
    return worker->number == 0 && crew->stopped != NULL && crew->stopped(crew->context);
}

static void *work(void *argument) {
    ra_worker *worker = argument;
    ra_shift *shift = worker->shift;
    for (;;) {
        uint32_t task = atomic_fetch_add(&shift->next, 1);
        if (task >= shift->tasks) return NULL;
        ra_status status =
            is_stopped(worker) ? RA_INTERRUPTED : shift->run(shift->context, task, worker->number);
        if (status != RA_OK) note_failure(shift, task, status);
    }
}

uint32_t ra_link_crew_size(const ra_link_crew *crew) {
    if (crew->threads == 0) return 1;
    return crew->threads < RA_LINK_THREADS_MAX ? crew->threads : RA_LINK_THREADS_MAX;
}

ra_status ra_link_parallel(const ra_link_crew *crew, uint32_t tasks, ra_link_task run,
                           void *context) {
    if (tasks == 0) return RA_OK;
    uint32_t threads = ra_link_crew_size(crew);
    if (threads > tasks) threads = tasks;
    ra_shift shift = {
        .tasks = tasks, .run = run, .context = context, .failed_task = tasks, .crew = crew};
    atomic_init(&shift.next, 0);
    if (pthread_mutex_init(&shift.lock, NULL) != 0) return RA_NO_MEMORY;
    ra_worker workers[RA_LINK_THREADS_MAX];
    workers[0] = (ra_worker){.shift = &shift};
    for (uint32_t i = 1; i < threads; i++) {
        workers[i] = (ra_worker){.shift = &shift, .number = i};
        workers[i].started = pthread_create(&workers[i].thread, NULL, work, &workers[i]) == 0;
    }
    work(&workers[0]);
    for (uint32_t i = 1; i < threads; i++)
        if (workers[i].started) pthread_join(workers[i].thread, NULL);
    pthread_mutex_destroy(&shift.lock);
    return shift.failure;
}

/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* A fixed crew of threads drawing task numbers from one counter. */
#include "dedupe/ra_link_parallel.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

typedef struct ra_crew {
    atomic_uint next;
    uint32_t tasks;
    ra_link_task run;
    void *context;
    pthread_mutex_t lock; /* guards the two below */
    uint32_t failed_task;
    ra_status failure;
} ra_crew;

typedef struct ra_worker {
    ra_crew *crew;
    uint32_t number;
    pthread_t thread;
    bool started;
} ra_worker;

static void note_failure(ra_crew *crew, uint32_t task, ra_status status) {
    pthread_mutex_lock(&crew->lock);
    if (task < crew->failed_task) {
        crew->failed_task = task;
        crew->failure = status;
    }
    pthread_mutex_unlock(&crew->lock);
    atomic_store(&crew->next, crew->tasks);
}

static void *work(void *argument) {
    ra_worker *worker = argument;
    ra_crew *crew = worker->crew;
    for (;;) {
        uint32_t task = atomic_fetch_add(&crew->next, 1);
        if (task >= crew->tasks) return NULL;
        ra_status status = crew->run(crew->context, task, worker->number);
        if (status != RA_OK) note_failure(crew, task, status);
    }
}

ra_status ra_link_parallel(uint32_t threads, uint32_t tasks, ra_link_task run, void *context) {
    if (tasks == 0) return RA_OK;
    if (threads > RA_LINK_THREADS_MAX) threads = RA_LINK_THREADS_MAX;
    if (threads > tasks) threads = tasks;
    if (threads == 0) threads = 1;
    ra_crew crew = {.tasks = tasks, .run = run, .context = context, .failed_task = tasks};
    atomic_init(&crew.next, 0);
    if (pthread_mutex_init(&crew.lock, NULL) != 0) return RA_NO_MEMORY;
    ra_worker workers[RA_LINK_THREADS_MAX] = {{.crew = &crew}};
    for (uint32_t i = 0; i < threads; i++)
        workers[i] = (ra_worker){.crew = &crew, .number = i};
    for (uint32_t i = 1; i < threads; i++)
        workers[i].started = pthread_create(&workers[i].thread, NULL, work, &workers[i]) == 0;
    work(&workers[0]);
    for (uint32_t i = 1; i < threads; i++)
        if (workers[i].started) pthread_join(workers[i].thread, NULL);
    pthread_mutex_destroy(&crew.lock);
    return crew.failure;
}

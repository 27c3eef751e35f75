/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The growing byte buffer under the COPY encoder; see ra_encode.h. */
#include "write/ra_encode.h"

#include <assert.h>
#include <string.h>

#define FIRST_CAPACITY 4096u

void ra_buffer_init(ra_buffer *buffer, const ra_allocator *allocator) {
    memset(buffer, 0, sizeof *buffer);
    buffer->allocator = allocator;
}

void ra_buffer_free(ra_buffer *buffer) {
    ra_release(buffer->allocator, buffer->data);
    ra_buffer_init(buffer, buffer->allocator);
}

void ra_buffer_clear(ra_buffer *buffer) {
    buffer->size = 0;
    buffer->failed = buffer->no_memory = false;
}

/* Doubling keeps the number of copies logarithmic; the old block lives until the bytes moved. */
static bool grow(ra_buffer *buffer, size_t needed) {
    size_t capacity = buffer->capacity == 0 ? FIRST_CAPACITY : buffer->capacity;
    while (capacity < needed) {
        if (capacity > SIZE_MAX / 2) return false;
        capacity *= 2;
    }
    char *data = ra_allocate(buffer->allocator, capacity);
    if (data == NULL) return false;
    if (buffer->size > 0) memcpy(data, buffer->data, buffer->size);
    ra_release(buffer->allocator, buffer->data);
    buffer->data = data;
    buffer->capacity = capacity;
    return true;
}

char *ra_buffer_reserve(ra_buffer *buffer, size_t size) {
    assert(buffer->size <= buffer->capacity);
    if (buffer->failed) return NULL;
    if (size > buffer->capacity - buffer->size) {
        if (size > SIZE_MAX - buffer->size || !grow(buffer, buffer->size + size)) {
            buffer->failed = buffer->no_memory = true;
            return NULL;
        }
    }
    char *room = buffer->data + buffer->size;
    buffer->size += size;
    return room;
}

void ra_buffer_append(ra_buffer *buffer, const void *data, size_t size) {
    if (size == 0) return;
    char *room = ra_buffer_reserve(buffer, size);
    if (room != NULL) memcpy(room, data, size);
}

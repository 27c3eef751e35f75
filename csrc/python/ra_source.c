/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Files and bytes objects as reader input. Called without the GIL: no Python here but at the ends.
 */
#include "python/ra_python.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int64_t read_file(void *context, void *buffer, size_t size) {
    ra_source *source = context;
    ssize_t got;
    do {
        got = read(source->fd, buffer, size);
    } while (got < 0 && errno == EINTR);
    return got;
}

/* False beyond the end, where lseek succeeds: a file that became shorter is no finished one. */
static bool seek_file(void *context, uint64_t offset) {
    const ra_source *source = context;
    struct stat status;
    if (fstat(source->fd, &status) != 0 || !S_ISREG(status.st_mode)) return false;
    if (offset > (uint64_t)status.st_size) return false;
    return lseek(source->fd, (off_t)offset, SEEK_SET) == (off_t)offset;
}

static int64_t read_bytes(void *context, void *buffer, size_t size) {
    ra_source *source = context;
    size_t left = source->size - source->at;
    size_t count = left < size ? left : size;
    memcpy(buffer, source->bytes + source->at, count);
    source->at += count;
    return (int64_t)count;
}

static bool seek_bytes(void *context, uint64_t offset) {
    ra_source *source = context;
    if (offset > source->size) return false;
    source->at = (size_t)offset;
    return true;
}

int ra_source_open(ra_source *source, PyObject *path_or_bytes) {
    *source = (ra_source){.fd = -1};
    if (PyBytes_Check(path_or_bytes)) {
        source->data = Py_NewRef(path_or_bytes);
        source->bytes = PyBytes_AsString(path_or_bytes);
        source->size = (size_t)PyBytes_Size(path_or_bytes);
        source->input = (ra_input){read_bytes, seek_bytes, source};
        return 0;
    }
    PyObject *path = NULL;
    if (!PyUnicode_FSConverter(path_or_bytes, &path)) return -1;
    source->fd = open(PyBytes_AsString(path), O_RDONLY | O_CLOEXEC);
    Py_DECREF(path);
    if (source->fd < 0) {
        PyErr_SetFromErrnoWithFilenameObject(PyExc_OSError, path_or_bytes);
        return -1;
    }
    source->input = (ra_input){read_file, seek_file, source};
    return 0;
}

void ra_source_close(ra_source *source) {
    if (source->fd >= 0) close(source->fd);
    Py_CLEAR(source->data);
    source->fd = -1;
}

int ra_format_from_name(const char *name) {
    static const char *const names[] = {"auto", "json", "csv", "msgpack"};
    for (int i = 0; i < 4; i++) {
        if (strcmp(name, names[i]) == 0) return i;
    }
    PyErr_Format(PyExc_ValueError, "unknown file format: %s", name);
    return -1;
}

/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What the files of the linkage's binding share. */
#ifndef RA_PYTHON_LINK_PYTHON_H
#define RA_PYTHON_LINK_PYTHON_H

#include "dedupe/ra_link.h"
#include "python/ra_python.h"

/* The fields of the rows that a caller gives, in his order. */
typedef struct ra_link_input {
    ra_module_state *state;
    uint8_t fields[RA_LINK_FIELDS];    /* profile field of each */
    const char *names[RA_LINK_FIELDS]; /* of the profile, borrowed */
    Py_ssize_t field_count;
} ra_link_input;

/* Append rows to `table`: a sequence of tuples (one a row, a text or None for each field), or of
 * lists (one a field). False with an exception set: Error names the row and the field. */
bool ra_link_add_rows(const ra_link_input *input, PyObject *sequence, ra_link_table *table);

/* Module functions; documented by their texts. */
PyObject *ra_link_call(PyObject *module, PyObject *args, PyObject *kwargs);
PyObject *ra_link_files(PyObject *module, PyObject *args, PyObject *kwargs);
PyObject *ra_link_profiles(PyObject *module, PyObject *unused);
PyObject *ra_link_check(PyObject *module, PyObject *text);
extern const char ra_link_call_doc[], ra_link_files_doc[], ra_link_profiles_doc[],
    ra_link_check_doc[];

#endif

/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What the files of the type Matcher share. */
#ifndef RA_PYTHON_MATCHER_H
#define RA_PYTHON_MATCHER_H

#include "match/ra_match_copy.h"
#include "python/ra_python.h"

typedef struct ra_matcher_item {
    ra_match_item item;
    ra_str ids[RA_ITEM_KEYS_MAX], refs[RA_ITEM_KEYS_MAX];
} ra_matcher_item;

/* Events of an Events object, of a sequence of dicts, or of an object with len() and row(index), in
 * the arena; NULL with an exception. */
ra_match_event *ra_matcher_events_from(ra_module_state *state, PyObject *rows, ra_arena *arena,
                                       size_t *count);

/* An open item of a tuple; its texts are borrowed from it. False with an exception. */
bool ra_matcher_item_from(PyObject *tuple, ra_matcher_item *out);

/* The links, proposals and exceptions as a Result; NULL with an exception. */
PyObject *ra_matcher_result_to(ra_module_state *state, const ra_match *match,
                               const ra_match_result *result);

extern PyStructSequence_Desc ra_match_result_desc;

#endif

/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What the matcher found as lists of tuples. */
#include "python/ra_matcher.h"

#define EVIDENCE_MAX 128

static PyStructSequence_Field fields[] = {
    {"links", "(event, item_id, kind, level, amount, score, evidence), by event"},
    {"proposals", "the same, at most five an event, likeliest first"},
    {"exceptions", "(event, reason), by event"},
    {"offered", "open items looked at"},
    {"kept", "open items that an event could touch"},
    {NULL, NULL},
};

PyStructSequence_Desc ra_match_result_desc = {
    .name = "retail_accelerator_native.MatchResult",
    .doc = "What Matcher.match found.",
    .fields = fields,
    .n_in_sequence = 5,
};

static PyObject *link_to(const ra_match *match, const ra_match_link *link) {
    char evidence[EVIDENCE_MAX];
    ra_item_kind kind;
    int64_t id = ra_match_item_of(match, link->item, &kind);
    size_t length = ra_match_evidence(link, evidence, sizeof evidence);
    return Py_BuildValue("(ILisLds#)", link->event, (long long)id, (int)kind,
                         ra_match_level_name((ra_match_level)link->level), (long long)link->amount,
                         (double)link->score, evidence, (Py_ssize_t)length);
}

static PyObject *links_to(const ra_match *match, const ra_match_link *links, size_t count) {
    PyObject *list = PyList_New((Py_ssize_t)count);
    for (size_t i = 0; list != NULL && i < count; i++) {
        PyObject *link = link_to(match, &links[i]);
        if (link == NULL || PyList_SetItem(list, (Py_ssize_t)i, link) < 0) Py_CLEAR(list);
    }
    return list;
}

static PyObject *exceptions_to(const ra_match_result *result) {
    PyObject *list = PyList_New((Py_ssize_t)result->exception_count);
    for (size_t i = 0; list != NULL && i < result->exception_count; i++) {
        const ra_match_exception *exception = &result->exceptions[i];
        PyObject *pair =
            Py_BuildValue("(Is)", exception->event, ra_match_reason_name(exception->reason));
        if (pair == NULL || PyList_SetItem(list, (Py_ssize_t)i, pair) < 0) Py_CLEAR(list);
    }
    return list;
}

PyObject *ra_matcher_result_to(ra_module_state *state, const ra_match *match,
                               const ra_match_result *result) {
    PyObject *values[] = {links_to(match, result->links, result->link_count),
                          links_to(match, result->proposals, result->proposal_count),
                          exceptions_to(result), PyLong_FromSize_t(ra_match_offered(match)),
                          PyLong_FromSize_t(ra_match_kept(match))};
    PyObject *out = PyStructSequence_New(state->match_result_type);
    bool done = out != NULL;
    for (int i = 0; i < 5; i++) {
        done = done && values[i] != NULL;
        if (out != NULL)
            PyStructSequence_SetItem(out, i, values[i]); /* takes the reference */
        else
            Py_XDECREF(values[i]);
    }
    if (!done) Py_CLEAR(out);
    return out;
}

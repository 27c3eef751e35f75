/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What two chunks may have in common, so that the later one has to wait for the earlier. */
#include "python/ra_python.h"

static bool add_mark(PyObject *set, ra_key key) {
    PyObject *text = ra_key_to_text(key);
    if (text == NULL) return false;
    int result = PySet_Add(set, text);
    Py_DECREF(text);
    return result == 0;
}

const char ra_chunk_party_marks_doc[] =
    PyDoc_STR("party_marks()\n--\n\n"
              "Set of the party keys of all records, and of the keys guests with their e-mails "
              "have. Chunks without a common one bring no contact twice.");

PyObject *ra_chunk_party_marks(PyObject *object, PyObject *Py_UNUSED(ignored)) {
    const ra_chunk *chunk = ra_chunk_of(object);
    if (chunk == NULL) return NULL;
    PyObject *set = PySet_New(NULL);
    for (size_t i = 0; set != NULL && i < chunk->count; i++) {
        const ra_party_keys *keys = &chunk->plans[i].parties;
        if (!add_mark(set, keys->customer) || !add_mark(set, keys->invoice) ||
            !add_mark(set, keys->delivery) || !add_mark(set, keys->email)) {
            Py_CLEAR(set);
        }
    }
    return set;
}

const char ra_chunk_order_marks_doc[] =
    PyDoc_STR("order_marks()\n--\n\n"
              "Set of the identity keys and content keys of all records that may become orders. "
              "Chunks without a common one neither hold the same order nor repeat one another's.");

PyObject *ra_chunk_order_marks(PyObject *object, PyObject *Py_UNUSED(ignored)) {
    const ra_chunk *chunk = ra_chunk_of(object);
    if (chunk == NULL) return NULL;
    PyObject *set = PySet_New(NULL);
    for (size_t i = 0; set != NULL && i < chunk->count; i++) {
        const ra_plan *plan = &chunk->plans[i];
        if (plan->outcome != RA_OUTCOME_PENDING && plan->outcome != RA_OUTCOME_CREATE) continue;
        if (!add_mark(set, plan->identity) ||
            (plan->twins.has_content && !add_mark(set, plan->twins.content))) {
            Py_CLEAR(set);
        }
    }
    return set;
}

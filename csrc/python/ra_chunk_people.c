/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Who is in a chunk's orders, for the making of contacts. */
#include "python/ra_python.h"

const char ra_chunk_parties_doc[] =
    PyDoc_STR("parties(index)\n--\n\nThe record's party keys: (customer, invoice, delivery), and "
              "the key its e-mail gives a guest.");

PyObject *ra_chunk_parties(PyObject *object, PyObject *index) {
    const ra_plan *plan = ra_chunk_plan_at(object, index);
    if (plan == NULL) return NULL;
    return Py_BuildValue(
        "(NNNN)", ra_key_to_text(plan->parties.customer), ra_key_to_text(plan->parties.invoice),
        ra_key_to_text(plan->parties.delivery), ra_key_to_text(plan->parties.email));
}

const char ra_chunk_people_doc[] =
    PyDoc_STR("people(index)\n--\n\n"
              "(customer_ref, billing, shipping) of a record, addresses as in order().");

PyObject *ra_chunk_people(PyObject *object, PyObject *index) {
    const ra_plan *plan = ra_chunk_plan_at(object, index);
    if (plan == NULL) return NULL;
    return Py_BuildValue("(NNN)", ra_text_to(plan->order.customer_ref),
                         ra_address_to_dict(&plan->order.billing),
                         ra_address_to_dict(&plan->order.shipping));
}

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

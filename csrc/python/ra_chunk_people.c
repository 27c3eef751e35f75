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

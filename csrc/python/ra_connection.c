/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What all work on psycopg2's connection shares: the way to it, and signals on the way. */
#include "python/ra_python.h"

#define CAPSULE_NAME "psycopg2.connection.native_connection"

bool ra_connection_from(const ra_module_state *state, PyObject *capsule, const ra_pg_api **api,
                        void **connection) {
    if (state->pg == NULL) {
        PyErr_SetString(PyExc_RuntimeError, "attach_libpq was not called");
        return false;
    }
    *api = state->pg;
    *connection = PyCapsule_GetPointer(capsule, CAPSULE_NAME);
    return *connection != NULL;
}

ra_status ra_check_signals(PyThreadState **thread) {
    PyEval_RestoreThread(*thread);
    int raised = PyErr_CheckSignals();
    *thread = PyEval_SaveThread();
    return raised < 0 ? RA_INTERRUPTED : RA_OK;
}

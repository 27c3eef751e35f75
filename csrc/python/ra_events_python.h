/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What the files of the settlement reader's binding share. */
#ifndef RA_PYTHON_EVENTS_PYTHON_H
#define RA_PYTHON_EVENTS_PYTHON_H

#include "python/ra_python.h"
#include "read/ra_settle.h"

#define RA_EVENTS_LIMIT ((size_t)2 << 30) /* bytes of one file's events */

/* An Events object that takes *events over, also when it fails. */
PyObject *ra_events_new(ra_module_state *state, ra_events *events);

/* The events of an Events object, for other rooms; NULL with TypeError set. They live as long as
 * the object and never change. */
const ra_events *ra_events_of(ra_module_state *state, PyObject *object);

/* Fill *zone for a name of the tz database; the changes are in the arena. False with an exception:
 * ValueError for an unknown name. Asks Python's zoneinfo for times of 1990 to 2050. */
bool ra_events_zone(PyObject *name, ra_arena *arena, ra_zone *zone);

/* Fill *zone with the zone of a profile's name that is of the tz database and not the engine's own;
 * {0} when there is none, which the reader then says. False with an exception. */
bool ra_events_profile_zone(const ra_settle_profile *profile, ra_arena *arena, ra_zone *zone);

/* Digits by currency from a dict or None, in the arena; false with an exception. */
bool ra_events_digits(PyObject *dict, ra_arena *arena, ra_settle_options *options);

/* Module functions; documented by their texts. */
PyObject *ra_settlement_read(PyObject *module, PyObject *args, PyObject *kwargs);
PyObject *ra_settlement_events(PyObject *module, PyObject *rows);
PyObject *ra_settlement_profiles(PyObject *module, PyObject *unused);
PyObject *ra_settlement_check(PyObject *module, PyObject *text);
PyObject *ra_settlement_digits(PyObject *module, PyObject *currency);
extern const char ra_settlement_read_doc[], ra_settlement_events_doc[];
extern const char ra_settlement_profiles_doc[], ra_settlement_check_doc[],
    ra_settlement_digits_doc[];

extern PyType_Spec ra_events_spec;

#endif

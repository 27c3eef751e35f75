/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The built-in profiles' texts; NULL ends each list. */
#ifndef RA_READ_SETTLE_BUILTIN_H
#define RA_READ_SETTLE_BUILTIN_H

#include <stddef.h>

extern const char *const ra_settle_providers[];
extern const char *const ra_settle_paypal[];
extern const char *const ra_settle_interfaces[];

/* Of all lists, by index; NULL behind the last. */
const char *ra_settle_builtin(size_t index);

#endif

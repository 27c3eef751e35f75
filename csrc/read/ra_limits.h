/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What a reader accepts unless its options say otherwise. */
#ifndef RA_READ_LIMITS_H
#define RA_READ_LIMITS_H

#define RA_MAX_RECORD ((size_t)16 * 1024 * 1024) /* bytes of one record */
#define RA_MAX_DEPTH 64u                         /* nesting */
#define RA_MAX_ITEMS 65536u                      /* lines, taxes, ... of one order together */

#endif

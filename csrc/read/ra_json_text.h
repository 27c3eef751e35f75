/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* One spelling for JSON text that is kept as text. */
#ifndef RA_READ_JSON_TEXT_H
#define RA_READ_JSON_TEXT_H

#include "base/ra_arena.h"

/* `text`, a well-formed JSON value (RFC 8259) whose escapes passed ra_text_check_escapes, without
 * blanks between its tokens and with escapes only where JSON demands them, so that writers who
 * differ in nothing else ("\/" or "/", "\u00e9" or "é", indented or not) give the same bytes.
 * Numbers and the order of members stay as they are. Borrows `text` when there is nothing to
 * change, else the result is in the arena; false when memory is exhausted. */
bool ra_json_plain(ra_arena *arena, ra_str text, ra_str *out) RA_MUST_CHECK;

#endif

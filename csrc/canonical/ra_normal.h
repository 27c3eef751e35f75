/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Text in the form in which two spellings of the same compare equal. */
#ifndef RA_CANONICAL_NORMAL_H
#define RA_CANONICAL_NORMAL_H

#include "base/ra_arena.h"

/* Unicode NFKC with case folding; runs of blanks become one space, blanks at the ends go. The
 * Unicode version is utf8proc's: a library that folds differently gives different keys.
 * RA_NO_MEMORY only; text that is no UTF-8 stays as it is. */
ra_status ra_text_normalize(ra_str text, ra_arena *arena, ra_str *out) RA_MUST_CHECK;

/* The same of an e-mail address; empty when the text is no plausible one. */
ra_status ra_email_normalize(ra_str text, ra_arena *arena, ra_str *out) RA_MUST_CHECK;

#endif

/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Checks on text from outside, and the values readers share. */
#ifndef RA_READ_TEXT_H
#define RA_READ_TEXT_H

#include "base/ra_arena.h"

/* Index of the first byte that is NUL or not part of well-formed UTF-8 (no overlong forms, no
 * surrogates, nothing above U+10FFFF); text.len when all is well. */
size_t ra_text_check(ra_str text);

/* Index of the first \u escape of JSON text that denotes NUL or half a surrogate pair; text.len
 * when there is none. Malformed escapes are left to the parser. */
size_t ra_text_check_escapes(ra_str text);

/* The code unit of the JSON escape \uXXXX at `at`, which may lie behind the end; -1 when there is
 * no such escape. */
int ra_text_code_unit(ra_str text, size_t at);

/* "2024-12-29T07:56:51" as microseconds since 1970-01-01 UTC. A blank may stand for the T; seconds
 * and the whole time may be missing; fraction (digits behind the sixth are dropped), Z and an
 * offset (+01:00, +0100, +01) may follow. Without offset the time is UTC. RA_BAD_DATE. */
ra_status ra_time_parse(ra_str text, int64_t *out) RA_MUST_CHECK;

/* Digits only, at most 64. */
bool ra_text_is_id(ra_str text);

#endif

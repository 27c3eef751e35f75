/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Profiles: which fields a kind of record has, how each is compared, where candidates come from.
 *
 * A profile is data, with a textual form, one statement a line, `#` starts a comment:
 *
 *   profile person
 *   field surname name tf swap=given_name aliases=last_name,family_name
 *   block surname:sound date_of_birth:4
 *   sort  surname given_name
 *
 * field NAME KIND [tf] [swap=FIELD] [group=WORD] [limit=DAYS] [made_of=A,B] [whole_of=A,B]
 *       [series] [aliases=A,B]
 *   - `tf`: agreeing on a rare value weighs more.
 *   - `series`, of kind code or memo: the numbers in it are of documents, so within one set two
 *     numbers of one series are two things.
 *   - `swap`: the two fields are often exchanged.
 *   - `group`: its fields say the same thing, so the one that agrees best speaks for all.
 *   - `limit`, of kind time: further apart is never the same.
 *   - `made_of`: where those fields, defined before, are equal, this one is alike anyway: then only
 *     equality counts.
 *   - `whole_of`: this may hold those fields, defined before, in one column. "B, A" is then A B. A
 *     name beside a column for one of two parts is the other part. Where one of two files has the
 *     whole and the other has parts, the parts are joined.
 *   - `aliases`: header names, after the name itself; A+B are two columns that make it up together,
 *     +A is a column that stands behind the one it has.
 *
 * block FIELD[:HOW] ...
 *   - Records agreeing on all parts are candidates. HOW: N (first N bytes), sound, near (amounts
 *     within 15 %, dates within 21 days, times within the limit), token (one of the four rarest
 *     words), word (one of the first four of a name or address), either (its value or that of its
 *     swap field); default the whole value.
 *
 * all ROWS
 *   - In sets of at most so many rows every pair is a candidate, since blocks lose some.
 *
 * agree PERCENT
 *   - No field differs in more than the rest of the true pairs: where nobody is noted twice,
 *     estimation would otherwise turn to the likest different records.
 *
 * share NAME FIELD[?] ...
 *   - Different records may have all of these in common, because they belong to one NAME (a
 *     household, a place); how often is learnt. FIELD? is shared by some of them only, and never
 *     what tells that they belong together: how often is learnt for each.
 *
 * review PERCENT
 *   - List pairs from this probability up; default: where the expected F1 is best.
 *
 * sort FIELD ...
 *   - Order inside a block that is too large. */
#ifndef RA_DEDUPE_LINK_PROFILE_H
#define RA_DEDUPE_LINK_PROFILE_H

#include "base/ra_arena.h"

#define RA_LINK_FIELDS 16         /* of a table: four bits each in one pattern word */
#define RA_LINK_PROFILE_FIELDS 24 /* of which a table has RA_LINK_FIELDS at most */
#define RA_LINK_RULES 32
#define RA_LINK_PARTS 4
#define RA_LINK_NAME_MAX 32
#define RA_LINK_ALIASES_MAX 512
#define RA_LINK_GROUPS 4
#define RA_LINK_SHARES 4
#define RA_LINK_LIMIT_MAX 9999 /* days */
#define RA_LINK_ALL_MAX 2000   /* rows */
#define RA_LINK_NO_FIELD 0xFF

typedef enum ra_link_kind {
    RA_LINK_NAME,    /* names of people and places */
    RA_LINK_ADDRESS, /* street lines */
    RA_LINK_CODE,    /* identifiers, postcodes, house numbers */
    RA_LINK_PHONE,
    RA_LINK_EMAIL,
    RA_LINK_DATE,   /* a fixed date, mistyped at most */
    RA_LINK_LAG,    /* a date that comes later on the other side */
    RA_LINK_TIME,   /* when something happened, noted soon after on the other side */
    RA_LINK_AMOUNT, /* money, possibly less fees or at another rate */
    RA_LINK_MEMO,   /* free text with names, references, filler; possibly cut */
    RA_LINK_KINDS
} ra_link_kind;

typedef enum ra_link_how {
    RA_LINK_WHOLE,
    RA_LINK_PREFIX,
    RA_LINK_SOUND,
    RA_LINK_NEAR,
    RA_LINK_TOKEN,
    RA_LINK_WORD,
    RA_LINK_EITHER
} ra_link_how;

typedef struct ra_link_field {
    char name[RA_LINK_NAME_MAX];
    char aliases[RA_LINK_ALIASES_MAX]; /* comma separated, may be empty */
    ra_link_kind kind;
    bool frequency;
    bool series;                /* see ra_link_series.h */
    uint8_t swap;               /* index of the other field or RA_LINK_NO_FIELD */
    uint8_t group;              /* from 1; 0: none */
    uint32_t made_of, whole_of; /* fields, one bit each */
    uint32_t limit;             /* days; of RA_LINK_TIME only */
} ra_link_field;

typedef struct ra_link_part {
    uint8_t field;
    ra_link_how how;
    uint32_t length; /* of RA_LINK_PREFIX */
} ra_link_part;

typedef struct ra_link_rule {
    ra_link_part parts[RA_LINK_PARTS];
    uint32_t count;
} ra_link_rule;

typedef struct ra_link_share {
    char name[RA_LINK_NAME_MAX];
    uint32_t fields, sometimes; /* one bit each; the second are among the first */
} ra_link_share;

typedef struct ra_link_profile {
    char name[RA_LINK_NAME_MAX];
    ra_link_field fields[RA_LINK_PROFILE_FIELDS];
    ra_link_rule rules[RA_LINK_RULES];
    uint8_t sort[RA_LINK_PARTS];
    char groups[RA_LINK_GROUPS][RA_LINK_NAME_MAX];
    uint32_t review; /* percent, or 0 */
    uint32_t all;    /* rows, or 0 */
    uint32_t agree;  /* percent, or 0 */
    ra_link_share shares[RA_LINK_SHARES];
    uint32_t group_count, share_count, field_count, rule_count, sort_count;
} ra_link_profile;

/* Read a textual profile. On failure error->row is the line, error->message says what is wrong. */
ra_status ra_link_profile_parse(ra_str text, ra_link_profile *out, ra_error *error) RA_MUST_CHECK;

/* "person", "order", "payment", NULL. */
extern const char *const ra_link_profile_names[];

/* The text of the default profile `name` ("person", "order", "payment"); empty when unknown. */
ra_str ra_link_profile_default(ra_str name);

/* Index of the field called `name`, or RA_LINK_NO_FIELD. */
uint8_t ra_link_profile_field(const ra_link_profile *profile, ra_str name);

#endif

/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Profiles: how the rows of a provider's report become events.
 *
 * A profile is data, with a textual form, one statement a line; a line that starts with `#` is a
 * comment. Columns are named as the header has them, case and repeated blanks aside; ` | ` stands
 * between alternatives, of which the first that has a value counts.
 *
 *   profile NAME                    letters, digits and _; the first statement
 *   title TEXT                      for people
 *   need COLUMN | COLUMN            the file is not of this kind without one of them
 *   text FIELD COLUMN | COLUMN      several statements of one field are joined with "/"
 *   add FIELD COLUMN | COLUMN       amounts, summed up
 *   sub FIELD COLUMN | COLUMN       the same, the other way round
 *   debit FIELD COLUMN = TEXT       the amount is negative where the column says so
 *   part LABEL AMOUNT | TYPE        one event for each part that has an amount
 *   kind KIND PATTERN               of rows whose match (else type) is like PATTERN; `*` is any
 *                                   text, case does not matter; the first that fits counts
 *   flip KIND                       amounts of this kind are negative, whatever the file writes
 *   negative KIND OTHER             what would be KIND is OTHER where its amount is negative
 *   positive KIND OTHER             the same, where it is positive
 *   derive fee | derive gross       fee = net - gross; gross = net - fee
 *   fees any                        the fee's sign is what makes net = gross + fee
 *   units minor                     amounts without decimal sign, in minor units
 *   digits CODE NUMBER              of that currency's minor units, where not ISO 4217's
 *   decimal point | comma | auto    auto: what the file's own amounts tell
 *   days dmy | mdy | auto           of dates as 05/06/2026
 *   zone NAME                       of the tz database, of times without one; default the caller's
 *   currency CODE                   of rows without one
 *   empty TEXT                      stands for an empty cell
 *   proof none                      a payout's rows may be in other files
 *   quotes none                     quotes are plain characters
 *   refuse TEXT                     no file of this kind is read, and TEXT says which to take
 *   record CODE SKIPPED ...         rows start with a code: CODE is read, the others passed over
 *   count CODE SECTION              a record CODE tells how many rows came since record SECTION
 *
 * FIELD of text: type match payout transaction parent order invoice checkout party email
 * description currency paid_currency rate date time zone available. Of amounts: gross fee fee_tax
 * net paid declared tax_inside. The last is tax that a fee's amount has inside: it becomes an event
 * of its own, unless the file has rows of tax on fees. */
#ifndef RA_READ_SETTLE_PROFILE_H
#define RA_READ_SETTLE_PROFILE_H

#include "canonical/ra_event.h"
#include "read/ra_settle_value.h"

#define RA_SETTLE_TERMS 64
#define RA_SETTLE_NAMES 10 /* alternatives of one term */
#define RA_SETTLE_RULES 160
#define RA_SETTLE_FEW 16 /* needs, debits, parts, records, units */

typedef enum ra_settle_field {
    RA_SETTLE_TYPE,
    RA_SETTLE_MATCH,
    RA_SETTLE_PAYOUT,
    RA_SETTLE_TRANSACTION,
    RA_SETTLE_PARENT,
    RA_SETTLE_ORDER,
    RA_SETTLE_INVOICE,
    RA_SETTLE_CHECKOUT,
    RA_SETTLE_PARTY,
    RA_SETTLE_EMAIL,
    RA_SETTLE_DESCRIPTION,
    RA_SETTLE_CURRENCY,
    RA_SETTLE_PAID_CURRENCY,
    RA_SETTLE_RATE,
    RA_SETTLE_DATE,
    RA_SETTLE_TIME,
    RA_SETTLE_ZONE,
    RA_SETTLE_AVAILABLE,
    RA_SETTLE_TEXTS,
    RA_SETTLE_GROSS = RA_SETTLE_TEXTS,
    RA_SETTLE_FEE,
    RA_SETTLE_FEE_TAX,
    RA_SETTLE_NET,
    RA_SETTLE_PAID,
    RA_SETTLE_DECLARED,
    RA_SETTLE_TAX_INSIDE,
    RA_SETTLE_FIELDS
} ra_settle_field;

#define RA_SETTLE_AMOUNTS (RA_SETTLE_FIELDS - RA_SETTLE_TEXTS)

/* Alternatives; texts are parts of the profile's text. */
typedef struct ra_settle_names {
    ra_str names[RA_SETTLE_NAMES];
    size_t count;
} ra_settle_names;

typedef struct ra_settle_term {
    ra_settle_field field;
    bool subtract;
    ra_settle_names columns;
} ra_settle_term;

typedef struct ra_settle_debit {
    ra_settle_field field;
    ra_settle_names column;
    ra_str text;
} ra_settle_debit;

typedef struct ra_settle_part {
    ra_str label;
    ra_settle_names columns; /* amount, optionally its type */
} ra_settle_part;

typedef struct ra_settle_rule {
    ra_move_kind kind;
    ra_str pattern;
} ra_settle_rule;

/* Digits of a currency that differ from ISO 4217's. */
typedef struct ra_settle_digits {
    char currency[4];
    uint8_t digits; /* at most 9 */
} ra_settle_digits;

typedef enum ra_settle_derive { RA_DERIVE_NONE, RA_DERIVE_FEE, RA_DERIVE_GROSS } ra_settle_derive;

typedef struct ra_settle_profile {
    ra_str name, title;
    ra_settle_term terms[RA_SETTLE_TERMS];
    ra_settle_rule rules[RA_SETTLE_RULES];
    ra_settle_names needs[RA_SETTLE_FEW];
    ra_settle_debit debits[RA_SETTLE_FEW];
    ra_settle_part parts[RA_SETTLE_FEW];
    ra_str records[RA_SETTLE_FEW]; /* the first is read, the others are passed over */
    ra_str counter, section;       /* codes among them; empty: nothing is counted */
    size_t term_count, rule_count, need_count, debit_count, part_count, record_count;
    bool flips[RA_MOVE_KINDS];
    ra_move_kind negatives[RA_MOVE_KINDS], positives[RA_MOVE_KINDS]; /* RA_MOVE_UNKNOWN: itself */
    ra_settle_digits units[RA_SETTLE_FEW];
    size_t unit_count;
    ra_settle_derive derive;
    bool fees_any, minor, proved, bare;
    ra_settle_sign sign;   /* RA_SIGN_EITHER: what the file tells */
    ra_settle_order order; /* RA_ORDER_EITHER: what the file tells */
    ra_str zone_name;      /* empty: the caller's */
    uint64_t zone_row;
    bool has_zone; /* `zone` is that of the name */
    ra_zone zone;
    char currency[4];
    ra_str empty;
    ra_str refusal; /* empty: files of this kind are read */
} ra_settle_profile;

/* Read a textual profile; it borrows from `text`. RA_BAD_FORMAT: error->row is the line and
 * error->message says what is wrong. Whether there is a zone of its name is for the next one. */
ra_status ra_settle_profile_parse(ra_str text, ra_settle_profile *out,
                                  ra_error *error) RA_MUST_CHECK;

/* Give the profile the zone it names: one of ra_zone_named, else `known`, the caller's with changes
 * or NULL (borrowed changes). RA_BAD_FORMAT as above when it has neither. */
ra_status ra_settle_profile_zone(ra_settle_profile *profile, const ra_zone *known,
                                 ra_error *error) RA_MUST_CHECK;

/* The first rule that fits; RA_MOVE_UNKNOWN when none does. */
ra_move_kind ra_settle_kind(const ra_settle_profile *profile, ra_str match);

/* Equal but for the case of ASCII letters, repeated blanks and blanks at the ends. */
bool ra_settle_name_equal(ra_str a, ra_str b);

#endif

/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Status codes of every fallible call, and the place of an error in the input.
 *
 * A function that can fail returns ra_status; RA_OK is 0. Details go to a caller-supplied
 * ra_error, which owns nothing: `message` is always a constant string. */
#ifndef RA_BASE_STATUS_H
#define RA_BASE_STATUS_H

#include <stdint.h>

#if defined(__GNUC__)
#define RA_MUST_CHECK __attribute__((warn_unused_result))
#else
#define RA_MUST_CHECK
#endif

/* One table: enumerator, stable name shown to users and stored as a reason, meaning. */
#define RA_STATUS_TABLE(X)                                                                         \
    X(RA_OK, "ok", "no error")                                                                     \
    X(RA_END, "end", "no further record")                                                          \
    X(RA_NO_MEMORY, "no_memory", "the memory limit was reached")                                   \
    X(RA_BAD_ARGUMENT, "bad_argument", "the engine was called with an unusable argument")          \
    X(RA_READ_FAILED, "read_failed", "the file could not be read")                                 \
    X(RA_BAD_FORMAT, "bad_format", "the file is not of the expected format")                       \
    X(RA_BAD_SYNTAX, "bad_syntax", "the record is not well-formed")                                \
    X(RA_BAD_ENCODING, "bad_encoding", "the text is not valid UTF-8 or holds a NUL character")     \
    X(RA_TRUNCATED, "truncated", "the file ends in the middle of a record")                        \
    X(RA_TOO_DEEP, "too_deep", "the record is nested too deeply")                                  \
    X(RA_TOO_LARGE, "too_large", "the record is larger than the limit")                            \
    X(RA_DUPLICATE_KEY, "duplicate_key", "a field occurs twice in one object")                     \
    X(RA_MISSING_FIELD, "missing_field", "a required field is missing")                            \
    X(RA_BAD_TYPE, "bad_type", "a field holds a value of the wrong type")                          \
    X(RA_BAD_NUMBER, "bad_number", "a number cannot be read exactly")                              \
    X(RA_BAD_DATE, "bad_date", "a date cannot be read")                                            \
    X(RA_OVERFLOW, "overflow", "an amount is out of range")                                        \
    X(RA_UNKNOWN_PRODUCT, "unknown_product", "no product is known for a line")                     \
    X(RA_UNKNOWN_TAX, "unknown_tax", "no tax is mapped for a rate of the shop")                    \
    X(RA_UNKNOWN_CURRENCY, "unknown_currency", "the currency is unknown or inactive")              \
    X(RA_UNKNOWN_CUSTOMER, "unknown_customer", "no customer could be found or created")            \
    X(RA_FOREIGN_CUSTOMER, "foreign_customer", "the contact belongs to another company")           \
    X(RA_UNKNOWN_STATUS, "unknown_status", "the channel has no rule for the order's status")       \
    X(RA_STATUS_REFUSED, "status_refused", "the channel refuses orders of this status")            \
    X(RA_TOTAL_MISMATCH, "total_mismatch", "the lines do not add up to the order's total")         \
    X(RA_NOT_REPRODUCIBLE, "not_reproducible", "the native lane cannot reproduce this record")     \
    X(RA_DUPLICATE_CONTENT, "duplicate_content",                                                   \
      "the same customer ordered the same at about the same time under another reference")         \
    X(RA_DUPLICATE_SUSPECTED, "duplicate_suspected",                                               \
      "the order resembles another one of about the same time")                                    \
    X(RA_DB_FAILED, "db_failed", "the database refused the rows")                                  \
    X(RA_INTERRUPTED, "interrupted", "the operation was interrupted")

typedef enum ra_status {
#define RA_STATUS_ENUM(code, name, text) code,
    RA_STATUS_TABLE(RA_STATUS_ENUM)
#undef RA_STATUS_ENUM
        RA_STATUS_COUNT
} ra_status;

/* Where and why an input was refused. `row` counts records from 1 (0: not known); `offset` is the
 * byte position in the file from 0; `field` names the field in the source's own words or is NULL.
 */
typedef struct ra_error {
    ra_status code;
    uint64_t row;
    uint64_t offset;
    const char *field;
    const char *message;
} ra_error;

/* The stable lower-case name ("bad_number") or meaning of a code; never NULL. */
const char *ra_status_name(ra_status code);
const char *ra_status_text(ra_status code);

/* Fill *error (when not NULL) and return `code`, so that callers can `return ra_fail(...)`. */
ra_status ra_fail(ra_error *error, ra_status code, const char *field, const char *message);

#endif

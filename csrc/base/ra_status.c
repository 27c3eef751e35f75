/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Names and meanings of the status codes. */
#include "base/ra_status.h"

#include <stddef.h>

static const char *const names[] = {
#define RA_STATUS_NAME(code, name, text) name,
    RA_STATUS_TABLE(RA_STATUS_NAME)
#undef RA_STATUS_NAME
};

static const char *const texts[] = {
#define RA_STATUS_MEANING(code, name, text) text,
    RA_STATUS_TABLE(RA_STATUS_MEANING)
#undef RA_STATUS_MEANING
};

const char *ra_status_name(ra_status code) {
    return (unsigned)code < RA_STATUS_COUNT ? names[code] : "unknown";
}

const char *ra_status_text(ra_status code) {
    return (unsigned)code < RA_STATUS_COUNT ? texts[code] : "an unknown status";
}

ra_status ra_fail(ra_error *error, ra_status code, const char *field, const char *message) {
    if (error != NULL) {
        error->code = code;
        error->field = field;
        error->message = message;
    }
    return code;
}

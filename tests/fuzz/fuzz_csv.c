/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Any bytes as a csv file. */
#include "fuzz_read.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    return fuzz_format(data, size, RA_FORMAT_CSV);
}

/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Rounds what the oracle asks for. Reads "WHAT A B" a line, doubles as hexadecimal bits, and
 * answers with bits or a small integer. */
#include "price/ra_round.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static double from_bits(uint64_t bits) {
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static uint64_t to_bits(double value) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

int main(void) {
    char what;
    uint64_t first, second;
    while (scanf(" %c %" SCNx64 " %" SCNx64, &what, &first, &second) == 3) {
        double a = from_bits(first), b = from_bits(second);
        if (what == 'r') {
            printf("%" PRIx64 "\n", to_bits(ra_float_round(a, b)));
        } else if (what == 'd') {
            printf("%" PRIx64 "\n", to_bits(ra_float_round_digits(a, (int)second)));
        } else if (what == 'z') {
            printf("%d\n", ra_float_is_zero(a, b));
        } else {
            return 2;
        }
    }
    return feof(stdin) ? 0 : 1;
}

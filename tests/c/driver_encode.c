/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Encodes what the oracle asks for. `driver_encode` reads one field a line and writes a binary
 * COPY stream; `driver_encode repr` reads doubles as hexadecimal bits and writes their repr. */
#include "canonical/ra_double.h"
#include "write/ra_encode.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static double from_bits(const char *hex) {
    uint64_t bits = strtoull(hex, NULL, 16);
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static unsigned nibble(char digit) {
    return (unsigned)(digit <= '9' ? digit - '0' : digit - 'a' + 10);
}

/* Decodes in place. */
static ra_str from_hex(char *hex) {
    size_t length = strlen(hex) / 2;
    for (size_t i = 0; i < length; i++) {
        hex[i] = (char)(nibble(hex[2 * i]) << 4 | nibble(hex[2 * i + 1]));
    }
    return (ra_str){hex, length};
}

static ra_decimal from_decimal(const char *text) {
    char *end = NULL;
    ra_decimal value = {.coefficient = strtoll(text, &end, 10)};
    value.scale = (uint8_t)strtol(end, NULL, 10);
    return value;
}

/* One letter, then the value. */
static bool encode(ra_buffer *buffer, char *line) {
    char *value = line + 1;
    switch (line[0]) {
    case 'T':
        ra_copy_tuple(buffer, (int16_t)strtol(value, NULL, 10));
        return true;
    case 'N':
        ra_copy_null(buffer);
        return true;
    case 'i':
        ra_copy_int4(buffer, (int32_t)strtol(value, NULL, 10));
        return true;
    case 'I':
        ra_copy_int8(buffer, strtoll(value, NULL, 10));
        return true;
    case 'f':
        ra_copy_float8(buffer, from_bits(value));
        return true;
    case 'd':
        ra_copy_numeric_double(buffer, from_bits(value));
        return true;
    case 'n':
        ra_copy_numeric(buffer, from_decimal(value));
        return true;
    case 't':
        ra_copy_text(buffer, from_hex(value));
        return true;
    case 'j':
        ra_copy_jsonb(buffer, from_hex(value));
        return true;
    case 's':
        ra_copy_timestamp(buffer, strtoll(value, NULL, 10));
        return true;
    default:
        return false;
    }
}

static int write_reprs(void) {
    char line[64];
    char text[32];
    while (fgets(line, sizeof line, stdin) != NULL) {
        ra_double_repr(from_bits(line), text);
        puts(text);
    }
    return 0;
}

static int write_copy(void) {
    int code = 1;
    char *line = NULL;
    size_t room = 0;
    ssize_t length = 0;
    ra_buffer buffer;
    ra_buffer_init(&buffer, NULL);
    ra_copy_header(&buffer);
    while ((length = getline(&line, &room, stdin)) > 0) {
        if (line[length - 1] == '\n') line[length - 1] = '\0';
        if (!encode(&buffer, line)) goto cleanup;
    }
    ra_copy_trailer(&buffer);
    if (buffer.failed) goto cleanup;
    if (fwrite(buffer.data, 1, buffer.size, stdout) == buffer.size) code = 0;

cleanup:
    ra_buffer_free(&buffer);
    free(line);
    return code;
}

int main(int argc, char **argv) {
    if (argc == 2 && strcmp(argv[1], "repr") == 0) return write_reprs();
    return write_copy();
}

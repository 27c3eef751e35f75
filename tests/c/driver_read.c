/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Reads a file from standard input for the oracles written in Python.
 *
 *   driver_read orders|records|pack FORMAT [KEY=VALUE ...]   one JSON line a record, then the end
 *   driver_read decimal                                      one number a line
 *
 * Keys: offset, row (resume), record, depth (limits), piece (bytes a read returns at most),
 * grouped (records: objects of arrays). `pack` writes the orders as one msgpack stream. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "canonical/ra_key.h"
#include "canonical/ra_pack.h"
#include "canonical/ra_schema.h"
#include "read/ra_split.h"

typedef struct source {
    char *data;
    size_t size, at, piece;
} source;

static int64_t read_source(void *context, void *buffer, size_t size) {
    source *in = context;
    size_t count = in->size - in->at < size ? in->size - in->at : size;
    if (in->piece > 0 && count > in->piece) count = in->piece;
    if (count > 0) memcpy(buffer, in->data + in->at, count);
    in->at += count;
    return (int64_t)count;
}

static bool seek_source(void *context, uint64_t offset) {
    source *in = context;
    if (offset > in->size) return false;
    in->at = (size_t)offset;
    return true;
}

static bool load(source *in) {
    size_t capacity = 0, got;
    do {
        if (in->size == capacity) {
            capacity = capacity == 0 ? 65536 : capacity * 2;
            char *data = realloc(in->data, capacity);
            if (data == NULL) return false;
            in->data = data;
        }
        got = fread(in->data + in->size, 1, capacity - in->size, stdin);
        in->size += got;
    } while (got > 0);
    return true;
}

/* ---- output ---- */

static void print_text(ra_str text) {
    putchar('"');
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if (c == '"' || c == '\\') {
            printf("\\%c", c);
        } else if (c < 0x20) {
            printf("\\u%04x", c);
        } else {
            putchar(c);
        }
    }
    putchar('"');
}

static void print_record(const ra_schema *schema, const void *record);

static void print_list(const ra_schema_field *field, const void *record) {
    const char *items;
    size_t count = ra_schema_items(field, record, &items);
    putchar('[');
    for (size_t i = 0; i < count; i++) {
        if (i > 0) putchar(',');
        print_record(field->item, items + i * field->item->size);
    }
    putchar(']');
}

static void print_value(const ra_schema_field *field, const void *record) {
    const void *value = (const char *)record + field->offset;
    char text[24];
    switch (field->type) {
    case RA_SCHEMA_TEXT:
        print_text(*(const ra_str *)value);
        break;
    case RA_SCHEMA_DECIMAL:
        (void)ra_decimal_format(*(const ra_decimal *)value, text);
        printf("\"%s\"", text);
        break;
    case RA_SCHEMA_TIME:
        if (*(const int64_t *)value == RA_NO_TIME) {
            printf("null");
        } else {
            printf("%" PRId64, *(const int64_t *)value);
        }
        break;
    case RA_SCHEMA_BOOL:
        printf(*(const bool *)value ? "true" : "false");
        break;
    case RA_SCHEMA_KIND:
        printf("%d", (int)*(const ra_line_kind *)value);
        break;
    case RA_SCHEMA_PART:
        print_record(field->item, value);
        break;
    case RA_SCHEMA_LIST:
        print_list(field, record);
        break;
    }
}

static void print_record(const ra_schema *schema, const void *record) {
    putchar('{');
    for (size_t i = 0; i < schema->count; i++) {
        if (i > 0) putchar(',');
        print_text(schema->fields[i].name);
        putchar(':');
        print_value(&schema->fields[i], record);
    }
    putchar('}');
}

static void print_error(const ra_error *error) {
    printf("{\"code\":\"%s\",\"row\":%" PRIu64 ",\"offset\":%" PRIu64 ",\"field\":",
           ra_status_name(error->code), error->row, error->offset);
    if (error->field == NULL) {
        printf("null}");
    } else {
        printf("\"%s\"}", error->field);
    }
}

static void print_place(uint64_t row, uint64_t offset, uint64_t end, const ra_error *error) {
    printf("{\"row\":%" PRIu64 ",\"offset\":%" PRIu64 ",\"end\":%" PRIu64 ",\"error\":", row,
           offset, end);
    print_error(error);
}

static void print_key(const char *name, ra_key key) {
    char hex[RA_KEY_HEX];
    ra_key_to_hex(key, hex);
    printf(",\"%s\":\"%s\"", name, hex);
}

static bool print_order(const ra_order *order, ra_arena *arena) {
    ra_party_keys parties;
    if (ra_key_parties(order, RA_STR("shop"), arena, &parties) != RA_OK) return false;
    print_place(order->row, order->offset, order->end, &order->error);
    printf(",\"size\":%zu", order->raw.len);
    print_key("content", ra_key_content(order));
    print_key("customer", parties.customer);
    print_key("invoice", parties.invoice);
    print_key("delivery", parties.delivery);
    printf(",\"order\":");
    print_record(&ra_order_schema, order);
    printf("}\n");
    return true;
}

static bool write_packed(const ra_order *order, ra_arena *arena) {
    ra_str packed;
    if (order->error.code != RA_OK || ra_order_pack(order, arena, &packed) != RA_OK) return false;
    return fwrite(packed.ptr, 1, packed.len, stdout) == packed.len;
}

static int finish(ra_status status, ra_error *error, bool packing) {
    error->code = status;
    if (!packing) {
        printf("{\"ended\":");
        print_error(error);
        printf("}\n");
    }
    return status == RA_END || !packing ? 0 : 1;
}

/* ---- modes ---- */

static int run_orders(ra_input input, const ra_reader_options *options, bool packing) {
    ra_reader *reader = NULL;
    ra_error error = {.code = RA_OK};
    ra_arena arena;
    ra_arena_init(&arena, 0, NULL);
    bool well = true;
    ra_status status = ra_reader_open(input, options, NULL, &reader, &error);
    while (status == RA_OK && well) {
        ra_order order;
        status = ra_reader_next(reader, &arena, &order, &error);
        if (status != RA_OK) break;
        well = packing ? write_packed(&order, &arena) : print_order(&order, &arena);
        ra_arena_reset(&arena);
    }
    ra_reader_close(reader);
    ra_arena_free(&arena);
    return well ? finish(status, &error, packing) : 1;
}

static int run_records(ra_input input, const ra_reader_options *options, bool grouped) {
    ra_splitter *splitter = NULL;
    ra_error error = {.code = RA_OK};
    ra_record record;
    ra_status status = ra_splitter_open(input, options, grouped, NULL, &splitter, &error);
    while (status == RA_OK && (status = ra_splitter_next(splitter, &record, &error)) == RA_OK) {
        print_place(record.row, record.offset, record.end, &record.error);
        printf(",\"group\":");
        print_text(record.group);
        printf(",\"text\":");
        print_text(record.text);
        printf("}\n");
    }
    ra_splitter_close(splitter);
    return finish(status, &error, false);
}

static int run_decimal(source *in) {
    const char *line = in->data, *last = in->data + in->size;
    while (line < last) {
        const char *end = memchr(line, '\n', (size_t)(last - line));
        if (end == NULL) end = last;
        ra_decimal value;
        char text[24];
        ra_status status = ra_decimal_parse((ra_str){line, (size_t)(end - line)}, &value);
        if (status == RA_OK) {
            (void)ra_decimal_format(value, text);
            printf("%s %a\n", text, ra_decimal_to_double(value));
        } else {
            printf("%s\n", ra_status_name(status));
        }
        line = end + 1;
    }
    return 0;
}

static ra_format format_from(const char *name) {
    if (strcmp(name, "json") == 0) return RA_FORMAT_JSON;
    if (strcmp(name, "csv") == 0) return RA_FORMAT_CSV;
    if (strcmp(name, "msgpack") == 0) return RA_FORMAT_MSGPACK;
    return RA_FORMAT_AUTO;
}

static void read_setting(const char *text, ra_reader_options *options, source *in, bool *grouped) {
    const char *equals = strchr(text, '=');
    if (equals == NULL) return;
    unsigned long long value = strtoull(equals + 1, NULL, 10);
    if (strncmp(text, "offset=", 7) == 0) options->start_offset = value;
    if (strncmp(text, "row=", 4) == 0) options->start_row = value;
    if (strncmp(text, "record=", 7) == 0) options->max_record = (size_t)value;
    if (strncmp(text, "depth=", 6) == 0) options->max_depth = (uint32_t)value;
    if (strncmp(text, "piece=", 6) == 0) in->piece = (size_t)value;
    if (strncmp(text, "grouped=", 8) == 0) *grouped = value != 0;
}

int main(int argc, char **argv) {
    source in = {.data = NULL};
    ra_reader_options options = {.format = RA_FORMAT_AUTO};
    bool grouped = false;
    int result = 2;
    if (argc < 2 || !load(&in)) goto cleanup;
    if (argc > 2) options.format = format_from(argv[2]);
    for (int i = 3; i < argc; i++)
        read_setting(argv[i], &options, &in, &grouped);
    ra_input input = {read_source, seek_source, &in};
    if (strcmp(argv[1], "decimal") == 0) result = run_decimal(&in);
    if (strcmp(argv[1], "orders") == 0) result = run_orders(input, &options, false);
    if (strcmp(argv[1], "pack") == 0) result = run_orders(input, &options, true);
    if (strcmp(argv[1], "records") == 0) result = run_records(input, &options, grouped);
cleanup:
    free(in.data);
    return result;
}

/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Walk over the top level of a JSON file and cut its records out. */
#include "read/ra_split_stream.h"

#include <string.h>

#include "read/ra_json_scan.h"

#define GROUP_NAME_LIMIT 256u
#define FIRST_LINE_LIMIT ((size_t)1024 * 1024)

typedef enum layout {
    LAYOUT_LIST,   /* [record, record] */
    LAYOUT_GROUPS, /* {"name": [record, record], ...} */
    LAYOUT_OBJECT, /* {record}, not yet known whether alone or the first of many */
    LAYOUT_LINES,  /* one record a line */
    LAYOUT_STREAM  /* records behind each other, a record may span lines */
} layout;

typedef enum place {
    PLACE_FIRST, /* behind the opening bracket of a list */
    PLACE_NEXT,  /* behind a record of a list */
    PLACE_VALUE, /* behind a comma of a list */
    PLACE_GROUP_FIRST,
    PLACE_GROUP_NEXT,
    PLACE_GROUP_NAME,
    PLACE_BEHIND /* the outermost bracket is closed */
} place;

struct ra_splitter {
    ra_stream stream;
    const ra_allocator *allocator;
    size_t max_record;
    uint32_t max_depth;
    layout layout;
    place place;
    uint64_t row;
    uint64_t skip_until; /* grouped: records that end up to here are known already */
    bool first_spans_lines;
    ra_json_scan scan;
    char group[GROUP_NAME_LIMIT];
    size_t group_length;
};

/* The stream ends here: `row` is that of the record that could not be found. */
static ra_status stop(const ra_splitter *splitter, ra_status code, const char *message,
                      ra_error *error) {
    if (error != NULL) {
        error->row = splitter->row + 1;
        error->offset = ra_stream_offset(&splitter->stream);
    }
    return ra_fail(error, code, NULL, message);
}

static ra_status input_failed(const ra_splitter *splitter, ra_status code, ra_error *error) {
    return stop(splitter, code, ra_status_text(code), error);
}

static ra_status cut_off(const ra_splitter *splitter, ra_error *error) {
    return stop(splitter, RA_TRUNCATED, "the file ends before its closing bracket", error);
}

static char byte(const ra_splitter *splitter) {
    return splitter->stream.data[splitter->stream.at];
}

/* The next byte that is no blank must be there. */
static ra_status need_byte(ra_splitter *splitter, ra_error *error) {
    ra_status status = ra_stream_skip_blanks(&splitter->stream);
    if (status == RA_END) return cut_off(splitter, error);
    if (status != RA_OK) return input_failed(splitter, status, error);
    return RA_OK;
}

/* ---- objects of arrays ---- */

static ra_status read_group_name(ra_splitter *splitter, ra_error *error) {
    ra_stream *stream = &splitter->stream;
    bool escaped = false;
    splitter->group_length = 0;
    for (;; stream->at++) {
        if (stream->at == stream->end) {
            ra_status status = ra_stream_fill(stream, stream->at);
            if (status == RA_END) return cut_off(splitter, error);
            if (status != RA_OK) return input_failed(splitter, status, error);
        }
        char c = byte(splitter);
        if (c == '"' && !escaped) break;
        if (splitter->group_length == GROUP_NAME_LIMIT) {
            return stop(splitter, RA_TOO_LARGE, "a member's name is too long", error);
        }
        if ((unsigned char)c < 0x20) {
            return stop(splitter, RA_BAD_SYNTAX, "a member's name is not closed", error);
        }
        escaped = c == '\\' && !escaped;
        splitter->group[splitter->group_length++] = c;
    }
    stream->at++;
    return RA_OK;
}

/* Behind the name: the colon and the bracket that opens the member's list. */
static ra_status open_group(ra_splitter *splitter, ra_error *error) {
    ra_status status = read_group_name(splitter, error);
    if (status == RA_OK) status = need_byte(splitter, error);
    if (status != RA_OK) return status;
    if (byte(splitter) != ':') return stop(splitter, RA_BAD_SYNTAX, "a colon is missing", error);
    splitter->stream.at++;
    status = need_byte(splitter, error);
    if (status != RA_OK) return status;
    if (byte(splitter) != '[') {
        return stop(splitter, RA_BAD_FORMAT, "a member of the object is not a list", error);
    }
    splitter->stream.at++;
    splitter->place = PLACE_FIRST;
    return RA_OK;
}

static ra_status enter_group(ra_splitter *splitter, ra_error *error) {
    char c = byte(splitter);
    bool may_close = splitter->place != PLACE_GROUP_NAME;
    if (c == '}' && may_close) {
        splitter->stream.at++;
        splitter->place = PLACE_BEHIND;
        return RA_OK;
    }
    if (splitter->place == PLACE_GROUP_NEXT) {
        if (c != ',') return stop(splitter, RA_BAD_SYNTAX, "a comma is missing", error);
        splitter->stream.at++;
        splitter->place = PLACE_GROUP_NAME;
        return RA_OK;
    }
    if (c != '"') return stop(splitter, RA_BAD_SYNTAX, "a member's name is missing", error);
    splitter->stream.at++;
    return open_group(splitter, error);
}

/* ---- the way to the next record ---- */

/* One step inside a list; *found when the stream is at a record's first byte. */
static ra_status step_in_list(ra_splitter *splitter, bool *found, ra_error *error) {
    char c = byte(splitter);
    if (c == ']' && splitter->place != PLACE_VALUE) {
        splitter->stream.at++;
        splitter->place = splitter->layout == LAYOUT_GROUPS ? PLACE_GROUP_NEXT : PLACE_BEHIND;
        return RA_OK;
    }
    if (splitter->place == PLACE_NEXT) {
        if (c != ',') return stop(splitter, RA_BAD_SYNTAX, "a comma is missing", error);
        splitter->stream.at++;
        splitter->place = PLACE_VALUE;
        return RA_OK;
    }
    if (c == ',' || c == ']' || c == '}') {
        return stop(splitter, RA_BAD_SYNTAX, "a record is missing", error);
    }
    *found = true;
    return RA_OK;
}

static ra_status find_in_brackets(ra_splitter *splitter, ra_error *error) {
    bool found = false;
    while (!found) {
        if (splitter->place == PLACE_BEHIND) {
            ra_status status = ra_stream_skip_blanks(&splitter->stream);
            if (status == RA_END) return RA_END;
            if (status != RA_OK) return input_failed(splitter, status, error);
            return stop(splitter, RA_BAD_SYNTAX, "data behind the closing bracket", error);
        }
        ra_status status = need_byte(splitter, error);
        if (status != RA_OK) return status;
        if (splitter->place >= PLACE_GROUP_FIRST) {
            status = enter_group(splitter, error);
        } else {
            status = step_in_list(splitter, &found, error);
        }
        if (status != RA_OK) return status;
    }
    return RA_OK;
}

/* Behind the first object of a file: does its line end here? */
static ra_status choose_layout(ra_splitter *splitter, ra_error *error) {
    ra_stream *stream = &splitter->stream;
    splitter->layout = LAYOUT_STREAM;
    if (splitter->first_spans_lines) return RA_OK;
    for (;; stream->at++) {
        if (stream->at == stream->end) {
            ra_status status = ra_stream_fill(stream, stream->at);
            if (status == RA_END) break;
            if (status != RA_OK) return input_failed(splitter, status, error);
        }
        char c = byte(splitter);
        if (c == '\n') break;
        if (c != ' ' && c != '\t' && c != '\r') return RA_OK;
    }
    splitter->layout = LAYOUT_LINES;
    return RA_OK;
}

/* *length: of the line that begins at stream->at, if the file goes on behind it; else 0. */
static ra_status measure_line(ra_stream *stream, size_t *length) {
    size_t seen = 0;
    *length = 0;
    while (seen <= FIRST_LINE_LIMIT) {
        const char *line = stream->data + stream->at;
        size_t size = stream->end - stream->at;
        const char *newline = memchr(line + seen, '\n', size - seen);
        size_t next = newline == NULL ? size : (size_t)(newline - line) + 1;
        if (next < size) {
            *length = next;
            return RA_OK;
        }
        seen = newline == NULL ? size : next - 1;
        ra_status status = ra_stream_fill(stream, stream->at);
        if (status != RA_OK) return status == RA_END ? RA_OK : status;
    }
    return RA_OK;
}

/* The first line of a file of lines may be a broken one, whose end no bracket tells. Whoever
 * spreads an object over lines begins with the bracket alone, and has no line break in a text. */
static ra_status look_for_lines(ra_splitter *splitter, ra_error *error) {
    ra_stream *stream = &splitter->stream;
    size_t length, at = 0;
    ra_status status = measure_line(stream, &length);
    if (status != RA_OK) return input_failed(splitter, status, error);
    if (length == 0) return RA_OK;
    const char *line = stream->data + stream->at;
    bool alone = strspn(line + 1, " \t\r") + 2 >= length;
    ra_json_scan_start(&splitter->scan);
    ra_scan_end end = ra_json_scan_run(&splitter->scan, line, length, &at);
    bool next = line[length] == '{' && !alone;
    if (end != RA_SCAN_DONE && (splitter->scan.in_string || next)) splitter->layout = LAYOUT_LINES;
    return RA_OK;
}

static ra_status find_behind_object(ra_splitter *splitter, ra_error *error) {
    if (splitter->layout == LAYOUT_OBJECT && splitter->row > 0) {
        ra_status status = choose_layout(splitter, error);
        if (status != RA_OK) return status;
    } else if (splitter->layout == LAYOUT_OBJECT) {
        ra_status status = look_for_lines(splitter, error);
        if (status != RA_OK) return status;
    }
    ra_status status = ra_stream_skip_blanks(&splitter->stream);
    if (status == RA_END) return RA_END;
    if (status != RA_OK) return input_failed(splitter, status, error);
    if (splitter->layout != LAYOUT_LINES && byte(splitter) != '{') {
        return stop(splitter, RA_BAD_SYNTAX, "data between the records", error);
    }
    return RA_OK;
}

/* ---- cutting a record out ---- */

/* Find the record's end from the byte stream->at, which is its first. The record's bytes are kept
 * up to the limit; *start is their index, or SIZE_MAX when there were too many. */
static ra_status scan_value(ra_splitter *splitter, size_t *start, ra_scan_end *end) {
    ra_stream *stream = &splitter->stream;
    uint64_t first = ra_stream_offset(stream);
    *start = stream->at;
    ra_json_scan_start(&splitter->scan);
    for (;;) {
        *end = ra_json_scan_run(&splitter->scan, stream->data, stream->end, &stream->at);
        if (ra_stream_offset(stream) - first > splitter->max_record) *start = SIZE_MAX;
        if (*end != RA_SCAN_MORE) return RA_OK;
        ra_status status = ra_stream_fill(stream, *start == SIZE_MAX ? stream->at : *start);
        if (*start != SIZE_MAX) *start = 0;
        if (status != RA_OK) return status;
    }
}

/* The same for a record that ends with its line. */
static ra_status scan_line(ra_splitter *splitter, size_t *start, bool *ended) {
    ra_stream *stream = &splitter->stream;
    uint64_t first = ra_stream_offset(stream);
    *start = stream->at;
    for (;;) {
        size_t left = stream->end - stream->at;
        const char *newline = left == 0 ? NULL : memchr(stream->data + stream->at, '\n', left);
        stream->at = newline == NULL ? stream->end : (size_t)(newline - stream->data);
        if (ra_stream_offset(stream) - first > splitter->max_record) *start = SIZE_MAX;
        *ended = newline != NULL;
        if (*ended) return RA_OK;
        ra_status status = ra_stream_fill(stream, *start == SIZE_MAX ? stream->at : *start);
        if (*start != SIZE_MAX) *start = 0;
        if (status == RA_END) return RA_OK;
        if (status != RA_OK) return status;
    }
}

static ra_str trimmed(const char *ptr, size_t length) {
    while (length > 0 && strchr(" \t\r\n", ptr[length - 1]) != NULL && ptr[length - 1] != '\0') {
        length--;
    }
    return (ra_str){ptr, length};
}

static void finish_record(ra_splitter *splitter, size_t start, ra_record *record) {
    ra_stream *stream = &splitter->stream;
    record->row = ++splitter->row;
    record->end = ra_stream_offset(stream);
    if (start == SIZE_MAX) {
        record->error = (ra_error){.row = record->row, .offset = record->offset};
        (void)ra_fail(&record->error, RA_TOO_LARGE, NULL, "the record is larger than the limit");
        return;
    }
    record->text = trimmed(stream->data + start, stream->at - start);
    record->end = record->offset + record->text.len;
    if (splitter->scan.deepest > splitter->max_depth) {
        record->error = (ra_error){.row = record->row, .offset = record->offset};
        (void)ra_fail(&record->error, RA_TOO_DEEP, NULL, "the record is nested too deeply");
    }
}

/* The record that begins at `offset` cannot be delimited. */
static ra_status broken_off(const ra_splitter *splitter, uint64_t offset, ra_status code,
                            ra_error *error) {
    const char *message = "the file ends in the middle of a record";
    if (code == RA_BAD_SYNTAX) message = "a bracket closes what another kind opened";
    if (code == RA_READ_FAILED || code == RA_NO_MEMORY) message = ra_status_text(code);
    (void)stop(splitter, code, message, error);
    if (error != NULL) error->offset = offset;
    return code;
}

static ra_status take_value(ra_splitter *splitter, ra_record *record, ra_error *error) {
    size_t start;
    ra_scan_end end;
    ra_status status = scan_value(splitter, &start, &end);
    if (status == RA_END) status = RA_TRUNCATED;
    if (status == RA_OK && end == RA_SCAN_MISMATCH) status = RA_BAD_SYNTAX;
    if (status != RA_OK) return broken_off(splitter, record->offset, status, error);
    finish_record(splitter, start, record);
    if (splitter->layout == LAYOUT_OBJECT) {
        splitter->first_spans_lines =
            record->text.len == 0 || memchr(record->text.ptr, '\n', record->text.len) != NULL;
    }
    if (splitter->layout == LAYOUT_LIST || splitter->layout == LAYOUT_GROUPS) {
        splitter->place = PLACE_NEXT;
    }
    return RA_OK;
}

static ra_status take_line(ra_splitter *splitter, ra_record *record, ra_error *error) {
    size_t start;
    bool ended;
    ra_status status = scan_line(splitter, &start, &ended);
    if (status != RA_OK) return broken_off(splitter, record->offset, status, error);
    ra_json_scan *scan = &splitter->scan;
    ra_json_scan_start(scan);
    ra_scan_end end = RA_SCAN_DONE;
    if (start != SIZE_MAX) {
        size_t at = start;
        end = ra_json_scan_run(scan, splitter->stream.data, splitter->stream.at, &at);
    }
    bool open = end == RA_SCAN_MORE && (scan->in_string || scan->depth > 0);
    if (!ended && open) return broken_off(splitter, record->offset, RA_TRUNCATED, error);
    finish_record(splitter, start, record);
    return RA_OK;
}

static ra_status next_record(ra_splitter *splitter, ra_record *record, ra_error *error) {
    bool brackets = splitter->layout == LAYOUT_LIST || splitter->layout == LAYOUT_GROUPS;
    ra_status status =
        brackets ? find_in_brackets(splitter, error) : find_behind_object(splitter, error);
    if (status != RA_OK) return status;
    record->offset = ra_stream_offset(&splitter->stream);
    if (splitter->layout == LAYOUT_GROUPS) {
        record->group = (ra_str){splitter->group, splitter->group_length};
    }
    if (splitter->layout == LAYOUT_LINES) return take_line(splitter, record, error);
    return take_value(splitter, record, error);
}

ra_status ra_splitter_next(ra_splitter *splitter, ra_record *record, ra_error *error) {
    do {
        *record = (ra_record){.row = 0};
        ra_status status = next_record(splitter, record, error);
        if (status != RA_OK) return status;
    } while (record->end <= splitter->skip_until);
    return RA_OK;
}

/* ---- opening ---- */

/* Go to where an earlier reading stopped, with the state it had there. */
static ra_status resume(ra_splitter *splitter, const ra_reader_options *options, ra_error *error) {
    if (splitter->layout == LAYOUT_GROUPS) {
        /* The group's name is behind us: pass over the records that were handled. */
        splitter->skip_until = options->start_offset;
        return RA_OK;
    }
    if (splitter->layout == LAYOUT_OBJECT) {
        ra_record first = {.row = 0};
        ra_status status = next_record(splitter, &first, error);
        if (status == RA_OK && splitter->layout == LAYOUT_OBJECT) {
            status = choose_layout(splitter, error);
        }
        if (status != RA_OK) return status;
    } else {
        splitter->place = PLACE_NEXT;
    }
    splitter->row = options->start_row;
    ra_status status = ra_stream_go(&splitter->stream, options->start_offset);
    if (status == RA_END) return cut_off(splitter, error);
    if (status != RA_OK) return input_failed(splitter, status, error);
    return RA_OK;
}

static ra_status begin(ra_splitter *splitter, const ra_reader_options *options, bool grouped,
                       ra_error *error) {
    ra_status status = ra_stream_skip_blanks(&splitter->stream);
    if (status == RA_END) {
        splitter->place = PLACE_BEHIND; /* an empty file has no records */
        return RA_OK;
    }
    if (status != RA_OK) return input_failed(splitter, status, error);
    char c = byte(splitter);
    if (c != '{' && c != '[') {
        return stop(splitter, RA_BAD_FORMAT, "the file does not begin with [ or {", error);
    }
    if (c == '[' || grouped) splitter->stream.at++;
    if (c == '{') {
        splitter->layout = grouped ? LAYOUT_GROUPS : LAYOUT_OBJECT;
        splitter->place = PLACE_GROUP_FIRST;
    }
    return options->start_offset > 0 ? resume(splitter, options, error) : RA_OK;
}

ra_status ra_splitter_take(ra_stream stream, const ra_reader_options *options, bool grouped,
                           ra_splitter **out, ra_error *error) {
    *out = NULL;
    ra_splitter *splitter = ra_allocate(stream.allocator, sizeof *splitter);
    if (splitter == NULL) {
        ra_stream_close(&stream);
        return ra_fail(error, RA_NO_MEMORY, NULL, ra_status_text(RA_NO_MEMORY));
    }
    *splitter = (ra_splitter){.stream = stream, .allocator = stream.allocator};
    splitter->max_record = options->max_record != 0 ? options->max_record : RA_MAX_RECORD;
    splitter->max_depth = options->max_depth != 0 ? options->max_depth : RA_MAX_DEPTH;
    ra_status status = begin(splitter, options, grouped, error);
    if (status != RA_OK) {
        ra_splitter_close(splitter);
        return status;
    }
    *out = splitter;
    return RA_OK;
}

ra_status ra_splitter_open(ra_input input, const ra_reader_options *options, bool grouped,
                           const ra_allocator *allocator, ra_splitter **out, ra_error *error) {
    static const ra_reader_options defaults = {.format = RA_FORMAT_JSON};
    *out = NULL;
    ra_stream stream;
    ra_stream_init(&stream, input, allocator);
    ra_status status = ra_stream_skip_bom(&stream);
    if (status != RA_OK && status != RA_END) {
        ra_stream_close(&stream);
        return ra_fail(error, status, NULL, ra_status_text(status));
    }
    return ra_splitter_take(stream, options != NULL ? options : &defaults, grouped, out, error);
}

uint64_t ra_splitter_offset(const ra_splitter *splitter) {
    return ra_stream_offset(&splitter->stream);
}

void ra_splitter_close(ra_splitter *splitter) {
    if (splitter == NULL) return;
    ra_stream_close(&splitter->stream);
    ra_release(splitter->allocator, splitter);
}

/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* From yajl's events to a canonical order, after the shapes of ra_woo.h. */
#include "read/ra_read_woo.h"

#include <assert.h>
#include <setjmp.h>
#include <string.h>
#include <yajl/yajl_parse.h>

#include "read/ra_json_text.h"
#include "read/ra_limits.h"
#include "read/ra_text.h"
#include "read/ra_woo.h"

#define FRAME_LIMIT 8u /* order, list, line, list, tax is the deepest known nesting */

/* An object being filled, or a list whose objects are appended to an array. */
typedef struct frame {
    const ra_woo_shape *shape;   /* of the object, or of the list's items */
    const ra_woo_field *list;    /* set when this is a list */
    const ra_woo_field *pending; /* object: the member whose value comes next */
    void *target;                /* the object's target; a list's is that of the object it is in */
    uint64_t seen;               /* object: members met, one bit each */
} frame;

typedef struct builder {
    ra_str text;
    yajl_handle parser;
    ra_arena *arena;
    ra_woo_draft draft;
    frame frames[FRAME_LIMIT];
    size_t frame_count;
    uint32_t depth, max_depth;
    uint32_t passing;    /* brackets open inside a member that is passed over */
    ra_str *raw_target;  /* where the member being passed over is kept as text */
    size_t member_start; /* index just behind the last member's name */
    size_t items;
    bool no_memory;
} builder;

static const char malformed[] = "the record is not well-formed JSON";

static void refuse(builder *b, ra_status code, const char *field, const char *message) {
    ra_error *error = &b->draft.order.error;
    if (error->code != RA_OK) return;
    error->offset = yajl_get_bytes_consumed(b->parser);
    (void)ra_fail(error, code, field, message);
}

static int out_of_memory(builder *b) {
    b->no_memory = true;
    return 0;
}

static frame *top(builder *b) {
    return b->frame_count == 0 ? NULL : &b->frames[b->frame_count - 1];
}

static frame *push_frame(builder *b) {
    assert(b->frame_count < FRAME_LIMIT);
    frame *pushed = &b->frames[b->frame_count++];
    memset(pushed, 0, sizeof *pushed);
    return pushed;
}

static void *at(const frame *in, const ra_woo_field *field) {
    return (char *)in->target + field->offset;
}

/* ---- values ---- */

/* Borrow text that lies in the record, copy what the parser unescaped elsewhere. */
static bool keep_text(builder *b, ra_str text, ra_str *out) {
    uintptr_t start = (uintptr_t)b->text.ptr, ptr = (uintptr_t)text.ptr;
    if (text.len == 0) {
        *out = (ra_str){NULL, 0};
        return true;
    }
    if (ptr >= start && ptr < start + b->text.len) {
        *out = text;
        return true;
    }
    return ra_arena_copy(b->arena, text, out);
}

static int set_ref(builder *b, const ra_woo_field *field, ra_str text, bool number, ra_str *out) {
    if (number && !ra_text_is_id(text)) {
        refuse(b, RA_BAD_NUMBER, field->path, "an id is not a whole number");
        return 1;
    }
    if (field->type == RA_WOO_REF_OR_NONE && text.len == 1 && text.ptr[0] == '0') text.len = 0;
    return keep_text(b, text, out) ? 1 : out_of_memory(b);
}

static int set_money(builder *b, const ra_woo_field *field, ra_str text, ra_decimal *out) {
    if (text.len == 0) return 1;
    ra_decimal value;
    if (ra_decimal_parse(text, &value) == RA_OK) {
        *out = value;
    } else {
        refuse(b, RA_BAD_NUMBER, field->path, "a number cannot be read exactly");
    }
    return 1;
}

static int set_time(builder *b, const ra_woo_field *field, ra_str text, int64_t *out) {
    if (text.len > 0 && ra_time_parse(text, out) != RA_OK) {
        refuse(b, RA_BAD_DATE, field->path, "a date cannot be read");
    }
    return 1;
}

static int wrong_type(builder *b, const ra_woo_field *field) {
    static const char *const expected[] = {
        [RA_WOO_TEXT] = "a text is expected",
        [RA_WOO_REF] = "a text or a number is expected",
        [RA_WOO_REF_OR_NONE] = "a text or a number is expected",
        [RA_WOO_MONEY] = "an amount is expected",
        [RA_WOO_BOOL] = "true or false is expected",
        [RA_WOO_TIME] = "a date is expected",
        [RA_WOO_PARTS] = "an object is expected",
        [RA_WOO_LIST] = "a list is expected",
    };
    refuse(b, RA_BAD_TYPE, field->path, expected[field->type]);
    return 1;
}

static int keep_raw(builder *b, ra_str *out) {
    size_t start = b->member_start, end = yajl_get_bytes_consumed(b->parser);
    while (start < end && strchr(" \t\r\n:", b->text.ptr[start]) != NULL)
        start++;
    ra_str text = {b->text.ptr + start, end - start};
    return ra_json_plain(b->arena, text, out) ? 1 : out_of_memory(b);
}

/* Text or number as the value of the pending member. */
static int set_value(builder *b, ra_str text, bool number) {
    frame *in = top(b);
    if (b->passing > 0) return 1;
    if (in == NULL || in->list != NULL) {
        refuse(b, RA_BAD_TYPE, in == NULL ? NULL : in->list->path, "an object is expected");
        return 1;
    }
    const ra_woo_field *field = in->pending;
    in->pending = NULL;
    if (field == NULL) return 1;
    switch (field->type) {
    case RA_WOO_TEXT:
        return keep_text(b, text, at(in, field)) ? 1 : out_of_memory(b);
    case RA_WOO_REF:
    case RA_WOO_REF_OR_NONE:
        return set_ref(b, field, text, number, at(in, field));
    case RA_WOO_MONEY:
        return set_money(b, field, text, at(in, field));
    case RA_WOO_TIME:
        return number ? wrong_type(b, field) : set_time(b, field, text, at(in, field));
    case RA_WOO_RAW:
        return keep_raw(b, at(in, field));
    case RA_WOO_BOOL:
    case RA_WOO_PARTS:
    case RA_WOO_LIST:
        break;
    }
    return wrong_type(b, field);
}

static int on_string(void *context, const unsigned char *text, size_t length) {
    return set_value(context, (ra_str){(const char *)text, length}, false);
}

static int on_number(void *context, const char *text, size_t length) {
    return set_value(context, (ra_str){text, length}, true);
}

static int on_boolean(void *context, int value) {
    builder *b = context;
    frame *in = top(b);
    if (b->passing > 0) return 1;
    const ra_woo_field *field = in == NULL || in->list != NULL ? NULL : in->pending;
    if (field != NULL && field->type == RA_WOO_BOOL) {
        *(bool *)at(in, field) = value != 0;
    } else if (field != NULL && field->type == RA_WOO_RAW) {
        in->pending = NULL;
        return keep_raw(b, at(in, field));
    } else if (field != NULL) {
        (void)wrong_type(b, field);
    } else if (in == NULL || in->list != NULL) {
        refuse(b, RA_BAD_TYPE, in == NULL ? NULL : in->list->path, "an object is expected");
    }
    if (in != NULL) in->pending = NULL;
    return 1;
}

/* null is the same as absent, but for metadata, and no order or item can be null. */
static int on_null(void *context) {
    builder *b = context;
    frame *in = top(b);
    if (b->passing > 0) return 1;
    if (in == NULL || in->list != NULL) {
        refuse(b, RA_BAD_TYPE, in == NULL ? NULL : in->list->path, "an object is expected");
        return 1;
    }
    const ra_woo_field *field = in->pending;
    in->pending = NULL;
    return field != NULL && field->type == RA_WOO_RAW ? keep_raw(b, at(in, field)) : 1;
}

/* ---- members, objects, lists ---- */

static int on_key(void *context, const unsigned char *text, size_t length) {
    builder *b = context;
    if (b->passing > 0) return 1;
    frame *in = top(b);
    in->pending = ra_woo_find(in->shape, (ra_str){(const char *)text, length});
    if (in->pending == NULL) return 1;
    b->member_start = yajl_get_bytes_consumed(b->parser);
    uint64_t bit = UINT64_C(1) << (in->pending - in->shape->fields);
    if ((in->seen & bit) != 0) {
        refuse(b, RA_DUPLICATE_KEY, in->pending->path, "a field occurs twice in one object");
        in->pending = NULL;
    }
    in->seen |= bit;
    return 1;
}

/* One more zeroed item at the end of the list; capacities are 4, 8, 16, ... and follow from the
 * count. NULL when memory is exhausted. */
static void *append_item(builder *b, const frame *list) {
    void **items = at(list, list->list);
    size_t *count = (size_t *)(void *)((char *)list->target + list->list->count_offset);
    size_t size = list->shape->size;
    void *array;
    memcpy(&array, items, sizeof array);
    if (*count == 0 || (*count >= 4 && (*count & (*count - 1)) == 0)) {
        void *grown = ra_arena_array(b->arena, *count == 0 ? 4 : *count * 2, size);
        if (grown == NULL) return NULL;
        if (*count > 0) memcpy(grown, array, *count * size);
        array = grown;
        memcpy(items, &array, sizeof array);
    }
    return (char *)array + (*count)++ * size;
}

static int start_item(builder *b, const frame *list) {
    if (++b->items > RA_MAX_ITEMS) {
        refuse(b, RA_TOO_LARGE, list->list->path, "the order has too many items");
        return 0;
    }
    void *item = append_item(b, list);
    if (item == NULL) return out_of_memory(b);
    if (ra_woo_is_line(list->shape)) ra_woo_line_begin(item, list->list->line_kind);
    const ra_woo_shape *shape = list->shape;
    frame *pushed = push_frame(b);
    pushed->shape = shape;
    pushed->target = item;
    return 1;
}

/* Pass over a container, and keep it when the member is kept as text. */
static int pass_over(builder *b, const frame *in, const ra_woo_field *field) {
    b->passing = 1;
    b->raw_target = NULL;
    if (field == NULL) return 1;
    if (field->type == RA_WOO_RAW) {
        b->raw_target = at(in, field);
        return 1;
    }
    return wrong_type(b, field);
}

static int enter(builder *b) {
    if (++b->depth > b->max_depth) {
        refuse(b, RA_TOO_DEEP, NULL, "the record is nested too deeply");
        return 0;
    }
    if (b->passing > 0) b->passing++;
    return 1;
}

static int on_start_map(void *context) {
    builder *b = context;
    if (!enter(b)) return 0;
    if (b->passing > 0) return 1;
    frame *in = top(b);
    if (in == NULL) {
        frame *root = push_frame(b);
        root->shape = &ra_woo_order_shape;
        root->target = &b->draft;
        return 1;
    }
    if (in->list != NULL) {
        if (in->list->type == RA_WOO_LIST) return start_item(b, in);
        return pass_over(b, in, in->list);
    }
    const ra_woo_field *field = in->pending;
    in->pending = NULL;
    if (field == NULL || field->type != RA_WOO_PARTS) return pass_over(b, in, field);
    void *target = at(in, field);
    frame *pushed = push_frame(b);
    pushed->shape = field->shape;
    pushed->target = target;
    return 1;
}

static int on_start_array(void *context) {
    builder *b = context;
    if (!enter(b)) return 0;
    if (b->passing > 0) return 1;
    frame *in = top(b);
    if (in == NULL) {
        refuse(b, RA_BAD_TYPE, NULL, "an object is expected");
        return 0;
    }
    if (in->list != NULL) return pass_over(b, in, in->list);
    const ra_woo_field *field = in->pending;
    in->pending = NULL;
    bool known = field != NULL && (field->type == RA_WOO_LIST || field->type == RA_WOO_PARTS);
    if (!known) return pass_over(b, in, field);
    void *target = in->target;
    frame *pushed = push_frame(b);
    pushed->list = field;
    pushed->shape = field->shape;
    pushed->target = target;
    return 1;
}

static int on_end(void *context) {
    builder *b = context;
    b->depth--;
    if (b->passing > 0) {
        b->passing--;
        if (b->passing > 0 || b->raw_target == NULL) return 1;
        return keep_raw(b, b->raw_target);
    }
    const frame *ended = top(b);
    if (ended->list == NULL && ra_woo_is_line(ended->shape)) ra_woo_line_finish(ended->target);
    b->frame_count--;
    return 1;
}

static const yajl_callbacks events = {
    .yajl_null = on_null,
    .yajl_boolean = on_boolean,
    .yajl_number = on_number,
    .yajl_string = on_string,
    .yajl_start_map = on_start_map,
    .yajl_map_key = on_key,
    .yajl_end_map = on_end,
    .yajl_start_array = on_start_array,
    .yajl_end_array = on_end,
};

/* ---- running the parser ---- */

/* yajl does not survive an allocator that returns NULL, so a failed allocation leaves it by
 * longjmp; all its memory is in the scratch arena. */
typedef struct parser_memory {
    ra_arena *arena;
    jmp_buf failed;
} parser_memory;

static void *parser_allocate(void *context, size_t size) {
    parser_memory *memory = context;
    size_t bytes;
    size_t *block = NULL;
    if (ra_size_add(size, _Alignof(max_align_t), &bytes)) {
        block = ra_arena_alloc(memory->arena, bytes);
    }
    if (block == NULL) longjmp(memory->failed, 1);
    *block = size;
    return (char *)block + _Alignof(max_align_t);
}

static void *parser_reallocate(void *context, void *old, size_t size) {
    void *block = parser_allocate(context, size);
    if (old != NULL) {
        size_t known;
        memcpy(&known, (char *)old - _Alignof(max_align_t), sizeof known);
        memcpy(block, old, known < size ? known : size);
    }
    return block;
}

static void parser_free(void *context, void *block) {
    (void)context;
    (void)block;
}

static yajl_status run_parser(builder *b, parser_memory *memory) {
    yajl_alloc_funcs functions = {parser_allocate, parser_reallocate, parser_free, memory};
    if (setjmp(memory->failed) != 0) {
        b->no_memory = true;
        return yajl_status_error;
    }
    b->parser = yajl_alloc(&events, &functions, b);
    yajl_status status = yajl_parse(b->parser, (const unsigned char *)b->text.ptr, b->text.len);
    if (status == yajl_status_ok) status = yajl_complete_parse(b->parser);
    return status;
}

/* NaN and Infinity are no JSON, but writers produce them where a number belongs. */
static bool is_bare_special(ra_str text, size_t from) {
    while (from < text.len && strchr(" \t\r\n:-", text.ptr[from]) != NULL)
        from++;
    return (text.len - from >= 3 && memcmp(text.ptr + from, "NaN", 3) == 0) ||
           (text.len - from >= 8 && memcmp(text.ptr + from, "Infinity", 8) == 0);
}

static void syntax_error(builder *b) {
    const frame *in = top(b);
    if (in != NULL && in->pending != NULL && b->passing == 0 &&
        is_bare_special(b->text, b->member_start)) {
        refuse(b, RA_BAD_NUMBER, in->pending->path, "a number cannot be read exactly");
        return;
    }
    /* Takes precedence: what was read before it may be misunderstood. */
    b->draft.order.error.code = RA_OK;
    refuse(b, RA_BAD_SYNTAX, NULL, malformed);
}

/* Lines that were cut short get their defaults too. */
static void close_frames(builder *b) {
    for (; b->frame_count > 0; b->frame_count--) {
        const frame *open = top(b);
        if (open->list == NULL && ra_woo_is_line(open->shape)) ra_woo_line_finish(open->target);
    }
}

/* yajl takes vertical tabs and form feeds for blanks; JSON (RFC 8259, 2) has them nowhere. */
static size_t find_false_blank(ra_str text) {
    if (text.len == 0) return 0;
    const char *found = memchr(text.ptr, '\v', text.len);
    if (found == NULL) found = memchr(text.ptr, '\f', text.len);
    return found == NULL ? text.len : (size_t)(found - text.ptr);
}

/* Whether the text can be given to the parser at all. */
static bool check_text(ra_str text, ra_error *error) {
    size_t bad = ra_text_check(text);
    if (bad == text.len) bad = ra_text_check_escapes(text);
    if (bad < text.len) {
        error->offset = bad;
        (void)ra_fail(error, RA_BAD_ENCODING, NULL,
                      "the text is not valid UTF-8 or holds a NUL character");
        return false;
    }
    bad = find_false_blank(text);
    if (bad < text.len) {
        error->offset = bad;
        (void)ra_fail(error, RA_BAD_SYNTAX, NULL, malformed);
    }
    return bad == text.len;
}

/* Goods first, then shipping, then fees, whatever the order of the members. */
static ra_status sort_lines(ra_order *order, ra_arena *arena) {
    size_t count = order->line_count, at_line = 0;
    bool sorted = true;
    for (size_t i = 1; i < count; i++) {
        if (order->lines[i].kind < order->lines[i - 1].kind) sorted = false;
    }
    if (sorted) return RA_OK;
    ra_line *lines = ra_arena_array(arena, count, sizeof *lines);
    if (lines == NULL) return RA_NO_MEMORY;
    for (int kind = RA_LINE_PRODUCT; kind <= RA_LINE_FEE; kind++) {
        for (size_t i = 0; i < count; i++) {
            if ((int)order->lines[i].kind == kind) lines[at_line++] = order->lines[i];
        }
    }
    order->lines = lines;
    return RA_OK;
}

ra_status ra_woo_parse(ra_str text, uint32_t max_depth, ra_arena *arena, ra_arena *scratch,
                       ra_order *order) {
    builder b = {.text = text, .arena = arena, .max_depth = max_depth};
    ra_order place = *order;
    ra_woo_draft_begin(&b.draft);
    if (check_text(text, &b.draft.order.error)) {
        parser_memory memory = {.arena = scratch};
        yajl_status status = run_parser(&b, &memory);
        if (b.no_memory) return RA_NO_MEMORY;
        if (status == yajl_status_error) syntax_error(&b);
        close_frames(&b);
    }
    ra_woo_draft_finish(&b.draft);
    *order = b.draft.order;
    order->row = order->error.row = place.row;
    order->offset = place.offset;
    order->end = place.end;
    order->raw = place.raw;
    order->error.offset += place.offset;
    if (order->error.code == RA_MISSING_FIELD) order->error.offset = place.offset;
    return sort_lines(order, arena);
}

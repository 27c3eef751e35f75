/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Cells to fields, fields to events. */
#include "read/ra_settle_row.h"

#include <stdio.h>
#include <string.h>

#include "read/ra_settle_extra.h"

#define TIME_MAX 160  /* bytes of a date, its time and its zone */
#define AMOUNT_MAX 40 /* bytes of an amount as text */

/* Amounts by field, in minor units, and which of them the row has. */
typedef struct amounts {
    int64_t values[RA_SETTLE_AMOUNTS];
    bool has[RA_SETTLE_AMOUNTS];
} amounts;

#define AMOUNT(in, field) ((in)->values[(field)-RA_SETTLE_TEXTS])
#define HAS(in, field) ((in)->has[(field)-RA_SETTLE_TEXTS])

static ra_status refuse(const ra_settle_row *row, ra_status code, uint16_t cell,
                        const char *message, ra_error *error) {
    if (error != NULL) {
        error->row = row->row;
        error->offset = row->offset;
    }
    const char *field = cell != RA_NO_COLUMN ? row->events->columns[cell].ptr : NULL;
    return ra_fail(error, code, field, message != NULL ? message : ra_status_text(code));
}

/* ---- texts ---- */

static ra_str cell_text(const ra_settle_row *row, uint16_t cell) {
    if (cell >= row->cell_count) return (ra_str){NULL, 0};
    ra_str text = ra_settle_trim(row->cells[cell]);
    return ra_str_equal(text, row->layout->profile->empty) ? (ra_str){NULL, 0} : text;
}

/* The first of the cells that has a value, and which it is. */
static ra_str first_text(const ra_settle_row *row, const ra_settle_cells *cells, uint16_t *cell) {
    for (size_t i = 0; i < cells->count; i++) {
        ra_str text = cell_text(row, cells->cells[i]);
        if (cell != NULL) *cell = cells->cells[i];
        if (text.len > 0) return text;
    }
    return (ra_str){NULL, 0};
}

/* One term's text as it is in the row, several joined with a slash in the arena. */
static bool field_text(const ra_settle_row *row, ra_settle_field field, ra_str *out) {
    const ra_settle_layout *layout = row->layout;
    size_t from = layout->first[field], to = layout->first[field + 1], length = 0;
    *out = (ra_str){NULL, 0};
    if (from == to) return true;
    *out = first_text(row, &layout->terms[layout->by_field[from]], NULL);
    if (to - from == 1) return true;
    for (size_t i = from; i < to; i++)
        length += first_text(row, &layout->terms[layout->by_field[i]], NULL).len + 1;
    char *text = ra_arena_alloc(&row->events->arena, length);
    if (text == NULL) return false;
    *out = (ra_str){text, 0};
    for (size_t i = from; i < to; i++) {
        ra_str part = first_text(row, &layout->terms[layout->by_field[i]], NULL);
        if (i > from) text[out->len++] = '/';
        if (part.len > 0) memcpy(text + out->len, part.ptr, part.len);
        out->len += part.len;
    }
    if (out->len == to - from - 1) out->len = 0; /* nothing but slashes */
    return true;
}

static ra_status set_texts(const ra_settle_row *row, ra_event *event) {
    const struct {
        ra_settle_field field;
        ra_str *text;
    } targets[] = {
        {RA_SETTLE_PAYOUT, &event->payout},   {RA_SETTLE_TRANSACTION, &event->transaction},
        {RA_SETTLE_PARENT, &event->parent},   {RA_SETTLE_ORDER, &event->order},
        {RA_SETTLE_INVOICE, &event->invoice}, {RA_SETTLE_CHECKOUT, &event->checkout},
        {RA_SETTLE_PARTY, &event->party},     {RA_SETTLE_EMAIL, &event->email},
        {RA_SETTLE_TYPE, &event->type},       {RA_SETTLE_DESCRIPTION, &event->description},
    };
    for (size_t i = 0; i < sizeof targets / sizeof targets[0]; i++) {
        ra_str text;
        if (!field_text(row, targets[i].field, &text)) return RA_NO_MEMORY;
        if (text.len > 0 && !ra_arena_copy(&row->events->arena, text, targets[i].text))
            return RA_NO_MEMORY;
    }
    /* Nothing follows itself. */
    if (ra_str_equal(event->parent, event->transaction)) event->parent = (ra_str){NULL, 0};
    return RA_OK;
}

/* ---- times ---- */

static bool append(char *buffer, size_t *length, ra_str text) {
    if (text.len == 0) return true;
    if (*length + text.len + 1 > TIME_MAX) return false;
    if (*length > 0) buffer[(*length)++] = ' ';
    memcpy(buffer + *length, text.ptr, text.len);
    *length += text.len;
    return true;
}

static uint16_t cell_of(const ra_settle_row *row, ra_settle_field field) {
    const ra_settle_layout *layout = row->layout;
    for (size_t i = layout->first[field]; i < layout->first[field + 1]; i++) {
        const ra_settle_cells *cells = &layout->terms[layout->by_field[i]];
        if (cells->count > 0) return cells->cells[0];
    }
    return RA_NO_COLUMN;
}

static ra_status set_time(const ra_settle_row *row, ra_settle_field field, int64_t *out,
                          ra_error *error) {
    static const char wrong[] =
        "the date or its time zone cannot be read, or day and month cannot be told apart";
    char buffer[TIME_MAX];
    size_t length = 0;
    ra_str text;
    if (!field_text(row, field, &text)) return RA_NO_MEMORY;
    if (text.len == 0) return RA_OK;
    bool fits = append(buffer, &length, text);
    for (int i = 0; fits && field == RA_SETTLE_DATE && i < 2; i++) {
        if (!field_text(row, i == 0 ? RA_SETTLE_TIME : RA_SETTLE_ZONE, &text)) return RA_NO_MEMORY;
        fits = append(buffer, &length, text);
    }
    ra_status status =
        fits ? ra_settle_time((ra_str){buffer, length}, row->order, row->zone, out) : RA_BAD_DATE;
    return status == RA_OK ? RA_OK : refuse(row, status, cell_of(row, field), wrong, error);
}

/* ---- currencies ---- */

static uint8_t digits_of(const ra_settle_row *row, const char currency[4]) {
    for (size_t i = 0; i < row->digits_count; i++) {
        if (memcmp(row->digits[i].currency, currency, 4) == 0) return row->digits[i].digits;
    }
    return ra_currency_digits(currency);
}

static ra_status set_currency(const ra_settle_row *row, ra_settle_field field, char out[4],
                              ra_error *error) {
    ra_str text;
    if (!field_text(row, field, &text)) return RA_NO_MEMORY;
    if (text.len == 0 || ra_currency_from(text, out)) return RA_OK;
    return refuse(row, RA_UNKNOWN_CURRENCY, cell_of(row, field),
                  "a currency is a code of three letters", error);
}

/* A row without currency has that of its payout's row before, the profile's, or the caller's. */
static ra_status default_currency(const ra_settle_row *row, ra_event *event, ra_error *error) {
    const ra_events *events = row->events;
    const char *own = row->layout->profile->currency;
    if (event->currency[0] != '\0') return RA_OK;
    if (events->count > 1) {
        const ra_event *before = &events->events[events->count - 2];
        if (event->payout.len > 0 && ra_str_equal(before->payout, event->payout)) {
            memcpy(event->currency, before->currency, sizeof event->currency);
            return RA_OK;
        }
    }
    memcpy(event->currency, own[0] != '\0' ? own : row->currency, sizeof event->currency);
    if (event->currency[0] != '\0') return RA_OK;
    return refuse(row, RA_UNKNOWN_CURRENCY, RA_NO_COLUMN,
                  "the file names no currency; give the one of the account", error);
}

/* ---- amounts ---- */

static bool is_debit(const ra_settle_row *row, ra_settle_field field) {
    const ra_settle_profile *profile = row->layout->profile;
    for (size_t i = 0; i < profile->debit_count; i++) {
        if (profile->debits[i].field != field) continue;
        ra_str text = first_text(row, &row->layout->debits[i], NULL);
        if (ra_settle_name_equal(text, profile->debits[i].text)) return true;
    }
    return false;
}

/* Digits of the currency's minor units as the file writes them. */
static uint8_t file_digits(const ra_settle_profile *profile, const char currency[4]) {
    for (size_t i = 0; i < profile->unit_count; i++) {
        if (memcmp(profile->units[i].currency, currency, 4) == 0) return profile->units[i].digits;
    }
    return ra_currency_digits(currency);
}

static ra_status to_minor(const ra_settle_row *row, ra_decimal value, const char currency[4],
                          uint16_t cell, int64_t *out, ra_error *error) {
    const ra_settle_profile *profile = row->layout->profile;
    if (profile->minor) value.scale = (uint8_t)(value.scale + file_digits(profile, currency));
    ra_status status = ra_settle_minor(value, digits_of(row, currency), out);
    if (status == RA_OK) return RA_OK;
    return refuse(row, status, cell,
                  status == RA_BAD_NUMBER ? "the amount has more decimals than its currency" : NULL,
                  error);
}

static ra_status number(const ra_settle_row *row, ra_str text, uint16_t cell, ra_decimal *out,
                        ra_error *error) {
    ra_status status = ra_settle_number(text, row->sign, out);
    return status == RA_OK ? RA_OK : refuse(row, status, cell, "this is no amount", error);
}

/* Sum first, in the file's own digits: several small parts may make whole cents. */
static ra_status sum_field(const ra_settle_row *row, ra_settle_field field, const char currency[4],
                           amounts *out, ra_error *error) {
    const ra_settle_layout *layout = row->layout;
    ra_decimal sum = {0, 0}, value;
    uint16_t cell = RA_NO_COLUMN;
    for (size_t i = layout->first[field]; i < layout->first[field + 1]; i++) {
        const ra_settle_term *term = &layout->profile->terms[layout->by_field[i]];
        ra_str text = first_text(row, &layout->terms[layout->by_field[i]], &cell);
        if (text.len == 0) continue;
        ra_status status = number(row, text, cell, &value, error);
        if (status != RA_OK) return status;
        status =
            term->subtract ? ra_decimal_sub(sum, value, &sum) : ra_decimal_add(sum, value, &sum);
        if (status != RA_OK) return refuse(row, status, cell, NULL, error);
        HAS(out, field) = true;
    }
    ra_status status = to_minor(row, sum, currency, cell, &AMOUNT(out, field), error);
    if (is_debit(row, field)) AMOUNT(out, field) = -AMOUNT(out, field);
    return status;
}

/* Neither the sum of two nor of four of them can then overflow. */
static bool in_range(const amounts *in) {
    for (size_t i = 0; i < RA_SETTLE_AMOUNTS; i++) {
        if (in->values[i] > INT64_MAX / 8 || in->values[i] < -(INT64_MAX / 8)) return false;
    }
    return true;
}

static ra_status read_amounts(const ra_settle_row *row, const ra_event *event, amounts *out,
                              ra_error *error) {
    *out = (amounts){.has = {false}};
    for (int field = RA_SETTLE_TEXTS; field < RA_SETTLE_FIELDS; field++) {
        bool paid = field == RA_SETTLE_PAID && event->paid_currency[0] != '\0';
        const char *currency = paid ? event->paid_currency : event->currency;
        ra_status status = sum_field(row, (ra_settle_field)field, currency, out, error);
        if (status != RA_OK) return status;
    }
    return in_range(out) ? RA_OK : refuse(row, RA_OVERFLOW, RA_NO_COLUMN, NULL, error);
}

/* The fee with the sign, and the tax inside or beside the fee, that the net amount proves. */
static void settle_fees(const ra_settle_profile *profile, amounts *in) {
    int64_t gross = AMOUNT(in, RA_SETTLE_GROSS), net = AMOUNT(in, RA_SETTLE_NET);
    int64_t *fee = &AMOUNT(in, RA_SETTLE_FEE), *tax = &AMOUNT(in, RA_SETTLE_FEE_TAX);
    if (!HAS(in, RA_SETTLE_NET) || !HAS(in, RA_SETTLE_GROSS)) return;
    if (profile->fees_any && gross + *fee + *tax != net && gross - *fee - *tax == net) {
        *fee = -*fee;
        *tax = -*tax;
    }
    if (gross + *fee + *tax != net && gross + *fee == net) *fee -= *tax;
}

static void derive(const ra_settle_profile *profile, const ra_event *event, amounts *in) {
    int64_t *gross = &AMOUNT(in, RA_SETTLE_GROSS), *net = &AMOUNT(in, RA_SETTLE_NET);
    int64_t *fee = &AMOUNT(in, RA_SETTLE_FEE), tax = AMOUNT(in, RA_SETTLE_FEE_TAX);
    bool same = memcmp(event->currency, event->paid_currency, 4) == 0;
    if (!HAS(in, RA_SETTLE_NET)) {
        *net = *gross + *fee + tax;
    } else if (profile->derive == RA_DERIVE_GROSS && HAS(in, RA_SETTLE_PAID) && same) {
        *gross = AMOUNT(in, RA_SETTLE_PAID);
        *fee = *net - *gross - tax;
    } else if (profile->derive == RA_DERIVE_GROSS || !HAS(in, RA_SETTLE_GROSS)) {
        *gross = *net - *fee - tax;
    } else if (profile->derive == RA_DERIVE_FEE) {
        *fee = *net - *gross - tax;
    }
}

static int64_t negative(int64_t value) {
    return value > 0 ? -value : value;
}

/* A fee's amount counts as fee, wherever the report writes it; what is held back is negative. */
static void place(const ra_settle_profile *profile, ra_event *event) {
    const ra_move_kind *turned = event->gross < 0 ? profile->negatives : profile->positives;
    if (event->gross != 0 && turned[event->kind] != RA_MOVE_UNKNOWN) {
        event->kind = turned[event->kind];
    }
    if (profile->flips[event->kind]) {
        event->gross = negative(event->gross);
        event->net = event->gross + event->fee + event->fee_tax;
        event->paid = negative(event->paid);
    }
    if (event->kind == RA_MOVE_RESERVE && event->net > 0) {
        event->kind = RA_MOVE_RELEASE;
    } else if (event->kind == RA_MOVE_RELEASE && event->net < 0) {
        event->kind = RA_MOVE_RESERVE;
    } else if (event->kind == RA_MOVE_FEE) {
        event->fee += event->gross;
        event->gross = 0;
    } else if (event->kind == RA_MOVE_FEE_TAX) {
        event->fee_tax += event->gross + event->fee;
        event->gross = event->fee = 0;
    }
}

/* A fixed text of an amount: "-12.34". */
static void amount_text(int64_t amount, uint8_t digits, char text[AMOUNT_MAX]) {
    uint64_t value = amount < 0 ? (uint64_t)0 - (uint64_t)amount : (uint64_t)amount;
    char *at = &text[AMOUNT_MAX - 1], *end = at;
    *at = '\0';
    for (size_t i = 0; value > 0 || i <= digits; i++, value /= 10) {
        if (i == digits && digits > 0) *--at = '.';
        *--at = (char)('0' + value % 10);
    }
    if (amount < 0) *--at = '-';
    memmove(text, at, (size_t)(end - at) + 1);
}

static ra_status refuse_net(const ra_settle_row *row, const ra_event *event, ra_error *error) {
    char sum[AMOUNT_MAX], net[AMOUNT_MAX], difference[AMOUNT_MAX];
    uint8_t digits = digits_of(row, event->currency);
    int64_t made = event->gross + event->fee + event->fee_tax;
    char *message = ra_arena_alloc(&row->events->arena, 5 * AMOUNT_MAX);
    if (message == NULL) return RA_NO_MEMORY;
    amount_text(made, digits, sum);
    amount_text(event->net, digits, net);
    amount_text(made - event->net, digits, difference);
    snprintf(message, 5 * AMOUNT_MAX,
             "the row's gross amount and fees make %s, its net amount is %s, a difference of %s",
             sum, net, difference);
    return refuse(row, RA_TOTAL_MISMATCH, RA_NO_COLUMN, message, error);
}

static ra_status set_amounts(const ra_settle_row *row, ra_event *event, amounts *in,
                             ra_error *error) {
    const ra_settle_profile *profile = row->layout->profile;
    settle_fees(profile, in);
    derive(profile, event, in);
    event->gross = AMOUNT(in, RA_SETTLE_GROSS);
    event->fee = AMOUNT(in, RA_SETTLE_FEE);
    event->fee_tax = AMOUNT(in, RA_SETTLE_FEE_TAX);
    event->net = AMOUNT(in, RA_SETTLE_NET);
    event->paid = AMOUNT(in, RA_SETTLE_PAID);
    if (memcmp(event->currency, event->paid_currency, 4) == 0) event->paid_currency[0] = '\0';
    if (event->paid_currency[0] == '\0') event->paid = 0;
    /* Some write what was paid without a sign. */
    if ((event->paid < 0) != (event->gross < 0) && event->gross != 0) event->paid = -event->paid;
    if (event->gross + event->fee + event->fee_tax != event->net) {
        return refuse_net(row, event, error);
    }
    place(profile, event);
    return RA_OK;
}

static ra_status set_rate(const ra_settle_row *row, ra_event *event, ra_error *error) {
    ra_str text;
    if (!field_text(row, RA_SETTLE_RATE, &text)) return RA_NO_MEMORY;
    if (text.len == 0) return RA_OK;
    return number(row, text, cell_of(row, RA_SETTLE_RATE), &event->rate, error);
}

/* ---- events ---- */

static ra_status find_kind(const ra_settle_row *row, ra_str type, ra_move_kind *out) {
    ra_str match;
    if (!field_text(row, RA_SETTLE_MATCH, &match)) return RA_NO_MEMORY;
    *out = ra_settle_kind(row->layout->profile, match.len > 0 ? match : type);
    return RA_OK;
}

/* All but kind and amounts. */
static ra_status begin(const ra_settle_row *row, ra_event *event, ra_error *error) {
    event->row = row->row;
    ra_status status = set_texts(row, event);
    if (status == RA_OK) status = set_currency(row, RA_SETTLE_CURRENCY, event->currency, error);
    if (status == RA_OK) {
        status = set_currency(row, RA_SETTLE_PAID_CURRENCY, event->paid_currency, error);
    }
    if (status == RA_OK) status = default_currency(row, event, error);
    if (status == RA_OK) status = set_time(row, RA_SETTLE_DATE, &event->date, error);
    if (status == RA_OK) status = set_time(row, RA_SETTLE_AVAILABLE, &event->available, error);
    if (status == RA_OK) status = set_rate(row, event, error);
    if (status == RA_OK &&
        !ra_settle_extra(row->layout, row->events, row->cells, row->cell_count, &event->extra)) {
        status = RA_NO_MEMORY;
    }
    return status;
}

/* The row that only says what the payout comes to. */
static void declare(ra_event *event, const amounts *in) {
    event->kind = RA_MOVE_PAYOUT;
    event->gross = event->net = -AMOUNT(in, RA_SETTLE_DECLARED);
    event->fee = event->fee_tax = event->paid = 0;
}

/* The tax that a fee has inside as an event of its own; what moves stays the same. */
static ra_status split_tax(const ra_settle_row *row, int64_t tax, ra_error *error) {
    static const char ending[] = "/tax";
    ra_event *fee = &row->events->events[row->events->count - 1];
    if (fee->kind != RA_MOVE_FEE || tax == 0 || row->tax_apart) return RA_OK;
    if ((tax < 0) != (fee->fee < 0)) tax = -tax;
    if (fee->fee < 0 ? tax < fee->fee : tax > fee->fee) {
        return refuse(row, RA_TOTAL_MISMATCH, cell_of(row, RA_SETTLE_TAX_INSIDE),
                      "the tax inside the fee is more than the fee", error);
    }
    fee->fee -= tax;
    fee->net -= tax;
    ra_event own = *fee;
    own.kind = RA_MOVE_FEE_TAX;
    own.fee = own.paid = 0;
    own.fee_tax = own.net = tax;
    char *type = ra_arena_alloc(&row->events->arena, own.type.len + sizeof ending - 1);
    ra_event *added = ra_events_add(row->events);
    if (type == NULL || added == NULL) return RA_NO_MEMORY;
    if (own.type.len > 0) memcpy(type, own.type.ptr, own.type.len);
    memcpy(type + own.type.len, ending, sizeof ending - 1);
    own.type = (ra_str){type, own.type.len + sizeof ending - 1};
    *added = own;
    return RA_OK;
}

static ra_status part_type(const ra_settle_row *row, size_t part, ra_event *event) {
    ra_str label = row->layout->profile->parts[part].label;
    ra_str own = cell_text(row, row->layout->part_types[part]), base = event->type;
    size_t length = base.len + 1 + label.len + 1 + own.len;
    char *text = ra_arena_alloc(&row->events->arena, length);
    if (text == NULL) return RA_NO_MEMORY;
    event->type = (ra_str){text, own.len > 0 ? length : length - 1};
    if (base.len > 0) memcpy(text, base.ptr, base.len);
    text[base.len] = '/';
    memcpy(text + base.len + 1, label.ptr, label.len);
    text[base.len + 1 + label.len] = '/';
    if (own.len > 0) memcpy(text + length - own.len, own.ptr, own.len);
    return RA_OK;
}

/* One more event like `base` for the part; the one that is there already for the first. */
static ra_status add_part(const ra_settle_row *row, size_t part, const ra_event *base, bool first,
                          ra_error *error) {
    uint16_t cell = row->layout->part_amounts[part];
    ra_decimal value;
    amounts in = {.has = {false}};
    ra_status status = number(row, cell_text(row, cell), cell, &value, error);
    if (status != RA_OK) return status;
    status = to_minor(row, value, base->currency, cell, &AMOUNT(&in, RA_SETTLE_GROSS), error);
    if (status != RA_OK) return status;
    if (!in_range(&in)) return refuse(row, RA_OVERFLOW, cell, NULL, error);
    ra_event *event =
        first ? &row->events->events[row->events->count - 1] : ra_events_add(row->events);
    if (event == NULL) return RA_NO_MEMORY;
    *event = *base;
    status = part_type(row, part, event);
    if (status != RA_OK) return status;
    event->kind = ra_settle_kind(row->layout->profile, event->type);
    return set_amounts(row, event, &in, error);
}

/* A row whose parts are all empty stays one event of no amount. */
static ra_status split(const ra_settle_row *row, ra_error *error) {
    ra_event base = row->events->events[row->events->count - 1];
    bool first = true;
    for (size_t i = 0; i < row->layout->profile->part_count; i++) {
        if (cell_text(row, row->layout->part_amounts[i]).len == 0) continue;
        ra_status status = add_part(row, i, &base, first, error);
        if (status != RA_OK) return status;
        first = false;
    }
    return RA_OK;
}

ra_status ra_settle_row_read(ra_settle_row *row, ra_error *error) {
    amounts in;
    ra_event *event = ra_events_add(row->events);
    if (event == NULL) return RA_NO_MEMORY;
    ra_status status = begin(row, event, error);
    if (status == RA_OK) status = read_amounts(row, event, &in, error);
    if (status == RA_OK) status = find_kind(row, event->type, &event->kind);
    if (status != RA_OK) return status;
    if (HAS(&in, RA_SETTLE_DECLARED)) {
        declare(event, &in);
        return RA_OK;
    }
    if (row->layout->profile->part_count > 0) return split(row, error);
    status = set_amounts(row, event, &in, error);
    return status == RA_OK ? split_tax(row, AMOUNT(&in, RA_SETTLE_TAX_INSIDE), error) : status;
}

/* ---- the file's own way ---- */

static ra_status learn_sign(const ra_settle_row *row, uint16_t cell, ra_settle_sign *known,
                            ra_error *error) {
    ra_settle_sign found = ra_settle_sign_of(cell_text(row, cell));
    if (found == RA_SIGN_NONE || found == *known) return RA_OK;
    if (found == RA_SIGN_EITHER && *known != RA_SIGN_NONE) return RA_OK;
    if (*known == RA_SIGN_POINT || *known == RA_SIGN_COMMA) {
        return refuse(row, RA_BAD_NUMBER, cell,
                      "the file writes both points and commas for decimal signs", error);
    }
    *known = found;
    return RA_OK;
}

static ra_status learn_order(const ra_settle_row *row, uint16_t cell, ra_settle_order *known,
                             ra_error *error) {
    ra_settle_order found = ra_settle_order_of(cell_text(row, cell));
    if (found == RA_ORDER_UNKNOWN || found == *known) return RA_OK;
    if (found == RA_ORDER_EITHER && *known != RA_ORDER_UNKNOWN) return RA_OK;
    if (*known == RA_ORDER_DMY || *known == RA_ORDER_MDY) {
        return refuse(row, RA_BAD_DATE, cell, "the file writes both days and months first in dates",
                      error);
    }
    *known = found;
    return RA_OK;
}

ra_status ra_settle_row_learn(const ra_settle_row *row, ra_settle_sign *sign,
                              ra_settle_order *order, ra_error *error) {
    const ra_settle_profile *profile = row->layout->profile;
    for (size_t i = 0; i < profile->part_count && profile->sign == RA_SIGN_EITHER; i++) {
        ra_status status = learn_sign(row, row->layout->part_amounts[i], sign, error);
        if (status != RA_OK) return status;
    }
    for (size_t i = 0; i < profile->term_count; i++) {
        ra_settle_field field = profile->terms[i].field;
        bool date = field == RA_SETTLE_DATE || field == RA_SETTLE_AVAILABLE;
        if (!date && field < RA_SETTLE_TEXTS) continue;
        if (date ? profile->order != RA_ORDER_EITHER : profile->sign != RA_SIGN_EITHER) continue;
        for (size_t j = 0; j < row->layout->terms[i].count; j++) {
            uint16_t cell = row->layout->terms[i].cells[j];
            ra_status status =
                date ? learn_order(row, cell, order, error) : learn_sign(row, cell, sign, error);
            if (status != RA_OK) return status;
        }
    }
    return RA_OK;
}

ra_status ra_settle_row_is_tax(const ra_settle_row *row, bool *out) {
    ra_str type;
    ra_move_kind kind;
    if (!field_text(row, RA_SETTLE_TYPE, &type)) return RA_NO_MEMORY;
    ra_status status = find_kind(row, type, &kind);
    *out = status == RA_OK && kind == RA_MOVE_FEE_TAX;
    return status;
}

/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Content and near keys; their parts are described in ra_content.h. */
#include "canonical/ra_content.h"

#include <stdlib.h>
#include <string.h>

#include "canonical/ra_hash.h"
#include "canonical/ra_normal.h"

#define US_PER_SECOND INT64_C(1000000)
#define PHONE_DIGITS 9u /* country and trunk prefixes differ */
#define SOUND_MAX 16u

static void put_decimal(XXH3_state_t *state, ra_decimal value) {
    char text[24];
    size_t length = ra_decimal_format(value, text);
    ra_hash_text(state, (ra_str){text, length});
}

/* ---- who ---- */

/* The normal forms of the billing address that tell who ordered. */
typedef struct buyer {
    ra_str email, first_name, last_name, company, street, postcode;
    char phone[PHONE_DIGITS];
    size_t phone_len;
} buyer;

static void read_phone(ra_str phone, buyer *out) {
    out->phone_len = 0;
    for (size_t i = phone.len; i > 0 && out->phone_len < PHONE_DIGITS; i--) {
        char c = phone.ptr[i - 1];
        if (c >= '0' && c <= '9') out->phone[out->phone_len++] = c;
    }
}

static ra_status read_buyer(const ra_address *address, ra_arena *scratch, buyer *out) {
    const ra_str sources[] = {address->first_name, address->last_name, address->company,
                              address->address_1, address->postcode};
    ra_str *const targets[] = {&out->first_name, &out->last_name, &out->company, &out->street,
                               &out->postcode};
    for (size_t i = 0; i < sizeof sources / sizeof *sources; i++) {
        ra_status status = ra_text_normalize(sources[i], scratch, targets[i]);
        if (status != RA_OK) return status;
    }
    read_phone(address->phone, out);
    return ra_email_normalize(address->email, scratch, &out->email);
}

/* False when the order says too little about who placed it, and when. */
static bool put_who(XXH3_state_t *state, const buyer *who, int64_t created_at) {
    bool named = who->first_name.len + who->last_name.len + who->company.len > 0;
    if (who->email.len > 0) {
        ra_hash_text(state, RA_STR("email"));
        ra_hash_text(state, who->email);
        return true;
    }
    bool placed = who->street.len > 0 && who->postcode.len > 0;
    if (named && (placed || who->phone_len > 0)) {
        ra_hash_text(state, placed ? RA_STR("address") : RA_STR("phone"));
        ra_hash_text(state, who->first_name);
        ra_hash_text(state, who->last_name);
        ra_hash_text(state, who->company);
        ra_hash_text(state, placed ? who->street : (ra_str){who->phone, who->phone_len});
        if (placed) ra_hash_text(state, who->postcode);
        return true;
    }
    if (created_at == RA_NO_TIME) return false;
    ra_hash_text(state, RA_STR("second"));
    ra_hash_number(state, (uint64_t)(created_at / US_PER_SECOND));
    return true;
}

/* ---- what ---- */

static bool counts(const ra_line *line) {
    return line->kind == RA_LINE_PRODUCT || line->total.coefficient != 0;
}

static ra_status line_key(const ra_line *line, ra_arena *scratch, ra_key *out) {
    XXH3_state_t state;
    (void)XXH3_128bits_reset(&state);
    ra_hash_number(&state, (uint64_t)line->kind);
    if (line->kind == RA_LINE_PRODUCT) {
        ra_str label;
        ra_status status =
            ra_text_normalize(line->sku.len > 0 ? line->sku : line->name, scratch, &label);
        if (status != RA_OK) return status;
        ra_hash_text(&state, label);
        put_decimal(&state, line->quantity);
    }
    put_decimal(&state, line->total);
    *out = ra_hash_digest(&state);
    return RA_OK;
}

static int compare_keys(const void *left, const void *right) {
    const ra_key *a = left, *b = right;
    if (a->high != b->high) return a->high < b->high ? -1 : 1;
    if (a->low != b->low) return a->low < b->low ? -1 : 1;
    return 0;
}

static ra_status put_lines(XXH3_state_t *state, const ra_order *order, ra_arena *scratch) {
    size_t count = 0;
    ra_key *keys = ra_arena_array(scratch, order->line_count, sizeof *keys);
    if (keys == NULL) return RA_NO_MEMORY;
    for (size_t i = 0; i < order->line_count; i++) {
        if (!counts(&order->lines[i])) continue;
        ra_status status = line_key(&order->lines[i], scratch, &keys[count]);
        if (status != RA_OK) return status;
        count++;
    }
    if (count > 1) qsort(keys, count, sizeof *keys, compare_keys);
    ra_hash_number(state, count);
    for (size_t i = 0; i < count; i++) {
        ra_hash_number(state, keys[i].high);
        ra_hash_number(state, keys[i].low);
    }
    return RA_OK;
}

/* ---- how a surname sounds ---- */

static bool is_letter(char c) {
    return c >= 'a' && c <= 'z';
}

/* The last word of a name, or in "surname, given name" the one before the comma. */
static ra_str surname_of(const buyer *who) {
    ra_str name = who->last_name.len > 0    ? who->last_name
                  : who->first_name.len > 0 ? who->first_name
                                            : who->company;
    const char *comma = name.len > 0 ? memchr(name.ptr, ',', name.len) : NULL;
    if (comma != NULL && comma > name.ptr) name.len = (size_t)(comma - name.ptr);
    size_t start = name.len;
    while (start > 0 && name.ptr[start - 1] != ' ')
        start--;
    return (ra_str){name.len > 0 ? name.ptr + start : NULL, name.len - start};
}

/* Soundex (Russell and Odell), but not cut to four places: the first letter, then a digit for each
 * consonant; vowels and anything beyond ASCII only separate, so that "Müller", "Mueller" and
 * "Muller" sound alike. */
static size_t sound_of(ra_str word, char sound[SOUND_MAX]) {
    static const char classes[] = "01230120022455012623010202";
    size_t length = 0;
    char last = 0;
    for (size_t i = 0; i < word.len && length < SOUND_MAX; i++) {
        char c = word.ptr[i];
        char class = '0';
        if (is_letter(c)) class = classes[c - 'a'];
        if (is_letter(c) && length == 0) {
            sound[length++] = c;
        } else if (length > 0 && class != '0' && class != last) {
            sound[length++] = class;
        }
        last = class;
    }
    return length;
}

static bool put_sound(XXH3_state_t *state, const buyer *who) {
    char sound[SOUND_MAX];
    ra_str surname = surname_of(who);
    size_t length = sound_of(surname, sound);
    /* A word without Latin letters stands for itself. */
    ra_hash_text(state, length > 0 ? (ra_str){sound, length} : surname);
    return surname.len > 0;
}

/* ---- the keys ---- */

static void begin(XXH3_state_t *state, ra_str kind, ra_str currency, ra_decimal total) {
    (void)XXH3_128bits_reset(state);
    ra_hash_text(state, kind);
    ra_hash_number(state, RA_CONTENT_SCHEMA);
    ra_hash_text(state, currency);
    put_decimal(state, total);
}

ra_status ra_content_keys_of(const ra_order *order, ra_arena *scratch, ra_content_keys *out) {
    buyer who;
    XXH3_state_t state;
    ra_str currency;
    *out = (ra_content_keys){.has_content = false};
    ra_status status = read_buyer(&order->billing, scratch, &who);
    if (status == RA_OK) status = ra_text_normalize(order->currency, scratch, &currency);
    if (status != RA_OK) return status;
    begin(&state, RA_STR("content"), currency, order->total);
    if (put_who(&state, &who, order->created_at)) {
        status = put_lines(&state, order, scratch);
        if (status != RA_OK) return status;
        out->content = ra_hash_digest(&state);
        out->has_content = true;
    }
    begin(&state, RA_STR("near"), currency, order->total);
    if (put_sound(&state, &who)) {
        out->near = ra_hash_digest(&state);
        out->has_near = true;
    }
    return RA_OK;
}

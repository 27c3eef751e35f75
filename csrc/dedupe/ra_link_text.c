/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Text, addresses, codes, phones and e-mails to their comparable form. */
#include "dedupe/ra_link_text.h"

#include <math.h>
#include <string.h>
#include <utf8proc.h>

#define RA_DECOMPOSED_MAX 32

/* Letters that Unicode does not decompose but people type as these. */
static const struct {
    int32_t point;
    const char *plain;
} plain_letters[] = {
    {0x00F8, "o"},  {0x0142, "l"},  {0x0111, "d"},  {0x00E6, "ae"}, {0x0153, "oe"}, {0x00F0, "d"},
    {0x00FE, "th"}, {0x0131, "i"},  {0x0454, "ie"}, {0x0456, "i"},  {0x0491, "g"},  {0x0452, "d"},
    {0x0458, "j"},  {0x0459, "lj"}, {0x045A, "nj"}, {0x045B, "c"},
};

#define RA_CYRILLIC 0x0430
#define RA_GREEK 0x03B1

/* As passports write names (ICAO 9303-3, part 6), small letters without marks in the order of
 * Unicode. */
static const char *const cyrillic[] = {
    "a", "b", "v", "g", "d", "e",  "zh", "z",  "i",  "i",    "k",  "l", "m", "n", "o",  "p",
    "r", "s", "t", "u", "f", "kh", "ts", "ch", "sh", "shch", "ie", "y", "",  "e", "iu", "ia",
};
static const char *const greek[] = {
    "a", "v", "g", "d", "e", "z", "i", "th", "i", "k",  "l",  "m", "n",
    "x", "o", "p", "r", "s", "s", "t", "y",  "f", "ch", "ps", "o",
};

static const struct {
    const char *word, *brief;
} street_words[] = {
    {"street", "st"},   {"avenue", "av"},   {"ave", "av"},        {"road", "rd"},
    {"place", "pl"},    {"drive", "dr"},    {"court", "ct"},      {"crescent", "cr"},
    {"cres", "cr"},     {"circuit", "cct"}, {"lane", "ln"},       {"terrace", "tce"},
    {"close", "cl"},    {"square", "sq"},   {"boulevard", "bd"},  {"blvd", "bd"},
    {"strasse", "str"}, {"platz", "pl"},    {"apartment", "apt"}, {"floor", "fl"},
    {"north", "n"},     {"south", "s"},     {"east", "e"},        {"west", "w"},
};

static bool emit(ra_link_value *out, const char *bytes, size_t len) {
    if (out->len + len > RA_LINK_TEXT_MAX) return false;
    memcpy(out->text + out->len, bytes, len);
    out->len += (uint32_t)len;
    return true;
}

static void emit_blank(ra_link_value *out) {
    if (out->len > 0 && out->text[out->len - 1] != ' ')
        (void)emit(out, " ", 1); /* a full value simply has no room for the blank */
}

static void trim(ra_link_value *out) {
    while (out->len > 0 && out->text[out->len - 1] == ' ')
        out->len--;
}

static bool is_word_point(int32_t point) {
    switch (utf8proc_category(point)) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_NO:
        return true;
    default:
        return false;
    }
}

/* The Latin letters for `point`; NULL when it has none or stays. */
static const char *latin_of(int32_t point) {
    if (point >= RA_CYRILLIC && point < RA_CYRILLIC + 32) return cyrillic[point - RA_CYRILLIC];
    if (point >= RA_GREEK && point < RA_GREEK + 25) return greek[point - RA_GREEK];
    for (size_t i = 0; i < sizeof plain_letters / sizeof *plain_letters; i++)
        if (plain_letters[i].point == point) return plain_letters[i].plain;
    return NULL;
}

static bool emit_point(ra_link_value *out, int32_t point) {
    const char *latin = latin_of(point);
    if (latin != NULL) return emit(out, latin, strlen(latin));
    if (!is_word_point(point)) {
        emit_blank(out);
        return true;
    }
    utf8proc_uint8_t bytes[4];
    utf8proc_ssize_t len = utf8proc_encode_char(point, bytes);
    return emit(out, (const char *)bytes, (size_t)len);
}

/* One code point that is not ASCII; false when the value is full. */
static bool fold_point(ra_link_value *out, int32_t point) {
    utf8proc_int32_t parts[RA_DECOMPOSED_MAX];
    int boundary = UTF8PROC_BOUNDCLASS_START;
    utf8proc_option_t options = (utf8proc_option_t)(UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT |
                                                    UTF8PROC_CASEFOLD | UTF8PROC_STRIPMARK);
    utf8proc_ssize_t count =
        utf8proc_decompose_char(point, parts, RA_DECOMPOSED_MAX, options, &boundary);
    for (utf8proc_ssize_t i = 0; i < count && i < RA_DECOMPOSED_MAX; i++)
        if (!emit_point(out, parts[i])) return false;
    return true;
}

ra_status ra_link_fold(ra_str raw, ra_link_value *out) {
    out->len = 0;
    out->number = (double)NAN;
    bool room = true;
    for (size_t at = 0; at < raw.len;) {
        unsigned char c = (unsigned char)raw.ptr[at];
        if (c < 0x80) {
            at++;
            if (!room) continue;
            if (c >= 'A' && c <= 'Z') c = (unsigned char)(c | 0x20);
            if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
                room = emit(out, (const char *)&c, 1);
            else if (c != '\'') /* O'Brien is written OBrien as well */
                emit_blank(out);
            continue;
        }
        utf8proc_int32_t point;
        utf8proc_ssize_t used = utf8proc_iterate((const utf8proc_uint8_t *)raw.ptr + at,
                                                 (utf8proc_ssize_t)(raw.len - at), &point);
        if (used <= 0) return RA_BAD_ENCODING;
        at += (size_t)used;
        room = room && fold_point(out, point);
    }
    trim(out);
    return RA_OK;
}

ra_status ra_link_fold_whole_name(ra_str raw, ra_link_value *out) {
    const char *comma = raw.len > 0 ? memchr(raw.ptr, ',', raw.len) : NULL;
    size_t before = comma ? (size_t)(comma - raw.ptr) : raw.len, behind = raw.len - before;
    if (behind < 2 || memchr(comma + 1, ',', behind - 1) != NULL) return ra_link_fold(raw, out);
    ra_link_value family;
    ra_status status = ra_link_fold((ra_str){raw.ptr, before}, &family);
    if (status == RA_OK) status = ra_link_fold((ra_str){comma + 1, behind - 1}, out);
    if (status != RA_OK) return status;
    emit_blank(out);
    (void)emit(out, family.text, family.len); /* without room: a name of more than 256 bytes */
    trim(out);
    return RA_OK;
}

static const char *street_brief(const char *word, size_t len) {
    for (size_t i = 0; i < sizeof street_words / sizeof *street_words; i++)
        if (strlen(street_words[i].word) == len && memcmp(street_words[i].word, word, len) == 0)
            return street_words[i].brief;
    return NULL;
}

ra_status ra_link_fold_address(ra_str raw, ra_link_value *out) {
    ra_status status = ra_link_fold(raw, out);
    uint32_t to = 0;
    for (uint32_t at = 0; status == RA_OK && at < out->len;) {
        uint32_t end = at;
        while (end < out->len && out->text[end] != ' ')
            end++;
        const char *brief = street_brief(out->text + at, end - at);
        const char *from = brief ? brief : out->text + at;
        uint32_t len = brief ? (uint32_t)strlen(brief) : end - at;
        if (to > 0) out->text[to++] = ' ';
        memmove(out->text + to, from, len); /* never longer than the word it stands for */
        to += len;
        at = end + 1;
    }
    out->len = to;
    return status;
}

static void drop_blanks(ra_link_value *out) {
    uint32_t to = 0;
    for (uint32_t i = 0; i < out->len; i++)
        if (out->text[i] != ' ') out->text[to++] = out->text[i];
    out->len = to;
}

ra_status ra_link_fold_code(ra_str raw, ra_link_value *out) {
    ra_status status = ra_link_fold(raw, out);
    drop_blanks(out);
    return status;
}

ra_status ra_link_fold_phone(ra_str raw, ra_link_value *out) {
    ra_status status = ra_link_fold(raw, out);
    uint32_t to = 0;
    for (uint32_t i = 0; i < out->len; i++)
        if (out->text[i] >= '0' && out->text[i] <= '9') out->text[to++] = out->text[i];
    uint32_t drop = to > 9 ? to - 9 : 0;
    memmove(out->text, out->text + drop, to - drop);
    out->len = to < 4 ? 0 : to - drop;
    return status;
}

static bool is_google(const char *domain, size_t len) {
    return (len == 9 && memcmp(domain, "gmail.com", 9) == 0) ||
           (len == 14 && memcmp(domain, "googlemail.com", 14) == 0);
}

/* Lower-case, marks kept out, blanks dropped; punctuation stays. */
static ra_status fold_mail_text(ra_str raw, ra_link_value *out) {
    out->len = 0;
    out->number = (double)NAN;
    bool room = true;
    for (size_t at = 0; at < raw.len;) {
        utf8proc_int32_t point;
        utf8proc_ssize_t used = utf8proc_iterate((const utf8proc_uint8_t *)raw.ptr + at,
                                                 (utf8proc_ssize_t)(raw.len - at), &point);
        if (used <= 0) return RA_BAD_ENCODING;
        at += (size_t)used;
        if (point >= 'A' && point <= 'Z') point |= 0x20;
        char c = (char)point;
        if (point > ' ' && point < 0x7F)
            room = room && emit(out, &c, 1);
        else if (point >= 0x80)
            room = room && fold_point(out, point);
    }
    drop_blanks(out); /* what is no letter folds to a blank */
    return RA_OK;
}

ra_status ra_link_fold_email(ra_str raw, ra_link_value *out) {
    ra_status status = fold_mail_text(raw, out);
    const char *sign = memchr(out->text, '@', out->len);
    if (status != RA_OK || sign == NULL) {
        out->len = 0;
        return status;
    }
    size_t local = (size_t)(sign - out->text), domain = out->len - local - 1;
    if (domain == 0 || memchr(sign + 1, '@', domain) != NULL) {
        out->len = 0;
        return RA_OK;
    }
    bool google = is_google(sign + 1, domain);
    uint32_t to = 0;
    for (size_t i = 0; i < local && out->text[i] != '+'; i++)
        if (!google || out->text[i] != '.') out->text[to++] = out->text[i];
    if (to == 0) {
        out->len = 0;
        return RA_OK;
    }
    memmove(out->text + to, google ? "@gmail.com" : sign, google ? 10 : domain + 1);
    out->len = to + (google ? 10 : (uint32_t)domain + 1);
    return RA_OK;
}

/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The textual form of settlement profiles. */
#include "read/ra_settle_profile.h"

#include <string.h>

#include "read/ra_settle_builtin.h"
#include "read/ra_text.h"

static const char *const field_names[RA_SETTLE_FIELDS] = {
    "type",     "match", "payout",   "transaction", "parent",   "order",         "invoice",
    "checkout", "party", "email",    "description", "currency", "paid_currency", "rate",
    "date",     "time",  "zone",     "available",   "gross",    "fee",           "fee_tax",
    "net",      "paid",  "declared", "tax_inside",
};

static int lower(char c) {
    return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}

bool ra_settle_name_equal(ra_str a, ra_str b) {
    size_t i = 0, j = 0;
    a = ra_settle_trim(a);
    b = ra_settle_trim(b);
    while (i < a.len && j < b.len) {
        if (lower(a.ptr[i]) != lower(b.ptr[j])) return false;
        bool blank = a.ptr[i] == ' ';
        i++;
        j++;
        while (blank && i < a.len && a.ptr[i] == ' ')
            i++;
        while (blank && j < b.len && b.ptr[j] == ' ')
            j++;
    }
    return i == a.len && j == b.len;
}

/* ---- kinds ---- */

/* Both sides advance; a `*` remembers where to go on when the rest does not fit. */
static bool fits(ra_str pattern, ra_str text) {
    size_t p = 0, t = 0, star = SIZE_MAX, from = 0;
    while (t < text.len) {
        if (p < pattern.len && pattern.ptr[p] == '*') {
            star = p++;
            from = t;
        } else if (p < pattern.len && lower(pattern.ptr[p]) == lower(text.ptr[t])) {
            p++;
            t++;
        } else if (star != SIZE_MAX) {
            p = star + 1;
            t = ++from;
        } else {
            return false;
        }
    }
    while (p < pattern.len && pattern.ptr[p] == '*')
        p++;
    return p == pattern.len;
}

ra_move_kind ra_settle_kind(const ra_settle_profile *profile, ra_str match) {
    for (size_t i = 0; i < profile->rule_count; i++) {
        if (fits(profile->rules[i].pattern, match)) return profile->rules[i].kind;
    }
    return RA_MOVE_UNKNOWN;
}

/* ---- statements; each returns what is wrong, or NULL ---- */

static bool is(ra_str text, const char *word) {
    return ra_str_equal(text, (ra_str){word, strlen(word)});
}

static ra_str next_word(ra_str *line) {
    *line = ra_settle_trim(*line);
    size_t length = 0;
    if (line->len == 0) return *line;
    while (length < line->len && line->ptr[length] != ' ' && line->ptr[length] != '\t')
        length++;
    ra_str word = {line->ptr, length};
    *line = ra_settle_trim((ra_str){line->ptr + length, line->len - length});
    return word;
}

/* The index behind the next `separator`, of three bytes; text.len + 3 when there is none. */
static size_t find(ra_str text, const char *separator) {
    for (size_t i = 0; i + 3 <= text.len; i++) {
        if (memcmp(text.ptr + i, separator, 3) == 0) return i + 3;
    }
    return text.len + 3;
}

static const char *parse_names(ra_str line, ra_settle_names *out) {
    out->count = 0;
    while (line.len > 0) {
        if (out->count == RA_SETTLE_NAMES) return "at most ten alternatives of a column";
        size_t behind = find(line, " | ");
        ra_str name = ra_settle_trim((ra_str){line.ptr, behind - 3});
        if (name.len == 0) return "the name of a column is missing";
        out->names[out->count++] = name;
        if (behind > line.len) break;
        line = (ra_str){line.ptr + behind, line.len - behind};
    }
    return out->count > 0 ? NULL : "the name of a column is missing";
}

static bool parse_field(ra_str word, bool amount, ra_settle_field *out) {
    size_t from = amount ? RA_SETTLE_TEXTS : 0, to = amount ? RA_SETTLE_FIELDS : RA_SETTLE_TEXTS;
    for (size_t i = from; i < to; i++) {
        if (!is(word, field_names[i])) continue;
        *out = (ra_settle_field)i;
        return true;
    }
    return false;
}

static const char *parse_term(ra_settle_profile *profile, ra_str word, ra_str line) {
    if (profile->term_count == RA_SETTLE_TERMS) return "too many columns";
    ra_settle_term *term = &profile->terms[profile->term_count];
    bool amount = !is(word, "text");
    if (!parse_field(next_word(&line), amount, &term->field)) {
        return amount ? "not the name of an amount" : "not the name of a text field";
    }
    term->subtract = is(word, "sub");
    profile->term_count++;
    return parse_names(line, &term->columns);
}

static const char *parse_need(ra_settle_profile *profile, ra_str line) {
    if (profile->need_count == RA_SETTLE_FEW) return "too many needed columns";
    return parse_names(line, &profile->needs[profile->need_count++]);
}

static const char *parse_debit(ra_settle_profile *profile, ra_str line) {
    if (profile->debit_count == RA_SETTLE_FEW) return "too many debit statements";
    ra_settle_debit *debit = &profile->debits[profile->debit_count++];
    if (!parse_field(next_word(&line), true, &debit->field)) return "not the name of an amount";
    size_t behind = find(line, " = ");
    if (behind >= line.len) return "debit FIELD COLUMN = TEXT";
    debit->text = ra_settle_trim((ra_str){line.ptr + behind, line.len - behind});
    return parse_names((ra_str){line.ptr, behind - 3}, &debit->column);
}

static const char *parse_part(ra_settle_profile *profile, ra_str line) {
    if (profile->part_count == RA_SETTLE_FEW) return "too many parts";
    ra_settle_part *part = &profile->parts[profile->part_count++];
    part->label = next_word(&line);
    const char *wrong = parse_names(line, &part->columns);
    if (wrong == NULL && part->columns.count > 2) wrong = "part LABEL AMOUNT | TYPE";
    return wrong;
}

static const char *parse_kind(ra_settle_profile *profile, ra_str line) {
    if (profile->rule_count == RA_SETTLE_RULES) return "too many kinds";
    ra_settle_rule *rule = &profile->rules[profile->rule_count++];
    if (!ra_move_from_name(next_word(&line), &rule->kind)) return "not a kind of event";
    rule->pattern = line;
    return line.len > 0 ? NULL : "kind KIND PATTERN";
}

static const char *parse_flip(ra_settle_profile *profile, ra_str line) {
    ra_move_kind kind;
    if (!ra_move_from_name(line, &kind)) return "not a kind of event";
    profile->flips[kind] = true;
    return NULL;
}

static const char *parse_turn(ra_move_kind *others, ra_str line) {
    ra_move_kind kind;
    if (!ra_move_from_name(next_word(&line), &kind)) return "not a kind of event";
    return ra_move_from_name(line, &others[kind]) ? NULL : "not a kind of event";
}

static const char *parse_digits(ra_settle_profile *profile, ra_str line) {
    if (profile->unit_count == RA_SETTLE_FEW) return "too many digits statements";
    ra_settle_digits *units = &profile->units[profile->unit_count++];
    if (!ra_currency_from(next_word(&line), units->currency)) return "digits CODE NUMBER";
    if (line.len != 1 || line.ptr[0] < '0' || line.ptr[0] > '9') return "digits are 0 to 9";
    units->digits = (uint8_t)(line.ptr[0] - '0');
    return NULL;
}

static const char *parse_record(ra_settle_profile *profile, ra_str line) {
    while (line.len > 0) {
        if (profile->record_count == RA_SETTLE_FEW) return "too many record codes";
        profile->records[profile->record_count++] = next_word(&line);
    }
    return profile->record_count > 0 ? NULL : "record CODE SKIPPED ...";
}

static const char *parse_count(ra_settle_profile *profile, ra_str line) {
    profile->counter = next_word(&line);
    profile->section = next_word(&line);
    return profile->section.len > 0 ? NULL : "count CODE SECTION";
}

static const char *parse_decimal(ra_settle_profile *profile, ra_str line) {
    if (is(line, "point")) {
        profile->sign = RA_SIGN_POINT;
    } else if (is(line, "comma")) {
        profile->sign = RA_SIGN_COMMA;
    } else if (is(line, "auto")) {
        profile->sign = RA_SIGN_EITHER;
    } else {
        return "decimal is point, comma or auto";
    }
    return NULL;
}

static const char *parse_days(ra_settle_profile *profile, ra_str line) {
    if (is(line, "dmy")) {
        profile->order = RA_ORDER_DMY;
    } else if (is(line, "mdy")) {
        profile->order = RA_ORDER_MDY;
    } else if (is(line, "auto")) {
        profile->order = RA_ORDER_EITHER;
    } else {
        return "days is dmy, mdy or auto";
    }
    return NULL;
}

static const char *parse_derive(ra_settle_profile *profile, ra_str line) {
    if (!is(line, "fee") && !is(line, "gross")) return "derive is fee or gross";
    profile->derive = is(line, "fee") ? RA_DERIVE_FEE : RA_DERIVE_GROSS;
    return NULL;
}

static const char *parse_zone(ra_settle_profile *profile, ra_str line, uint64_t row) {
    profile->zone_name = line;
    profile->zone_row = row;
    profile->has_zone = ra_zone_named(line, &profile->zone);
    return line.len > 0 ? NULL : "a text is missing";
}

static const char *parse_name(ra_settle_profile *profile, ra_str line) {
    if (line.len == 0 || line.len > 63) return "profile NAME of at most 63 characters";
    for (size_t i = 0; i < line.len; i++) {
        int c = lower(line.ptr[i]);
        if ((c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '_') {
            return "a profile's name has letters, digits and _ only";
        }
    }
    profile->name = line;
    return NULL;
}

/* Statements of one fixed word. */
static const char *parse_switch(ra_settle_profile *profile, ra_str word, ra_str line) {
    if (is(word, "units") && is(line, "minor")) {
        profile->minor = true;
    } else if (is(word, "fees") && is(line, "any")) {
        profile->fees_any = true;
    } else if (is(word, "proof") && is(line, "none")) {
        profile->proved = false;
    } else if (is(word, "quotes") && is(line, "none")) {
        profile->bare = true;
    } else {
        return "unknown statement";
    }
    return NULL;
}

static const char *parse_statement(ra_settle_profile *profile, ra_str line, uint64_t row) {
    ra_str word = next_word(&line);
    if (is(word, "profile")) return parse_name(profile, line);
    if (profile->name.len == 0) return "the first statement is profile NAME";
    if (is(word, "text") || is(word, "add") || is(word, "sub")) {
        return parse_term(profile, word, line);
    }
    if (is(word, "need")) return parse_need(profile, line);
    if (is(word, "debit")) return parse_debit(profile, line);
    if (is(word, "part")) return parse_part(profile, line);
    if (is(word, "kind")) return parse_kind(profile, line);
    if (is(word, "flip")) return parse_flip(profile, line);
    if (is(word, "negative")) return parse_turn(profile->negatives, line);
    if (is(word, "positive")) return parse_turn(profile->positives, line);
    if (is(word, "digits")) return parse_digits(profile, line);
    if (is(word, "record")) return parse_record(profile, line);
    if (is(word, "count")) return parse_count(profile, line);
    if (is(word, "decimal")) return parse_decimal(profile, line);
    if (is(word, "days")) return parse_days(profile, line);
    if (is(word, "derive")) return parse_derive(profile, line);
    if (is(word, "zone")) return parse_zone(profile, line, row);
    if (is(word, "title") || is(word, "empty") || is(word, "refuse")) {
        *(is(word, "title")   ? &profile->title
          : is(word, "empty") ? &profile->empty
                              : &profile->refusal) = line;
        return line.len > 0 ? NULL : "a text is missing";
    }
    if (is(word, "currency")) {
        return ra_currency_from(line, profile->currency) ? NULL : "currency CODE of three letters";
    }
    return parse_switch(profile, word, line);
}

static const char *check(const ra_settle_profile *profile) {
    bool amount = profile->part_count > 0 || profile->refusal.len > 0;
    for (size_t i = 0; i < profile->term_count; i++) {
        ra_settle_field field = profile->terms[i].field;
        amount = amount || field == RA_SETTLE_GROSS || field == RA_SETTLE_NET;
    }
    if (profile->name.len == 0) return "the first statement is profile NAME";
    if (profile->need_count == 0) return "a profile needs at least one needed column";
    return amount ? NULL : "a profile needs an amount: gross, net or a part";
}

const char *ra_settle_builtin(size_t index) {
    const char *const *const lists[] = {ra_settle_providers, ra_settle_paypal,
                                        ra_settle_interfaces};
    for (size_t list = 0; list < sizeof lists / sizeof lists[0]; list++) {
        for (size_t i = 0; lists[list][i] != NULL; i++) {
            if (index-- == 0) return lists[list][i];
        }
    }
    return NULL;
}

ra_status ra_settle_profile_parse(ra_str text, ra_settle_profile *out, ra_error *error) {
    *out = (ra_settle_profile){.proved = true, .sign = RA_SIGN_POINT, .order = RA_ORDER_UNKNOWN};
    const char *wrong = NULL;
    uint64_t row = 0;
    size_t at = 0, bad = ra_text_check(text);
    if (bad < text.len) wrong = "the text is not valid UTF-8 or holds a NUL character";
    while (wrong == NULL && at < text.len) {
        const char *end = memchr(text.ptr + at, '\n', text.len - at);
        size_t length = end != NULL ? (size_t)(end - text.ptr) - at : text.len - at;
        ra_str line = ra_settle_trim((ra_str){text.ptr + at, length});
        row++;
        at += length + 1;
        if (line.len > 0 && line.ptr[0] != '#') wrong = parse_statement(out, line, row);
    }
    if (wrong == NULL) wrong = check(out);
    if (wrong == NULL) return RA_OK;
    if (error != NULL) *error = (ra_error){.row = row};
    return ra_fail(error, RA_BAD_FORMAT, NULL, wrong);
}

ra_status ra_settle_profile_zone(ra_settle_profile *profile, const ra_zone *known,
                                 ra_error *error) {
    if (profile->zone_name.len == 0 || profile->has_zone) return RA_OK;
    if (known != NULL && known->count > 0) {
        profile->zone = *known;
        profile->has_zone = true;
        return RA_OK;
    }
    if (error != NULL) *error = (ra_error){.row = profile->zone_row};
    return ra_fail(error, RA_BAD_FORMAT, NULL, "unknown time zone");
}

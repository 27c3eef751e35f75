/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The textual form of profiles. */
#include "dedupe/ra_link_profile.h"

#include <string.h>

static const char *const kind_names[RA_LINK_KINDS] = {"name", "address", "code", "phone",  "email",
                                                      "date", "lag",     "time", "amount", "memo"};

typedef struct ra_words {
    ra_str line;
    size_t at;
} ra_words;

static bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\r';
}

static ra_str next_word(ra_words *words) {
    while (words->at < words->line.len && is_blank(words->line.ptr[words->at]))
        words->at++;
    size_t start = words->at;
    while (words->at < words->line.len && !is_blank(words->line.ptr[words->at]))
        words->at++;
    return (ra_str){words->line.ptr + start, words->at - start};
}

static bool starts_with(ra_str text, ra_str start, ra_str *rest) {
    if (text.len < start.len || memcmp(text.ptr, start.ptr, start.len) != 0) return false;
    *rest = (ra_str){text.ptr + start.len, text.len - start.len};
    return true;
}

static bool copy_text(char *to, size_t room, ra_str text) {
    if (text.len + 1 > room) return false;
    memcpy(to, text.ptr, text.len);
    to[text.len] = '\0';
    return true;
}

uint8_t ra_link_profile_field(const ra_link_profile *profile, ra_str name) {
    for (uint32_t i = 0; i < profile->field_count; i++) {
        const char *known = profile->fields[i].name;
        if (strlen(known) == name.len && memcmp(known, name.ptr, name.len) == 0) return (uint8_t)i;
    }
    return RA_LINK_NO_FIELD;
}

static bool parse_kind(ra_str word, ra_link_kind *out) {
    for (uint32_t i = 0; i < RA_LINK_KINDS; i++) {
        if (ra_str_equal(word, (ra_str){kind_names[i], strlen(kind_names[i])})) {
            *out = (ra_link_kind)i;
            return true;
        }
    }
    return false;
}

/* A swap names a field already defined, so that the pair is linked both ways at once. */
static const char *parse_swap(ra_link_profile *profile, uint8_t index, ra_str name) {
    uint8_t other = ra_link_profile_field(profile, name);
    if (other == RA_LINK_NO_FIELD || other == index) return "swap= needs a field defined before";
    if (profile->fields[other].kind != RA_LINK_NAME || profile->fields[index].kind != RA_LINK_NAME)
        return "only fields of kind name can be exchanged";
    profile->fields[index].swap = other;
    profile->fields[other].swap = index;
    return NULL;
}

static const char *parse_group(ra_link_profile *profile, uint8_t index, ra_str name) {
    uint32_t group = 0;
    while (group < profile->group_count &&
           !ra_str_equal(name, (ra_str){profile->groups[group], strlen(profile->groups[group])}))
        group++;
    if (group == profile->group_count) {
        if (group == RA_LINK_GROUPS) return "there are too many groups";
        if (name.len == 0 || !copy_text(profile->groups[group], RA_LINK_NAME_MAX, name))
            return "a group has a name of at most 31 bytes";
        profile->group_count++;
    }
    profile->fields[index].group = (uint8_t)(group + 1);
    return NULL;
}

/* Fields defined before `index`; 0 when there is another name among them, or none. */
static uint32_t parse_fields(const ra_link_profile *profile, uint8_t index, ra_str names) {
    uint32_t fields = 0;
    while (names.len > 0) {
        const char *comma = memchr(names.ptr, ',', names.len);
        size_t len = comma ? (size_t)(comma - names.ptr) : names.len;
        uint8_t other = ra_link_profile_field(profile, (ra_str){names.ptr, len});
        if (other == RA_LINK_NO_FIELD || other == index) return 0;
        fields |= UINT32_C(1) << other;
        size_t used = comma ? len + 1 : len;
        names = (ra_str){names.ptr + used, names.len - used};
    }
    return fields;
}

static const char *parse_made_of(ra_link_profile *profile, uint8_t index, ra_str names) {
    profile->fields[index].made_of = parse_fields(profile, index, names);
    return profile->fields[index].made_of ? NULL : "made_of= needs fields before it";
}

static const char *parse_whole_of(ra_link_profile *profile, uint8_t index, ra_str names) {
    profile->fields[index].whole_of = parse_fields(profile, index, names);
    return profile->fields[index].whole_of ? NULL : "whole_of= needs fields before it";
}

/* 1 to `most`; false for anything else. */
static bool parse_number(ra_str digits, uint32_t most, uint32_t *out) {
    *out = 0;
    for (size_t i = 0; i < digits.len; i++) {
        if (digits.ptr[i] < '0' || digits.ptr[i] > '9') return false;
        *out = *out * 10 + (uint32_t)(digits.ptr[i] - '0');
        if (*out > most) return false;
    }
    return *out > 0;
}

static const char *check_field(const ra_link_profile *profile, const ra_link_field *field) {
    for (const ra_link_field *other = profile->fields; other < field; other++)
        if (field->limit && other->limit) return "a profile has at most one field of kind time";
    if ((field->kind == RA_LINK_TIME) != (field->limit > 0))
        return "limit= belongs to fields of kind time, and each of them needs it";
    if (field->series &&
        (field->group || (field->kind != RA_LINK_CODE && field->kind != RA_LINK_MEMO)))
        return "series belongs to fields of kind code or memo without a group";
    if (field->group && field->swap != RA_LINK_NO_FIELD)
        return "a field with a swap field cannot be in a group";
    if (field->group && (field->kind == RA_LINK_TIME || field->kind == RA_LINK_LAG))
        return "a time cannot be in a group";
    return NULL;
}

static const char *parse_option(ra_link_profile *profile, uint8_t index, ra_str word) {
    ra_link_field *field = &profile->fields[index];
    ra_str rest;
    if (ra_str_equal(word, RA_STR("tf"))) {
        field->frequency = true;
        return NULL;
    }
    if (ra_str_equal(word, RA_STR("series"))) {
        field->series = true;
        return NULL;
    }
    if (starts_with(word, RA_STR("swap="), &rest)) return parse_swap(profile, index, rest);
    if (starts_with(word, RA_STR("group="), &rest)) return parse_group(profile, index, rest);
    if (starts_with(word, RA_STR("made_of="), &rest)) return parse_made_of(profile, index, rest);
    if (starts_with(word, RA_STR("whole_of="), &rest)) return parse_whole_of(profile, index, rest);
    if (starts_with(word, RA_STR("limit="), &rest))
        return parse_number(rest, RA_LINK_LIMIT_MAX, &field->limit)
                   ? NULL
                   : "limit= needs a number of days from 1 to 9999";
    if (!starts_with(word, RA_STR("aliases="), &rest)) return "unknown option of a field";
    return copy_text(field->aliases, sizeof field->aliases, rest)
               ? NULL
               : "the aliases of a field are too long";
}

static const char *parse_field(ra_link_profile *profile, ra_words *words) {
    if (profile->field_count == RA_LINK_PROFILE_FIELDS) return "too many fields";
    uint8_t index = (uint8_t)profile->field_count;
    ra_link_field *field = &profile->fields[index];
    ra_str name = next_word(words);
    if (name.len == 0 || !copy_text(field->name, sizeof field->name, name))
        return "a field needs a name of at most 31 bytes";
    if (ra_link_profile_field(profile, name) != RA_LINK_NO_FIELD) return "a field is defined twice";
    if (!parse_kind(next_word(words), &field->kind)) return "unknown kind of field";
    field->swap = RA_LINK_NO_FIELD;
    profile->field_count++;
    for (ra_str word = next_word(words); word.len; word = next_word(words)) {
        const char *wrong = parse_option(profile, index, word);
        if (wrong) return wrong;
    }
    return check_field(profile, field);
}

static const char *parse_how(ra_str how, ra_link_part *part) {
    if (ra_str_equal(how, RA_STR("sound"))) {
        part->how = RA_LINK_SOUND;
    } else if (ra_str_equal(how, RA_STR("near"))) {
        part->how = RA_LINK_NEAR;
    } else if (ra_str_equal(how, RA_STR("token"))) {
        part->how = RA_LINK_TOKEN;
    } else if (ra_str_equal(how, RA_STR("word"))) {
        part->how = RA_LINK_WORD;
    } else if (ra_str_equal(how, RA_STR("either"))) {
        part->how = RA_LINK_EITHER;
    } else if (how.len == 1 && how.ptr[0] >= '1' && how.ptr[0] <= '9') {
        part->how = RA_LINK_PREFIX;
        part->length = (uint32_t)(how.ptr[0] - '0');
    } else {
        return "a part of a block is FIELD or FIELD:1..9, sound, near, token, word or either";
    }
    return NULL;
}

static const char *check_part(const ra_link_profile *profile, const ra_link_part *part) {
    ra_link_kind kind = profile->fields[part->field].kind;
    bool number = kind == RA_LINK_DATE || kind == RA_LINK_LAG || kind == RA_LINK_TIME ||
                  kind == RA_LINK_AMOUNT;
    if (part->how == RA_LINK_NEAR && !number) return "near is for dates and amounts";
    if (part->how == RA_LINK_TOKEN && kind != RA_LINK_MEMO)
        return "token is for fields of kind memo";
    if (part->how == RA_LINK_WORD && kind != RA_LINK_NAME && kind != RA_LINK_ADDRESS)
        return "word is for fields of kind name or address";
    if (part->how == RA_LINK_EITHER && profile->fields[part->field].swap == RA_LINK_NO_FIELD)
        return "either is for fields with a swap field";
    return NULL;
}

static const char *parse_rule(ra_link_profile *profile, ra_words *words) {
    if (profile->rule_count == RA_LINK_RULES) return "too many blocks";
    ra_link_rule *rule = &profile->rules[profile->rule_count++];
    for (ra_str word = next_word(words); word.len; word = next_word(words)) {
        if (rule->count == RA_LINK_PARTS) return "a block has at most four parts";
        ra_link_part *part = &rule->parts[rule->count++];
        const char *colon = memchr(word.ptr, ':', word.len);
        size_t name = colon ? (size_t)(colon - word.ptr) : word.len;
        part->field = ra_link_profile_field(profile, (ra_str){word.ptr, name});
        if (part->field == RA_LINK_NO_FIELD) return "a block names an unknown field";
        const char *wrong =
            colon ? parse_how((ra_str){colon + 1, word.len - name - 1}, part) : NULL;
        wrong = wrong ? wrong : check_part(profile, part);
        if (wrong) return wrong;
    }
    return rule->count ? NULL : "a block needs a field";
}

static const char *parse_sort(ra_link_profile *profile, ra_words *words) {
    for (ra_str word = next_word(words); word.len; word = next_word(words)) {
        if (profile->sort_count == RA_LINK_PARTS) return "at most four fields to sort by";
        uint8_t field = ra_link_profile_field(profile, word);
        if (field == RA_LINK_NO_FIELD) return "sort names an unknown field";
        profile->sort[profile->sort_count++] = field;
    }
    return NULL;
}

static const char *parse_share(ra_link_profile *profile, ra_words *words) {
    if (profile->share_count == RA_LINK_SHARES) return "there are too many shares";
    ra_link_share *share = &profile->shares[profile->share_count++];
    ra_str name = next_word(words);
    if (name.len == 0 || !copy_text(share->name, sizeof share->name, name))
        return "a share has a name of at most 31 bytes";
    uint32_t count = 0;
    for (ra_str word = next_word(words); word.len; word = next_word(words), count++) {
        bool sometimes = word.ptr[word.len - 1] == '?';
        word.len -= sometimes;
        uint8_t field = ra_link_profile_field(profile, word);
        if (field == RA_LINK_NO_FIELD) return "share names an unknown field";
        share->fields |= UINT32_C(1) << field;
        share->sometimes |= (uint32_t)sometimes << field;
    }
    return count > 1 ? NULL : "a share needs two fields at least";
}

static const char *parse_line(ra_link_profile *profile, ra_str line) {
    const char *comment = line.len ? memchr(line.ptr, '#', line.len) : NULL;
    if (comment) line.len = (size_t)(comment - line.ptr);
    ra_words words = {.line = line};
    ra_str verb = next_word(&words);
    if (verb.len == 0) return NULL;
    if (ra_str_equal(verb, RA_STR("profile")))
        return copy_text(profile->name, sizeof profile->name, next_word(&words))
                   ? NULL
                   : "the name of a profile has at most 31 bytes";
    if (ra_str_equal(verb, RA_STR("field"))) return parse_field(profile, &words);
    if (ra_str_equal(verb, RA_STR("block"))) return parse_rule(profile, &words);
    if (ra_str_equal(verb, RA_STR("sort"))) return parse_sort(profile, &words);
    if (ra_str_equal(verb, RA_STR("share"))) return parse_share(profile, &words);
    if (ra_str_equal(verb, RA_STR("all")))
        return parse_number(next_word(&words), RA_LINK_ALL_MAX, &profile->all)
                   ? NULL
                   : "all needs a number of rows from 1 to 2000";
    if (ra_str_equal(verb, RA_STR("agree")))
        return parse_number(next_word(&words), 99, &profile->agree)
                   ? NULL
                   : "agree needs a number of percent from 1 to 99";
    if (ra_str_equal(verb, RA_STR("review")))
        return parse_number(next_word(&words), 99, &profile->review)
                   ? NULL
                   : "review needs a number of percent from 1 to 99";
    return "a line starts with profile, field, block, all, agree, share, review or sort";
}

ra_status ra_link_profile_parse(ra_str text, ra_link_profile *out, ra_error *error) {
    memset(out, 0, sizeof *out);
    uint64_t row = 0;
    for (size_t at = 0; at < text.len;) {
        const char *start = text.ptr + at;
        const char *stop = memchr(start, '\n', text.len - at);
        size_t len = stop ? (size_t)(stop - start) : text.len - at;
        row++;
        const char *wrong = parse_line(out, (ra_str){start, len});
        if (wrong) {
            ra_status status = ra_fail(error, RA_BAD_FORMAT, NULL, wrong);
            if (error) error->row = row;
            return status;
        }
        at += len + 1;
    }
    if (out->field_count == 0 || out->rule_count == 0)
        return ra_fail(error, RA_BAD_FORMAT, NULL, "a profile needs a field and a block");
    return RA_OK;
}

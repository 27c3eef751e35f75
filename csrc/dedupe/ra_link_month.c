/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Names of months. */
#include "dedupe/ra_link_month.h"

#include <string.h>

#define RA_DAY_MOST 31
#define RA_CENTURY_TURN 40

/* Beginnings without marks; the first that fits counts, so longer ones come first. */
static const struct {
    char start[5];
    uint8_t month;
} months[] = {
    {"jan", 1},  {"ene", 1},  {"gen", 1},  {"feb", 2},  {"fev", 2},  {"mar", 3},  {"mrz", 3},
    {"maa", 3},  {"apr", 4},  {"avr", 4},  {"abr", 4},  {"may", 5},  {"mai", 5},  {"mei", 5},
    {"mag", 5},  {"maj", 5},  {"juin", 6}, {"jun", 6},  {"giu", 6},  {"juil", 7}, {"jul", 7},
    {"lug", 7},  {"aug", 8},  {"aou", 8},  {"ago", 8},  {"sep", 9},  {"set", 9},  {"oct", 10},
    {"okt", 10}, {"ott", 10}, {"out", 10}, {"nov", 11}, {"dec", 12}, {"dez", 12}, {"dic", 12},
};

static int month_of(ra_str word) {
    for (size_t i = 0; i < sizeof months / sizeof *months; i++) {
        size_t len = strlen(months[i].start);
        if (word.len >= len && memcmp(word.ptr, months[i].start, len) == 0) return months[i].month;
    }
    return 0;
}

int ra_link_whole_year(int year, uint32_t digits) {
    if (digits != 2) return year;
    return year + (year < RA_CENTURY_TURN ? 2000 : 1900);
}

typedef struct ra_date_words {
    int numbers[2];
    uint32_t digits[2], count;
    int month;
} ra_date_words;

/* False when there are more numbers or months than a date has. A time behind the date ends it. */
static bool add_word(ra_date_words *words, ra_str word) {
    uint32_t digits = 0;
    int number = 0;
    while (digits < word.len && digits < 5 && word.ptr[digits] >= '0' && word.ptr[digits] <= '9')
        number = number * 10 + (word.ptr[digits++] - '0');
    if (digits == 0) {
        int month = month_of(word);
        if (month && words->month) return false;
        words->month += month;
        return true;
    }
    if (words->count == 2) return words->month != 0;
    words->numbers[words->count] = number;
    words->digits[words->count++] = digits;
    return true;
}

bool ra_link_month_date(ra_str text, int *year, int *month, int *day) {
    ra_date_words words = {.month = 0};
    for (size_t at = 0; at < text.len; at++) {
        size_t start = at;
        while (at < text.len && text.ptr[at] != ' ')
            at++;
        if (!add_word(&words, (ra_str){text.ptr + start, at - start})) return false;
    }
    if (words.month == 0 || words.count < 2) return false;
    uint32_t of_year = words.digits[0] == 4 || words.numbers[0] > RA_DAY_MOST ? 0 : 1;
    if (words.digits[of_year] != 4 && words.digits[of_year] != 2) return false;
    if (words.digits[1 - of_year] > 2) return false;
    *year = ra_link_whole_year(words.numbers[of_year], words.digits[of_year]);
    *month = words.month;
    *day = words.numbers[1 - of_year];
    return true;
}

/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Blocking keys of one row under one rule. */
#ifndef RA_DEDUPE_LINK_KEYS_H
#define RA_DEDUPE_LINK_KEYS_H

#include "dedupe/ra_link_compare.h"

/* Keys per row of a rule: the product of what its parts give, at most `most`. */
uint32_t ra_link_key_width(const ra_link_rule *rule, uint32_t most);

/* Are all fields of the rule columns of the table? */
bool ra_link_key_usable(const ra_link_table *table, const ra_link_rule *rule);

/* The `number`-th key; false when a part has no value or not that many. */
bool ra_link_key(const ra_link_comparer *comparer, const ra_link_rule *rule, uint32_t row,
                 uint32_t number, uint32_t *key);

/* The first letters or the number of the sort fields, comparable as an integer. */
uint64_t ra_link_sort_key(const ra_link_table *table, uint32_t row);

#endif

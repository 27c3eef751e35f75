/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Column names, and the headers that exports of shops use for them. */
#include "read/ra_csv_columns.h"

#include <string.h>

#define ORDER(text, kind, member)                                                                  \
    {                                                                                              \
        .name = (text), .level = RA_CSV_ORDER, .type = RA_CSV_##kind,                              \
        .offset = offsetof(ra_order, member)                                                       \
    }
#define REQUIRED(text, kind, member)                                                               \
    {                                                                                              \
        .name = (text), .level = RA_CSV_ORDER, .type = RA_CSV_##kind,                              \
        .offset = offsetof(ra_order, member), .required = true                                     \
    }
#define LINE(text, kind, member)                                                                   \
    {                                                                                              \
        .name = (text), .level = RA_CSV_LINE, .type = RA_CSV_##kind,                               \
        .offset = offsetof(ra_line, member)                                                        \
    }
#define TAX(rate_text, amount_text, number)                                                        \
    {.name = (rate_text),                                                                          \
     .level = RA_CSV_LINE_TAX,                                                                     \
     .type = RA_CSV_CODE,                                                                          \
     .offset = offsetof(ra_line_tax, rate_ref),                                                    \
     .tax = (number)},                                                                             \
    {                                                                                              \
        .name = (amount_text), .level = RA_CSV_LINE_TAX, .type = RA_CSV_MONEY,                     \
        .offset = offsetof(ra_line_tax, amount), .tax = (number)                                   \
    }
#define PLACE(text, part, member)                                                                  \
    {                                                                                              \
        .name = (text), .level = RA_CSV_ORDER, .type = RA_CSV_TEXT,                                \
        .offset = offsetof(ra_order, part) + offsetof(ra_address, member)                          \
    }
#define ADDRESS(prefix, part)                                                                      \
    PLACE(prefix "_first_name", part, first_name), PLACE(prefix "_last_name", part, last_name),    \
        PLACE(prefix "_company", part, company), PLACE(prefix "_address_1", part, address_1),      \
        PLACE(prefix "_address_2", part, address_2), PLACE(prefix "_city", part, city),            \
        PLACE(prefix "_state", part, state), PLACE(prefix "_postcode", part, postcode),            \
        PLACE(prefix "_country", part, country), PLACE(prefix "_email", part, email),              \
        PLACE(prefix "_phone", part, phone)

static const ra_csv_column columns[] = {
    REQUIRED("order_id", CODE, source_ref),
    ORDER("number", CODE, number),
    REQUIRED("status", CODE, status),
    REQUIRED("currency", CODE, currency),
    ORDER("prices_include_tax", BOOL, prices_include_tax),
    REQUIRED("date_created", TIME, created_at),
    ORDER("date_modified", TIME, modified_at),
    ORDER("date_paid", TIME, paid_at),
    ORDER("customer_id", ID, customer_ref),
    ADDRESS("billing", billing),
    ADDRESS("shipping", shipping),
    ORDER("payment_method", TEXT, payment_method),
    ORDER("payment_method_title", TEXT, payment_title),
    ORDER("transaction_id", TEXT, transaction_ref),
    ORDER("created_via", TEXT, created_via),
    ORDER("customer_note", TEXT, customer_note),
    REQUIRED("total", MONEY, total),
    ORDER("total_tax", MONEY, total_tax),
    ORDER("discount_total", MONEY, discount_total),
    LINE("line_kind", KIND, kind),
    LINE("line_id", CODE, source_ref),
    LINE("product_id", ID, product_ref),
    LINE("variation_id", ID, variation_ref),
    LINE("sku", TEXT, sku),
    LINE("barcode", CODE, barcode),
    LINE("line_code", TEXT, code),
    LINE("name", TEXT, name),
    LINE("quantity", MONEY, quantity),
    LINE("subtotal", MONEY, subtotal),
    {.name = "line_total",
     .level = RA_CSV_LINE,
     .type = RA_CSV_MONEY,
     .offset = offsetof(ra_line, total),
     .required = true},
    TAX("tax_rate_id", "line_tax", 0),
    TAX("tax_rate_2_id", "line_tax_2", 1),
    TAX("tax_rate_3_id", "line_tax_3", 2),
    TAX("tax_rate_4_id", "line_tax_4", 3),
    TAX("tax_rate_5_id", "line_tax_5", 4),
};

#define COLUMN_COUNT (sizeof columns / sizeof columns[0])

/* Headers, reduced to lower-case letters and digits. */
static const struct alias {
    const char *header, *name;
} aliases[] = {
    {"ordernumber", "number"},
    {"orderstatus", "status"},
    {"ordercurrency", "currency"},
    {"currencycode", "currency"},
    {"orderdate", "date_created"},
    {"datecreatedgmt", "date_created"},
    {"modifieddate", "date_modified"},
    {"datemodifiedgmt", "date_modified"},
    {"paiddate", "date_paid"},
    {"datepaidgmt", "date_paid"},
    {"customeruserid", "customer_id"},
    {"userid", "customer_id"},
    {"paymentmethodcode", "payment_method"},
    {"ordertotal", "total"},
    {"ordertotalamount", "total"},
    {"ordertotaltax", "total_tax"},
    {"ordertotaltaxamount", "total_tax"},
    {"orderdiscount", "discount_total"},
    {"cartdiscountamount", "discount_total"},
    {"ordernote", "customer_note"},
    {"firstnamebilling", "billing_first_name"},
    {"lastnamebilling", "billing_last_name"},
    {"companybilling", "billing_company"},
    {"address1billing", "billing_address_1"},
    {"address12billing", "billing_address_1"},
    {"address2billing", "billing_address_2"},
    {"citybilling", "billing_city"},
    {"statecodebilling", "billing_state"},
    {"postcodebilling", "billing_postcode"},
    {"countrycodebilling", "billing_country"},
    {"emailbilling", "billing_email"},
    {"phonebilling", "billing_phone"},
    {"firstnameshipping", "shipping_first_name"},
    {"lastnameshipping", "shipping_last_name"},
    {"companyshipping", "shipping_company"},
    {"address1shipping", "shipping_address_1"},
    {"address12shipping", "shipping_address_1"},
    {"address2shipping", "shipping_address_2"},
    {"cityshipping", "shipping_city"},
    {"statecodeshipping", "shipping_state"},
    {"postcodeshipping", "shipping_postcode"},
    {"countrycodeshipping", "shipping_country"},
    {"phoneshipping", "shipping_phone"},
    {"billingemailaddress", "billing_email"},
    {"customeremail", "billing_email"},
    {"linetype", "line_kind"},
    {"itemtype", "line_kind"},
    {"itemid", "line_id"},
    {"productsku", "sku"},
    {"itemsku", "sku"},
    {"gtin", "barcode"},
    {"ean", "barcode"},
    {"globaluniqueid", "barcode"},
    {"shippingmethodid", "line_code"},
    {"itemname", "name"},
    {"productname", "name"},
    {"qty", "quantity"},
    {"itemquantity", "quantity"},
    {"itemsubtotal", "subtotal"},
    {"linesubtotal", "subtotal"},
    {"orderlinesubtotal", "subtotal"},
    {"itemtotal", "line_total"},
    {"orderlinetotal", "line_total"},
    {"itemtax", "line_tax"},
    {"orderlinetax", "line_tax"},
};

#define ALIAS_COUNT (sizeof aliases / sizeof aliases[0])
#define HEADER_LIMIT 64u

/* Lower-case letters and digits of `text`; empty when it is longer than any header known. */
static size_t reduce(ra_str text, char out[HEADER_LIMIT]) {
    size_t length = 0;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c >= 'A' && c <= 'Z') c = (char)(c + ('a' - 'A'));
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))) continue;
        if (length == HEADER_LIMIT - 1) return 0;
        out[length++] = c;
    }
    out[length] = '\0';
    return length;
}

const ra_csv_column *ra_csv_column_named(const char *name) {
    for (size_t i = 0; i < COLUMN_COUNT; i++) {
        if (strcmp(columns[i].name, name) == 0) return &columns[i];
    }
    return NULL;
}

const ra_csv_column *ra_csv_find_column(ra_str header) {
    char wanted[HEADER_LIMIT], known[HEADER_LIMIT];
    if (reduce(header, wanted) == 0) return NULL;
    for (size_t i = 0; i < COLUMN_COUNT; i++) {
        (void)reduce((ra_str){columns[i].name, strlen(columns[i].name)}, known);
        if (strcmp(wanted, known) == 0) return &columns[i];
    }
    for (size_t i = 0; i < ALIAS_COUNT; i++) {
        if (strcmp(wanted, aliases[i].header) == 0) return ra_csv_column_named(aliases[i].name);
    }
    return NULL;
}

const ra_csv_column *ra_csv_next_column(const ra_csv_column *column) {
    if (column == NULL) return columns;
    return column + 1 < columns + COLUMN_COUNT ? column + 1 : NULL;
}

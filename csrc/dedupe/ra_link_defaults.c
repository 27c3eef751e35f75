/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The default profiles. Their reasons are in docs/duplicates.md. */
#include <string.h>

#include "dedupe/ra_link_profile.h"

static const char person[] =
    "profile person\n"
    "field given_name name tf aliases=first_name,firstname,forename,givenname,fname\n"
    "field surname name tf swap=given_name aliases=last_name,lastname,family_name,lname\n"
    "field name name tf aliases=full_name,fullname,customer,customer_name,contact,display_name\n"
    "field company name tf aliases=company_name,organisation,organization,employer\n"
    "field street_number code aliases=house_number,street_no,house_no\n"
    "field address_1 address aliases=address,street,address1,street_1,address_line_1,street_name\n"
    "field address_2 address aliases=street2,address2,street_2,address_line_2\n"
    "field suburb name tf aliases=city,town,locality,place\n"
    "field postcode code tf aliases=zip,postal_code,zip_code,zipcode,post_code\n"
    "field state code tf aliases=region,province,county,state_code\n"
    "field country code tf aliases=country_code,country_id\n"
    "field date_of_birth date tf aliases=dob,birth_date,birthdate,birthday,birthdate_date\n"
    "field soc_sec_id code tf aliases=ssn,vat,national_id,tax_id,vat_number,social_security\n"
    "field phone phone tf aliases=telephone,phone_number,tel,phone1\n"
    "field mobile phone tf aliases=cell,mobile_phone,phone2\n"
    "field email email tf made_of=given_name,surname,name aliases=e_mail,mail,email_address\n"
    "block soc_sec_id\n"
    "block email\n"
    "block phone\n"
    "block mobile\n"
    "block date_of_birth\n"
    "block given_name:sound surname:sound\n"
    "block surname\n"
    "block name postcode:2\n"
    "block name suburb:3\n"
    "block name:6 date_of_birth:4\n"
    "block postcode surname:3\n"
    "block postcode given_name:3\n"
    "block given_name:sound date_of_birth:6\n"
    "block address_1 street_number\n"
    "block address_1 postcode\n"
    "block suburb:5 given_name:3 surname:1\n"
    "block given_name suburb:3\n"
    "block surname:either date_of_birth:4\n"
    "block surname:either postcode:3\n"
    "block surname:either suburb:3\n"
    "block soc_sec_id:4 date_of_birth:4\n"
    "block email:6\n"
    "block suburb date_of_birth:4\n"
    "block company postcode:2\n"
    "all 1000\n"
    "agree 75\n"
    "share place suburb postcode state country\n"
    "share address company street_number address_1 address_2 suburb postcode state country phone\n"
    "share household surname street_number address_1 address_2 suburb postcode state country "
    "phone\n"
    "sort surname given_name name date_of_birth\n";

/* Name, e-mail, phone and address say the same thing over again, and so do basket and amount: in a
 * group the one that agrees best speaks for all, or together they would outweigh that two orders of
 * one customer were really placed. Copies of an order follow within days; who orders the same a
 * week later has ordered again. */
static const char order[] =
    "profile order\n"
    "field customer name tf group=who "
    "aliases=customer_name,partner,partner_name,billing_name,buyer,name,partner_id,contact\n"
    "field email email tf group=who "
    "aliases=e_mail,mail,email_address,billing_email,customer_email\n"
    "field phone phone tf group=who aliases=telephone,mobile,tel,billing_phone,customer_phone\n"
    "field address address tf group=who aliases=street,address_1,billing_address,shipping_address\n"
    "field date time limit=7 aliases=order_date,date_order,created,created_at,date_created,time,"
    "datetime,timestamp,placed_at\n"
    "field amount amount tf group=what aliases=total,amount_total,order_total,grand_total\n"
    "field basket memo group=what aliases=lines,items,skus,products,content,line_items\n"
    "field channel code aliases=source,route,shop,store,marketplace,origin\n"
    "block customer date:near\n"
    "block email date:near\n"
    "block phone date:near\n"
    "block address date:near\n"
    "block customer:sound amount:near date:near\n"
    "block customer:sound date:near basket:token\n"
    "block amount date:near\n"
    "block basket date:near\n"
    "block basket:token amount date:near\n"
    "review 10\n"
    "sort date customer amount\n";

static const char payment[] =
    "profile payment\n"
    "field reference code tf aliases=ref,transaction_id,payment_ref,end_to_end_id,reference_id\n"
    "field partner name tf aliases=customer,payer,payee,partner_name,counterparty\n"
    "field account code tf aliases=iban,account_number,bank_account\n"
    "field memo memo aliases=description,label,narrative,text,communication,details\n"
    "field date lag aliases=transaction_date,booking_date,value_date,payment_date\n"
    "field amount amount aliases=total,value,sum\n"
    "block reference\n"
    "block amount date:near\n"
    "block memo:1 amount:near date:near\n"
    "block memo:4 amount:near\n"
    "block memo:token date:near\n"
    "block memo date:near\n"
    "block partner:sound amount:near\n"
    "block account amount:near\n"
    "sort amount memo date\n";

const char *const ra_link_profile_names[] = {"person", "order", "payment", NULL};

ra_str ra_link_profile_default(ra_str name) {
    if (ra_str_equal(name, RA_STR("person"))) return RA_STR(person);
    if (ra_str_equal(name, RA_STR("order"))) return RA_STR(order);
    if (ra_str_equal(name, RA_STR("payment"))) return RA_STR(payment);
    return (ra_str){NULL, 0};
}

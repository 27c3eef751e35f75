# SPDX-License-Identifier: LGPL-3.0-or-later
"""Files of others: what shops, banks, offices and statisticians call their columns.

Words of whose a value is, and words that say nothing, do not hide what a column holds;
parts of a date are one date; the column that names the records is the id, unless a
value comes twice.
"""

import random

import pytest
import retail_accelerator_native as native
from link_headings import FAMILY, GIVEN, SEED, guessed, write

PEOPLE = {"given_name", "surname", "phone", "suburb", "postcode"}


@pytest.mark.parametrize(
    ("header", "wanted", "unused"),
    [
        (
            "Contact ID;Account Name;First Name;Last Name;Email;Phone;Mobile;"
            "Mailing Street;Mailing City;Mailing State/Province;"
            "Mailing Zip/Postal Code;Mailing Country;Contact Owner",
            PEOPLE | {"company", "email", "mobile", "address_1", "state", "country"},
            ["Contact Owner"],
        ),
        (
            "Record ID;First Name;Last Name;Email;Phone Number;Mobile Phone Number;"
            "Company name;Street Address;City;Postal Code;Country/Region",
            PEOPLE | {"company", "email", "mobile", "address_1", "country"},
            [],
        ),
        (
            "First Name;Last Name;Organization Name;E-mail 1 - Label;"
            "E-mail 1 - Value;Phone 1 - Value;Address 1 - Street;"
            "Address 1 - City;Address 1 - Postal Code",
            PEOPLE | {"company", "email", "address_1"},
            ["E-mail 1 - Label"],
        ),
        (
            "first_name;last_name;res_street_address;res_city_desc;state_cd;"
            "zip_code;full_phone_num;voter_reg_num",
            PEOPLE | {"address_1", "state"},
            [],
        ),
        (
            "firstName;lastName;home.phone;address.city;address.postalCode",
            PEOPLE,
            [],
        ),
        (
            "unique_id;first_name;surname;dob;city_clean;postcode_fake;Home Phone;"
            "Work Phone",
            PEOPLE | {"date_of_birth"},
            ["Work Phone"],
        ),
    ],
)
def test_words_that_do_not_matter_hide_no_column_of_people(
    header, wanted, unused, tmp_path
):
    assert guessed(tmp_path, "person", header.split(";")) == (wanted, unused)


ORDERS = {"customer", "email", "phone", "address", "date", "amount", "basket"}


@pytest.mark.parametrize(
    "header",
    [
        "Name;Email;Total;Created at;Lineitem name;Billing Name;Billing Street;"
        "Billing Phone;Shipping Name;Shipping Street;Shipping Phone",
        "order-id;purchase-date;buyer-email;buyer-name;buyer-phone-number;"
        "product-name;item-price;recipient-name;ship-address-1",
        "Order Number;Order Date;First Name (Billing);Last Name (Billing);"
        "Address 1&2 (Billing);Email (Billing);Phone (Billing);"
        "First Name (Shipping);Last Name (Shipping);Order Total Amount;Item Name",
        "Sales Record Number;Buyer Name;Buyer Email;Ship To Phone;Buyer Address 1;"
        "Ship To Address 1;Item Title;Total Price;Sale Date",
    ],
)
def test_exports_of_shops_and_marketplaces_are_understood(header, tmp_path):
    fields, unused = guessed(tmp_path, "order", header.split(";"))
    assert fields == ORDERS
    assert all("hip" in name or "recipient" in name for name in unused)


@pytest.mark.parametrize(
    ("header", "wanted"),
    [
        ("Posting Date;Num;Name;Memo/Description;Amount", {"reference", "partner"}),
        ("Booking Date;Description;Debit Amount;Credit Amount", set()),
    ],
)
def test_ledgers_are_understood(header, wanted, tmp_path):
    fields, unused = guessed(tmp_path, "payment", header.split(";"))
    assert fields == wanted | {"date", "memo", "amount"}
    assert unused == []


def people(count, seed=SEED):
    """Given name, family name, year, month and day of birth."""
    pick = random.Random(seed)
    for _number in range(count):
        given = pick.choice(GIVEN) + pick.choice(GIVEN)
        family = pick.choice(FAMILY) + pick.choice(FAMILY)
        month, day = pick.randrange(1, 13), pick.randrange(1, 29)
        yield given, family, pick.randrange(1930, 2005), month, day


@pytest.mark.parametrize(
    ("names", "parts"),
    [
        (("by", "bm", "bd"), (0, 1, 2)),
        (("bm", "bd", "by"), (1, 2, 0)),
        (("birth_day", "birth_month", "birth_year"), (2, 1, 0)),
        (("Geburtstag", "Geburtsmonat", "Geburtsjahr"), (2, 1, 0)),
    ],
)
def test_a_date_in_three_columns_is_one_date_in_any_order(names, parts, tmp_path):
    crowd = list(people(600))
    whole = [
        (number, given, family, f"{year}-{month:02}-{day:02}")
        for number, (given, family, year, month, day) in enumerate(crowd)
    ]
    split = [
        (number, given, family, *(born[part] for part in parts))
        for number, (given, family, *born) in enumerate(crowd)
    ]
    random.Random(SEED).shuffle(split)
    first = write(tmp_path / "a.csv", ("id", "first_name", "last_name", "dob"), whole)
    header = ("id", "first_name", "last_name", *names)
    second = write(tmp_path / "b.csv", header, split)
    found = native.link_files("person", [first, second])
    assert found.unused == []
    linked = {(found.ids[a], found.ids[found.split + b]) for a, b, *_ in found.pairs}
    assert linked == {(str(number), str(number)) for number in range(600)}
    birth = [
        level
        for a, b, *_ in found.pairs
        for field, level, _bits in found.explain(a, b)
        if field == "date_of_birth"
    ]
    assert set(birth) == {"equal"}


def test_a_year_of_birth_alone_counts(tmp_path):
    rows = [(given, family, year) for given, family, year, *_ in people(3)]
    path = write(tmp_path / "a.csv", ("first", "last", "Birth Year"), [*rows, rows[0]])
    reasons = native.link_files("person", [path]).explain(0, 3)
    assert ("date_of_birth", "equal") in {reason[:2] for reason in reasons}


@pytest.mark.parametrize(
    "heading", ["voter_id", "Contact ID", "customerId", "", "Kundennummer"]
)
def test_the_column_that_names_the_records_is_the_id(heading, tmp_path):
    rows = [(f"K{number}", *row[:2]) for number, row in enumerate(people(50))]
    path = write(tmp_path / "a.csv", (heading, "first_name", "surname"), rows)
    found = native.link_files("person", [path])
    assert found.ids == [row[0] for row in rows]
    assert found.unused == []


def test_a_number_that_is_a_field_as_well_names_its_records(tmp_path):
    rows = [
        (f"T{number}", f"2026-01-{number + 1:02}", f"note {number}", number + 5)
        for number in range(20)
    ]
    header = ("Transaction ID", "Date", "Description", "Amount")
    found = native.link_files("payment", [write(tmp_path / "a.csv", header, rows)])
    assert found.ids == [row[0] for row in rows]


@pytest.mark.parametrize("place", [3, 9000])
def test_what_comes_twice_or_is_missing_is_no_id(place, tmp_path):
    """Also where that shows only beyond what is read ahead."""
    for value in ("K0", ""):
        rows = [[f"K{number}", *row[:2]] for number, row in enumerate(people(9001))]
        rows[place][0] = value
        path = write(tmp_path / "a.csv", ("person_id", "first_name", "surname"), rows)
        found = native.link_files("person", [path])
        assert found.ids == [str(number + 1) for number in range(9001)]


def test_a_name_that_its_parts_tell_already_does_not_count_twice(tmp_path):
    crowd = [row[:2] for row in people(300)]
    rows = [(f"{given} {family}", given, family) for given, family in crowd]
    header = ("full_name", "first_name", "surname")
    rows += [("Acme", "", ""), ("Acme", "", "")]
    both = write(tmp_path / "b.csv", header, rows)
    found = native.link_files("person", [both])
    weights = {name: bits for name, _level, bits in found.explain(0, 1)}
    assert weights["name"] == 0
    alone = {name for name, level, _ in found.explain(300, 301) if level == "equal"}
    assert alone == {"name"}


def test_what_registers_tell_of_people_is_compared(tmp_path):
    header = "voter_id;first_name;midl_name;last_name;sex_code;birth_place;occupation"
    fields, unused = guessed(tmp_path, "person", header.split(";"))
    more = {"middle_name", "gender", "birth_place", "occupation"}
    assert fields == {"given_name", "surname"} | more
    assert unused == []


def test_of_too_many_columns_the_most_telling_ones_are_compared(tmp_path):
    fields = (
        *("given_name", "surname", "name", "company", "street_number", "address_1"),
        *("address_2", "suburb", "postcode", "state", "country", "date_of_birth"),
        *("soc_sec_id", "phone", "mobile", "email", "middle_name", "gender"),
    )
    turned = fields[::-1]
    compared, unused = guessed(tmp_path, "person", turned)
    assert compared == set(fields[:16])
    assert unused == ["gender", "middle_name"]

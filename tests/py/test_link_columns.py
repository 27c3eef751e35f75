# SPDX-License-Identifier: LGPL-3.0-or-later
"""Columns are known by their headings, in several languages; parts and wholes meet."""

import random

import pytest
import retail_accelerator_native as native
from link_headings import FAMILY, GIVEN, SEED, guessed, write


@pytest.mark.parametrize(
    "header",
    [
        "Vorname;Nachname;Straße;Hausnummer;PLZ;Ort;Geburtsdatum;Telefon;E-Mail",
        "Prénom;Nom;Adresse;N°;Code postal;Ville;Date de naissance;Tél.;Courriel",
        "Nombre;Apellidos;Dirección;Nº;C.P.;Población;Fecha de nacimiento;Tel.;Email",
        "Nome;Cognome;Indirizzo;Civico;CAP;Città;Data di nascita;Telefono;E-mail",
        "Voornaam;Achternaam;Straat;Huisnummer;Postcode;Plaats;Geboortedatum;Tel;Mail",
        "First;Last;Address (home);No;ZIP;Billing City;DOB;Customer phone;Email",
    ],
)
def test_headings_of_people_are_known_in_several_languages(header, tmp_path):
    fields, unused = guessed(tmp_path, "person", header.split(";"))
    wanted = {"given_name", "surname", "address_1", "suburb", "postcode"}
    assert fields >= wanted | {"date_of_birth", "phone", "email"}
    assert len(unused) <= 1


@pytest.mark.parametrize(
    ("profile", "header", "wanted"),
    [
        (
            "payment",
            "Buchungstag;Verwendungszweck;Auftraggeber/Empfänger;Betrag (EUR)",
            {"date", "memo", "partner", "amount"},
        ),
        ("payment", "Date opération;Libellé;Montant", {"date", "memo", "amount"}),
        ("payment", "Fecha valor;Concepto;Importe", {"date", "memo", "amount"}),
        ("payment", "Date;Description;Money in;Money out", {"date", "memo", "amount"}),
        (
            "order",
            "Bestelldatum;Kunde;E-Mail;Lieferadresse;Gesamtbetrag;Artikel",
            {"date", "customer", "email", "address", "amount", "basket"},
        ),
        (
            "order",
            "Order date;First name;Last name;Billing email;Total;Items",
            {"date", "customer", "email", "amount", "basket"},
        ),
    ],
)
def test_headings_of_payments_and_orders_are_known(profile, header, wanted, tmp_path):
    fields, unused = guessed(tmp_path, profile, header.split(";"))
    assert fields == wanted
    assert unused == []


def test_a_name_beside_a_first_name_is_the_family_name(tmp_path):
    assert guessed(tmp_path, "person", ["Vorname", "Name"])[0] == {
        *("given_name", "surname"),
    }
    assert guessed(tmp_path, "person", ["Nombre", "DNI"])[0] == {"name", "soc_sec_id"}


def test_columns_that_are_taken_for_no_field_are_named(tmp_path):
    _fields, unused = guessed(tmp_path, "person", ["id", "surname", "Anrede", "shoes"])
    assert unused == ["Anrede", "shoes"]


def people(count):
    pick = random.Random(SEED)
    for number in range(count):
        street = f"{pick.choice(FAMILY)}{pick.choice('abcdefgh')}weg"
        given = pick.choice(GIVEN) + pick.choice(GIVEN)
        yield (
            number,
            given,
            pick.choice(FAMILY) + pick.choice(FAMILY),
            street,
            pick.randrange(90),
        )


def pairs(found):
    return {(found.ids[a], found.ids[found.split + b]) for a, b, *_rest in found.pairs}


def test_a_name_and_an_address_in_one_column_are_linked_with_their_parts(tmp_path):
    crowd = list(people(1500))
    whole = [
        (number, f"{family}, {given}", f"{street} {house}")
        for number, given, family, street, house in crowd[:1200]
    ]
    parts = crowd[300:]
    random.Random(SEED).shuffle(parts)
    first = write(tmp_path / "a.csv", ("id", "Kunde", "Anschrift"), whole)
    header = ("id", "Vorname", "Nachname", "Straße", "Hausnummer")
    second = write(tmp_path / "b.csv", header, parts, ";")
    found = native.link_files("person", [first, second])
    true = {(str(number), str(number)) for number in range(300, 1200)}
    assert len(pairs(found) & true) >= 0.98 * len(true)
    assert len(pairs(found) - true) <= 0.01 * len(true)


def payments(count):
    pick = random.Random(SEED)
    for number in range(count):
        name = f"{pick.choice(GIVEN)} {pick.choice(FAMILY)}{pick.randrange(60)}"
        day = f"2025-{pick.randrange(1, 7):02}-{pick.randrange(1, 29):02}"
        yield number, day, name, pick.randrange(100, 90000)


@pytest.mark.parametrize("ratio", [1, 100, 7.45, 1 / 0.0062])
def test_amounts_in_cents_or_another_currency_are_brought_to_one_scale(ratio, tmp_path):
    pick = random.Random(SEED)
    rows = list(payments(800))
    books = [(number, day, name, amount / 100) for number, day, name, amount in rows]
    bank = [
        (
            number,
            day,
            name,
            f"{amount / 100 * ratio * (1 + pick.uniform(-drift, drift)):.2f}",
        )
        for drift in [0 if ratio in (1, 100) else 0.002]
        for number, day, name, amount in rows
    ]
    pick.shuffle(bank)
    header = ("id", "date", "partner", "amount")
    first = write(tmp_path / "a.csv", header, books)
    second = write(tmp_path / "b.csv", header, bank)
    found = native.link_files("payment", [first, second])
    assert found.scale == pytest.approx(ratio, rel=0.005)
    assert found.scale == ratio or ratio not in (1, 100)
    assert (
        len(pairs(found) & {(str(number), str(number)) for number in range(800)}) >= 780
    )


def test_fees_taken_off_are_no_other_scale(tmp_path):
    pick = random.Random(SEED)
    rows = list(payments(800))
    header = ("id", "date", "partner", "amount")
    books = [(number, day, name, amount / 100) for number, day, name, amount in rows]
    bank = [
        (number, day, name, round(amount / 100 * pick.choice((1, 1, 0.971, 0.95)), 2))
        for number, day, name, amount in rows
    ]
    first = write(tmp_path / "a.csv", header, books)
    second = write(tmp_path / "b.csv", header, bank)
    assert native.link_files("payment", [first, second]).scale == 1

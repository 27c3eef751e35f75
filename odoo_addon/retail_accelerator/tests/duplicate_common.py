# SPDX-License-Identifier: LGPL-3.0-or-later
"""Contacts, orders and payments, some of which are the same, and their pairs."""

from .import_common import ImportCase

PEOPLE = (
    ("Ann Meyer", "Main Street", "89073", "Ulm"),
    ("Bruno Schmitt", "Gartenweg", "10115", "Berlin"),
    ("Carla Rossi", "Via Verdi", "20121", "Milano"),
    ("Dmitri Volkov", "Lindenallee", "50667", "Koeln"),
    ("Elena Kovacs", "Rue Pasteur", "69007", "Lyon"),
    ("Farid Haddad", "High Road", "22301", "Hamburg"),
    ("Greta Nilsson", "Storgatan", "11122", "Stockholm"),
    ("Hugo Fernandes", "Rua Augusta", "11000", "Lisboa"),
    ("Iris Papadakis", "Odos Ermou", "10563", "Athina"),
    ("Jonas Petersen", "Hafenstrasse", "24103", "Kiel"),
)


class DuplicateCase(ImportCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.pairs = cls.env["retail.duplicate"]

    @classmethod
    def make_people(cls, **vals):
        """Forty different people, and Ann Meyer once more, typed differently."""
        people = cls.env["res.partner"].create(
            [
                {
                    "name": f"{name} {suffix}".strip(),
                    "street": f"{street} {number}",
                    "zip": code,
                    "city": city,
                    "email": f"{name.split()[0].lower()}{number}@shop.example",
                    "phone": f"0731 55{number:02}{len(name):03}",
                    **vals,
                }
                for number, suffix in enumerate(("", "Junior", "Berg", "Lund"))
                for name, street, code, city in PEOPLE
            ]
        )
        again = people[0].copy({"name": "Anne Meyer", "street": "Main St 0", **vals})
        return people, again

    @classmethod
    def make_pair(cls, first, second, kind="order", score=12.0, **vals):
        low, high = sorted((first.id, second.id))
        return cls.pairs.create(
            {
                "kind": kind,
                "first_id": low,
                "second_id": high,
                "company_id": cls.env.company.id,
                "score": score,
                "probability": 0.9,
                "explanation": [
                    ["prior", "before looking", -8.0],
                    ["amount", "same", 20],
                ],
                **vals,
            }
        )

# SPDX-License-Identifier: LGPL-3.0-or-later
"""A European company's Odoo, to which Odoo adds ``account_peppol`` by itself: new
contacts come by COPY and equal the ORM's, and those Peppol acts on are the ORM's own.

The people are those of ``test_contacts_parity``. ``RA_SEED`` reproduces a run.
"""

import json

import pytest
from test_contacts_parity import check, compare, contacts_scenario, session
from test_parity import Scenario

COUNTRIES = ("BE", "IT", "ES", "DE", "DK", "CH", "US", "")


@pytest.fixture
def shop(european_database, environment, tmp_path):
    """(environment, channel, path): a Belgian company, customers of many countries."""
    env = environment(european_database)
    scenario = Scenario("European", orders=64)
    channel, path = contacts_scenario(env, tmp_path, scenario)
    env.company.country_id = channel.company_id.country_id = env.ref("base.be")
    orders = json.loads(path.read_text())
    for number, order in enumerate(orders):
        for role in ("billing", "shipping"):
            order[role]["country"] = COUNTRIES[number % len(COUNTRIES)]
    path.write_text(json.dumps(orders))
    return env, channel, path


def registered(env, monkeypatch):
    """The company takes part in Peppol; returns the look-ups in its network."""
    env.company.account_peppol_proxy_state = "receiver"
    asked = []

    def looked_up(_self, identification):
        asked.append(identification)

    partners = env.registry["res.partner"]
    monkeypatch.setattr(partners, "_peppol_lookup_participant", looked_up)
    return asked


def businesses(env, path):
    """The buyers of every third order are businesses with a VAT number that want UBL;
    all goods go elsewhere. Their e-mails."""
    orders = json.loads(path.read_text())
    emails = []
    for number, order in enumerate(orders):
        email = f"buyer{number}@example.test"
        order["billing"].update(email=email, country="BE")
        order["shipping"].update(
            address_1=f"Warehouse {number}",
            city="Gent",
            country="BE",
            last_name="Peeters",
        )
        order["customer_id"] = 0
        if number % 3 == 0:
            emails.append(email)
    path.write_text(json.dumps(orders))
    env["res.partner"].create(
        [
            {
                "name": f"Business {number}",
                "email": email,
                "is_company": True,
                "vat": "BE0477472701",
                "country_id": env.ref("base.be").id,
                "invoice_edi_format": "ubl_bis3",
            }
            for number, email in enumerate(emails)
        ]
    )
    return emails


def test_new_contacts_beside_peppol_are_those_of_the_orm(shop):
    env, channel, path = shop
    check(compare(channel, path))
    assert session(channel).lane_notes == ""
    assert "peppol_verification_state" in env["res.partner"]._fields
    assert "l10n_it_codice_fiscale" in env["res.partner"]._fields


def test_the_network_is_not_asked_for_people_without_an_endpoint(shop, monkeypatch):
    env, channel, path = shop
    asked = registered(env, monkeypatch)
    check(compare(channel, path))
    assert asked == []


def test_addresses_of_peppol_businesses_are_left_to_the_orm_and_say_so(
    shop, monkeypatch
):
    env, channel, path = shop
    asked = registered(env, monkeypatch)
    emails = businesses(env, path)
    env.flush_all()
    asked.clear()
    engine = session(channel)
    engine.job.open(str(path))
    engine.meet(engine.job.read(1000, 12 << 20))
    made = engine.contacts.counts
    # An address for the invoice and one for the goods of each.
    assert made["native"] > 0 and made["orm"] == 2 * len(emails), made
    assert asked, "Odoo itself asks the network"
    assert "account_peppol does more for contacts that have" in engine.lane_notes
    for note in engine.lane_notes.splitlines():
        assert "peppol_endpoint" in note, note


def test_what_odoo_logs_about_peppol_businesses_is_in_both_lanes(shop, monkeypatch):
    env, channel, path = shop
    registered(env, monkeypatch)
    businesses(env, path)
    env.flush_all()
    report = compare(channel, path)
    assert not report["differences"], report["differences"][:20]
    assert report["contacts"]["native"] > 0 and report["contacts"]["orm"] > 0


def test_a_constraint_on_what_a_default_fills_leaves_contacts_to_the_orm(shop):
    env, channel, path = shop
    env["ir.default"].set("res.partner", "l10n_it_codice_fiscale", "MRTMTT91D08F205J")
    check(compare(channel, path), native=False)
    assert "validate_codice_fiscale" in session(channel).lane_notes

# SPDX-License-Identifier: LGPL-3.0-or-later
"""New contacts by COPY equal those of the ORM, column for column, in every table.

The orders' customers and addresses are made of random parts: names in many scripts,
companies, e-mails and phones in every shape, parts missing, states by code and by name,
separate addresses. ``RA_SEED`` reproduces a run.
"""

import json
import os
import random

import pytest
from test_parity import Scenario, generate, make_channel, make_company
from woo_shop import TEXTS

from odoo.exceptions import UserError
from odoo.fields import Command

SEED = int(os.environ.get("RA_SEED", "7"))
ORDERS = 130
MINIMUM = 2000  # contacts compared over all tests
compared = []
NAMES = [name for pair in TEXTS["world_names"] + TEXTS["latin_names"] for name in pair]
ODD = (
    *("", "", " ", "O'Neill", 'Anne "Ann"', "back\\slash", "tab\there", "new\nline"),
    *("<b>bold</b>", "%s %(x)s", "\\N", "null", "🧶 wool", "a\u0301", "  two  spaces "),
    "x" * 300,
)
EMAILS = (
    *("{n}@example.test", "{N}@EXAMPLE.test", "First Last <{n}@example.test>"),
    *("{n}@example.test, b{n}@example.test", "no e-mail", "", "ü{n}@exämple.test"),
    *("{n}+tag@example.test", "{n}@localhost", '"odd name"@example.test', "@", "a@b@c"),
)
PHONES = (
    *("", "+49 30 {n}", "0049 30 {n}", "(030) {n}", "030/{n} ext. 5", "call me"),
    *("+1 415-555-0132", "\t+43 1 {n}\n", "٠١٢٣٤٥", "{n}" * 30),
)
PLACES = (
    ("DE", "DE-BY"),
    ("DE", "Bayern"),
    ("US", "CA"),
    ("US", "California"),
    ("CA", "ON"),
    ("AT", ""),
    ("FR", "nowhere"),
    ("BE", ""),
    ("IT", "RM"),
    ("JP", "JP13"),
    ("XX", "YY"),
    ("", "CA"),
    ("", ""),
    ("de", "by"),
)


def address(rng, number):
    """A billing address of random parts; the number keeps some of them apart."""

    def some(*texts, chance=0.8):
        return rng.choice(texts) if rng.random() < chance else ""

    country, state = rng.choice(PLACES)
    part = {"n": 1_000_000 + number, "N": f"P{number}"}
    return {
        "first_name": some(*NAMES, *ODD),
        "last_name": some(*(f"{name} {number}" for name in NAMES[:20]), *ODD),
        "company": some(*ODD, *(f"{name} & Co {number}" for name in NAMES), chance=0.4),
        "address_1": some(f"Street {number}", *ODD),
        "address_2": some("Suite 5", *ODD, chance=0.3),
        "city": some("Berlin", "São Paulo", "東京", *ODD),
        "state": state,
        "postcode": some("10115", "SW1A 1AA", *ODD),
        "country": country,
        "email": rng.choice(EMAILS).format(**part),
        "phone": rng.choice(PHONES).format(**part),
    }


def disguised(orders, seed):
    """The orders with people of random parts: accounts, guests, some of them again."""
    rng = random.Random(f"{seed} contacts")
    people = [address(rng, number) for number in range(len(orders))]
    for number, order in enumerate(orders):
        billing = dict(rng.choice(people))
        if rng.random() < 0.1:
            billing["last_name"] = billing["last_name"].upper()  # the same place
        shipping = {k: v for k, v in billing.items() if k != "email"}
        chance = rng.random()
        if chance < 0.4:
            other = rng.choice(people)
            shipping = {k: v for k, v in other.items() if k != "email"}
        elif chance < 0.6:
            shipping = dict.fromkeys(shipping, "")
        order.update(billing=billing, shipping=shipping)
        order["customer_id"] = rng.choice((0, 900_000 + number % 90))
    return orders


def contacts_scenario(env, tmp_path, scenario, seed=SEED):
    """(channel, path of the disguised orders)"""
    path = generate(scenario, tmp_path)
    orders = disguised(json.loads(path.read_text()), seed)
    path.write_text(json.dumps(orders))
    return make_channel(make_company(env, scenario), scenario, tmp_path), path


def check(report, native=True):
    shown = "\n".join(str(row) for row in report["differences"][:20])
    assert not report["differences"], f"seed {SEED}:\n{shown}"
    made = report["contacts"]
    if native:
        assert made["native"] > 0 and made["orm"] == 0, made
        compared.append(made["native"])
    else:
        assert made["native"] == 0 and made["orm"] > 0, made


def compare(channel, path):
    from odoo.addons.retail_accelerator.engine import parity

    return parity.compare_all(channel, [str(path)])


def session(channel, lane="auto"):
    from odoo.addons.retail_accelerator.engine.session import Session

    return Session(channel.with_company(channel.company_id), 0, lane)


# -- preparations --


def nothing_special(_env, _channel):
    """Contacts as a fresh database has them."""


def accounts_apart(_env, channel):
    channel.match_email = False


def guests_together(env, channel):
    guest = env["res.partner"].create({"name": "Web guests"})
    channel.write({"guest_policy": "shared", "guest_partner_id": guest.id})


def defaults(env, _channel):
    """Defaults an administrator set for all, and for the company."""
    company = env.company.id
    for name, value, scope in (
        ("comment", "<p>from a\tshop \\</p>", {}),
        ("function", "Buyer", {}),
        ("tz", "Europe/Berlin", {}),
        ("color", 4, {}),
        ("email", "nobody@example.test", {}),  # of addresses: they bring none
        ("barcode", False, {"company_id": company}),
        ("trust", "good", {"company_id": company}),
        ("credit_limit", 500.0, {"company_id": company}),
        ("employee", True, {"user_id": env.uid}),
    ):
        env["ir.default"].set("res.partner", name, value, **scope)


def other_language(env, _channel):
    env["res.lang"]._activate_lang("fr_FR")
    env["ir.default"].set("res.partner", "lang", "fr_FR")


def two_companies(env, _channel):
    second = env["res.company"].create({"name": "Beside GmbH"})
    env["account.chart.template"].try_loading("generic_coa", second, install_demo=False)
    env.company.country_id = env.ref("base.de")


def known_parents(env, channel):
    """Half of the people are contacts already, of every kind an address can follow."""
    terms = env["account.payment.term"].create({"name": "30 days"})
    boss = env["res.partner"].create(
        {"name": "Holding\\AG", "is_company": True, "vat": "DE136695976"}
    )
    pricelist = env["product.pricelist"].create({"name": "Friends"})
    kinds = (
        {},
        {
            "is_company": True,
            "vat": "BE0477472701",
            "country_id": env.ref("base.be").id,
        },
        {"parent_id": boss.id},
        {"user_id": env.uid, "lang": "en_US", "credit_limit": 100.0},
        {"property_payment_term_id": terms.id, "company_registry": "HRB 5"},
        {"specific_property_product_pricelist": pricelist.id},
        {"company_id": channel.company_id.id},
        {"street": "Known 1", "city": "Ulm", "ref": "K1", "comment": "known"},
    )
    for number in range(ORDERS):
        env["res.partner"].create(
            {
                "name": f"Known {number}",
                "email": f"{1_000_000 + number}@example.test",
                **kinds[number % len(kinds)],
            }
        )


PREPARED = {
    "plain": nothing_special,
    "accounts apart": accounts_apart,
    "guests together": guests_together,
    "defaults": defaults,
    "another language": other_language,
    "two companies": two_companies,
    "known parents": known_parents,
}


@pytest.mark.parametrize("name", PREPARED)
def test_contacts_by_copy_are_those_of_the_orm(
    name, plain_database, environment, tmp_path
):
    env = environment(plain_database)
    scenario = Scenario(name, orders=ORDERS)
    channel, path = contacts_scenario(env, tmp_path, scenario, f"{SEED} {name}")
    PREPARED[name](env, channel)
    env.flush_all()
    check(compare(channel, path))


def test_contacts_of_another_company_are_those_of_the_orm(
    plain_database, environment, tmp_path
):
    scenario = Scenario("other", orders=ORDERS, prepare=("other_company",))
    env = environment(plain_database)
    check(compare(*contacts_scenario(env, tmp_path, scenario)))


def test_phones_are_sanitized_for_the_country_of_the_contact(
    plain_database, environment, tmp_path, monkeypatch
):
    """Whether or not the library that knows the countries' numbers is installed."""
    env = environment(plain_database)
    from odoo.addons.phone_validation.tools import phone_validation

    def formatted(number, country_code, country_phone_code, **_options):
        if "call" in number:
            raise UserError("no number")
        return f"{country_code} {country_phone_code} {number.strip()}"

    monkeypatch.setattr(phone_validation, "phone_format", formatted)
    channel, path = contacts_scenario(env, tmp_path, Scenario("phones", orders=ORDERS))
    env.company.country_id = env.ref("base.ch")
    check(compare(channel, path))


def test_fields_of_other_modules_are_filled_as_the_orm_does(
    modules_database, environment, tmp_path
):
    env = environment(modules_database)
    scenario = Scenario("modules", orders=ORDERS)
    channel, path = contacts_scenario(env, tmp_path, scenario)
    check(compare(channel, path))
    assert "test_required" in env["res.partner"]._fields
    assert "calendar_last_notif_ack" in env["res.partner"]._fields


def test_unknown_rules_leave_new_contacts_to_the_orm_and_say_so(
    contacts_database, environment, tmp_path
):
    env = environment(contacts_database)
    channel, path = contacts_scenario(env, tmp_path, Scenario("rules", orders=60))
    report = compare(channel, path)
    check(report, native=False)
    assert report["lanes"]["native"] > 0 and report["lanes"]["orm"] == 0
    env["base.automation"].create(
        {
            "name": "Greet",
            "model_id": env.ref("base.model_res_partner").id,
            "trigger": "on_archive",
        }
    )
    notes = session(channel).lane_notes
    for rule in (
        *("overrides create", "overrides write", "_check_test_name"),
        *("test_initials", "test_partner_count", "automation rules"),
    ):
        assert rule in notes


def test_a_contact_odoo_refuses_rejects_its_orders_alone(
    contacts_database, environment, tmp_path
):
    env = environment(contacts_database)
    channel, path = contacts_scenario(env, tmp_path, Scenario("refused", orders=30))
    orders = json.loads(path.read_text())
    for order in orders[10:12]:
        order["billing"].update(first_name="Forbidden", email="forbidden@example.test")
        order["customer_id"] = 0
    engine = session(channel)
    engine.job.open(json.dumps(orders).encode())
    chunk = engine.job.read(100, 12 << 20)
    engine.process(chunk)
    outcomes, _lanes, reasons = chunk.summary()
    assert (outcomes["created"], outcomes["rejected"]) == (28, 2)
    assert reasons == {"unknown_customer": 2}


def prepared_side_effects(env):
    """What an administrator's setting alone adds to every new contact."""
    tag = env["res.partner.category"].create({"name": "shop"})
    return {
        "res_partner_res_partner_category_rel": lambda: env["ir.default"].set(
            "res.partner", "category_id", [Command.link(tag.id)]
        ),
        "is_company": lambda: env["ir.default"].set("res.partner", "is_company", True),
    }


@pytest.mark.parametrize(
    "effect", ("res_partner_res_partner_category_rel", "is_company")
)
def test_a_class_the_engine_cannot_reproduce_is_left_to_the_orm(
    effect, plain_database, environment, tmp_path
):
    env = environment(plain_database)
    channel, path = contacts_scenario(env, tmp_path, Scenario("class", orders=40))
    prepared_side_effects(env)[effect]()
    env.flush_all()
    check(compare(channel, path), native=False)
    engine = session(channel)
    engine.job.open(str(path))
    engine.meet(engine.job.read(100, 12 << 20))
    assert "Odoo makes new contacts itself" in engine.lane_notes


def test_enough_contacts_were_compared():
    assert sum(compared) >= MINIMUM, f"{sum(compared)} contacts were compared"

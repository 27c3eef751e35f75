# SPDX-License-Identifier: LGPL-3.0-or-later
"""The parity matrix: both lanes on the same records, every row they changed compared.

Real orders of two shops, and generated ones, across tax modes, rounding methods,
currencies, precisions, discounts, fiscal positions, addresses, companies, policies,
constraint modes and other modules. ``RA_SEED`` reproduces a run of generated orders.
"""

import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from odoo.fields import Command

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "tests/data/woocommerce"
GENERATOR = ROOT / "tests/generate/woo_orders.py"
SEED = int(os.environ.get("RA_SEED", "7"))
MINIMUM = 2000  # orders compared over the whole matrix
compared = []


@dataclass
class Scenario:
    name: str
    shop: str = ""  # a sample; generated when empty
    orders: int = 150
    included: bool = False
    generator: tuple = ()
    company: dict = field(default_factory=dict)
    channel: dict = field(default_factory=dict)
    prepare: tuple = ()  # names of functions below, called with (env, channel)
    closed: bool = False  # the native lane must be closed, and say why
    mixed: bool = False  # some records must take the ORM lane, others not


PLAIN = [
    Scenario("sample, prices without tax", shop="ex"),
    Scenario("sample, prices with tax", shop="inc", included=True),
    Scenario(
        "sample, rounding per line",
        shop="ex",
        company={"tax_calculation_rounding_method": "round_per_line"},
    ),
    Scenario(
        "sample with tax, rounding per line",
        shop="inc",
        included=True,
        company={"tax_calculation_rounding_method": "round_per_line"},
    ),
    Scenario(
        "discounts shown, shop's order numbers, own salesperson and team",
        shop="ex",
        channel={
            "show_discount": True,
            "order_name_policy": "source",
            "order_name_prefix": "WEB-",
        },
        prepare=("own_salesperson", "payment_terms"),
    ),
    Scenario("exchange rates", shop="inc", included=True, prepare=("rates",)),
    Scenario(
        "fiscal positions by country and zip",
        shop="inc",
        included=True,
        prepare=("fiscal_positions", "company_number"),
    ),
    Scenario("yearly numbers", shop="ex", prepare=("dated_sequence",)),
    Scenario("numbers without gaps", orders=60, prepare=("gapless_sequence",)),
    Scenario("numbers by year", orders=60, prepare=("ranged_sequence",)),
    Scenario("everything at once", generator=("--features", "all")),
    Scenario(
        "everything at once, with tax, rounded at subtotal",
        included=True,
        generator=(
            *("--features", "all", "--prices-include-tax", "--round-at-subtotal"),
        ),
    ),
    Scenario(
        "four decimals, rounding per line",
        generator=("--features", "all", "--dp", "4", "--round-at-subtotal"),
        company={"tax_calculation_rounding_method": "round_per_line"},
    ),
    Scenario("yen", generator=("--currency", "JPY", "--dp", "0")),
    Scenario("dinars of three decimals", generator=("--currency", "KWD", "--dp", "3")),
    Scenario(
        "group and fixed taxes",
        generator=("--features", "fees"),
        prepare=("odd_taxes",),
    ),
    Scenario(
        "foreign keys checked by the engine",
        generator=("--features", "all"),
        prepare=("validated_mode",),
    ),
    Scenario("another company", shop="ex", prepare=("other_company",)),
    Scenario("guests share a contact", shop="ex", prepare=("shared_guest",)),
    Scenario("chatter on", orders=40, channel={"chatter": True}, closed=True),
]
OTHER_MODULES = [
    Scenario("sample beside other modules", shop="ex"),
    Scenario(
        "everything at once beside other modules",
        orders=100,
        generator=("--features", "all"),
    ),
    Scenario(
        "a tax computed by Python code", orders=80, prepare=("code_tax",), mixed=True
    ),
]


# -- preparations --


def own_salesperson(env, channel):
    channel.user_id = env.user
    channel.team_id = env["crm.team"].create({"name": "Web", "company_id": False})


def payment_terms(env, channel):
    term = env["account.payment.term"].create({"name": "Paid online"})
    env["retail.channel.payment"].create(
        {
            "channel_id": channel.id,
            "code": "cod",
            "name": "Cash on delivery",
            "payment_term_id": term.id,
        }
    )


def rates(env, channel):
    for code, rate in (
        ("USD", 1.087654),
        ("JPY", 157.3),
        ("KWD", 0.3341),
        ("GBP", 0.85),
    ):
        currency = env["res.currency"].with_context(active_test=False)
        currency = currency.search([("name", "=", code)])
        for day in ("2020-01-01", "2025-06-15"):
            env["res.currency.rate"].create(
                {
                    "currency_id": currency.id,
                    "name": day,
                    "rate": rate * (1.03 if day > "2025" else 1),
                    "company_id": channel.company_id.id,
                }
            )


def company_number(env, channel):
    channel.company_id.vat = False
    channel.company_id.country_id = env.ref("base.de")


def fiscal_positions(env, channel):
    common = {"auto_apply": True, "company_id": channel.company_id.id}
    env["account.fiscal.position"].create(
        [
            {**common, "name": "Austria", "country_id": env.ref("base.at").id},
            {
                **common,
                "name": "Some of Germany",
                "country_id": env.ref("base.de").id,
                "zip_from": "10000",
                "zip_to": "49999",
            },
            {**common, "name": "Germany", "country_id": env.ref("base.de").id},
        ]
    )


def _sequence(env):
    return env["ir.sequence"].search([("code", "=", "sale.order")], limit=1)


def dated_sequence(env, _channel):
    _sequence(env).write(
        {"prefix": "S%(year)s/%(month)s/", "suffix": "-W", "padding": 6}
    )


def gapless_sequence(env, _channel):
    _sequence(env).implementation = "no_gap"


def ranged_sequence(env, _channel):
    _sequence(env).write({"use_date_range": True, "prefix": "S/%(range_year)s/"})


def odd_taxes(env, channel):
    """The shop's first rates become a group and a percentage on top of a fixed
    amount."""
    taxes = env["account.tax"].with_company(channel.company_id)
    rules = channel.tax_ids.sorted("rate_ref")
    common = {"type_tax_use": "sale", "company_id": channel.company_id.id}
    parts = taxes.create(
        [
            {
                **common,
                "name": f"part {part}",
                "amount": rules[0].rate * share,
                "type_tax_use": "none",
            }
            for part, share in (("a", 0.25), ("b", 0.75))
        ]
    )
    group = taxes.create(
        {
            **common,
            "name": "split",
            "amount_type": "group",
            "children_tax_ids": [Command.set(parts.ids)],
        }
    )
    fixed = taxes.create(
        {**common, "name": "per piece", "amount_type": "fixed", "amount": 0.35}
    )
    rules[0].tax_ids = group
    if len(rules) > 1:
        rules[1].tax_ids = fixed


def code_tax(env, channel):
    channel.tax_ids.sorted("rate_ref")[0].tax_ids = env["account.tax"].create(
        {
            "name": "by formula",
            "amount_type": "code",
            "formula": "quantity * price_unit * 0.03",
            "type_tax_use": "sale",
            "company_id": channel.company_id.id,
        }
    )


def validated_mode(env, _channel):
    env["ir.config_parameter"].set_param(
        "retail_accelerator.constraint_mode", "validated"
    )


def shared_guest(env, channel):
    guest = env["res.partner"].create({"name": "Web guests"})
    channel.write({"guest_policy": "shared", "guest_partner_id": guest.id})


def other_company(env, _channel):
    """Handled before the channel is made; see ``make_channel``."""
    assert len(env.companies) == 2


# -- running --


def generate(scenario, folder):
    path = folder / "orders.json"
    subprocess.run(
        [
            *(sys.executable, GENERATOR, "--orders", str(scenario.orders)),
            *("--seed", str(SEED), "--out", path, "--export", folder),
            *scenario.generator,
        ],
        check=True,
    )
    return path


def make_company(env, scenario):
    if "other_company" not in scenario.prepare:
        return env
    company = env["res.company"].create({"name": "Second GmbH"})
    env["account.chart.template"].try_loading(
        "generic_coa", company, install_demo=False
    )
    env.user.company_ids |= company
    return env(context={"allowed_company_ids": [company.id, env.company.id]})


def make_channel(env, scenario, folder):
    # Imported here: Odoo's addons are importable only once its configuration is read.
    from odoo.addons.retail_accelerator.setup.channel_setup import ChannelSetup
    from odoo.addons.retail_accelerator.setup.exports import Exports

    env.company.write(scenario.company)
    setup = ChannelSetup.for_code(
        env,
        "shop",
        kind="woocommerce",
        name="Shop",
        tax_included=scenario.included,
    )
    setup.load(
        Exports(
            **{
                kind: str(folder / f"{kind}.json")
                for kind in ("products", "variations", "taxes", "customers")
            }
        )
    )
    channel = setup.channel
    channel.write(scenario.channel)
    for name in scenario.prepare:
        globals()[name](env, channel)
    env.flush_all()
    return channel


def compare(env, scenario, tmp_path):
    from odoo.addons.retail_accelerator.engine import parity

    folder = SAMPLES / scenario.shop if scenario.shop else tmp_path
    path = folder / "orders.json" if scenario.shop else generate(scenario, tmp_path)
    env = make_company(env, scenario)
    channel = make_channel(env, scenario, folder)
    return parity.compare(channel, [str(path)])


def check(scenario, report):
    shown = "\n".join(str(row) for row in report["differences"][:20])
    assert not report["differences"], f"seed {SEED}:\n{shown}"
    assert not report["outcomes"]["rejected"], report["outcomes"]
    lanes = report["lanes"]
    if scenario.closed:
        assert lanes["native"] == 0 and lanes["orm"] > 0
    elif scenario.mixed:
        assert lanes["native"] > 0 and lanes["orm"] > 0
    else:
        assert lanes["native"] > 0 and lanes["orm"] == 0
        compared.append(report["orders"])


@pytest.mark.parametrize("scenario", PLAIN, ids=lambda scenario: scenario.name)
def test_both_lanes_write_the_same_rows(
    scenario, plain_database, environment, tmp_path
):
    check(scenario, compare(environment(plain_database), scenario, tmp_path))


@pytest.mark.parametrize("scenario", OTHER_MODULES, ids=lambda scenario: scenario.name)
def test_other_modules_neither_break_nor_are_skipped(
    scenario, modules_database, environment, tmp_path
):
    env = environment(modules_database)
    report = compare(env, scenario, tmp_path)
    check(scenario, report)
    fields = env["sale.order"]._fields
    assert "margin" in fields and "test_line_count" in fields


def test_an_unknown_override_of_create_closes_the_native_lane(
    create_database, environment, tmp_path
):
    env = environment(create_database)
    scenario = Scenario("override", orders=20, closed=True)
    report = compare(env, scenario, tmp_path)
    check(scenario, report)
    from odoo.addons.retail_accelerator.engine.column_plan import ColumnPlan

    plan = ColumnPlan(env["retail.channel"].search([], limit=1))
    assert any("retail_test_create" in reason for reason in plan.reasons)


def test_the_matrix_compared_enough_orders():
    assert sum(compared) >= MINIMUM, f"{sum(compared)} orders were compared"

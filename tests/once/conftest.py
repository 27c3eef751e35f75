# SPDX-License-Identifier: LGPL-3.0-or-later
"""A database of real commits with one shop, and feeds of orders made for it."""

import itertools
import subprocess
import sys
from pathlib import Path

import pytest
from support import ADMIN, ROOT, Desk

import odoo
from odoo import api
from odoo.modules.registry import Registry

sys.path.insert(0, str(ROOT / "tests/generate"))
from woo_order import OrderMaker
from woo_shop import Shop

DATABASE = "ra_once"
EXPORTS = ("products", "variations", "taxes", "customers")
ranges = itertools.count(0, 1000)


class Feed:
    """Orders of the shop; each test has ids of its own."""

    def __init__(self, shop, folder):
        self.shop = shop
        self.folder = folder
        self.first = next(ranges)
        self.files = itertools.count(1)

    def order(self, index=0, revision=0, **changes):
        maker = OrderMaker(self.shop, self.first + index, revision=revision)
        return {**maker.make()[0], **changes}

    def orders(self, count, start=0, revision=0):
        return [self.order(start + index, revision) for index in range(count)]

    def path(self, suffix="json"):
        return self.folder / f"orders{next(self.files)}.{suffix}"


def run(*command):
    subprocess.run([str(part) for part in command], check=True)


@pytest.fixture(scope="session")
def shop():
    return Shop(seed=11)


@pytest.fixture(scope="session")
def database(shop, tmp_path_factory):
    folder = tmp_path_factory.mktemp("shop")
    shop.write_exports(folder)
    run(ROOT / "tools/db", "drop", DATABASE)
    run(ROOT / "tools/db", "clone", DATABASE)
    odoo.tools.config.parse_config(
        ["-d", DATABASE, "--no-http", "--log-level=warn"], setup_logging=False
    )
    with Registry(DATABASE).cursor() as cr:
        prepare(api.Environment(cr, ADMIN, {}), folder)
    yield DATABASE
    Registry.registries.pop(DATABASE, None)
    odoo.sql_db.close_db(DATABASE)
    run(ROOT / "tools/db", "drop", DATABASE)


def prepare(env, folder):
    # Odoo's addons are importable only once its configuration is read.
    from odoo.addons.retail_accelerator.setup.channel_setup import ChannelSetup
    from odoo.addons.retail_accelerator.setup.exports import Exports

    setup = ChannelSetup.for_code(env, "shop", kind="woocommerce", name="Shop")
    setup.load(Exports(**{kind: str(folder / f"{kind}.json") for kind in EXPORTS}))
    setup.channel.write({"chunk_size": 20, "missing_product_policy": "reject"})
    # Quotations stay quotations unless a test confirms them.
    setup.channel.status_ids.filtered(
        lambda rule: rule.action == "confirm"
    ).action = "draft"


@pytest.fixture
def desk(database):
    """An environment whose cursor commits; left as clean as it was found."""
    with Registry(database).cursor() as cr:
        env = api.Environment(cr, ADMIN, {})
        channel = env["retail.channel"].search([("code", "=", "shop")])
        yield Desk(env, channel)
        cr.rollback()


@pytest.fixture
def feed(shop, tmp_path):
    return Feed(shop, Path(tmp_path))


@pytest.fixture
def market(desk, shop, tmp_path):
    """A second channel that sells the same products."""
    from odoo.addons.retail_accelerator.setup.channel_setup import ChannelSetup
    from odoo.addons.retail_accelerator.setup.exports import Exports

    shop.write_exports(tmp_path)
    setup = ChannelSetup.for_code(desk.env, "market", kind="woocommerce", name="Market")
    setup.load(Exports(**{kind: str(tmp_path / f"{kind}.json") for kind in EXPORTS}))
    setup.channel.write({"chunk_size": 20})
    setup.channel.status_ids.filtered(
        lambda rule: rule.action == "confirm"
    ).action = "draft"
    desk.env.cr.commit()
    return Desk(desk.env, setup.channel)


@pytest.fixture
def policies(desk):
    """The test starts with channels that hold all duplicates, and ends with those of
    a new channel."""
    channels = desk.env["retail.channel"].search([])
    names = ("duplicate_policy", "suspect_policy", "repeat_policy")
    channels.write(dict.fromkeys(names, "hold"))
    desk.env.cr.commit()
    yield
    desk.env.cr.rollback()
    channels.write(channels.default_get(names))
    desk.env.cr.commit()

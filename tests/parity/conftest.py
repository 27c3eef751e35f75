# SPDX-License-Identifier: LGPL-3.0-or-later
"""Databases of the parity matrix: plain, and with every module the engine has to live
with."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from books_world import World

import odoo
from odoo import api
from odoo.modules.registry import Registry

ROOT = Path(__file__).resolve().parents[2]
ADDONS = ROOT / "tests/addons"
OTHER_MODULES = (
    "sale_margin,sale_loyalty,delivery,sale_crm,account_tax_python,retail_test_fields"
)
# Those that Odoo adds to European companies, and what two countries' modules add.
EUROPEAN_MODULES = (
    "account_peppol,sale_edi_ubl,base_vat,l10n_be,l10n_it_edi,l10n_es_edi_facturae"
)
# Where tools/setup/python_packages.sh puts what requirements.txt lists.
PACKAGES = ROOT / ".run/venv-parity/lib"
ADMIN = 2
sys.path.insert(0, str(ROOT / "tests/generate"))


def run(*command, **kwargs):
    subprocess.run([str(part) for part in command], check=True, **kwargs)


def extra_packages():
    return os.pathsep.join(map(str, PACKAGES.glob("python3*/site-packages")))


def make_database(name, modules=""):
    run(ROOT / "tools/db", "drop", name)
    run(ROOT / "tools/db", "clone", name)
    if modules:
        run(
            *(ROOT / "tools/odoo", "server", "-d", name, "-i", modules),
            *("--stop-after-init", "--no-http", "--log-level=warn"),
            env={
                **os.environ,
                "RA_EXTRA_ADDONS": str(ADDONS),
                "PYTHONPATH": extra_packages(),
            },
        )
    return name


@pytest.fixture(scope="session")
def plain_database():
    yield make_database("ra_parity_plain")
    close("ra_parity_plain")


@pytest.fixture(scope="session")
def modules_database():
    yield make_database("ra_parity_modules", OTHER_MODULES)
    close("ra_parity_modules")


@pytest.fixture(scope="session")
def create_database():
    yield make_database("ra_parity_create", "retail_test_create")
    close("ra_parity_create")


@pytest.fixture(scope="session")
def contacts_database():
    yield make_database("ra_parity_contacts", "retail_test_contacts,base_automation")
    close("ra_parity_contacts")


@pytest.fixture(scope="session")
def european_database():
    yield make_database("ra_parity_european", EUROPEAN_MODULES)
    close("ra_parity_european")


@pytest.fixture(scope="session")
def books_database():
    yield make_database("ra_parity_books", "retail_test_books")
    close("ra_parity_books")


def close(name):
    Registry.registries.pop(name, None)
    odoo.sql_db.close_db(name)
    run(ROOT / "tools/db", "drop", name)


@pytest.fixture
def world(environment, plain_database):
    """Books to be filled, undone at the end."""
    return World(environment(plain_database))


@pytest.fixture
def world_of_modules(environment, modules_database):
    return World(environment(modules_database))


@pytest.fixture
def environment():
    """A function that opens an environment on a database; undone at the end."""
    cursors = []

    def opened(database):
        odoo.tools.config.parse_config(
            ["-d", database, "--no-http", "--log-level=warn"], setup_logging=False
        )
        cr = Registry(database).cursor()
        cursors.append(cr)
        return api.Environment(cr, ADMIN, {})

    yield opened
    for cr in cursors:
        cr.rollback()
        # What was cached of undone rows (groups, rules) must not help the next test.
        Registry(cr.dbname).clear_all_caches()
        cr.close()

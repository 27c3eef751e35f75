# SPDX-License-Identifier: LGPL-3.0-or-later
"""Databases with books that tests commit to: one prepared, and a copy for each test."""

import subprocess
from contextlib import contextmanager
from pathlib import Path

from books_jobs import prepare

import odoo
from odoo import api
from odoo.modules.registry import Registry

ROOT = Path(__file__).resolve().parents[2]
ADMIN = 2


def tool(*arguments):
    subprocess.run([str(ROOT / "tools/db"), *arguments], check=True)


def open_on(name):
    """Odoo works on this database from now on."""
    odoo.tools.config.parse_config(
        ["-d", name, "--no-http", "--log-level=critical"], setup_logging=False
    )


def forget(name):
    Registry.registries.pop(name, None)
    odoo.sql_db.close_db(name)


@contextmanager
def prepared_database(name):
    """Pairs to match, and a payout with the invoices it pays."""
    tool("drop", name)
    tool("clone", name)
    open_on(name)
    with Registry(name).cursor() as cr:
        prepare(api.Environment(cr, ADMIN, {}))
    forget(name)
    yield name
    tool("drop", name)


@contextmanager
def copied_database(name, prepared):
    tool("drop", name)
    tool("clone", name, prepared)
    open_on(name)
    yield name
    forget(name)
    tool("drop", name)

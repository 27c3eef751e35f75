# SPDX-License-Identifier: LGPL-3.0-or-later
"""Databases as the command line needs them: is it there, make it from the template."""

import os
from contextlib import closing

from odoo.exceptions import UserError
from odoo.modules.registry import Registry
from odoo.service import db as service
from odoo.sql_db import db_connect
from odoo.tools import SQL
from odoo.tools.translate import LazyTranslate

# Also used where there is no environment whose language could be known.
_lt = LazyTranslate(__name__, default_lang="en_US")

MODULE = "retail_accelerator"
TEMPLATE = "ra_template"


def exists(name):
    with closing(db_connect("postgres").cursor()) as cr:
        cr.execute(SQL("SELECT 1 FROM pg_database WHERE datname = %s", name))
        return bool(cr.fetchone())


def has_module(name):
    """Whether the database is Odoo's and has this module."""
    with closing(db_connect(name).cursor()) as cr:
        cr.execute(SQL("SELECT to_regclass('ir_module_module')"))
        if not cr.fetchone()[0]:
            return False
        cr.execute(
            SQL(
                """SELECT 1 FROM ir_module_module
                    WHERE name = %s AND state IN ('installed', 'to upgrade')""",
                MODULE,
            )
        )
        return bool(cr.fetchone())


def require(name):
    """Refuse a database the commands cannot work in."""
    if not exists(name):
        raise UserError(_lt("There is no database %s.", name))
    if not has_module(name):
        raise UserError(
            _lt(
                "The module %(module)s is not installed in the database %(name)s: run "
                "odoo server -d %(name)s -i %(module)s --stop-after-init first.",
                module=MODULE,
                name=name,
            )
        )


def ensure(name):
    """Make the database when it is missing, from the template database named by
    RA_TEMPLATE_DB if there is one; returns whether it was made."""
    if exists(name):
        return False
    template = os.environ.get("RA_TEMPLATE_DB", TEMPLATE)
    if exists(template):
        service.exp_duplicate_database(template, name)
    else:
        service.exp_create_database(name, False, "en_US")
    if not has_module(name):
        Registry.new(name, update_module=True, install_modules=[MODULE])
    return True


def remove(name):
    """Take a database that ``ensure`` has just made away again."""
    service.exp_drop(name)

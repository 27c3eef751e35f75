# SPDX-License-Identifier: LGPL-3.0-or-later
"""What Odoo cannot take away itself when the module is uninstalled."""

from odoo.tools import SQL


def uninstall_hook(env):
    """The heads of the audit logs are no model's table. Left behind they would keep
    companies from being deleted, and a new log would look as if entries were gone."""
    env.cr.execute(SQL("DROP TABLE IF EXISTS retail_audit_head"))
    env.cr.execute(SQL("DROP FUNCTION IF EXISTS retail_audit_refuse() CASCADE"))

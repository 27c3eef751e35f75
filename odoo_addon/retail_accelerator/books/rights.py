# SPDX-License-Identifier: LGPL-3.0-or-later
"""Odoo's record rules for many records, by one query."""

from odoo.fields import Domain


def check_rules(records, operation):
    """``check_access``, by one query however many records there are."""
    records.browse().check_access(operation)
    if records.env.su:
        return
    rules = Domain(records.env["ir.rule"]._compute_domain(records._name, operation))
    if rules.is_true():
        return
    allowed = records.sudo().with_context(active_test=False)
    count = allowed.search_count(Domain("id", "in", records.ids) & rules)
    if count != len(records):
        records.check_access(operation)

# SPDX-License-Identifier: LGPL-3.0-or-later
"""Columns that repeat a parent's are checked where the parent has them, not by row."""

from odoo.tests import TransactionCase, tagged
from odoo.tools import sql

COPIED = {
    "retail.settlement.event": {"channel_id", "company_id", "currency_id"},
    "retail.settlement.link": {"settlement_id", "company_id", "currency_id"},
}


@tagged("post_install", "-at_install")
class TestSettlementColumns(TransactionCase):
    def foreign_keys(self, model):
        """Columns of the model that have one."""
        found = set()
        for field in self.env[model]._fields.values():
            if not field.store or field.type != "many2one":
                continue
            own = self.env[model]._table, field.name
            other = self.env[field.comodel_name]._table, "id"
            for ondelete in ("restrict", "cascade", "set null"):
                if sql.get_foreign_keys(self.env.cr, *own, *other, ondelete):
                    found.add(field.name)
        return found

    def test_only_what_a_parent_guards_has_no_foreign_key(self):
        for model, copied in COPIED.items():
            links = {
                field.name
                for field in self.env[model]._fields.values()
                if field.store and field.type == "many2one"
            }
            self.assertEqual(links - self.foreign_keys(model), copied)

    def test_update_drops_the_foreign_key_of_an_earlier_version(self):
        model = self.env["retail.settlement.link"]
        sql.add_foreign_key(
            self.env.cr, model._table, "company_id", "res_company", "id", "set null"
        )
        self.assertIn("company_id", self.foreign_keys(model._name))
        model._fields["company_id"].update_db_foreign_key(model, None)
        self.assertNotIn("company_id", self.foreign_keys(model._name))

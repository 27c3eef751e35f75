# SPDX-License-Identifier: LGPL-3.0-or-later
"""Undo: take back the quotations of an import that nobody has touched since."""

from odoo import api, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from .retail_import_workflow import FINAL

UNDO_BATCH = 100


class RetailImportUndoing(models.AbstractModel):
    _name = "retail.import.undoing"
    _description = "Undoing an Import"

    def _untouched_orders(self, limit=None):
        """Draft orders this import created that are as it left them."""
        self.ensure_one()
        rows = self.env.execute_query(
            SQL(
                """SELECT o.id
                     FROM retail_ledger l
                     JOIN sale_order o ON o.id = l.order_id
                    WHERE l.import_id = %(import_id)s AND l.outcome = 'created'
                      AND o.state = 'draft' AND o.write_date = o.create_date
                      AND NOT EXISTS (
                          SELECT FROM sale_order_line s
                           WHERE s.order_id = o.id AND s.write_date <> o.create_date)
                      AND NOT EXISTS (
                          SELECT FROM mail_message m
                           WHERE m.model = 'sale.order' AND m.res_id = o.id
                             AND m.message_type IN ('comment', 'email'))
                    ORDER BY o.id
                    LIMIT %(limit)s""",
                import_id=self.id,
                limit=limit,
            )
        )
        return self.env["sale.order"].browse([row[0] for row in rows])

    def _touched_orders(self):
        """Orders of this import that undo leaves alone."""
        self.ensure_one()
        entries = self.env["retail.ledger"].search(
            [("import_id", "=", self.id), ("order_id", "!=", False)]
        )
        return entries.order_id - self._untouched_orders()

    def action_undo(self):
        """Show what undo would do."""
        self.ensure_one()
        self._expect_state(*FINAL)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Undo %s", self.name),
            "res_model": "retail.import.undo",
            "view_mode": "form",
            "target": "new",
            "context": {"default_import_id": self.id},
        }

    def _undo(self):
        """Begin to undo: a batch now, the rest in the background."""
        self.ensure_one()
        if not self.env.user.has_group("retail_accelerator.group_manager"):
            raise AccessError(
                self.env._("Only integration managers may undo an import.")
            )
        self._expect_state(*FINAL)
        if self.undo_user_id:
            raise UserError(self.env._("This import is being undone already."))
        self.sudo().undo_user_id = self.env.user
        if self._undo_batch():
            self._trigger_cron()

    def _undo_batch(self):
        """Delete a batch of orders with their ledger rows; whether some are left.

        Deleted with the rights of the one who asked. Without its ledger row an order
        counts as new when its file is imported again.
        """
        self.ensure_one()
        record = self.with_user(self.undo_user_id)
        orders = record._untouched_orders(UNDO_BATCH)
        if orders:
            self.env["retail.ledger"].sudo().search(
                [("order_id", "in", orders.ids)]
            ).unlink()
            self.env["retail.refund"].sudo()._detach_orders(orders)
            orders.unlink()
        if len(orders) == UNDO_BATCH:
            return True
        kept = record._touched_orders()
        self.sudo().write({"undo_user_id": False, "state": "cancelled"})
        self.message_post(
            body=self.env._(
                "Undone by %(user)s. Orders left alone: %(count)s (somebody has worked "
                "on them, or a later import has changed them).",
                user=record.env.user.name,
                count=len(kept),
            ),
            subtype_xmlid="mail.mt_note",
        )
        return False

    @api.model
    def _cron_undo(self):
        for record in self.search([("undo_user_id", "!=", False)]):
            while record._undo_batch():
                if self.env["ir.cron"]._commit_progress(UNDO_BATCH) <= 0:
                    self._trigger_cron()
                    return
            self.env["ir.cron"]._commit_progress(UNDO_BATCH)

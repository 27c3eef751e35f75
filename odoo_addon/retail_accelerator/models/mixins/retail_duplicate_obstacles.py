# SPDX-License-Identifier: LGPL-3.0-or-later
"""Why one of two records cannot simply be cancelled or merged, and the way out."""

from odoo import models


class RetailDuplicateObstacles(models.AbstractModel):
    _name = "retail.duplicate.obstacles"
    _description = "Obstacles to Making One of Two Duplicates"

    def _obstacle(self):
        """What stands in the way of making one of two, or False."""
        self.ensure_one()
        keep, other = self._kept_and_other()
        if not self.second_id and self.ledger_id:
            return self._held_obstacle(self._record("first"))
        if not keep or not other:
            return self.env._(
                "One of the two was deleted. Press Ignore to take the pair off the "
                "list."
            )
        if self.kind == "partner":
            return self._merge_obstacle(keep, other)
        if keep.state in ("cancel", "canceled", "rejected"):
            return self.env._(
                "%s is to stay, but it is cancelled. Choose the other one to stay, or "
                "press Ignore.",
                keep.display_name,
            )
        if self.kind == "payment":
            return self._payment_obstacle(other)
        return self._order_obstacle(other)

    def _held_obstacle(self, order):
        if not order or order.state == "cancel":
            return self.env._(
                "The order in Odoo was cancelled or deleted. Press Keep both to import "
                "the held one."
            )
        return False

    def _order_obstacle(self, order):
        order = order.sudo()  # its own form tells as much to whoever may read it
        delivered = order.picking_ids.filtered(lambda move: move.state == "done")
        if delivered or any(order.order_line.mapped("qty_delivered")):
            return self.env._(
                "%s has been delivered. Return the goods first (Delivery > Return) and "
                "cancel the order then; or choose the other order to be cancelled.",
                order.display_name,
            )
        invoices = order.invoice_ids.filtered(lambda move: move.state != "cancel")
        if invoices:
            return self.env._(
                "%(order)s has been invoiced (%(invoices)s). Cancel or credit the "
                "invoice first; or choose the other order to be cancelled.",
                order=order.display_name,
                invoices=", ".join(invoices.mapped("display_name")),
            )
        paid = order.transaction_ids.filtered(
            lambda transaction: transaction.state in ("authorized", "done")
        )
        if paid:
            return self.env._(
                "%(order)s was paid online (%(payments)s). Refund or void the payment "
                "first; or choose the other order to be cancelled.",
                order=order.display_name,
                payments=", ".join(paid.mapped("reference")),
            )
        return False

    def _payment_obstacle(self, payment):
        payment = payment.sudo()
        invoices = payment.reconciled_invoice_ids | payment.reconciled_bill_ids
        if invoices:
            return self.env._(
                "%(payment)s pays %(invoices)s. Choose the other payment to be "
                "cancelled, or take this one off the invoice first.",
                payment=payment.display_name,
                invoices=", ".join(invoices.mapped("display_name")),
            )
        if payment.is_matched:
            return self.env._(
                "%s is matched with a bank statement: the money has moved. Press Keep "
                "both, and pay it back if it was too much.",
                payment.display_name,
            )
        return False

    def _merge_obstacle(self, keep, gone):
        both = keep | gone
        archived = both.filtered(lambda contact: not contact.active)
        if archived:
            return self.env._(
                "%s is archived. Restore it first, or press Ignore.",
                archived[0].display_name,
            )
        if gone in keep.parent_id or keep in gone.parent_id:
            return self.env._(
                "One of them is the other's company; Odoo merges no such."
            )
        companies = self.env["res.company"].sudo()
        if companies.search_count([("partner_id", "in", both.ids)], limit=1):
            return self.env._(
                "One of them is a company of this database itself and cannot be merged."
            )
        users = [
            contact.sudo().with_context(active_test=False).user_ids for contact in both
        ]
        if all(users):
            return self.env._(
                "Both are the contacts of users. Odoo merges no such contacts: delete "
                "or move one of the users first."
            )
        if gone.sudo().with_context(active_test=False).user_ids:
            return self.env._(
                "%s is the contact of a user. Choose it as the one that stays.",
                gone.display_name,
            )
        if not self.env.is_admin() and len(set(both.mapped("email"))) > 1:
            return self.env._(
                "Their e-mail addresses differ. An administrator can merge them, or "
                "correct one of the addresses so that both are the same email first."
            )
        return False

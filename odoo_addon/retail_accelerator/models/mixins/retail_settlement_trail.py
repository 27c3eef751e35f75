# SPDX-License-Identifier: LGPL-3.0-or-later
"""From a payout to what it is made of, down to the journal items and the bank line."""

from odoo import models

from ...settle import proof, proof_page


class RetailSettlementTrail(models.AbstractModel):
    _name = "retail.settlement.trail"
    _description = "Audit Trail of a Settlement"

    def _action_list(self):
        """These payouts; the one there is."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "retail_accelerator.retail_settlement_action"
        )
        action["domain"] = [("id", "in", self.ids)]
        if len(self) == 1:
            action.update(view_mode="form", views=[(False, "form")], res_id=self.id)
        return action

    def action_view_events(self):
        return {
            **self._rows(self.env._("Rows")),
            "context": {"search_default_group_kind": 1},
        }

    def action_view_exceptions(self):
        return self._rows(
            self.env._("Exceptions"), [("state", "in", ("exception", "waiting"))]
        )

    def _rows(self, name, domain=()):
        self.ensure_one()
        return self._records(
            "retail.settlement.event",
            name,
            [("settlement_id", "=", self.id), *domain],
            "list,kanban,form,pivot,graph",
        )

    def _records(self, model, name, domain, views="list,form"):
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": model,
            "view_mode": views,
            "views": [(False, view) for view in views.split(",")],
            "domain": list(domain),
            "context": {"create": False},
        }

    def action_view_moves(self):
        self.ensure_one()
        return self._records(
            "account.move",
            self.env._("Entries of %s", self.name),
            [("id", "in", self.move_ids.ids)],
        )

    def action_view_items(self):
        self.ensure_one()
        return self._records(
            "account.move.line",
            self.env._("Journal items of %s", self.name),
            [("move_id", "in", self.move_ids.ids)],
        )

    def action_view_bank_line(self):
        self.ensure_one()
        lines = self.bank_match_ids.bank_line_id
        if len(lines) == 1:
            return lines.action_open_retail_line()
        return self._records(
            lines._name,
            self.env._("Bank lines of %s", self.name),
            [("id", "in", lines.ids)],
        )

    def action_view_proof(self, part):
        """What a figure of the proof is made of; ``part`` as in settle.proof.rows, or
        one of the books' figures."""
        self.ensure_one()
        name = f"{self.name}: {proof_page.names(self.env)[part]}"
        if part == "posted" or (part == "timing" and self.move_ids):
            return self._records("account.move.line", name, proof.posted_items(self))
        if part == "bank" or part.startswith("bank_"):
            return self.action_view_bank_line()
        rows = self.env["retail.settlement.event"]
        domain = proof.rows(self, "rows" if part == "timing" else part)
        empty = not rows.search_count(domain, limit=1)
        if empty and part == "declared":
            return self._records(
                "retail.settlement.file", name, [("id", "in", self.file_ids.ids)]
            )
        if empty and part == "unknown" and self.bank_line_id:
            return self.action_view_bank_line()
        return self._records(rows._name, name, domain, "list,kanban,form,pivot,graph")

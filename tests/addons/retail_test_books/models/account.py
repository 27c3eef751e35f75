# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models
from odoo.exceptions import ValidationError


class AccountMove(models.Model):
    _inherit = "account.move"

    test_paid_lines = fields.Integer(compute="_compute_test_paid_lines", store=True)

    @api.depends("line_ids.reconciled")
    def _compute_test_paid_lines(self):
        for move in self:
            move.test_paid_lines = len(move.line_ids.filtered("reconciled"))

    def _compute_payment_state(self):
        return super()._compute_payment_state()

    def _post(self, soft=True):
        return super()._post(soft)


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    test_note = fields.Char(compute="_compute_test_note", store=True)

    @api.depends("name", "amount_residual")
    def _compute_test_note(self):
        for line in self:
            line.test_note = f"{line.name}: {line.amount_residual}"

    def _compute_debit_credit(self):
        return super()._compute_debit_credit()

    @api.model
    def _reconcile_plan(self, reconciliation_plan):
        return super()._reconcile_plan(reconciliation_plan)


class AccountPartialReconcile(models.Model):
    _inherit = "account.partial.reconcile"

    test_channel = fields.Char(default="shop")

    @api.constrains("amount")
    def _check_test_amount(self):
        for partial in self:
            if partial.amount < 0:
                raise ValidationError("negative")

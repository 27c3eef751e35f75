# SPDX-License-Identifier: LGPL-3.0-or-later
"""Which column of a report is which field, and which word is which kind."""

from odoo import fields, models

from .retail_settlement_event import KINDS

TARGETS = [
    ("type", "Type"),
    ("payout", "Payout"),
    ("transaction", "Transaction"),
    ("parent", "Transaction it follows"),
    ("order", "Order"),
    ("invoice", "Invoice"),
    ("checkout", "Checkout"),
    ("party", "Customer"),
    ("email", "E-mail"),
    ("description", "Description"),
    ("date", "Date (and time)"),
    ("time", "Time"),
    ("zone", "Time zone"),
    ("available", "Paid out on"),
    ("currency", "Currency"),
    ("gross", "Gross amount"),
    ("fee", "Fee"),
    ("fee_tax", "Tax on fee"),
    ("net", "Net amount"),
    ("paid", "Paid by the customer"),
    ("paid_currency", "Currency of what was paid"),
    ("rate", "Exchange rate"),
    ("declared", "Sum of the payout"),
    ("tax_inside", "Tax inside the amount of a fee"),
    ("match", "Word that tells the kind"),
]


class RetailSettlementProfileColumn(models.Model):
    _name = "retail.settlement.profile.column"
    _description = "Column of Settlement Reports"
    _order = "sequence, id"

    profile_id = fields.Many2one(
        "retail.settlement.profile", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer(default=10)
    name = fields.Char(
        string="Column",
        required=True,
        help="As in the file's header. A | B: the first of them that has a value.",
    )
    target = fields.Selection(
        TARGETS,
        string="Is",
        help="Empty: kept with the row. Amounts of several columns are added up, texts "
        "joined.",
    )
    invert = fields.Boolean(
        string="Other Sign", help="Of amounts that the file writes the other way round."
    )
    required = fields.Boolean(
        string="Marks the File", help="Files without this column are of another kind."
    )
    example = fields.Char(readonly=True)


class RetailSettlementProfileWord(models.Model):
    _name = "retail.settlement.profile.word"
    _description = "Word of Settlement Reports"
    _order = "sequence, id"

    profile_id = fields.Many2one(
        "retail.settlement.profile", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer(default=10)
    pattern = fields.Char(
        string="Word of the Provider",
        required=True,
        help="* stands for any text; the first line that fits a row counts.",
    )
    kind = fields.Selection(KINDS, string="Is", required=True)

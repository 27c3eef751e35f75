# SPDX-License-Identifier: LGPL-3.0-or-later
"""Bank lines that come from files, each once."""

from odoo import fields, models


class AccountBankStatementLine(models.Model):
    _inherit = "account.bank.statement.line"

    retail_bank_key = fields.Char(
        string="Key in Bank Files",
        readonly=True,
        copy=False,
        help="What tells the line from all others of the account, whatever file of the "
        "bank it comes in.",
    )

    _retail_bank_key_unique = models.UniqueIndex(
        "(journal_id, retail_bank_key) WHERE retail_bank_key IS NOT NULL",
        "This line of the bank is there already.",
    )

# SPDX-License-Identifier: LGPL-3.0-or-later
"""What a committed chunk adds to its import, until the import's counters follow."""

from odoo import fields, models


class RetailImportChunk(models.Model):
    _name = "retail.import.chunk"
    _description = "Finished Part of an Import"
    _order = "id"
    _log_access = False

    import_id = fields.Many2one(
        "retail.import", required=True, index=True, ondelete="cascade", readonly=True
    )
    file_offset = fields.Float(
        string="Read up to byte", digits=(20, 0), required=True, readonly=True
    )
    file_row = fields.Float(
        string="Read up to record", digits=(20, 0), required=True, readonly=True
    )
    result_size = fields.Float(
        string="Size of the results (bytes)",
        digits=(20, 0),
        required=True,
        readonly=True,
    )
    counts = fields.Json(required=True, readonly=True)
    reasons = fields.Json(string="Counts by reason", readonly=True)

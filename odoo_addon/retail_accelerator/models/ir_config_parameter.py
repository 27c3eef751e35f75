# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, models
from odoo.exceptions import ValidationError

from ..engine.lanes import CONSTRAINT_MODE, CONSTRAINT_MODES


class IrConfigParameter(models.Model):
    _inherit = "ir.config_parameter"

    @api.constrains("key", "value")
    def _check_retail_constraint_mode(self):
        """A mistyped mode would be the slow one, and nobody would notice."""
        for parameter in self:
            if (
                parameter.key == CONSTRAINT_MODE
                and parameter.value not in CONSTRAINT_MODES
            ):
                raise ValidationError(
                    self.env._(
                        "%(key)s must be one of: %(modes)s.",
                        key=CONSTRAINT_MODE,
                        modes=", ".join(CONSTRAINT_MODES),
                    )
                )

# SPDX-License-Identifier: LGPL-3.0-or-later
"""``odoo retail VERB``: the module's command line."""

from odoo.cli import Command


class Retail(Command):
    """Set up shops, import their orders, prove and replay imports"""

    def run(self, cmdargs):
        # Not at the top: Odoo hides import errors while it looks for commands.
        from odoo.addons.retail_accelerator.command import dispatcher

        dispatcher.main("odoo retail", cmdargs)

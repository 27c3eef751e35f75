# SPDX-License-Identifier: LGPL-3.0-or-later
"""Loads a shop's own exports into its channel."""

from ..setup.channel_setup import ChannelSetup
from ..setup.exports import Exports
from .common import RetailCase, as_file


class SetupCase(RetailCase):
    def load(self, channel=None, remap_taxes=False, **exports):
        files = {name: as_file(rows) for name, rows in exports.items()}
        setup = ChannelSetup(channel or self.channel, remap_taxes=remap_taxes)
        return setup.load(Exports(**files))

    def mapped(self, kind, ref):
        return self.channel.product_ids.filtered(
            lambda row: (row.kind, row.ref) == (kind, str(ref))
        ).product_id

    def tax_of(self, ref):
        rule = self.channel.tax_ids.filtered(lambda rule: rule.rate_ref == str(ref))
        return rule.tax_ids

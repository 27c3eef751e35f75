# SPDX-License-Identifier: LGPL-3.0-or-later
"""Sets a channel up from the shop's exports; doing it again adds what is new."""

import time

from odoo.exceptions import UserError

from ..engine.rates import has_rate
from .customers import CustomerSetup
from .products import ProductSetup
from .taxes import TaxSetup


class ChannelSetup:
    def __init__(self, channel, created=False, remap_taxes=False):
        channel.check_access("write")
        self.channel = channel.with_company(channel.company_id)
        self.env = self.channel.env
        self.created = created
        self.remap_taxes = remap_taxes
        self.notes = []

    @classmethod
    def for_code(cls, env, code, company=None, currency=None, **options):
        """The set-up of the channel with that code, which is made when it is new.

        Options that are None stay as they are (kind, name, tax_included).
        """
        vals = {name: value for name, value in options.items() if value is not None}
        if currency:
            vals["currency_id"] = cls.currency(env, currency).id
        channels = env["retail.channel"].with_context(active_test=False)
        channel = channels.search([("code", "=", code)])
        if not channel:
            company = company or env.company
            vals = {"name": code, **vals, "code": code, "company_id": company.id}
            return cls(env["retail.channel"].create(vals), created=True)
        cls._refuse_other_company(channel, company)
        cls._refuse_other_kind(channel, vals.get("kind"))
        return cls._follow(channel, vals)

    @classmethod
    def _follow(cls, channel, vals):
        """The set-up of a known channel; what differs from ``vals`` is changed."""
        mode, currency = channel.tax_included, channel.currency_id
        changes = {
            name: value
            for name, value in vals.items()
            if channel._fields[name].convert_to_write(channel[name], channel) != value
        }
        channel.write({**changes, "active": True} if not channel.active else changes)
        setup = cls(channel, remap_taxes=mode != channel.tax_included)
        if currency != channel.currency_id:
            setup.notes.append(
                channel.env._(
                    "The currency of the shop changed from %(old)s to %(new)s: the "
                    "prices of its products count in it from now on.",
                    old=currency.name,
                    new=channel.currency_id.name,
                )
            )
        return setup

    @staticmethod
    def _refuse_other_company(channel, company):
        if company and company != channel.company_id:
            raise UserError(
                channel.env._(
                    "The channel %(code)s belongs to the company %(company)s.",
                    code=channel.code,
                    company=channel.company_id.name,
                )
            )

    @staticmethod
    def _refuse_other_kind(channel, kind):
        """A code typed for another shop must not turn this one into it."""
        if kind in (None, channel.kind):
            return
        labels = dict(channel._fields["kind"]._description_selection(channel.env))
        raise UserError(
            channel.env._(
                "The kind of the channel %(code)s is %(old)s, not %(new)s. Leave "
                "--kind out, choose another code for a new shop, or change the kind on "
                "the channel's form.",
                code=channel.code,
                old=labels[channel.kind],
                new=labels[kind],
            )
        )

    @staticmethod
    def currency(env, code):
        """The currency of that code, active from now on."""
        currency = (
            env["res.currency"]
            .sudo()
            .with_context(active_test=False)
            .search([("name", "=", code.upper())])
        )
        if not currency:
            raise UserError(env._("There is no currency %s.", code))
        if not currency.active:
            currency.active = True
        return currency.sudo(False)

    def load(self, exports):
        """Work through the exports that were given; returns counts and warnings."""
        started = time.monotonic()
        channel = self.channel
        result = {
            "channel": channel.code,
            "channel_id": channel.id,
            "channel_created": self.created,
        }
        if exports.rates is not None:
            result["taxes"] = TaxSetup(channel, self.remap_taxes).load(exports.rates)
        if exports.items is not None:
            result["products"] = {
                **ProductSetup(channel).load(exports.items),
                "skipped": exports.skipped_products,
            }
        if exports.customers is not None:
            result["customers"] = CustomerSetup(channel).load(exports.customers)
        channel._prepare_settlements()
        result["created"] = sum(
            result[kind]["created"]
            for kind in ("taxes", "products", "customers")
            if kind in result
        )
        result["warnings"] = self._warnings(exports)
        self.env.flush_all()
        result["seconds"] = round(time.monotonic() - started, 3)
        return result

    def _warnings(self, exports):
        channel = self.channel
        company_currency = channel.company_id.currency_id
        warnings = [*self.notes]
        if channel.currency_id != company_currency and not has_rate(
            channel.currency_id, channel.company_id
        ):
            warnings.append(
                self.env._(
                    "There is no exchange rate of %(currency)s to %(company)s yet: "
                    "amounts in the company's currency are taken 1:1 until you add "
                    "one.",
                    currency=channel.currency_id.name,
                    company=company_currency.name,
                )
            )
        if self.remap_taxes and exports.rates is None:
            warnings.append(
                self.env._(
                    "The price mode of the shop changed: give the export of tax rates "
                    "again, so that its taxes follow."
                )
            )
        return warnings

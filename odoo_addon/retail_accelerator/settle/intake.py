# SPDX-License-Identifier: LGPL-3.0-or-later
"""From a report to payouts and their rows in the database, each once.

A movement is known by what it says, not by where it stands: the same row in another
file, or in another place, is the same movement. Two equal rows in one file are two
movements.
"""

import hashlib
import os
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime

from odoo.exceptions import UserError
from odoo.tools import SQL, split_every

from ..audit import log
from ..engine import native

BATCH = 5000
# What makes a movement: neither its row nor the payout, which a pending one gets later.
IDENTITY = ("kind", "type", "transaction", "parent", "order", "date", "currency")
AMOUNTS = ("gross", "fee", "fee_tax", "net")
TEXTS = {
    "type": "provider_type",
    "transaction": "transaction_ref",
    "parent": "parent_ref",
    "order": "order_ref",
    "invoice": "invoice_ref",
    "checkout": "checkout_ref",
    "party": "party",
    "email": "email",
    "description": "description",
    "extra": "extra",
}
COLUMNS = (
    *("channel_id", "company_id", "settlement_id", "file_id", "identity"),
    *("source_row", "kind", "date", "date_available", "currency_id"),
    *AMOUNTS,
    *("paid_currency_id", "paid_amount", "rate", "state", "amount_at_stake"),
    *TEXTS.values(),
)


@dataclass
class Taken:
    """What a file brought."""

    file: object
    rows: int = 0
    new: int = 0
    settlements: object = None
    seconds: dict = field(default_factory=dict)


def checksum(content):
    return hashlib.sha256(content).hexdigest()


def take(channel, content, name):
    """Read a report and keep what is new; returns Taken.

    Raises UserError, with the place and the difference, for a report that cannot be
    read or whose rows do not add up to its payouts: nothing of it is kept then.
    """
    digest = checksum(content)
    known = channel.env["retail.settlement.file"]._known(channel, digest)
    if known:
        return Taken(known, known.row_count, 0, known.settlement_ids)
    events = read(channel, content, name)
    log.lock(channel.env, channel.company_id)
    return Intake(channel, events).store(content, name, digest)


def read(channel, content, name):
    """The events of a report; UserError for one that cannot be read or proved."""
    profiles = channel.env["retail.settlement.profile"]._texts(channel.company_id)
    try:
        events = native.require().settlement_read(
            content, profiles=profiles, timezone=channel.settlement_timezone
        )
    except native.require().Error as error:
        raise UserError(_explain(channel.env, name, error)) from error
    for payout in events.payouts:
        _prove(channel.env, name, payout)
    return events


def _explain(env, name, error):
    row = getattr(error, "row", 0)
    message = getattr(error, "message", None) or str(error)
    if row:
        return env._(
            "%(name)s, row %(row)s: %(message)s", name=name, row=row, message=message
        )
    return env._("%(name)s: %(message)s", name=name, message=message)


def _prove(env, name, payout):
    """A payout's rows add up to what the provider declares, or the file is refused."""
    if payout["declared"] is None or not payout["difference"]:
        return
    currency = currency_of(env, payout["currency"])
    raise UserError(
        env._(
            "%(name)s is refused: the rows of payout %(payout)s add up to %(total)s, "
            "the provider declares %(declared)s, a difference of %(difference)s "
            "%(currency)s.",
            name=name,
            payout=payout["reference"],
            currency=currency.name,
            **{
                key: f"{major(payout[key], currency):.{currency.decimal_places}f}"
                for key in ("total", "declared", "difference")
            },
        )
    )


def currency_of(env, code):
    """The currency of that code; UserError when it is not active."""
    currency = env["res.currency"].search([("name", "=", code)])
    if not currency:
        raise UserError(
            env._(
                "The currency %s of the report is not active. Activate it under "
                "Accounting, Currencies, then read the file again.",
                code,
            )
        )
    return currency


def major(minor, currency):
    """An amount in the currency's units."""
    return minor / 10**currency.decimal_places


class Intake:
    """Keeps the events of one file."""

    def __init__(self, channel, events):
        self.channel = channel
        self.env = channel.env
        self.events = events
        self.provider = events.profile
        self.columns = {
            name: events.column(name)
            for name in (
                *("row", "kind", "payout", "date", "available", "currency"),
                *AMOUNTS,
                *("paid_currency", "paid", "rate"),
                *TEXTS,
            )
        }
        self.currencies = {
            code: currency_of(self.env, code)
            for code in {*self.columns["currency"], *self.columns["paid_currency"]}
            if code
        }

    def store(self, content, name, digest):
        count = len(self.events)
        identities = self._identities()
        known = self._known(identities)
        report = self.env["retail.settlement.file"].create(
            {
                "name": name,
                "channel_id": self.channel.id,
                "checksum": digest,
                "provider": self.provider,
                "state": "read",
                "row_count": count,
                "new_count": count - len(known),
            }
        )
        self._attach(report, content)
        settlements = self._settlements(identities, known)
        self._insert(report, identities, known, settlements)
        found = self.env["retail.settlement"].union(*settlements.values())
        report.sudo().settlement_ids = found
        self._adopt(identities, known, settlements)
        found._refresh_amounts()
        log.append(
            report,
            "read",
            self.env._("%(name)s: %(count)s rows", name=name, count=count),
            sha256=digest,
            new=count - len(known),
            payouts=found.mapped("reference"),
        )
        return Taken(report, count, count - len(known), found)

    @staticmethod
    def _attach(report, content):
        report.env["ir.attachment"].sudo().create(
            {
                "name": report.name,
                "raw": content,
                "res_model": report._name,
                "res_field": "content",
                "res_id": report.id,
            }
        )

    # -- identity --

    def _identities(self):
        """A hex digest for each event, distinct also for equal rows."""
        parts = [self.columns[name] for name in (*IDENTITY, *AMOUNTS)]
        seen = Counter()
        result = []
        for values in zip(*parts, strict=True):
            content = "\x1f".join((self.provider, *map(str, values)))
            seen[content] += 1
            text = f"{content}\x1f{seen[content]}"
            result.append(hashlib.blake2b(text.encode(), digest_size=16).hexdigest())
        return result

    def _known(self, identities):
        """{identity: (event id, settlement id)} of movements read before."""
        known = {}
        for batch in split_every(BATCH, identities, list):
            self.env.cr.execute(
                SQL(
                    """SELECT identity, id, settlement_id FROM retail_settlement_event
                        WHERE channel_id = %s AND identity = ANY(%s)""",
                    self.channel.id,
                    batch,
                )
            )
            known.update(
                (key, (row, owner)) for key, row, owner in self.env.cr.fetchall()
            )
        return known

    # -- payouts --

    def _settlements(self, identities, known):
        """{(payout, currency): settlement}; a new one where the payout is new."""
        declared = {
            (payout["reference"] or "", payout["currency"]): payout
            for payout in self.events.payouts
        }
        new = defaultdict(int)
        for key, identity in zip(self._keys(), identities, strict=True):
            new[key] += identity not in known
        settlements = {}
        for key, count in new.items():
            settlement = self._find(key)
            if not settlement:
                settlement = self._create(key, declared.get(key))
            elif count and settlement.state in ("posted", "reconciled"):
                raise UserError(
                    self.env._(
                        "Payout %(payout)s is posted already, and this file has "
                        "%(count)s rows of it that were not there before. Reverse "
                        "the payout first, then read the file again.",
                        payout=settlement.name,
                        count=count,
                    )
                )
            settlements[key] = settlement
        return settlements

    def _keys(self):
        return list(
            zip(
                (payout or "" for payout in self.columns["payout"]),
                self.columns["currency"],
                strict=True,
            )
        )

    def _find(self, key):
        reference, code = key
        return self.env["retail.settlement"].search(
            [
                ("channel_id", "=", self.channel.id),
                ("provider", "=", self.provider),
                ("reference", "=", reference or False),
                ("currency_id", "=", self.currencies[code].id),
            ]
        )

    def _create(self, key, payout):
        reference, code = key
        currency = self.currencies[code]
        declared = payout and payout["declared"]
        return self.env["retail.settlement"].create(
            {
                "channel_id": self.channel.id,
                "provider": self.provider,
                "reference": reference or False,
                "currency_id": currency.id,
                "date": payout and payout["date"] and _day(payout["date"]),
                "has_declared": declared is not None,
                "amount_declared": major(declared, currency) if declared else 0.0,
                "state": "proved" if reference else "draft",
            }
        )

    def _adopt(self, identities, known, settlements):
        """Movements that were pending belong to their payout from now on."""
        moves = defaultdict(list)
        for key, identity in zip(self._keys(), identities, strict=True):
            event, owner = known.get(identity, (None, None))
            if event and key[0] and owner != settlements[key].id:
                moves[settlements[key]].append(event)
        for settlement, events in moves.items():
            pending = (
                self.env["retail.settlement.event"]
                .browse(events)
                .filtered(lambda event: not event.settlement_id.reference)
            )
            pending.sudo().write({"settlement_id": settlement.id})

    # -- rows --

    def _insert(self, report, identities, known, settlements):
        """The new movements, as rows."""
        keys = self._keys()
        fresh = [index for index, key in enumerate(identities) if key not in known]
        if not fresh:
            return
        self.env["retail.settlement.event"].flush_model()
        names = SQL(", ").join(map(SQL.identifier, COLUMNS))
        for batch in split_every(1000, fresh, list):
            rows = [
                SQL(
                    "%s",
                    self._row(
                        index, report, identities[index], settlements[keys[index]]
                    ),
                )
                for index in batch
            ]
            self.env.cr.execute(
                SQL(
                    "INSERT INTO retail_settlement_event (%s) VALUES %s",
                    names,
                    SQL(", ").join(rows),
                )
            )
        self.env.invalidate_all()

    def _row(self, index, report, identity, settlement):
        """Values of COLUMNS."""
        values = {name: column[index] for name, column in self.columns.items()}
        currency = self.currencies[values["currency"]]
        paid_currency = self.currencies.get(values["paid_currency"])
        amounts = [major(values[name], currency) for name in AMOUNTS]
        return (
            *(self.channel.id, self.channel.company_id.id, settlement.id, report.id),
            *(identity, values["row"], values["kind"]),
            *(_moment(values["date"]), _moment(values["available"]), currency.id),
            *amounts,
            paid_currency.id if paid_currency else None,
            major(values["paid"], paid_currency) if paid_currency else None,
            float(values["rate"] or 0),
            "new",
            abs(amounts[0]),
            *(values[name] or None for name in TEXTS),
        )


def _moment(value):
    """UTC without time zone, as Odoo keeps it; events count microseconds since 1970."""
    if value is None or isinstance(value, str):
        return value or None
    if isinstance(value, datetime):
        return value.replace(tzinfo=None)
    return datetime.fromtimestamp(value / 1e6, UTC).replace(tzinfo=None)


def _day(value):
    moment = _moment(value)
    return moment.date() if isinstance(moment, datetime) else moment


def refuse(channel, content, name, message):
    """Note a report that was refused, so that nobody waits for it."""
    report = channel.env["retail.settlement.file"].create(
        {
            "name": os.path.basename(name),
            "channel_id": channel.id,
            "checksum": checksum(content),
            "state": "refused",
            "message": message,
        }
    )
    Intake._attach(report, content)
    log.append(report, "refuse", report.name, sha256=report.checksum)
    return report

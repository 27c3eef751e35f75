# SPDX-License-Identifier: LGPL-3.0-or-later
"""From a report to payouts and their rows in the database, each once.

A movement is known by what it says, not by where it stands: the same row in another
file, or in another place, is the same movement (see identity.py).
"""

import hashlib
import io
import os
import re
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime

from odoo.exceptions import UserError
from odoo.tools import split_every

from ..audit import log
from . import files, payouts, statements, wallet, words
from .identity import known_movements
from .reading import AMOUNTS, currency_of, explain, moment, read

FINEST = 9  # digits that a currency can have
COPY_BATCH = 20_000  # rows: bounds the memory of their text
NULL = "\\N"
SPECIAL = re.compile(r"[\\\t\n\r]")
ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})
# What makes a movement: neither its row nor the payout, which a pending one gets later.
IDENTITY = ("kind", "type", "transaction", "parent", "order", "date", "currency")
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
    """Read a report, or a bank's file, and keep what is new; returns Taken.

    Raises UserError, with the place and the difference, for a file that cannot be read,
    whose rows do not add up to its payouts or whose balances do not hold: nothing of it
    is kept then.
    """
    digest = checksum(content)
    known = channel.env["retail.settlement.file"]._known(channel, digest)
    if known:
        return Taken(known, known.row_count, 0, known.settlement_ids)
    if is_bank_file(channel, content, name):
        return _take_statements(channel, content, name, digest)
    report = read(channel, content, name)
    log.lock(channel.env, channel.company_id)
    return Intake(channel, report.events, report.digits).store(content, name, digest)


def is_bank_file(channel, content, name):
    """Whether the file is the bank's and not a provider's; UserError for neither."""
    try:
        return files.kind_of(content) in files.BANK
    except files.FileError as error:
        raise UserError(explain(channel.env, name, error)) from error


def _take_statements(channel, content, name, digest):
    """The lines of bank statements, each once."""
    env = channel.env
    found = statements.read(channel, content, name)
    log.lock(env, channel.company_id)
    new = sum(len(statements.keep(channel, statement)) for statement in found)
    count = sum(len(statement.lines) for statement in found)
    report = env["retail.settlement.file"].create(
        {
            "name": name,
            "channel_id": channel.id,
            "checksum": digest,
            "provider": files.kind_of(content),
            "state": "read",
            "row_count": count,
            "new_count": new,
        }
    )
    attach(report, content)
    log.append(
        report,
        "read",
        f"{name}: {words.bank_lines(env, count)}",
        sha256=digest,
        new=new,
    )
    return Taken(report, count, new, env["retail.settlement"])


def attach(report, content):
    """Keep the file as it came."""
    report.env["ir.attachment"].sudo().create(
        {
            "name": report.name,
            "raw": content,
            # Odoo keeps the words of a text/csv in the database once more.
            "mimetype": "application/csv",
            "res_model": report._name,
            "res_field": "content",
            "res_id": report.id,
        }
    )


class Intake:
    """Keeps the events of one file; ``digits`` as of reading.Report."""

    def __init__(self, channel, events, digits=None):
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
        # (payout, currency) of each row
        self.keys = list(
            zip(
                (payout or "" for payout in self.columns["payout"]),
                self.columns["currency"],
                strict=True,
            )
        )
        self.declared = {}  # settlement: sum that this file declares for its rows
        self.currencies = {
            code: currency_of(self.env, code)
            for code in {*self.columns["currency"], *self.columns["paid_currency"]}
            if code
        }
        self.digits = {
            code: (digits or {}).get(code, currency.decimal_places)
            for code, currency in self.currencies.items()
        }

    def store(self, content, name, digest):
        count = len(self.events)
        identities, known = self._identities()
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
        attach(report, content)
        settlements = self._settlements(identities, known)
        self._insert(report, identities, known, settlements)
        found = self.env["retail.settlement"].union(*settlements.values())
        report.sudo().settlement_ids = found
        left = self._adopt(identities, known, settlements)
        (found | left)._refresh_amounts()
        payouts.prove(self.env, name, found, self.declared)
        found = (found | wallet.close(self.channel, self.provider)).exists()
        log.append(
            report,
            "read",
            f"{name}: {words.rows(self.env, count)}",
            sha256=digest,
            new=count - len(known),
            payouts=found.mapped("reference"),
        )
        return Taken(report, count, count - len(known), found)

    def _major(self, minor, code):
        """An amount in the currency's units."""
        return minor / 10 ** self.digits[code]

    # -- identity --

    def _identities(self):
        """([identity of each row], {identity: (event id, settlement id)} of those read
        before); the same whatever digits the amounts are counted in."""
        parts = [self.columns[name] for name in IDENTITY]
        scales = {code: 10 ** (FINEST - n) for code, n in self.digits.items()}
        amounts = [
            [
                value * scales[code]
                for value, code in zip(
                    self.columns[name], self.columns["currency"], strict=True
                )
            ]
            for name in AMOUNTS
        ]
        contents = [
            "\x1f".join((self.provider, *map(str, values)))
            for values in zip(*parts, *amounts, strict=True)
        ]
        payouts_named = [
            None if transaction else payout or ""
            for payout, transaction in zip(
                self.columns["payout"], self.columns["transaction"], strict=True
            )
        ]
        return known_movements(self.channel, contents, payouts_named)

    # -- payouts --

    def _settlements(self, identities, known):
        """{(payout, currency): settlement}; a new one where the payout is new."""
        declared = {
            (payout["reference"] or "", payout["currency"]): payout
            for payout in self.events.payouts
        }
        new = defaultdict(int)
        for key, identity in zip(self.keys, identities, strict=True):
            new[key] += identity not in known
        settlements = {}
        alone = payouts.declared_alone(
            self.keys, self.columns["kind"], self.columns["net"]
        )
        for key, count in new.items():
            day = moment(declared[key]["date"]) if key in declared else None
            settlement = self._find(key) or payouts.of_day(self, key, day)
            if key in alone and settlement:
                self.declared[settlement] = self._major(alone[key], key[1])
                count = 0  # it moves nothing
            if not settlement:
                settlement = self._create(key, declared.get(key), alone.get(key))
            elif count and settlement.state in ("posted", "reconciled"):
                raise UserError(
                    self.env._(
                        "Payout %(payout)s is posted already, and this file has "
                        "%(rows)s of it that Odoo does not have. Reverse the payout "
                        "first, then read the file again.",
                        payout=settlement.name,
                        rows=words.rows(self.env, count),
                    )
                )
            settlements[key] = settlement
        return settlements

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

    def _create(self, key, payout, alone=None):
        """``alone``: all that the file says of the payout is this sum."""
        reference, code = key
        currency = self.currencies[code]
        declared = payout and payout["declared"] if alone is None else alone
        return self.env["retail.settlement"].create(
            {
                "channel_id": self.channel.id,
                "provider": self.provider,
                "reference": reference or False,
                "currency_id": currency.id,
                "date": payout and payout["date"] and _day(payout["date"]),
                "has_declared": declared is not None,
                "amount_declared": self._major(declared, code) if declared else 0.0,
                "state": "proved" if reference and alone is None else "draft",
            }
        )

    def _adopt(self, identities, known, settlements):
        """Movements that were pending belong to their payout from now on; returns the
        settlements they left."""
        moves = defaultdict(list)
        for key, identity in zip(self.keys, identities, strict=True):
            event, owner = known.get(identity, (None, None))
            if event and key[0] and owner != settlements[key].id:
                moves[settlements[key]].append(event)
        left = set()
        for settlement, events in moves.items():
            left.update(wallet.move(settlement, events))
        return self.env["retail.settlement"].browse(left)

    # -- rows --

    def _insert(self, report, identities, known, settlements):
        """The new movements, as rows, by COPY."""
        fresh = [index for index, key in enumerate(identities) if key not in known]
        self.env.flush_all()
        names = ", ".join(f'"{name}"' for name in COLUMNS)
        for batch in split_every(COPY_BATCH, fresh, list):
            columns = self._values(batch, report, identities, settlements)
            lines = map("\t".join, zip(*columns, strict=True))
            self.env.cr.copy_expert(
                f"COPY retail_settlement_event ({names}) FROM STDIN",
                io.StringIO("\n".join(lines)),
            )
        self.env.invalidate_all(flush=False)

    def _values(self, batch, report, identities, settlements):
        """The columns COLUMNS of these rows, each a list of texts for COPY."""

        def of(name):
            column = self.columns[name]
            return [column[index] for index in batch]

        def same(value):
            return [str(value)] * len(batch)

        codes, paid_codes = of("currency"), of("paid_currency")
        ids = {key: str(settlement.id) for key, settlement in settlements.items()}
        amounts = {name: self._majors(of(name), codes) for name in AMOUNTS}
        return (
            *(same(self.channel.id), same(self.channel.company_id.id)),
            *([ids[self.keys[index]] for index in batch], same(report.id)),
            [identities[index] for index in batch],
            *([str(row) for row in of("row")], of("kind")),
            *(_times(of("date")), _times(of("available")), self._ids(codes)),
            *amounts.values(),
            *(self._ids(paid_codes), self._majors(of("paid"), paid_codes)),
            [str(rate) if rate else "0" for rate in of("rate")],
            same("new"),
            [amount.lstrip("-") for amount in amounts["gross"]],
            *(_escaped(of(name)) for name in TEXTS),
        )

    def _majors(self, minors, codes):
        """Amounts in their currencies' units; NULL where there is no currency."""
        scales = {code: 10**digits for code, digits in self.digits.items()}
        return [
            repr(minor / scales[code]) if code else NULL
            for minor, code in zip(minors, codes, strict=True)
        ]

    def _ids(self, codes):
        ids = {code: str(currency.id) for code, currency in self.currencies.items()}
        return [ids[code] if code else NULL for code in codes]


def _escaped(texts):
    """Texts as COPY reads them; few columns have any to escape."""
    texts = [text or "" for text in texts]
    if SPECIAL.search("".join(texts)):
        texts = [text.translate(ESCAPES) for text in texts]
    return [text or NULL for text in texts]


def _times(values):
    """Times as COPY reads them, to the second."""
    known = {None: NULL, "": NULL}
    for value in values:
        if value not in known:
            known[value] = f"{moment(value):%Y-%m-%d %H:%M:%S}"
    return [known[value] for value in values]


def _day(value):
    found = moment(value)
    return found.date() if isinstance(found, datetime) else found


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
    attach(report, content)
    log.append(report, "refuse", report.name, sha256=report.checksum)
    return report

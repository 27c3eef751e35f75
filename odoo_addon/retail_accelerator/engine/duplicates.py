# SPDX-License-Identifier: LGPL-3.0-or-later
"""The look for duplicates while orders come in: one query a chunk, and the rest in
memory.

``hold`` runs before a wave's contacts are made, so that a duplicate brings no second
contact; ``conclude`` runs when the wave's rows are written, and remembers the pairs.
"""

from dataclasses import dataclass, field
from datetime import timedelta

from odoo.tools import SQL

from . import resemblance
from .lanes import EPOCH, to_microseconds

CONTENT, SUSPECTED = "duplicate_content", "duplicate_suspected"
REASONS = (CONTENT, SUSPECTED)
HOUR_US = 3_600_000_000
# Channels tell the time of one sale differently: time zones, days without an hour.
OTHER_CHANNEL = 3


@dataclass
class Newcomer:
    """A record that is to become an order."""

    index: int
    identity: str
    content: str | None
    near: str | None
    created: int  # µs since 1970


@dataclass
class Finding:
    """A newcomer and the order it may repeat."""

    newcomer: Newcomer
    reason: str
    other: str  # identity of the other record
    order_id: int = 0  # of the other; 0: it is written with this wave
    label: str = ""
    score: dict = field(default_factory=dict)
    held: bool = False


class DuplicateCheck:
    """Finds, holds and remembers the duplicates among a channel's new orders."""

    def __init__(self, channel, active=True):
        self.active = active
        self.channel = channel
        self.env = channel.env
        self.window = channel.duplicate_hours * HOUR_US
        self.findings = []

    def hold(self, chunk, wave):
        """Give the wave's duplicates their outcome, by the channel's policy."""
        if not self.active:
            return
        chunk.resolve(wave)  # statuses first: what is not imported repeats nothing
        now = to_microseconds(self.env.cr.now())
        newcomers = [
            Newcomer(*row[:4], now if row[4] is None else row[4])
            for row in chunk.newcomers(wave)
        ]
        findings = {}
        for finding in self._within(newcomers) + self._in_ledger(newcomers):
            findings.setdefault(finding.newcomer.index, []).append(finding)
        self.findings = []
        if findings:
            self._judge(chunk, findings, newcomers)

    # -- look --

    def _in_ledger(self, newcomers):
        """Orders of the ledger with an equal key, near in time."""
        if not newcomers:
            return []
        by_index = {newcomer.index: newcomer for newcomer in newcomers}
        rows = self.env.execute_query(
            SQL(
                """WITH new AS MATERIALIZED (
                       SELECT * FROM unnest(%s::int[], %s::text[], %s::text[],
                                            %s::timestamp[])
                           AS new(index, content, near, created)
                   ), found AS (
                       SELECT new.index, TRUE AS twin, new.created, l.id
                         FROM new JOIN retail_ledger l
                           ON l.content_key = new.content
                          AND l.source_created BETWEEN new.created - %s
                                                   AND new.created + %s
                        UNION ALL
                       SELECT new.index, FALSE, new.created, l.id
                         FROM new JOIN retail_ledger l
                           ON l.near_key = new.near
                          AND l.source_created BETWEEN new.created - %s
                                                   AND new.created + %s
                   )
                   SELECT found.index, found.twin, l.identity_key, l.order_id, o.name
                     FROM found
                     JOIN retail_ledger l ON l.id = found.id
                     JOIN sale_order o ON o.id = l.order_id AND o.state != 'cancel'
                    WHERE l.company_id = %s
                      AND (l.channel_id != %s
                           OR abs(extract(epoch FROM l.source_created - found.created))
                              <= %s)
                    ORDER BY found.index, found.twin DESC, l.order_id""",
                [newcomer.index for newcomer in newcomers],
                [newcomer.content for newcomer in newcomers],
                [self._near(newcomer) for newcomer in newcomers],
                [EPOCH + timedelta(microseconds=n.created) for n in newcomers],
                *[timedelta(microseconds=self.window)] * 2,
                *[timedelta(microseconds=self.window * OTHER_CHANNEL)] * 2,
                self.channel.company_id.id,
                self.channel.id,
                self.window // 1_000_000,
            )
        )
        return [
            Finding(by_index[index], CONTENT if twin else SUSPECTED, other, order, name)
            for index, twin, other, order, name in rows
        ]

    def _near(self, newcomer):
        """Similar orders are not looked for when the channel imports them anyway."""
        return None if self.channel.suspect_policy == "ignore" else newcomer.near

    def _within(self, newcomers):
        """The same among the newcomers themselves: the later one repeats the first."""
        findings, first = [], {}
        for newcomer in newcomers:
            keys = ((CONTENT, newcomer.content), (SUSPECTED, self._near(newcomer)))
            for reason, key in keys:
                if key is None:
                    continue
                earlier = first.setdefault((reason, key), newcomer)
                apart = abs(earlier.created - newcomer.created)
                if apart > self.window:
                    first[reason, key] = newcomer
                elif earlier is not newcomer:
                    findings.append(Finding(newcomer, reason, earlier.identity))
        return findings

    # -- judge --

    def _judge(self, chunk, findings, newcomers):
        decided = self._decided(
            [finding for group in findings.values() for finding in group]
        )
        rest = {}
        for index, group in findings.items():
            states = {
                decided.get((finding.newcomer.identity, finding.order_id))
                for finding in group
            }
            if states & {"linked", "ignored"}:
                # The same sale, said a person; a later version changes nothing in that.
                chunk.set_result(index, "skipped", reason=CONTENT, detail="")
                continue
            rest[index] = [
                finding
                for finding in group
                if decided.get((finding.newcomer.identity, finding.order_id)) != "kept"
            ]
        twins = self._twins(rest)
        suspects = self._suspects(chunk, rest, twins, newcomers)
        for finding in (*twins.values(), *suspects):
            self._apply_policy(chunk, finding)

    def _decided(self, findings):
        """{(identity, order id): state} of what people have decided before."""
        rows = self.env.execute_query(
            SQL(
                """SELECT l.identity_key, d.state, d.first_id, d.second_id
                     FROM retail_duplicate d JOIN retail_ledger l ON l.id = d.ledger_id
                    WHERE l.identity_key = ANY(%s) AND d.state != 'open'""",
                [finding.newcomer.identity for finding in findings],
            )
        )
        return {
            (identity, order): state
            for identity, state, *orders in rows
            for order in orders
        }

    @staticmethod
    def _twins(findings):
        """{index: finding} of newcomers with the content of another order."""
        return {
            index: finding
            for index, group in findings.items()
            for finding in group[::-1]
            if finding.reason == CONTENT
        }

    def _suspects(self, chunk, findings, twins, newcomers):
        """Findings that resemble another order enough, by the order profile."""
        open_findings = [
            finding
            for index, group in findings.items()
            if index not in twins
            for finding in group
        ]
        if not open_findings:
            return []
        scores = resemblance.score_newcomers(self.env, chunk, open_findings, newcomers)
        best = {}
        for finding, score in zip(open_findings, scores, strict=True):
            if not score:
                continue
            finding.score = score
            known = best.setdefault(finding.newcomer.index, finding)
            if known.score["score"] < score["score"]:
                best[finding.newcomer.index] = finding
        return list(best.values())

    def _apply_policy(self, chunk, finding):
        channel = self.channel
        is_twin = finding.reason == CONTENT
        policy = channel.duplicate_policy if is_twin else channel.suspect_policy
        finding.held = policy == "hold"
        if finding.held:
            chunk.set_result(
                finding.newcomer.index,
                "review",
                reason=finding.reason,
                detail=finding.label,
            )
        self.findings.append(finding)

    # -- remember --

    def conclude(self):
        """Remember the wave's findings as pairs, now that its rows are written."""
        if not self.findings:
            return
        identities = {
            identity
            for finding in self.findings
            for identity in (finding.newcomer.identity, finding.other)
        }
        rows = self.env.execute_query(
            SQL(
                """SELECT identity_key, id, order_id FROM retail_ledger
                    WHERE identity_key = ANY(%s)""",
                list(identities),
            )
        )
        entries = {identity: (entry, order) for identity, entry, order in rows}
        vals_list = []
        for finding in self.findings:
            entry, order = entries.get(finding.newcomer.identity, (0, None))
            other = finding.order_id or entries.get(finding.other, (0, None))[1]
            if finding.held and not other:
                self._release(entry)
            elif other and (finding.held or order):
                vals_list.append(self._pair(finding, entry, order, other))
                if not finding.held:
                    self._warn(finding, entry)
        self.findings = []
        self.env["retail.duplicate"]._remember(vals_list)

    def _pair(self, finding, entry, order, other):
        vals = {
            "kind": "order",
            "ledger_id": entry,
            "company_id": self.channel.company_id.id,
            "found_by": "content" if finding.reason == CONTENT else "score",
            "level": "automatic" if finding.reason == CONTENT else "review",
            "probability": 1.0,
            **finding.score,
        }
        if finding.held:
            return {**vals, "first_id": other}
        return {**vals, "first_id": min(order, other), "second_id": max(order, other)}

    def _release(self, entry):
        """The order it repeats was refused after all: this one waits to be tried."""
        self.env.cr.execute(
            SQL(
                """UPDATE retail_ledger SET outcome = 'rejected', message = %s
                    WHERE id = %s""",
                self.env._(
                    "Was taken for a repetition of a record that could not be imported "
                    "itself. Try again."
                ),
                entry,
            )
        )

    def _warn(self, finding, entry):
        self.env.cr.execute(
            SQL(
                "UPDATE retail_ledger SET reason = %s, message = %s WHERE id = %s",
                finding.reason,
                self.env._(
                    "Imported, though it may repeat the order %s.", finding.label or "?"
                ),
                entry,
            )
        )

# SPDX-License-Identifier: LGPL-3.0-or-later
"""What the look for duplicates finds, and which of it counts: what people have decided
before, and what is behind a record that is no order itself."""

from collections import defaultdict
from dataclasses import dataclass, field, replace

from odoo.tools import SQL

from ..arrays import texts

CONTENT, SUSPECTED = "duplicate_content", "duplicate_suspected"
REASONS = (CONTENT, SUSPECTED)
SAME_SALE = ("linked", "ignored")  # decisions by which a held record is not imported


@dataclass(slots=True)
class Newcomer:
    """A record that is to become an order."""

    index: int
    identity: str
    content: str | None
    near: str | None
    created: int  # µs since 1970
    timed: bool  # the channel gave that time


@dataclass
class Finding:
    """A newcomer and the order it may repeat."""

    newcomer: Newcomer
    reason: str
    other: str  # identity of the other record
    order_id: int = 0  # of the other; 0: it is written with this wave
    label: str = ""
    repeated: bool = False  # both are the channel's own, of different moments
    payload: bytes | None = field(default=None, repr=False)  # of a similar order
    order: dict | None = field(default=None, repr=False)  # the same, read already
    score: dict = field(default_factory=dict)
    held: bool = False

    def behind(self, other):
        """That the newcomer repeats what the finding ``other`` of the record it
        resembles leads to: as sure as the less sure of the two."""
        less_sure = min(self, other, key=Finding.sureness)
        return replace(
            other,
            newcomer=self.newcomer,
            reason=less_sure.reason,
            score=less_sure.score,
            held=False,
        )

    def sureness(self):
        """What findings are sorted by."""
        return (self.reason == CONTENT, self.score.get("score", 0.0))


def decisions_on(env, identities):
    """{identity: [(state, order id, order name)]} of what people have decided
    before, with orders that are still there."""
    if not identities:
        return {}
    rows = env.execute_query(
        SQL(
            """SELECT l.identity_key, d.state, o.id, o.name
                 FROM retail_ledger l
                 JOIN retail_duplicate d ON d.ledger_id = l.id
                 JOIN sale_order o ON o.id = ANY(ARRAY[d.first_id, d.second_id])
                WHERE l.identity_key = ANY(%s)
                  AND d.kind = 'order' AND d.state != 'open'
                  AND o.state != 'cancel'
                ORDER BY d.id, o.id""",
            texts(identities),
        )
    )
    decisions = defaultdict(list)
    for identity, *decision in rows:
        decisions[identity].append(decision)
    return decisions


def leave_out(chunk, newcomers, decisions):
    """Skip what is the same sale, as a person said; a later version changes nothing
    in that. Returns {identity: finding that says what it repeats}."""
    out = {}
    for newcomer in newcomers:
        for state, order, name in decisions.get(newcomer.identity, ()):
            if state in SAME_SALE:
                chunk.set_result(newcomer.index, "skipped", reason=CONTENT)
                out[newcomer.identity] = Finding(newcomer, CONTENT, "", order, name)
                break
    return out


def choose(findings, out, kept):
    """The first finding with a record that is an order or becomes one; else the
    first that leads on to one, unless a person has kept these two apart."""
    for finding in findings:
        if finding.other not in out:
            return finding
    for finding in findings:
        further = finding.behind(out[finding.other])
        if (further.newcomer.identity, further.order_id) not in kept:
            return further
    return None


def twins(findings):
    """{index: findings} of newcomers with the content of other orders."""
    by_index = defaultdict(list)
    for index, group in findings.items():
        for finding in group:
            if finding.reason == CONTENT:
                by_index[index].append(finding)
    return by_index

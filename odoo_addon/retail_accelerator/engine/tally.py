# SPDX-License-Identifier: LGPL-3.0-or-later
"""Counts by outcome, lane and reason."""

from dataclasses import dataclass, field

OUTCOMES = ("created", "updated", "unchanged", "skipped", "rejected")


@dataclass
class Tally:
    """Counts of a chunk or an import; reviewed records count as rejected, with their
    own reason."""

    read: int = 0
    outcomes: dict = field(default_factory=lambda: dict.fromkeys(OUTCOMES, 0))
    lanes: dict = field(default_factory=lambda: {"native": 0, "orm": 0})
    reasons: dict = field(default_factory=dict)
    review: int = 0

    def add_chunk(self, chunk):
        outcomes, lanes, reasons = chunk.summary()
        self.read += chunk.count
        self.review += outcomes["review"]
        outcomes["rejected"] += outcomes["review"]
        # The engine gives a reason to all of them but the locked orders.
        locked = outcomes["rejected"] - sum(reasons.values())
        if locked:
            reasons["order_locked"] = locked
        for name in OUTCOMES:
            self.outcomes[name] += outcomes[name]
        for name in self.lanes:
            self.lanes[name] += lanes[name]
        for name, count in reasons.items():
            self.reasons[name] = self.reasons.get(name, 0) + count

    def add_unreadable(self, reason):
        """Bytes that are no record."""
        self.read += 1
        self.outcomes["rejected"] += 1
        self.reasons[reason] = self.reasons.get(reason, 0) + 1

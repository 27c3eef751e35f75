# SPDX-License-Identifier: LGPL-3.0-or-later
"""Records as the rows that the linkage core compares, and what it says of them."""

import math

from odoo.tools import SQL

from . import native
from .lanes import to_datetime
from .payload import payload_to_order
from .usual_orders import ENOUGH, usual_orders

ORDER_FIELDS = ("customer", "email", "phone", "address", "date", "amount", "basket")
PERSON_FIELDS = (
    "name",
    "company",
    "address_1",
    "address_2",
    "suburb",
    "postcode",
    "state",
    "country",
    "soc_sec_id",
    "phone",
    "email",
)
BACKGROUND = 200  # orders that show what is usual in this shop
NEWEST = 2000  # ledger rows these are taken from
SEED = 1


def finite(bits):
    """JSON and the screen have no infinity."""
    return max(-999.0, min(999.0, bits)) if math.isfinite(bits) else 0.0


def pair_values(result, pair):
    """Values of ``retail.duplicate`` for a pair of a LinkResult."""
    first, second, bits, probability = pair
    return {
        "score": finite(bits),
        "probability": probability,
        "level": "automatic" if bits >= result.automatic else "review",
        "explanation": [
            [name, level, round(finite(weight), 4)]  # their sum is shown, too
            for name, level, weight in result.explain(first, second)
        ],
    }


# -- newcomers of an import --


def order_row(order):
    """A canonical order in the fields of the order profile."""
    billing = order["billing"]
    created = order["created_at"]
    return (
        _name(billing) or billing["company"] or None,
        billing["email"],
        billing["phone"],
        " ".join(filter(None, (billing["address_1"], billing["postcode"]))) or None,
        to_datetime(created).isoformat() if created is not None else None,
        order["total"],
        " ".join(
            sorted(
                f"{float(line['quantity']):g} {label}" for label, line in _goods(order)
            )
        ),
    )


def _name(billing):
    return " ".join(filter(None, (billing["first_name"], billing["last_name"])))


def _goods(order):
    return [
        (line["sku"] or line["name"], line)
        for line in order["lines"]
        if line["kind"] == "product"
    ]


def may_repeat(order, other):
    """Whether two orders of one total and a like-sounding surname are worth a
    comparison: most of the goods, or the person, must be the same. It spares nearly
    all chunks the comparison; what it misses is left to the sweeps."""
    goods, others = (
        {label for label, _line in _goods(which)} for which in (order, other)
    )
    if 2 * len(goods & others) >= max(len(goods), len(others)):
        return True
    one, two = order["billing"], other["billing"]
    return any(
        first and second and first.casefold() == second.casefold()
        for first, second in (
            (one["email"], two["email"]),
            (one["phone"], two["phone"]),
            (_name(one), _name(two)),
        )
    )


class Background:
    """Newcomers compared by the order profile, before a background of orders that
    show what is usual in this shop."""

    def __init__(self, env):
        self.env = env
        self.recent = {}  # {identity: row} of the newest orders

    def scores(self, chunk, findings, newcomers):
        """For each finding the score of newcomer and other order, or None when the
        order profile sees no likely pair."""
        index_of = {newcomer.identity: newcomer.index for newcomer in newcomers}
        orders = {}

        def order_of(identity, finding):
            if identity not in orders:
                orders[identity] = (
                    chunk.order(index_of[identity])
                    if identity in index_of
                    else finding.order or payload_to_order(finding.payload)
                )
            return orders[identity]

        wanted = {}
        for position, finding in enumerate(findings):
            if not (finding.other in index_of or finding.payload or finding.order):
                continue
            own = order_of(finding.newcomer.identity, finding)
            if may_repeat(own, order_of(finding.other, finding)):
                wanted[position] = (finding.newcomer.identity, finding.other)
        scores = [None] * len(findings)
        if wanted:
            rows = {
                identity: order_row(orders[identity])
                for pair in wanted.values()
                for identity in pair
            }
            self._add_background(rows, chunk, newcomers)
            for position, score in self._link(rows, wanted).items():
                scores[position] = score
        return scores

    def _add_background(self, rows, chunk, newcomers):
        """The newest orders; where these are few, newcomers too."""
        if len(self.recent) < BACKGROUND:
            self.recent = self._newest()
        for identity, row in self.recent.items():
            rows.setdefault(identity, row)
        missing = BACKGROUND - len(rows)
        if missing > 0:
            for newcomer in newcomers[:: max(1, len(newcomers) // missing)][:missing]:
                if newcomer.identity not in rows:
                    rows[newcomer.identity] = order_row(chunk.order(newcomer.index))

    def _newest(self):
        found = self.env.execute_query(
            SQL(
                """SELECT identity_key, payload
                     FROM (SELECT * FROM retail_ledger ORDER BY id DESC LIMIT %s) l
                    WHERE company_id = %s AND order_id IS NOT NULL
                      AND payload IS NOT NULL
                    ORDER BY id DESC LIMIT %s""",
                NEWEST,
                self.env.company.id,
                BACKGROUND,
            )
        )
        return {
            identity: order_row(payload_to_order(payload))
            for identity, payload in found
        }

    def _link(self, rows, wanted):
        """{position: score} of the wanted pairs of identities that are likely."""
        places = {identity: place for place, identity in enumerate(rows)}
        text = profile_text(self.env, "order")
        invented = invented_orders(max(ENOUGH - len(rows), 0))
        fields, table = usable(text, ORDER_FIELDS, [*rows.values(), *invented])
        result = native.require().link(text, fields, table, seed=SEED, scores_only=True)
        scored = {(pair[0], pair[1]): pair for pair in result.pairs}
        found = {}
        for position, pair in wanted.items():
            pair = scored.get(tuple(sorted(places[identity] for identity in pair)))
            if pair and pair[2] >= result.review:
                found[position] = pair_values(result, pair)
        return found


def invented_orders(count):
    """Rows of orders in general, as a background for the few of a new shop."""
    return [
        tuple(order[name] for name in ORDER_FIELDS) for order in usual_orders(count)
    ]


def profile_text(env, kind):
    """The profile in force for a kind of record."""
    return env["retail.duplicate.profile"]._text_for(kind)


def usable(text, fields, rows):
    """(fields, rows) without what the profile does not compare."""
    known = set(native.require().link_check(text))
    wanted = [index for index, name in enumerate(fields) if name in known]
    return (
        [fields[index] for index in wanted],
        [tuple(row[index] or None for index in wanted) for row in rows],
    )

# SPDX-License-Identifier: LGPL-3.0-or-later
"""Records as the rows that the linkage core compares, and what it says of them."""

import math

from odoo.tools import SQL

from . import native
from .lanes import to_datetime
from .payload import payload_to_order

ORDER_FIELDS = ("customer", "date", "amount", "basket")
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
BACKGROUND = 400  # orders of the same chunk that show what is usual
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
            [name, level, round(finite(weight), 2)]
            for name, level, weight in result.explain(first, second)
        ],
    }


# -- newcomers of an import --


def order_row(order):
    """A canonical order in the fields of the order profile."""
    billing = order["billing"]
    name = " ".join(filter(None, (billing["first_name"], billing["last_name"])))
    created = order["created_at"]
    return (
        name or billing["company"] or None,
        to_datetime(created).isoformat() if created is not None else None,
        order["total"],
        " ".join(sorted(_basket_word(line) for line in order["lines"] if _sold(line))),
    )


def _sold(line):
    return line["kind"] == "product"


def _basket_word(line):
    return f"{float(line['quantity']):g} {line['sku'] or line['name']}"


def score_newcomers(env, chunk, findings, newcomers):
    """For each finding the score of newcomer and other order, or None when the order
    profile sees no likely pair. Other newcomers, and the newest orders where these are
    few, are the background it learns from."""
    rows, places = [], {}

    def place(identity, order):
        if identity not in places:
            places[identity] = len(rows)
            rows.append(order_row(order))
        return places[identity]

    step = max(1, len(newcomers) // BACKGROUND)
    for newcomer in newcomers[::step]:
        place(newcomer.identity, chunk.order(newcomer.index))
    index_of = {newcomer.identity: newcomer.index for newcomer in newcomers}
    stored = _stored_orders(env, {f.other for f in findings} - index_of.keys())
    for identity, order in _recent_orders(env, BACKGROUND - len(rows)).items():
        place(identity, order)
    wanted = []
    for finding in findings:
        own = place(finding.newcomer.identity, chunk.order(finding.newcomer.index))
        if finding.other in index_of:
            other = place(finding.other, chunk.order(index_of[finding.other]))
        elif finding.other in stored:
            other = place(finding.other, stored[finding.other])
        else:
            other = own
        wanted.append((min(own, other), max(own, other)))
    text = profile_text(env, "order")
    fields, rows = usable(text, ORDER_FIELDS, rows)
    result = native.require().link(text, fields, rows, seed=SEED, scores_only=True)
    scored = {(pair[0], pair[1]): pair for pair in result.pairs}
    return [
        pair_values(result, scored[pair])
        if pair in scored and scored[pair][2] >= result.review
        else None
        for pair in wanted
    ]


def _stored_orders(env, identities):
    """{identity: canonical order} of ledger rows."""
    if not identities:
        return {}
    rows = env.execute_query(
        SQL(
            """SELECT identity_key, payload FROM retail_ledger
                WHERE identity_key = ANY(%s) AND payload IS NOT NULL""",
            list(identities),
        )
    )
    return {identity: payload_to_order(payload) for identity, payload in rows}


def _recent_orders(env, count):
    """{identity: canonical order} of the newest orders: what is usual, where the chunk
    alone is too small to tell."""
    rows = env.execute_query(
        SQL(
            """SELECT identity_key, payload FROM retail_ledger
                WHERE company_id = %s AND order_id IS NOT NULL AND payload IS NOT NULL
                ORDER BY id DESC LIMIT %s""",
            env.company.id,
            max(count, 0),
        )
    )
    return {identity: payload_to_order(payload) for identity, payload in rows}


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


# -- records of the database --

PARTNERS = """
    SELECT p.id, %(changed)s, p.name, p.company_name, p.street, p.street2, p.city,
           p.zip, s.code, c.code, p.vat, p.phone, p.email
      FROM res_partner p
      LEFT JOIN res_country_state s ON s.id = p.state_id
      LEFT JOIN res_country c ON c.id = p.country_id
     WHERE p.active AND p.parent_id IS NULL
       AND (p.company_id IS NULL OR p.company_id = %(company)s)
     ORDER BY 2, p.id"""
ORDERS = """
    SELECT o.id, %(changed)s, p.name, to_char(o.date_order, 'YYYY-MM-DD"T"HH24:MI:SS'),
           o.amount_total::text,
           (SELECT string_agg(trim_scale(l.product_uom_qty) || ' '
                              || COALESCE(NULLIF(v.default_code, ''), l.name), ' '
                              ORDER BY l.name)
              FROM sale_order_line l LEFT JOIN product_product v ON v.id = l.product_id
             WHERE l.order_id = o.id AND l.display_type IS NULL)
      FROM sale_order o JOIN res_partner p ON p.id = o.partner_id
     WHERE o.state != 'cancel' AND o.company_id = %(company)s
     ORDER BY 2, o.id"""
PAYMENTS = """
    SELECT p.id, %(changed)s, COALESCE(p.payment_reference, p.memo), c.name, p.memo,
           to_char(p.date, 'YYYY-MM-DD'), p.amount::text
      FROM account_payment p LEFT JOIN res_partner c ON c.id = p.partner_id
     WHERE p.state NOT IN ('canceled', 'rejected') AND p.company_id = %(company)s
     ORDER BY 2, p.id"""
SOURCES = {
    "partner": (
        PARTNERS,
        SQL.identifier("p", "write_date"),
        PERSON_FIELDS,
    ),
    "order": (ORDERS, SQL.identifier("o", "write_date"), ORDER_FIELDS),
    "payment": (
        PAYMENTS,
        SQL.identifier("p", "write_date"),
        ("reference", "partner", "memo", "date", "amount"),
    ),
}


class Table:
    """All records of a kind and company, those changed since a moment at the end."""

    def __init__(self, env, kind, company, since=None):
        query, changed, fields = SOURCES[kind]
        rows = env.execute_query(
            SQL(
                query,
                company=company.id,
                changed=SQL("%s >= %s", changed, since) if since else SQL("TRUE"),
            )
        )
        self.env = env
        self.kind = kind
        self.ids = [row[0] for row in rows]
        self.changed = sum(row[1] for row in rows)
        self.text = profile_text(env, kind)
        self.fields, self.rows = usable(self.text, fields, [row[2:] for row in rows])

    def link(self):
        """The LinkResult; only pairs with a changed record when some are old."""
        focus = self.changed if self.changed < len(self.ids) else None
        return native.require().link(
            self.text, self.fields, self.rows, seed=SEED, focus=focus
        )

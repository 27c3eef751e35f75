# SPDX-License-Identifier: LGPL-3.0-or-later
"""What rows of a report may pay: the statement that lists a company's open items.

One row an item: id, kind, day (from 1970), currency, open and total amount in minor
units (positive: the customer owes us), party, e-mail, the provider's ids and the
merchant's references by which it may be named, one a line. An order is open by what no
row has paid yet. What was paid back later is found by the same items, so that settled
ones are listed too, for MONTHS back.

What rows took already is added up once for all items (``with``), not item by item: a
statement for a million orders costs little more than reading them.
"""

from odoo.tools import SQL

# Codes of csrc/match/ra_match.h.
KINDS = {
    1: "order",
    2: "invoice",
    3: "credit_note",
    4: "payment",
    5: "transaction",
    7: "bank_line",
}
MONTHS = 18
# Of one item; the engine takes no more than 64.
IDS_MAX = 48
DAY = SQL("- DATE '1970-01-01'")
LINE = SQL("E'\\n'")
# Whether the row ``e`` has not reached its item yet: not posted, or on suspense.
PENDING = SQL("(e.move_line_id IS NULL OR e.suspense_line_id IS NOT NULL)")
# What the link ``l`` takes of its item beside the item's residual, ``pl`` being where
# the row is posted: all of it before, what is not matched yet after. A chargeback gives
# back an item that stays paid; what it claims is open on its own line.
TAKEN = SQL(
    "CASE WHEN %s THEN l.amount"
    " WHEN pl.currency_id = l.currency_id"
    " AND abs(pl.amount_residual_currency) <= abs(l.amount)"
    " THEN -pl.amount_residual_currency ELSE 0 END",
    PENDING,
)


def minor(amount, currency):
    """SQL: an amount in minor units of the currency row ``currency``."""
    return SQL(
        "round(%(amount)s * 10 ^ %(currency)s.decimal_places)::int8",
        amount=amount,
        currency=SQL.identifier(currency),
    )


def within(part, whole):
    """SQL: ``part``, but not beyond 0 or ``whole``: an order may have become cheaper,
    an invoice may have been paid by hand, after rows were matched with them."""
    return SQL(
        "CASE WHEN %(whole)s < 0 THEN LEAST(GREATEST(%(part)s, %(whole)s), 0)"
        " ELSE GREATEST(LEAST(%(part)s, %(whole)s), 0) END",
        part=part,
        whole=whole,
    )


def open_items(channel, since):
    """The statement for rows of this channel, the oldest of them of the day
    ``since``."""
    selects = [
        _orders(channel, since),
        _invoices(channel.company_id, since),
        _payments(channel.company_id, since),
    ]
    return SQL(
        "WITH %s %s", SQL(", ").join(_sums(channel)), SQL(" UNION ALL ").join(selects)
    )


# -- what is added up once -------------------------------------------------------------


def _sums(channel):
    """Common tables: what rows took of orders and journal items, what the shop calls
    its orders, which of them are invoiced."""
    company = channel.company_id
    return (
        SQL(
            """taken_orders AS MATERIALIZED (
                SELECT l.order_id, sum(l.amount) AS amount, %(ids)s AS ids
                  FROM retail_settlement_link l
                  JOIN retail_settlement_event e ON e.id = l.event_id
                 WHERE l.state = 'applied' AND l.order_id IS NOT NULL
                   AND l.company_id = %(company)s
                 GROUP BY l.order_id)""",
            ids=_limited_ids(),
            company=company.id,
        ),
        SQL(
            """taken_items AS MATERIALIZED (
                SELECT l.move_line_id, sum(%(taken)s) AS amount, %(ids)s AS ids
                  FROM retail_settlement_link l
                  JOIN retail_settlement_event e ON e.id = l.event_id
                  LEFT JOIN account_move_line pl ON pl.id = e.move_line_id
                 WHERE l.state = 'applied' AND l.move_line_id IS NOT NULL
                   AND l.company_id = %(company)s
                 GROUP BY l.move_line_id)""",
            ids=_limited_ids(),
            taken=TAKEN,
            company=company.id,
        ),
        SQL(
            """shop_orders AS MATERIALIZED (
                SELECT g.order_id, bool_or(g.channel_id = %(channel)s) AS mine,
                       string_agg(concat_ws(%(line)s, g.source_number, g.source_ref),
                                  %(line)s) FILTER (WHERE g.channel_id = %(channel)s)
                           AS refs
                  FROM retail_ledger g
                 WHERE g.kind = 'order' AND g.order_id IS NOT NULL
                 GROUP BY g.order_id)""",
            channel=channel.id,
            line=LINE,
        ),
        SQL(
            """paid_orders AS MATERIALIZED (
                SELECT r.sale_order_id AS order_id,
                       string_agg(t.provider_reference, %(line)s) AS ids,
                       string_agg(t.reference, %(line)s) AS refs
                  FROM sale_order_transaction_rel r
                  JOIN payment_transaction t ON t.id = r.transaction_id
                 GROUP BY r.sale_order_id)""",
            line=LINE,
        ),
    )


def _limited_ids():
    """SQL: the provider's ids of the rows, the latest, one a line."""
    return SQL(
        "array_to_string((array_agg(e.transaction_ref ORDER BY e.id DESC)"
        " FILTER (WHERE e.transaction_ref IS NOT NULL))[:%s], %s)",
        IDS_MAX,
        LINE,
    )


# -- the kinds -------------------------------------------------------------------------


def _orders(channel, since):
    """Orders without a posted invoice, of this shop or of none."""
    total = minor(SQL("o.amount_total"), "c")
    rest = minor(SQL("(o.amount_total - COALESCE(k.amount, 0))"), "c")
    return SQL(
        """SELECT o.id::int8, 1::int2,
                  (o.date_order::date %(day)s)::int4, c.name::text,
                  %(open)s, %(total)s, p.complete_name::text, p.email::text,
                  concat_ws(%(line)s, o.reference, t.ids, k.ids),
                  concat_ws(%(line)s, o.name, o.client_order_ref, g.refs, t.refs)
             FROM sale_order o
             JOIN res_currency c ON c.id = o.currency_id
             JOIN res_partner p ON p.id = o.partner_id
             LEFT JOIN taken_orders k ON k.order_id = o.id
             LEFT JOIN shop_orders g ON g.order_id = o.id
             LEFT JOIN paid_orders t ON t.order_id = o.id
            WHERE o.company_id = %(company)s AND o.state != 'cancel'
              AND g.mine IS NOT FALSE
              AND o.date_order >= %(since)s::date - make_interval(months => %(months)s)
              AND NOT EXISTS (
                  SELECT 1 FROM sale_order_line ol
                    JOIN sale_order_line_invoice_rel r ON r.order_line_id = ol.id
                    JOIN account_move_line ml ON ml.id = r.invoice_line_id
                   WHERE ol.order_id = o.id AND ml.parent_state = 'posted')""",
        day=DAY,
        line=LINE,
        open=within(rest, total),
        total=total,
        company=channel.company_id.id,
        since=since,
        months=MONTHS,
    )


def _invoices(company, since):
    """Receivable items of posted invoices and credit notes, less what rows that are
    matched but not posted yet will take; not those of another shop's orders."""
    return SQL(
        """SELECT ml.id::int8,
                  (CASE m.move_type WHEN 'out_invoice' THEN 2 ELSE 3 END)::int2,
                  (m.invoice_date %(day)s)::int4, c.name::text,
                  %(open)s, %(total)s, p.complete_name::text, p.email::text,
                  concat_ws(%(line)s, o.ids, k.ids),
                  concat_ws(%(line)s, m.name, m.payment_reference, m.ref,
                            m.invoice_origin, o.refs)
             FROM account_move_line ml
             JOIN account_move m ON m.id = ml.move_id
             JOIN account_account a ON a.id = ml.account_id
             JOIN res_currency c ON c.id = ml.currency_id
             LEFT JOIN res_partner p ON p.id = ml.partner_id
             LEFT JOIN taken_items k ON k.move_line_id = ml.id
             LEFT JOIN (
                 SELECT il.move_id, bool_or(g.mine IS NOT FALSE) AS mine,
                        string_agg(DISTINCT concat_ws(%(line)s, so.reference, t.ids),
                                   %(line)s) AS ids,
                        string_agg(DISTINCT concat_ws(%(line)s, so.name,
                                   so.client_order_ref, g.refs, t.refs), %(line)s)
                            AS refs
                   FROM sale_order_line_invoice_rel r
                   JOIN account_move_line il ON il.id = r.invoice_line_id
                   JOIN sale_order_line ol ON ol.id = r.order_line_id
                   JOIN sale_order so ON so.id = ol.order_id
                   LEFT JOIN shop_orders g ON g.order_id = so.id
                   LEFT JOIN paid_orders t ON t.order_id = so.id
                  WHERE il.company_id = %(company)s
                  GROUP BY il.move_id) o ON o.move_id = m.id
            WHERE ml.company_id = %(company)s AND ml.parent_state = 'posted'
              AND a.account_type = 'asset_receivable'
              AND m.move_type IN ('out_invoice', 'out_refund')
              AND o.mine IS NOT FALSE
              AND %(recent)s""",
        **_of_items(company, since),
    )


def _payments(company, since):
    """Outstanding items of payments registered in Odoo, by hand or online."""
    return SQL(
        """SELECT ml.id::int8, 4::int2, (ml.date %(day)s)::int4, c.name::text,
                  %(open)s, %(total)s, p.complete_name::text, p.email::text,
                  concat_ws(%(line)s, t.provider_reference, k.ids),
                  concat_ws(%(line)s, ap.memo, ap.payment_reference, ap.name,
                            t.reference)
             FROM account_payment ap
             JOIN account_move_line ml ON ml.move_id = ap.move_id
             JOIN account_account a ON a.id = ml.account_id
             JOIN res_currency c ON c.id = ml.currency_id
             LEFT JOIN res_partner p ON p.id = ml.partner_id
             LEFT JOIN payment_transaction t ON t.id = ap.payment_transaction_id
             LEFT JOIN taken_items k ON k.move_line_id = ml.id
            WHERE ml.company_id = %(company)s AND ml.parent_state = 'posted'
              AND ml.account_id = ap.outstanding_account_id
              AND a.reconcile AND ap.partner_type = 'customer'
              AND (t.id IS NULL OR NOT EXISTS (
                  SELECT 1 FROM sale_order_transaction_rel r
                    JOIN shop_orders g ON g.order_id = r.sale_order_id
                   WHERE r.transaction_id = t.id AND NOT g.mine))
              AND %(recent)s""",
        **_of_items(company, since),
    )


def _of_items(company, since):
    """What the statements on journal items share."""
    total = minor(SQL("ml.amount_currency"), "c")
    rest = minor(SQL("(ml.amount_residual_currency - COALESCE(k.amount, 0))"), "c")
    return {
        "day": DAY,
        "line": LINE,
        "open": within(rest, total),
        "total": total,
        "company": company.id,
        "recent": SQL(
            "(NOT ml.reconciled OR ml.date >= %s::date - make_interval(months => %s))",
            since,
            MONTHS,
        ),
    }


# -- what may not happen ---------------------------------------------------------------


def overdrawn(company, events):
    """Names of orders and entries of which the rows ``events`` (ids) and all others
    together take more than there is, or give back more than was taken.

    One pass over all links: right after a bulk write the database knows too little of
    them to look each item up well.
    """
    return [
        name
        for (name,) in company.env.execute_query(
            SQL(
                """WITH links AS MATERIALIZED (
                       SELECT l.order_id, l.move_line_id, l.amount, %(taken)s AS taken,
                              l.event_id = ANY(%(events)s) AS is_new
                         FROM retail_settlement_link l
                         JOIN retail_settlement_event e ON e.id = l.event_id
                         LEFT JOIN account_move_line pl ON pl.id = e.move_line_id
                        WHERE l.state = 'applied' AND l.company_id = %(company)s),
                   orders AS MATERIALIZED (
                       SELECT order_id, sum(amount) AS amount, %(ways)s
                         FROM links WHERE order_id IS NOT NULL
                        GROUP BY order_id HAVING bool_or(is_new)),
                   items AS MATERIALIZED (
                       SELECT move_line_id, sum(taken) AS amount, %(ways)s
                         FROM links WHERE move_line_id IS NOT NULL
                        GROUP BY move_line_id HAVING bool_or(is_new))
                   SELECT o.name FROM orders k
                     JOIN sale_order o ON o.id = k.order_id
                    WHERE k.up AND k.amount > o.amount_total
                       OR k.down AND k.amount < 0
                    UNION ALL
                   SELECT ml.move_name FROM items k
                     JOIN account_move_line ml ON ml.id = k.move_line_id
                    CROSS JOIN LATERAL (
                         SELECT ml.amount_residual_currency - k.amount AS open) rest
                    WHERE ml.amount_currency >= 0
                          AND (k.up AND rest.open < 0
                               OR k.down AND rest.open > ml.amount_currency)
                       OR ml.amount_currency < 0
                          AND (k.down AND rest.open > 0
                               OR k.up AND rest.open < ml.amount_currency)""",
                events=events,
                taken=TAKEN,
                company=company.id,
                ways=SQL(
                    "bool_or(is_new AND amount > 0) AS up,"
                    " bool_or(is_new AND amount < 0) AS down"
                ),
            )
        )
    ]

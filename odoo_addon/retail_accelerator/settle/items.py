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

from . import pos

# Codes of csrc/match/ra_match.h.
KINDS = {
    1: "order",
    2: "invoice",
    3: "credit_note",
    4: "payment",
    5: "transaction",
    6: "pos_payment",
    7: "bank_line",
}
# Kinds that are booked by a journal item of another record, once there is one: the
# model that the engine's ids are of.
SOURCES = {"transaction": "payment.transaction", "pos_payment": pos.MODEL}
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
        _payments(channel, since),
        _transactions(channel.company_id, since),
    ]
    if pos.installed(channel.env):
        selects.append(_pos_payments(channel, since))
    return SQL(
        "WITH %s %s", SQL(", ").join(_sums(channel)), SQL(" UNION ALL ").join(selects)
    )


# -- what is added up once -------------------------------------------------------------


def _sums(channel):
    """Common tables: what rows took of orders, journal items and other records, what
    the shop calls its orders, what orders and invoices were paid with online."""
    company, amount = channel.company_id, SQL("l.amount")
    return (
        _taken(company, "taken_orders", amount, "order_id"),
        _taken(company, "taken_items", TAKEN, "move_line_id"),
        _taken(company, "taken_sources", amount, "source_id", "source_model"),
        _shop_orders(channel),
        _paid_online("paid_orders", "sale_order_transaction_rel", "sale_order_id"),
        _paid_online("paid_invoices", "account_invoice_transaction_rel", "invoice_id"),
    )


def _taken(company, name, amount, *target):
    """The table ``name``: what all rows take of each ``target`` (columns of the link
    ``l``), ``amount`` (SQL) of one of them, and the ids the provider gave them."""
    columns = SQL(", ").join(SQL.identifier("l", column) for column in target)
    return SQL(
        """%(name)s AS MATERIALIZED (
            SELECT %(columns)s, sum(%(amount)s) AS amount, %(ids)s AS ids
              FROM retail_settlement_link l
              JOIN retail_settlement_event e ON e.id = l.event_id
              LEFT JOIN account_move_line pl ON pl.id = e.move_line_id
             WHERE l.state = 'applied' AND %(target)s IS NOT NULL
               AND l.company_id = %(company)s
             GROUP BY %(columns)s)""",
        name=SQL.identifier(name),
        columns=columns,
        amount=amount,
        ids=_limited_ids(),
        target=SQL.identifier("l", target[0]),
        company=company.id,
    )


def _shop_orders(channel):
    return SQL(
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
    )


def _paid_online(name, relation, document):
    """The table ``name``: ids and references of the online payments of each
    document."""
    return SQL(
        """%(name)s AS MATERIALIZED (
            SELECT r.%(document)s AS document_id,
                   string_agg(t.provider_reference, %(line)s) AS ids,
                   string_agg(t.reference, %(line)s) AS refs
              FROM %(relation)s r
              JOIN payment_transaction t ON t.id = r.transaction_id
             GROUP BY r.%(document)s)""",
        name=SQL.identifier(name),
        relation=SQL.identifier(relation),
        document=SQL.identifier(document),
        line=LINE,
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
             LEFT JOIN paid_orders t ON t.document_id = o.id
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
                  concat_ws(%(line)s, o.ids, t.ids, k.ids),
                  concat_ws(%(line)s, m.name, m.payment_reference, m.ref,
                            m.invoice_origin, o.refs, t.refs)
             FROM account_move_line ml
             JOIN account_move m ON m.id = ml.move_id
             JOIN account_account a ON a.id = ml.account_id
             JOIN res_currency c ON c.id = ml.currency_id
             LEFT JOIN res_partner p ON p.id = ml.partner_id
             LEFT JOIN taken_items k ON k.move_line_id = ml.id
             LEFT JOIN paid_invoices t ON t.document_id = m.id
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
                   LEFT JOIN paid_orders t ON t.document_id = so.id
                  WHERE il.company_id = %(company)s
                  GROUP BY il.move_id) o ON o.move_id = m.id
            WHERE ml.company_id = %(company)s AND ml.parent_state = 'posted'
              AND a.account_type = 'asset_receivable'
              AND m.move_type IN ('out_invoice', 'out_refund')
              AND o.mine IS NOT FALSE
              AND %(recent)s""",
        **_of_items(company, since),
    )


def _payments(channel, since):
    """Outstanding items of payments registered in Odoo, by hand, online, or for all
    payments of a POS session."""
    item, refs = SQL("ml.account_id = ap.outstanding_account_id"), SQL("NULL")
    if pos.installed(channel.env):
        item = SQL(
            "CASE WHEN ap.pos_session_id IS NULL THEN %s ELSE %s END AND %s",
            item,
            pos.owed(),
            pos.combined(),
        )
        refs = SQL("(SELECT name FROM pos_session WHERE id = ap.pos_session_id)")
    return SQL(
        """SELECT ml.id::int8, 4::int2, (ml.date %(day)s)::int4, c.name::text,
                  %(open)s, %(total)s, p.complete_name::text, p.email::text,
                  concat_ws(%(line)s, t.provider_reference, k.ids),
                  concat_ws(%(line)s, ap.memo, ap.payment_reference, ap.name,
                            t.reference, %(refs)s)
             FROM account_payment ap
             JOIN account_move_line ml ON ml.move_id = ap.move_id
             JOIN account_account a ON a.id = ml.account_id
             JOIN res_currency c ON c.id = ml.currency_id
             LEFT JOIN res_partner p ON p.id = ml.partner_id
             LEFT JOIN payment_transaction t ON t.id = ap.payment_transaction_id
             LEFT JOIN taken_items k ON k.move_line_id = ml.id
            WHERE ml.company_id = %(company)s AND ml.parent_state = 'posted'
              AND %(item)s
              AND a.reconcile AND ap.partner_type = 'customer'
              AND (t.id IS NULL OR NOT EXISTS (
                  SELECT 1 FROM sale_order_transaction_rel r
                    JOIN shop_orders g ON g.order_id = r.sale_order_id
                   WHERE r.transaction_id = t.id AND NOT g.mine))
              AND %(recent)s""",
        item=item,
        refs=refs,
        **_of_items(channel.company_id, since),
    )


def _transactions(company, since):
    """Online payments that nothing else stands for: no order, no posted invoice, no
    entry of theirs. A row that names one waits for that entry."""
    amount = minor(SQL("t.amount"), "c")
    return SQL(
        """SELECT t.id::int8, 5::int2,
                  (COALESCE(t.last_state_change, t.create_date)::date %(day)s)::int4,
                  c.name::text, %(amount)s, %(amount)s,
                  COALESCE(p.complete_name, t.partner_name)::text,
                  COALESCE(p.email, t.partner_email)::text,
                  t.provider_reference::text, t.reference::text
             FROM payment_transaction t
             JOIN res_currency c ON c.id = t.currency_id
             LEFT JOIN res_partner p ON p.id = t.partner_id
             LEFT JOIN account_payment ap ON ap.id = t.payment_id
             LEFT JOIN account_move m ON m.id = ap.move_id AND m.state = 'posted'
            WHERE t.company_id = %(company)s
              AND t.state IN ('pending', 'authorized', 'done')
              AND t.operation IS DISTINCT FROM 'validation' AND m.id IS NULL
              AND t.create_date >= %(since)s::date - make_interval(months => %(months)s)
              AND NOT EXISTS (
                  SELECT 1 FROM sale_order_transaction_rel r
                    JOIN sale_order o ON o.id = r.sale_order_id
                   WHERE r.transaction_id = t.id AND o.state <> 'cancel')
              AND NOT EXISTS (
                  SELECT 1 FROM account_invoice_transaction_rel r
                    JOIN account_move i ON i.id = r.invoice_id
                   WHERE r.transaction_id = t.id AND i.state = 'posted')""",
        day=DAY,
        amount=amount,
        company=company.id,
        since=since,
        months=MONTHS,
    )


def _pos_payments(channel, since):
    """Payments at the till by bank methods, those of sessions still open too."""
    total = minor(SQL("pp.amount"), "c")
    rest = minor(
        SQL(
            "(CASE WHEN %s THEN 0 ELSE pp.amount - COALESCE(k.amount, 0) END)",
            pos.settled("ml"),
        ),
        "c",
    )
    chosen = pos.recent(since, MONTHS, channel.company_id)
    return SQL(
        """SELECT pp.id::int8, 6::int2, (pp.payment_date::date %(day)s)::int4,
                  c.name::text, %(open)s, %(total)s,
                  COALESCE(p.complete_name, pp.cardholder_name)::text, p.email::text,
                  concat_ws(%(line)s, pp.transaction_id, pp.payment_ref_no, k.ids),
                  concat_ws(%(line)s, po.pos_reference, NULLIF(po.name, '/'))
             FROM pos_payment pp
             JOIN pos_order po ON po.id = pp.pos_order_id
             JOIN pos_session ps ON ps.id = pp.session_id
             JOIN pos_config pc ON pc.id = ps.config_id
             JOIN res_currency c ON c.id = pc.currency_id
             JOIN pos_payment_method pm ON pm.id = pp.payment_method_id
             JOIN account_journal j ON j.id = pm.journal_id AND j.type = 'bank'
             LEFT JOIN res_partner p ON p.id = po.partner_id
             LEFT JOIN (%(lines)s) pl ON pl.payment_id = pp.id
             LEFT JOIN account_move_line ml ON ml.id = pl.line_id
             LEFT JOIN taken_sources k
                    ON k.source_model = %(model)s AND k.source_id = pp.id
            WHERE %(chosen)s AND po.state NOT IN ('draft', 'cancel')
              AND %(not_of_others)s""",
        day=DAY,
        line=LINE,
        open=within(rest, total),
        total=total,
        lines=pos.lines(chosen),
        model=pos.MODEL,
        chosen=chosen,
        not_of_others=pos.not_of_others(channel),
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

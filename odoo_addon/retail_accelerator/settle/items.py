# SPDX-License-Identifier: LGPL-3.0-or-later
"""What rows of a report may pay: the statement that lists a company's open items.

One row an item: id, kind, day (from 1970), currency, open and total amount in minor
units (positive: the customer owes us), party, e-mail, the provider's ids and the
merchant's references by which it may be named. An order is open by what no row has paid
yet. What was paid back later is found by the same items, so that settled ones are
listed too, for MONTHS back.
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


def minor(amount, currency):
    """SQL: an amount in minor units of the currency row ``currency``."""
    return SQL(
        "round(%(amount)s * 10 ^ %(currency)s.decimal_places)::int8",
        amount=amount,
        currency=SQL.identifier(currency),
    )


SETTLED_IDS = SQL(
    """(SELECT array_agg(e.transaction_ref)
          FROM retail_settlement_link l
          JOIN retail_settlement_event e ON e.id = l.event_id
         WHERE l.state = 'applied' AND e.transaction_ref IS NOT NULL"""
)
DAY = SQL("- DATE '1970-01-01'")


def open_items(channel, since):
    """The statement for rows of this channel, the oldest of them of the day
    ``since``."""
    company = channel.company_id
    return SQL(
        "%s UNION ALL %s UNION ALL %s",
        _orders(channel, since),
        _invoices(company, since),
        _payments(company, since),
    )


def _orders(channel, since):
    """Orders without a posted invoice, of this shop or of none."""
    settled = SQL(
        """COALESCE((SELECT sum(l.amount) FROM retail_settlement_link l
                      WHERE l.order_id = o.id AND l.state = 'applied'), 0)"""
    )
    return SQL(
        """SELECT o.id::int8, 1::int2,
                  (o.date_order::date %(day)s)::int4, c.name::text,
                  %(open)s, %(total)s,
                  COALESCE(p.complete_name, '')::text, COALESCE(p.email, '')::text,
                  array_remove(ARRAY[o.reference::text] || %(ids)s
                      AND l.order_id = o.id)::text[], NULL),
                  array_remove(ARRAY[o.name, o.client_order_ref, g.source_number,
                      g.source_ref]::text[], NULL)
             FROM sale_order o
             JOIN res_currency c ON c.id = o.currency_id
             JOIN res_partner p ON p.id = o.partner_id
             LEFT JOIN retail_ledger g ON g.order_id = o.id AND g.kind = 'order'
            WHERE o.company_id = %(company)s AND o.state != 'cancel'
              AND (g.channel_id = %(channel)s OR g.id IS NULL)
              AND o.date_order >= %(since)s::date - make_interval(months => %(months)s)
              AND NOT EXISTS (
                  SELECT 1 FROM sale_order_line ol
                    JOIN sale_order_line_invoice_rel r ON r.order_line_id = ol.id
                    JOIN account_move_line ml ON ml.id = r.invoice_line_id
                   WHERE ol.order_id = o.id AND ml.parent_state = 'posted')""",
        day=DAY,
        open=minor(SQL("(o.amount_total - %s)", settled), "c"),
        total=minor(SQL("o.amount_total"), "c"),
        ids=SETTLED_IDS,
        company=channel.company_id.id,
        channel=channel.id,
        since=since,
        months=MONTHS,
    )


def _invoices(company, since):
    """Receivable items of posted invoices and credit notes, less what rows that are
    matched but not posted yet will take."""
    return SQL(
        """SELECT ml.id::int8,
                  (CASE m.move_type WHEN 'out_invoice' THEN 2 ELSE 3 END)::int2,
                  (m.invoice_date %(day)s)::int4, c.name::text,
                  %(open)s, %(total)s,
                  COALESCE(p.complete_name, '')::text, COALESCE(p.email, '')::text,
                  array_remove(o.ids || %(ids)s AND l.move_line_id = ml.id)::text[],
                      NULL),
                  array_remove(ARRAY[m.name, m.payment_reference, m.ref,
                      m.invoice_origin]::text[] || o.refs, NULL)
             FROM account_move_line ml
             JOIN account_move m ON m.id = ml.move_id
             JOIN account_account a ON a.id = ml.account_id
             JOIN res_currency c ON c.id = ml.currency_id
             LEFT JOIN res_partner p ON p.id = ml.partner_id
             LEFT JOIN LATERAL (
                 SELECT array_agg(DISTINCT so.reference)::text[] AS ids,
                        array_agg(DISTINCT k.ref)::text[] AS refs
                   FROM account_move_line il
                   JOIN sale_order_line_invoice_rel r ON r.invoice_line_id = il.id
                   JOIN sale_order_line ol ON ol.id = r.order_line_id
                   JOIN sale_order so ON so.id = ol.order_id
                   LEFT JOIN retail_ledger g
                     ON g.order_id = so.id AND g.kind = 'order'
                  CROSS JOIN LATERAL (VALUES (so.name), (so.client_order_ref),
                      (g.source_number), (g.source_ref)) AS k (ref)
                  WHERE il.move_id = m.id) o ON true
            WHERE ml.company_id = %(company)s AND ml.parent_state = 'posted'
              AND a.account_type = 'asset_receivable'
              AND m.move_type IN ('out_invoice', 'out_refund')
              AND (NOT ml.reconciled
                   OR ml.date
                      >= %(since)s::date - make_interval(months => %(months)s))""",
        day=DAY,
        open=minor(SQL("(ml.amount_residual_currency - %s)", _pending()), "c"),
        total=minor(SQL("ml.amount_currency"), "c"),
        ids=SETTLED_IDS,
        company=company.id,
        since=since,
        months=MONTHS,
    )


def _payments(company, since):
    """Outstanding items of payments registered in Odoo, by hand or online."""
    return SQL(
        """SELECT ml.id::int8, 4::int2, (ml.date %(day)s)::int4, c.name::text,
                  %(open)s, %(total)s,
                  COALESCE(p.complete_name, '')::text, COALESCE(p.email, '')::text,
                  array_remove(ARRAY[t.provider_reference::text] || %(ids)s
                      AND l.move_line_id = ml.id)::text[], NULL),
                  array_remove(ARRAY[ap.memo, ap.payment_reference, ap.name,
                      t.reference]::text[], NULL)
             FROM account_payment ap
             JOIN account_move_line ml ON ml.move_id = ap.move_id
             JOIN account_account a ON a.id = ml.account_id
             JOIN res_currency c ON c.id = ml.currency_id
             LEFT JOIN res_partner p ON p.id = ml.partner_id
             LEFT JOIN payment_transaction t ON t.id = ap.payment_transaction_id
            WHERE ml.company_id = %(company)s AND ml.parent_state = 'posted'
              AND ml.account_id = ap.outstanding_account_id
              AND a.reconcile AND ap.partner_type = 'customer'
              AND (NOT ml.reconciled
                   OR ml.date
                      >= %(since)s::date - make_interval(months => %(months)s))""",
        day=DAY,
        open=minor(SQL("(ml.amount_residual_currency - %s)", _pending()), "c"),
        total=minor(SQL("ml.amount_currency"), "c"),
        ids=SETTLED_IDS,
        company=company.id,
        since=since,
        months=MONTHS,
    )


def _pending():
    """SQL: what rows matched with the item ``ml`` will take once they are posted."""
    return SQL(
        """COALESCE((SELECT sum(l.amount)
                       FROM retail_settlement_link l
                       JOIN retail_settlement_event e ON e.id = l.event_id
                      WHERE l.move_line_id = ml.id AND l.state = 'applied'
                        AND e.move_line_id IS NULL), 0)"""
    )

# SPDX-License-Identifier: LGPL-3.0-or-later
"""What an auditor asks the books of a database, whoever wrote them: in SQL, so that no
code of the product answers for itself."""

# Each finds what must not be; the first column names it.
WRONG = {
    "entries whose debits are not their credits": """
        SELECT m.name, sum(l.debit), sum(l.credit)
          FROM account_move m JOIN account_move_line l ON l.move_id = m.id
         GROUP BY m.id
        HAVING sum(l.debit) <> sum(l.credit) OR sum(l.balance) <> 0""",
    "items at odds with themselves": """
        SELECT l.id, l.debit, l.credit, l.balance, l.amount_currency
          FROM account_move_line l
         WHERE l.display_type NOT IN ('line_section', 'line_subsection', 'line_note')
           AND (l.balance <> l.debit - l.credit OR l.debit * l.credit <> 0
                OR l.balance * l.amount_currency < 0
                OR l.currency_id = l.company_currency_id
                   AND l.amount_currency <> l.balance)""",
    "items whose rest is not what their matches left": """
        WITH taken AS (
            SELECT item, sum(home) AS home, sum(own) AS own
              FROM (SELECT debit_move_id, amount, debit_amount_currency
                      FROM account_partial_reconcile
                     UNION ALL
                    SELECT credit_move_id, -amount, -credit_amount_currency
                      FROM account_partial_reconcile) AS side (item, home, own)
             GROUP BY item)
        SELECT l.id, l.balance, t.home, l.amount_residual, l.reconciled
          FROM account_move_line l
          JOIN account_account a ON a.id = l.account_id AND a.reconcile
          LEFT JOIN taken t ON t.item = l.id
         WHERE l.parent_state = 'posted'
           AND (l.amount_residual <> l.balance - COALESCE(t.home, 0)
                OR l.amount_residual_currency <> l.amount_currency - COALESCE(t.own, 0)
                OR l.reconciled <> (l.amount_residual = 0
                                    AND l.amount_residual_currency = 0))""",
    "matches of items that are not there to be matched": """
        SELECT p.id, d.parent_state, c.parent_state, p.amount
          FROM account_partial_reconcile p
          LEFT JOIN account_move_line d ON d.id = p.debit_move_id
          LEFT JOIN account_move_line c ON c.id = p.credit_move_id
         WHERE d.parent_state IS DISTINCT FROM 'posted'
            OR c.parent_state IS DISTINCT FROM 'posted'
            OR d.account_id <> c.account_id OR d.company_id <> c.company_id
            OR d.balance < 0 OR c.balance > 0 OR p.amount < 0
            OR p.amount + p.debit_amount_currency + p.credit_amount_currency = 0""",
    "full matches that are not full": """
        SELECT l.full_reconcile_id, count(*)
          FROM account_move_line l WHERE l.full_reconcile_id IS NOT NULL
         GROUP BY l.full_reconcile_id
        HAVING count(*) < 2 OR NOT bool_and(l.reconciled)""",
    "matches outside the full match of their items": """
        SELECT p.id FROM account_partial_reconcile p
          JOIN account_move_line l ON l.id IN (p.debit_move_id, p.credit_move_id)
         WHERE p.full_reconcile_id IS DISTINCT FROM l.full_reconcile_id""",
    "numbers of matches that lie": """
        SELECT l.id, l.matching_number, l.full_reconcile_id
          FROM account_move_line l
         WHERE l.parent_state = 'posted' AND l.matching_number IS DISTINCT FROM
               CASE WHEN l.full_reconcile_id IS NOT NULL
                    THEN l.full_reconcile_id::text
                    WHEN EXISTS (SELECT 1 FROM account_partial_reconcile p
                                  WHERE l.id IN (p.debit_move_id, p.credit_move_id))
                    THEN 'P' || ltrim(l.matching_number, 'P') END""",
    "gaps in the numbers of entries": """
        SELECT j.code, m.sequence_prefix, count(*), max(m.sequence_number)
          FROM account_move m JOIN account_journal j ON j.id = m.journal_id
         WHERE m.state = 'posted'
         GROUP BY j.code, m.journal_id, m.sequence_prefix
        HAVING max(m.sequence_number) <> count(*)
            OR min(m.sequence_number) <> 1
            OR count(DISTINCT m.name) <> count(*)
            OR bool_or(m.made_sequence_gap)""",
    "invoices whose status is not what they are owed": """
        SELECT m.name, m.payment_state, m.amount_residual, sum(l.amount_residual)
          FROM account_move m
          JOIN account_move_line l ON l.move_id = m.id
          JOIN account_account a ON a.id = l.account_id
         WHERE m.move_type IN ('out_invoice', 'out_refund') AND m.state = 'posted'
           AND a.account_type = 'asset_receivable'
         GROUP BY m.id
        HAVING m.amount_residual <> abs(sum(l.amount_residual_currency))
            OR m.payment_state <> ALL (CASE
               WHEN sum(l.amount_residual) = 0
               THEN ARRAY['paid', 'in_payment', 'reversed']
               WHEN abs(sum(l.amount_residual_currency)) = m.amount_total
               THEN ARRAY['not_paid'] ELSE ARRAY['partial'] END)""",
    "payouts at odds with their entries": """
        SELECT s.name, s.state, s.amount_file, sum(l.amount_currency)
          FROM retail_settlement s
          JOIN retail_channel c ON c.id = s.channel_id
          LEFT JOIN retail_settlement_move_rel r ON r.settlement_id = s.id
          LEFT JOIN account_move_line l ON l.move_id = r.move_id
                AND l.account_id = c.settlement_transit_account_id
                AND l.parent_state = 'posted'
         GROUP BY s.id
        HAVING s.state IN ('posted', 'reconciled') <> (count(r.move_id) > 0)
            OR s.state IN ('posted', 'reconciled')
               AND s.amount_file <> sum(l.amount_currency)
            OR s.state = 'reconciled' AND NOT bool_and(l.reconciled)""",
    "rows that lead to entries of no payout of theirs": """
        SELECT e.id, s.state FROM retail_settlement_event e
          JOIN retail_settlement s ON s.id = e.settlement_id
          JOIN account_move_line l
            ON l.id IN (e.move_line_id, e.suspense_line_id)
         WHERE s.state NOT IN ('posted', 'reconciled')
            OR NOT EXISTS (SELECT 1 FROM retail_settlement_move_rel r
                            WHERE r.settlement_id = s.id AND r.move_id = l.move_id)""",
}


def wrong(env):
    """{what is wrong: the first of it}"""
    env.flush_all()
    found = {}
    for name, query in WRONG.items():
        env.cr.execute(query)
        rows = env.cr.fetchmany(5)
        if rows:
            found[name] = rows
    return found


def balances(env):
    """{account: (its balance, what of it is not matched)} of posted items."""
    env.flush_all()
    env.cr.execute(
        """SELECT account_id, sum(balance), sum(amount_residual)
             FROM account_move_line WHERE parent_state = 'posted'
            GROUP BY account_id HAVING sum(balance) <> 0 OR sum(amount_residual) <> 0"""
    )
    return {account: rest for account, *rest in env.cr.fetchall()}

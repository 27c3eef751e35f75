# SPDX-License-Identifier: LGPL-3.0-or-later
"""The rows of entries that are copies of patterns, and of what hangs on them."""

from odoo.tools import SQL

from ..arrays import array, ints, texts
from .invariants import execute
from .sql import copied_columns

MOVE_COLUMNS = (
    "id",
    "name",
    "sequence_number",
    "made_sequence_gap",
    "ref",
    "date",
    "amount_total",
    "amount_total_signed",
    "amount_total_in_currency_signed",
)
INSERT_MOVES = """
    INSERT INTO account_move (%(written)s, %(shared)s)
    SELECT new.id, new.name, new.number, new.gap, new.ref, new.date,
           round(new.own, own.decimal_places),
           round(new.home, home.decimal_places),
           abs(round(new.own, own.decimal_places)), %(values)s
      FROM unnest(%(ids)s, %(patterns)s, %(names)s, %(numbers)s, %(gaps)s,
                  %(refs)s, %(dates)s, %(home)s, %(own)s)
           AS new(id, pattern, name, number, gap, ref, date, home, own)
      JOIN account_move t ON t.id = new.pattern
      JOIN res_company c ON c.id = t.company_id
      JOIN res_currency home ON home.id = c.currency_id
      JOIN res_currency own ON own.id = t.currency_id
     ORDER BY new.id"""
# Tables of pairs that an item may be in: table, column of the item, the other column.
PAIRS = (
    ("account_move_line_account_tax_rel", "account_move_line_id", "account_tax_id"),
    (
        "account_account_tag_account_move_line_rel",
        "account_move_line_id",
        "account_account_tag_id",
    ),
)


def copy_moves(env, entries, sources, pattern_ids):
    """The entries' own rows. The patterns give up their names for them."""
    execute(
        env,
        SQL(
            "UPDATE account_move SET name = NULL WHERE id = ANY(%s)", ints(pattern_ids)
        ),
        len(pattern_ids),
    )
    totals = [entry.totals() for entry in entries]
    execute(
        env,
        SQL(
            INSERT_MOVES,
            written=SQL(", ").join(map(SQL.identifier, MOVE_COLUMNS)),
            **copied_columns(env, "account_move", MOVE_COLUMNS),
            ids=ints(entry.move_id for entry in entries),
            patterns=ints(sources[entry.move_id] for entry in entries),
            names=texts(entry.name for entry in entries),
            numbers=ints(entry.number for entry in entries),
            gaps=array("bool", (entry.made_gap for entry in entries)),
            refs=texts(entry.vals.get("ref") or None for entry in entries),
            dates=array("date", (entry.date for entry in entries)),
            home=array("numeric", (home for home, _own in totals)),
            own=array("numeric", (own for _home, own in totals)),
        ),
        len(entries),
    )


def copy_side_rows(env, copies):
    """Taxes, tags and analytic items of the copied items."""
    new = SQL(
        "unnest(%s, %s) AS new(id, template)",
        ints(copy.id for copy in copies),
        ints(copy.template for copy in copies),
    )
    for table, item, other in PAIRS:
        env.cr.execute(
            SQL(
                """INSERT INTO %(table)s (%(item)s, %(other)s)
                   SELECT new.id, t.%(other)s FROM %(new)s
                     JOIN %(table)s t ON t.%(item)s = new.template
                    ORDER BY new.id""",
                table=SQL.identifier(table),
                item=SQL.identifier(item),
                other=SQL.identifier(other),
                new=new,
            )
        )
    own = ("id", "move_line_id", "amount", "partner_id", "name", "ref", "date")
    env.cr.execute(
        SQL(
            """INSERT INTO account_analytic_line
                      (move_line_id, amount, partner_id, name, ref, date, %(shared)s)
               SELECT l.id, -l.balance, l.partner_id, l.name, l.ref, l.date, %(values)s
                 FROM %(new)s
                 JOIN account_analytic_line t ON t.move_line_id = new.template
                 JOIN account_move_line l ON l.id = new.id
                ORDER BY new.id""",
            **copied_columns(env, "account_analytic_line", own),
            new=new,
        )
    )


def copy_prices(env, models):
    """Prices of items are those of their models; ``models``: {item: its model}."""
    copied = {item: model for item, model in models.items() if item != model}
    if not copied:
        return
    execute(
        env,
        SQL(
            """UPDATE account_move_line l
                  SET price_subtotal = t.price_subtotal, price_total = t.price_total
                 FROM unnest(%s, %s) AS new(id, model)
                 JOIN account_move_line t ON t.id = new.model
                WHERE l.id = new.id""",
            ints(copied),
            ints(copied.values()),
        ),
        len(copied),
    )


def copy_followers(env, sources):
    """Who follows a pattern follows its copies; ``sources``: {entry: its pattern}."""
    new = SQL(
        "unnest(%s, %s) AS new(id, pattern)", ints(sources), ints(sources.values())
    )
    env.cr.execute(
        SQL(
            """WITH made AS (
                   INSERT INTO mail_followers (res_id, %(shared)s)
                   SELECT new.id, %(values)s
                     FROM %(new)s
                     JOIN mail_followers t
                       ON t.res_model = 'account.move' AND t.res_id = new.pattern
                    ORDER BY new.id, t.id
                RETURNING id, res_id, partner_id)
               INSERT INTO mail_followers_mail_message_subtype_rel
                      (mail_followers_id, mail_message_subtype_id)
               SELECT made.id, r.mail_message_subtype_id
                 FROM made
                 JOIN %(new)s ON new.id = made.res_id
                 JOIN mail_followers t
                   ON t.res_model = 'account.move' AND t.res_id = new.pattern
                  AND t.partner_id = made.partner_id
                 JOIN mail_followers_mail_message_subtype_rel r
                   ON r.mail_followers_id = t.id""",
            **copied_columns(env, "mail_followers", ("id", "res_id")),
            new=new,
        )
    )


def drop_patterns(env, moves):
    """Leave nothing of them: rows, messages, followers, changes to be logged."""
    pending = env.cr.precommit.data.get("mail.tracking.account.move", {})
    for move_id in moves.ids:
        pending.pop(move_id, None)
    ids = ints(moves.ids)
    for table in ("mail_message", "mail_followers"):
        model = SQL.identifier("model" if table == "mail_message" else "res_model")
        env.cr.execute(
            SQL(
                "DELETE FROM %s WHERE %s = 'account.move' AND res_id = ANY(%s)",
                SQL.identifier(table),
                model,
                ids,
            )
        )
    env.cr.execute(SQL("DELETE FROM account_move_line WHERE move_id = ANY(%s)", ids))
    execute(env, SQL("DELETE FROM account_move WHERE id = ANY(%s)", ids), len(moves))

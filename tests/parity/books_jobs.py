# SPDX-License-Identifier: LGPL-3.0-or-later
"""Work on the books for tests with real commits: pairs to match, a payout to book.

Each job looks for what is left to do, so it can be repeated after a conflict or crash.
"""

from books_world import World

PAIRS = 4
CHARGES = 30


def prepare(env):
    """Pairs of an invoice and its payment, and the invoices that a payout pays."""
    world = World(env)
    for _number in range(PAIRS):
        invoice = world.invoice(ref="pair")
        world.payment(invoice.amount_total, invoice.partner_id, memo=invoice.name)
    for _number in range(CHARGES):
        world.invoice(ref="charge")


def receivable(moves):
    return moves.line_ids.filtered(
        lambda line: line.account_id.account_type == "asset_receivable"
    )


def pairs(env):
    groups = []
    for payment in env["account.payment"].search([("memo", "!=", False)], order="id"):
        invoice = env["account.move"].search([("name", "=", payment.memo)])
        groups.append(receivable(invoice + payment.move_id))
    assert len(groups) == PAIRS
    return groups


def reconcile(env, lane="auto", backwards=False):
    """Match the pairs that are open."""
    from odoo.addons.retail_accelerator.books import Books

    groups = [lines for lines in pairs(env) if not any(lines.mapped("reconciled"))]
    return Books(env, lane).reconcile(groups[::-1] if backwards else groups)


def book_payout(env, lane="auto"):
    """Post the payout's entry and match it with the invoices, unless it is there."""
    from odoo.addons.retail_accelerator.books import Books

    if env["account.move"].search_count([("ref", "=", "payout 1")]):
        return
    invoices = env["account.move"].search([("ref", "=", "charge")], order="id")
    lines = [
        {
            "account_id": receivable(invoice).account_id.id,
            "partner_id": invoice.partner_id.id,
            "name": f"Charge {number}",
            "balance": -invoice.amount_residual,
        }
        for number, invoice in enumerate(invoices)
    ]
    lines.append(
        {
            "account_id": other_account(env).id,
            "name": "Payout",
            "balance": round(-sum(line["balance"] for line in lines), 2),
        }
    )
    books = Books(env, lane)
    move = books.post_entry(entry_values(env, "payout 1"), lines)
    assert lane == "orm" or books.last_lane == "native"
    paid = receivable(move).sorted("id")
    dues = [receivable(invoice) for invoice in invoices]
    books.reconcile([due + line for due, line in zip(dues, paid, strict=True)])
    assert lane == "orm" or books.last_lane == "native"


def book_charges(env, ref="charges 1", lane="auto"):
    """Post one entry for each of some charges."""
    from odoo.addons.retail_accelerator.books import Books

    entries = []
    for number in range(12):
        lines = [
            {"account_id": other_account(env).id, "name": name, "balance": balance}
            for name, balance in (("out", -5 - number), ("in", 5 + number))
        ]
        entries.append((entry_values(env, f"{ref} {number:02}"), lines))
    books = Books(env, lane)
    books.post_entries(entries)
    assert lane == "orm" or books.last_lane == "native"


def other_account(env):
    return env["account.account"].search(
        [("account_type", "=", "asset_current"), ("reconcile", "=", False)], limit=1
    )


def entry_values(env, ref):
    journal = env["account.journal"].search([("type", "=", "general")], limit=1)
    return {"journal_id": journal.id, "date": "2026-05-04", "ref": ref}


def post_by_hand(env):
    account = other_account(env).id
    lines = [
        {"account_id": account, "name": name, "balance": balance}
        for name, balance in (("out", -5), ("in", 5))
    ]
    move = env["account.move"].create(
        {**entry_values(env, "by hand"), "line_ids": [(0, 0, line) for line in lines]}
    )
    move.action_post()


def reset_by_hand(env):
    """A person puts the first pair's invoice back to draft."""
    pairs(env)[0].move_id.filtered("invoice_date_due")[:1].button_draft()

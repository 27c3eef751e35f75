# SPDX-License-Identifier: LGPL-3.0-or-later
"""The notes on sales orders whose invoices are paid, for many orders at once.

Odoo's ``_invoice_paid_hook`` posts "Invoice … paid" on each order. It is called for one
invoice of each company; the notes of the others are copies with their own text.
"""

import logging
import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field

from odoo.tools import SQL

from ..arrays import ints
from .copies import copy_message, last_message, new_messages
from .lane import automation_problems, overriding_modules

_logger = logging.getLogger(__name__)

# Odoo's own, or those of modules known to leave such notes alone.
KNOWN = {
    "account.move": ("_invoice_paid_hook",),
    "sale.order": (
        "message_post",
        "_message_create",
        "_message_compute_author",
        "_message_compute_parent_id",
        "_message_post_after_hook",
        "_mail_get_alias_domains",
        "_mail_get_companies",
        "_mail_get_operation_for_mail_message_operation",
        "_notify_get_recipients",
        "_notify_get_reply_to",
        "_notify_thread",
        "_process_attachments_for_post",
    ),
    "mail.message": ("create", "_get_message_id"),
}
# Contexts in which a posted message does more than to stand there.
CONTEXTS = ("mark_so_as_sent", "mail_post_autofollow")
# Names that HTML shows as they are.
PLAIN = re.compile(r"[\w/.-]+( [\w/.-]+)*", re.ASCII)


@dataclass(slots=True)
class Invoice:
    id: int
    name: str
    companies: set = field(default_factory=set)  # of the orders
    orders: list = field(default_factory=list)


def tell_paid(env, invoice_ids):
    """Odoo's ``_invoice_paid_hook`` for invoices that are paid now."""
    problems = _problems(env)
    if not problems:
        alone = _post_notes(env, _invoices(env, invoice_ids))
    else:
        alone = invoice_ids
        if alone:
            _logger.info(
                "Odoo tells one by one that invoices are paid: %s", "; ".join(problems)
            )
    env["account.move"].browse(alone)._invoice_paid_hook()


def _problems(env):
    overridden = [
        f"module {module} overrides {model_name}.{name}"
        for model_name, names in KNOWN.items()
        for name in names
        for module in overriding_modules(env[model_name], name)
    ]
    contexts = [f"context {name}" for name in CONTEXTS if env.context.get(name)]
    return overridden + contexts + automation_problems(env, KNOWN)


def _invoices(env, invoice_ids):
    """Those of sales orders, by id, with the orders that the user may read."""
    moves = env["account.move"]
    domain = moves._fields["invoice_line_ids"].get_comodel_domain(moves)
    rows = env.execute_query(
        SQL(
            """SELECT DISTINCT m.id, m.name, o.id, o.company_id
                 FROM account_move m
                 JOIN account_move_line l ON l.move_id = m.id
                 JOIN sale_order_line_invoice_rel r ON r.invoice_line_id = l.id
                 JOIN sale_order_line s ON s.id = r.order_line_id
                 JOIN sale_order o ON o.id = s.order_id
                WHERE m.id = ANY(%(ids)s) AND m.move_type = ANY(%(types)s)
                  AND l.id IN %(items)s AND s.id IN %(lines)s
             ORDER BY m.id, o.id""",
            ids=ints(invoice_ids),
            types=moves.get_invoice_types(),
            items=env["account.move.line"]._search(domain).subselect(),
            lines=env["sale.order.line"]._search([]).subselect(),
        )
    )
    found = {}
    for move_id, name, order_id, company_id in rows:
        invoice = found.setdefault(move_id, Invoice(move_id, name or ""))
        invoice.companies.add(company_id)
        invoice.orders.append(order_id)
    return list(found.values())


def _post_notes(env, invoices):
    """Post the notes that are alike; the ids of invoices left to Odoo."""
    special = _special_orders(env, {order for i in invoices for order in i.orders})
    # Odoo tells an order once of invoices of one name.
    names = Counter((order, i.name) for i in invoices for order in i.orders)
    alone, classes = [], defaultdict(list)
    for invoice in invoices:
        if (
            len(invoice.companies) == 1
            and all(names[order, invoice.name] == 1 for order in invoice.orders)
            and PLAIN.fullmatch(invoice.name)
            and special.isdisjoint(invoice.orders)
        ):
            classes[min(invoice.companies)].append(invoice)
        else:
            alone.append(invoice.id)
    for first, *others in classes.values():
        template = _post_first(env, first)
        if template is None:
            alone += [invoice.id for invoice in others]
        else:
            _copy(env, template, first, others)
    return alone


def _special_orders(env, order_ids):
    """Orders with someone to be notified of notes or with an address of their own, and
    those on which the user may not post: there Odoo's own error follows."""
    rows = env.execute_query(
        SQL(
            """SELECT f.res_id
                 FROM mail_followers f
                 JOIN mail_followers_mail_message_subtype_rel r
                   ON r.mail_followers_id = f.id
                WHERE f.res_model = 'sale.order' AND f.res_id = ANY(%(ids)s)
                  AND r.mail_message_subtype_id = %(note)s
                UNION
               SELECT a.alias_parent_thread_id
                 FROM mail_alias a
                 JOIN ir_model m ON m.id = a.alias_parent_model_id
                WHERE m.model = 'sale.order'
                  AND a.alias_parent_thread_id = ANY(%(ids)s)""",
            ids=ints(order_ids),
            note=env.ref("mail.mt_note").id,
        )
    )
    orders = env["sale.order"].browse(order_ids)
    refused = orders - orders._filtered_access(orders._mail_post_access)
    return {row[0] for row in rows} | set(refused.ids)


def _post_first(env, invoice):
    """Let Odoo post the notes of one invoice; one of them, None if they are not plain
    notes that name the invoice."""
    last = last_message(env)
    env["account.move"].browse(invoice.id)._invoice_paid_hook()
    messages = new_messages(env, last)
    plain = (
        messages
        and sorted(messages.mapped("res_id")) == invoice.orders
        and set(messages.mapped("model")) == {"sale.order"}
        and not messages.tracking_value_ids
        and messages[0].body.count(invoice.name) == 1
    )
    return messages[0] if plain else None


def _copy(env, template, first, others):
    """The template for the other invoices' orders. A note answers to the one before on
    the same order, so each order takes part in a statement once."""
    before, after = str(template.body).split(first.name)
    rounds, told = [], Counter()
    for invoice in others:
        for order_id in invoice.orders:
            if told[order_id] == len(rounds):
                rounds.append({})
            rounds[told[order_id]][order_id] = f"{before}{invoice.name}{after}"
            told[order_id] += 1
    for bodies in rounds:
        copy_message(env, template, list(bodies), list(bodies.values()))

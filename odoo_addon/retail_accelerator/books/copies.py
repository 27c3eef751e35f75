# SPDX-License-Identifier: LGPL-3.0-or-later
"""Copies of a message that Odoo wrote, for other records."""

from odoo.tools import SQL
from odoo.tools.mail import generate_tracking_message_id

from ..arrays import ints, texts
from .invariants import returning
from .sql import copied_columns

OWN = ("id", "res_id", "parent_id", "message_id", "body")


def last_message(env):
    """The id behind which ``new_messages`` looks."""
    [[last]] = env.execute_query(SQL("SELECT coalesce(max(id), 0) FROM mail_message"))
    return last


def new_messages(env, last):
    """The messages Odoo wrote since; None if one of them tells anybody."""
    env.flush_all()
    messages = env["mail.message"].sudo().search([("id", ">", last)])
    return None if told(messages) else messages


def told(messages):
    """What of the messages reaches others than who looks at the record."""
    return messages.notification_ids or messages.partner_ids or messages.attachment_ids


def copy_message(env, template, ids, bodies=None):
    """The template's row for the records ``ids``, each once; the new ids.

    ``bodies``: their HTML, in the order of ``ids``; without, that of the template.
    """
    rows = returning(
        env,
        SQL(
            """INSERT INTO mail_message
                      (res_id, parent_id, message_id, body, %(shared)s)
               SELECT new.res_id, %(parent)s, new.message_id,
                      coalesce(new.body, t.body), %(values)s
                 FROM mail_message t,
                      unnest(%(ids)s, %(message_ids)s, %(bodies)s)
                      AS new(res_id, message_id, body)
                WHERE t.id = %(template)s
            RETURNING id""",
            **copied_columns(env, "mail_message", OWN),
            parent=_parent(env, template),
            ids=ints(ids),
            message_ids=texts(
                generate_tracking_message_id(f"{i}-{template.model}") for i in ids
            ),
            bodies=texts(bodies or [None] * len(ids)),
            template=template.id,
        ),
        len(ids),
    )
    return [row[0] for row in rows]


def _parent(env, template):
    """The message a posted one answers to, as ``_message_compute_parent_id``.

    A message that is only logged answers to none.
    """
    if template.is_internal or not env[template.model]._mail_flat_thread:
        return SQL("NULL::int")
    return SQL(
        """(SELECT id FROM (
                SELECT * FROM mail_message p
                 WHERE p.model = %s AND p.res_id = new.res_id
                   AND p.message_type <> 'user_notification'
                 ORDER BY p.date DESC, p.id DESC LIMIT 200) AS recent
            ORDER BY message_type IN ('comment', 'email') DESC,
                     coalesce(date, create_date) DESC, id DESC LIMIT 1)""",
        template.model,
    )

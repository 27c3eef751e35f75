# SPDX-License-Identifier: LGPL-3.0-or-later
"""The messages Odoo logs when a tracked state changes, for many records at once.

Records with the same change get the same message but for a few columns. Odoo writes the
first one; the others are copies of its row.
"""

from collections import defaultdict

from odoo.tools import SQL
from odoo.tools.mail import generate_tracking_message_id
from odoo.tools.misc import clean_context

from .invariants import returning
from .lane import overriding_modules
from .sql import array, columns, ints

METHODS = (
    "message_post",
    "_message_track",
    "_message_log",
    "_message_log_batch",
    "_message_track_post_template",
    "_track_subtype",
    "_track_template",
    "_track_filter_for_display",
    "_message_compute_parent_id",
)
OWN = ("id", "res_id", "parent_id", "message_id")


class ChangeLog:
    """Logs changes of one tracked field of a model."""

    def __init__(self, env, model_name, field_name):
        self.env = env
        self.model = env[model_name].sudo()
        self.field_name = field_name

    def log(self, changes):
        """``changes``: {record id: (old, new)}, already written to the database."""
        context = self.env.context
        if context.get("tracking_disable") or context.get("mail_notrack"):
            return
        if self.field_name not in self.model._track_get_fields():
            return
        alone = self._alone(changes)
        for key, ids in self._classes(changes, alone).items():
            template = self._track(ids[0], key[0])
            if template is None:
                alone.update(ids[1:])
            elif ids[1:]:
                self._copy(template, ids[1:])
        for record_id in sorted(alone):
            self._leave(record_id, changes[record_id][0])

    # -- which records --

    def _alone(self, changes):
        """Records whose message is for Odoo to write: with other pending changes, with
        followers to notify, or where a module has its own way with messages."""
        if any(overriding_modules(self.model, method) for method in METHODS):
            return set(changes)
        data = self.env.cr.precommit.data.get(f"mail.tracking.{self.model._name}", {})
        rows = self.env.execute_query(
            SQL(
                """SELECT f.res_id
                     FROM mail_followers f
                     JOIN mail_followers_mail_message_subtype_rel r
                       ON r.mail_followers_id = f.id
                     JOIN mail_message_subtype s ON s.id = r.mail_message_subtype_id
                    WHERE f.res_model = %(model)s AND f.res_id = ANY(%(ids)s)
                      AND s.res_model = %(model)s""",
                model=self.model._name,
                ids=ints(changes),
            )
        )
        return {row[0] for row in rows} | (set(data) & set(changes))

    def _classes(self, changes, alone):
        """{(old, new, company): ids}."""
        ids = sorted(set(changes) - alone)
        rows = self.env.execute_query(
            SQL(
                "SELECT id, company_id FROM %s WHERE id = ANY(%s)",
                SQL.identifier(self.model._table),
                ints(ids),
            )
        )
        companies = dict(rows)
        classes = defaultdict(list)
        for record_id in ids:
            classes[(*changes[record_id], companies[record_id])].append(record_id)
        return classes

    # -- messages --

    def _leave(self, record_id, old):
        """Odoo logs it at the end of the transaction, with what else changes."""
        precommit = self.env.cr.precommit
        precommit.add(self.env[self.model._name]._track_finalize)
        pending = precommit.data.setdefault(f"mail.tracking.{self.model._name}", {})
        values = pending.setdefault(record_id, {})
        if values is not None:
            values.setdefault(self.field_name, old)

    def _track(self, record_id, old):
        """Let Odoo log one change; its message, None if that is no plain message."""
        model = self.model.with_env(self.env(context=clean_context(self.env.context)))
        [[last]] = self.env.execute_query(
            SQL("SELECT coalesce(max(id), 0) FROM mail_message")
        )
        record = model.browse(record_id)
        tracking = record._message_track(
            model._track_get_fields(), {record_id: {self.field_name: old}}
        )
        record._message_track_post_template(tracking.get(record_id, (None, None))[0])
        self.env.flush_all()
        messages = self.env["mail.message"].sudo().search([("id", ">", last)])
        plain = (
            len(messages) == 1
            and messages.res_id == record_id
            and not messages.notification_ids
            and not messages.partner_ids
            and not messages.attachment_ids
        )
        return messages if plain else None

    def _copy(self, template, ids):
        """The template's row and its tracking values, for other records."""
        shared = columns(self.env, "mail_message", OWN)
        name = self.model._name
        rows = returning(
            self.env,
            SQL(
                """INSERT INTO mail_message
                          (res_id, parent_id, message_id, %(shared)s)
                   SELECT new.res_id, %(parent)s, new.message_id, %(values)s
                     FROM mail_message t,
                          unnest(%(ids)s, %(message_ids)s)
                          AS new(res_id, message_id)
                    WHERE t.id = %(template)s
                RETURNING id""",
                shared=SQL(", ").join(map(SQL.identifier, shared)),
                values=SQL(", ").join(SQL.identifier("t", c) for c in shared),
                parent=self._parent(template),
                ids=ints(ids),
                message_ids=array(
                    "text",
                    (generate_tracking_message_id(f"{i}-{name}") for i in ids),
                ),
                template=template.id,
            ),
            len(ids),
        )
        shared = columns(self.env, "mail_tracking_value", ("id", "mail_message_id"))
        self.env.cr.execute(
            SQL(
                """INSERT INTO mail_tracking_value (mail_message_id, %(shared)s)
                   SELECT new.id, %(values)s
                     FROM mail_tracking_value t, unnest(%(ids)s) AS new(id)
                    WHERE t.mail_message_id = %(template)s ORDER BY new.id, t.id""",
                shared=SQL(", ").join(map(SQL.identifier, shared)),
                values=SQL(", ").join(SQL.identifier("t", c) for c in shared),
                ids=ints(row[0] for row in rows),
                template=template.id,
            )
        )

    def _parent(self, template):
        """The message a posted one answers to, as ``_message_compute_parent_id``.

        A message that is only logged answers to none.
        """
        if template.is_internal or not self.model._mail_flat_thread:
            return SQL("NULL::int")
        return SQL(
            """(SELECT id FROM (
                    SELECT * FROM mail_message p
                     WHERE p.model = %s AND p.res_id = new.res_id
                       AND p.message_type <> 'user_notification'
                     ORDER BY p.date DESC, p.id DESC LIMIT 200) AS recent
                ORDER BY message_type IN ('comment', 'email') DESC,
                         coalesce(date, create_date) DESC, id DESC LIMIT 1)""",
            self.model._name,
        )

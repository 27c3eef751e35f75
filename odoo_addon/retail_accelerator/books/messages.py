# SPDX-License-Identifier: LGPL-3.0-or-later
"""The messages Odoo logs when a tracked state changes, for many records at once.

Records with the same change get the same message but for a few columns. Odoo writes the
first one; the others are copies of its row.
"""

from collections import defaultdict

from odoo.tools import SQL
from odoo.tools.misc import clean_context

from ..arrays import ints
from .copies import copy_message, last_message, new_messages
from .lane import overriding_modules
from .sql import copied_columns

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
        last = last_message(self.env)
        record = model.browse(record_id)
        tracking = record._message_track(
            model._track_get_fields(), {record_id: {self.field_name: old}}
        )
        record._message_track_post_template(tracking.get(record_id, (None, None))[0])
        messages = new_messages(self.env, last)
        return (
            messages if messages and messages.mapped("res_id") == [record_id] else None
        )

    def _copy(self, template, ids):
        """The template's row and its tracking values, for other records."""
        messages = copy_message(self.env, template, ids)
        self.env.cr.execute(
            SQL(
                """INSERT INTO mail_tracking_value (mail_message_id, %(shared)s)
                   SELECT new.id, %(values)s
                     FROM mail_tracking_value t, unnest(%(ids)s) AS new(id)
                    WHERE t.mail_message_id = %(template)s ORDER BY new.id, t.id""",
                **copied_columns(
                    self.env, "mail_tracking_value", ("id", "mail_message_id")
                ),
                ids=ints(messages),
                template=template.id,
            )
        )

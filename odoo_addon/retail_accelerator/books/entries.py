# SPDX-License-Identifier: LGPL-3.0-or-later
"""One journal entry with many lines."""

from odoo.fields import Command


def post_entry(env, vals, lines, lane):
    """The posted entry, and the reasons why the ORM wrote its lines."""
    with env.cr.savepoint():
        move = env["account.move"].create(
            {**vals, "line_ids": [Command.create(line) for line in lines]}
        )
        move._post(soft=False)
    return move, ["lines by the ORM"]

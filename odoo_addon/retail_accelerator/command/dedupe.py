# SPDX-License-Identifier: LGPL-3.0-or-later
"""``retail dedupe``: look for duplicate contacts, orders or payments."""

from odoo.exceptions import UserError

from ..engine.sweeper import Sweeper
from ..models.retail_duplicate import KINDS

NAME = "dedupe"
HELP = "look for duplicate contacts, orders or payments"


def add_arguments(parser):
    parser.add_argument(
        "--model",
        required=True,
        choices=sorted(KINDS.values()),
        help="what to look through",
    )
    parser.add_argument(
        "--full",
        action="store_true",
        help="compare everything, not only what changed since the last time",
    )
    parser.add_argument(
        "--company", metavar="NAME", help="of this company (default: the user's)"
    )


def run(env, args):
    kind = next(kind for kind, model in KINDS.items() if model == args.model)
    company = env.company
    if args.company:
        company = env.user.company_ids.filtered(lambda one: one.name == args.company)
        if len(company) != 1:
            raise UserError(env._("You have no company %s.", args.company))
    env = env(context={**env.context, "allowed_company_ids": company.ids})
    sweep = env["retail.duplicate.sweep"].create(
        {
            "kind": kind,
            "mode": "full" if args.full else "incremental",
            "company_id": company.id,
        }
    )
    Sweeper(sweep).run_guarded()
    sweep = sweep.sudo()  # its sums are for managers on the screen
    result = {
        "model": args.model,
        "mode": sweep.mode,
        "state": sweep.state,
        "company": sweep.company_id.name,
        "records": sweep.record_count,
        "changed": sweep.changed_count,
        "pairs": sweep.pair_count,
        "new": sweep.new_count,
        "open": env["retail.duplicate"].search_count(
            [("kind", "=", kind), ("state", "=", "open")]
        ),
        "seconds": round(sweep.seconds, 3),
    }
    if sweep.state == "failed":
        result["error"] = sweep.error_message
    return result


def summary(result):
    if "error" in result:
        return result["error"]
    return (
        "{records} records of {company} ({changed} changed): {pairs} pairs, {new} of "
        "them new, {open} open; {seconds} s".format(**result)
    )

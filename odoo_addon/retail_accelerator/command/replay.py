# SPDX-License-Identifier: LGPL-3.0-or-later
"""``retail replay``: try rejected records again, all or those of one cause."""

from odoo.exceptions import UserError

from ..engine import runner
from ..models.retail_ledger import REASONS

NAME = "replay"
HELP = "try rejected records again after their cause was fixed"


def add_arguments(parser):
    parser.add_argument("--channel", required=True, metavar="CODE")
    parser.add_argument("--reason", metavar="R", help="only rejects of this reason")
    parser.add_argument("--lane", choices=("auto", "native", "orm"), default="auto")


def run(env, args):
    channel = env["retail.channel"]._by_code(args.channel)
    domain = [
        ("channel_id", "=", channel.id),
        ("outcome", "=", "rejected"),
        ("kind", "=", "order"),
    ]
    if args.reason:
        _check_reason(env, domain, args.reason)
        domain.append(("reason", "=", args.reason))
    entries = env["retail.ledger"].search(domain)
    result = runner.replay(channel, entries, lane=args.lane)
    entries._close_corrected()
    return result


def _check_reason(env, domain, reason):
    """A mistyped reason would look like nothing left to do."""
    if reason in dict(REASONS):
        return
    counts = env["retail.ledger"]._read_group(domain, ["reason"], ["__count"])
    present = ", ".join(f"{name} ({count})" for name, count in counts if name)
    raise UserError(
        env._(
            "There is no reason %(reason)s. Reasons of rejects now: %(present)s.",
            reason=reason,
            present=present or env._("none"),
        )
    )


def summary(result):
    return (
        "{read} records tried again: {created} created, {updated} updated, {unchanged} "
        "unchanged, {skipped} skipped, {rejected} rejected".format(**result)
    )

# SPDX-License-Identifier: LGPL-3.0-or-later
"""``retail dedupe``: look for duplicate contacts, orders or payments."""

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


def run(env, args):
    kind = next(kind for kind, model in KINDS.items() if model == args.model)
    sweep = env["retail.duplicate.sweep"].create(
        {"kind": kind, "mode": "full" if args.full else "incremental"}
    )
    sweep._run()
    result = {
        "model": args.model,
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

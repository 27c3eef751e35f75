# SPDX-License-Identifier: LGPL-3.0-or-later
"""``retail verify``: the parity oracle on this very database; nothing is kept."""

from ..engine import file_check, parity
from .files import require_file

NAME = "verify"
HELP = "prove on this database that both lanes write the same rows"
SHOWN = 20


def add_arguments(parser):
    parser.add_argument("--channel", required=True, metavar="CODE")
    parser.add_argument(
        "--limit",
        type=positive,
        metavar="N",
        help="only the first N records of each file",
    )
    parser.add_argument("files", nargs="+", metavar="FILE")


def positive(text):
    number = int(text)
    if number < 1:
        raise ValueError
    return number


def run(env, args):
    channel = env["retail.channel"]._by_code(args.channel)
    for path in args.files:
        require_file(path)
        file_check.check(env, path, "auto")
    report = parity.compare_all(channel, args.files, args.limit)
    env.cr.rollback()
    if not report["orders"]:
        report["error"] = env._(
            "No order was compared, so nothing is proved: of %s records read, none "
            "becomes an order in this channel.",
            sum(report["outcomes"].values()),
        )
    return report


def failed(result):
    """Whether the command should end with an error code."""
    return bool(result["differences"])


def summary(result):
    lines = [
        "{orders} orders, {people} contacts, {tables} tables, {columns} columns "
        "compared: {count} differences".format(
            count=len(result["differences"]),
            people=sum(result["contacts"].values()),
            **result,
        )
    ]
    lines += [
        "  {table}.{column}, record {record}: native {native!r}, ORM {orm!r}".format(
            **difference
        )
        for difference in result["differences"][:SHOWN]
    ]
    if "error" in result:
        lines.append(result["error"])
    return "\n".join(lines)

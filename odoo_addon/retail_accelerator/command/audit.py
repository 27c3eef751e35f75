# SPDX-License-Identifier: LGPL-3.0-or-later
"""``retail audit verify``: prove that nobody changed the audit log."""

from ..audit import note
from .files import require_file

NAME = "audit"
HELP = "verify the audit log: every entry, and that none is missing"


def add_arguments(parser):
    parser.add_argument("task", choices=("verify",))
    parser.add_argument(
        "--noted",
        metavar="FILE",
        help="what this command printed before, or a note of Odoo's: also prove that "
        "nothing up to there is another or missing",
    )


def run(env, args):
    noted = _read(env, args.noted) if args.noted else None
    return note.take(env, env["res.company"].search([]), noted)


def _read(env, path):
    require_file(path)
    with open(path, "rb") as handle:
        return note.read(env, handle.read())


def failed(result):
    return any(report["problem"] for report in result["companies"])


def summary(result):
    lines = []
    for report in result["companies"]:
        problem = report["problem"]
        verdict = (
            "BROKEN at entry {number} ({cause})".format(**problem)
            if problem
            else f"unbroken, ends with {report['head']}"
        )
        lines.append(f"{report['company']}: {report['entries']} entries, {verdict}")
    return "\n".join(lines)

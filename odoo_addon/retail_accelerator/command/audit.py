# SPDX-License-Identifier: LGPL-3.0-or-later
"""``retail audit verify``: prove that nobody changed the audit log."""

from ..audit import log

NAME = "audit"
HELP = "verify the audit log: every entry, and that none is missing"


def add_arguments(parser):
    parser.add_argument("task", choices=("verify",))


def run(env, args):
    companies = env["res.company"].search([])
    return {
        "companies": [
            {"company": company.name, **log.verify(env, company)}
            for company in companies
        ]
    }


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

# SPDX-License-Identifier: LGPL-3.0-or-later
"""``retail settle``: from payout reports to reconciled books.

The result has "rows", "payouts", "matched", "exceptions", "posted", "reconciled",
"variance" and "seconds"; also "warnings" or "refused" ({file or payout: why}) when
there are any.
"""

import os
from collections import Counter, defaultdict

from odoo.exceptions import UserError

from ..settle import rates
from ..settle.matching import LEVELS
from ..settle.proof import CAUSES
from ..settle.runner import Runner
from .files import require_file

NAME = "settle"
HELP = "read payout reports, match their rows, post and reconcile"


def add_arguments(parser):
    parser.add_argument("--channel", required=True, metavar="CODE")
    parser.add_argument(
        "--post",
        action="store_true",
        help="post the payouts, unmatched rows to suspense",
    )
    parser.add_argument(
        "--bank",
        action="append",
        default=[],
        metavar="FILE",
        help="bank statement (CAMT.053, CAMT.054, OFX) to reconcile the payouts with",
    )
    parser.add_argument("files", nargs="*", metavar="FILE")


def run(env, args):
    _check_files(env, (*args.files, *args.bank))
    channel = env["retail.channel"]._by_code(args.channel)
    channel._prepare_settlements()
    runner = Runner(channel)
    refused = {}
    taken = _take(runner, args.files, refused)
    settlements = env["retail.settlement"].union(*(one.settlements for one in taken))
    open_states = ("draft", "proved", "matched")
    pending = settlements.filtered(lambda payout: payout.state in open_states)
    levels, reasons = _match(runner, pending)
    posted = _post(runner, pending, reasons) if args.post else 0
    _take(runner, args.bank, refused, bank=True)
    runner.reconcile(_posted(env, channel, settlements, args.bank))
    refused.update(
        {payout.name: payout.failure for payout in pending if payout.failure}
    )
    done = settlements.filtered(lambda payout: payout.state == "reconciled")
    result = {
        "rows": sum(one.rows for one in taken),
        "payouts": len(settlements.filtered("reference")),
        "matched": {level: levels[level] for level in LEVELS},
        "exceptions": dict(reasons),
        "posted": posted,
        "reconciled": len(done),
        "variance": _variance(settlements),
        "seconds": {step: round(taken, 3) for step, taken in runner.seconds.items()},
    }
    warnings = [text for payout in settlements for text in rates.cautions(payout)]
    if warnings:
        result["warnings"] = list(dict.fromkeys(warnings))
    if refused:
        result["refused"] = refused
    return result


def _check_files(env, paths):
    if not paths:
        raise UserError(env._("Name a report to read, or a bank file with --bank."))
    for path in paths:
        require_file(path)


def _match(runner, settlements):
    """Counters of the rows by what they were matched by, and by why they wait."""
    if not settlements:
        return Counter(), Counter()
    matched = runner.match(settlements)
    return Counter(matched["levels"]), Counter(matched["reasons"])


def _post(runner, settlements, reasons):
    """How many payouts were posted. What came between matching and posting leaves rows
    to people, too: their ``reasons`` are counted."""
    ready = settlements.filtered("reference")
    before = _reasons(ready)
    posted = runner.post(ready)
    reasons.update(_reasons(ready) - before)
    return posted


def _reasons(settlements):
    """Counter of the reasons why rows of these payouts wait."""
    groups = settlements.env["retail.settlement.event"]._read_group(
        [
            ("settlement_id", "in", settlements.ids),
            ("state", "in", ("exception", "waiting")),
        ],
        ["reason"],
        ["__count"],
    )
    return Counter({reason: count for reason, count in groups if reason})


def _take(runner, paths, refused, bank=False):
    """Read the files; one that is refused is noted and holds up no other."""
    taken = []
    for path in paths:
        try:
            taken.append(runner.take(path, bank=bank))
        except UserError as error:
            name = os.path.basename(path)
            refused[name] = str(error)
            runner.refuse(path, name, str(error))
    return taken


def _posted(env, channel, settlements, bank):
    """The payouts that wait for the bank; with new bank lines all of the channel's."""
    if not bank:
        return settlements.filtered(lambda payout: payout.state == "posted")
    return env["retail.settlement"].search(
        [("channel_id", "=", channel.id), ("state", "=", "posted")]
    )


def _variance(settlements):
    """{currency: {cause: amount}}"""
    sums = defaultdict(Counter)
    for settlement in settlements:
        for cause, amount in settlement._variance().items():
            sums[settlement.currency_id][cause] += amount
    return {
        currency.name: {cause: currency.round(causes[cause]) for cause in CAUSES}
        for currency, causes in sums.items()
    }


def failed(result):
    return bool(result.get("refused"))


def summary(result):
    matched = ", ".join(f"{n} by {level}" for level, n in result["matched"].items())
    lines = [
        "{rows} rows of {payouts} payouts".format(**result),
        f"matched: {matched}",
        "{posted} posted, {reconciled} reconciled with the bank".format(**result),
    ]
    lines += [
        f"  {count} x {reason}"
        for reason, count in sorted(result["exceptions"].items())
    ]
    lines += [f"  {name}: {why}" for name, why in result.get("refused", {}).items()]
    lines += [f"warning: {text}" for text in result.get("warnings", ())]
    return "\n".join(lines)

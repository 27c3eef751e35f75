# SPDX-License-Identifier: LGPL-3.0-or-later
"""``retail import``: read order files into a channel, from start to end."""

import os

from ..engine.runner import ImportRunner
from ..models.mixins.retail_import_files import TRUSTED_PATH
from .files import require_file

NAME = "import"
HELP = "import order files of a shop"
COUNTS = ("read", "created", "updated", "unchanged", "skipped", "rejected", "review")


def add_arguments(parser):
    parser.add_argument("--channel", required=True, metavar="CODE")
    parser.add_argument("--lane", choices=("auto", "native", "orm"), default="auto")
    parser.add_argument(
        "--dry-run", action="store_true", help="report what would happen, keep nothing"
    )
    parser.add_argument(
        "--refunds", metavar="FILE", help="refunds of these orders, by order id"
    )
    parser.add_argument("files", nargs="+", metavar="FILE")


def run(env, args):
    channel = env["retail.channel"]._by_code(args.channel)
    # Before the first is imported: a mistyped name would leave half of the job done.
    for path in filter(None, (*args.files, args.refunds)):
        require_file(path)
    total = {
        **dict.fromkeys(COUNTS, 0),
        "lanes": {"native": 0, "orm": 0},
        "seconds": 0.0,
        "reasons": {},
        "refunds": 0,
        "refunds_rejected": 0,
    }
    for position, path in enumerate(args.files):
        is_last = position == len(args.files) - 1
        record = _make(channel, path, args, args.refunds if is_last else None)
        ImportRunner(record).run()
        _add(total, record)
        if record.refund_problems:
            total["refund_problems"] = record.refund_problems.splitlines()
        if record.state == "failed":
            total["error"] = f"{path}: {record.error_message}"
            break
        if record.lane_notes:
            total["lane_notes"] = record.lane_notes.splitlines()
    total["seconds"] = round(total["seconds"], 3)
    return total


def _make(channel, path, args, refunds):
    return (
        channel.env["retail.import"]
        .with_context(retail_trusted_path=TRUSTED_PATH)
        .create(
            {
                "channel_id": channel.id,
                "source": "path",
                "file_path": os.path.abspath(path),
                "refund_path": os.path.abspath(refunds) if refunds else False,
                "lane": args.lane,
                "dry_run": args.dry_run,
            }
        )
    )


def _add(total, record):
    for name in COUNTS:
        total[name] += record[f"{name}_count"]
    total["lanes"]["native"] += record.native_count
    total["lanes"]["orm"] += record.orm_count
    total["seconds"] += record.seconds
    total["refunds"] += record.refund_count
    total["refunds_rejected"] += record.refund_reject_count
    for name, count in (record.reasons or {}).items():
        total["reasons"][name] = total["reasons"].get(name, 0) + count


def summary(result):
    """The result in plain words."""
    lines = [
        "{read} records read: {created} created, {updated} updated, {unchanged} "
        "unchanged, {skipped} skipped, {rejected} rejected".format(**result),
        "lanes: {native} native, {orm} ORM; {seconds} s".format(
            **result["lanes"], seconds=result["seconds"]
        ),
    ]
    lines += [
        f"  {count} x {reason}" for reason, count in sorted(result["reasons"].items())
    ]
    if result["review"]:
        lines.append(
            "  {review} of them held for a decision in Odoo: Retail > Duplicates, or "
            "Retail > Operations > Needs attention".format(**result)
        )
    if result["refunds"] or result["refunds_rejected"]:
        lines.append(
            "refunds: {refunds} recorded, {refunds_rejected} refused".format(**result)
        )
    lines += [f"  {problem}" for problem in result.get("refund_problems", ())]
    lines += [f"  left to Odoo: {note}" for note in result.get("lane_notes", ())]
    if "error" in result:
        lines.append(result["error"])
    return "\n".join(lines)

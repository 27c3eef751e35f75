# SPDX-License-Identifier: LGPL-3.0-or-later
"""``retail settle`` and ``retail audit`` as a scheduler uses them: whatever comes of
it, the last line is one JSON object, with the keys that were promised."""

import json
import subprocess

import pytest
from support import ROOT

KEYS = [
    *("rows", "payouts", "matched", "exceptions", "posted", "reconciled"),
    *("variance", "seconds"),
]
HEAD = (
    "automatic_payout_id,balance_transaction_id,created_utc,currency,gross,fee,net,"
    "reporting_category,payment_metadata[order_id]\n"
)
ROWS = (
    "{payout},txn_{payout}_1,2026-03-10 10:00:00,{currency},120.00,3.78,116.22,charge,"
    "S-1\n"
    "{payout},txn_{payout}_2,2026-03-12 10:00:00,{currency},-{sum},0.00,-{sum},payout,"
    "\n"
)


def report(folder, payout, currency, total="116.22"):
    path = folder / f"{payout}.csv"
    path.write_text(HEAD + ROWS.format(payout=payout, currency=currency, sum=total))
    return path


@pytest.fixture
def folder(tmp_path):
    for path in (tmp_path, *list(tmp_path.parents)[:2]):
        path.chmod(0o755)
    return tmp_path


def retail(database, *arguments):
    """(exit code, the JSON object of the last line)."""
    verb, *options = map(str, arguments)
    done = subprocess.run(
        [ROOT / "tools/odoo", "retail", verb, "-d", database, "--json", *options],
        capture_output=True,
        text=True,
        timeout=120,
    )
    return done.returncode, json.loads(done.stdout.splitlines()[-1])


def settle(database, *options):
    return retail(database, "settle", "--channel", "shop", *options)


def test_result_has_the_promised_keys_also_when_a_file_is_refused(
    desk, database, folder
):
    currency = desk.env.company.currency_id.name
    good = report(folder, "po_cli", currency.lower())
    wrong = report(folder, "po_wrong", currency.lower(), total="117.22")
    desk.env.cr.rollback()

    code, result = settle(database, "--post", wrong, good)
    assert code == 1
    assert list(result) == [*KEYS, "refused"]
    assert list(result["refused"]) == ["po_wrong.csv"]
    assert "a difference of" in result["refused"]["po_wrong.csv"]
    assert (result["rows"], result["payouts"], result["posted"]) == (2, 1, 1)
    assert result["matched"] == {"id": 0, "reference": 0, "amount": 0, "group": 0}
    assert result["exceptions"] == {"not_found_yet": 1}
    assert result["variance"][currency]["unknown"] == 120.0
    assert {"read", "match", "post"} <= set(result["seconds"])
    kept = desk.env["retail.settlement.file"].search([("state", "=", "refused")])
    assert kept.mapped("name") == ["po_wrong.csv"]
    desk.env.cr.rollback()

    code, again = settle(database, "--post", good)
    assert (code, list(again), again["posted"]) == (0, KEYS, 0)

    code, alone = settle(database, wrong)
    assert (code, list(alone), alone["rows"]) == (1, [*KEYS, "refused"], 0)

    code, bank = settle(database, good, "--bank", good)
    assert (code, list(bank)) == (1, [*KEYS, "refused"])
    assert "is no bank statement" in bank["refused"]["po_cli.csv"]

    code, missing = settle(database, folder / "nowhere.csv")
    assert code == 1 and "There is no file" in missing["error"]
    code, given = settle(database, folder)
    assert code == 1 and "is a folder" in given["error"]


def test_audit_log_is_verified_with_what_was_noted_before(desk, database, folder):
    currency = desk.env.company.currency_id.name
    desk.env.cr.rollback()
    settle(database, report(folder, "po_audit", currency.lower()))
    code, report_ = retail(database, "audit", "verify")
    assert code == 0
    note = folder / "note.json"
    note.write_text(json.dumps(report_))
    assert retail(database, "audit", "verify", "--noted", note)[0] == 0

    desk.env.cr.execute(
        """ALTER TABLE retail_audit DISABLE TRIGGER USER;
           DELETE FROM retail_audit;
           DELETE FROM retail_audit_head;
           ALTER TABLE retail_audit ENABLE TRIGGER USER"""
    )
    desk.env.cr.commit()
    assert retail(database, "audit", "verify")[0] == 0
    code, after = retail(database, "audit", "verify", "--noted", note)
    assert code == 1
    [broken] = [found for found in after["companies"] if found["problem"]]
    assert broken["company"] == desk.env.company.name
    assert broken["problem"] == {"number": 1, "cause": "end"}

    note.write_text("no note")
    code, refused = retail(database, "audit", "verify", "--noted", note)
    assert code == 1 and "no note" in refused["error"]

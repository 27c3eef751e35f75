# SPDX-License-Identifier: LGPL-3.0-or-later
"""``retail dedupe`` as a scheduler uses it: its last line is one JSON object, whose
counts are those of the database."""

import json
import subprocess

import pytest
from support import ROOT

from odoo.fields import Command

MODELS = {
    "res.partner": ("partner", "res_partner WHERE active"),
    "sale.order": ("order", "sale_order WHERE state != 'cancel'"),
    "account.payment": ("payment", "account_payment"),
}
CONTRACT = {
    *("model", "mode", "state", "company", "records", "changed", "pairs", "new"),
    *("open", "seconds"),
}
PEOPLE = ("Ann Meyer", "Bruno Schmitt", "Carla Rossi", "Dmitri Volkov", "Elena Kovacs")


def dedupe(database, model, *options):
    """(exit code, the JSON object of the last line, the lines before)."""
    done = subprocess.run(
        [
            *(ROOT / "tools/odoo", "retail", "dedupe", "-d", database),
            *("--model", model, "--json", *options),
        ],
        capture_output=True,
        text=True,
        timeout=120,
    )
    *before, last = done.stdout.splitlines()
    return done.returncode, json.loads(last), before


@pytest.fixture
def doubles(desk):
    """Each kind of record twice, among others."""
    env = desk.env
    people = env["res.partner"].create(
        [
            {
                "name": f"{name} {suffix}",
                "street": f"Street {17 * number} {suffix}",
                "zip": f"{10000 + 711 * number}",
                "email": f"{name.split()[0]}{number}@mail.example",
                "phone": f"+49 731 {number:03}{len(name):03}",
            }
            for number, (name, suffix) in enumerate(
                (name, suffix) for suffix in ("Berg", "Lund", "Hof") for name in PEOPLE
            )
        ]
    )
    twin = people[0].copy({"name": "Anne Meyer Berg"})
    product = env["product.product"].create({"name": "Dedupe", "default_code": "DD-1"})
    line = {"product_id": product.id, "tax_ids": [Command.clear()]}
    orders = env["sale.order"].create(
        [
            {
                "partner_id": person.id,
                "date_order": f"2026-02-{1 + number:02} 10:00:00",
                "order_line": [
                    Command.create({**line, "price_unit": 11.5 + 7 * number})
                ],
            }
            for number, person in enumerate(people)
        ]
    )
    order = orders[3].copy({"date_order": "2026-02-04 10:07:00"})
    journal = env["account.journal"].search([("type", "=", "bank")], limit=1)
    payments = env["account.payment"].create(
        [
            {
                "partner_id": person.id,
                "amount": 13.7 + 3.11 * number,
                "date": f"2026-02-{1 + number:02}",
                "memo": f"Invoice {number * 37 % 101} {person.name}",
                "journal_id": journal.id,
            }
            for number, person in enumerate(people)
        ]
    )
    payment = payments[7].copy({"date": "2026-02-09"})
    payment.memo = payments[7].memo
    env.cr.commit()
    yield {"res.partner": twin, "sale.order": order, "account.payment": payment}
    env.cr.rollback()
    env["retail.duplicate"].sudo().search([]).unlink()
    env["retail.duplicate.sweep"].sudo().search([]).unlink()
    (payments | payment).unlink()
    orders |= order
    orders._action_cancel()
    orders.unlink()
    (people | twin).unlink()
    env.cr.commit()


@pytest.mark.parametrize("model", MODELS)
def test_what_is_there_twice_is_found_once_and_counted(desk, database, doubles, model):
    kind, rows = MODELS[model]
    code, report, _before = dedupe(database, model, "--full")
    assert (code, set(report)) == (0, CONTRACT)
    assert (report["model"], report["mode"], report["state"]) == (model, "full", "done")
    count = desk.query(f"SELECT count(*) FROM {rows}")[0][0]
    if model != "res.partner":  # addresses of a contact are not compared
        assert report["records"] == count
    assert 15 < report["records"] <= count
    assert report["changed"] == report["records"]
    assert report["pairs"] == report["new"] == report["open"] >= 1
    desk.env.invalidate_all()
    pairs = desk.env["retail.duplicate"].search([("kind", "=", kind)])
    assert len(pairs) == report["open"]
    assert doubles[model].id in pairs.mapped("second_id")

    code, report, before = dedupe(database, model, "--full")
    assert (report["pairs"], report["new"]) == (len(pairs), 0)
    assert f"{len(pairs)} pairs, 0 of them new" in before[-1]

    for name in {rows.split()[0], "res_partner"}:
        desk.env.cr.execute(
            f"UPDATE {name} SET write_date = write_date - interval '2 days'"
        )
    desk.env.cr.commit()
    code, report, _before = dedupe(database, model)
    assert (report["mode"], report["changed"], report["pairs"]) == ("incremental", 0, 0)
    assert report["records"] > 15 and report["open"] == len(pairs)


def test_a_company_without_records_is_no_failure(desk, database):
    company = desk.env["res.company"].create({"name": "Dedupe Empty"})
    desk.env["res.users"].browse(desk.env.uid).company_ids += company
    desk.env.cr.commit()
    for model in ("sale.order", "account.payment"):
        code, report, _before = dedupe(
            database, model, "--full", "--company", "Dedupe Empty"
        )
        assert (code, report["company"]) == (0, "Dedupe Empty")
        counts = ("records", "changed", "pairs", "new", "open")
        assert [report[name] for name in counts] == [0] * 5


def test_wrong_words_are_one_sentence_of_json_and_an_exit_code(database):
    code, report, _before = dedupe(database, "res.users")
    assert code == 2 and "res.users" in report["error"]
    assert all(model in report["error"] for model in MODELS)
    code, report, _before = dedupe("ra_base", "sale.order")
    assert code == 1 and "is not installed" in report["error"]
    code, report, _before = dedupe("no_such_database", "sale.order")
    assert code == 1 and "There is no database" in report["error"]
    code, report, _before = dedupe(database, "sale.order", "--company", "Nobody Ltd")
    assert code == 1 and "no company Nobody Ltd" in report["error"]


def test_a_profile_that_fails_ends_the_sweep_with_its_reason(desk, database):
    """One that was right when it was saved, but is not for this engine."""
    profile = desk.env["retail.duplicate.profile"].create(
        {"name": "Broken", "kind": "payment"}
    )
    desk.env.cr.execute(
        "UPDATE retail_duplicate_profile SET text = 'profile x field' WHERE id = %s",
        (profile.id,),
    )
    desk.env.cr.commit()
    code, report, _before = dedupe(database, "account.payment", "--full")
    assert (code, report["state"]) == (1, "failed")
    assert report["error"]
    desk.env.invalidate_all()
    profile.unlink()
    desk.env.cr.commit()

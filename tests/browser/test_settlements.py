# SPDX-License-Identifier: LGPL-3.0-or-later
"""An accountant's way from a payout report to reconciled books, on Odoo's screens."""

import base64
import json
import subprocess
import sys
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

import demo_payouts  # noqa: E402
import demo_reports  # noqa: E402

SHOP = ROOT / "tests/data/woocommerce/inc"
SALES = 6
PAYOUT = "po_browser"


@pytest.fixture(scope="module")
def orders():
    """Paid orders of the shop, and one more that no report names."""
    wanted = [
        order
        for order in json.loads((SHOP / "orders.json").read_text())
        if order["payment_method"] == "stripe"
        and order["status"] in ("processing", "completed")
        and order["currency"] == "EUR"
        and Decimal(order["total"]) > 20
    ]
    wanted.sort(key=lambda order: order["date_created_gmt"])
    return wanted[: SALES + 1]


@pytest.fixture(scope="module", autouse=True)
def channel(retail, database, orders, tmp_path_factory):
    catalogue = [
        word
        for name in ("products", "variations", "taxes", "customers")
        for word in (f"--{name}", SHOP / f"{name}.json")
    ]
    retail(
        *("setup", "--channel", "inc", "--kind", "woocommerce"),
        *("--currency", "EUR", *catalogue),
    )
    # People do the work here; the scheduled action would be first now and then.
    run_sql(database, "UPDATE ir_cron SET active = false")
    path = tmp_path_factory.mktemp("orders") / "orders.json"
    path.write_text(json.dumps(orders))
    retail("import", "--channel", "inc", path)


@pytest.fixture(scope="module")
def payout(orders):
    rows = demo_payouts.Builder("txn_", "EUR")
    sales = [
        demo_payouts.Sale(
            order["number"],
            order["transaction_id"],
            datetime.fromisoformat(order["date_created_gmt"]),
            Decimal(order["total"]),
            "EUR",
            f"{order['billing']['first_name']} {order['billing']['last_name']}",
            order["billing"]["email"],
        )
        for order in orders
    ]
    for sale in sales[:SALES]:
        rows.sell(sale)
    rows.back("refund", 0, Decimal("5.00"))
    rows.plain("fee", fee=Decimal("-2.50"))
    rows.stranger("90210", sales[SALES].total)
    return demo_payouts.Payout("inc", "stripe", PAYOUT, "EUR", rows.rows)


@pytest.fixture(scope="module")
def report(payout, tmp_path_factory):
    return demo_reports.write(payout, tmp_path_factory.mktemp("reports"))


@pytest.fixture(scope="module")
def wrong_report(report):
    """The same report with a row lost on the way."""
    lines = report.read_text().splitlines(keepends=True)
    path = report.with_name("lost-a-row.csv")
    path.write_text("".join([*lines[:1], *lines[2:]]))
    return path


def find(screen, model, domain, fields):
    (record,) = screen.call(model, "search_read", domain, fields, limit=1)
    return record


def open_payout(screen):
    screen.open_menu("Retail", "Settlements", "Payouts")
    screen.click(".o_data_row .o_data_cell", PAYOUT)
    screen.one(".o_form_view .oe_title", PAYOUT)


def open_row(screen, kind, reference):
    """A row of the payout, on a screen of its own."""
    open_payout(screen)
    screen.click("button[name=action_view_events]")
    screen.click(".o_group_header", kind)
    screen.click(".o_data_row .o_data_cell[name=order_ref]", reference)
    screen.one(".o_form_view [name=source_row]")


def status(screen, name):
    return screen.one(".o_statusbar_status .o_arrow_button_current", name)


def euros(amount):
    return f"{amount:,.2f}"


def test_empty_list_says_where_to_begin(screen):
    screen.open_menu("Retail", "Settlements", "Payouts")
    assert "Read Reports" in screen.one(".o_view_nocontent").text
    assert screen.one(".o_control_panel button", "Read Reports")


def test_dropped_file_that_is_no_report_is_named_with_its_reason(screen):
    screen.open_menu("Retail", "Settlements", "Read Reports")
    screen.choose("channel_id", "inc")
    assert not screen.all(".modal button[name=action_read]")
    screen.drop(
        ".modal .o_retail_dropped_files", "holiday.txt", "sea, sun, sand\n1,2,3"
    )
    row = screen.one(".modal [name=preview] tr", "holiday.txt")
    assert row.find_elements("css selector", ".fa-times-circle")
    screen.click(".modal button[name=action_read]")
    assert screen.one(".modal .o_error_dialog, .o_dialog .modal-body", "holiday.txt")
    screen.go("/odoo")


def test_several_files_are_read_and_the_wrong_one_says_why(
    screen, report, wrong_report, payout
):
    screen.open_menu("Retail", "Settlements", "Read Reports")
    screen.choose("channel_id", "inc")
    screen.attach(".modal input[type=file]", f"{report}\n{wrong_report}")
    good = screen.one(".modal [name=preview] tr", report.name)
    assert f"Stripe: {len(payout.rows) + 1} rows, 1 payouts" in good.text
    wrong = screen.one(".modal [name=preview] tr", wrong_report.name)
    assert "difference of" in wrong.text
    screen.guide("settlement-upload")
    screen.click(".modal button[name=action_read]")
    notice = screen.one(".o_notification", wrong_report.name)
    assert euros(payout.rows[0].net) in notice.text.replace("-", "")
    screen.click(".o_notification_close")
    status(screen, "Proved")


def test_proof_shows_rows_and_payout_agree_and_what_is_not_explained(screen, payout):
    open_payout(screen)
    proof = screen.one(".o_field_widget[name=proof_html]")
    assert "The rows add up; nothing is posted yet." in proof.text
    rows = [row.text for row in screen.all("[name=proof_html] tr")]
    assert f"Rows of the report {euros(payout.net)}" in rows[0]
    assert "✓" in rows[0] and "✓" in rows[1]
    assert "not posted yet" in rows[2]
    lost = payout.rows[-1].gross
    assert any("Not explained yet" in row and euros(lost) in row for row in rows)
    assert any("Refunds" in row and "5.00" in row for row in rows)
    assert screen.one("button[name=action_view_exceptions] .o_stat_value").text == "1"


def test_row_leads_to_its_order_and_the_order_back_to_its_row(screen, orders):
    screen.click(".nav-link[name=rows]")
    screen.guide("settlement-rows")
    screen.click(".o_data_row .o_data_cell[name=order_ref]", orders[0]["number"])
    screen.click(".modal button[name=action_open_target]")
    screen.one(".o_form_view [name=order_line]")
    screen.click("button[name=action_view_retail_settlement_events]")
    screen.wait(lambda: len(screen.all(".o_data_row")) == 2, "sale and refund")
    assert screen.one(".o_data_row", "Refund")


def test_preview_shows_the_entry_and_posting_books_it(screen, payout):
    open_payout(screen)
    screen.click("button[name=action_preview]")
    screen.one(".modal .o_data_row", PAYOUT)
    shown = screen.one(".modal .o_data_row", "Payouts in Transit").text
    assert f"{euros(payout.net)} €" in shown.replace("\xa0", " ")
    debit, credit = (
        cell.text for cell in screen.all(".modal tfoot .o_list_number")[-2:]
    )
    assert debit == credit
    assert Decimal(debit.strip("$ ").replace(",", "")) > 0
    screen.guide("settlement-preview")
    screen.click(".modal button[name=action_post]")
    status(screen, "Posted")
    assert "waits for the line of" in screen.one("[name=proof_html]").text
    screen.guide("settlement-proof")
    screen.click("button[name=action_view_moves]")
    screen.one(".o_breadcrumb", "Entries of")
    screen.click(".o_data_row .o_data_cell[name=name]")
    screen.click("button[name=action_view_retail_settlements]")
    screen.one(".o_data_row, .o_form_view", PAYOUT)


def bank_line(screen, payout, text, days, charge=0):
    journal = screen.call(
        "account.journal", "search", [["code", "=", "EURB"]], limit=1
    ) or screen.call(
        "account.journal",
        "create",
        [
            {
                "name": "Euros",
                "code": "EURB",
                "type": "bank",
                "currency_id": find(
                    screen, "res.currency", [["name", "=", "EUR"]], ["id"]
                )["id"],
            }
        ],
    )
    screen.call(
        "account.bank.statement.line",
        "create",
        [
            {
                "journal_id": journal[0],
                "date": f"{payout.date + timedelta(days=days):%Y-%m-%d}",
                "payment_ref": text,
                "amount": float(payout.net) - charge,
            }
        ],
    )


def test_missing_bank_line_is_said(screen, payout):
    open_payout(screen)
    screen.click("button[name=action_reconcile]")
    notice = screen.one(".o_notification", "no open bank line")
    assert euros(payout.net) in notice.text
    screen.click(".o_notification_close")


def test_bank_line_less_a_charge_is_taken_with_the_difference(screen, payout):
    bank_line(screen, payout, "CARDS LESS CHARGE", 1, charge=3)
    open_payout(screen)
    screen.click("button[name=action_choose_bank_line]")
    screen.one(".modal .o_data_row", "CARDS LESS CHARGE")
    screen.click(".modal button[name=action_take_difference]")
    assert "3.00" in screen.one(".modal [name=difference]").text
    screen.select(".modal [name=cause]", "Kept by the bank")
    screen.one(".modal [name=account_id]")
    screen.guide("settlement-bank-difference")
    screen.click(".modal button[name=action_take]")
    status(screen, "Reconciled")
    assert "Kept by the bank" in screen.one("[name=proof_html]", "is booked").text
    screen.click(".o_notebook a[name=bank]")
    screen.one("[name=bank_match_ids] .o_data_row", "By hand")
    screen.click("button[name=action_release_bank_line]")
    screen.click(".modal .btn-primary")
    status(screen, "Posted")
    lines = screen.call(
        "account.bank.statement.line",
        "search",
        [["payment_ref", "=", "CARDS LESS CHARGE"]],
    )
    screen.call("account.bank.statement.line", "unlink", lines)


def test_one_of_several_bank_lines_is_chosen_and_the_choice_undone(screen, payout):
    for days in (1, 2):
        bank_line(screen, payout, f"CARD SALES {days}", days)
    open_payout(screen)
    screen.click("button[name=action_reconcile]")
    first = screen.one(".modal .o_data_row", "CARD SALES 1")
    assert "same amount, a day after" in first.text
    screen.guide("settlement-bank")
    screen.click(".modal button[name=action_take]")
    status(screen, "Reconciled")
    screen.click("button[name=action_view_bank_line]")
    screen.one(".o_form_view [name=payment_ref]", "CARD SALES 1")
    screen.click("button[name=action_view_retail_settlements]")
    status(screen, "Reconciled")
    screen.click("button[name=action_release_bank_line]")
    screen.click(".modal .btn-primary")
    status(screen, "Posted")


def test_line_that_names_the_payout_is_found(screen, payout):
    bank_line(screen, payout, f"STRIPE {PAYOUT}", 1)
    open_payout(screen)
    screen.click("button[name=action_reconcile]")
    status(screen, "Reconciled")
    assert "all figures agree" in screen.one("[name=proof_html]").text
    screen.picture("settlement_proved")


def test_figures_of_the_proof_open_what_they_are_made_of(screen, payout):
    for part, css, text in (
        ("refund", ".o_list_view .o_data_row", "Refund"),
        ("unknown", ".o_list_view .o_data_row", "90210"),
        ("posted", ".o_list_view .o_data_row", PAYOUT),
        ("bank", ".o_form_view [name=payment_ref]", PAYOUT),
    ):
        open_payout(screen)
        screen.click(f"[name=proof_html] a[data-part={part}]")
        screen.one(css, text)
        screen.picture(f"proof_{part}")


def test_phone_shows_payouts_and_exceptions_as_cards(screen):
    """With what matters on each, and the way to resolve it."""
    screen.resize(390, 844)
    try:
        for action, words in (
            ("retail_settlement_action", (PAYOUT, "to resolve", "Reconciled")),
            ("retail_settlement_event_action", ("90210", "Order not there yet")),
        ):
            screen.go(f"/odoo/action-retail_accelerator.{action}")
            for word in words:
                screen.one(".o_kanban_record", word)
            if action == "retail_settlement_action":
                screen.one(".o_control_panel button", "Read Reports")
            screen.guide(f"phone-{action.removesuffix('_action')}")
        screen.click(".o_kanban_record button[name=action_resolve]")
        screen.one(".modal [name=order_id], .o_form_view [name=order_id]")
    finally:
        screen.resize(1400, 900)


def test_exception_is_matched_by_hand_and_leaves_the_suspense_account(screen, orders):
    screen.open_menu("Retail", "Settlements", "Exceptions")
    group = screen.one(".o_group_header", "Order not there yet (1)")
    assert orders[-1]["total"].split(".")[0] in group.text.replace(",", "")
    screen.click(".o_group_header")
    screen.one(".o_data_row", "90210")
    screen.guide("settlement-exceptions")
    screen.click(".o_data_row .o_data_cell[name=order_ref]")
    screen.one(".o_form_view .alert", "Import the orders of that time")
    screen.click("button[name=action_resolve]")
    order = find(
        screen,
        "sale.order",
        [["client_order_ref", "=", orders[-1]["number"]]],
        ["name"],
    )["name"]
    screen.choose("order_id", order)
    screen.fill(".modal [name=note] textarea", "customer gave the wrong number")
    screen.guide("settlement-resolve")
    screen.click(".modal button[name=action_match]")
    screen.one(".o_form_view [name=state]", "Matched")
    assert screen.one(".oe_stat_button[name=action_open_target]", order)
    open_payout(screen)
    screen.wait(
        lambda: not screen.all("button[name=action_view_exceptions]"), "no exceptions"
    )
    assert "Not explained yet" not in screen.one("[name=proof_html]").text
    line = find(
        screen,
        "account.move.line",
        [["account_id.name", "=", "Payment Providers: Suspense"], ["credit", ">", 0]],
        ["amount_residual"],
    )
    assert line["amount_residual"] == 0


def test_journal_item_and_entry_lead_back_to_the_row(screen, orders):
    open_row(screen, "Payment", orders[0]["number"])
    screen.click("button[name=action_open_entry]")
    screen.click("button[name=action_view_retail_settlement_events]")
    screen.one(".o_list_view .o_data_row", orders[0]["number"])
    open_row(screen, "Payment", orders[0]["number"])
    screen.click("[name=move_line_id] a")
    screen.one(".o_form_view [name=account_id]")
    screen.click("button[name=action_view_retail_settlement_events]")
    screen.one(".o_form_view [name=source_row]")


def test_reversal_takes_everything_back(screen):
    open_payout(screen)
    screen.click("button[name=action_reverse]")
    screen.fill(".modal [name=reason] input", "wrong month")
    screen.guide("settlement-reverse")
    screen.click(".modal button[name=action_reverse]")
    status(screen, "Matched")
    assert screen.one(".o-mail-Message", "Reversed:")
    assert not screen.all("button[name=action_view_moves]")


def test_wrong_match_is_undone_after_the_reversal(screen, orders):
    open_row(screen, "Payment", "90210")
    screen.click(".o_form_view button[name=action_undo]")
    screen.click(".modal .btn-primary")
    screen.one(".o_form_view .alert", "Decision was undone")
    open_payout(screen)
    status(screen, "Proved")
    assert screen.one("button[name=action_view_exceptions] .o_stat_value").text == "1"


def test_reversed_payout_is_posted_again(screen):
    open_payout(screen)
    screen.click("button[name=action_preview]")
    screen.click(".modal button[name=action_post]")
    status(screen, "Reconciled")


def test_audit_log_holds_every_step_and_is_verified(screen):
    open_audit_log(screen)
    screen.one(".o_data_cell[name=action]")
    actions = [cell.text for cell in screen.all(".o_data_cell[name=action]")]
    for step in ("File read", "Matched by hand", "Posted", "Reversed"):
        assert step in actions
    screen.guide("settlement-audit")
    screen.click("button[name=action_verify]")
    assert screen.one(".o_notification", "unbroken")
    screen.click(".o_notification_close")


def test_audit_log_is_verified_with_a_note(screen, tmp_path):
    open_audit_log(screen)
    screen.click(".o_control_panel button", "Verify with a Note")
    screen.click(".modal button[name=action_verify]")
    screen.one(".modal .alert-success", "unbroken")
    check = find(screen, "retail.audit.check", [], ["note"])
    note = json.loads(base64.b64decode(check["note"]))
    note["companies"][0]["entries"] += 1
    path = tmp_path / "note.json"
    path.write_text(json.dumps(note))
    screen.attach(".modal input[type=file]", path)
    screen.wait(
        lambda: any(
            box.get_attribute("value") == path.name
            for box in screen.all(".modal [name=noted] input")
        ),
        "the note's name",
    )
    screen.click(".modal button[name=action_verify]")
    screen.one(".modal .alert-danger", "entries at the end are missing")
    screen.guide("settlement-audit-note")
    screen.click(".modal .btn", "Close")


def test_changed_entry_of_the_audit_log_is_found(screen, database):
    change = """
        ALTER TABLE retail_audit DISABLE TRIGGER retail_audit_append_only;
        UPDATE retail_audit SET summary = summary || {mark} WHERE number = 2;
        ALTER TABLE retail_audit ENABLE TRIGGER retail_audit_append_only;"""
    run_sql(database, change.format(mark="'x'"))
    open_audit_log(screen)
    screen.click("button[name=action_verify]")
    assert "entry 2" in screen.one(".o_notification", "broken").text
    screen.picture("audit_broken")
    run_sql(database, change.replace("summary || {mark}", "left(summary, -1)"))
    screen.click(".o_notification_close")


def open_audit_log(screen):
    screen.open_menu("Retail", "Reporting", "Audit Log")
    screen.one(".o_breadcrumb", "Audit Log")


def run_sql(database, statements):
    command = [ROOT / "tools/env", "psql", "-Xq", "-v", "ON_ERROR_STOP=1", database]
    subprocess.run(command, input=statements, text=True, check=True)


def test_channel_form_shows_how_payouts_are_booked(screen):
    screen.open_menu("Retail", "Configuration", "Channels")
    screen.one(".o_breadcrumb", "Channels")
    screen.click(".o_data_row .o_data_cell, .o_kanban_record", "inc")
    screen.click(".nav-link[name=settlements]")
    account = screen.one("[name=settlement_transit_account_id] input")
    assert "Payouts in Transit" in account.get_attribute("value")
    screen.guide("settlement-channel")


def test_auditor_sees_payouts_and_no_button_to_change_them(screen):
    groups = screen.call(
        "ir.model.data",
        "search_read",
        [["module", "=", "retail_accelerator"], ["name", "=", "group_auditor"]],
        ["res_id"],
    )
    user = {
        "name": "Auditor",
        "login": "browser_auditor",
        "password": "browser_auditor",
    }
    user["group_ids"] = [[4, groups[0]["res_id"]]]
    screen.call("res.users", "create", [user])
    screen.sign_out()
    try:
        screen.sign_in("browser_auditor", "browser_auditor")
        open_payout(screen)
        status(screen, "Reconciled")
        for name in ("action_match", "action_release_bank_line", "action_reverse"):
            assert not screen.all(f"button[name={name}]"), name
        open_row(screen, "Payment", "90210")
        for name in ("action_resolve", "action_undo"):
            assert not screen.all(f"button[name={name}]"), name
        screen.picture("auditor_row")
        screen.click("button[name=action_open_entry]")
        screen.one(".o_form_view button[name=action_view_retail_settlements]")
        screen.picture("auditor_entry")
        open_payout(screen)
        screen.click("button[name=action_view_bank_line]")
        screen.one(".o_form_view [name=payment_ref]", PAYOUT)
        screen.open_app("Retail")
        screen.click(".o_menu_sections > *", "Settlements")
        menu = [entry.text for entry in screen.all(".o-dropdown--menu .dropdown-item")]
        assert "Payouts" in menu and "Read Reports" not in menu
    finally:
        screen.sign_out()
        screen.sign_in("admin", "admin")

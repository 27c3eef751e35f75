# SPDX-License-Identifier: LGPL-3.0-or-later
"""An accountant's way from a payout report to reconciled books, on Odoo's screens."""

import base64
import json
from decimal import Decimal

import pytest
from payouts import (
    PAYOUT,
    bank_line,
    euros,
    find,
    open_payout,
    open_row,
    run_sql,
    status,
)

pytestmark = pytest.mark.usefixtures("shop")


@pytest.fixture(scope="module")
def wrong_report(report):
    """The same report with a row lost on the way."""
    lines = report.read_text().splitlines(keepends=True)
    path = report.with_name("lost-a-row.csv")
    path.write_text("".join([*lines[:1], *lines[2:]]))
    return path


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


def test_empty_file_is_named_with_its_reason(screen, tmp_path):
    path = tmp_path / "empty.csv"
    path.touch()
    screen.open_menu("Retail", "Settlements", "Read Reports")
    screen.choose("channel_id", "inc")
    screen.attach(".modal input[type=file]", path)
    row = screen.one(".modal [name=preview] tr", "empty.csv")
    assert row.find_elements("css selector", ".fa-times-circle")
    screen.go("/odoo")


def test_several_files_are_read_and_the_wrong_one_says_why(
    screen, report, wrong_report, payout
):
    screen.open_menu("Retail", "Settlements", "Read Reports")
    screen.choose("channel_id", "inc")
    screen.attach(".modal input[type=file]", f"{report}\n{wrong_report}")
    good = screen.one(".modal [name=preview] tr", report.name)
    assert f"Stripe: {len(payout.rows) + 1} rows, 1 payout" in good.text
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


def test_line_that_names_the_payout_is_found(screen, payout):
    bank_line(screen, payout, f"STRIPE {PAYOUT}", 1)
    open_payout(screen)
    screen.click("button[name=action_reconcile]")
    status(screen, "Reconciled")
    proof = screen.one("[name=proof_html]").text
    assert "the sums agree, but what the money is for is open for 1 row" in proof
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
        for action, words, button in (
            (
                "retail_settlement_action",
                (PAYOUT, "to resolve", "Reconciled"),
                "Read Reports",
            ),
            (
                "retail_settlement_event_action",
                ("90210", "Order not there yet"),
                "Match All Again",
            ),
        ):
            screen.go(f"/odoo/action-retail_accelerator.{action}")
            for word in words:
                screen.one(".o_kanban_record", word)
            screen.one(".o_control_panel button", button)
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

# SPDX-License-Identifier: LGPL-3.0-or-later
"""A posted payout, one of whose orders is invoiced, and the bank lines that may be its
money."""

import pytest
from payouts import (
    bank_line,
    euros,
    exchanged_line,
    find,
    invoice,
    open_payout,
    open_row,
    status,
)

INVOICED = 1  # of the orders


@pytest.fixture(scope="module", autouse=True)
def posted(shop, retail, report, signed_in, orders):
    invoice(signed_in, orders[INVOICED])
    retail("settle", "--channel", "inc", "--post", report)


def take_away(screen, text):
    """Undo the payout's bank line, and delete it."""
    screen.click("button[name=action_release_bank_line]")
    screen.click(".modal .btn-primary")
    status(screen, "Posted")
    lines = screen.call(
        "account.bank.statement.line", "search", [["payment_ref", "=", text]]
    )
    screen.call("account.bank.statement.line", "unlink", lines)


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
    screen.one(".modal [name=difference]", "3.00")
    screen.select(".modal [name=cause]", "Kept by the bank")
    screen.one(".modal [name=account_id]")
    screen.guide("settlement-bank-difference")
    screen.click(".modal button[name=action_take]")
    status(screen, "Reconciled")
    assert "Kept by the bank" in screen.one("[name=proof_html]", "is booked").text
    screen.click(".o_notebook a[name=bank]")
    screen.one("[name=bank_match_ids] .o_data_row", "By hand")
    take_away(screen, "CARDS LESS CHARGE")


def test_charge_inside_an_exchange_is_filled_in_and_told_from_the_rate(screen, payout):
    exchanged_line(screen, payout, "CARDS EXCHANGED", 1.08, 1.5)
    open_payout(screen)
    screen.click("button[name=action_reconcile]")
    assert "the bank kept" in screen.one(".modal .o_data_row", "CARDS EXCHANGED").text
    screen.click(".modal button[name=action_take_difference]")
    screen.one(".modal [name=bank_rate]", "1 EUR = 1.08")
    assert not screen.all(".modal .alert-warning"), "the charge is told"
    assert "1.50" in screen.one(".modal [name=charge] input").get_property("value")
    screen.guide("settlement-bank-charge")
    screen.fill(".modal [name=charge] input", "0")
    screen.click(".modal .modal-title")
    screen.one(".modal .alert-warning", "cannot be told from the rate")
    screen.fill(".modal [name=charge] input", "1.5")
    screen.click(".modal button[name=action_take]")
    status(screen, "Reconciled")
    assert "Kept by the bank" in screen.one("[name=proof_html]", "is booked").text
    take_away(screen, "CARDS EXCHANGED")


def test_one_of_several_bank_lines_is_chosen_and_the_choice_undone(screen, payout):
    for days in (1, 2):
        bank_line(screen, payout, f"CARD SALES {days}", days)
    open_payout(screen)
    screen.click("button[name=action_reconcile]")
    first = screen.one(".modal .o_data_row", "CARD SALES 1")
    assert "same amount, 1 day after" in first.text
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


def test_row_undone_in_odoo_is_reconciled_again(screen, orders):
    number = orders[INVOICED]["number"]
    named = [["order_ref", "=", number], ["kind", "=", "capture"]]
    row = find(screen, "retail.settlement.event", named, ["move_line_id"])
    screen.call("account.move.line", "remove_move_reconcile", row["move_line_id"][:1])
    open_row(screen, "Payment", number)
    screen.one(".o_form_view .alert", "Reconciliation undone in Odoo")
    screen.one(".o_form_view .o_data_row", "Same id as the transaction it follows")
    screen.resize(1400, 1180)
    try:
        screen.guide("settlement-reconcile-again")
    finally:
        screen.resize(1400, 900)
    screen.click("button[name=action_reconcile_again]")
    screen.one(".o_form_view [name=state]", "Matched")

# SPDX-License-Identifier: LGPL-3.0-or-later
import json

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..settle import intake, reading
from .settlement_common import SettlementCase

ROWS = (
    {"transaction": "ch_1", "order": "1001", "gross": 12000, "fee": -378},
    {"transaction": "ch_2", "order": "1002", "gross": 5000, "fee": -175},
)


def stripe(*charges, payout, currency="USD"):
    """An itemized report of one payout; charges are (id, gross, fee)."""
    when = f"2026-03-10 10:00:00,{currency}"
    lines = [
        "automatic_payout_id,balance_transaction_id,created_utc,currency,gross,fee,net,"
        "reporting_category"
    ]
    for name, gross, fee in charges:
        net = float(gross) - fee if fee else gross
        lines.append(f"po_1,{name},{when},{gross},{fee},{net},charge")
    lines.append(f"po_1,po,{when},-{payout},0,-{payout},payout")
    return "\n".join(lines).encode()


@tagged("post_install", "-at_install")
class TestSettlementIntake(SettlementCase):
    def count(self):
        return self.env["retail.settlement.event"].search_count(
            [("channel_id", "=", self.channel.id)]
        )

    def test_rows_become_a_payout_with_their_sum(self):
        settlement = self.payout(*ROWS)
        self.assertEqual(settlement.state, "proved")
        self.assertEqual(settlement.amount_file, 164.47)
        self.assertEqual(str(settlement.date), "2026-03-10")

    def test_same_rows_again_change_nothing(self):
        first = self.take(ROWS)
        again = self.take(ROWS)
        self.assertEqual((again.rows, again.new), (2, 0))
        self.assertEqual(again.settlements, first.settlements)
        self.assertEqual(self.count(), 2)

    def test_overlapping_file_adds_only_what_is_new(self):
        self.take(ROWS)
        more = self.take(
            (*ROWS, {"transaction": "ch_3", "gross": 700, "payout": "po_2"})
        )
        self.assertEqual(more.new, 1)
        self.assertEqual(self.count(), 3)
        self.assertEqual(len(more.settlements), 2)

    def test_equal_rows_of_one_file_are_two_movements(self):
        twice = ({"transaction": "fee", "kind": "fee", "fee": -30},) * 2
        self.take(twice)
        self.assertEqual(self.count(), 2)
        self.take(twice)
        self.assertEqual(self.count(), 2)

    def test_equal_rows_without_an_id_are_movements_of_each_payout(self):
        sale = {"transaction": "", "order": "", "gross": 999, "payout": "po_1"}
        other = {**sale, "payout": "po_2"}
        self.take([sale, sale])
        second = self.take([other]).settlements
        self.assertEqual((second.event_count, second.amount_file), (1, 9.99))
        both = self.take([other, sale, sale])
        self.assertEqual((both.new, self.count()), (0, 3))
        self.assertEqual(self.take([{**sale, "payout": ""}]).new, 0)
        self.assertEqual(self.take([sale] * 3).new, 1)

    def test_pending_rows_without_an_id_join_their_payout_once(self):
        sale = {"transaction": "", "order": "", "gross": 999, "payout": ""}
        self.take([sale, sale])
        first = self.take([{**sale, "payout": "po_1"}])
        self.assertEqual((first.new, first.settlements.event_count), (0, 1))
        second = self.take([{**sale, "payout": "po_2"}])
        self.assertEqual((second.new, second.settlements.event_count), (0, 1))
        third = self.take([{**sale, "payout": "po_3"}])
        self.assertEqual((third.new, third.settlements.event_count), (1, 1))

    def test_pending_rows_join_their_payout_when_it_comes(self):
        pending = self.take([{**row, "payout": ""} for row in ROWS]).settlements
        self.assertEqual(pending.state, "draft")
        paid = self.take(ROWS).settlements
        self.assertEqual(paid.event_count, 2)
        self.assertEqual(pending.event_count, 0)
        self.assertEqual(paid.amount_file, 164.47)

    def test_new_rows_of_a_posted_payout_are_refused(self):
        settlement = self.payout(*ROWS)
        settlement.state = "posted"
        with self.assertRaisesRegex(UserError, "posted already"):
            self.take((*ROWS, {"transaction": "late", "gross": 1}))

    def test_file_that_misses_its_declared_payout_is_refused_with_the_difference(self):
        report = stripe(("ch_1", 120, 3.78), ("ch_2", 50, 1.75), payout=165)
        with self.assertRaisesRegex(UserError, r"164\.47.*165\.00.*-0\.53 USD"):
            intake.take(self.channel, report, "report.csv")
        self.assertEqual(self.count(), 0)

    def test_file_that_cannot_be_read_says_row_and_column(self):
        report = stripe(("ch_1", "many", 0), payout=1)
        with self.assertRaisesRegex(
            UserError, r"bad\.csv, row 1 below the header: .*\(gross\)"
        ):
            intake.take(self.channel, report, "bad.csv")
        with self.assertRaisesRegex(UserError, r"bad\.json: .*damaged"):
            intake.take(self.channel, b'{"data": [', "bad.json")

    def test_report_without_currency_has_that_of_the_bank_journal(self):
        report = b"Transaction Date,Type,Payout Date,Payout Status,Amount,Fee,Net\n"
        report += b"2026-03-10,charge,2026-03-12,paid,5.00,0.50,4.50\n"
        taken = intake.take(self.channel, report, "shop.csv")
        self.assertEqual(taken.settlements.currency_id, self.currency)
        self.assertEqual(taken.settlements.amount_file, 4.5)

    # -- sums and rows in different files --

    def klarna(self, amount=None, declared=None):
        """A document of transactions, or of the payout, or both."""
        document = {}
        if amount is not None:
            document["transactions"] = [
                {
                    "type": "SALE",
                    "amount": amount,
                    "capture_id": "c1",
                    "capture_date": "2026-03-10T10:00:00Z",
                    "sale_date": "2026-03-10T10:00:00Z",
                    "payment_reference": "K1",
                    "purchase_country": "US",
                    "currency_code": "USD",
                }
            ]
        if declared is not None:
            document["payouts"] = [
                {
                    "payment_reference": "K1",
                    "payout_date": "2026-03-12T00:00:00Z",
                    "currency_code": "USD",
                    "totals": {"settlement_amount": declared},
                }
            ]
        return json.dumps(document).encode()

    def test_a_payout_and_its_rows_meet_whichever_file_comes_first(self):
        first, second = self.klarna(amount=500), self.klarna(declared=500)
        for number, order in enumerate(((first, second), (second, first))):
            with self.subTest(order=number):
                taken = [intake.take(self.channel, part, "k.json") for part in order]
                settlement = taken[0].settlements
                self.assertEqual(taken[1].settlements, settlement)
                self.assertTrue(settlement.has_declared)
                self.assertEqual(settlement.amount_declared, 5.0)
                self.assertEqual(settlement.amount_file, 5.0)
                self.assertEqual(settlement.state, "proved")
                settlement.sudo().event_ids.unlink()
                taken[0].file.sudo().unlink()
                taken[1].file.sudo().unlink()
                settlement.sudo().unlink()

    def test_a_sum_that_is_not_its_rows_refuses_the_later_file(self):
        intake.take(self.channel, self.klarna(declared=600), "sum.json")
        settlement = self.env["retail.settlement"].search([("reference", "=", "K1")])
        self.assertEqual(settlement.state, "draft")
        with self.assertRaisesRegex(UserError, r"rows\.json.*5\.00.*6\.00.*-.*1\.00"):
            intake.take(self.channel, self.klarna(amount=500), "rows.json")

    def test_the_list_of_shopify_payouts_proves_the_payout_of_its_day(self):
        rows = b"Transaction Date,Type,Payout Date,Payout Status,Payout ID,Amount,Fee,"
        rows += (
            b"Net,Currency\n2026-03-10,charge,2026-03-12,paid,77,5.00,0.50,4.50,USD\n"
        )
        head = b"Payout Date,Status,Charges,Refunds,Adjustments,Reserved Funds,Fees,"
        head += b"Retried Amount,Total,Currency\n"
        total = head + b"2026-03-12,paid,5.00,0,0,0,-0.50,0,4.50,USD\n"
        wrong = head + b"2026-03-12,paid,5.00,0,0,0,-0.50,0,4.40,USD\n"
        settlement = intake.take(self.channel, rows, "rows.csv").settlements
        self.assertFalse(settlement.has_declared)
        with self.assertRaisesRegex(UserError, "4.50.*4.40"), self.env.cr.savepoint():
            intake.take(self.channel, wrong, "wrong.csv")
        self.assertEqual(
            intake.take(self.channel, total, "total.csv").settlements, settlement
        )
        self.assertEqual(settlement.amount_declared, 4.5)

    def test_the_list_finds_a_payout_whose_own_row_is_of_another_day(self):
        head = b"Transaction Date,Type,Payout Date,Payout Status,Payout ID,Amount,Fee,"
        rows = head + (
            b"Net,Currency\n2026-03-10,charge,2026-03-12,paid,77,5.00,0.50,4.50,USD\n"
            b"2026-03-11,payout,2026-03-12,paid,77,-4.50,0,-4.50,USD\n"
            b"2026-03-11,charge,2026-03-11,paid,76,9.00,0,9.00,USD\n"
        )
        total = b"Payout Date,Status,Charges,Refunds,Adjustments,Reserved Funds,Fees,"
        total += b"Retried Amount,Total,Currency\n03/12/2026,paid,5,0,0,0,-0.5,0,"
        total += b"4.50,USD\n03/13/2026,paid,1,0,0,0,0,0,1,USD\n"
        found = intake.take(self.channel, rows, "rows.csv").settlements
        taken = intake.take(self.channel, total, "total.csv").settlements
        self.assertEqual(found.mapped("reference"), ["77", "76"])
        self.assertEqual(taken & found, found[0])
        self.assertEqual((taken - found).reference, "03/13/2026")

    def test_a_refusal_says_the_file_the_place_and_what_to_do(self):
        rows = stripe(("ch", "12.34", 0), payout="12.34")
        twice = rows.replace(b"\n", b",usd\n").replace(b",usd", b",currency", 1)
        for spoilt, expected in (
            (
                rows[:-9],
                r"x\.csv, row 2 below the header: .*middle.*Download",
            ),
            (
                rows.replace(b"12.34", b"12.3x", 1),
                r"row 1 b.*: .*\(gross\)\. Correct",
            ),
            (
                rows.replace(b"2026-0", b"2026-9", 1),
                r"row 1 b.*: .*\(created.*profile",
            ),
            (rows.replace(b",net", b",nett", 1), r'x\.csv: .*"Stripe.*\(net\)'),
            (
                rows.replace(b"USD", b"dollar", 1),
                r"row 1 b.*\(currency\)\. Correct",
            ),
            (
                twice.replace(b",usd", b",eur", 1),
                r"row 1 b.*\(currency\)\. Remove",
            ),
        ):
            with (
                self.subTest(expected=expected),
                self.assertRaisesRegex(UserError, expected),
            ):
                intake.take(self.channel, spoilt, "x.csv")

    # -- digits --

    def currency_of(self, name, rounding):
        currency = self.env["res.currency"].search(
            [("name", "=", name), ("active", "in", (True, False))]
        )
        self.env.cr.execute(
            "UPDATE res_currency SET rounding = %s, active = true WHERE id = %s",
            (rounding, currency.id),
        )
        currency.invalidate_recordset()
        self.env.add_to_compute(currency._fields["decimal_places"], currency)
        self.env.registry.clear_cache()
        return currency

    def test_amounts_are_kept_exactly_whatever_digits_odoo_has(self):
        for name, rounding, amount in (
            ("HUF", 1.0, "1234"),  # two digits after ISO 4217
            ("HUF", 0.01, "1234.56"),
            ("ISK", 0.01, "1234.56"),  # none after ISO 4217
            ("CLP", 1.0, "1234"),
            ("KWD", 0.001, "1.234"),
            ("KWD", 0.01, "1.230"),
            ("CHF", 0.05, "1234.55"),
        ):
            with self.subTest(currency=name, rounding=rounding):
                self.currency_of(name, rounding)
                report = stripe(("ch", amount, 0), payout=amount, currency=name)
                taken = intake.take(self.channel, report, f"{name}{rounding}.csv")
                event = taken.settlements.event_ids.filtered(
                    lambda event: event.kind == "capture"
                )
                self.assertEqual(event[-1:].gross, float(amount))
                self.assertEqual(taken.settlements.amount_declared, float(amount))
                taken.settlements.sudo().event_ids.unlink()
                taken.settlements.sudo().unlink()

    def test_amounts_odoo_would_round_are_refused_with_what_to_set(self):
        for name, rounding, amount, wanted in (
            ("HUF", 1.0, "1,234.56", "0.01"),
            ("KWD", 0.01, "1.234", "0.001"),
            ("CHF", 0.05, "1,234.56", "0.01"),
        ):
            with self.subTest(currency=name):
                self.currency_of(name, rounding)
                plain = amount.replace(",", "")
                report = stripe(("ch", plain, 0), payout=plain, currency=name)
                place = r"x\.csv, row 1 below the header"
                told = rf"{place}: .*{amount} {name} \(Gross\).*{wanted}"
                with self.assertRaisesRegex(UserError, told):
                    intake.take(self.channel, report, "x.csv")
                # The preview of a report tells it, too.
                with self.assertRaisesRegex(UserError, told):
                    reading.read(self.channel, report, "x.csv")

    def test_more_digits_in_odoo_later_make_no_row_new(self):
        report = stripe(("ch", "1234", 0), payout="1234", currency="HUF")
        self.currency_of("HUF", 1.0)
        self.assertEqual(intake.take(self.channel, report, "a.csv").new, 2)
        self.currency_of("HUF", 0.0001)
        again = report + b"\n"  # other bytes, the same rows
        self.assertEqual(intake.take(self.channel, again, "a.csv").new, 0)

    def test_inactive_currency_is_named(self):
        self.env["res.currency"].search([("name", "=", "JPY")]).active = False
        with self.assertRaisesRegex(UserError, "JPY"):
            self.payout({"currency": "JPY", "gross": 5})

    def test_refused_file_is_kept_with_the_reason(self):
        report = intake.refuse(self.channel, b"a;b", "/in/x.csv", "wrong header")
        self.assertEqual((report.name, report.state), ("x.csv", "refused"))
        self.assertEqual(report.message, "wrong header")

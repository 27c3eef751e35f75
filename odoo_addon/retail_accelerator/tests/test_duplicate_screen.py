# SPDX-License-Identifier: LGPL-3.0-or-later
"""What a person reads of a pair agrees with the records, and with itself."""

import re

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..engine.sweeper import Sweeper
from .duplicate_common import DuplicateCase
from .import_common import woo_order


@tagged("post_install", "-at_install")
class TestDuplicateScreen(DuplicateCase):
    def cells(self, pair, label):
        """Both cells of a line of the comparison."""
        html = str(pair.comparison_html)
        [row] = re.findall(f"<tr><th>{label}</th>(.*?)</tr>", html, re.DOTALL)
        return re.findall("<td.*?>(.*?)</td>", row, re.DOTALL)

    def held_pair(self, document):
        entry = self.make_entry(77, document, outcome="review")
        order = self.make_order()
        return self.pairs.create(
            {"kind": "order", "first_id": order.id, "ledger_id": entry.id}
        )

    def test_a_held_order_shows_every_line_that_odoo_would_have(self):
        free = {"id": 9, "method_title": "Free", "method_id": "free", "total": "0.00"}
        document = woo_order(77, shipping_lines=[free])
        [_ours, held] = self.cells(self.held_pair(document), "Lines")
        self.assertIn("1 × Free = 0.00", held)

    def test_amounts_have_the_digits_of_their_currency(self):
        self.env.ref("base.JPY").active = True
        document = woo_order(77, currency="JPY", total="413")
        pair = self.held_pair(document)
        [ours, held] = self.cells(pair, "Total")
        self.assertEqual(held, "413")
        self.assertEqual(ours, f"{pair._record('first').amount_total:.2f}")
        [_ours, lines] = self.cells(pair, "Lines")
        self.assertNotIn(".", lines.split("=")[1])

    def test_dates_are_written_as_the_reader_writes_them(self):
        payments = self.env["account.payment"].create(
            [
                {"amount": 5, "date": f"2026-01-{day}", "partner_id": self.partner.id}
                for day in ("08", "09")
            ]
        )
        pair = self.make_pair(*payments, kind="payment")
        self.assertEqual(self.cells(pair, "Date"), ["01/08/2026", "01/09/2026"])
        self.assertEqual(pair.date_text, "01/08/2026")

    def test_the_waterfall_of_a_sweep_ends_at_the_score(self):
        people, again = self.make_people()
        sweep = self.env["retail.duplicate.sweep"].create(
            {"kind": "partner", "mode": "full"}
        )
        Sweeper(sweep, lambda: None).run()
        pair = self.pairs.search(
            [("first_id", "=", people[0].id), ("second_id", "=", again.id)]
        )
        self.assertAlmostEqual(
            sum(bits for _field, _level, bits in pair.explanation),
            pair.score,
            delta=0.06,
        )
        rows = re.findall("<tr.*?</tr>", str(pair.explanation_html), re.DOTALL)
        sums = [re.findall(">([^<]*)</td></tr>", row)[0] for row in rows[-2:]]
        self.assertEqual(sums, [f"{pair.score:.1f}"] * 2)

    def test_steps_too_small_to_show_are_part_of_the_sum(self):
        pair = self.make_pair(self.make_order(), self.make_order(), score=8.2)
        small = [["email", "missing", 0.04]] * 5
        pair.explanation = [
            ["prior", "before looking", -8],
            *small,
            ["amount", "equal", 16],
        ]
        html = str(pair.explanation_html)
        self.assertNotIn("missing", html)
        self.assertEqual(html.count('<td class="text-end">8.2</td>'), 2)

    def test_a_sweep_is_called_by_its_kind_and_the_reader_s_time(self):
        sweep = self.env["retail.duplicate.sweep"].create({"kind": "payment"})
        self.manager.tz = "Pacific/Auckland"
        self.operator.tz = "UTC"
        name = sweep.with_user(self.manager).display_name
        self.assertRegex(name, r"^Payments, \d+/\d+/\d+, \d+:\d\d.[AP]M$")
        self.assertNotEqual(name, sweep.with_user(self.operator).display_name)

    def test_groups_of_score_ranges_begin_with_the_surest(self):
        bands = {"content": 0, "40": 41, "20": 21, "10": 11, "0": 1, "below": -1}
        made = self.pairs
        for band, score in bands.items():
            found_by = "content" if band == "content" else "score"
            orders = self.make_order(), self.make_order()
            made |= self.make_pair(*orders, score=score, found_by=found_by)
        for group_by in (["score_band"], ["kind", "score_band"]):
            groups = self.pairs.formatted_read_group(
                [("id", "in", made.ids)], group_by, ["__count"]
            )
            self.assertEqual([group["score_band"] for group in groups], list(bands))
        [group] = self.pairs.web_read_group(
            [("id", "in", made.ids)],
            ["kind", "score_band"],
            auto_unfold=True,
        )["groups"]
        inner = [one["score_band"] for one in group["__groups"]["groups"]]
        self.assertEqual(inner, list(bands))

    def test_a_decision_on_no_pairs_is_refused(self):
        bulk = self.env["retail.duplicate.bulk"].create(
            {"kind": "payment", "side": "over", "threshold": 900}
        )
        with self.assertRaisesRegex(UserError, "No open pair fits"):
            bulk.action_decide()
        self.assertEqual(bulk.state, "draft")

    def test_an_operator_may_sweep_though_its_sums_are_not_for_him(self):
        people, again = self.make_people()
        sweeps = self.env["retail.duplicate.sweep"].with_user(self.operator)
        sweep = sweeps.create({"kind": "partner", "mode": "full"})
        Sweeper(sweep, lambda: None).run()
        self.assertEqual(sweep.state, "done", sweep.error_message)
        self.assertNotIn("pair_count", sweep.fields_get())
        self.assertTrue(
            self.pairs.search(
                [("first_id", "=", people[0].id), ("second_id", "=", again.id)]
            )
        )

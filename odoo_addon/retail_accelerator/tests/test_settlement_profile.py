# SPDX-License-Identifier: LGPL-3.0-or-later
"""An accountant teaches Odoo an unknown report by clicks."""

import base64

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from ..engine import native
from ..settle import intake
from .settlement_common import SettlementCase

SAMPLE = (
    "Kartenbericht;;;;;;\n"
    "Datum;Art;Referenz;Bestellnummer;Brutto;Gebühr;Netto;Auszahlungsnummer\n"
    "10.03.2026 10:00:00;Verkauf;k1;1001;1.120,00;3,50;1.116,50;A7\n"
    "10.03.2026 11:00:00;Erstattung;k2;1001;-20,00;0,00;-20,00;A7\n"
    "10.03.2026 12:00:00;Sonderposten;k3;;-1,50;0,00;-1,50;A7\n"
).encode("cp1252")


@tagged("post_install", "-at_install")
class TestSettlementProfile(SettlementCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.model = cls.env["retail.settlement.profile"].with_user(
            cls.people["accountant"]
        )

    def new(self, sample=SAMPLE):
        form = Form(self.model)
        form.name = "Card Report"
        form.sample = base64.b64encode(sample)
        form.currency_id = self.currency
        return form

    def test_columns_and_words_come_from_the_sample(self):
        profile = self.new().save()
        targets = {column.name: column.target for column in profile.column_ids}
        self.assertEqual(targets["Brutto"], "gross")
        self.assertEqual(targets["Auszahlungsnummer"], "payout")
        self.assertEqual(targets["Bestellnummer"], "order")
        kinds = {word.pattern: word.kind for word in profile.word_ids}
        self.assertEqual(kinds["Verkauf"], "capture")
        self.assertEqual(kinds["Erstattung"], "refund")
        self.assertEqual(kinds["Sonderposten"], "unknown")
        examples = {column.name: column.example for column in profile.column_ids}
        self.assertIn("1.120,00", examples["Brutto"])

    def test_the_report_is_read_by_what_was_clicked(self):
        form = self.new()
        with form.word_ids.edit(2) as word:
            self.assertEqual(word.pattern, "Sonderposten")
            word.kind = "adjustment"
        profile = form.save()
        self.assertIn("kind adjustment Sonderposten", profile.text)
        settlement = intake.take(self.channel, SAMPLE, "karten.csv").settlements
        self.assertEqual(settlement.provider, "card_report")
        self.assertEqual(settlement.reference, "A7")
        self.assertEqual(settlement.amount_file, 1095.0)
        self.assertEqual(
            settlement.event_ids.sorted("source_row").mapped("kind"),
            ["capture", "refund", "adjustment"],
        )

    def test_preview_shows_rows_payouts_and_words_nobody_knows(self):
        page = self.new().save().preview_html
        self.assertIn("3 rows", page)
        self.assertIn("Sonderposten (1)", page)
        self.assertIn("1,120.00 USD", page)
        self.assertIn("A7", page)
        self.assertIn("<td>Payment</td><td>Verkauf</td>", page)

    def test_preview_names_each_row_that_cannot_be_read(self):
        bad = SAMPLE.replace(b"-20,00;0,00", b"viel;0,00")
        bad = bad.replace(b"10.03.2026 12", b"99.03.2026 12")
        profile = self.new().save()
        profile.sample = base64.b64encode(bad)
        page = profile.preview_html
        self.assertRegex(page, r"<td>2</td><td>Brutto</td>")
        self.assertRegex(page, r"<td>3</td><td>Datum</td>")
        self.assertIn("1 row", page)

    def test_preview_shows_a_row_of_too_few_cells_and_does_not_leave_it_out(self):
        lines = SAMPLE.split(b"\n")
        lines[2] = lines[2].rpartition(b";")[0]
        profile = self.new().save()
        profile.sample = base64.b64encode(b"\n".join(lines))
        page = profile.preview_html
        self.assertRegex(page, r"<td>1</td><td></td><td>[^<]*fewer cells")
        self.assertIn("2 rows", page)

    def test_a_profile_without_amount_is_refused(self):
        profile = self.new().save()
        with self.assertRaisesRegex(ValidationError, "an amount"):
            profile.column_ids.filtered("target").write({"target": False})
            self.env.flush_all()

    def test_preview_tells_a_fault_of_the_profile_from_one_of_the_file(self):
        form = self.new()
        for number in range(len(form.column_ids)):
            with form.column_ids.edit(number) as column:
                column.target = False
        self.assertIn("The profile cannot be used", form.preview_html)
        self.assertIn("under “Text”", form.preview_html)
        self.assertNotIn("<td>", form.preview_html)

    def test_text_and_columns_say_the_same(self):
        profile = self.new().save()
        copy = self.model.create({"name": "Other", "text": profile.text})
        wanted = profile.column_ids.mapped("name")
        self.assertEqual(
            {(c.name, c.target, c.required) for c in copy.column_ids},
            {(c.name, c.target, c.required) for c in profile.column_ids if c.target},
        )
        self.assertEqual(len(copy.word_ids), 3)
        self.assertIn("Datum", wanted)
        copy.column_ids.filtered(lambda c: c.target == "fee").invert = True
        self.assertIn("sub fee Gebühr", copy.text)

    def test_a_profile_goes_to_another_database_as_a_file(self):
        profile = self.new().save()
        self.assertEqual(profile.text_name, "card_report.txt")
        other = self.model.create({"name": "B", "text_file": profile.text_file})
        self.assertEqual(other.word_ids.mapped("kind"), profile.word_ids.mapped("kind"))
        with self.assertRaisesRegex(UserError, "UTF-8"):
            other.text_file = base64.b64encode(b"profile \xff")

    def test_a_built_in_profile_can_be_the_start(self):
        form = Form(self.model)
        form.name = "My Stripe"
        form.builtin_name = "stripe_itemized"
        profile = form.save()
        self.assertIn("profile my_stripe", profile.text)
        self.assertIn("kind capture charge", profile.text)
        self.assertIn("balance_transaction_id", profile.column_ids.mapped("name"))

    def test_time_zone_of_no_such_name_is_refused_with_those_that_may_be_meant(self):
        form = self.new()
        form.zone = "Berlin"
        meant = "no time zone “Berlin”. Do you mean Europe/Berlin[?]"
        self.assertRegex(form.preview_html, meant)
        with self.assertRaisesRegex(ValidationError, meant), self.cr.savepoint():
            form.save()
        form = self.new()
        form.name, form.zone = "Far East", "Asia/Singapore"
        self.assertIn("02:00:00", form.preview_html)
        form.save()
        meant = "mean Europe/Berlin[?]"
        for number, zone in enumerate(("Berlin", "europe/berlin", "Europe/Berln")):
            text = f"profile b\nzone\t{zone}\nneed a\nadd net a\n"
            vals = {"text_file": base64.b64encode(text.encode())}
            with self.assertRaisesRegex(ValidationError, meant), self.cr.savepoint():
                self.model.create({"name": f"From a file {number}", **vals})
            with self.assertRaisesRegex(ValidationError, meant), self.cr.savepoint():
                self.model.create({"name": f"In the list {number}", "zone": zone})
        with self.assertRaisesRegex(ValidationError, "by region and town"):
            self.model.create(
                {"name": "Winter for good", "text": text.replace(zone, "CET")}
            )
        settlement = intake.take(self.channel, SAMPLE, "karten.csv").settlements
        first = settlement.event_ids.sorted("source_row")[0]
        self.assertEqual(str(first.date), "2026-03-10 02:00:00")

    def test_every_built_in_profile_can_be_edited(self):
        for name, text in native.require().settlement_profiles():
            with self.subTest(profile=name):
                profile = self.model.create({"name": f"My {name}", "text": text})
                profile.zone = "UTC"
                self.assertIn("zone UTC", profile.text)

    def test_a_sample_that_is_no_table_is_refused(self):
        profile = self.new().save()
        profile.sample = base64.b64encode(b"just words")
        with self.assertRaisesRegex(UserError, "no table"):
            profile.action_guess()
        profile.sample = base64.b64encode(b"%PDF-1.7")
        with self.assertRaisesRegex(UserError, "PDF"):
            profile.action_guess()
        self.assertIn("PDF", profile.preview_html)

    def test_auditors_look_and_operators_do_not_edit(self):
        profile = self.new().save()
        for role in ("auditor", "operator"):
            mine = profile.with_user(self.people[role])
            self.assertTrue(mine.column_ids.mapped("name"))
            with self.assertRaises(AccessError):
                mine.column_ids[:1].required = False
            with self.assertRaises(AccessError):
                mine.word_ids[:1].kind = "fee"

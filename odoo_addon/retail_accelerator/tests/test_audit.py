# SPDX-License-Identifier: LGPL-3.0-or-later
import json

import psycopg2

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from ..audit import chain, log, note
from ..hooks import uninstall_hook
from .settlement_common import SettlementCase


@tagged("post_install", "-at_install")
class TestAudit(SettlementCase):
    def entries(self):
        return self.env["retail.audit"].search([("company_id", "=", self.company.id)])

    def tamper(self, statement, *values):
        """Change rows as an administrator of the database could."""
        self.env.cr.execute("ALTER TABLE retail_audit DISABLE TRIGGER USER")
        self.env.cr.execute(SQL(statement, *values))
        self.env.cr.execute("ALTER TABLE retail_audit ENABLE TRIGGER USER")

    def problem(self):
        return log.verify(self.env, self.company)["problem"]

    def write_three(self):
        settlement = self.payout({"gross": 1000})
        for text in ("one", "two", "three"):
            log.append(settlement, "match", text, note="é ☃")
        return settlement

    def test_log_of_what_was_done_is_unbroken(self):
        before = log.verify(self.env, self.company)["entries"]
        self.write_three()
        report = log.verify(self.env, self.company)
        self.assertFalse(report["problem"])
        self.assertEqual(report["entries"], before + 4)

    def test_payouts_of_one_name_are_told_apart_by_their_channel(self):
        other = self.channel.copy({"code": "settle-other", "name": "Other"})
        payouts = self.env["retail.settlement"]
        for channel in (self.channel, other):
            payout = payouts.create(
                {
                    "channel_id": channel.id,
                    "provider": "stripe",
                    "reference": "po_1",
                    "currency_id": self.currency.id,
                }
            )
            log.append(payout, "post", payout.name)
            payouts |= payout
        last, first = self.entries()[:2]
        self.assertEqual(first.summary, last.summary)
        self.assertEqual((first.channel_id, last.channel_id), (self.channel, other))
        for value in (other.id, "Other"):
            operator = "=" if value == other.id else "ilike"
            found = self.entries().search([("channel_id", operator, value)])
            self.assertEqual(found, last)
        auditor = self.env["retail.audit"].with_user(self.people["auditor"])
        self.assertIn(last.id, auditor.search([("channel_id", "=", other.id)]).ids)

    def test_changed_entry_is_found(self):
        self.write_three()
        victim = self.entries()[1]
        self.tamper("UPDATE retail_audit SET summary = 'x' WHERE id = %s", victim.id)
        self.assertEqual(self.problem(), {"number": victim.number, "cause": "content"})

    def test_removed_entry_is_found(self):
        self.write_three()
        victim = self.entries()[1]
        self.tamper("DELETE FROM retail_audit WHERE id = %s", victim.id)
        self.assertEqual(self.problem()["cause"], "gap")

    def test_log_cut_short_is_found(self):
        self.write_three()
        self.tamper("DELETE FROM retail_audit WHERE id = %s", self.entries()[0].id)
        self.assertEqual(self.problem()["cause"], "end")

    def insert_copy(self, victim, number):
        """A copy of an entry under another number, as if it had been written."""
        self.tamper(
            """INSERT INTO retail_audit (number, company_id, date, user_id, action,
                      model, res_id, summary, details, previous_hash, hash)
               SELECT %s, company_id, date, user_id, action, model, res_id, summary,
                      details, previous_hash, hash
                 FROM retail_audit WHERE id = %s""",
            number,
            victim.id,
        )

    def test_entry_put_in_anywhere_is_found(self):
        """Before the first, in the middle, where others have to make room, after the
        last one; also where the number is taken twice."""
        self.write_three()
        last = self.entries()[0].number
        self.env.cr.execute(
            "ALTER TABLE retail_audit DROP CONSTRAINT retail_audit_number_unique"
        )
        for number in (-1, 0, 1, last - 1, last, last + 1, last + 2):
            with self.subTest(number=number), self.env.cr.savepoint() as savepoint:
                self.insert_copy(self.entries()[1], number)
                problem = self.problem()
                self.assertTrue(problem)
                self.assertLessEqual(abs(problem["number"] - number), 1)
                savepoint.rollback()
        self.assertFalse(self.problem())

    def test_entry_put_in_between_with_room_made_for_it_is_found(self):
        self.write_three()
        place = self.entries()[1]
        self.tamper(
            "UPDATE retail_audit SET number = -number WHERE number >= %s", place.number
        )
        self.tamper("UPDATE retail_audit SET number = 1 - number WHERE number < 0")
        self.insert_copy(place, place.number)
        problem = self.problem()
        self.assertEqual(problem["number"], place.number + 1)
        self.assertIn(problem["cause"], ("link", "content"))

    def test_well_chained_entry_behind_the_head_is_found(self):
        self.write_three()
        last = self.entries()[0]
        values = {
            "number": last.number + 1,
            "company_id": self.company.id,
            "date": "2026-03-10 10:00:00",
            "user_id": self.env.uid,
            "action": "post",
            "model": "retail.settlement",
            "res_id": 1,
            "summary": "never happened",
            "details": "{}",
        }
        columns = (*chain.FIELDS, *chain.TEXTS)
        self.tamper(
            """INSERT INTO retail_audit (number, company_id, date, user_id, action,
                      model, res_id, summary, details, previous_hash, hash)
               VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)""",
            *(values[name] for name in columns),
            last.hash,
            chain.entry_hash(last.hash, values),
        )
        self.assertEqual(
            self.problem(), {"number": last.number + 1, "cause": "inserted"}
        )

    def test_entries_that_changed_places_are_found(self):
        self.write_three()
        upper, lower = self.entries()[0], self.entries()[1]
        self.tamper(
            "UPDATE retail_audit SET number = %s - number WHERE id IN (%s, %s)",
            upper.number + lower.number + 1000,
            upper.id,
            lower.id,
        )
        self.tamper("UPDATE retail_audit SET number = number - 1000 WHERE number > 900")
        self.assertEqual(self.problem(), {"number": lower.number, "cause": "link"})

    # -- what only a note kept elsewhere shows --

    def note(self):
        return json.dumps(note.take(self.env, self.company)).encode()

    def noted_problem(self, content):
        noted = note.read(self.env, content)
        [report] = note.take(self.env, self.company, noted)["companies"]
        return report["problem"]

    def cut(self):
        """Remove the last entry and its trace in the head."""
        last, before = self.entries()[0], self.entries()[1]
        self.tamper("DELETE FROM retail_audit WHERE id = %s", last.id)
        self.env.cr.execute(
            SQL(
                "UPDATE retail_audit_head SET number = %s, hash = %s"
                " WHERE company_id = %s",
                before.number,
                before.hash,
                self.company.id,
            )
        )
        return last.number

    def test_log_cut_short_with_its_head_is_found_by_a_note(self):
        self.write_three()
        content = self.note()
        number = self.cut()
        self.assertFalse(self.problem())
        self.assertEqual(
            self.noted_problem(content), {"number": number, "cause": "end"}
        )

    def test_log_written_anew_is_found_by_a_note(self):
        settlement = self.write_three()
        content = self.note()
        number = self.cut()
        log.append(settlement, "match", "another story")
        self.assertFalse(self.problem())
        self.assertEqual(
            self.noted_problem(content), {"number": number, "cause": "noted"}
        )

    def test_log_that_is_gone_is_found_by_a_note(self):
        self.write_three()
        content = self.note()
        self.tamper("DELETE FROM retail_audit")
        self.assertTrue(self.problem())
        self.env.cr.execute("DELETE FROM retail_audit_head")
        self.assertFalse(self.problem())
        self.assertEqual(self.noted_problem(content), {"number": 1, "cause": "end"})

    def test_uninstalling_leaves_nothing_of_the_log_behind(self):
        self.write_three()
        uninstall_hook(self.env)
        self.env.cr.execute(
            """SELECT to_regclass('retail_audit_head'),
                      to_regproc('retail_audit_refuse')"""
        )
        self.assertEqual(self.env.cr.fetchone(), (None, None))

    def test_head_that_is_gone_is_found(self):
        self.write_three()
        self.env.cr.execute("DELETE FROM retail_audit_head")
        self.assertEqual(self.problem()["cause"], "head")

    def test_later_entries_do_not_break_an_earlier_note(self):
        settlement = self.write_three()
        content = self.note()
        log.append(settlement, "match", "four")
        self.assertFalse(self.noted_problem(content))

    def test_file_that_is_no_note_is_refused(self):
        for content in (b"", b"{}", b"\xff\xfe", b'{"companies": [1]}', b"[]"):
            with self.assertRaisesRegex(UserError, "no note"):
                note.read(self.env, content)

    def test_server_log_knows_the_last_entry(self):
        settlement = self.payout({"gross": 1000})
        with self.assertLogs("odoo.addons.retail_accelerator.audit.log") as logged:
            log.append(settlement, "match", "one")
        last = self.entries()[0]
        self.assertIn(f"entry {last.number} is {last.hash}", logged.output[0])

    def test_form_compares_with_a_note_and_gives_a_new_one(self):
        self.write_three()
        checks = self.env["retail.audit.check"].with_user(self.people["auditor"])
        first = checks.create({})
        first.action_verify()
        self.assertFalse(first.is_broken)
        self.assertIn("unbroken", first.verdict)
        self.cut()
        second = checks.create({"noted": first.note})
        second.action_verify()
        self.assertTrue(second.is_broken)
        self.assertIn("entries at the end are missing", second.verdict)

    def test_entry_whose_hash_was_made_anew_breaks_the_next_one(self):
        self.write_three()
        victim = self.entries()[1]
        values = {
            name: victim[name] for name in ("number", "action", "model", "res_id")
        }
        values.update(
            company_id=victim.company_id.id,
            date=str(victim.date),
            user_id=victim.user_id.id,
            summary="x",
            details=victim.details,
        )
        self.tamper(
            "UPDATE retail_audit SET summary = 'x', hash = %s WHERE id = %s",
            chain.entry_hash(victim.previous_hash, values),
            victim.id,
        )
        self.assertEqual(self.problem(), {"number": victim.number + 1, "cause": "link"})

    def test_database_refuses_to_change_or_remove_entries(self):
        self.write_three()
        for statement in (
            "UPDATE retail_audit SET summary = 'x'",
            "DELETE FROM retail_audit",
        ):
            with (
                mute_logger("odoo.sql_db"),
                self.assertRaisesRegex(psycopg2.Error, "only be added to"),
                self.env.cr.savepoint(),
            ):
                self.env.cr.execute(statement)

    def test_nobody_writes_the_log_through_odoo(self):
        self.write_three()
        entry = self.entries()[0]
        for call in (
            lambda: entry.write({"summary": "x"}),
            entry.unlink,
            lambda: entry.create({"summary": "x"}),
        ):
            self.assertRaises(AccessError, call)

    def test_button_tells_auditors_the_verdict(self):
        self.write_three()
        log_of_auditor = self.env["retail.audit"].with_user(self.people["auditor"])
        verdict = log_of_auditor.action_verify()["params"]
        self.assertEqual(verdict["type"], "success")
        self.tamper("DELETE FROM retail_audit WHERE id = %s", self.entries()[0].id)
        self.assertEqual(log_of_auditor.action_verify()["params"]["type"], "danger")

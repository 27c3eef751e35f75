# SPDX-License-Identifier: LGPL-3.0-or-later
import psycopg2

from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from ..audit import chain, log
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

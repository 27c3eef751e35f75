# SPDX-License-Identifier: LGPL-3.0-or-later
import base64
import csv
import io
import os
import tempfile
from unittest.mock import patch

import psycopg2
from lxml import etree

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.sql_db import connection_info_for
from odoo.tests import Form, HttpCase, tagged
from odoo.tools.safe_eval import safe_eval

from ..models.mixins import (
    retail_import_run,
    retail_import_undo,
    retail_import_workflow,
)
from ..models.mixins.retail_import_files import safe_cell
from .import_common import ImportCase

FORM_VALUES = ["state", "dry_run", "created_count", "undo_user_id"]
RUNNER = retail_import_workflow.__name__ + ".ImportRunner"


@tagged("post_install", "-at_install")
class TestImportWorkflow(ImportCase):
    def run_as(self, effect):
        """Let ``effect(record)`` stand for the engine's work on an import."""
        runner = patch(RUNNER).start()
        self.addCleanup(patch.stopall)
        runner.side_effect = lambda record: _FakeRunner(record, effect)
        return runner

    def run_cron(self):
        """The cron's work without its commits."""
        cron = type(self.env["ir.cron"])
        rollback = patch.object(self.env.cr, "rollback")
        with rollback, patch.object(cron, "_commit_progress", return_value=60):
            self.env["retail.import"]._cron_run()

    def test_new_import_has_a_number_and_knows_its_file(self):
        record = self.make_import(b"[1]")
        self.assertRegex(record.name, r"^IMP/\d{5}$")
        self.assertEqual(record.file_size, 3)
        with open(record._open_path(), "rb") as handle:
            self.assertEqual(handle.read(), b"[1]")

    def test_open_path_of_a_file_kept_in_the_database(self):
        self.env["ir.config_parameter"].set_param("ir_attachment.location", "db")
        record = self.make_import(b"[42]")
        self.assertFalse(record._attachment("file").store_fname)
        path = record._open_path()
        self.addCleanup(os.unlink, path)
        with open(path, "rb") as handle:
            self.assertEqual(handle.read(), b"[42]")

    def test_start_without_a_file_says_what_is_missing(self):
        record = self.env["retail.import"].create({"channel_id": self.channel.id})
        with self.assertRaisesRegex(UserError, "Choose the orders file"):
            record.action_start()

    def test_start_queues_and_wakes_the_background(self):
        record = self.make_import()
        before = self.env["ir.cron.trigger"].search_count([])
        record.action_start()
        self.assertEqual(record.state, "queued")
        self.assertGreater(self.env["ir.cron.trigger"].search_count([]), before)

    def test_cron_runs_queued_imports_with_the_rights_of_their_owner(self):
        record = self.make_import(user_id=self.operator.id)
        record.action_start()
        seen = []

        def effect(work):
            seen.append((work.env.user, work.env.companies))
            work.write({"state": "done", "created_count": 3})

        self.run_as(effect)
        self.run_cron()
        self.assertEqual(record.state, "done")
        self.assertEqual(seen, [(self.operator, self.channel.company_id)])

    def test_one_failing_shop_does_not_stop_the_others(self):
        other = self.env["retail.channel"].create({"name": "Other", "code": "other"})
        first, second = self.make_import(), self.make_import(channel_id=other.id)
        (first | second).action_start()

        def effect(work):
            if work == first:
                raise ZeroDivisionError("broken")
            work.write({"state": "done"})

        self.run_as(effect)
        with self.assertLogs(retail_import_run.__name__, "ERROR"):
            self.run_cron()
        self.assertEqual(first.state, "failed")
        self.assertIn("broken", first.error_message)
        self.assertEqual(second.state, "done")

    def test_the_database_s_words_are_shown_without_the_row_they_quote(self):
        record = self.make_import()
        record.action_start()

        def effect(_work):
            raise psycopg2.errors.CheckViolation(
                "new row violates a check\nDETAIL:  Failing row contains (Ada, Ulm)."
            )

        self.run_as(effect)
        with self.assertLogs(retail_import_run.__name__, "ERROR") as logged:
            self.run_cron()
        for told in (record.error_message, *logged.output):
            self.assertIn("new row violates a check", told)
            self.assertNotIn("Ada", told)
        self.assertIn("in effect", logged.output[0], "where it happened")

    def test_stale_running_import_is_taken_up_again_where_it_stopped(self):
        self.make_import(state="running", file_offset=7)
        offsets = []
        self.run_as(lambda work: offsets.append(work.file_offset))
        self.run_cron()
        self.assertEqual(offsets, [7])

    def test_an_import_another_worker_has_is_left_alone(self):
        record = self.make_import()
        record.action_start()
        runner = self.run_as(lambda work: None)
        connection = _connection(self.env.cr.dbname)
        self.addCleanup(connection.close)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_advisory_lock(%s, %s)",
                (retail_import_run.LEASE_CLASS, record.id),
            )
            self.run_cron()
            runner.assert_not_called()
            cursor.execute("SELECT pg_advisory_unlock_all()")
        self.run_cron()
        runner.assert_called_once()

    def test_files_of_one_shop_keep_their_order(self):
        first, second = self.make_import(), self.make_import()
        (first | second).action_start()
        done = []

        def effect(work):
            done.append(work.id)
            work.write({"state": "done"})

        self.run_as(effect)
        self.run_cron()
        self.run_cron()
        self.assertEqual(done, [first.id, second.id])

    def test_pause_resume_and_cancel(self):
        record = self.make_import()
        record.action_start()
        record.action_pause()
        self.assertEqual(record.state, "paused")
        record.action_resume()
        self.assertEqual(record.state, "queued")
        record.state = "running"
        record.action_cancel()
        self.assertTrue(record.cancel_requested)
        with self.assertRaisesRegex(UserError, "not possible now"):
            record.action_start()

    def test_cancel_before_the_start_is_immediate(self):
        record = self.make_import()
        record.action_start()
        record.action_cancel()
        self.assertEqual(record.state, "cancelled")

    def test_what_ended_meanwhile_is_not_stopped_and_the_screen_says_so(self):
        for state in ("done", "failed", "cancelled"):
            record = self.make_import(state=state)
            for action in (record.action_cancel, record.action_pause):
                told = action()["params"]
                self.assertIn(f"{record.name} has ended meanwhile", told["message"])
                self.assertEqual(told["next"]["tag"], "soft_reload")
            self.assertEqual((record.state, record.cancel_requested), (state, False))

    def test_of_several_imports_those_under_way_are_cancelled(self):
        ended, queued, running = (
            self.make_import(state=state) for state in ("done", "queued", "running")
        )
        told = (ended | queued | running).action_cancel()
        self.assertIn(ended.name, told["params"]["message"])
        self.assertNotIn(queued.name, told["params"]["message"])
        self.assertEqual((ended.state, queued.state), ("done", "cancelled"))
        self.assertTrue(running.cancel_requested)

    def test_after_a_test_the_same_file_is_imported_for_real(self):
        record = self.make_import(dry_run=True)
        record.write({"state": "done", "created_count": 5, "read_count": 5})
        record.action_import_for_real()
        self.assertFalse(record.dry_run)
        self.assertEqual(record.state, "queued")
        self.assertEqual(record.read_count, 0)

    def test_progress_rate_and_time_left(self):
        record = self.make_import(b"x" * 100)
        record.write(
            {"state": "running", "file_offset": 25, "read_count": 50, "seconds": 10}
        )
        self.assertEqual(record.progress, 25)
        self.assertEqual(record.rate, 5)
        self.assertEqual(record.seconds_left, 30)
        self.assertEqual(record.time_left, "less than a minute")
        record.seconds = 50
        self.assertEqual(record.time_left, "about 2 min")
        record.seconds = 2700
        self.assertEqual(record.time_left, "about 2.2 h")
        record.state = "done"
        self.assertEqual(record.progress, 100)
        self.assertFalse(record.time_left)

    def test_same_file_again_is_noticed(self):
        first = self.make_import(b"[7]", state="done")
        again, different = self.make_import(b"[7]"), self.make_import(b"[8]")
        self.assertEqual(again.duplicate_import_id, first)
        self.assertFalse(different.duplicate_import_id)

    def test_results_become_an_attachment_and_the_counts_a_message(self):
        record = self.make_import()
        path = record._result_path()
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as handle:
            handle.write(b"row,source_ref\r\n1,2\r\n")
        record.write({"state": "done", "read_count": 12, "rejected_count": 2})
        record._attach_results()
        self.assertEqual(
            base64.b64decode(record.result_file), b"row,source_ref\r\n1,2\r\n"
        )
        self.assertFalse(os.path.exists(path))
        body = record.message_ids[0].body
        self.assertIn("Import finished", body)
        self.assertIn("Read: 12", body)
        self.assertIn("Rejected: 2", body)

    def test_refunds_that_waited_find_their_order_at_the_end(self):
        order = self.make_order()
        self.env["retail.refund"]._record_batch(
            self.channel,
            self.env["retail.import"],
            [{"_order_ref": "1", "id": 5, "amount": "1.00"}],
        )
        self.make_entry(1, order_id=order.id)
        record = self.make_import()
        record.state = "done"
        record._attach_results()
        self.assertEqual(order.retail_refund_count, 1)

    def test_form_offers_the_lane_of_the_shop(self):
        self.channel.lane = "orm"
        with Form(self.env["retail.import"]) as form:
            form.channel_id = self.channel
        self.assertEqual(form.record.lane, "orm")

    def test_reasons_are_told_in_words_the_most_frequent_first(self):
        record = self.make_import(reasons={"unknown_tax": 2, "unknown_product": 9})
        self.assertEqual(record.reasons_text, "Unknown product: 9\nTax not mapped: 2")

    def test_import_with_records_cannot_be_deleted(self):
        record = self.make_import(state="done")
        self.make_entry(1, import_id=record.id)
        with self.assertRaisesRegex(UserError, "kept as their origin"):
            record.unlink()


class _FakeRunner:
    def __init__(self, record, effect):
        self.record = record
        self.effect = effect

    def run(self, seconds=None):
        self.effect(self.record)


def _connection(dbname):
    """A database connection outside of the test's."""
    return psycopg2.connect(**connection_info_for(dbname)[1])


@tagged("post_install", "-at_install")
class TestImportRights(ImportCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = os.path.realpath(folder.name)
        cls.path = os.path.join(cls.folder, "orders.json")
        with open(cls.path, "wb") as handle:
            handle.write(b"[1, 2]")
        cls.env["ir.config_parameter"].set_param(
            "retail_accelerator.import_paths", cls.folder
        )

    def path_import(self, user, path):
        return (
            self.env["retail.import"]
            .with_user(user)
            .create(
                {"channel_id": self.channel.id, "source": "path", "file_path": path}
            )
        )

    def test_manager_imports_from_an_opened_folder(self):
        record = self.path_import(self.manager, self.path)
        self.assertEqual(record._open_path(), self.path)
        self.assertEqual(record.file_size, 6)
        self.assertEqual(record.file_name, "orders.json")
        record.file_path = os.path.join(self.folder, "later.json")
        self.assertEqual(record.file_name, "later.json")

    def test_operator_may_not_import_files_of_the_server(self):
        with self.assertRaises(AccessError):
            self.path_import(self.operator, self.path)

    def test_no_path_leads_out_of_the_opened_folders(self):
        above = f"{self.folder}/../../etc/passwd"
        for path in ("/etc/passwd", above, self.folder + "x"):
            with self.subTest(path=path), self.assertRaises(ValidationError):
                self.path_import(self.manager, path)

    def test_a_link_out_of_the_folder_is_refused_when_read(self):
        path = os.path.join(self.folder, "swapped.json")
        with open(path, "wb"):
            record = self.path_import(self.manager, path)
        os.unlink(path)
        os.symlink("/etc/passwd", path)
        with self.assertRaises(ValidationError):
            record._open_path()

    def test_operator_cannot_let_an_import_run_as_somebody_else(self):
        model = self.env["retail.import"].with_user(self.operator)
        with self.assertRaises(AccessError):
            model.create({"channel_id": self.channel.id, "user_id": self.manager.id})
        own = model.create({"channel_id": self.channel.id})
        with self.assertRaises(AccessError):
            own.user_id = self.manager
        with self.assertRaises(AccessError):
            own.undo_user_id = self.manager

    def test_auditor_sees_but_changes_nothing(self):
        record = self.make_import().with_user(self.auditor)
        self.assertTrue(record.name)
        with self.assertRaises(AccessError):
            record.action_start()


@tagged("post_install", "-at_install")
class TestImportUndo(ImportCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.record = cls.make_import(state="done", created_count=3)
        cls.orders = cls.make_order() | cls.make_order() | cls.make_order()
        for number, order in enumerate(cls.orders, 100):
            cls.make_entry(number, import_id=cls.record.id, order_id=order.id)
        cls.env.flush_all()
        # In one transaction creation and change cannot be told apart: put the
        # creation into the past.
        cls.env.cr.execute(
            """UPDATE sale_order
                  SET create_date = '2026-01-01', write_date = '2026-01-01'
                WHERE id = ANY(%(ids)s)""",
            {"ids": cls.orders.ids},
        )
        cls.env.cr.execute(
            """UPDATE sale_order_line SET write_date = '2026-01-01'
                WHERE order_id = ANY(%(ids)s)""",
            {"ids": cls.orders.ids},
        )
        cls.env.invalidate_all()

    def test_undo_deletes_untouched_quotations_only(self):
        untouched, changed, confirmed = self.orders
        changed.client_order_ref = "changed by hand"
        confirmed.action_confirm()
        self.env.flush_all()
        wizard = (
            self.env["retail.import.undo"]
            .with_user(self.manager)
            .create({"import_id": self.record.id})
        )
        self.assertEqual((wizard.removable_count, wizard.kept_count), (1, 2))
        wizard.action_undo()
        self.assertFalse(untouched.exists())
        self.assertTrue((changed | confirmed).exists())
        self.assertEqual(self.record.ledger_ids.order_id, changed | confirmed)
        self.assertIn("Orders left alone: 2", self.record.message_ids[0].body)

    def test_a_message_on_an_order_protects_it(self):
        self.orders[0].message_post(body="Call the customer", message_type="comment")
        self.env.flush_all()
        self.assertEqual(self.record._untouched_orders(), self.orders[1:])

    def test_the_form_says_that_many_quotations_are_being_deleted(self):
        """And does not offer to undo again."""

        def shown():
            [form] = self.record.read(FORM_VALUES)
            form["undo_user_id"] = bool(form["undo_user_id"])
            return [
                not safe_eval(node.get("invisible"), form) for node in (banner, button)
            ]

        view = self.env["retail.import"].with_user(self.manager).get_view()
        arch = etree.fromstring(view["arch"])
        [banner] = arch.xpath("//div[@name='undoing']")
        [button] = arch.xpath("//button[@name='action_undo']")
        self.assertEqual(shown(), [False, True])
        with patch.object(retail_import_undo, "UNDO_BATCH", 1):
            self.record.with_user(self.manager)._undo()
            self.assertEqual(shown(), [True, False])
            cron = type(self.env["ir.cron"])
            with patch.object(cron, "_commit_progress", return_value=60):
                self.env["retail.import"]._cron_undo()
        self.assertFalse(self.orders.exists())
        self.assertEqual(shown(), [False, True])

    def test_only_managers_undo(self):
        with self.assertRaises(AccessError):
            self.record.with_user(self.operator)._undo()


@tagged("post_install", "-at_install")
class TestRejectDownload(ImportCase, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.record = cls.make_import(state="done")
        cls.make_entry(
            200,
            import_id=cls.record.id,
            outcome="rejected",
            reason="unknown_tax",
            message='=cmd|"x"',
            source_row=3,
        )

    def download(self, user, kind):
        self.authenticate(user.login, user.login)
        address = f"/retail_accelerator/import/{self.record.id}/rejects.{kind}"
        return self.url_open(address)

    def test_list_of_rejects_is_safe_for_spreadsheets(self):
        response = self.download(self.operator, "csv")
        rows = list(csv.DictReader(io.StringIO(response.text)))
        self.assertEqual(len(rows), 1)
        self.assertEqual(rows[0]["source_ref"], "200")
        self.assertEqual(rows[0]["reason"], "unknown_tax")
        self.assertEqual(rows[0]["message"], '\'=cmd|"x"')

    def test_rejected_records_can_be_imported_again(self):
        response = self.download(self.manager, "jsonl")
        self.assertEqual(response.status_code, 200)
        [line] = response.text.splitlines()
        again = self.make_import(line.encode())
        self.assertEqual(again.file_size, len(line.encode()))
        self.assertIn('"ada@example.com"', line)

    def test_records_with_personal_data_are_for_managers(self):
        response = self.download(self.operator, "jsonl")
        self.assertNotIn("ada@example.com", response.text)
        self.assertEqual(response.status_code, 403)

    def test_unknown_import_is_not_found(self):
        self.authenticate(self.operator.login, self.operator.login)
        response = self.url_open("/retail_accelerator/import/99999999/rejects.csv")
        self.assertEqual(response.status_code, 404)

    def test_formula_guard(self):
        self.assertEqual(safe_cell("=1+1"), "'=1+1")
        self.assertEqual(safe_cell("1+1"), "1+1")
        self.assertEqual(safe_cell(False), "")

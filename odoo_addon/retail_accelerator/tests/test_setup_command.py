# SPDX-License-Identifier: LGPL-3.0-or-later
"""``odoo retail setup`` as an admin types it."""

import contextlib
import errno
import io
import json
import os
import tempfile
from unittest.mock import patch

from odoo.tests import tagged

from ..command import database, dispatcher, files
from .common import RetailCase, as_file, product, rate


@tagged("post_install", "-at_install")
class TestSetupCommand(RetailCase):
    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.db = self.env.cr.dbname
        self.registry_enter_test_mode()
        self.patch(dispatcher, "configure", lambda args: None)

    def file(self, name, rows):
        path = os.path.join(self.folder, name)
        with open(path, "wb") as handle:
            handle.write(as_file(rows))
        return path

    def retail(self, *argv, code=0):
        """Standard output and standard error of ``odoo retail ARGV``."""
        out, err = io.StringIO(), io.StringIO()
        ended = None
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            # assertRaises would undo what the command did.
            try:
                dispatcher.main("odoo retail", argv)
            except SystemExit as end:
                ended = end.code
        self.assertEqual(ended, code, err.getvalue())
        self.env.invalidate_all()
        return out.getvalue(), err.getvalue()

    def setup_shop(self, *argv, code=0):
        out, _err = self.retail("setup", "-d", self.db, *argv, "--json", code=code)
        return json.loads(out.splitlines()[-1])

    def channel_of(self, code):
        return self.env["retail.channel"].search([("code", "=", code)])

    def test_a_file_that_may_not_be_read_is_named_before_anything_is_done(self):
        self.setup_shop("--channel", "web")
        path = self.file("orders.json", [])
        closed = PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        for verb in ("import", "verify"):
            argv = (verb, "-d", self.db, "--channel", "web", "--json", path)
            with patch.object(files, "open", side_effect=closed, create=True):
                out, _err = self.retail(*argv, code=1)
            told = json.loads(out.splitlines()[-1])["error"]
            self.assertEqual(
                told, f"The file {path} cannot be opened: Permission denied."
            )

    def test_one_command_sets_a_shop_up(self):
        result = self.setup_shop(
            *("--channel", "web", "--kind", "woocommerce", "--currency", "cad"),
            *("--products", self.file("products.json", [product(1)])),
            *("--taxes", self.file("taxes.json", [rate(1, "GST", "5.0000")])),
            "--tax-included",
        )
        channel = self.channel_of("web")
        self.assertEqual(channel.currency_id.name, "CAD")
        self.assertTrue(channel.currency_id.active)
        self.assertTrue(channel.tax_included)
        self.assertEqual(len(channel.product_ids), 1)
        self.assertTrue(channel.tax_ids.tax_ids.price_include)
        self.assertEqual(result["products"]["created"], 1)
        self.assertEqual(result["created"], 2)
        self.assertTrue(result["channel_created"])
        self.assertFalse(result["database_created"])

    def test_wrong_arguments_are_an_object_too(self):
        for argv in (["--kind", "shopify"], ["--unknown"], []):
            out, err = self.retail("setup", "-d", self.db, *argv, "--json", code=2)
            self.assertIn(json.loads(out.splitlines()[-1])["error"], err)
        out, _err = self.retail("nonsense", "--json", code=2)
        self.assertIn("nonsense", json.loads(out)["error"])
        out, _err = self.retail("setup", "-d", self.db, code=2)
        self.assertFalse(out)

    def test_one_export_is_not_taken_for_another(self):
        rates = self.file("taxes.json", [rate(1, "GST", "5.0000")])
        products = self.file("products.json", [product(1)])
        for option, path in (("--products", rates), ("--taxes", products)):
            result = self.setup_shop("--channel", "web", option, path, code=1)
            self.assertIn("This is no export of " + option[2:], result["error"])
        self.assertFalse(self.channel_of("web"))

    def test_a_setup_that_fails_leaves_no_new_database_behind(self):
        with (
            patch.object(database, "ensure", return_value=True),
            patch.object(database, "remove") as remove,
        ):
            self.setup_shop("--channel", "web", "--currency", "QQQ", code=1)
            remove.assert_called_once_with(self.db)
            remove.reset_mock()
            self.setup_shop("--channel", "web", "--currency", "CAD")
            remove.assert_not_called()

    def test_again_it_creates_nothing_and_keeps_what_was_changed(self):
        files = ("--products", self.file("products.json", [product(1)]))
        self.setup_shop("--channel", "web", "--tax-included", *files)
        self.channel_of("web").write({"name": "Our shop", "lane": "orm"})
        result = self.setup_shop("--channel", "web", *files)
        channel = self.channel_of("web")
        self.assertEqual(result["created"], 0)
        self.assertFalse(result["channel_created"])
        self.assertEqual((channel.name, channel.lane), ("Our shop", "orm"))
        self.assertTrue(channel.tax_included)

    def test_company_s_currency_stays_in_a_database_that_was_there(self):
        currency = self.company.currency_id
        result = self.setup_shop("--channel", "web", "--currency", "KWD")
        self.assertEqual(self.company.currency_id, currency)
        self.assertIn("no exchange rate of KWD", result["warnings"][0])

    def test_new_database_keeps_its_books_in_the_shop_s_currency(self):
        with patch.object(database, "ensure", return_value=True):
            result = self.setup_shop("--channel", "web", "--currency", "KWD")
        self.assertEqual(self.env.company.currency_id.name, "KWD")
        self.assertFalse(result["warnings"])

    def test_shop_of_another_company(self):
        other = self.other_company()
        self.env.ref("base.user_admin").company_ids += other
        self.setup_shop("--channel", "web", "--company", "other retail company")
        self.assertEqual(self.channel_of("web").company_id, other)
        result = self.setup_shop(
            "--channel", "web", "--company", str(self.company.id), code=1
        )
        self.assertIn("belongs to the company", result["error"])

    def test_a_channel_of_another_kind_is_refused_and_stays(self):
        self.setup_shop("--channel", "web", "--kind", "woocommerce", "--name", "Ours")
        result = self.setup_shop(
            *("--channel", "web", "--kind", "csv", "--name", "Theirs"), code=1
        )
        self.assertIn("kind of the channel web is WooCommerce, not", result["error"])
        channel = self.channel_of("web")
        self.assertEqual((channel.kind, channel.name), ("woocommerce", "Ours"))
        self.setup_shop("--channel", "web", "--kind", "woocommerce")

    def test_a_changed_currency_is_told(self):
        self.setup_shop("--channel", "web", "--currency", "CAD")
        result = self.setup_shop("--channel", "web", "--currency", "GBP")
        self.assertIn("changed from CAD to GBP", result["warnings"][0])
        result = self.setup_shop("--channel", "web", "--currency", "GBP")
        self.assertNotIn("changed", " ".join(result["warnings"]))

    def test_failures_are_one_sentence(self):
        for argv, text in (
            (("--currency", "ZZZ"), "There is no currency ZZZ."),
            (("--company", "Nobody"), "There is no company Nobody."),
            (("--user", "nobody"), "There is no active user nobody."),
            (("--products", "/nowhere"), "No such file or directory"),
        ):
            with self.subTest(argv=argv):
                out, err = self.retail(
                    "setup", "-d", self.db, "--channel", "web", *argv, code=1
                )
                self.assertTrue(err.startswith("error: "))
                self.assertIn(text, err)
                self.assertEqual(err.count("\n"), 1)
                self.assertEqual(out, "")
        self.assertFalse(self.channel_of("web"))

    def test_operator_s_login_is_refused(self):
        login = self.user("operator").login
        result = self.setup_shop("--channel", "web", "--user", login, code=1)
        self.assertIn("not allowed", result["error"])

    def test_people_get_plain_words(self):
        out, _err = self.retail(
            *("setup", "-d", self.db, "--channel", "web"),
            *("--products", self.file("products.json", [product(1)])),
        )
        self.assertEqual(out.splitlines()[0], "channel web set up")
        self.assertIn("  products: 1 created", out)

    def test_missing_database_is_named_by_other_verbs(self):
        _out, err = self.retail(
            "replay", "-d", "retail_no_such_database", "--channel", "web", code=1
        )
        self.assertEqual(err, "error: There is no database retail_no_such_database.\n")

    def test_every_verb_explains_itself(self):
        self.assertLessEqual(
            {"setup", "import", "verify", "replay"}, set(dispatcher.verbs())
        )
        for name in dispatcher.verbs():
            with self.subTest(verb=name):
                out, _err = self.retail(name, "--help")
                self.assertIn("--json", out)


@tagged("post_install", "-at_install")
class TestDatabase(RetailCase):
    def ensure(self, present, with_module=True):
        """What ensure("new") calls when those databases are present."""
        calls = []
        with (
            patch.object(database, "exists", lambda name: name in present),
            patch.object(database, "has_module", lambda name: with_module),
            patch.object(
                database.service,
                "exp_duplicate_database",
                lambda *args: calls.append(("copy", *args)),
            ),
            patch.object(
                database.service,
                "exp_create_database",
                lambda *args: calls.append(("create", *args)),
            ),
            patch.object(
                database.Registry,
                "new",
                lambda name, **options: calls.append(("install", name, options)),
            ),
            patch.dict(os.environ, {"RA_TEMPLATE_DB": "template"}),
        ):
            made = database.ensure("new")
        return made, calls

    def test_database_that_is_there_is_left_alone(self):
        self.assertEqual(self.ensure({"new", "template"}), (False, []))

    def test_database_is_copied_from_the_template(self):
        self.assertEqual(
            self.ensure({"template"}), (True, [("copy", "template", "new")])
        )

    def test_without_a_template_it_is_installed(self):
        made, calls = self.ensure(set(), with_module=False)
        self.assertTrue(made)
        self.assertEqual(
            [call[:2] for call in calls], [("create", "new"), ("install", "new")]
        )
        self.assertEqual(calls[1][2]["install_modules"], ["retail_accelerator"])

    def test_this_database_has_the_module(self):
        self.assertTrue(database.exists(self.env.cr.dbname))
        self.assertTrue(database.has_module(self.env.cr.dbname))
        self.assertFalse(database.has_module("postgres"))

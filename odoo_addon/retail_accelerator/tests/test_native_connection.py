# SPDX-License-Identifier: LGPL-3.0-or-later
"""The engine writes on connections only that understand what it writes."""

from contextlib import closing
from types import SimpleNamespace

import psycopg2

from odoo.exceptions import UserError
from odoo.sql_db import connection_info_for
from odoo.tests import tagged
from odoo.tests.common import TransactionCase

from ..engine import native


@tagged("post_install", "-at_install")
class TestNativeConnection(TransactionCase):
    def native_connection(self, encoding):
        _name, info = connection_info_for(self.env.cr.dbname)
        with (
            closing(psycopg2.connect(**info, client_encoding=encoding)) as real,
            real.cursor() as cursor,
        ):
            opened = SimpleNamespace(execute=cursor.execute, _cnx=real)
            return native.connection(opened)

    def test_a_connection_of_another_encoding_is_refused(self):
        self.assertTrue(self.native_connection("UTF8"))
        with self.assertRaisesRegex(UserError, "encoding LATIN1.*PGCLIENTENCODING"):
            self.native_connection("LATIN1")

# SPDX-License-Identifier: LGPL-3.0-or-later
"""Download of rejects, streamed from a temporary file."""

from werkzeug.wrappers import Response
from werkzeug.wsgi import wrap_file

from odoo import http
from odoo.exceptions import AccessError
from odoo.http import content_disposition, request

TYPES = {"csv": "text/csv; charset=utf-8", "jsonl": "application/x-ndjson"}


class RetailImportController(http.Controller):
    @http.route(
        "/retail_accelerator/import/<int:import_id>/rejects.<string:kind>",
        type="http",
        auth="user",
        methods=["GET"],
        readonly=True,
    )
    def rejects(self, import_id, kind):
        """The rejects of an import: a table (csv) or the records themselves (jsonl)."""
        record = request.env["retail.import"].browse(import_id).exists()
        if kind not in TYPES or not record:
            raise request.not_found()
        record.check_access("read")
        if kind == "jsonl" and not request.env["retail.ledger"]._sees_personal_data():
            raise AccessError(
                request.env._(
                    "The records hold personal data: only integration managers may "
                    "download them."
                )
            )
        handle = record._write_rejects(kind)
        size = handle.seek(0, 2)
        handle.seek(0)
        name = f"{record.name.replace('/', '-')}-rejects.{kind}"
        return Response(
            wrap_file(request.httprequest.environ, handle),
            headers={
                "Content-Type": TYPES[kind],
                "Content-Length": size,
                "Content-Disposition": content_disposition(name),
                "X-Content-Type-Options": "nosniff",
            },
            direct_passthrough=True,
        )

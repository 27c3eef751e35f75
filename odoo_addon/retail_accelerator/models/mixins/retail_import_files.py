# SPDX-License-Identifier: LGPL-3.0-or-later
"""The files of an import: where they lie, who may read them, what comes out."""

import hashlib
import os
import shutil
import tempfile

from odoo import api, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import SQL, config, split_every

BATCH = 500
CSV_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def safe_cell(value):
    """Text that no spreadsheet takes for a formula."""
    text = "" if value in (None, False) else str(value)
    return f"'{text}" if text.startswith(CSV_FORMULA) else text


# In the context of code that runs on the server itself; no request can forge an object.
TRUSTED_PATH = object()


class RetailImportFiles(models.AbstractModel):
    _name = "retail.import.files"
    _description = "Files of an Import"

    # -- what comes in --

    @api.model
    def _allowed_folders(self):
        """Folders of the server that imports may read, from parameter and odoo.conf."""
        parameter = (
            self.env["ir.config_parameter"]
            .sudo()
            .get_param("retail_accelerator.import_paths", "")
        )
        listed = f"{parameter},{config.get('retail_import_paths') or ''}"
        return [
            os.path.realpath(folder.strip())
            for folder in listed.split(",")
            if folder.strip()
        ]

    def _check_path_allowed(self):
        """Server paths are for integration managers, in the opened folders only."""
        self.ensure_one()
        if self._is_trusted():
            return
        if not self.env.user.has_group("retail_accelerator.group_manager"):
            raise AccessError(
                self.env._("Only integration managers may import files of the server.")
            )
        for path in filter(None, (self.file_path, self.refund_path)):
            self._check_in_folders(path)

    def _is_trusted(self):
        """The command line runs on the server itself, with the rights of its user."""
        return self.env.context.get("retail_trusted_path") is TRUSTED_PATH

    def _check_in_folders(self, path):
        real = os.path.realpath(path)
        folders = self._allowed_folders()
        if any(os.path.commonpath([real, folder]) == folder for folder in folders):
            return
        raise ValidationError(
            self.env._(
                "%(path)s is in none of the folders opened for imports (%(folders)s). "
                "The administrator opens a folder with the system parameter "
                "retail_accelerator.import_paths or the option retail_import_paths of "
                "Odoo's configuration file.",
                path=path,
                folders=", ".join(folders) or self.env._("none yet"),
            )
        )

    def _server_path(self, path):
        """A server path that may be read now; links may have changed meanwhile."""
        if not self._is_trusted():
            self._check_in_folders(path)
        if not os.path.isfile(path):
            raise UserError(self.env._("There is no file %s on the server.", path))
        return os.path.realpath(path)

    def _attachment(self, field_name):
        self.ensure_one()
        return (
            self.env["ir.attachment"]
            .sudo()
            .search(
                [
                    ("res_model", "=", self._name),
                    ("res_field", "=", field_name),
                    ("res_id", "=", self.id),
                ],
                limit=1,
            )
        )

    def _orders_field(self):
        """The field that holds the orders: a person's upload, or records tried
        again."""
        return "file" if self._attachment("file") else "replay_file"

    def _orders_attachment(self):
        return self._attachment(self._orders_field())

    def _upload_path(self, field_name):
        """The uploaded file on disk, without reading it."""
        attachment = self._attachment(field_name)
        if attachment.store_fname:
            path = attachment._full_path(attachment.store_fname)
            if os.path.isfile(path):
                return path
        if not attachment.db_datas:
            raise UserError(
                self.env._("The file of %s is gone. Upload it again.", self.name)
            )
        # Attachments are kept in the database here: the engine needs a file.
        path = f"{self._result_path()}.{field_name}"
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as handle:
            handle.write(attachment.raw)
        return path

    def _open_path(self):
        """Absolute path of the orders file; remembers its size."""
        self.ensure_one()
        if self.source == "path":
            path = self._server_path(self.file_path)
        else:
            path = self._upload_path(self._orders_field())
        size = os.path.getsize(path)
        if self.file_size != size:
            self.file_size = size
        return path

    def _refund_path(self):
        """Absolute path of the refunds file, or False."""
        self.ensure_one()
        if self.source == "path":
            return self.refund_path and self._server_path(self.refund_path)
        if not self._attachment("refund_file"):
            return False
        return self._upload_path("refund_file")

    def _remember_checksum(self):
        """Fingerprint and size of the file, to recognise it when it comes again."""
        for record in self:
            if record.source == "path":
                path = record._open_path()
                with open(path, "rb") as handle:
                    digest = hashlib.file_digest(handle, "sha1").hexdigest()
                record.file_checksum = digest
            else:
                attachment = record._orders_attachment()
                record.write(
                    {
                        "file_checksum": attachment.checksum,
                        "file_size": attachment.file_size,
                    }
                )

    # -- what comes out --

    def _result_path(self):
        """Where the runner writes the results, line by line."""
        self.ensure_one()
        return os.path.join(
            config["data_dir"],
            "retail_accelerator",
            self.env.cr.dbname,
            f"result_{self.id}.csv",
        )

    def _attach_results(self):
        """The run is over: keep its result file as attachment, and tell people."""
        self.ensure_one()
        path = self._result_path()
        if os.path.isfile(path):
            self._attach_file("result_file", path, self.result_file_name, "text/csv")
            os.unlink(path)
        for field_name in ("file", "replay_file", "refund_file"):
            spooled = f"{path}.{field_name}"
            if os.path.isfile(spooled):
                os.unlink(spooled)
        if not self.dry_run:
            self.env["retail.refund"]._link_waiting(self.channel_id)
        self._report_end()

    def _attach_file(self, field_name, path, name, mimetype):
        """Store a file as a field's attachment without reading it into memory."""
        attachments = self.env["ir.attachment"].sudo()
        self._attachment(field_name).unlink()
        attachment = attachments.create(
            {
                "name": name,
                "res_model": self._name,
                "res_field": field_name,
                "res_id": self.id,
                "type": "binary",
                "mimetype": mimetype,
            }
        )
        if attachments._storage() != "file":
            with open(path, "rb") as handle:
                attachment.raw = handle.read()
            return
        with open(path, "rb") as handle:
            checksum = hashlib.file_digest(handle, "sha1").hexdigest()
        store_name = f"{checksum[:2]}/{checksum}"
        target = attachments._full_path(store_name)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        shutil.copyfile(path, target)
        attachments.flush_model()
        # The ORM sets these three from a content in memory only.
        self.env.cr.execute(
            SQL(
                """UPDATE ir_attachment
                      SET store_fname = %s, checksum = %s, file_size = %s
                    WHERE id = %s""",
                store_name,
                checksum,
                os.path.getsize(path),
                attachment.id,
            )
        )
        attachment.invalidate_recordset()
        self.invalidate_recordset([field_name])

    def _reject_batches(self):
        """The ledger rows this import has rejected, in batches, in the file's order."""
        self.ensure_one()
        ledger = self.env["retail.ledger"]
        domain = [("import_id", "=", self.id), ("outcome", "=", "rejected")]
        ids = ledger.search(domain, order="source_row, id").ids
        for batch in split_every(BATCH, ids):
            yield ledger.browse(batch)
            ledger.invalidate_model(flush=False)

    def _write_rejects(self, kind):
        """An open temporary file with the rejects as "csv" or "jsonl"; the caller's."""
        handle = tempfile.TemporaryFile()  # noqa: SIM115
        write = {"csv": self._rejects_csv, "jsonl": self._rejects_json}[kind]
        for text in write():
            handle.write(text.encode())
        handle.seek(0)
        return handle

    def _rejects_csv(self):
        header = ("row", "source_ref", "number", "status", "reason", "message")
        yield ",".join(header) + "\r\n"
        for batch in self._reject_batches():
            for entry in batch:
                cells = (
                    entry.source_row,
                    entry.source_ref,
                    entry.source_number,
                    entry.source_status,
                    entry.reason,
                    entry.message,
                )
                quoted = (
                    '"' + safe_cell(cell).replace('"', '""') + '"' for cell in cells
                )
                yield ",".join(quoted) + "\r\n"

    def _rejects_json(self):
        """One record a line as the shop would send it, to be corrected and uploaded."""
        for batch in self._reject_batches():
            for entry in batch:
                yield entry._payload_line() + "\n"

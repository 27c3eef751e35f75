# SPDX-License-Identifier: LGPL-3.0-or-later
"""One import run: its file, its progress, its counts."""

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from .mixins.retail_import_workflow import FINAL

STATES = [
    ("draft", "Draft"),
    ("queued", "Waiting"),
    ("running", "Running"),
    ("paused", "Paused"),
    ("done", "Done"),
    ("cancelled", "Cancelled"),
    ("failed", "Failed"),
]


class RetailImport(models.Model):
    _name = "retail.import"
    _description = "Import of Shop Orders"
    _inherit = [
        "mail.thread",
        "mail.activity.mixin",
        "retail.import.files",
        "retail.import.run",
        "retail.import.undoing",
        "retail.import.workflow",
    ]
    _order = "id desc"
    _check_company_auto = True

    name = fields.Char(
        string="Number",
        readonly=True,
        copy=False,
        default=lambda self: self.env._("New"),
    )
    channel_id = fields.Many2one(
        "retail.channel",
        required=True,
        index=True,
        ondelete="restrict",
        tracking=True,
        help="The shop the file comes from.",
    )
    company_id = fields.Many2one(related="channel_id.company_id", store=True)
    user_id = fields.Many2one(
        "res.users",
        string="Responsible",
        default=lambda self: self.env.user,
        required=True,
        copy=False,
        help="The import runs with this user's rights, and reports to them.",
    )
    source = fields.Selection(
        [("upload", "File from my computer"), ("path", "File on the server")],
        string="File comes from",
        required=True,
        default="upload",
        help="Very large files (above the server's upload limit, usually 128 MB) are "
        "better placed on the server, in a folder that the administrator has opened "
        "for imports.",
    )
    file = fields.Binary(
        string="Orders file",
        attachment=True,
        copy=False,
        help="The shop's export of orders: JSON, CSV or msgpack. Uploads are limited "
        "by the server, usually to 128 MB; use a file on the server for more.",
    )
    replay_file = fields.Binary(
        string="Records to try again",
        attachment=True,
        copy=False,
        readonly=True,
        groups="retail_accelerator.group_manager",
        help="What the shop sent for records that were rejected before, with personal "
        "data: only integration managers may read it.",
    )
    file_name = fields.Char(string="Name of the file")
    file_path = fields.Char(
        string="Path on the server",
        help="Full path of the orders file. It must lie in one of the folders that the "
        "administrator has opened for imports.",
    )
    refund_file = fields.Binary(
        string="Refunds file",
        attachment=True,
        copy=False,
        help="Optional: the details of the refunds, read after the orders.",
    )
    refund_file_name = fields.Char(string="Name of the refunds file")
    refund_path = fields.Char(
        string="Refunds path on the server",
        help="Optional: full path of a file with the details of the refunds.",
    )
    file_format = fields.Selection(
        [
            ("auto", "Recognise"),
            ("json", "JSON"),
            ("csv", "CSV"),
            ("msgpack", "msgpack"),
        ],
        string="Format",
        required=True,
        default="auto",
        help="Usually recognised from the content of the file.",
    )
    file_size = fields.Float(string="Size (bytes)", digits=(20, 0), readonly=True)
    file_checksum = fields.Char(
        string="Fingerprint of the file",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="Two files with the same fingerprint have the same content.",
    )
    lane = fields.Selection(
        [
            ("auto", "Fast where possible"),
            ("native", "Fast only"),
            ("orm", "Standard Odoo only"),
        ],
        required=True,
        default="auto",
        help="Both ways write the same orders. The fast way is the C engine; orders it "
        "cannot reproduce exactly are created by standard Odoo, which is slower. With "
        "'Fast only' the import stops when the fast way is not available.",
    )
    dry_run = fields.Boolean(
        string="Test only",
        tracking=True,
        help="Reads and checks the whole file and reports what would happen, but keeps "
        "nothing: no order, no customer, no product.",
    )
    state = fields.Selection(
        STATES,
        string="Status",
        required=True,
        readonly=True,
        copy=False,
        default="draft",
        index=True,
        tracking=True,
    )
    read_count = fields.Integer(
        string="Read", readonly=True, copy=False, help="Records found in the file."
    )
    created_count = fields.Integer(
        string="Created", readonly=True, copy=False, help="New orders in Odoo."
    )
    updated_count = fields.Integer(
        string="Updated",
        readonly=True,
        copy=False,
        help="Quotations brought to the shop's latest version.",
    )
    unchanged_count = fields.Integer(
        string="Already known",
        readonly=True,
        copy=False,
        help="Same or older version of an order that Odoo has already.",
    )
    skipped_count = fields.Integer(
        string="Skipped",
        readonly=True,
        copy=False,
        help="Orders whose status the shop's settings leave out.",
    )
    rejected_count = fields.Integer(
        string="Rejected",
        readonly=True,
        copy=False,
        help="Records this run could not import, those for review included.",
    )
    review_count = fields.Integer(
        string="For review",
        readonly=True,
        copy=False,
        help="Newer versions of orders that are already confirmed or invoiced in Odoo, "
        "and orders held as possible duplicates: a person decides.",
    )
    native_count = fields.Integer(
        string="Fast", readonly=True, copy=False, help="Written by the C engine."
    )
    orm_count = fields.Integer(
        string="Standard", readonly=True, copy=False, help="Written by standard Odoo."
    )
    refund_count = fields.Integer(
        string="Refunds read",
        readonly=True,
        copy=False,
        help="Refunds recorded from the refunds file.",
    )
    refund_reject_count = fields.Integer(
        string="Refunds refused",
        readonly=True,
        copy=False,
        help="Refunds of the refunds file that could not be recorded.",
    )
    refund_problems = fields.Text(
        string="Refused refunds",
        readonly=True,
        copy=False,
        help="Which refunds could not be recorded, and why.",
    )
    file_offset = fields.Float(
        string="Read up to byte", digits=(20, 0), readonly=True, copy=False
    )
    file_row = fields.Float(
        string="Read up to record", digits=(20, 0), readonly=True, copy=False
    )
    result_size = fields.Float(digits=(20, 0), readonly=True, copy=False)
    reasons = fields.Json(string="Counts by reason", readonly=True, copy=False)
    reasons_text = fields.Text(
        string="Reasons",
        compute="_compute_reasons_text",
        help="Why records were rejected or skipped, with their number.",
    )
    started_at = fields.Datetime(string="Started", readonly=True, copy=False)
    finished_at = fields.Datetime(string="Finished", readonly=True, copy=False)
    seconds = fields.Float(
        string="Working time (s)",
        readonly=True,
        copy=False,
        help="Time spent on reading and writing, without waiting and pauses.",
    )
    rate = fields.Float(
        string="Records per second",
        compute="_compute_progress",
        digits=(12, 0),
    )
    progress = fields.Float(
        compute="_compute_progress",
        digits=(5, 1),
        help="Share of the file that is done.",
    )
    seconds_left = fields.Integer(
        string="Seconds left",
        compute="_compute_progress",
    )
    time_left = fields.Char(
        string="Time left",
        compute="_compute_progress",
        help="Estimated from the speed so far.",
    )
    error_message = fields.Text(string="What went wrong", readonly=True, copy=False)
    cancel_requested = fields.Boolean(readonly=True, copy=False)
    lane_notes = fields.Text(
        string="Why not the fast way",
        readonly=True,
        copy=False,
        help="Reasons why orders or contacts were created by standard Odoo.",
    )
    key_check = fields.Selection(
        [
            ("postgresql", "Checked by PostgreSQL"),
            ("engine", "Checked by the engine"),
        ],
        string="Foreign keys",
        readonly=True,
        copy=False,
        help="Who makes sure that what new orders refer to exists. The engine does it "
        "for fast orders, and is faster, where the system parameter "
        "retail_accelerator.constraint_mode says validated and the database user has "
        "the right it needs. Both are equally safe.",
    )
    result_file = fields.Binary(
        string="Results",
        attachment=True,
        readonly=True,
        copy=False,
        help="What became of each record, one line each.",
    )
    result_file_name = fields.Char(compute="_compute_result_file_name")
    ledger_ids = fields.One2many("retail.ledger", "import_id", string="Records")
    order_count = fields.Integer(
        string="Orders", compute="_compute_ledger_counts", compute_sudo=True
    )
    open_reject_count = fields.Integer(
        string="Rejected now", compute="_compute_ledger_counts", compute_sudo=True
    )
    open_review_count = fields.Integer(
        string="To review", compute="_compute_ledger_counts", compute_sudo=True
    )
    linked_refund_count = fields.Integer(
        string="Refunds", compute="_compute_ledger_counts", compute_sudo=True
    )
    duplicate_import_id = fields.Many2one(
        "retail.import", compute="_compute_duplicate_import_id"
    )
    undo_user_id = fields.Many2one("res.users", readonly=True, copy=False)

    @api.constrains("source", "file_path", "refund_path", "channel_id")
    def _check_paths(self):
        for record in self.filtered(lambda record: record.source == "path"):
            record._check_path_allowed()

    @api.depends("file_name", "file_path", "source", "name")
    def _compute_display_name(self):
        for record in self:
            source = record._source_name()
            record.display_name = f"{record.name} ({source})" if source else record.name

    @api.depends("name")
    def _compute_result_file_name(self):
        for record in self:
            record.result_file_name = f"{record.name.replace('/', '-')}-results.csv"

    @api.depends("file_offset", "file_size", "read_count", "seconds", "state")
    def _compute_progress(self):
        for record in self:
            share = record.file_offset / record.file_size if record.file_size else 0.0
            if record.state == "done":
                share = 1.0
            record.progress = min(100.0, 100.0 * share)
            worked = record.seconds
            record.rate = record.read_count / worked if worked else 0.0
            left = worked * (1 - share) / share if share and worked else 0.0
            record.seconds_left = round(left) if record.state not in FINAL else 0
            running = record.state in ("running", "paused")
            record.time_left = running and record._time_left_text()

    def _time_left_text(self):
        """An estimate, as rough as people would say it."""
        seconds = self.seconds_left
        if not seconds:
            return False
        if seconds < 60:
            return self.env._("less than a minute")
        if seconds < 3600:
            return self.env._("about %s min", round(seconds / 60))
        return self.env._("about %s h", round(seconds / 3600, 1))

    @api.depends("reasons")
    def _compute_reasons_text(self):
        ledger = self.env["retail.ledger"]
        labels = dict(ledger._fields["reason"]._description_selection(self.env))
        for record in self:
            counts = sorted(
                (record.reasons or {}).items(), key=lambda item: (-item[1], item[0])
            )
            record.reasons_text = "\n".join(
                f"{labels.get(name, name)}: {count}" for name, count in counts
            )

    def _compute_ledger_counts(self):
        entries = self.env["retail.ledger"]._read_group(
            [("import_id", "in", self.ids)],
            ["import_id", "outcome"],
            ["__count", "order_id:count_distinct"],
        )
        refunds = dict(
            self.env["retail.refund"]._read_group(
                [("import_id", "in", self.ids)], ["import_id"], ["__count"]
            )
        )
        for record in self:
            counts = {
                outcome: (count, orders)
                for owner, outcome, count, orders in entries
                if owner == record
            }
            record.order_count = sum(orders for _count, orders in counts.values())
            record.open_reject_count = counts.get("rejected", (0, 0))[0]
            record.open_review_count = counts.get("review", (0, 0))[0]
            record.linked_refund_count = refunds.get(record, 0)

    @api.depends("file_checksum", "channel_id", "state")
    def _compute_duplicate_import_id(self):
        for record in self:
            record.duplicate_import_id = (
                record.file_checksum
                and record.state not in FINAL
                and self.search(
                    [
                        ("file_checksum", "=", record.file_checksum),
                        ("channel_id", "=", record.channel_id.id),
                        ("state", "=", "done"),
                        ("dry_run", "=", False),
                        ("id", "!=", record._origin.id),
                    ],
                    limit=1,
                )
            )

    @api.onchange("channel_id")
    def _onchange_channel_id(self):
        if self.channel_id and self.channel_id.lane:
            self.lane = self.channel_id.lane

    def _check_protected(self, vals):
        """An import runs, and is undone, with the rights of the user it names."""
        if self.env.su:
            return
        others = vals.get("user_id") not in (None, self.env.uid)
        manager = self.env.user.has_group("retail_accelerator.group_manager")
        if "undo_user_id" in vals or (others and not manager):
            raise AccessError(
                self.env._(
                    "Only integration managers may let an import run as another user."
                )
            )

    @api.model_create_multi
    def create(self, vals_list):
        new = self.env._("New")
        for vals in vals_list:
            self._check_protected(vals)
            if vals.get("name", new) == new:
                vals["name"] = self.env["ir.sequence"].next_by_code("retail.import")
        records = super().create([self._with_file_name(vals) for vals in vals_list])
        records.filtered("file")._remember_checksum()
        return records

    @staticmethod
    def _with_file_name(vals):
        """A file of the server is listed and found by its name, as an upload is."""
        if vals.get("file_path") and not vals.get("file_name"):
            return {**vals, "file_name": vals["file_path"].rpartition("/")[2]}
        return vals

    def write(self, vals):
        self._check_protected(vals)
        result = super().write(self._with_file_name(vals))
        if "file" in vals:
            self._remember_checksum()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_started(self):
        for record in self:
            if record.state in ("queued", "running", "paused"):
                raise UserError(
                    self.env._("Cancel %s before you delete it.", record.name)
                )
            if record.ledger_ids:
                raise UserError(
                    self.env._(
                        "%s has imported records, so it is kept as their origin. "
                        "Use Undo first when its orders should go.",
                        record.name,
                    )
                )

    def _source_name(self):
        """The file's name for people."""
        self.ensure_one()
        if self.source == "path":
            return (self.file_path or "").rpartition("/")[2]
        return self.file_name or ""

    def _check_ready(self):
        """The import can start, or a message that says what is missing."""
        for record in self:
            if record.source == "upload" and not record._orders_attachment():
                raise UserError(self.env._("Choose the orders file first."))
            if record.source == "path" and not record.file_path:
                raise UserError(self.env._("Enter the path of the orders file first."))
            if not record.channel_id.active:
                raise ValidationError(
                    self.env._(
                        "The shop %s is archived. Restore it first.",
                        record.channel_id.name,
                    )
                )

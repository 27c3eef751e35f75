# SPDX-License-Identifier: LGPL-3.0-or-later
"""What the tests of "exactly once" share: imports, counts, states, other processes."""

import json
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ADMIN = 2
OUTCOMES = ("created", "updated", "unchanged", "skipped", "rejected")
# Rows that tell of the import itself, not of what it imported.
OWN_TABLES = (
    "retail_import",
    "mail_message",
    "mail_followers",
    "mail_followers_mail_message_subtype_rel",
    "mail_tracking_value",
    "ir_attachment",
    "bus_bus",
)


class Desk:
    """An operator's desk: one environment, one shop."""

    def __init__(self, env, channel):
        self.env = env
        self.channel = channel

    # -- imports ----

    def make(self, content, path, **vals):
        """A draft import of orders (or raw bytes) written to ``path``."""
        from odoo.addons.retail_accelerator.command.import_orders import (
            TRUSTED_PATH,
        )

        write(path, content)
        return (
            self.env["retail.import"]
            .with_context(retail_trusted_path=TRUSTED_PATH)
            .create(
                {
                    "channel_id": self.channel.id,
                    "source": "path",
                    "file_path": str(path),
                    **vals,
                }
            )
        )

    def run(self, record, seconds=None):
        from odoo.addons.retail_accelerator.engine.runner import ImportRunner

        self.env.cr.commit()
        ImportRunner(record).run(seconds)
        self.env.cr.commit()
        return record

    def take(self, content, path, **vals):
        """Import; the record must end done."""
        record = self.run(self.make(content, path, **vals))
        assert record.state == "done", record.error_message
        return record

    # -- what is there ----

    def orders_of(self, ref):
        self.env.invalidate_all()
        origin = f"{self.channel.name} #{ref}"
        return self.env["sale.order"].search([("origin", "=", origin)])

    def entry_of(self, ref):
        self.env.invalidate_all()
        return self.env["retail.ledger"].search(
            [("channel_id", "=", self.channel.id), ("source_ref", "=", str(ref))]
        )

    def query(self, sql, *values):
        self.env.cr.execute(sql, values or None)
        return self.env.cr.fetchall()

    def stored(self, order):
        """Every stored column of the order and of its lines."""
        self.env.flush_all()
        return self.query(
            """SELECT to_jsonb(o)::text, jsonb_agg(to_jsonb(l) ORDER BY l.id)::text
                 FROM sale_order o JOIN sale_order_line l ON l.order_id = o.id
                WHERE o.id = %s GROUP BY o.id""",
            order.id,
        )

    def rows_by_table(self):
        self.env.flush_all()
        tables = self.query(
            "SELECT relname FROM pg_class c WHERE relkind = 'r'"
            " AND relnamespace = current_schema::regnamespace"
        )
        return {
            table: self.query(f'SELECT count(*) FROM "{table}"')[0][0]
            for (table,) in tables
            if table not in OWN_TABLES
        }


def write(path, content):
    data = content if isinstance(content, bytes) else json.dumps(content).encode()
    path.write_bytes(data)
    return path


def counts(record):
    return {name: record[f"{name}_count"] for name in OUTCOMES}


def expected(**some):
    return {**dict.fromkeys(OUTCOMES, 0), **some}


def command(database, path, *options):
    return [
        *(str(ROOT / "tools/odoo"), "retail", "import", "-d", database),
        *("--channel", "shop", "--json", *options, str(path)),
    ]


def start(database, path, *options):
    return subprocess.Popen(
        command(database, path, *options),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def result(process):
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err[-3000:]
    return json.loads(out.splitlines()[-1])


def same_as_shop(desk, order, document):
    """The order's amounts and quantities are those of the shop's document."""
    digits = order.currency_id.decimal_places
    assert f"{order.amount_total:.{digits}f}" == document["total"]
    assert f"{order.amount_tax:.{digits}f}" == document["total_tax"]
    goods = order.order_line.filtered(
        lambda line: line.product_id != desk.channel.rounding_product_id
    )
    kinds = ("line_items", "shipping_lines", "fee_lines")
    theirs = [float(line["total"]) for kind in kinds for line in document[kind]]
    assert [round(line.price_subtotal, digits) for line in goods] == theirs
    quantities = [line["quantity"] for line in document["line_items"]]
    assert goods[: len(quantities)].mapped("product_uom_qty") == quantities

# SPDX-License-Identifier: LGPL-3.0-or-later
"""Recording refunds in batches: the same refund any number of times is one refund."""

import hashlib
import json

from odoo import api, models
from odoo.fields import Command

from ..engine.context import QUIET
from ..engine.payload import payload_to_order
from ..engine.refund_check import RefundProblem, check, decimal_of, moment_of, objects

LINE_KINDS = {
    "line_items": "product",
    "shipping_lines": "shipping",
    "fee_lines": "fee",
}


def content_of(record):
    """Fingerprint of what a refund says; links into the shop's API do not count."""
    content = {key: value for key, value in record.items() if key != "_links"}
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def _label(record):
    """What a refund that cannot be read may be called: its id, if there is one."""
    ref = record.get("id") if isinstance(record, dict) else None
    return str(ref) if isinstance(ref, int | str) and str(ref).isascii() else ""


def line_ref(line):
    """The shop's id of the order line that this line refunds."""
    for meta in objects(line, "meta_data"):
        if meta.get("key") == "_refunded_item_id":
            return str(meta.get("value") or "")
    return ""


class RetailRefund(models.Model):
    _inherit = "retail.refund"

    @api.model
    def _record_batch(self, channel, import_record, records):
        """Record refunds of a channel.

        ``records`` are WooCommerce refunds with ``_order_ref``; those with ``_mention``
        come from their order and say only reason and total, so they never replace what
        a detailed one has said. Returns {"created", "updated", "unchanged": counts,
        "rejected": [(ref, reason)]}.
        """
        counts = {"created": 0, "updated": 0, "unchanged": 0, "rejected": []}
        model = self.sudo().with_context(**QUIET)
        wanted = model._wanted(records, counts)
        known = {
            refund.source_ref: refund
            for refund in model.search(
                [("channel_id", "=", channel.id), ("source_ref", "in", list(wanted))]
            )
        }
        refs = {record["_order_ref"] for record in wanted.values()}
        orders = model._orders_by_ref(channel, refs)
        new = []
        for ref, record in wanted.items():
            refund = known.get(ref)
            entry = orders.get(record["_order_ref"])
            try:
                if refund:
                    outcome = refund._take(import_record, record, entry)
                else:
                    new.append(model._new_vals(channel, import_record, record, entry))
                    outcome = "created"
            except RefundProblem as problem:
                counts["rejected"].append((ref, str(problem)))
            else:
                counts[outcome] += 1
        model.create(new)
        return counts

    @api.model
    def _wanted(self, records, counts):
        """{ref: record}, one for each refund: details win, then what comes later."""
        wanted = {}
        for record in records:
            try:
                check(record)
            except RefundProblem as problem:
                counts["rejected"].append((_label(record), str(problem)))
                continue
            ref = str(record.get("id") or "")
            if not ref or not record.get("_order_ref"):
                missing = (
                    self.env._("the refund's order is missing")
                    if ref
                    else self.env._("the refund's id is missing")
                )
                counts["rejected"].append((ref, missing))
                continue
            earlier = wanted.get(ref)
            if earlier is None:
                wanted[ref] = record
                continue
            counts["unchanged"] += 1
            if record.get("_mention") and not earlier.get("_mention"):
                continue
            wanted[ref] = record
        return wanted

    @api.model
    def _orders_by_ref(self, channel, refs):
        """{the shop's order id: ledger row} of orders that are in Odoo."""
        entries = self.env["retail.ledger"]._by_source_refs(channel, refs)
        return {ref: entry for ref, entry in entries.items() if entry.order_id}

    @api.model
    def _new_vals(self, channel, import_record, record, entry):
        vals = self._content_vals(channel, record, entry)
        return {
            **vals,
            "channel_id": channel.id,
            "import_id": import_record.id,
            "source_ref": str(record["id"]),
            "order_source_ref": record["_order_ref"],
            "order_id": entry.order_id.id if entry else False,
            "state": "recorded" if entry else "waiting_order",
        }

    @api.model
    def _content_vals(self, channel, record, entry):
        """What the record says of the refund itself."""
        mention = bool(record.get("_mention"))
        amount = decimal_of(record.get("total") if mention else record.get("amount"))
        vals = {
            "amount": float(abs(amount)),
            "reason": record.get("reason") or False,
            "currency_id": self._currency_of(channel, record, entry).id,
            "detailed": not mention,
            "content_hash": content_of(record),
        }
        if not mention:
            vals["refunded_at"] = moment_of(record) or False
            vals["line_ids"] = [
                Command.clear(),
                *(Command.create(line) for line in self._line_vals(record, entry)),
            ]
        return vals

    @api.model
    def _currency_of(self, channel, record, entry):
        if entry:
            return entry.order_id.currency_id
        named = record.get("currency") and self.env["res.currency"].with_context(
            active_test=False
        ).search([("name", "=", record["currency"])], limit=1)
        return named or channel.currency_id or channel.company_id.currency_id

    @api.model
    def _line_vals(self, record, entry):
        order_lines = self._order_lines_by_ref(entry) if entry else {}
        vals_list = []
        for key, kind in LINE_KINDS.items():
            for line in objects(record, key):
                ref = line_ref(line)
                taxes = [
                    f"{tax.get('id')}: {abs(decimal_of(tax.get('total')))}"
                    for tax in objects(line, "taxes")
                    if decimal_of(tax.get("total"))
                ]
                vals_list.append(
                    {
                        "kind": kind,
                        "name": line.get("name") or line.get("method_title") or False,
                        "sku": line.get("sku") or False,
                        "source_line_ref": ref or False,
                        "order_line_id": order_lines.get(ref, False),
                        "quantity": float(abs(decimal_of(line.get("quantity", 1)))),
                        # The shop writes refunds as negative sales.
                        "amount_untaxed": float(-decimal_of(line.get("total"))),
                        "amount_tax": float(-decimal_of(line.get("total_tax"))),
                        "tax_detail": ", ".join(taxes) or False,
                    }
                )
        return vals_list

    @api.model
    def _order_lines_by_ref(self, entry):
        """{the shop's line id: order line id}, as far as it is certain.

        The order's lines stand in the order of the shop's lines, unless somebody has
        changed the order; so a place counts only when description or SKU agree, and a
        description that occurs once counts anywhere.
        """
        lines = entry.order_id.order_line.filtered(
            lambda line: not line.display_type
        ).sorted(lambda line: (line.sequence, line.id))
        result = {}
        for index, source in enumerate(
            payload_to_order(entry._payload_bytes())["lines"]
        ):
            here = lines[index : index + 1]
            name, sku = source["name"], source["sku"]
            same_name = lines.filtered(lambda line, name=name: line.name == name)
            same_sku = sku and here.product_id.default_code == sku
            if here and (here in same_name or same_sku):
                result[source["source_ref"]] = here.id
            elif len(same_name) == 1:
                result[source["source_ref"]] = same_name.id
        return result

    def _take(self, import_record, record, entry):
        """News of a known refund; returns what it was: "updated" or "unchanged"."""
        self.ensure_one()
        vals = {}
        outdone = record.get("_mention") and self.detailed
        if not outdone and content_of(record) != self.content_hash:
            vals = self._content_vals(self.channel_id, record, entry)
        if entry and not self.order_id:
            vals.update(self._link_vals(entry))
        if not vals:
            return "unchanged"
        self.write({**vals, "import_id": import_record.id or self.import_id.id})
        if "state" in vals and "line_ids" not in vals:
            self._link_lines(entry)
        return "updated"

    @api.model
    def _link_vals(self, entry):
        order = entry.order_id
        return {
            "order_id": order.id,
            "currency_id": order.currency_id.id,
            "state": "recorded",
        }

    def _link_lines(self, entry):
        order_lines = self._order_lines_by_ref(entry)
        for line in self.line_ids:
            line.order_line_id = order_lines.get(line.source_line_ref, False)

    @api.model
    def _link_waiting(self, channel):
        """Refunds that came before their order find it; returns how many."""
        waiting = self.sudo().search(
            [("channel_id", "=", channel.id), ("state", "=", "waiting_order")]
        )
        refs = set(waiting.mapped("order_source_ref"))
        orders = waiting._orders_by_ref(channel, refs)
        linked = waiting.filtered(lambda refund: refund.order_source_ref in orders)
        for refund in linked:
            entry = orders[refund.order_source_ref]
            refund.write(refund._link_vals(entry))
            refund._link_lines(entry)
        return len(linked)

# SPDX-License-Identifier: LGPL-3.0-or-later
"""One import's engine: the job and the rooms around it, and the handling of one
chunk."""

from odoo.exceptions import UserError

from . import ledger, native
from .catalog import Catalog, new_job
from .column_plan import ColumnPlan
from .conflicts import RECORD_ERRORS
from .contact_plan import ContactPlan
from .contacts import Contacts
from .duplicates import DuplicateCheck
from .lanes import (
    CANCEL,
    CONSTRAINT_MODE,
    TRIGGERS,
    VALIDATED,
    NativeLane,
    OrmLane,
    validated_problem,
)
from .parties import Parties
from .templates import Templates

PARTY_LIMIT = 200_000  # contacts remembered by the engine, about 10 MB


class Session:
    """The engine for one channel: everything that lives longer than a chunk.

    ``claim`` is called before anything that chunks side by side could do twice, such as
    a new product; it raises when the chunk is not the one to do it. ``met`` are the
    party marks that earlier chunks under way have, too. ``resolved`` is called when
    the chunk's records and templates are known and only its rows are to be written.
    """

    def __init__(self, channel, import_id=0, lane="auto", scope=None, shelf=None):
        self.channel = channel
        self.env = channel.env
        self.import_id = import_id
        self.claim = lambda: None
        self.met = frozenset()
        self.resolved = lambda: None
        self.job = new_job(channel, import_id, scope)
        self.plan = ColumnPlan(channel)
        self.plan.configure(self.job)
        self.templates = Templates(self.job, channel, self.plan, shelf)
        self.catalog = Catalog(self.job, channel, self.templates, self._claim)
        self.contacts = Contacts(
            channel, ContactPlan(channel), self.templates.shelf, lane != "orm"
        )
        self.parties = Parties(
            self.job, channel, self.templates, self.contacts, self._claim_parties
        )
        # In a scope of its own each record would repeat the one imported before.
        self.duplicates = DuplicateCheck(channel, active=not scope)
        self.orm = OrmLane(channel)
        self.native = NativeLane(
            channel, self.plan, self.templates, self.catalog, import_id, self._claim
        )
        self.lane = lane
        self.from_file = True  # a replay reads payloads instead
        self.validated = self._validated()
        self.native.check_access()

    def _claim(self):
        self.claim()

    def _claim_parties(self, marks):
        """Before the contacts with these marks are made."""
        if not self.contacts.is_open or not self.met.isdisjoint(marks):
            self.claim()

    def _validated(self):
        """Whether foreign keys are checked by the engine instead of by triggers."""
        mode = (
            self.env["ir.config_parameter"].sudo().get_param(CONSTRAINT_MODE, TRIGGERS)
        )
        if mode != VALIDATED:
            return False
        problem = validated_problem(self.env)
        if problem:
            raise UserError(problem)
        return True

    @property
    def native_open(self):
        """Whether new orders may take the native lane."""
        return self.lane != "orm" and self.plan.open

    @property
    def key_check(self):
        """Who checks the foreign keys of new orders: a value of the import's field."""
        return "engine" if self.validated and self.native_open else "postgresql"

    @property
    def lane_notes(self):
        """Why orders or contacts take the ORM lane, one reason a line."""
        if self.lane == "orm":
            return self.env._("The ORM lane was chosen for this import.")
        return "\n".join([*self.plan.reasons, *self.contacts.notes])

    # -- one chunk --

    def process(self, chunk):
        """Bring every record of the chunk to its outcome, in the current
        transaction."""
        self.work(chunk)
        self.conclude()
        self.committed()

    def work(self, chunk):
        """All of ``process`` that chunks can do side by side."""
        self.job.trim(PARTY_LIMIT)
        self.templates.trim(PARTY_LIMIT)
        for wave in range(chunk.waves):
            self._process_wave(chunk, wave)

    def conclude(self):
        """The rest of ``process``, when every earlier chunk is committed."""
        self.parties.write_links()

    def committed(self):
        """What ``conclude`` wrote stays."""
        self.parties.committed()

    def meet(self, chunk):
        """Find or make the contacts of the chunk's orders, and no orders."""
        for wave in range(chunk.waves):
            self._resolve(chunk, wave)
        self.conclude()
        self.committed()

    def _process_wave(self, chunk, wave):
        keys = chunk.identities(wave)
        known = ledger.known(self.env, keys)
        chunk.set_known(wave, known)
        self.duplicates.hold(chunk, wave, {row[0] for row in known})
        self._resolve(chunk, wave)
        self.resolved()
        chunk.price(wave)
        if self.lane == "native" and not self.plan.open:
            raise UserError(
                self.env._(
                    "The native lane is closed on this database:\n%s",
                    "\n".join(self.plan.reasons),
                )
            )
        chunk.route(wave, self.native_open)
        self._orm_wave(chunk, wave)
        self._native_wave(chunk, wave)
        if known:
            self._rewrite_known(chunk, wave)
        self.duplicates.conclude(chunk)

    def _resolve(self, chunk, wave):
        """Ask the engine what is missing until nothing is."""
        adders = {
            "product": lambda needs: self.catalog.add_products(chunk, needs),
            "rate": lambda needs: self.catalog.add_rates(chunk, needs),
            "currency": self.catalog.add_currencies,
            "currency_rate": self.catalog.add_currency_rates,
            "party": lambda needs: self.parties.add(chunk, needs),
            "header": lambda needs: self.templates.add_headers(
                chunk, needs, self.catalog.currency_ids
            ),
        }
        while needs := chunk.resolve(wave):
            by_kind = {}
            for need in needs:
                by_kind.setdefault(need[0], []).append(need)
            for kind, group in by_kind.items():
                adders[kind](group)
        self.catalog.add_rounding()

    def _native_wave(self, chunk, wave):
        """COPY of new orders; also writes the ledger rows of every new identity."""
        self.env.flush_all()
        with self.env.cr.savepoint(flush=False):
            order_ids, line_ids = self.native.write_wave(chunk, wave, self.validated)
        if order_ids:
            self.env.invalidate_all(flush=False)
            self.plan.recompute_deferred(
                self.env["sale.order"].browse(order_ids),
                self.env["sale.order.line"].browse(line_ids),
            )

    def _orm_wave(self, chunk, wave):
        created = chunk.select(wave, "created", "orm")
        updated = chunk.select(wave, "updated")
        if created or updated:
            self.claim()
        self._create_by_orm(chunk, created)
        for index in updated:
            self._update(chunk, index)

    def _create_by_orm(self, chunk, indexes):
        """All at once; when that fails, one by one, so that a bad record falls
        alone."""
        if not indexes:
            return
        plans = [chunk.plan(index) for index in indexes]
        try:
            with self.env.cr.savepoint():
                orders = self.orm.create_orders(plans)
                for order, plan in zip(orders, plans, strict=True):
                    self.orm.check_amounts(order, plan)
                self.env.flush_all()
        except RECORD_ERRORS as error:
            if len(indexes) == 1:
                self._reject(chunk, indexes[0], error)
                return
            for index in indexes:
                self._create_by_orm(chunk, [index])
            return
        for index, order in zip(indexes, orders, strict=True):
            chunk.set_result(
                index, "created", "orm", order_id=order.id, order_name=order.name
            )

    def _update(self, chunk, index):
        """A later version: a draft follows it, anything further on goes to review."""
        plan = chunk.plan(index)
        order = self.env["sale.order"].browse(plan["known_order_id"]).exists()
        if not order:
            self._create_by_orm(chunk, [index])
            return
        done = {"lane": "orm", "order_id": order.id, "order_name": order.name}
        if plan["action"] == CANCEL and order.state == "cancel":
            chunk.set_result(index, "updated", **done)
        elif order.state not in ("draft", "sent") or order.locked:
            chunk.set_result(index, "review", **{**done, "detail": order.name})
        else:
            self._rewrite(chunk, index, order, plan, done)

    def _rewrite(self, chunk, index, order, plan, done):
        try:
            with self.env.cr.savepoint():
                if plan["action"] == CANCEL:
                    order._action_cancel()
                elif plan["action"] != native.ACTIONS["skip"]:
                    self.orm.update(order, plan)
                    self.orm.check_amounts(order, plan)
                self.env.flush_all()
        except RECORD_ERRORS as error:
            self._reject(chunk, index, error)
        else:
            chunk.set_result(index, "updated", **done)

    def _reject(self, chunk, index, error):
        text = str(error.args[0]) if error.args else type(error).__name__
        chunk.set_result(index, "rejected", "orm", "not_reproducible", text[:500])

    def _rewrite_known(self, chunk, wave):
        """Ledger rows of identities that were known before this wave."""
        for outcome in ("created", "updated", "skipped", "rejected", "review"):
            for index in chunk.select(wave, outcome):
                record = chunk.record(index)
                if record["ledger_id"]:
                    ledger.rewrite(
                        self.env,
                        record,
                        self.import_id,
                        record["order_id"],
                        self.from_file,
                    )

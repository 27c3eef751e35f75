# SPDX-License-Identifier: LGPL-3.0-or-later
"""New contacts by either lane: COPY of rows equal to the ORM's, or the ORM itself.

Contacts of one country and one kind form a class, separate addresses together with what
their parent hands down. For each class the ORM makes three contacts in a savepoint: the
real one, one with every field filled, one with none. Where they agree in the columns of
the class, where the engine's rules give their other columns, and where nothing else in
the database was touched, COPY writes the contacts of the class; else the ORM does.
"""

import io

from odoo.tools import SQL

from ..arrays import ints
from .conflicts import RECORD_ERRORS, REFUSED_ROWS
from .contact_plan import TABLE
from .contact_rows import MOMENTS, ContactRows, Parent, encoded, text
from .context import QUIET
from .templates import touched, undone

CLASSES = 500  # more would cost more than they save
PIECE = 1 << 16  # characters sent at a time
FULL = {
    "name": "Ada Lovelace",
    "email": '"Ada" <Ada.Lovelace@Example.com>, second@example.com',
    "company_name": "Engines & Sons",
    "phone": "+1 415-555-0132",
    "street": "1 Infinite Loop",
    "street2": "Floor 2",
    "zip": "95014",
    "city": "Cupertino",
}
BARE = {**dict.fromkeys(FULL, False), "name": "Ada", "state_id": False}


class Contacts:
    """Makes contacts of one channel; ``counts`` says how many by which lane."""

    def __init__(self, channel, plan, shelf, is_native):
        self.channel = channel
        self.env = channel.env
        self.plan = plan
        self.shelf = shelf
        self.is_native = is_native
        self.rows = ContactRows(self.env)
        self.partners = self.env["res.partner"].sudo().with_context(**QUIET)
        self.counts = {"native": 0, "orm": 0}

    @property
    def is_open(self):
        """Whether contacts may be written by COPY."""
        return self.is_native and self.plan.open

    @property
    def notes(self):
        """Why the ORM makes contacts, one reason a line."""
        reasons = [*self.plan.reasons, *self.shelf.contact_reasons]
        return [
            self.env._("Odoo makes new contacts itself: %s", reason)
            for reason in reasons
        ]

    def make(self, vals_list):
        """Ids of new contacts, in order; 0 where Odoo refuses one. All customers, or
        all addresses, as ``create`` takes them."""
        if not vals_list:
            return []
        if not self.is_open:
            return self._by_orm(vals_list)
        parents = self._parents({vals.get("parent_id") for vals in vals_list} - {None})
        people = [(vals, parents.get(vals.get("parent_id"))) for vals in vals_list]
        keys = [self._class_key(vals, parent) for vals, parent in people]
        suffixes = self._classes(dict(zip(keys, people, strict=True)))
        copied, left = [], []
        for at, key in enumerate(keys):
            (left if suffixes[key] is None else copied).append(at)
        made = self._by_copy([(*people[at], suffixes[keys[at]]) for at in copied])
        ids = dict(zip(copied, made, strict=True))
        made = self._by_orm([vals_list[at] for at in left])
        ids.update(zip(left, made, strict=True))
        return [ids[at] for at in range(len(keys))]

    # -- lanes --

    def _by_orm(self, vals_list):
        if not vals_list:
            return []
        try:
            with self.env.cr.savepoint():
                created = self.partners.create([dict(vals) for vals in vals_list])
                self.env.flush_all()
        except (*RECORD_ERRORS, *REFUSED_ROWS):
            if len(vals_list) == 1:
                return [0]
            return [self._by_orm([vals])[0] for vals in vals_list]
        self.counts["orm"] += len(created)
        return created.ids

    def _by_copy(self, people):
        """people: [(vals, parent, encoded columns of the class)]."""
        if not people:
            return []
        is_customer = people[0][1] is None
        names = self.plan.engine_columns(is_customer)
        self.env.flush_all()
        ids = self._new_ids(len(people))
        moments = self.rows.moments()
        lines = []
        for contact_id, (vals, parent, suffix) in zip(ids, people, strict=True):
            values = {**self.rows.values(contact_id, vals, parent), **moments}
            lines.append(f"{encoded(text(values[name]) for name in names)}\t{suffix}\n")
        statement = self.plan.copy_statement(is_customer)
        try:
            with self.env.cr.savepoint(flush=False):
                self.env.cr.copy_expert(statement, io.StringIO("".join(lines)), PIECE)
        except REFUSED_ROWS:
            # The ORM finds the contact at fault.
            return self._by_orm([vals for vals, _parent, _suffix in people])
        if not is_customer:
            # Parents in the cache do not know of the new addresses.
            self.env["res.partner"].invalidate_model(["child_ids"], flush=False)
        self.counts["native"] += len(ids)
        return ids

    def _new_ids(self, count):
        rows = self.env.execute_query(
            SQL(
                "SELECT nextval('res_partner_id_seq') FROM generate_series(1, %s)",
                count,
            )
        )
        return [number for (number,) in rows]

    # -- classes --

    def _parents(self, ids):
        """{id: Parent} as the database has them."""
        if not ids:
            return {}
        self.env.flush_all()
        names = self.plan.handed_down
        rows = self.env.execute_query(
            SQL(
                """SELECT p.id, p.name, p.commercial_partner_id,
                          CASE WHEN c.is_company THEN c.name END,
                          p.parent_id IS NULL, %s, %s
                     FROM %s p LEFT JOIN %s c ON c.id = p.commercial_partner_id
                    WHERE p.id = ANY(%s)""",
                SQL(", ").join(SQL("p.%s::text", SQL.identifier(n)) for n in names),
                SQL(", ").join(SQL("c.%s::text", SQL.identifier(n)) for n in names),
                SQL.identifier(TABLE),
                SQL.identifier(TABLE),
                ints(ids),
            )
        )
        return {
            row[0]: Parent(row[0], row[1] or False, row[2], row[3], row[4:])
            for row in rows
        }

    @staticmethod
    def _class_key(vals, parent):
        return (
            vals.get("type"),
            vals["country_id"],
            parent.facts if parent else None,
        )

    def _classes(self, examples):
        """{class key: its encoded columns, or None} of {key: (vals, parent)}."""
        with self.shelf.lock:
            known = self.shelf.contacts
            missing = [key for key in examples if key not in known]
            missing = missing[: max(0, CLASSES - len(known))]
            missing = [
                key for key in missing if not self._is_acted_upon(examples[key][1])
            ]
            if missing:
                known.update(self._try({key: examples[key] for key in missing}))
            return {key: known.get(key) for key in examples}

    def _is_acted_upon(self, parent):
        """Whether another module acts on the parent: it would act on a try, too."""
        reason = parent and self.plan.acts_on(
            dict(zip(self.plan.handed_down, parent.facts[1:], strict=False))
        )
        if reason:
            self._note(reason)
        return bool(reason)

    def _note(self, reason):
        if reason not in self.shelf.contact_reasons:
            self.shelf.contact_reasons.append(reason)

    def _try(self, examples):
        """{class key: its encoded columns, or None}; a class at fault is found by
        trying each alone."""
        try:
            with undone(self.env.cr):
                values, reason = self._prove(examples)
        except (*RECORD_ERRORS, *REFUSED_ROWS):
            values, reason = {}, self.env._("Odoo refuses a contact made for a try.")
        if not reason:
            return values
        if len(examples) == 1:
            self._note(reason)
            return dict.fromkeys(examples)
        return {
            key: result
            for key, example in examples.items()
            for result in self._try({key: example}).values()
        }

    def _prove(self, examples):
        """({class key: encoded columns}, "") or ({}, reason); in a savepoint."""
        tries = [
            (key, {**vals, **self._known(change, vals)}, parent)
            for key, (vals, parent) in examples.items()
            for change in ({}, FULL, BARE)
        ]
        parents = {parent.id for _key, _vals, parent in tries if parent}
        self.env.flush_all()
        before, versions = touched(self.env), self._versions(parents)
        made = self.partners.create([dict(vals) for _key, vals, _parent in tries])
        self.env.flush_all()
        after = touched(self.env)
        reason = self._side_effect(
            {name: count for name, count in after.items() if count != before.get(name)}
        )
        if self._versions(parents) != versions:
            reason = self.env._("A new address changes the contact it belongs to.")
        if reason:
            return {}, reason
        rows = self._read(made.ids)
        return self._compare(tries, [rows[contact_id] for contact_id in made.ids])

    @staticmethod
    def _known(change, vals):
        return {name: value for name, value in change.items() if name in vals}

    def _side_effect(self, tables):
        if TABLE not in tables:
            return self.env._(
                "PostgreSQL does not count the rows it writes (track_counts)."
            )
        others = sorted(tables.keys() - {TABLE})
        if others:
            return self.env._("A new contact also writes %s.", ", ".join(others))
        return ""

    def _versions(self, ids):
        """Which version of its row each contact has."""
        return self.env.execute_query(
            SQL(
                "SELECT id, ctid::text FROM %s WHERE id = ANY(%s) ORDER BY id",
                SQL.identifier(TABLE),
                ints(ids),
            )
        )

    def _read(self, ids):
        """{id: {column: text}}"""
        columns = self.plan.columns
        rows = self.env.execute_query(
            SQL(
                "SELECT id, %s FROM %s WHERE id = ANY(%s)",
                SQL(", ").join(SQL("%s::text", SQL.identifier(n)) for n in columns),
                SQL.identifier(TABLE),
                ints(ids),
            )
        )
        return {row[0]: dict(zip(columns, row[1:], strict=True)) for row in rows}

    def _compare(self, tries, rows):
        """What ``_prove`` returns: the rows of each class against each other, and
        against the engine's rules."""
        values = {}
        for (key, vals, parent), row in zip(tries, rows, strict=True):
            reason = self.plan.acts_on(row)
            if reason:
                return {}, reason
            is_customer = parent is None
            ours = self.rows.values(int(row["id"]), vals, parent)
            for name in self.plan.engine_columns(is_customer):
                if name not in MOMENTS and text(ours[name]) != row[name]:
                    return {}, self._differs(name)
            names = self.plan.class_columns(is_customer)
            first = values.setdefault(key, [row[name] for name in names])
            for name, value in zip(names, first, strict=True):
                if row[name] != value:
                    return {}, self._differs(name)
        return {key: encoded(value) for key, value in values.items()}, ""

    def _differs(self, name):
        return self.env._("Odoo fills %s by a rule the engine does not know.", name)

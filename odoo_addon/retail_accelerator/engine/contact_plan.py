# SPDX-License-Identifier: LGPL-3.0-or-later
"""The column plan of contacts: which columns of ``res_partner`` the engine fills row by
row, and which it takes from a template contact. What fits neither leaves every new
contact to the ORM, with a reason.
"""

from odoo.tools import SQL

from .column_sources import (
    CONTACT_CLASS,
    CONTACT_ENGINE,
    CONTACT_METHODS,
    CUSTOMER_ENGINE,
    HANDED_DOWN,
)
from .plan_checks import PlanChecks

TABLE = "res_partner"


class ContactPlan(PlanChecks):
    """The plan for one channel.

    ``columns`` are all that the ORM knows; those it does not know are left to the
    table's defaults, as it does. ``handed_down`` are the parent's columns that a new
    address depends on.
    """

    models = ("res.partner",)
    methods = CONTACT_METHODS

    def __init__(self, channel):
        super().__init__(channel)
        self.columns = []
        model = self.env["res.partner"]
        for name, _udt, _nullable in self._stored(TABLE):
            field = model._fields.get(name)
            if field is not None:
                self._check_source(model, field)
                self.columns.append(name)
        commercial = [*model._commercial_fields(), *HANDED_DOWN]
        self.handed_down = [name for name in self.columns if name in commercial]
        self._check_methods()
        self._check_constraints()
        self._check_dependents()
        self._check_automations()

    def engine_columns(self, is_customer):
        engine = CUSTOMER_ENGINE if is_customer else CONTACT_ENGINE
        return [name for name in self.columns if name in engine]

    def class_columns(self, is_customer):
        engine = CUSTOMER_ENGINE if is_customer else CONTACT_ENGINE
        return [name for name in self.columns if name not in engine]

    def copy_statement(self, is_customer):
        names = (*self.engine_columns(is_customer), *self.class_columns(is_customer))
        query = SQL(
            "COPY %s (%s) FROM STDIN",
            SQL.identifier(TABLE),
            SQL(", ").join(SQL.identifier(name) for name in names),
        )
        return query.code

    def _check_source(self, model, field):
        name = field.name
        if name in CUSTOMER_ENGINE or name in CONTACT_CLASS:
            self._check_field_modules(model, field)
        elif field.compute or field.related:
            self._close(
                self.env._(
                    "%(field)s of %(model)s is computed in a way the engine does not "
                    "know.",
                    field=name,
                    model=model._name,
                )
            )
        else:
            self._check_default(model, field)

    def _reaches(self, dependent):
        """Whether a new contact can change a field of another model: only where that
        model lists contacts. What refers to the contact comes after it."""
        for path in self.env.registry.field_depends.get(dependent, ()):
            model = self.env[dependent.model_name]
            for name in path.split("."):
                field = model._fields.get(name)
                if field is None or not field.relational:
                    break
                if field.comodel_name == "res.partner" and field.type != "many2one":
                    return True
                model = self.env[field.comodel_name]
        return False

    def _unknown_modules(self, dependent):
        return (
            super()._unknown_modules(dependent) if self._reaches(dependent) else set()
        )

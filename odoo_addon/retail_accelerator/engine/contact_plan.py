# SPDX-License-Identifier: LGPL-3.0-or-later
"""The column plan of contacts: which columns of ``res_partner`` the engine fills row by
row, and which it takes from a template contact. What fits neither leaves every new
contact to the ORM, with a reason.
"""

from odoo.tools import SQL

from .column_sources import (
    CONTACT_CLASS,
    CONTACT_ENGINE,
    CONTACT_GIVEN,
    CONTACT_METHODS,
    CUSTOMER_ENGINE,
    HANDED_DOWN,
    IDLE_WITHOUT,
)
from .plan_checks import PlanChecks

TABLE = "res_partner"


class ContactPlan(PlanChecks):
    """The plan for one channel.

    ``columns`` are all that the ORM knows; those it does not know are left to the
    table's defaults, as it does. ``handed_down`` are the parent's columns that a new
    address depends on. ``acted_upon`` are the columns that must be empty in a class,
    since another module acts on contacts that have them: {column: reason}.
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
        self.given = self._given(model)
        self.writes_anything = self._has_unknown_inverse(model)
        self.acted_upon = {}
        self._check_methods()
        commercial = {*model._commercial_fields(), *HANDED_DOWN, *self.acted_upon}
        self.handed_down = [name for name in self.columns if name in commercial]
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

    @staticmethod
    def _given(model):
        """Fields that ``create`` of an order's contact may write, beside those it
        computes afterwards."""
        return {
            *CUSTOMER_ENGINE,
            *CONTACT_GIVEN,
            *model.default_get(list(model._fields)),
            *(name for name, field in model._fields.items() if field.precompute),
            *model._commercial_fields(),
            *model._address_fields(),
        }

    def _may_run(self, watched):
        """Odoo runs the constraints of the fields it writes."""
        return self.writes_anything or not self.given.isdisjoint(watched)

    def _has_unknown_inverse(self, model):
        """An inverse may write any field."""
        inverses = [
            model._fields[name].inverse for name in self.given if name in model._fields
        ]
        return any(
            callable(inverse) or self._overriding_modules(model, inverse)
            for inverse in inverses
            if inverse
        )

    def _meet_override(self, model_name, method, module):
        column = IDLE_WITHOUT.get((module, method))
        if column not in self.columns:
            super()._meet_override(model_name, method, module)
            return
        self.acted_upon[column] = self.env._(
            "The module %(module)s does more for contacts that have %(field)s.",
            module=module,
            field=column,
        )

    def acts_on(self, values):
        """Why contacts with these values ({column: text}) are left to the ORM; an empty
        text when nothing acts on them."""
        for column, reason in self.acted_upon.items():
            if values.get(column):
                return reason
        return ""

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

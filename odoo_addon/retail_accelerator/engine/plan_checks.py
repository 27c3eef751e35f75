# SPDX-License-Identifier: LGPL-3.0-or-later
"""What any column plan asks of the registry: who else changes a model, and how."""

from inspect import getmembers

from odoo import models
from odoo.tools import SQL

from .column_sources import PRESENTATION, REVIEWED_MODULES


class PlanChecks:
    """``reasons`` says why rows of the plan's models are left to the ORM.

    ``models`` names those models, ``methods`` what the engine reproduces of which
    model: an unknown override closes the plan.
    """

    models = ()
    methods = {}

    def __init__(self, channel):
        self.env = channel.env
        self.channel = channel
        self.reasons = []

    @property
    def open(self):
        return not self.reasons

    def _close(self, reason):
        if reason not in self.reasons:
            self.reasons.append(reason)

    def _stored(self, table):
        """[(name, type, nullable)] of the table's columns, in the table's order."""
        return self.env.execute_query(
            SQL(
                """SELECT column_name, udt_name, is_nullable = 'YES'
                     FROM information_schema.columns
                    WHERE table_schema = current_schema AND table_name = %s
                      AND is_generated = 'NEVER'
                    ORDER BY ordinal_position""",
                table,
            )
        )

    def _check_field_modules(self, model, field):
        unknown = set(field._modules) - REVIEWED_MODULES
        unknown -= self._presenting_modules(model, field.name)
        if unknown:
            self._close(
                self.env._(
                    "The module %(module)s changes the field %(field)s of %(model)s.",
                    module=", ".join(sorted(unknown)),
                    field=field.name,
                    model=model._name,
                )
            )

    @staticmethod
    def _presenting_modules(model, name):
        """Modules that only say how a field is called and what else may be chosen."""
        definitions = [
            (field._module, field._args__.keys() <= PRESENTATION)
            for klass in type(model).mro()
            for field in klass.__dict__.get("_field_definitions", ())
            if field.name == name
        ]
        return {module for module, _presents in definitions} - {
            module for module, presents in definitions if not presents
        }

    def _check_default(self, model, field):
        """A default is a constant when asking for it twice gives the same."""
        if not callable(field.default):
            return
        values = [model.default_get([field.name]).get(field.name) for _i in range(2)]
        if values[0] != values[1]:
            self._close(
                self.env._(
                    "The default of %(field)s of %(model)s differs from record to "
                    "record.",
                    field=field.name,
                    model=model._name,
                )
            )

    def _check_methods(self):
        for model_name, names in self.methods.items():
            for name in names:
                for module in self._overriding_modules(self.env[model_name], name):
                    self._meet_override(model_name, name, module)

    def _meet_override(self, model_name, method, module):
        self._close(
            self.env._(
                "The module %(module)s overrides %(method)s of %(model)s.",
                module=module,
                method=method,
                model=model_name,
            )
        )

    @staticmethod
    def _overriding_modules(model, method):
        """Unreviewed modules that define the method on the model."""
        modules = set()
        for klass in type(model).mro():
            if method not in klass.__dict__ or not issubclass(klass, models.BaseModel):
                continue
            # A registry class carries no module of its own.
            module = getattr(klass, "_module", None) or ""
            if klass.__module__.startswith("odoo.addons."):
                module = klass.__module__.split(".")[2]
            elif klass.__module__.startswith("odoo."):
                continue
            if module and module not in REVIEWED_MODULES:
                modules.add(module)
        return sorted(modules)

    def _check_constraints(self):
        for model_name in self.models:
            model = self.env[model_name]
            # Not ``_constraint_methods``: it wraps some, which hides their module.
            for name, check in getmembers(type(model), _is_constraint):
                parts = check.__module__.split(".")
                module = parts[2] if parts[:2] == ["odoo", "addons"] else ""
                if not module or module in REVIEWED_MODULES:
                    continue
                watched = check._constrains
                if self._may_run(watched(model) if callable(watched) else watched):
                    self._close(
                        self.env._(
                            "The module %(module)s adds the constraint %(method)s to "
                            "%(model)s.",
                            module=module,
                            method=name,
                            model=model_name,
                        )
                    )

    def _may_run(self, _watched):
        """Whether a constraint on these fields may run for a new record."""
        return True

    def _check_dependents(self):
        """Stored fields of other models that unknown modules compute from these."""
        registry = self.env.registry
        for model_name in self.models:
            for field in self.env[model_name]._fields.values():
                for dependent in registry.get_dependent_fields(field):
                    if dependent.model_name in self.models or not dependent.store:
                        continue
                    unknown = self._unknown_modules(dependent)
                    if unknown:
                        self._close(
                            self.env._(
                                "The module %(module)s computes %(field)s of %(model)s "
                                "from %(origin)s.",
                                module=", ".join(sorted(unknown)),
                                field=dependent.name,
                                model=dependent.model_name,
                                origin=model_name,
                            )
                        )

    def _unknown_modules(self, dependent):
        """Unreviewed modules that compute a stored field of another model."""
        return set(dependent._modules) - REVIEWED_MODULES

    def _check_automations(self):
        if "base.automation" not in self.env:
            return
        rules = (
            self.env["base.automation"]
            .sudo()
            .search_count([("model_id.model", "in", self.models)])
        )
        if rules:
            self._close(
                self.env._(
                    "%(count)s automation rules run on %(models)s.",
                    count=rules,
                    models=", ".join(self.models),
                )
            )


def _is_constraint(member):
    return callable(member) and hasattr(member, "_constrains")

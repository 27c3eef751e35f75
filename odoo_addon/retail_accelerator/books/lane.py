# SPDX-License-Identifier: LGPL-3.0-or-later
"""Whether this database's accounting is the one the native lane reproduces."""

from odoo.tools import SQL

from ..engine.column_plan import ColumnPlan
from ..engine.column_sources import REVIEWED_MODULES

# What the native reconciliation does in their stead.
REPRODUCED = {
    "account.move.line": (
        "_reconcile_plan",
        "_reconcile_plan_with_sync",
        "_optimize_reconciliation_plan",
        "_prepare_reconciliation_plan",
        "_prepare_reconciliation_amls",
        "_prepare_reconciliation_single_partial",
        "_check_amls_exigibility_for_reconciliation",
        "_compute_amount_residual",
        "_reconcile_pre_hook",
        "_reconcile_post_hook",
        "write",
    ),
    "account.partial.reconcile": (
        "create",
        "_get_to_update_payments",
        "_update_matching_number",
        "_compute_company_id",
        "_compute_max_date",
    ),
    "account.full.reconcile": ("create",),
    "account.move": (
        "_compute_amount",
        "_compute_payment_state",
        "_get_sync_stack",
        "write",
    ),
    "account.payment": (
        "_compute_state",
        "_compute_reconciliation_status",
        "_seek_for_lines",
        "write",
    ),
}
# Whose records it creates: constraints on them are not asked.
CREATED = ("account.partial.reconcile", "account.full.reconcile")
# What it writes: a stored field that hangs on one of these must be a reviewed one.
WRITTEN = {
    "account.move.line": (
        "amount_residual",
        "amount_residual_currency",
        "reconciled",
        "full_reconcile_id",
        "matching_number",
        "matched_debit_ids",
        "matched_credit_ids",
    ),
    "account.partial.reconcile": ("debit_move_id", "credit_move_id", "amount"),
    "account.full.reconcile": ("reconciled_line_ids", "partial_reconcile_ids"),
    "account.move": ("payment_state", "amount_residual", "amount_residual_signed"),
    "account.payment": ("state", "is_matched", "is_reconciled"),
}
LOG_COLUMNS = {"id", "create_uid", "create_date", "write_uid", "write_date"}
FILLED = {
    "account.full.reconcile": LOG_COLUMNS,
    "account.partial.reconcile": LOG_COLUMNS
    | {
        "debit_move_id",
        "credit_move_id",
        "full_reconcile_id",
        "exchange_move_id",
        "draft_caba_move_vals",
        "debit_currency_id",
        "credit_currency_id",
        "amount",
        "debit_amount_currency",
        "credit_amount_currency",
        "company_id",
        "max_date",
    },
}
# Contexts in which Odoo reconciles otherwise than by default.
CONTEXTS = (
    "no_exchange_difference",
    "no_exchange_difference_no_recursive",
    "no_cash_basis",
    "move_reverse_cancel",
    "add_caba_vals",
    "reduced_line_sorting",
    "forced_rate_from_register_payment",
    "skip_is_manually_modified",
)


def reconcile_problems(env):
    """Reasons for which every group of this environment goes to the ORM."""
    return [
        *(f"context {name}" for name in CONTEXTS if env.context.get(name)),
        *_override_problems(env),
        *_column_problems(env),
        *_dependent_problems(env),
        *constraint_problems(env, CREATED),
        *automation_problems(env, REPRODUCED),
        *trigger_problems(env, REPRODUCED),
    ]


def _override_problems(env):
    for model_name, names in REPRODUCED.items():
        for name in names:
            for module in overriding_modules(env[model_name], name):
                yield f"module {module} overrides {model_name}.{name}"


def constraint_problems(env, models):
    """Constraints of unreviewed modules, which the statements would not ask."""
    for name in models:
        for method in env[name]._constraint_methods:
            parts = method.__module__.split(".")
            module = parts[2] if parts[:2] == ["odoo", "addons"] else ""
            if module and module not in REVIEWED_MODULES:
                yield f"constraint {name}.{method.__name__}"


def overriding_modules(model, method):
    """Unreviewed modules that define the method on the model."""
    return ColumnPlan._overriding_modules(model, method)


def _column_problems(env):
    """Stored fields of the rows we create that something else would have filled."""
    for model_name, filled in FILLED.items():
        for field in env[model_name]._fields.values():
            given = field.required or field.default or field.compute or field.related
            column = field.store and field.column_type
            if column and given and field.name not in filled:
                yield f"field {model_name}.{field.name}"


def _dependent_problems(env):
    found = set()
    for model_name, names in WRITTEN.items():
        for name in names:
            dependents = env.registry.get_dependent_fields(
                env[model_name]._fields[name]
            )
            found |= {
                field
                for field in dependents
                if field.store and set(field._modules) - REVIEWED_MODULES
            }
    return sorted(f"field {field.model_name}.{field.name}" for field in found)


def automation_problems(env, models):
    """Automation rules that would have seen the writes."""
    if "base.automation" not in env:
        return []
    rules = env["base.automation"].sudo()
    count = rules.search_count([("model_id.model", "in", list(models))])
    return ["automation rules"] if count else []


def trigger_problems(env, models):
    """Database triggers beyond PostgreSQL's own on the tables we write."""
    rows = env.execute_query(
        SQL(
            """SELECT DISTINCT c.relname FROM pg_trigger t
                 JOIN pg_class c ON c.oid = t.tgrelid
                WHERE NOT t.tgisinternal AND t.tgenabled <> 'D'
                  AND c.relname = ANY(%s) ORDER BY 1""",
            [env[name]._table for name in models],
        )
    )
    return [f"trigger on {name}" for (name,) in rows]

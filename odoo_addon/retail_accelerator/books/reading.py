# SPDX-License-Identifier: LGPL-3.0-or-later
"""Reads the lines of the groups, and says which groups the native lane may take.

Amounts leave PostgreSQL as integers of minor units. A group that is not taken goes to
the ORM with its reason; whether it is an error there is for the ORM to say.
"""

from collections import Counter, defaultdict

from odoo.tools import SQL

from ..arrays import ints, texts
from .exchange import unready
from .foreign import plan_foreign, prefetch
from .planning import Group, Line, apply_partials, plan_same_currency

INVOICE_TYPES = (
    "out_invoice",
    "out_refund",
    "in_invoice",
    "in_refund",
    "out_receipt",
    "in_receipt",
)
PAYABLE = ("asset_receivable", "liability_payable")
MATCHABLE = ("asset_cash", "liability_credit_card")

LINES = """
    SELECT l.id, l.move_id, l.account_id, coalesce(l.partner_id, 0), l.company_id,
           l.currency_id, coalesce(l.date_maturity, l.date), l.date,
           (l.balance * home.unit)::bigint, (l.amount_currency * own.unit)::bigint,
           (l.amount_residual * home.unit)::bigint,
           (l.amount_residual_currency * own.unit)::bigint,
           l.matching_number, m.move_type = ANY(%(invoices)s),
           home.id, l.reconciled IS TRUE, m.state, l.full_reconcile_id IS NOT NULL,
           (a.reconcile OR a.account_type = ANY(%(matchable)s)), a.account_type,
           home.decimal AND own.decimal
             AND scale(trim_scale(l.balance)) <= home.decimal_places
             AND scale(trim_scale(l.amount_residual)) <= home.decimal_places
             AND scale(trim_scale(l.amount_currency)) <= own.decimal_places
             AND scale(trim_scale(l.amount_residual_currency)) <= own.decimal_places,
           EXISTS (SELECT FROM account_payment_term t
                    WHERE t.id = m.invoice_payment_term_id AND t.early_discount),
           EXISTS (SELECT FROM account_move__account_payment r
                     JOIN account_payment p ON p.id = r.payment_id
                    WHERE r.invoice_id = m.id AND p.move_id IS NULL),
           company.tax_exigibility IS TRUE
      FROM account_move_line l
      JOIN account_move m ON m.id = l.move_id
      JOIN account_account a ON a.id = l.account_id
      JOIN res_company company ON company.id = l.company_id
      JOIN units home ON home.id = company.currency_id
      JOIN units own ON own.id = l.currency_id
     WHERE %(condition)s
"""
# Every currency with the number of its minor units, and whether it has such.
UNITS = """
    WITH units AS MATERIALIZED (
        SELECT id, decimal_places, (10 ^ decimal_places)::numeric AS unit,
               rounding = (10::numeric ^ -decimal_places) AS decimal
          FROM res_currency)
"""


class Reader:
    """Groups of line ids, sorted into those to take and those to leave."""

    def __init__(self, env):
        self.env = env
        self.reasons = Counter()
        self.left = []  # indexes of the groups for the ORM, ascending
        self.facts = {}  # line id -> what decides about the lane
        # Elsewhere than in the community edition a matched payment still waits for its
        # bank line, and the invoices' states hang on that line's reconciliation.
        self.paid_at_once = (
            env["account.move"]._get_invoice_in_payment_state() == "paid"
        )

    def sort_out(self, groups):
        """[Group] the native lane takes, with partials planned and residuals reduced.

        ``groups``: lists of line ids.
        """
        seen = Counter(line_id for ids in groups for line_id in set(ids))
        lines = self._lines(SQL("l.id = ANY(%s)", ints(seen)))
        bound = self._bound(lines)
        shared = self._shared_numbers(groups, lines)
        reasons = {}
        for index, ids in enumerate(groups):
            found = [lines[line_id] for line_id in ids if line_id in lines]
            reasons[index] = self._objection(ids, found, seen, shared)
        members = {
            index: [lines[line_id] for line_id in groups[index]]
            for index, reason in reasons.items()
            if not reason
        }
        self._prefetch(members.values())
        taken = []
        for index, reason in reasons.items():
            group = None if reason else self._planned(members[index], bound)
            if group is None or not group.partials:
                self.left.append(index)
                self.reasons[reason or self._unplanned(group)] += 1
            else:
                taken.append(group)
        self._bind(taken)
        return taken

    # -- rows --

    def _lines(self, condition):
        query = SQL(
            UNITS + LINES,
            invoices=list(INVOICE_TYPES),
            matchable=list(MATCHABLE),
            condition=condition,
        )
        lines = {}
        for row in self.env.execute_query(query):
            lines[row[0]] = Line(*row[:14])
            self.facts[row[0]] = row[14:]
        return lines

    def _bound(self, lines):
        """{matching number: lines} of those matched with something before."""
        numbers = {line.matching_number for line in lines.values()} - {None}
        bound = defaultdict(list)
        if numbers:
            condition = SQL("l.matching_number = ANY(%s)", texts(sorted(numbers)))
            for line in self._lines(condition).values():
                bound[line.matching_number].append(lines.get(line.id, line))
        return bound

    def _shared_numbers(self, groups, lines):
        """Matching numbers that several groups touch."""
        touched = Counter()
        for ids in groups:
            touched.update(
                {
                    lines[line_id].matching_number
                    for line_id in ids
                    if line_id in lines and lines[line_id].matching_number
                }
            )
        return {number for number, count in touched.items() if count > 1}

    # -- decisions --

    def _objection(self, ids, lines, seen, shared):
        """Why the ORM has to do a group; empty when it need not."""
        if len(lines) != len(ids) or not lines:
            return "missing lines"
        if any(seen[line.id] > 1 for line in lines) or len(set(ids)) != len(ids):
            return "lines in several groups"
        if any(line.matching_number in shared for line in lines):
            return "lines in several groups"
        if len({(line.account_id, line.company_id) for line in lines}) > 1:
            return "several accounts or companies"
        for line in lines:
            reason = self._line_objection(line)
            if reason:
                return reason
        return ""

    def _line_objection(self, line):
        (
            _home,
            reconciled,
            state,
            full,
            matchable,
            account_type,
            decimal,
            early_discount,
            payment_without_entry,
            cash_basis,
        ) = self.facts[line.id]
        if state != "posted" or not matchable:
            return "not posted, or account not reconcilable"
        if reconciled or full or line.settled:
            return "already reconciled"
        if (line.matching_number or "P")[0] != "P":
            return "imported matching number"
        if not decimal:
            return "currency without decimal minor units"
        if line.balance * line.residual <= 0 or (
            line.amount_currency * line.residual_currency <= 0
        ):
            return "residual against the line's side"
        if account_type in PAYABLE:
            if cash_basis:
                return "cash basis taxes"
        elif not self.paid_at_once:
            return "bank line of a payment that waits for it"
        if early_discount:
            return "early payment discount"
        if payment_without_entry:
            return "payment without entry"
        return ""

    def _planned(self, lines, bound):
        """The group with its partials; None when exchange differences arise that the
        company is not set up for."""
        group = Group(lines)
        own = {line.id for line in lines}
        for number in {line.matching_number for line in lines} - {None}:
            group.bound += [line for line in bound[number] if line.id not in own]
        if self._domestic(lines):
            group.partials = plan_same_currency(lines)
        else:
            group.partials, group.exchanges = plan_foreign(self.env, lines)
            if unready(self.env, group.exchanges):
                return None
        apply_partials(group.partials)
        return group

    def _domestic(self, lines):
        """All in the currency of their company."""
        home = self.facts[lines[0].id][0]
        return all(
            line.currency_id == home and line.residual == line.residual_currency
            for line in lines
        )

    def _prefetch(self, groups):
        foreign = [lines for lines in groups if not self._domestic(lines)]
        prefetch(self.env, [line.id for lines in foreign for line in lines])

    @staticmethod
    def _unplanned(group):
        if group is None:
            return "exchange difference without journal or account"
        return "nothing to match"

    def _bind(self, groups):
        """Earlier partials of the lines that were matched before."""
        owner = {}
        for group in groups:
            if any(line.matching_number for line in group.lines):
                owner.update((line.id, group) for line in group.involved)
        if not owner:
            return
        rows = self.env.execute_query(
            SQL(
                """SELECT id, debit_move_id, credit_move_id
                     FROM account_partial_reconcile
                    WHERE debit_move_id = ANY(%(ids)s) OR credit_move_id = ANY(%(ids)s)
                    ORDER BY id""",
                ids=ints(owner),
            )
        )
        for partial_id, debit_id, credit_id in rows:
            owner.get(debit_id, owner.get(credit_id)).edges.append(
                (partial_id, debit_id, credit_id)
            )

# SPDX-License-Identifier: LGPL-3.0-or-later
"""A profile tried on a sample: what its rows become, and what is wrong with which."""

from collections import Counter
from dataclasses import dataclass, field

from markupsafe import Markup

from ..engine import native
from . import files, profiles, words
from .reading import moment

SHOWN_ROWS = 20
ERRORS = 20
TEXTS = ("row", "kind", "type", "date", "payout", "transaction", "order", "party")
AMOUNTS = ("gross", "fee", "fee_tax", "net")


@dataclass
class Trial:
    """``errors`` are (row, column, message), row 0 for the file as a whole; ``kept``
    tells the number in the file of each row that was read."""

    events: object = None
    errors: list = field(default_factory=list)
    kept: dict = field(default_factory=dict)


def attempt(content, text, currency="", timezone="UTC"):
    """Read the sample by the profile's text; a row that cannot be read is noted and
    left out, so that the next one can be seen."""
    trial = Trial()
    options = {
        "profiles": [("", text)],
        "timezone": timezone or "UTC",
        "currency": currency or None,
    }
    try:
        rows = files.rows(content)
    except files.FileError as error:
        trial.errors.append((error.row, error.column, error.message))
        return trial
    table = profiles.table_of(rows)
    if table is None:
        _read(trial, rows, options)
        return trial
    left = list(range(len(table.rows)))
    while len(trial.errors) < ERRORS:
        sample = table.content([table.rows[at] for at in left])
        bad = _read(trial, sample, options)
        if bad is None or bad > len(left):
            break
        row, column, message = trial.errors[-1]
        trial.errors[-1] = (left[row - 1] + 1, column, message)
        del left[bad - 1]
    trial.kept = {number: at + 1 for number, at in enumerate(left, 1)}
    return trial


def _read(trial, content, options):
    """Read once; the row that stopped it, or None."""
    extension = native.require()
    try:
        trial.events = extension.settlement_read(content, **options)
    except extension.Error as error:
        _reason, message, row, _offset, column = error.args[:5]
        trial.errors.append((row, column or "", message))
        return row or None
    return None


def page(env, trial, name):
    """The trial for people: errors, payouts, words that nobody knows, first rows."""
    parts = [_errors(env, trial)]
    if trial.events is not None:
        parts += [_summary(env, trial, name), _payouts(env, trial), _rows(env, trial)]
    return Markup().join(parts)


def _table(head, lines):
    cells = Markup().join(Markup("<th>%s</th>") % text for text in head)
    rows = Markup().join(
        Markup("<tr>%s</tr>")
        % Markup().join(Markup("<td>%s</td>") % text for text in line)
        for line in lines
    )
    return Markup(
        "<table class='table table-sm'><thead><tr>%s</tr></thead><tbody>%s</tbody>"
        "</table>"
    ) % (cells, rows)


def _errors(env, trial):
    if not trial.errors:
        return Markup("")
    head = (env._("Row"), env._("Column"), env._("What is wrong"))
    return Markup("<div class='alert alert-danger'>%s</div>") % _table(
        head, [(row or "", column, message) for row, column, message in trial.errors]
    )


def _summary(env, trial, name):
    events = trial.events
    if events.profile != name:
        text = env._(
            "The profile %(other)s fits this file better. Mark more columns as "
            "required, or none that the file lacks.",
            other=events.profile,
        )
        return Markup("<div class='alert alert-warning'>%s</div>") % text
    text = words.rows(env, len(events))
    types = zip(events.column("kind"), events.column("type"), strict=True)
    unknown = Counter(word for kind, word in types if kind == "unknown")
    if unknown:
        listed = ", ".join(
            f"{word} ({count})" for word, count in unknown.most_common(10)
        )
        text = env._(
            "%(text)s. Words without a kind: %(words)s", text=text, words=listed
        )
    return Markup("<p>%s</p>") % text


def _payouts(env, trial):
    """What each payout adds up to, and how far that is from what is declared."""
    lines = [
        (
            payout["reference"],
            payout["count"],
            *(
                _amount(env, payout[name], payout["currency"])
                for name in ("total", "declared", "difference")
            ),
        )
        for payout in trial.events.payouts[:SHOWN_ROWS]
    ]
    head = (env._("Payout"), env._("Rows"), env._("Sum"), env._("Declared"))
    return _table((*head, env._("Difference")), lines) if lines else Markup("")


def _rows(env, trial):
    lines = []
    kinds = dict(
        env["retail.settlement.event"]._fields["kind"]._description_selection(env)
    )
    for at in range(min(SHOWN_ROWS, len(trial.events))):
        event = trial.events.row(at)
        event["row"] = trial.kept.get(event["row"], event["row"])
        event["date"] = moment(event["date"])
        event["kind"] = kinds[event["kind"]]
        lines.append(
            [event[name] or "" for name in TEXTS]
            + [_amount(env, event[name], event["currency"]) for name in AMOUNTS]
        )
    head = (
        *(env._("Row"), env._("Kind"), env._("Type"), env._("Date"), env._("Payout")),
        *(env._("Transaction"), env._("Order"), env._("Party"), env._("Gross")),
        *(env._("Fee"), env._("Tax"), env._("Net")),
    )
    return _table(head, lines)


def _amount(env, minor, currency):
    if minor is None:
        return ""
    digits = native.require().settlement_digits(currency)
    return words.amount(env, minor, digits, currency)

# SPDX-License-Identifier: LGPL-3.0-or-later
"""JSON of providers' interfaces as rows: one record a row, one column a member, named
by its path in the document (``transactions.amount``).

Stripe's balance transactions, Klarna's payouts and transactions and Square's payout
entries are known when they come without the list's name, too; of any other document
every list of objects becomes rows.
"""

import csv
import io
import json
from collections import Counter

from .errors import FileError

COLUMNS = 900  # the engine reads 1,024
DEPTH = 8
# Name of the list: members by which its records are known.
KNOWN = {
    "data": {"reporting_category", "available_on", "net"},
    "transactions": {"capture_date", "sale_date", "purchase_country"},
    "payouts": {"totals", "payment_reference", "payout_date"},
    "payout_entries": {"payout_id", "gross_amount_money", "net_amount_money"},
    "payout": {"arrival_date", "amount_money"},
}


def json_rows(content):
    """CSV, UTF-8. FileError."""
    records = []
    for document in _documents(content):
        records += _records(document)
    if not records:
        raise FileError("the JSON holds no list of records")
    _assign_payout(records)
    rows = []
    for number, (name, record) in enumerate(records, 1):
        rows.append({})
        _flatten(rows[-1], name, record, number, 0)
    return _table(rows)


# -- from text to records --


def _documents(content):
    """One document, or several behind each other."""
    text = _decode(content).lstrip()
    decoder = json.JSONDecoder(
        object_pairs_hook=_unique,
        parse_float=str,
        parse_int=str,
        parse_constant=_no_constant,
    )
    while text:
        try:
            document, end = decoder.raw_decode(text)
        except json.JSONDecodeError as error:
            raise FileError(
                f"the JSON is damaged or cut: {error.msg} at line {error.lineno}, "
                f"character {error.colno}"
            ) from error
        except RecursionError as error:
            raise FileError("the JSON is nested too deeply") from error
        yield document
        text = text[end:].lstrip()


def _decode(content):
    try:
        return content.decode(json.detect_encoding(content))
    except UnicodeDecodeError as error:
        raise FileError(f"the JSON is not valid UTF-8 at byte {error.start}") from error


def _unique(pairs):
    result = dict(pairs)
    if len(result) < len(pairs):
        twice = Counter(name for name, _value in pairs).most_common(1)[0][0]
        raise FileError("a member occurs twice in one object", column=twice)
    return result


def _no_constant(text):
    raise FileError(f"{text} is no amount")


def _records(document):
    """[(name of the list, record)] of a document, or of a list of pages."""
    if isinstance(document, list):
        return [pair for element in document for pair in _records_of(element)]
    return _records_of(document)


def _records_of(document):
    if not isinstance(document, dict):
        raise FileError("a record is an object")
    name = _name_of(document)
    if name:
        return [(name, document)]
    found = []
    for member, value in document.items():
        if _is_list_of_records(value):
            found += [(_name_of(record) or member, record) for record in value]
        elif isinstance(value, dict) and _name_of(value):
            found.append((_name_of(value), value))
    return found or [("", document)]


def _is_list_of_records(value):
    return isinstance(value, list) and value and all(isinstance(v, dict) for v in value)


def _name_of(record):
    members = set(record)
    for name, known in KNOWN.items():
        if known <= members:
            return name
    return ""


def _assign_payout(records):
    """Stripe lists what a payout is made of without naming it in each record: when the
    only payout of the list is the negative sum of all others, they are its own."""
    mine = [record for name, record in records if name == "data"]
    paid = [record for record in mine if record.get("reporting_category") == "payout"]
    if len(paid) != 1 or any("payout" in record for record in mine):
        return
    try:
        total = sum(int(record["net"]) for record in mine)
    except (KeyError, TypeError, ValueError):
        return
    source = paid[0].get("source")
    payout = source.get("id") if isinstance(source, dict) else source
    if total == 0 and payout:
        for record in mine:
            record["payout"] = payout


# -- from records to rows --


def _flatten(row, path, value, number, depth):
    if depth > DEPTH:
        row[path] = json.dumps(value, ensure_ascii=False)
    elif isinstance(value, dict):
        for member, inner in value.items():
            _flatten(
                row, f"{path}.{member}" if path else member, inner, number, depth + 1
            )
    elif isinstance(value, list):
        row[path] = json.dumps(value, ensure_ascii=False) if value else ""
    elif isinstance(value, bool):
        row[path] = "true" if value else "false"
    else:
        row[path] = "" if value is None else str(value)
    if "\0" in str(row.get(path, "")):
        raise FileError("a text holds a NUL character", number, path)


def _table(rows):
    """The most used columns; the others stay together in one, as JSON."""
    used = Counter(name for row in rows for name in row)
    columns = list(used)
    if len(columns) > COLUMNS:
        kept = {name for name, _count in used.most_common(COLUMNS)}
        columns = [name for name in columns if name in kept]
        for row in rows:
            rest = {name: row.pop(name) for name in list(row) if name not in kept}
            row["others"] = json.dumps(rest, ensure_ascii=False) if rest else ""
        columns.append("others")
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    try:
        return out.getvalue().encode()
    except UnicodeEncodeError as error:
        raise FileError("a text holds half a character (a lone surrogate)") from error

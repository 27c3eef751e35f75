# SPDX-License-Identifier: LGPL-3.0-or-later
"""Appends to the audit log, and reads it back to verify it.

The head of a company's log, its last number and hash, is one row that each append
locks. Everything that decides about settlements or duplicates locks it before it reads:
who comes second waits, and then starts anew from what the first one left (a
serialization failure that Odoo and the runner repeat).
"""

import json
import logging

from odoo import fields
from odoo.tools import SQL

from . import chain

_logger = logging.getLogger(__name__)

COLUMNS = (*chain.FIELDS, *chain.TEXTS, "previous_hash", "hash")
BATCH = 5000
# In the context of the one who may add; no request can forge an object.
WRITER = object()


def lock(env, company):
    """Hold the company's log until the transaction ends; returns (number, hash)."""
    env.cr.execute(
        SQL(
            """INSERT INTO retail_audit_head (company_id, number, hash)
               VALUES (%s, 0, %s) ON CONFLICT DO NOTHING""",
            company.id,
            chain.GENESIS,
        )
    )
    env.cr.execute(
        SQL(
            "SELECT number, hash FROM retail_audit_head WHERE company_id = %s"
            " FOR UPDATE",
            company.id,
        )
    )
    return env.cr.fetchone()


def company_of(record):
    """Whose log a record is noted in; what belongs to all companies, in that of the
    company the user works in."""
    return record.company_id or record.env.company


def append(record, action, summary, **details):
    """Write down what was done to ``record`` (it has a company_id).

    action: one of the log's actions; summary: for people, without personal data;
    details: what proves it (ids, amounts as text, hashes of source bytes).
    """
    env, company = record.env, company_of(record)
    number, previous = lock(env, company)
    values = {
        "number": number + 1,
        "company_id": company.id,
        "date": fields.Datetime.to_string(fields.Datetime.now()),
        "user_id": env.uid,
        "action": action,
        "model": record._name,
        "res_id": record.id,
        "summary": summary,
        "details": json.dumps(details, ensure_ascii=False, sort_keys=True),
        "previous_hash": previous,
    }
    values["hash"] = chain.entry_hash(previous, values)
    entries = env["retail.audit"].sudo().with_context(retail_audit_writer=WRITER)
    entries.create([values])
    env.cr.execute(
        SQL(
            "UPDATE retail_audit_head SET number = %s, hash = %s WHERE company_id = %s",
            values["number"],
            values["hash"],
            company.id,
        )
    )
    # The server's log is a second place that knows how the audit log ended.
    _logger.info(
        "Audit log of company id %s: entry %s is %s",
        company.id,
        values["number"],
        values["hash"],
    )


def verify(env, company, noted=()):
    """{"entries", "head", "problem"} of the company's log; see chain.verify."""
    env.flush_all()
    env.cr.execute(
        SQL(
            "SELECT number, hash FROM retail_audit_head WHERE company_id = %s",
            company.id,
        )
    )
    head = env.cr.fetchone()
    count, problem = chain.verify(_rows(env, company), head, noted)
    return {
        "entries": count,
        "head": head[1] if head else chain.GENESIS,
        "problem": problem,
    }


def _rows(env, company):
    """The company's entries as stored, in order, a batch in memory at a time; also such
    as no program of ours could have written."""
    after = (-(2**31), 0)
    while True:
        env.cr.execute(
            SQL(
                """SELECT id, number, company_id,
                          to_char(date, 'YYYY-MM-DD HH24:MI:SS') AS date, user_id,
                          action, model, res_id, summary, details, previous_hash, hash
                     FROM retail_audit
                    WHERE company_id = %s AND (number, id) > (%s, %s)
                    ORDER BY number, id LIMIT %s""",
                company.id,
                *after,
                BATCH,
            )
        )
        rows = env.cr.dictfetchall()
        yield from rows
        if len(rows) < BATCH:
            return
        after = (rows[-1]["number"], rows[-1]["id"])

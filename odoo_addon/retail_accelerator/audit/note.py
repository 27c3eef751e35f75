# SPDX-License-Identifier: LGPL-3.0-or-later
"""How the logs ended, to be kept elsewhere: what a later verification compares with.

A note is the JSON that ``retail audit verify --json`` prints. Who cuts the log short,
or writes all of it anew, cannot change a note kept outside of this database.
"""

import json

from odoo.exceptions import UserError

from . import log


def take(env, companies, noted=None):
    """{"companies": [{"company", "company_id", "entries", "head", "problem"}]}; noted:
    what ``read`` gave, to compare with."""
    noted = noted or {}
    return {
        "companies": [
            {
                "company": company.name,
                "company_id": company.id,
                **log.verify(env, company, noted.get(company.id, ())),
            }
            for company in companies
        ]
    }


def read(env, content):
    """{company id: [(number, hash)]} of a note's bytes; UserError for anything else."""
    try:
        lines = content.decode().strip().splitlines()
        companies = json.loads(lines[-1])["companies"]
        found = {
            int(one["company_id"]): [(int(one["entries"]), str(one["head"]))]
            for one in companies
        }
    except (ValueError, LookupError, TypeError) as error:
        raise UserError(
            env._("This is no note of an audit log, as “Download Note” gives one.")
        ) from error
    return {
        company: [one for one in entries if one[0]]
        for company, entries in found.items()
    }

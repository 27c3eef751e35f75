# SPDX-License-Identifier: LGPL-3.0-or-later
"""What Odoo makes of a contact's name, e-mail, phone and parent, and COPY's text form.

The rules are those of ``res.partner`` (base), ``mail.thread.blacklist`` (mail) and
``mail.thread.phone`` (phone_validation) for a contact that is no company. Every class
of contacts is compared with the ORM's own rows before these rules are trusted.
"""

import re
from dataclasses import dataclass

from odoo.tools import email_normalize

NULL = r"\N"
_ESCAPED = {"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"}
_SPECIAL = re.compile(r"[\\\t\n\r]")
MOMENTS = frozenset(["create_date", "write_date", "calendar_last_notif_ack"])


@dataclass(frozen=True)
class Parent:
    """What the row of an address takes from the contact it belongs to."""

    id: int
    name: str
    commercial_id: int
    company: str  # the commercial entity's name when that is a company
    facts: tuple  # what decides the address's class


class ContactRows:
    """Rows of contacts in one company, all of one transaction's moment."""

    def __init__(self, env):
        self.env = env
        self.partners = env["res.partner"]
        self.countries = {}

    def values(self, contact_id, vals, parent):
        """{column: value} of the engine's columns, from ``create`` values."""
        name, company = vals["name"], vals.get("company_name") or None
        above = None
        if parent:
            company, above = None, parent.company or parent.name
        entity = parent.company if parent and parent.company else company
        shown = f"{entity or above}, {name}" if company or parent else name
        email, phone = vals.get("email") or None, vals.get("phone") or None
        return {
            "id": contact_id,
            "parent_id": parent.id if parent else None,
            "commercial_partner_id": parent.commercial_id if parent else contact_id,
            "name": name,
            "complete_name": shown.strip(),
            "company_name": company,
            "commercial_company_name": entity,
            "email": email,
            "email_normalized": (email_normalize(email, strict=False) or None)
            if email
            else None,
            "phone": phone,
            "phone_sanitized": self._sanitized(phone, vals["country_id"]),
            "street": vals["street"] or None,
            "street2": vals["street2"] or None,
            "zip": vals["zip"] or None,
            "city": vals["city"] or None,
            "state_id": vals["state_id"] or None,
        }

    def moments(self):
        now = self.env.cr.now()
        ack = now.replace(microsecond=0)
        return {"create_date": now, "write_date": now, "calendar_last_notif_ack": ack}

    def _sanitized(self, phone, country_id):
        if not phone:
            return None
        if country_id not in self.countries:
            self.countries[country_id] = self.env["res.country"].browse(country_id)
        country = self.countries[country_id]
        return self.partners._phone_format(number=phone, country=country) or None


def text(value):
    """A value as PostgreSQL's own cast to text shows it; None stays None."""
    return None if value is None else str(value)


def encoded(values):
    """Texts (or None) in COPY's text format, tabs between them."""
    return "\t".join(
        NULL
        if value is None
        else _SPECIAL.sub(lambda found: _ESCAPED[found[0]], value)
        if _SPECIAL.search(value)
        else value
        for value in values
    )

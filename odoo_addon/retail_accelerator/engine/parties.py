# SPDX-License-Identifier: LGPL-3.0-or-later
"""Contacts of orders: matched, enriched or created once, set-wise, and remembered.

A party key (32 hex digits, made by the engine) stands for a customer, or for one
address of a customer. ``retail.channel.partner`` keeps which contact each key means.
"""

from typing import NamedTuple

from odoo.fields import Domain
from odoo.tools import SQL, email_normalize

from ..arrays import ints, texts
from . import native
from .context import QUIET

ROLES = ("customer", "invoice", "delivery")
CUSTOMER = 0
ANY_CHANNEL = "*"  # no channel has this code
FOREIGN = -1  # instead of a contact's id: it is another company's
ADDRESS_PARTS = ("address_1", "address_2", "city", "state", "postcode", "country")
NAMES = ("first_name", "last_name", "company")
PLACE_TEXTS = ("name", "street", "street2", "city", "zip")


class People(NamedTuple):
    """Who is in an order: addresses are dicts as Chunk.order has them."""

    customer_ref: str
    billing: dict
    shipping: dict


def _clean(text):
    return " ".join(text.split()).casefold()


class Parties:
    """Answers the ``party`` needs of a chunk."""

    def __init__(self, job, channel, templates, contacts, claim):
        self.job = job
        self.claim = claim
        self.channel = channel
        self.env = channel.env
        self.templates = templates
        self.contacts = contacts
        self.knows_nobody = False  # to prove the making of contacts
        self.areas = {}
        self.fresh = {}  # contact just made: its ``create`` values
        self.marks = ()  # of the orders whose contacts are looked for
        self.unwritten = {}  # key -> (role, external_ref, partner id) to be linked
        self.has_made = False  # whether this transaction made contacts

    def add(self, chunk, needs):
        """needs: tuples ("party", record, key, role)."""
        found = self._remembered([need[2] for need in needs])
        unknown = [need for need in needs if need[2] not in found]
        if unknown:
            found.update(self._resolve(chunk, unknown, found))
        partners = {partner for partner in found.values() if partner > 0}
        classes = self.templates.partner_classes(partners)
        self.job.add_parties(
            [(key, partner, classes.get(partner, 0)) for key, partner in found.items()]
        )

    def _remembered(self, keys):
        """{key: partner id, or FOREIGN where the contact has moved to another
        company since}."""
        rows = self.env.execute_query(
            SQL(
                """SELECT party_key, partner_id FROM retail_channel_partner
                    WHERE channel_id = %s AND party_key = ANY(%s)""",
                self.channel.id,
                texts(keys),
            )
        )
        found = dict(rows)
        for key in keys:
            if key in self.unwritten:
                found[key] = self.unwritten[key][-1]
        foreign = self._foreign(set(found.values()))
        return {
            key: FOREIGN if partner_id in foreign else partner_id
            for key, partner_id in found.items()
        }

    def _foreign(self, partner_ids):
        """Those that orders of the channel's company may not refer to."""
        if not partner_ids:
            return set()
        partners = self.env["res.partner"].sudo().with_context(active_test=False)
        return set(
            partners.search(
                Domain("id", "in", sorted(partner_ids))
                & ~Domain(partners._check_company_domain(self.channel.company_id))
            ).ids
        )

    def _resolve(self, chunk, needs, known):
        """{key: partner id} of keys never seen: customers first, then their
        addresses."""
        records = {need[1] for need in needs}
        orders = {record: People(*chunk.people(record)) for record in records}
        parties = {record: chunk.parties(record) for record in records}
        self.marks = {mark for keys in parties.values() for mark in keys}
        self.fresh = {}
        customers = [need for need in needs if need[3] == CUSTOMER]
        found = self._customers(customers, orders)
        addresses = [need for need in needs if need[3] != CUSTOMER]
        owners = {record: keys[CUSTOMER] for record, keys in parties.items()}
        found.update(self._addresses(addresses, orders, owners, {**known, **found}))
        self._remember(needs, orders, found)
        return found

    def _remember(self, needs, orders, found):
        """Two chunks under way may find one contact for a key, and only one of them can
        write that down: ``write_links`` does, in turn."""
        self.unwritten.update(
            (key, (ROLES[role], orders[record].customer_ref or None, found[key]))
            for _kind, record, key, role in needs
            if found.get(key, 0) > 0
        )

    def write_links(self):
        """Write down what was found, when every earlier chunk is committed."""
        known = self.templates.shelf.linked
        self._link(
            (key, *link)
            for key, link in self.unwritten.items()
            if not any(key in keys for keys in known)
        )

    def committed(self):
        """What ``write_links`` wrote stays."""
        self.templates.shelf.linked.append(self.unwritten.keys())
        self.unwritten = {}
        self.has_made = False

    def _link(self, rows):
        """Rows (key, role, external_ref, partner_id) of retail.channel.partner. By SQL:
        the ORM would take longer than the contacts themselves. An e-mail claimed for a
        contact that is no longer usable gets the new one."""
        rows = list(rows)
        if not rows:
            return
        keys, roles, refs, partners = zip(*rows, strict=True)
        self.env.execute_query(
            SQL(
                """INSERT INTO retail_channel_partner (
                       channel_id, party_key, role, external_ref, partner_id,
                       create_uid, write_uid, create_date, write_date)
                   SELECT %(channel)s, r.key, r.role, r.ref, r.partner,
                          %(uid)s, %(uid)s, %(now)s, %(now)s
                     FROM unnest(%(keys)s, %(roles)s, %(refs)s, %(partners)s)
                          AS r(key, role, ref, partner)
                       ON CONFLICT (party_key) WHERE role = 'email'
                       DO UPDATE SET (channel_id, partner_id, write_date)
                                   = (excluded.channel_id, excluded.partner_id,
                                      excluded.write_date)
                   RETURNING id""",
                channel=self.channel.id,
                uid=self.env.uid,
                now=self.env.cr.now(),
                keys=texts(keys),
                roles=texts(roles),
                refs=texts(refs),
                partners=ints(partners),
            )
        )
        self.channel.invalidate_recordset(["partner_ids"])

    # -- customers --

    def _customers(self, needs, orders):
        emails = {
            need: email_normalize(orders[need[1]].billing["email"]) or ""
            for need in needs
        }
        by_email = self._partners_by_email(set(emails.values()) - {""})
        guest_id = self.channel.guest_partner_id.id
        if self._foreign({guest_id} - {False}):
            guest_id = FOREIGN
        found, to_create = {}, {}
        for need in needs:
            _kind, record, key, _role = need
            order, email = orders[record], emails[need]
            if self._is_anonymous(order):
                found[key] = guest_id
            elif email in by_email:
                found[key] = by_email[email]
            else:
                # Several keys (an account and a guest) may share one new e-mail.
                same = email if self.channel.match_email else ""
                to_create.setdefault(same or key, (order, []))[1].append(key)
        vals_list = [self._customer_vals(order) for order, _keys in to_create.values()]
        created = dict(zip(to_create, self._make(vals_list), strict=True))
        for same, (_order, keys) in to_create.items():
            found.update(dict.fromkeys(keys, created[same]))
        self._claim_emails(created, emails)
        self._enrich(needs, orders, found)
        return found

    def _new_contacts(self, vals_list):
        if not vals_list:
            return []
        self.claim(self.marks)
        self.has_made = True
        return self.contacts.make(vals_list)

    def _make(self, vals_list):
        ids = self._new_contacts(vals_list)
        for contact_id, vals in zip(ids, vals_list, strict=True):
            self.fresh[contact_id] = vals
        return ids

    def _is_anonymous(self, order):
        """Guests share one contact when the channel says so."""
        return (
            self.channel.guest_policy == "shared"
            and self.channel.guest_partner_id
            and not order.customer_ref
        )

    def _partners_by_email(self, emails):
        """{e-mail: partner id or FOREIGN}; also of contacts made for an e-mail they no
        longer have."""
        if not emails or not self.channel.match_email or self.knows_nobody:
            return {}
        partners = (
            self.env["res.partner"]
            .sudo()
            .search_fetch(
                [
                    ("email_normalized", "in", list(emails)),
                    *self.env["res.partner"]._check_company_domain(
                        self.channel.company_id
                    ),
                ],
                ["email_normalized", "parent_id"],
                order="id desc",
            )
        )
        # The oldest main contact wins over addresses of the same e-mail.
        ranked = sorted(partners, key=lambda partner: not partner.parent_id)
        found = {partner.email_normalized: partner.id for partner in ranked}
        claims = {self._email_key(email): email for email in emails - found.keys()}
        for key, partner_id in self._claimed(list(claims)).items():
            found[claims[key]] = partner_id
        return found

    def _email_key(self, email):
        """One for all channels: the contacts made for them belong to no company."""
        return native.require().identity_key(ANY_CHANNEL, "contact", email)

    def _claimed(self, keys):
        """{key: partner id, or FOREIGN where it was made here and has moved}. What
        another channel made and moved away is no longer this e-mail's contact."""
        rows = self.env.execute_query(
            SQL(
                """SELECT party_key, partner_id, channel_id
                     FROM retail_channel_partner
                    WHERE role = 'email' AND party_key = ANY(%s)""",
                texts(keys),
            )
        )
        foreign = self._foreign({partner_id for _key, partner_id, _channel in rows})
        return {
            key: FOREIGN if partner_id in foreign else partner_id
            for key, partner_id, channel_id in rows
            if partner_id not in foreign or channel_id == self.channel.id
        }

    def _claim_emails(self, created, emails):
        """One new contact an e-mail: of two workers that meet the same person, in one
        channel or two, the second one fails here and tries again."""
        if self.channel.match_email:
            self._link(
                (self._email_key(email), "email", None, created[email])
                for email in sorted(created.keys() & set(emails.values()))
                if created[email]
            )

    def _enrich(self, needs, orders, found):
        """Give a known contact without any address the one of its order."""
        partners = (
            self.env["res.partner"]
            .sudo()
            .browse({found[need[2]] for need in needs} - {FOREIGN, *self.fresh})
        )
        empty = {
            partner.id: partner
            for partner in partners
            if not (partner.street or partner.city or partner.zip or partner.country_id)
        }
        for _kind, record, key, _role in needs:
            partner = empty.pop(found[key], None)
            if partner and partner != self.channel.guest_partner_id:
                self.claim(self.marks)
                partner.with_context(**QUIET).write(
                    self._address_vals(orders[record].billing)
                )

    def _name(self, address, fallback=""):
        person = " ".join(
            part for part in (address["first_name"], address["last_name"]) if part
        )
        return (
            person
            or address["company"]
            or address.get("email")
            or fallback
            or self.env._("Guest")
        )

    def _customer_vals(self, order):
        billing, shipping = order.billing, order.shipping
        address = billing if self._has_address(billing) else shipping
        return {
            "name": self._name(billing, self._name(shipping)),
            "email": billing["email"] or False,
            "phone": billing["phone"] or False,
            "company_name": billing["company"] or False,
            "customer_rank": 1,
            "company_id": False,
            **self._address_vals(address),
        }

    # -- addresses --

    @staticmethod
    def _has_address(address):
        return any(address[part] for part in ADDRESS_PARTS)

    def _address_vals(self, address):
        country_id, state_id = self._area(address["country"], address["state"])
        return {
            "street": address["address_1"] or False,
            "street2": address["address_2"] or False,
            "city": address["city"] or False,
            "zip": address["postcode"] or False,
            "country_id": country_id,
            "state_id": state_id,
        }

    def _area(self, code, text):
        """(country id, state id), False where there is none. States are found by the
        shop's state code or, where it has none, by name."""
        if (code, text) not in self.areas:
            country = self.env["res.country"]
            if code:
                country = country.search([("code", "=", code.upper())], limit=1)
            self.areas[code, text] = country.id, self._state(country, text).id
        return self.areas[code, text]

    def _state(self, country, text):
        state = self.env["res.country.state"]
        if not country or not text:
            return state
        domain = [("country_id", "=", country.id)]
        # Odoo's codes may carry the country, the shop's may too.
        codes = {text, f"{country.code}-{text}", text.rpartition("-")[2]}
        return state.search(
            [*domain, ("code", "in", list(codes))], limit=1
        ) or state.search([*domain, ("name", "=ilike", text)], limit=1)

    @staticmethod
    def _place(contact):
        """Who lives where, of a contact or of ``create`` values; equal places are one
        contact."""
        country, state = contact["country_id"], contact["state_id"]
        return (
            *(_clean(contact[name] or "") for name in PLACE_TEXTS),
            country if isinstance(country, int) else country.id,
            state if isinstance(state, int) else state.id,
        )

    def _addresses(self, needs, orders, owners, customers):
        """Addresses of orders: the customer, one of his contacts, or a new one."""
        found, to_create = {}, {}
        guest_id = self.channel.guest_partner_id.id
        owned = {need: self._customer_id(owners[need[1]], customers) for need in needs}
        known = {
            partner.id: partner
            for partner in self.env["res.partner"]
            .sudo()
            .browse({i for i in owned.values() if i > 0 and i not in self.fresh})
        }
        for need, customer_id in owned.items():
            _kind, record, key, role = need
            if customer_id <= 0 or customer_id == guest_id:
                found[key] = customer_id
                continue
            order, partner = orders[record], known.get(customer_id)
            owner = partner or self.fresh[customer_id]
            address = order.billing if role == 1 else order.shipping
            vals = self._child_vals(owner, customer_id, address, ROLES[role])
            place = self._place(vals)
            if partner:
                twin = self._find_place(partner, place)
            else:
                twin = customer_id if self._place(owner) == place else 0
            if twin:
                found[key] = twin
            else:
                # An account and a guest who are one contact share it, too.
                to_create.setdefault((customer_id, place), (vals, []))[1].append(key)
        created = self._new_contacts([vals for vals, _keys in to_create.values()])
        for contact_id, (_vals, keys) in zip(created, to_create.values(), strict=True):
            found.update(dict.fromkeys(keys, contact_id))
        return found

    def _find_place(self, partner, place):
        """The contact, or one of his addresses, that is at a place; else 0."""
        for contact in (partner, *partner.child_ids):
            if self._place(contact) == place:
                return contact.id
        return 0

    def _child_vals(self, owner, owner_id, address, role):
        """``create`` values; ``owner`` is a contact or the values of a new one."""
        company = owner["company_id"]
        return {
            "parent_id": owner_id,
            "type": role,
            "name": self._name(address, owner["name"]),
            "phone": address["phone"] or False,
            "company_id": company.id if company else False,
            **self._address_vals(address),
        }

    def is_at(self, contact, owner, address):
        """Whether an address of a customer's order would be taken for this contact.
        One without any field is the customer's own (``ra_key.h``)."""
        if not any(_clean(address[part] or "") for part in (*NAMES, *ADDRESS_PARTS)):
            return contact == owner
        vals = self._child_vals(owner, owner.id, address, "delivery")
        return self._place(contact) == self._place(vals)

    def _customer_id(self, key, customers):
        if key not in customers:
            customers.update(self._remembered([key]))
        return customers.get(key, 0)

# SPDX-License-Identifier: LGPL-3.0-or-later
"""Contacts of orders: matched, enriched or created once, set-wise, and remembered.

A party key (32 hex digits, made by the engine) stands for a customer, or for one
address of a customer. ``retail.channel.partner`` keeps which contact each key means.
"""

from odoo.fields import Domain
from odoo.tools import SQL, email_normalize

from . import native

ROLES = ("customer", "invoice", "delivery")
CUSTOMER = 0
ANY_CHANNEL = "*"  # no channel has this code
FOREIGN = -1  # instead of a contact's id: it is another company's
ADDRESS_PARTS = ("address_1", "address_2", "city", "state", "postcode", "country")
NAME_PARTS = ("first_name", "last_name", "company")
QUIET = {
    "tracking_disable": True,
    "mail_create_nolog": True,
    "mail_create_nosubscribe": True,
    "mail_notrack": True,
    "no_reset_password": True,
}


def _clean(text):
    return " ".join(text.split()).casefold()


class Parties:
    """Answers the ``party`` needs of a chunk."""

    def __init__(self, job, channel, templates, claim):
        self.job = job
        self.claim = claim
        self.channel = channel
        self.env = channel.env
        self.templates = templates
        self.countries = {}
        self.states = {}

    def add(self, chunk, needs):
        """needs: tuples ("party", record, key, role)."""
        found = self._remembered([need[2] for need in needs])
        unknown = [need for need in needs if need[2] not in found]
        if unknown:
            self.claim()
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
                keys,
            )
        )
        foreign = self._foreign({partner_id for _key, partner_id in rows})
        return {
            key: FOREIGN if partner_id in foreign else partner_id
            for key, partner_id in rows
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
        orders = {}
        for _kind, record, _key, _role in needs:
            if record not in orders:
                orders[record] = chunk.order(record)
        customers = [need for need in needs if need[3] == CUSTOMER]
        found = self._customers(customers, orders)
        addresses = [need for need in needs if need[3] != CUSTOMER]
        found.update(self._addresses(addresses, orders, chunk, {**known, **found}))
        self._remember(needs, orders, found)
        return found

    def _remember(self, needs, orders, found):
        self._link(
            (key, ROLES[role], orders[record]["customer_ref"] or None, found[key])
            for _kind, record, key, role in needs
            if found.get(key, 0) > 0
        )

    def _link(self, rows):
        """Rows (key, role, external_ref, partner_id) of retail.channel.partner. By SQL:
        the ORM takes a third as long for them as for the contacts themselves."""
        rows = list(rows)
        if not rows:
            return
        keys, roles, refs, partners = map(list, zip(*rows, strict=True))
        self.env.execute_query(
            SQL(
                """INSERT INTO retail_channel_partner (
                       channel_id, party_key, role, external_ref, partner_id,
                       create_uid, write_uid, create_date, write_date)
                   SELECT %(channel)s, r.key, r.role, r.ref, r.partner,
                          %(uid)s, %(uid)s, %(now)s, %(now)s
                     FROM unnest(%(keys)s::varchar[], %(roles)s::varchar[],
                                 %(refs)s::varchar[], %(partners)s::int4[])
                          AS r(key, role, ref, partner)
                    WHERE r.role != 'email' OR NOT EXISTS (
                          SELECT FROM retail_channel_partner c
                           WHERE c.role = 'email' AND c.party_key = r.key)
                   RETURNING id""",
                channel=self.channel.id,
                uid=self.env.uid,
                now=self.env.cr.now(),
                keys=keys,
                roles=roles,
                refs=refs,
                partners=partners,
            )
        )
        self.channel.invalidate_recordset(["partner_ids"])

    # -- customers --

    def _customers(self, needs, orders):
        emails = {
            need: email_normalize(orders[need[1]]["billing"]["email"]) or ""
            for need in needs
        }
        by_email = self._partners_by_email(set(emails.values()) - {""})
        found, to_create = {}, {}
        for need in needs:
            _kind, record, key, _role = need
            order, email = orders[record], emails[need]
            if self._is_anonymous(order, email):
                found[key] = self.channel.guest_partner_id.id
            elif email in by_email:
                found[key] = by_email[email]
            else:
                # Several keys (an account and a guest) may share one new e-mail.
                same = email if self.channel.match_email else ""
                to_create.setdefault(same or key, (order, []))[1].append(key)
        created = self._create(
            [self._customer_vals(order) for order, _keys in to_create.values()]
        )
        for partner, (_order, keys) in zip(created, to_create.values(), strict=True):
            found.update(dict.fromkeys(keys, partner.id))
        self._claim_emails(dict(zip(to_create, created.ids, strict=True)), emails)
        self._enrich(needs, orders, found, created)
        return found

    def _is_anonymous(self, order, email):
        """Guests share one contact when the channel says so."""
        return (
            self.channel.guest_policy == "shared"
            and self.channel.guest_partner_id
            and not order["customer_ref"]
        )

    def _partners_by_email(self, emails):
        """{e-mail: partner id or FOREIGN}; also of contacts made for an e-mail they no
        longer have."""
        if not emails or not self.channel.match_email:
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
                keys,
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
            )

    def _enrich(self, needs, orders, found, created):
        """Give a known contact without any address the one of its order."""
        partners = (
            self.env["res.partner"]
            .sudo()
            .browse({found[need[2]] for need in needs} - {FOREIGN, *created.ids})
        )
        empty = {
            partner.id: partner
            for partner in partners
            if not (partner.street or partner.city or partner.zip or partner.country_id)
        }
        for _kind, record, key, _role in needs:
            partner = empty.pop(found[key], None)
            if partner and partner != self.channel.guest_partner_id:
                partner.with_context(**QUIET).write(
                    self._address_vals(orders[record]["billing"])
                )

    def _create(self, vals_list):
        return self.env["res.partner"].sudo().with_context(**QUIET).create(vals_list)

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
        billing = order["billing"]
        address = billing if self._has_address(billing) else order["shipping"]
        return {
            "name": self._name(billing, self._name(order["shipping"])),
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
        country = self._country(address["country"])
        return {
            "street": address["address_1"] or False,
            "street2": address["address_2"] or False,
            "city": address["city"] or False,
            "zip": address["postcode"] or False,
            "country_id": country.id,
            "state_id": self._state(country, address["state"]).id,
        }

    def _country(self, code):
        if code not in self.countries:
            domain = [("code", "=", code.upper())]
            country = self.env["res.country"]
            self.countries[code] = country.search(domain, limit=1) if code else country
        return self.countries[code]

    def _state(self, country, text):
        """By the shop's state code or, where it has none, by name."""
        key = (country.id, text)
        if key not in self.states:
            state = self.env["res.country.state"]
            if country and text:
                domain = [("country_id", "=", country.id)]
                # Odoo's codes may carry the country, the shop's may too.
                codes = {text, f"{country.code}-{text}", text.rpartition("-")[2]}
                state = state.search(
                    [*domain, ("code", "in", list(codes))], limit=1
                ) or state.search([*domain, ("name", "=ilike", text)], limit=1)
            self.states[key] = state
        return self.states[key]

    def _is_same_place(self, partner, address):
        """Whether the contact itself lives at this address."""
        vals = self._address_vals(address)
        texts = ("street", "street2", "city", "zip")
        return (
            all(_clean(partner[f] or "") == _clean(vals[f] or "") for f in texts)
            and partner.country_id.id == vals["country_id"]
            and partner.state_id.id == vals["state_id"]
            and _clean(partner.name or "") == _clean(self._name(address, partner.name))
        )

    def _addresses(self, needs, orders, chunk, customers):
        """Addresses of orders: the customer, one of his contacts, or a new one."""
        found, to_create = {}, {}
        keys = {record: chunk.parties(record) for _k, record, _key, _r in needs}
        Partner = self.env["res.partner"].sudo()
        for _kind, record, key, role in needs:
            customer_id = self._customer_id(keys[record][CUSTOMER], customers)
            if customer_id <= 0:
                found[key] = customer_id
                continue
            customer = Partner.browse(customer_id)
            address = orders[record]["billing" if role == 1 else "shipping"]
            if self._is_same_place(customer, address) or customer == (
                self.channel.guest_partner_id
            ):
                found[key] = customer.id
            else:
                to_create[key] = (customer, role, address)
        for key, (customer, _role, address) in list(to_create.items()):
            twin = customer.child_ids.filtered(
                lambda child, a=address: self._is_same_place(child, a)
            )[:1]
            if twin:
                found[key] = twin.id
                del to_create[key]
        created = self._create(
            [
                {
                    "parent_id": customer.id,
                    "type": ROLES[role],
                    "name": self._name(address, customer.name),
                    "phone": address["phone"] or False,
                    "company_id": customer.company_id.id,
                    **self._address_vals(address),
                }
                for customer, role, address in to_create.values()
            ]
        )
        for key, partner in zip(to_create, created, strict=True):
            found[key] = partner.id
        return found

    def _customer_id(self, key, customers):
        if key not in customers:
            customers.update(self._remembered([key]))
        return customers.get(key, 0)

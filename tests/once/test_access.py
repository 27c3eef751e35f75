# SPDX-License-Identifier: LGPL-3.0-or-later
"""Rows written past the ORM pass the ORM's checks nevertheless."""

import json

import pytest
from support import write

from odoo.exceptions import AccessError, UserError


def session_of(desk, lane="native", **env):
    from odoo.addons.retail_accelerator.engine.session import Session

    return Session(desk.channel.with_env(desk.env(**env)), 0, lane)


def process(session, path):
    session.job.open(str(path))
    chunk = session.job.read(10, 1 << 24)
    session.process(chunk)
    return chunk.summary()[0]


@pytest.fixture
def desk(desk):
    """Everything these tests make is undone, and what the registry kept of it."""
    yield desk
    desk.env.cr.rollback()
    desk.env.registry.clear_all_caches()
    desk.env.transaction.reset()


@pytest.fixture
def other_company(desk):
    return desk.env["res.company"].create({"name": f"Other {desk.env.cr.now()}"})


def make_user(desk, groups, companies):
    return desk.env["res.users"].create(
        {
            "name": "Somebody",
            "login": f"somebody-{groups}",
            "group_ids": [(6, 0, [desk.env.ref(group).id for group in groups.split()])],
            "company_id": companies[0].id,
            "company_ids": [(6, 0, companies.ids)],
        }
    )


def test_a_user_without_the_right_to_create_orders_is_refused(desk):
    auditor = "base.group_user retail_accelerator.group_auditor"
    user = make_user(desk, auditor, desk.channel.company_id)
    with pytest.raises(AccessError):
        session_of(desk, user=user)


def test_a_user_with_the_right_imports(desk, feed):
    operator = "base.group_user retail_accelerator.group_operator"
    user = make_user(desk, operator, desk.channel.company_id)
    path = write(feed.path(), feed.orders(3))
    session = session_of(desk, user=user)
    assert session.native_open
    assert process(session, path)["created"] == 3
    orders = desk.orders_of(feed.order()["id"])
    assert orders.create_uid == user


def test_a_user_of_another_company_is_refused(desk, other_company):
    operator = "base.group_user retail_accelerator.group_operator"
    user = make_user(desk, operator, other_company)
    with pytest.raises((UserError, AccessError)):
        session_of(desk, user=user)


def stranger_product(desk, document, company):
    product = desk.env["product.product"].create(
        {"name": "Foreign", "company_id": company.id}
    )
    ref = document["line_items"][0]["product_id"] = 8_800_001
    document["line_items"][0].update(variation_id=0, sku="")
    desk.env.cr.execute(
        "INSERT INTO retail_channel_product (channel_id, kind, ref, product_id)"
        " VALUES (%s, 'product', %s, %s)",
        (desk.channel.id, str(ref), product.id),
    )


def stranger_partner(desk, document, company):
    session = session_of(desk)
    session.job.open(json.dumps([document]).encode())
    chunk = session.job.read(1, 1 << 24)
    chunk.resolve(0)
    partner = desk.env["res.partner"].create(
        {"name": "Foreign", "company_id": company.id, "city": "Far"}
    )
    desk.env.cr.execute(
        "DELETE FROM retail_channel_partner WHERE party_key = ANY(%s)",
        (list(chunk.parties(0)),),
    )
    for role, key in zip(("customer", "invoice"), chunk.parties(0), strict=False):
        desk.env.cr.execute(
            "INSERT INTO retail_channel_partner"
            " (channel_id, party_key, role, partner_id) VALUES (%s, %s, %s, %s)",
            (desk.channel.id, key, role, partner.id),
        )


def stranger_tax(desk, document, company):
    desk.env["account.chart.template"].try_loading(
        "generic_coa", company, install_demo=False
    )
    taxes = desk.env["account.tax"].search(
        [("company_id", "=", company.id), ("type_tax_use", "=", "sale")], limit=1
    )
    assert taxes
    ref = str(document["tax_lines"][0]["rate_id"])
    rule = desk.channel.tax_ids.filtered(lambda rule: rule.rate_ref == ref)
    desk.env.flush_all()
    desk.env.cr.execute(
        "UPDATE account_tax_retail_channel_tax_rel SET account_tax_id = %s"
        " WHERE retail_channel_tax_id = %s",
        (taxes.id, rule.id),
    )


@pytest.mark.parametrize("lane", ["native", "orm"])
@pytest.mark.parametrize(
    "prepare",
    [stranger_product, stranger_partner, stranger_tax],
    ids=lambda function: function.__name__,
)
def test_what_belongs_to_another_company_is_refused(
    desk, feed, other_company, prepare, lane
):
    document = feed.order()
    prepare(desk, document, other_company)
    desk.env.flush_all()
    desk.env.invalidate_all()
    path = write(feed.path(), [document])
    try:
        outcomes = process(session_of(desk, lane), path)
    except UserError as refusal:
        assert "company" in str(refusal)
    else:
        assert outcomes["rejected"] == 1
    assert not desk.orders_of(document["id"])


@pytest.mark.parametrize("lane", ["native", "orm"])
def test_a_contact_that_moved_to_another_company_rejects_its_orders_alone(
    desk, feed, other_company, lane
):
    documents = feed.orders(4)
    moved = documents[1]
    moved.update(customer_id=7_700_001)
    moved["billing"]["email"] = moved["shipping"]["email"] = "moved@shop.example"
    first = {**moved, "id": moved["id"] + 500, "number": str(moved["id"] + 500)}
    process(session_of(desk, lane), write(feed.path(), [first]))
    contact = desk.orders_of(first["id"]).partner_id
    desk.orders_of(first["id"]).unlink()
    family = contact | contact.child_ids
    family.company_id = other_company
    desk.env.flush_all()
    path = write(feed.path(), documents)
    outcomes = process(session_of(desk, lane), path)
    assert (outcomes["created"], outcomes["rejected"]) == (3, 1)
    entry = desk.entry_of(moved["id"])
    assert entry.reason == "foreign_customer"
    assert "another company" in entry.message
    assert contact.child_ids == family - contact
    family.company_id = False
    desk.env.flush_all()
    outcomes = process(session_of(desk, lane), path)
    assert (outcomes["created"], outcomes["unchanged"]) == (1, 3)
    assert desk.orders_of(moved["id"]).partner_id == contact


@pytest.mark.parametrize("lane", ["native", "orm"])
def test_a_guest_contact_that_moved_to_another_company_rejects_guests_alone(
    desk, feed, other_company, lane
):
    guest = desk.env["res.partner"].create({"name": "Guests"})
    desk.channel.write({"guest_policy": "shared", "guest_partner_id": guest.id})
    documents = feed.orders(4)
    for place in (1, 3):
        documents[place]["customer_id"] = 0
        documents[place]["billing"]["email"] = f"guest{place}@shop.example"
    process(session_of(desk, lane), write(feed.path(), documents[:2]))
    assert desk.orders_of(documents[1]["id"]).partner_id == guest
    desk.orders_of(documents[1]["id"]).unlink()
    guest.company_id = other_company
    desk.env.flush_all()
    outcomes = process(session_of(desk, lane), write(feed.path(), documents[2:]))
    assert (outcomes["created"], outcomes["rejected"]) == (1, 1)
    assert desk.entry_of(documents[3]["id"]).reason == "foreign_customer"

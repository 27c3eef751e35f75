# SPDX-License-Identifier: LGPL-3.0-or-later
"""Two processes on the same orders at once: no order twice, none lost."""

import pytest
from support import OUTCOMES, result, same_as_shop, start, write


def race(database, *paths, options=()):
    """Imports of the files, all begun before any is waited for."""
    return [
        result(process)
        for process in [start(database, path, *options) for path in paths]
    ]


def check_whole(desk, documents):
    refs = [str(document["id"]) for document in documents]
    desk.env.cr.rollback()
    rows = desk.query(
        """SELECT l.source_ref, count(*) FROM retail_ledger l
             JOIN sale_order o ON o.client_order_ref = l.source_number
            WHERE l.source_ref = ANY(%s) AND l.order_id = o.id GROUP BY 1""",
        refs,
    )
    assert sorted(rows) == [(ref, 1) for ref in sorted(refs)]
    everything = desk.query(
        "SELECT count(*) FROM sale_order WHERE client_order_ref = ANY(%s)", refs
    )
    assert everything == [(len(refs),)]
    for document in documents[::10]:
        same_as_shop(desk, desk.orders_of(document["id"]), document)


def check_race(desk, reports, documents):
    for report in reports:
        assert "error" not in report, report
        assert report["read"] == sum(report[name] for name in OUTCOMES)
    read = sum(report["read"] for report in reports)
    assert sum(report["created"] for report in reports) == len(documents)
    assert sum(report["unchanged"] for report in reports) == read - len(documents)
    check_whole(desk, documents)
    desk.env.invalidate_all()
    records = desk.env["retail.import"].search([], order="id desc", limit=2)
    assert records.mapped("state") == ["done", "done"]


@pytest.mark.parametrize("lane", ["auto", "orm"])
def test_two_workers_on_one_file_bring_each_order_once(desk, database, feed, lane):
    documents = feed.orders(200 if lane == "auto" else 60)
    path = write(feed.path(), documents)
    desk.env.cr.commit()
    check_race(desk, race(database, path, path, options=("--lane", lane)), documents)


def test_two_workers_on_overlapping_files_bring_each_order_once(desk, database, feed):
    documents = feed.orders(240)
    paths = write(feed.path(), documents[:160]), write(feed.path(), documents[80:])
    desk.env.cr.commit()
    check_race(desk, race(database, *paths), documents)


def test_workers_that_meet_in_opposite_order_do_not_block_each_other(
    desk, database, feed
):
    documents = feed.orders(160)
    paths = write(feed.path(), documents), write(feed.path(), documents[::-1])
    desk.env.cr.commit()
    check_race(desk, race(database, *paths), documents)


def test_two_workers_with_two_versions_end_in_the_latest(desk, database, feed):
    older, newer = feed.orders(100), feed.orders(100, revision=1)
    paths = write(feed.path(), older), write(feed.path(), newer)
    desk.env.cr.commit()
    reports = race(database, *paths)
    total = {name: sum(report[name] for report in reports) for name in OUTCOMES}
    assert total["created"] == 100
    assert total["updated"] + total["unchanged"] == 100
    check_whole(desk, newer)


def new_customers(documents, account):
    """The documents as orders of new customers: accounts, or guests of the same
    e-mail."""
    for document in documents:
        number = document["id"] % 20
        document["customer_id"] = 6_600_000 + number if account else 0
        document["billing"]["email"] = f"new{number}@meeting.example"
    return documents


def test_two_workers_that_meet_a_new_customer_make_one_contact(desk, database, feed):
    assert desk.channel.match_email
    accounts = new_customers(feed.orders(20), account=True)
    guests = new_customers(feed.orders(20, start=20), account=False)
    paths = write(feed.path(), accounts), write(feed.path(), guests)
    desk.env.cr.commit()
    check_race(desk, race(database, *paths), accounts + guests)
    contacts = desk.query(
        """SELECT email_normalized, count(*) FROM res_partner
            WHERE email_normalized LIKE '%%@meeting.example' GROUP BY 1"""
    )
    emails = {document["billing"]["email"] for document in accounts}
    assert sorted(contacts) == [(email, 1) for email in sorted(emails)]


def second_channel(desk, feed):
    """A shop with the same mappings under a code of its own."""
    other = desk.channel.copy({"code": f"other-{feed.first}"})
    for rule in desk.channel.tax_ids:
        rule.copy({"channel_id": other.id})
    for product in desk.channel.product_ids:
        product.copy({"channel_id": other.id})
    other.duplicate_policy = "warn"
    desk.env.cr.commit()
    return other


def test_two_channels_that_meet_a_new_customer_make_one_contact(desk, database, feed):
    other = second_channel(desk, feed)
    ours, theirs = feed.orders(20), feed.orders(20, start=20)
    for document in ours + theirs:
        document["customer_id"] = document["id"]
        document["billing"]["email"] = f"both{document['id'] % 20}@meeting.example"
    paths = write(feed.path(), ours), write(feed.path(), theirs)
    reports = [
        result(process)
        for process in [
            start(database, path, "--channel", code)
            for path, code in zip(paths, (desk.channel.code, other.code), strict=True)
        ]
    ]
    assert [report["created"] for report in reports] == [20, 20]
    desk.env.cr.rollback()
    contacts = desk.query(
        """SELECT email_normalized, count(*) FROM res_partner
            WHERE email_normalized LIKE 'both%%@meeting.example' GROUP BY 1"""
    )
    assert sorted(number for _email, number in contacts) == [1] * 20


def test_contact_another_company_took_does_not_stop_another_channel(desk, feed):
    """Its e-mail is claimed by the first channel, but no contact for the second."""
    document, later = feed.order(0), feed.order(1)
    for order in (document, later):
        order["customer_id"] = order["id"]
        order["billing"]["email"] = f"taken{feed.first}@meeting.example"
    desk.take([document], feed.path())
    first = desk.orders_of(document["id"]).partner_id
    company = desk.env["res.company"].create({"name": f"Elsewhere {feed.first}"})
    desk.orders_of(document["id"]).unlink()
    first.company_id = company
    other = second_channel(desk, feed)
    record = desk.make([later], feed.path(), channel_id=other.id)
    assert desk.run(record).created_count == 1
    entry = desk.env["retail.ledger"].search(
        [("channel_id", "=", other.id), ("source_ref", "=", str(later["id"]))]
    )
    assert entry.order_id.partner_id != first
    assert entry.order_id.partner_id.email_normalized == first.email_normalized


def test_two_workers_meet_the_e_mail_of_a_contact_another_company_took(
    desk, database, feed
):
    """Its claim is of no use any more, and still keeps the second worker away."""
    email = f"lost{feed.first}@meeting.example"
    documents = feed.orders(41)
    for place, document in enumerate(documents):
        document["customer_id"] = 6_900_000 + feed.first if place % 2 else 0
        document["billing"]["email"] = email
    desk.take(documents[40:], feed.path())
    order = desk.orders_of(documents[40]["id"])
    first = order.partner_id
    order.unlink()
    first.company_id = desk.env["res.company"].create({"name": f"Took {feed.first}"})
    other = second_channel(desk, feed)
    paths = (
        write(feed.path(), documents[0:40:2]),
        write(feed.path(), documents[1:40:2]),
    )
    reports = race(database, *paths, options=("--channel", other.code))
    assert [report["created"] for report in reports] == [20, 20]
    desk.env.cr.rollback()
    desk.env.invalidate_all()
    found = desk.env["res.partner"].search(
        [("email_normalized", "=", email), ("parent_id", "=", False)]
    )
    assert len(found - first) == 1

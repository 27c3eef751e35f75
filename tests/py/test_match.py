# SPDX-License-Identifier: LGPL-3.0-or-later
"""What the matcher promises, one case each."""

import itertools
import random

import pytest
import retail_accelerator_native as native
from match_support import (
    BANK_LINE,
    INVOICE,
    ORDER,
    PAYMENT,
    POS_PAYMENT,
    TODAY,
    TRANSACTION,
    event,
    item,
    links,
    match,
    reasons,
)

# -- level id --------------------------------------------------------------------------


def test_a_transaction_id_names_its_item():
    result = match(
        [event(transaction="pi_1")], [item(1, ids=["pi_1"]), item(2, ids=["pi_2"])]
    )
    assert links(result) == [(0, 1, "id", 10_000)]
    assert result.exceptions == []


def test_an_id_counts_letter_by_letter():
    result = match([event(transaction="pi_a")], [item(1, ids=["PI_A"])])
    assert links(result) == []
    assert reasons(result) == {0: "weak_evidence"}


@pytest.mark.parametrize("kind", [ORDER, PAYMENT, TRANSACTION, POS_PAYMENT])
def test_every_kind_of_item_is_matched(kind):
    result = match([event(order="S00001")], [item(7, kind=kind, refs=["S00001"])])
    assert [(link[1], link[2]) for link in result.links] == [(7, kind)]


def test_a_payout_goes_to_its_bank_line_and_to_nothing_else():
    payout = event("payout", -90_000, payout="po_77")
    lines = [
        item(1, 90_000, kind=BANK_LINE, refs=["PROVIDER PO_77 REF 4711"]),
        item(1, 90_000, kind=INVOICE, refs=["po_77"]),
    ]
    result = match([payout], lines)
    assert [(link[1], link[2], link[4]) for link in result.links] == [
        (1, BANK_LINE, 90_000)
    ]


def test_a_payout_waits_for_nothing_when_no_bank_line_was_given():
    result = match([event("payout", -90_000)], [item(1)])
    assert (result.links, result.exceptions) == ([], [])


# -- level reference -------------------------------------------------------------------


@pytest.mark.parametrize(
    "mangled",
    [
        "S00123",
        " S00123 ",
        "#S00123",
        "s00123",
        "S123",
        "#123",
        "WEB-S00123",
        "S-00123",
        "Order S00123 (web)",
        "your order 00123, thanks",
    ],
)
def test_a_mangled_reference_is_understood(mangled):
    items = [
        item(1, refs=["S00123"]),
        item(2, refs=["S00124"]),
        item(3, refs=["S01230"]),
    ]
    assert links(match([event(order=mangled)], items)) == [(0, 1, "reference", 10_000)]


def test_a_mangled_reference_is_taken_only_when_unique():
    items = [item(1, refs=["A-0042"]), item(2, refs=["B-0042"])]
    result = match([event(order="#42")], items)
    assert result.links == []
    assert reasons(result) == {0: "several_candidates"}
    assert {proposal[1] for proposal in result.proposals} == {1, 2}


def test_a_mere_number_needs_the_amount_or_the_person():
    items = [item(1, refs=["S00042"], party="Ann Lee")]
    assert match([event(order="42", gross=3_000)], items).links == []
    assert match([event(order="42", gross=3_000, party="Bo Chan")], items).links == []
    assert links(match([event(order="42", gross=3_000, party="Ann Lee")], items))


def test_two_rows_that_share_a_number_contradict_each_other():
    events = [event(order="WEB-0042"), event(order="POS-0042")]
    result = match(events, [item(1, refs=["0042"])])
    assert result.links == []
    assert set(reasons(result).values()) == {"weak_evidence"}


def test_a_row_before_its_order_waits_for_it():
    ahead = event(order="S00999", party="Ann Lee")
    result = match([ahead], [item(1, party="Ann Lee"), item(2)])
    assert reasons(result) == {0: "not_found_yet"}
    assert links(
        match([ahead], [item(1, party="Ann Lee"), item(3, refs=["S00999"])])
    ) == [(0, 3, "reference", 10_000)]


def test_a_part_is_not_taken_from_another_persons_order():
    items = [item(1, refs=["S00042"], party="Ann Lee")]
    result = match([event(order="S00042", gross=3_000, party="Xaver Quill")], items)
    assert result.links == []
    assert reasons(result) == {0: "weak_evidence"}


def test_one_sale_listed_twice_goes_to_the_preferred_kind():
    items = [item(1, kind=ORDER, refs=["S1001"]), item(2, kind=PAYMENT, refs=["S1001"])]
    assert [link[2] for link in match([event(order="S1001")], items).links] == [PAYMENT]


# -- parts, refunds, chargebacks -------------------------------------------------------


def test_partial_captures_consume_parts():
    events = [event(order="S1001", gross=6_000), event(order="S1001", gross=4_000)]
    result = match(events, [item(1, refs=["S1001"])])
    assert links(result) == [(0, 1, "reference", 6_000), (1, 1, "reference", 4_000)]


def test_no_item_is_consumed_beyond_what_is_open():
    events = [event(order="S1001", gross=6_000, day=TODAY + at) for at in range(3)]
    result = match(events, [item(1, refs=["S1001"])])
    assert links(result) == [(0, 1, "reference", 6_000)]
    assert reasons(result) == {1: "exceeds_open", 2: "exceeds_open"}
    assert {proposal[4] for proposal in result.proposals} == {4_000}


def test_what_was_settled_before_is_not_settled_again():
    result = match([event(order="S1001")], [item(1, 0, total=10_000, refs=["S1001"])])
    assert reasons(result) == {0: "already_settled"}


def test_a_refund_gives_back_what_was_consumed_and_not_more():
    paid = item(1, 4_000, total=10_000, refs=["S1001"])
    result = match([event("refund", -6_000, order="S1001")], [paid])
    assert links(result) == [(0, 1, "reference", -6_000)]
    assert "gives back" in result.links[0][6]
    assert reasons(match([event("refund", -6_001, order="S1001")], [paid])) == {
        0: "exceeds_open"
    }


def test_a_refund_follows_its_capture():
    events = [
        event(transaction="ch_1", order="S1001"),
        event("refund", -500, parent="ch_1"),
    ]
    result = match(events, [item(1, refs=["S1001"])])
    assert links(result) == [(0, 1, "reference", 10_000), (1, 1, "id", -500)]


def test_a_chargeback_won_is_consumed_again():
    events = [
        event("chargeback_reversal", 10_000, TODAY + 30, parent="ch_1"),
        event("chargeback", -10_000, TODAY + 9, parent="ch_1"),
        event(transaction="ch_1", order="S1001"),
    ]
    result = match(events, [item(1, refs=["S1001"])])
    assert [link[4] for link in result.links] == [10_000, -10_000, 10_000]
    assert result.exceptions == []


# -- currencies ------------------------------------------------------------------------


def test_the_paid_amount_settles_an_item_in_its_own_currency():
    row = event(order="S1001", gross=9_170, paid=10_000, paid_currency="USD")
    assert links(match([row], [item(1, currency="USD", refs=["S1001"])])) == [
        (0, 1, "reference", 10_000)
    ]


def test_the_providers_rate_settles_an_item_in_another_currency():
    row = event(order="S1001", gross=9_170, paid_currency="USD", rate="0.917")
    result = match([row], [item(1, currency="USD", refs=["S1001"])])
    assert links(result) == [(0, 1, "reference", 10_000)]
    yen = event(order="S1001", gross=6_213, paid_currency="JPY", rate="0.006213")
    assert links(match([yen], [item(1, currency="JPY", refs=["S1001"])])) == [
        (0, 1, "reference", 10_000)
    ]


def test_without_a_common_currency_or_rate_nothing_is_taken():
    result = match([event(order="S1001")], [item(1, currency="USD", refs=["S1001"])])
    assert reasons(result) == {0: "currency_mismatch"}


# -- level amount ----------------------------------------------------------------------


def test_amount_date_and_person_find_the_item():
    items = [
        item(1, 4_321, party="Ann Lee"),
        item(2, 4_321, party="Bo Chan"),
        item(3, 4_322),
    ]
    result = match([event(gross=4_321, party="LEE, ANN", day=TODAY + 1)], items)
    assert links(result) == [(0, 1, "amount", 4_321)]


def test_equal_amounts_of_one_day_and_name_are_proposed_not_guessed():
    items = [item(1, party="Ann Lee"), item(2, party="Ann Lee")]
    result = match([event(party="Ann Lee")], items)
    assert result.links == []
    assert reasons(result) == {0: "several_candidates"}
    assert sorted(proposal[1] for proposal in result.proposals) == [1, 2]


def test_two_equal_rows_do_not_fight_for_one_item():
    result = match(
        [event(party="Ann Lee"), event(party="Ann Lee")], [item(1, party="Ann Lee")]
    )
    assert result.links == []
    assert set(reasons(result).values()) == {"weak_evidence"}


def test_what_one_row_takes_makes_the_other_certain():
    known = range(100, 140)  # what the file says about itself: few items are missing
    items = [item(1, party="Ann Lee", email="ann@a.example"), item(2, party="Ann Lee")]
    events = [event(party="Ann Lee"), event(party="Ann Lee", email="ann@a.example")]
    items += [item(at, 5_000, refs=[f"S{at}"]) for at in known]
    events += [event(gross=5_000, order=f"S{at}") for at in known]
    assert links(match(events, items))[:2] == [
        (0, 2, "amount", 10_000),
        (1, 1, "amount", 10_000),
    ]


def test_an_item_out_of_the_window_is_no_candidate():
    row = event(party="Ann Lee")
    assert match([row], [item(1, day=TODAY - 61, party="Ann Lee")]).links == []
    assert match([row], [item(1, day=TODAY + 4, party="Ann Lee")]).links == []


@pytest.mark.parametrize("shared", [False, True])
def test_an_amount_alone_is_enough_only_where_amounts_rarely_repeat(shared):
    known, gone = range(1_000, 1_120), range(2_000, 2_020)
    items = [item(at, at, refs=[f"S{at}"]) for at in known]
    if shared:  # half of the amounts have a second item
        items += [item(5_000 + at, at) for at in known[::2]]
    rows = [event(gross=at, order=f"S{at}") for at in (*known, *gone)]
    result = match([event(), *rows], [item(1), *items])
    assert (0 in reasons(result)) == shared
    assert [link[3] for link in result.links if link[0] == 0] == ["amount"] * (
        not shared
    )


# -- level group -----------------------------------------------------------------------


def test_one_row_for_several_invoices_of_one_order():
    items = [
        item(at, amount, refs=["S1001"])
        for at, amount in ((1, 3_017), (2, 4_502), (3, 2_481))
    ]
    result = match([event(order="S1001", gross=7_519)], items)
    assert links(result) == [(0, 1, "group", 3_017), (0, 2, "group", 4_502)]


def test_one_row_for_several_invoices_of_one_person():
    items = [
        item(at, amount, party="Ann Lee") for at, amount in ((1, 30_171), (2, 45_029))
    ]
    result = match([event(party="Ann Lee", gross=75_200)], items)
    assert links(result) == [(0, 1, "group", 30_171), (0, 2, "group", 45_029)]


def test_several_rows_for_one_invoice_of_one_person():
    events = [event(party="Ann Lee", gross=gross) for gross in (30_171, 45_029)]
    result = match(events, [item(1, 75_200, party="Ann Lee")])
    assert links(result) == [(0, 1, "group", 30_171), (1, 1, "group", 45_029)]


def test_a_sum_with_two_solutions_is_not_taken():
    amounts = ((1, 30_171), (2, 45_029), (3, 30_171))
    items = [item(at, amount, party="Ann Lee") for at, amount in amounts]
    assert match([event(party="Ann Lee", gross=75_200)], items).links == []


def test_a_sum_that_chance_could_have_made_is_not_taken():
    items = [item(at, 500 * at, party="Ann Lee") for at in (1, 2, 4, 8, 16, 32)]
    assert match([event(party="Ann Lee", gross=500 * 21)], items).links == []


# -- the whole -------------------------------------------------------------------------


def test_every_event_that_takes_an_item_is_linked_or_an_exception():
    kinds = ["capture", "fee", "reserve", "unknown", "refund", "payout"]
    events = [event(kind, order=f"S{at:05}") for at, kind in enumerate(kinds)]
    result = match(events, [item(1, refs=["S00000"])])
    assert [link[0] for link in result.links] == [0]
    assert reasons(result) == {3: "unknown_type", 4: "not_found_yet"}


def test_a_row_listed_twice_is_an_exception():
    row = event(transaction="pi_1", order="S1001", gross=3_000)
    result = match([row, dict(row)], [item(1, refs=["S1001"])])
    assert links(result) == [(0, 1, "reference", 3_000)]
    assert reasons(result) == {1: "duplicate_row"}


def test_the_order_of_the_items_decides_nothing():
    random_ = random.Random(4)
    names = ["Ann Lee", "Bo Chan", "Cy Ray"]
    items = [
        item(
            at,
            random_.choice([500, 700, 900]),
            party=random_.choice(names),
            refs=[f"S{at % 7:03}"],
        )
        for at in range(40)
    ]
    events = [
        event(gross=random_.choice([500, 700, 900]), party=random_.choice(names))
        for _ in range(20)
    ] + [event(gross=500, order=f"S{at:03}") for at in range(7)]
    first = match(events, items)
    for _turn in range(5):
        random_.shuffle(items)
        assert match(events, items) == first


def test_an_item_offered_twice_is_refused():
    matcher = native.Matcher([event(order="S1001")])
    matcher.add_items([item(1, refs=["S1001"]), item(1, refs=["S1001"])])
    with pytest.raises(native.Error) as caught:
        matcher.match()
    assert caught.value.args[0] == "duplicate_key"


def test_only_items_that_an_event_could_touch_are_kept():
    items = [item(at, 10_000 + at, refs=[f"S{at:05}"]) for at in range(1000)]
    result = match([event(order="S00003")], items)
    assert (result.offered, result.kept) == (1000, 1)


@pytest.mark.parametrize(
    "broken", [item(1, kind=8), item(1, 100, total=50), item(1, 100, total=-100)]
)
def test_an_impossible_item_is_refused_and_nothing_is_matched_without_it(broken):
    matcher = native.Matcher([event()])
    with pytest.raises(native.Error) as caught:
        matcher.add_items([item(2), broken])
    assert (caught.value.args[0], caught.value.args[2]) == ("bad_argument", 2)
    with pytest.raises(RuntimeError):
        matcher.match()


@pytest.mark.parametrize(
    ("row", "error"),
    [
        ("text", TypeError),
        ({"kind": "capture", "gross": "1"}, TypeError),
        ({"kind": "sale"}, ValueError),
        ({"kind": "capture", "gross": 1 << 62}, native.Error),
        ({"kind": "capture", "gross": 1, "rate": "fast"}, ValueError),
    ],
)
def test_an_impossible_event_is_refused(row, error):
    with pytest.raises(error):
        native.Matcher([row])


@pytest.mark.parametrize("events", [5, None, object()])
def test_events_that_cannot_be_counted_are_refused(events):
    with pytest.raises(TypeError):
        native.Matcher(events)


@pytest.mark.parametrize("day", [2**31, -(2**31) - 1, 2**63])
def test_a_day_beyond_its_range_is_refused_and_not_another_day(day):
    with pytest.raises(OverflowError):
        native.Matcher([event()]).add_items([item(1, day=day)])


def test_items_may_not_come_while_another_thread_matches():
    matcher = native.Matcher([event(order="S00001")])

    class Items:
        """Matches while it is asked for the second item."""

        def __len__(self):
            return 2

        def __getitem__(self, at):
            if at == 1:
                assert len(matcher.match().links) == 1
            return item(at + 1, refs=["S00001"])

    with pytest.raises(native.Error) as caught:
        matcher.add_items(Items())
    assert caught.value.args[0] == "bad_argument"


def test_events_may_come_from_an_object_with_rows():
    class Events(list):
        __getitem__ = None

        def row(self, index):
            return list(self)[index]

    result = match(Events([event(order="S1001")]), [item(1, refs=["S1001"])])
    assert links(result) == [(0, 1, "reference", 10_000)]


def test_evidence_holds_no_data_of_persons():
    row = event(party="Ann Lee", email="ann@a.example", order="S1001")
    result = match(
        [row], [item(1, party="Ann Lee", email="ann@a.example", refs=["S1001"])]
    )
    evidence = result.links[0][6]
    assert "order=exact" in evidence and "party agrees" in evidence
    assert not any(word in evidence for word in ("Ann", "Lee", "ann@", "S1001"))


def test_all_orders_of_levels_give_sums_that_hold():
    """Random small worlds: no item beyond its total, no event but in full."""
    for seed in range(200):
        random_ = random.Random(seed)
        items = {}
        for at in range(12):
            total = random_.choice([-1, 1]) * random_.randint(1, 9)
            part = random_.randint(0, abs(total)) * (1 if total > 0 else -1)
            items[at] = item(
                at, part, total=total, refs=[f"S{random_.randint(10, 15)}"]
            )
        events = [
            event(
                random_.choice(["capture", "refund"]),
                random_.choice([-1, 1]) * random_.randint(1, 9),
                order=f"S{random_.randint(10, 16)}",
            )
            for _ in range(12)
        ]
        result = match(events, list(items.values()))
        for at, group in itertools.groupby(
            sorted(links(result)), key=lambda link: link[0]
        ):
            assert sum(link[3] for link in group) == events[at]["gross"]
        for number, row in items.items():
            used = sum(link[3] for link in links(result) if link[1] == number)
            consumed = row[5] - row[4] + used
            assert min(0, row[5]) <= consumed <= max(0, row[5])


def test_events_of_a_report_match_like_their_dicts():
    head = (
        "automatic_payout_id,balance_transaction_id,created_utc,currency,gross,fee,net,"
        "reporting_category,customer_email,customer_name,payment_metadata[order_id],"
        "customer_facing_amount,customer_facing_currency"
    )
    rows = [
        f"po_1,txn_{n},2026-03-0{n} 10:00:00,eur,{n}0.00,0.50,{n}0.00,charge,"
        f"a{n}@mail.example,Ada {n},S0{n},{n}1.00,usd"
        for n in range(1, 8)
    ]
    rows = [
        row.replace(f",{n}0.00,charge", f",{n - 1}9.50,charge")
        for n, row in enumerate(rows, 1)
    ]
    report = native.settlement_read("\n".join([head, *rows, ""]).encode())
    items = [item(n, n * 1000, refs=[f"S0{n}"]) for n in range(1, 6)]
    direct = match(report, items)
    by_dict = match([report.row(at) for at in range(len(report))], items)
    assert len(direct.links) == 5
    assert direct.links == by_dict.links
    assert direct.exceptions == by_dict.exceptions

# SPDX-License-Identifier: LGPL-3.0-or-later
"""What the matcher promises of refunds and credit notes, one case each."""

import pytest
from match_support import (
    CREDIT_NOTE,
    ORDER,
    TODAY,
    event,
    item,
    links,
    match,
    reasons,
)


def test_a_refund_goes_to_its_credit_note_before_its_order():
    items = [
        item(1, 0, total=10_000, kind=ORDER, refs=["S1001"], ids=["pi_1"]),
        item(2, -3_000, kind=CREDIT_NOTE, refs=["RINV/1", "S1001"]),
    ]
    refund = event("refund", -3_000, order="S1001", parent="pi_1")
    assert links(match([refund], items)) == [(0, 2, "reference", -3_000)]


def refunded(**values):
    """A paid order of Ann Lee's and her open credit note of 30.00 for it."""
    note = {"kind": CREDIT_NOTE, "party": "Ann Lee", "refs": ["RINV/1", "S01001"]}
    return [
        item(1, 0, total=10_000, party="Ann Lee", refs=["S01001"], ids=["pi_1"]),
        item(2, -3_000, **{**note, **values}),
    ]


def test_a_refund_by_id_goes_to_the_credit_note_that_names_its_sale():
    other = {"order": "#1001", "party": "Xaver Quill"}
    for row in ({}, {"order": "WEB-77"}, {"party": "Xaver Quill"}, other):
        refund = event("refund", -3_000, parent="pi_1", **row)
        assert links(match([refund], refunded())) == [(0, 2, "reference", -3_000)], row


def test_of_two_equal_refunds_one_takes_the_credit_note_the_other_gives_back():
    refunds = [
        event("refund", -3_000, transaction=f"re_{at}", parent="pi_1") for at in (1, 2)
    ]
    result = match(refunds, refunded())
    assert links(result) == [(0, 2, "reference", -3_000), (1, 1, "id", -3_000)]


@pytest.mark.parametrize(
    "row",
    [
        {"parent": "pi_1", "order": "WEB-77"},
        {"parent": "pi_1", "order": "#1001", "party": "Xaver Quill"},
        {"order": "S01001"},
        {"order": "s-1001", "party": "Ann Lee"},
        {"order": "1001", "party": "Ann Lee"},
    ],
    ids=["unknown reference", "number", "exact", "folded", "number and person"],
)
def test_a_refund_is_not_given_back_while_a_credit_note_could_be_its_own(row):
    refund = event("refund", -3_000, **row)
    result = match([refund], refunded(refs=["RINV/1"]))
    assert links(result) == []
    assert reasons(result) == {0: "weak_evidence"}
    assert [proposal[1] for proposal in result.proposals] == [1]
    for other in ({"open": -3_001}, {"party": "Xaver Quill"}):
        if other.get("party") != row.get("party"):
            items = refunded(**{"refs": ["RINV/1"], **other})
            assert [link[1] for link in match([refund], items).links] == [1]


def test_a_refund_of_a_followed_row_minds_the_credit_notes_of_its_sale():
    rows = [
        event(transaction="ch_1", order="S01001"),
        event("refund", -3_000, parent="ch_1", order="WEB-77"),
    ]
    sale = item(1, party="Ann Lee", refs=["S01001"])
    note = item(2, -3_000, kind=CREDIT_NOTE, party="Ann Lee", refs=["RINV/1"])
    assert links(match(rows, [sale, note])) == [(0, 1, "reference", 10_000)]
    named = (*note[:9], ["RINV/1", "S01001"])
    assert links(match(rows, [sale, named]))[1:] == [(1, 2, "reference", -3_000)]


def test_a_credit_note_is_minded_among_very_many_of_its_amount():
    crowd = [
        item(
            at,
            -3_000,
            kind=CREDIT_NOTE,
            party=f"Person {at} Quill",
            refs=[f"RINV/{at}"],
        )
        for at in range(10, 310)
    ]
    refund = event("refund", -3_000, parent="pi_1", order="WEB-77")
    sale, note = refunded(refs=["RINV/1"])
    assert links(match([refund], [sale, *crowd])) == [(0, 1, "id", -3_000)]
    assert links(match([refund], [sale, note, *crowd])) == []
    assert links(match([refund], [*refunded(), *crowd])) == [
        (0, 2, "reference", -3_000)
    ]


def test_a_sale_paid_and_refunded_in_the_file_is_not_free_for_another_row():
    sold = [event(order=f"S{at}", gross=at) for at in range(100, 160)]
    items = [item(at, at, refs=[f"S{at}"]) for at in range(100, 160)]
    rows = [
        event(order="S160", transaction="ch_1"),
        event("refund", -10_000, TODAY + 1, parent="ch_1"),
        event(),
    ]
    result = match([*rows, *sold], [item(1, refs=["S160"]), *items])
    assert links(result)[:2] == [(0, 1, "reference", 10_000), (1, 1, "id", -10_000)]
    assert reasons(result) == {2: "no_candidate"}
    free = match([rows[2], *sold], [item(1), *items])
    assert links(free)[0] == (0, 1, "amount", 10_000)

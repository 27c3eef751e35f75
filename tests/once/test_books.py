# SPDX-License-Identifier: LGPL-3.0-or-later
"""Two at the same books at once: nothing posted or matched twice, and in the end the
books of a clean run.

The first transaction has done its work when the second begins; the second waits for it
or meets it when it commits. Then the second is repeated, as Odoo repeats a request.
"""

import sys
from functools import partial

import psycopg2
import pytest
from at_once import meet, transaction
from support import ROOT

sys.path.insert(0, str(ROOT / "tests/parity"))
from books_database import copied_database, prepared_database
from books_jobs import (
    book_charges,
    book_payout,
    post_by_hand,
    reconcile,
    reset_by_hand,
)
from books_state import balanced, books_state

PREPARED, DATABASE = "ra_once_books", "ra_once_books_work"


@pytest.fixture(scope="module")
def prepared():
    with prepared_database(PREPARED) as name:
        yield name


@pytest.fixture
def database(prepared):
    with copied_database(DATABASE, prepared) as name:
        yield name


# -- at once ----


def clean_state(database, *works):
    """The books after the works one after the other, undone."""
    from odoo.addons.retail_accelerator.engine.templates import undone

    with transaction(database) as env:
        found = []
        with undone(env.cr):
            for work in works:
                work(env)
            env.flush_all()
            env.cr.precommit.run()
            env.flush_all()
            found = books_state(env.cr)
        env.cr.rollback()
    return found


def check(database, clean):
    with transaction(database) as env:
        assert balanced(env.cr)
        assert books_state(env.cr) == clean
        env.cr.rollback()


@pytest.mark.parametrize(
    ("first", "second"), [("auto", "auto"), ("auto", "orm"), ("orm", "auto")]
)
def test_two_reconcile_the_same_lines(database, first, second):
    """The other may be a worker or a person in Odoo's own screens."""
    clean = clean_state(database, reconcile)
    tries = meet(
        database, partial(reconcile, lane=first), partial(reconcile, lane=second)
    )
    assert tries == 2
    check(database, clean)


def test_two_reconcile_in_opposite_order(database):
    clean = clean_state(database, reconcile)
    tries = meet(database, reconcile, partial(reconcile, backwards=True))
    assert tries == 2
    check(database, clean)


@pytest.mark.parametrize(
    ("first", "second"), [("auto", "auto"), ("auto", "orm"), ("orm", "auto")]
)
def test_two_book_the_same_payout(database, first, second):
    clean = clean_state(database, book_payout)
    tries = meet(
        database, partial(book_payout, lane=first), partial(book_payout, lane=second)
    )
    assert tries == 2
    check(database, clean)


def test_a_person_posts_in_the_same_journal_meanwhile(database):
    """Both are posted, with numbers that follow each other."""
    clean = clean_state(database, post_by_hand, book_payout)
    meet(database, post_by_hand, book_payout)
    check(database, clean)


def test_a_person_posts_while_a_payout_is_booked(database):
    clean = clean_state(database, book_payout, post_by_hand)
    meet(database, book_payout, post_by_hand)
    check(database, clean)


@pytest.mark.parametrize("lane", ["auto", "orm"])
def test_two_post_small_entries_in_the_same_journal(database, lane):
    """Numbers are locked by the entries Odoo posts itself; the copies count on from
    there, so nobody's number is taken."""
    first = partial(book_charges, ref="first", lane=lane)
    second = partial(book_charges, ref="second")
    clean = clean_state(database, first, second)
    meet(database, first, second)
    check(database, clean)


def test_a_person_posts_while_small_entries_are_posted(database):
    clean = clean_state(database, book_charges, post_by_hand)
    meet(database, book_charges, post_by_hand)
    check(database, clean)


def test_an_invoice_put_back_to_draft_meanwhile_is_left_to_odoo(database):
    """Odoo matches drafts, too; the native lane does not take them."""
    clean = clean_state(database, reset_by_hand, reconcile)
    tries = meet(database, reset_by_hand, reconcile)
    assert tries == 2
    check(database, clean)


def test_a_conflict_leaves_nothing_of_the_payout(database):
    """Without a repetition: the entry goes with the reconciliation that failed."""
    with transaction(database) as env, transaction(database) as other:
        other.cr.execute("SELECT count(*) FROM account_move_line")
        book_payout(env)
        env.cr.commit()
        state = books_state(env.cr)
        with pytest.raises(psycopg2.OperationalError) as caught:
            book_payout(other)
        assert caught.value.pgcode == "40001"
        other.cr.rollback()
        env.cr.rollback()
        assert books_state(env.cr) == state
        env.cr.rollback()

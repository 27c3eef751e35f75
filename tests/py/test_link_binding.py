# SPDX-License-Identifier: LGPL-3.0-or-later
"""link(): the linkage core over Python's rows."""

import random
import signal
import threading
import time
from datetime import date, timedelta

import pytest
import retail_accelerator_native as native

FIELDS = ("given_name", "surname", "date_of_birth", "email")
PEOPLE = [
    ("anna", "meyer", "1970-01-02", "anna@shop.example"),
    ("bruno", "okafor", "1981-07-30", "bo@mail.example"),
    ("ana", "meyer", "1970-01-02", "anna@shop.example"),
    ("carla", "duarte", "1992-11-12", None),
]
SEED = 20260401


def crowd(count, twins=0.2, seed=SEED):
    """Made-up people; the last rows are mistyped twins of the first ones."""
    generator = random.Random(seed)
    syllables = ["ba", "ko", "li", "mer", "son", "ta", "vi", "dor", "un", "esk"]

    def word(parts):
        return "".join(generator.choices(syllables, k=parts))

    rows = []
    for _number in range(count):
        birth = (
            f"{generator.randrange(1940, 2005)}-{generator.randrange(1, 13):02}"
            f"-{generator.randrange(1, 29):02}"
        )
        rows.append((word(2), word(3), birth, f"{word(4)}@{word(2)}.example"))
    for given, surname, birth, email in rows[: int(count * twins)]:
        rows.append((given[:-1], surname + "x", birth, email))
    return rows


def columns_of(rows):
    return [list(column) for column in zip(*rows, strict=True)]


def test_the_same_person_is_found_among_rows():
    result = native.link("person", FIELDS, PEOPLE)
    [(a, b, weight, probability)] = result.pairs
    assert (a, b) == (0, 2)
    assert weight >= result.review
    assert probability == pytest.approx(1 / (1 + 2**-weight))
    assert result.clusters == [0, -1, 0, -1]
    assert result.automatic >= result.review
    assert result.compared >= 1


def test_two_sets_are_linked_one_to_one():
    rows = crowd(300, twins=0)
    other = [(given[:-1], *rest) for given, *rest in reversed(rows[:200])]
    result = native.link("person", FIELDS, rows, other)
    assert {(a, b) for a, b, _weight, _chance in result.pairs} == {
        (n, 199 - n) for n in range(200)
    }
    assert result.clusters == []


def test_columns_give_what_rows_give():
    rows = crowd(400)
    by_rows = native.link("person", FIELDS, rows, seed=3)
    by_columns = native.link("person", FIELDS, columns_of(rows), seed=3)
    assert by_rows.pairs == by_columns.pairs
    assert by_rows.clusters == by_columns.clusters


def test_threads_do_not_change_the_result():
    rows = crowd(3000)
    one, two, many = (
        native.link("person", FIELDS, rows, threads=threads).pairs
        for threads in (1, 2, 9)
    )
    assert one == two == many
    assert len(one) == 600


def test_the_bits_of_the_explanation_add_up_to_the_weight():
    result = native.link("person", FIELDS, crowd(300))
    assert result.pairs
    for a, b, weight, _probability in result.pairs:
        reasons = result.explain(a, b)
        assert [field for field, _level, _bits in reasons] == ["prior", *FIELDS]
        assert sum(bits for *_names, bits in reasons) == pytest.approx(weight, abs=1e-3)
    assert ("date_of_birth", "equal") in [reason[:2] for reason in reasons]


def test_rows_with_nothing_to_compare_are_no_pair():
    rows = [("anna", None, None, None), ("bruno", None, None, None)]
    other = [(None, None, None, "a@mail.example"), (None, None, None, "b@mail.example")]
    assert native.link("person", FIELDS, rows, other).pairs == []
    found = native.link(
        "person", FIELDS, rows + other, threshold=-100, scores_only=True
    )
    assert {pair[:2] for pair in found.pairs} <= {(0, 1), (2, 3)}


def test_focus_gives_the_pairs_of_the_last_rows_only():
    rows = crowd(500)
    everything = native.link("person", FIELDS, rows)
    focused = native.link("person", FIELDS, rows, focus=30)
    wanted = [pair for pair in everything.pairs if pair[1] >= len(rows) - 30]
    assert focused.pairs == wanted
    assert len(wanted) == 30


def test_scores_only_gives_undecided_pairs_down_to_the_threshold():
    rows = crowd(300)
    result = native.link("person", FIELDS, rows, threshold=-8, scores_only=True)
    assert result.review == -8
    assert all(weight >= -8 for _a, _b, weight, _chance in result.pairs)
    assert len(result.pairs) >= len(native.link("person", FIELDS, rows).pairs)
    assert set(result.clusters) == {-1}


def test_a_profile_of_ones_own_is_a_text():
    text = "profile plates\nfield plate code tf\nfield driver name tf\nblock plate:3\n"
    rows = [(f"KA {n:03} X{n * 7 % 90}", f"{n * 37}bert") for n in range(60)]
    rows.append(("ka-005-x35", "185Bert"))
    result = native.link(text, ["plate", "driver"], rows)
    assert [pair[:2] for pair in result.pairs] == [(5, 60)]


def test_the_default_profiles_are_given_as_texts_that_pass_the_check():
    profiles = dict(native.link_profiles())
    assert set(profiles) == {"person", "order", "payment"}
    assert "email" in native.link_check(profiles["person"])
    rows = crowd(100)
    by_name = native.link("person", FIELDS, rows).pairs
    assert native.link(profiles["person"], FIELDS, rows).pairs == by_name


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("", 0, "needs a field"),
        ("profile x\nfield a colour\n", 2, "unknown kind"),
        ("field a name\nblock a\nblock b\n", 3, "unknown field"),
        ("nonsense\n", 1, "starts with"),
    ],
)
def test_a_wrong_profile_is_refused_with_its_line(text, line, words):
    with pytest.raises(native.Error) as caught:
        native.link_check(text)
    _code, message, row, _offset, _field = caught.value.args
    assert row == line
    assert words in message


@pytest.mark.parametrize(
    ("rows", "row", "field"),
    [
        ([("a", "b", "c", "d"), ("a", 5, None, None)], 2, "surname"),
        ([("a", "b", "c", "\udcff")], 1, "email"),
        ([("a", "b", "c")], 1, "given_name"),
        ([None], 1, "given_name"),
    ],
)
def test_a_wrong_row_is_named(rows, row, field):
    with pytest.raises(native.Error) as caught:
        native.link("person", FIELDS, rows)
    assert caught.value.args[2] == row
    assert caught.value.args[4] == field


@pytest.mark.parametrize(
    ("arguments", "options", "error"),
    [
        (("nobody", FIELDS, []), {}, native.Error),
        (("person", ("shoe_size",), []), {}, native.Error),
        (("person", ("email", "email"), []), {}, native.Error),
        (("person", (), []), {}, native.Error),
        (("person", ("country",), [("de",), ("de",)]), {}, native.Error),
        ((5, FIELDS, []), {}, TypeError),
        (("person", FIELDS, 5), {}, TypeError),
        (("person", 5, []), {}, TypeError),
        (("person", FIELDS, [["a"], ["b"]]), {}, ValueError),
        (("person", FIELDS, [["a"], ["b"], [], []]), {}, ValueError),
        (("person", FIELDS, PEOPLE), {"focus": 0}, ValueError),
        (("person", FIELDS, PEOPLE), {"threshold": float("nan")}, ValueError),
        (("person", FIELDS, PEOPLE), {"threshold": "much"}, TypeError),
    ],
)
def test_wrong_arguments_raise(arguments, options, error):
    with pytest.raises(error):
        native.link(*arguments, **options)


@pytest.mark.parametrize("rows", [[], PEOPLE[:1]])
def test_nothing_to_compare_gives_no_pairs(rows):
    result = native.link("person", FIELDS, rows)
    assert result.pairs == []
    assert result.clusters == [-1] * len(rows)
    assert native.link("person", FIELDS, rows, PEOPLE).pairs is not None


def test_explaining_a_row_that_is_not_there_is_an_index_error():
    result = native.link("person", FIELDS, PEOPLE)
    for pair in ((0, 4), (4, 0)):
        with pytest.raises(IndexError):
            result.explain(*pair)


def test_values_of_persons_stay_out_of_the_error():
    with pytest.raises(native.Error) as caught:
        native.link("person", FIELDS, [("secret-name", "b", "c", "\udcff")])
    assert "secret-name" not in repr(caught.value)
    assert "\\udcff" not in repr(caught.value)


def test_other_threads_run_meanwhile():
    rows = columns_of(crowd(20000))
    ticks, done = [], threading.Event()

    def tick():
        while not done.is_set():
            ticks.append(time.monotonic())
            time.sleep(0.002)

    thread = threading.Thread(target=tick)
    thread.start()
    started = time.monotonic()
    native.link("person", FIELDS, rows, threads=1)
    ended = time.monotonic()
    done.set()
    thread.join()
    during = [moment for moment in ticks if started < moment < ended]
    assert len(during) > (ended - started) * 50


def test_a_signal_ends_the_run():
    class Stop(Exception):
        pass

    def stop(_number, _frame):
        raise Stop

    rows = columns_of(crowd(60000))
    before = signal.signal(signal.SIGALRM, stop)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.3)
        started = time.monotonic()
        with pytest.raises(Stop):
            for seed in range(50):
                native.link("person", FIELDS, rows, threads=2, seed=seed)
        assert time.monotonic() - started < 5
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_lists_may_change_while_they_are_read():
    rows = crowd(20000)
    wanted = native.link("person", FIELDS, list(rows), threads=2).pairs
    thread = threading.Timer(0.005, rows.clear)
    thread.start()
    found = native.link("person", FIELDS, rows, threads=2).pairs
    thread.join()
    assert found in (wanted, [])


@pytest.mark.parametrize(
    ("days", "level"),
    [
        (-9, "over 7 days before"),
        (-8, "over 7 days before"),
        (-7, "4 to 7 days before"),
        (-4, "4 to 7 days before"),
        (-3, "1 to 3 days before"),
        (-1, "1 to 3 days before"),
        (0, "same day"),
        (1, "1 day later"),
        (2, "2 days later"),
        (4, "4 days later"),
        (5, "5 to 6 days later"),
        (9, "7 to 9 days later"),
        (28, "22 to 28 days later"),
        (29, "far apart"),
    ],
)
def test_a_lag_is_named_by_its_days(days, level):
    """Among rows of one table, where neither comes first by its role, by how many."""
    begin = date(2026, 3, 10)
    fields = ("date", "amount", "memo")
    one = [(str(begin), "41.50", "invoice seven"), ("2025-01-01", "3", "x")]
    other = [(str(begin + timedelta(days=days)), *one[0][1:]), ("2024-05-01", "9", "y")]
    reasons = native.link("payment", fields, one, other).explain(0, 0)
    assert ("date", level) in [reason[:2] for reason in reasons]
    reasons = native.link("payment", fields, one + other).explain(0, 2)
    later = {0: "same day", 1: "1 day later"}.get(abs(days))
    if later:
        assert ("date", later) in [reason[:2] for reason in reasons]

# SPDX-License-Identifier: LGPL-3.0-or-later
"""Files of any layout are linked or refused with a clear sentence."""

import csv

import pytest
from link_support import link, pairs_of, run_driver

PEOPLE = [
    ("1", "anna", "meyer", "1970-01-02", "anna@shop.example"),
    ("2", "ana", "meyer", "1970-01-02", "anna@shop.example"),
    ("3", "bruno", "okafor", "1981-07-30", "bo@mail.example"),
    ("4", "carla", "duarte", "1992-11-12", "cd@mail.example"),
]
HEADER = ("rec_id", "given_name", "surname", "date_of_birth", "email")


def _write(path, rows, delimiter=","):
    with open(path, "w", newline="") as handle:
        csv.writer(handle, delimiter=delimiter).writerows(rows)
    return path


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "the file is empty"),
        (b"\n\n", "no header row"),
        (b"colour,size\nred,1\n", "no column of the file is known"),
        (b"country\nde\nde\n", "no block of the profile fits"),
        (b"surname,email\nmeyer,a@b.example\n\xff\xfe,x\n", "UTF-8"),
        (b'surname,email\n"meyer,a@b.example\n', "not closed"),
    ],
)
def test_unusable_files_are_refused_with_a_sentence(content, words, tmp_path):
    file = tmp_path / "in.csv"
    file.write_bytes(content)
    run = run_driver("--profile", "person", file, "--out", tmp_path / "out.csv")
    assert run.returncode == 1
    assert words in run.stderr
    assert not (tmp_path / "out.csv").exists()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "the file is empty"),
        (b"\n\n", "no header row"),
        (b"surname,email\n\xff\xfe,x\n", "UTF-8"),
        (b'surname,email\n"meyer,a@b.example\n', "not closed"),
    ],
)
@pytest.mark.parametrize("side", [0, 1])
def test_of_two_files_the_unusable_one_is_named(side, content, words, tmp_path):
    files = [tmp_path / "a.csv", tmp_path / "b.csv"]
    _write(files[1 - side], [HEADER, *PEOPLE])
    files[side].write_bytes(content)
    run = run_driver("--profile", "person", *files, "--out", tmp_path / "out.csv")
    assert run.returncode == 1
    assert words in run.stderr
    assert str(files[side]) in run.stderr


@pytest.mark.parametrize("rows", [0, 1])
def test_a_file_with_hardly_a_row_can_be_linked(rows, tmp_path):
    first = _write(tmp_path / "a.csv", [HEADER, *PEOPLE])
    second = _write(tmp_path / "b.csv", [HEADER, *PEOPLE[2 : 2 + rows]])
    found, _summary = link("person", [first, second], tmp_path / "out.csv")
    assert [(row["id_a"], row["id_b"]) for row in found] == [("3", "3")][:rows]


def test_two_files_of_equal_rows_and_huge_cells_cost_bounded_work(tmp_path):
    person = ("anna", "meyer", "1970-01-02", "anna@shop.example")
    rows = [(str(number), *person) for number in range(6_000)]
    first = _write(tmp_path / "a.csv", [HEADER, *rows])
    huge = [("0", "x" * 2**20, "meyer", "1970-01-02", "y" * 2**20)]
    second = _write(tmp_path / "b.csv", [HEADER, *huge, *rows])
    found, summary = link("person", [first, second], tmp_path / "out.csv")
    assert summary["candidate_pairs"] < 200 * len(rows)
    for side in ("id_a", "id_b"):
        assert len({row[side] for row in found}) == len(found)


@pytest.mark.parametrize("form", ["equal rows", "one block"])
def test_a_block_of_100000_costs_bounded_work(form, tmp_path):
    """All rows equal, or one surname for all with everything else different."""
    rows = [
        (str(number), "anna", "meyer", "1970-01-02", "anna@shop.example")
        if form == "equal rows"
        else (str(number), f"n{number}", "meyer", "", f"{number}@mail{number}.example")
        for number in range(100_000)
    ]
    file = _write(tmp_path / "a.csv", [HEADER, *rows])
    _found, summary = link("person", [file], tmp_path / "out.csv")
    assert summary["candidate_pairs"] < 200 * len(rows)


ISO = ("1970-04-07", "1981-11-12", "1992-12-25")
DATES = {
    "month first": ("04/07/1970", "11/12/1981", "12/25/1992"),
    "month first, short": ("4/7/1970", "11/12/1981", "12/25/1992"),
    "day first": ("07/04/1970", "12/11/1981", "25/12/1992"),
    "two digits": ("07/04/70", "12/11/81", "25/12/92"),
    "names": ("7 April 1970", "Nov 12, 1981", "25. Dez 1992"),
}


@pytest.mark.parametrize("form", DATES)
def test_dates_of_two_files_are_read_by_what_each_column_shows(form, tmp_path):
    people = (("anna", "meyer"), ("bruno", "okafor"), ("carla", "duarte"))
    header, files = ("id", "given_name", "surname", "dob"), []
    for name, dates in (("a", ISO), ("b", DATES[form])):
        rows = [
            (str(number), *person, day)
            for number, (person, day) in enumerate(zip(people, dates, strict=True))
        ]
        files.append(_write(tmp_path / f"{name}.csv", [header, *rows]))
    found, _summary = link("person", files, tmp_path / "out.csv", "--explain")
    assert [(row["id_a"], row["id_b"]) for row in found] == [
        ("0", "0"),
        ("1", "1"),
        ("2", "2"),
    ]
    weights = {row["date_of_birth"] for row in found}
    assert len(weights) == 1
    assert float(weights.pop()) > 0


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_a_file_in_utf_16_is_refused_with_the_way_out(encoding, tmp_path):
    file = tmp_path / "in.csv"
    file.write_text("surname;email\nmeyer;a@b.example\n", encoding=encoding)
    run = run_driver("--profile", "person", file, "--out", tmp_path / "out.csv")
    assert run.returncode == 1
    assert "save it as CSV in UTF-8" in run.stderr


def test_a_mark_of_utf_8_is_no_part_of_the_header(tmp_path):
    file = tmp_path / "in.csv"
    lines = [";".join(row) for row in (HEADER, *PEOPLE)]
    file.write_text("\n".join(lines), encoding="utf-8-sig")
    found, _summary = link("person", [file], tmp_path / "out.csv")
    assert pairs_of(found) == {frozenset("12")}


def test_a_bad_row_is_named_by_its_number(tmp_path):
    file = tmp_path / "in.csv"
    file.write_bytes(b"surname\nmeyer\nduarte\n\xc3\n")
    run = run_driver("--profile", "person", file, "--out", tmp_path / "out.csv")
    assert "(row 3)" in run.stderr


@pytest.mark.parametrize("rows", [0, 1])
def test_nothing_to_compare_gives_no_pairs(rows, tmp_path):
    file = _write(tmp_path / "in.csv", [HEADER, *PEOPLE[:rows]])
    found, summary = link("person", [file], tmp_path / "out.csv")
    assert found == []
    assert summary["records"] == rows


def test_a_line_that_names_the_separator_is_no_header(tmp_path):
    lines = "\n".join("|".join(row) for row in (HEADER, *PEOPLE))
    for start in ("sep=|\r\n", "\ufeffsep=|\n"):
        file = tmp_path / "in.csv"
        file.write_text(start + lines, encoding="utf-8")
        found, _summary = link("person", [file], tmp_path / "out.csv")
        assert pairs_of(found) == {frozenset("12")}


def test_commas_within_a_quoted_heading_are_no_delimiters(tmp_path):
    header = ('"rec_id"', '"given, first, name"', *HEADER[2:])
    lines = "\n".join(";".join(row) for row in (header, *PEOPLE))
    file = tmp_path / "in.csv"
    file.write_text(lines)
    found, _summary = link("person", [file], tmp_path / "out.csv")
    assert pairs_of(found) == {frozenset("12")}


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_any_usual_delimiter_is_understood(delimiter, tmp_path):
    file = _write(tmp_path / "in.csv", [HEADER, *PEOPLE], delimiter)
    found, _summary = link("person", [file], tmp_path / "out.csv")
    assert pairs_of(found) == {frozenset("12")}
    assert found[0]["cluster"] == "1"


@pytest.mark.parametrize("side", [0, 1])
def test_columns_can_be_named_either_way_round(side, tmp_path):
    header = ("key", "vorname", "nachname", "geb", "post")
    fields = ("id", *HEADER[1:])
    file = _write(tmp_path / "in.csv", [header, *PEOPLE])
    both = zip(header, fields, strict=True)
    mapping = ",".join("=".join(pair if side else pair[::-1]) for pair in both)
    found, _summary = link("person", [file], tmp_path / "out.csv", "--columns", mapping)
    assert pairs_of(found) == {frozenset("12")}


def test_a_column_that_no_file_has_is_an_error(tmp_path):
    file = _write(tmp_path / "in.csv", [HEADER, *PEOPLE])
    out = tmp_path / "out.csv"
    run = run_driver(
        *("--profile", "person", file, "--out", out, "--columns", "phone=handy")
    )
    assert run.returncode == 1
    assert "no file has a column" in run.stderr


def test_the_explanation_adds_up_to_the_weight(tmp_path):
    file = _write(tmp_path / "in.csv", [HEADER, *PEOPLE])
    plain, _summary = link("person", [file], tmp_path / "plain.csv")
    found, summary = link("person", [file], tmp_path / "out.csv", "--explain")
    assert [row["weight"] for row in found] == [row["weight"] for row in plain]
    base = -summary["prior_bits"]
    for row in found:
        total = sum(float(row[name]) for name in HEADER[1:])
        assert abs(float(row["weight"]) + base - total) < 0.01


def test_threads_do_not_change_a_byte(tmp_path):
    people = [
        (str(n), f"name{n % 97}", f"family{n % 89}", f"19{n % 90 + 10}-03-04", "")
        for n in range(2000)
    ]
    file = _write(tmp_path / "in.csv", [HEADER, *people])
    for threads in ("1", "2", "7"):
        link("person", [file], tmp_path / f"{threads}.csv", "--threads", threads)
    one = (tmp_path / "1.csv").read_bytes()
    assert (tmp_path / "2.csv").read_bytes() == one
    assert (tmp_path / "7.csv").read_bytes() == one


def test_a_profile_of_ones_own_is_used(tmp_path):
    profile = tmp_path / "plates.profile"
    profile.write_text(
        "profile plates  # cars and who drives them\n"
        "field plate code tf\nfield driver name tf aliases=who\nblock plate:3\n"
    )
    rows = [(str(n), f"KA {n:03d} X{n * 7 % 90}", f"{n * 37}bert") for n in range(60)]
    rows.append(("twin", "ka-005-x35", "185Bert"))
    file = _write(tmp_path / "in.csv", [("id", "Plate", "who"), *rows])
    found, _summary = link(profile, [file], tmp_path / "out.csv")
    assert pairs_of(found) == {frozenset(("5", "twin"))}
    profile.write_text("profile plates\nfield plate\n")
    run = run_driver("--profile", profile, file, "--out", tmp_path / "out.csv")
    assert "unknown kind of field (row 2)" in run.stderr

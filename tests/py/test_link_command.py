# SPDX-License-Identifier: LGPL-3.0-or-later
"""``odoo retail link`` as it is typed: files in, pairs out, no database."""

import csv
import json
import os
import subprocess

import pytest
from link_support import ROOT

PEOPLE = [
    ("rec_id", "given_name", "surname", "date_of_birth", "email"),
    ("p1", "anna", "meyer", "1970-01-02", "anna@shop.example"),
    ("p2", "ana", "meyer", "1970-01-02", "anna@shop.example"),
    ("p3", "bruno", "okafor", "1981-07-30", "bo@mail.example"),
    ("p4", "carla", "duarte", "1992-11-12", "cd@mail.example"),
]


def write(path, rows):
    with open(path, "w", newline="") as handle:
        csv.writer(handle).writerows(rows)
    return path


def link(tmp_path, *arguments):
    out = tmp_path / "pairs.csv"
    command = [ROOT / "tools/odoo", "retail", "link", "--out", out, "--json"]
    run = subprocess.run(
        [*map(str, command), *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
    )
    rows = []
    if run.returncode == 0:
        with open(out, newline="") as handle:
            rows = list(csv.DictReader(handle))
    return run, json.loads(run.stdout.splitlines()[-1]), rows


def test_pairs_within_a_file_have_ids_score_level_and_cluster(tmp_path):
    file = write(tmp_path / "a.csv", PEOPLE)
    run, result, rows = link(tmp_path, "--profile", "person", file)
    assert run.returncode == 0
    [row] = rows
    assert (row["id_a"], row["id_b"], row["cluster"]) == ("p1", "p2", "1")
    is_certain = float(row["score"]) >= result["automatic_bits"]
    assert row["level"] == ("automatic" if is_certain else "review")
    assert result[row["level"]] == result["pairs"] == result["clusters"] == 1
    assert result["automatic_bits"] >= result["review_bits"]
    assert result["records"] == 4
    assert result["fields"] == ["given_name", "surname", "date_of_birth", "email"]
    assert result["seconds"] > 0


def test_an_output_that_cannot_be_written_is_one_sentence(tmp_path):
    file = write(tmp_path / "a.csv", PEOPLE)
    out = tmp_path / "nowhere" / "pairs.csv"
    run, result, _rows = link(tmp_path, "--profile", "person", "--out", out, file)
    assert run.returncode == 1
    assert result["error"].startswith(f"The pairs cannot be written to {out}: No such")


def test_two_files_are_linked_one_to_one(tmp_path):
    first = write(tmp_path / "a.csv", PEOPLE)
    second = write(tmp_path / "b.csv", [PEOPLE[0], *PEOPLE[3:]])
    _run, result, rows = link(tmp_path, "--profile", "person", first, second)
    pairs = {(row["id_a"], row["id_b"]) for row in rows}
    assert pairs == {("p3", "p3"), ("p4", "p4")}
    assert "cluster" not in rows[0]
    assert result["records"] == 6


def test_rows_without_ids_are_numbered_and_columns_mapped(tmp_path):
    header = ("vorname", "nachname", "geb", "post")
    rows = [header, *(person[1:] for person in PEOPLE[1:])]
    mapping = "given_name=vorname,surname=nachname,date_of_birth=geb,email=post"
    file = write(tmp_path / "a.csv", rows)
    arguments = ("--profile", "person", "--columns", mapping, file)
    _run, _result, found = link(tmp_path, *arguments)
    assert [(row["id_a"], row["id_b"]) for row in found] == [("1", "2")]


def test_the_json_of_a_run_has_these_keys_of_these_types(tmp_path):
    file = write(tmp_path / "a.csv", PEOPLE)
    run, result, rows = link(tmp_path, "--profile", "person", file)
    counts = ("records", "pairs", "automatic", "review", "clusters", "candidates")
    assert {name: type(value) for name, value in result.items()} == {
        **dict.fromkeys(counts, int),
        **dict.fromkeys(("fields", "unused"), list),
        **dict.fromkeys(
            ("automatic_bits", "review_bits", "amount_ratio", "seconds"), float
        ),
    }
    assert json.loads(run.stdout.splitlines()[-1]) == result
    assert run.stderr == ""
    assert list(rows[0]) == [
        *("id_a", "id_b", "score", "probability", "level", "cluster"),
    ]


def test_the_result_says_what_was_not_used_and_how_amounts_were_taken(tmp_path):
    header = ("id", "date", "partner", "amount", "colour")
    rows = [
        (n, "2025-03-04", f"payer {n * 37}", n * 7 + 1.25, "red") for n in range(90)
    ]
    first = write(tmp_path / "a.csv", [header, *rows])
    cents = [(*row[:3], int(row[3] * 100)) for row in rows]
    second = write(tmp_path / "b.csv", [header[:4], *cents])
    _run, result, _rows = link(tmp_path, "--profile", "payment", first, second)
    assert result["amount_ratio"] == 100
    assert result["unused"] == ["colour"]
    assert result["pairs"] == 90
    run = subprocess.run(
        [
            *(ROOT / "tools/odoo", "retail", "link", "--profile", "payment"),
            *("--out", tmp_path / "pairs.csv", first, second),
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "the second file's amounts are 100 times the first's" in run.stdout
    assert "columns not used: colour" in run.stdout


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be"])
def test_a_file_in_utf_16_with_its_mark_is_read(encoding, tmp_path):
    lines = "\r\n".join(";".join(person) for person in PEOPLE)
    mark = "\ufeff" if encoding == "utf-16-be" else ""
    file = tmp_path / "a.csv"
    file.write_bytes((mark + lines.replace("anna", "ännä")).encode(encoding))
    run, _result, rows = link(tmp_path, "--profile", "person", file)
    assert run.returncode == 0
    assert [(row["id_a"], row["id_b"]) for row in rows] == [("p1", "p2")]


def test_an_error_in_a_file_in_utf_16_names_the_file(tmp_path):
    file = tmp_path / "a.csv"
    file.write_text("colour\nred\n", encoding="utf-16")
    run, result, _rows = link(tmp_path, "--profile", "person", file)
    assert run.returncode == 1
    assert result["error"].startswith(f"{file}: no column of the file is known")
    file.write_bytes(b"\xff\xfea\x00\x00\xd8")
    run, result, _rows = link(tmp_path, "--profile", "person", file)
    assert run.returncode == 1
    assert result["error"] == f"{file}: the text is not valid UTF-16."


def test_two_files_of_which_one_lacks_a_column_are_linked_by_the_others(tmp_path):
    first = write(tmp_path / "a.csv", PEOPLE)
    second = write(tmp_path / "b.csv", [row[:4] for row in PEOPLE])
    _run, _result, rows = link(tmp_path, "--profile", "person", first, second)
    assert {(row["id_a"], row["id_b"]) for row in rows} >= {("p3", "p3"), ("p4", "p4")}
    assert all(row["id_a"] == row["id_b"] for row in rows)


def test_two_files_without_a_column_in_common_are_refused(tmp_path):
    first = write(tmp_path / "a.csv", [row[:2] for row in PEOPLE])
    second = write(tmp_path / "b.csv", [(row[0], row[4]) for row in PEOPLE])
    run, result, _rows = link(tmp_path, "--profile", "person", first, second)
    assert run.returncode == 1
    assert result["error"].startswith(f"{second}: no column")
    assert "in the other as well" in result["error"]


@pytest.mark.parametrize(
    ("content", "options", "words"),
    [
        (None, (), "There is no file"),
        ("", (), "the file is empty"),
        ("colour\nred\n", (), "no column of the file is known"),
        ("surname\nmeyer\n", ("--columns", "email=post"), "no file has a column"),
        ("surname\nmeyer\n", ("--columns", "email"), "FIELD=COLUMN"),
        ("surname\nmeyer\n", ("--columns", "shoe=size"), "profile does not have"),
        ("colour\nred\n", (), "--columns FIELD=COLUMN,...: given_name, surname, name"),
        (
            "surname\nm\xfcller\n",
            (),
            "not valid UTF-8: save it as CSV in UTF-8 (row 1)",
        ),
        (
            "surname\nmeyer\n",
            ("--profile", "nobody"),
            "no profile nobody, nor a file of that name. The profiles: person, order, "
            "payment.",
        ),
    ],
)
def test_what_cannot_be_linked_is_one_sentence_and_status_1(
    content, options, words, tmp_path
):
    file = tmp_path / "a.csv"
    if content is not None:
        file.write_bytes(content.encode("latin-1"))
    run, result, _rows = link(tmp_path, "--profile", "person", *options, file)
    assert run.returncode == 1
    assert words in result["error"]
    assert len(run.stderr.splitlines()) == 1


@pytest.mark.parametrize("spelling", ["a.csv", "./a.csv", "link.csv"])
def test_the_output_never_overwrites_an_input(spelling, tmp_path):
    file = write(tmp_path / "a.csv", PEOPLE)
    (tmp_path / "link.csv").symlink_to(file)
    before = file.read_bytes()
    out = f"{tmp_path}/{spelling}"
    run, result, _rows = link(tmp_path, "--profile", "person", "--out", out, file)
    assert run.returncode == 1
    assert result["error"] == f"--out {out} would overwrite what is read: " + (
        "name another file."
    )
    assert file.read_bytes() == before


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\xff\xfep\x00", "The profile {} is not a text in UTF-8."),
        (b"profile x\nfield a name\nblack a\n", "{}, line 3: a line starts with"),
        (b"profile x\n", "{}: a profile needs a field and a block"),
    ],
)
def test_a_mistake_in_a_profile_names_its_file_and_line(content, words, tmp_path):
    file = write(tmp_path / "a.csv", PEOPLE)
    profile = tmp_path / "own.profile"
    profile.write_bytes(content)
    run, result, _rows = link(tmp_path, "--profile", profile, file)
    assert run.returncode == 1
    assert result["error"].startswith(words.format(profile))


@pytest.mark.parametrize("bits", ["nan", "inf", "ten"])
def test_a_threshold_is_a_number(bits, tmp_path):
    file = write(tmp_path / "a.csv", PEOPLE)
    run, result, _rows = link(
        tmp_path, "--profile", "person", "--threshold", bits, file
    )
    assert run.returncode == 2
    assert result["error"] == f"argument --threshold: invalid bits value: '{bits}'"


def test_a_pipe_is_told_from_a_missing_file(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    run, result, _rows = link(tmp_path, "--profile", "person", tmp_path / "pipe")
    assert run.returncode == 1
    assert "is no file on a disk" in result["error"]

# SPDX-License-Identifier: LGPL-3.0-or-later
"""kill -9 of the worker or of its server backend in the middle of a sweep for
duplicates, then go on: the pairs are those of a clean run, each once."""

import json

import pytest
from crash_support import (
    ROOT,
    drop,
    kill_backend,
    kill_worker,
    killed_while,
    prepared,
    query,
    run,
    template_of,
)

PEOPLE, TWINS = 4000, 0.45
BATCH = 500  # pairs between two commits, engine/sweeper.py
CHANGED = 25
PAIRS = """
SELECT first_id, second_id, round(score::numeric, 3), level, state,
       md5(explanation::text)
  FROM retail_duplicate WHERE kind = 'partner' ORDER BY 1, 2
"""
SWEEPS = """
SELECT mode, state, pair_count, stored_count, new_count
  FROM retail_duplicate_sweep ORDER BY id
"""
# A pair somebody else is storing at the moment: who stores it too waits.
TAKEN = """
INSERT INTO retail_duplicate (kind, first_id, second_id, found_by, level, state,
                              keep_first)
VALUES ('partner', {}, {}, 'score', 'review', 'open', 'first')
"""
# A night later some contacts have changed, and their pairs are not known.
NIGHT = f"""
UPDATE res_partner SET write_date = write_date - interval '2 days';
UPDATE retail_duplicate_sweep SET seen_until = seen_until - interval '1 day';
UPDATE res_partner SET write_date = now() AT TIME ZONE 'UTC'
 WHERE id IN (SELECT second_id FROM retail_duplicate ORDER BY id LIMIT {CHANGED});
DELETE FROM retail_duplicate WHERE second_id IN (
    SELECT id FROM res_partner WHERE write_date > now() AT TIME ZONE 'UTC'
                                                  - interval '1 day');
"""
RESUME = "env['retail.duplicate.sweep']._cron_run()\n"


def command(database, *options):
    return [
        *(str(ROOT / "tools/odoo"), "retail", "dedupe", "-d", database),
        *("--model", "res.partner", "--json", *options),
    ]


def sweep(database, *options):
    return json.loads(run(*command(database, *options)).stdout.splitlines()[-1])


def resume(database):
    """What the scheduler does every hour."""
    run(ROOT / "tools/odoo", "shell", "-d", database, "--no-http", input=RESUME)


@pytest.fixture(scope="module")
def template():
    """A database with people, some of them noted more than once."""
    options = ("--people", PEOPLE, "--twins", TWINS)
    with template_of("ra_sweep_people", "odoo_twins.py", *options) as name:
        yield name


@pytest.fixture(scope="module")
def clean(template):
    """The pairs of a clean run, and in which order they were stored."""
    name = prepared("ra_sweep_clean", template)
    result = sweep(name, "--full")
    assert result["pairs"] == result["new"] > 2 * BATCH + 50
    stored = "SELECT first_id, second_id FROM retail_duplicate ORDER BY id"
    order = [line.split("|") for line in query(name, stored).splitlines()]
    yield query(name, PAIRS), order
    drop(name)


def killed_at(name, pair, kill, *options):
    """A sweep that is killed while it stores the batch with that pair."""
    killed_while(command(name, *options), name, TAKEN.format(*pair), kill)


def test_pairs_after_kills_between_two_batches_equal_a_clean_run(template, clean):
    pairs, order = clean
    name = prepared("ra_sweep_killed", template)
    killed_at(name, order[BATCH + 20], kill_worker, "--full")
    assert query(name, PAIRS).count("\n") == BATCH
    killed = f"full|running|{len(order)}|{BATCH}|{BATCH}\n"
    assert query(name, SWEEPS) == killed
    # Somebody starts it once more, and that one dies a batch later.
    killed_at(name, order[2 * BATCH + 20], kill_backend, "--full")
    assert query(name, PAIRS).count("\n") == 2 * BATCH
    # The scheduler finishes both.
    resume(name)
    assert query(name, PAIRS) == pairs
    whole = len(order)
    assert query(name, SWEEPS).splitlines() == [
        f"full|done|{whole}|{whole}|{whole - BATCH}",
        f"full|done|{whole}|{whole}|{BATCH}",
    ]
    # The next night: only what changed, killed, and finished by the command line.
    query(name, NIGHT)
    known = query(name, PAIRS).splitlines()
    missing = [line for line in pairs.splitlines() if line not in known]
    assert len(missing) >= CHANGED
    killed_at(name, missing[0].split("|")[:2], kill_worker)
    assert query(name, PAIRS).splitlines() == known
    result = sweep(name)
    assert result["changed"] == CHANGED
    assert result["new"] == len(missing)
    assert [line.split("|")[:2] for line in query(name, PAIRS).splitlines()] == [
        line.split("|")[:2] for line in pairs.splitlines()
    ]
    drop(name)

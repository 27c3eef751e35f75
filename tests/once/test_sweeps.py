# SPDX-License-Identifier: LGPL-3.0-or-later
"""Two people, two workers or two sweeps at the same time: one decision, one pair."""

from contextlib import contextmanager
from unittest.mock import patch

import pytest
from at_once import meet
from support import ADMIN

from odoo import api
from odoo.exceptions import UserError
from odoo.modules.registry import Registry

PEOPLE = ("Ann Meyer", "Bruno Schmitt", "Carla Rossi", "Dmitri Volkov", "Elena Kovacs")


@contextmanager
def another(database):
    """The environment of somebody else, who works at the same time."""
    with Registry(database).cursor() as cr:
        yield api.Environment(cr, ADMIN, {})
        cr.rollback()


@pytest.fixture
def twins(desk):
    """Two contacts that are the same, among others."""
    people = desk.env["res.partner"].create(
        [
            {
                "name": f"{name} {suffix}",
                "street": f"Sweep street {17 * number}",
                "zip": f"{20000 + 711 * number}",
                "email": f"{name.split()[0]}{number}@sweep.example",
                "phone": f"+49 732 {number:03}{len(name):03}",
            }
            for number, (name, suffix) in enumerate(
                (name, suffix) for suffix in ("Berg", "Lund", "Hof") for name in PEOPLE
            )
        ]
    )
    twin = people[0].copy({"name": "Anne Meyer Berg"})
    desk.env.cr.commit()
    yield people[0], twin
    desk.env.cr.rollback()
    desk.env["retail.duplicate"].sudo().search([]).unlink()
    desk.env["retail.duplicate.sweep"].sudo().search([]).unlink()
    (people | twin).exists().unlink()
    desk.env.cr.commit()


def make_pair(desk, first, second):
    vals = {"kind": "partner", "first_id": first.id, "second_id": second.id}
    [pair] = desk.env["retail.duplicate"]._remember([{**vals, "score": 12}])
    desk.env.cr.commit()
    return pair


def new_sweep(env, **vals):
    return env["retail.duplicate.sweep"].create(
        {"kind": "partner", "mode": "full", **vals}
    )


def pairs_of(desk, twins):
    desk.env.cr.rollback()
    desk.env.invalidate_all()
    return desk.env["retail.duplicate"].search(
        [("first_id", "=", twins[0].id), ("second_id", "=", twins[1].id)]
    )


def test_two_people_decide_at_the_same_time_and_one_is_told(desk, database, twins):
    pair = make_pair(desk, *twins)
    with another(database) as env:
        theirs = env["retail.duplicate"].browse(pair.id)
        pair.action_keep()
        for action in (theirs.action_ignore, theirs.action_merge, theirs.action_keep):
            with pytest.raises(UserError, match="Somebody else is deciding"):
                action()
        desk.env.cr.commit()
        env.cr.rollback()
        env.invalidate_all()
        with pytest.raises(UserError, match="decided already: Both kept"):
            theirs.action_merge()
    assert pairs_of(desk, twins).state == "kept"
    assert len((twins[0] | twins[1]).exists()) == 2


def test_decisions_on_two_pairs_at_the_same_time_are_both_in_the_log(
    desk, database, twins
):
    from odoo.addons.retail_accelerator.audit import log

    other = desk.env["res.partner"].search([("id", "<", twins[0].id)], limit=1)
    pairs = [make_pair(desk, *twins), make_pair(desk, other, twins[0])]

    def of(env, number):
        return env["retail.duplicate"].browse(pairs[number].id)

    tries = meet(
        database,
        lambda env: of(env, 0).action_keep(),
        lambda env: of(env, 1).action_ignore(),
    )
    assert tries == 2  # the second one waits, and begins anew
    desk.env.cr.rollback()
    desk.env.invalidate_all()
    assert [pair.state for pair in pairs] == ["kept", "ignored"]
    entries = desk.env["retail.audit"].search([], order="number desc", limit=2)
    assert entries.mapped("action") == ["ignore", "keep"]
    assert entries.mapped("res_id") == [pairs[1].id, pairs[0].id]
    assert not log.verify(desk.env, desk.env.company)["problem"]


def test_a_pair_that_somebody_stores_meanwhile_is_stored_once(desk, database, twins):
    """Another sweep commits it after this one has looked what is known."""
    from odoo.addons.retail_accelerator.engine import sweeper

    compare = sweeper.Sweeper._compare
    sweep = new_sweep(desk.env)
    desk.env.cr.commit()

    def compare_and_be_overtaken(self):
        compared = compare(self)
        with another(database) as env:
            first, second = (twin.with_env(env) for twin in twins)
            vals = {"kind": "partner", "first_id": first.id, "second_id": second.id}
            env["retail.duplicate"]._remember([{**vals, "score": 1}])
            env.cr.commit()
        return compared

    commits = []

    def commit():
        """None before the batch, so that it does not see the other one's pair."""
        commits.append(True)
        if len(commits) > 2:
            desk.env.cr.commit()

    with patch.object(sweeper.Sweeper, "_compare", compare_and_be_overtaken):
        sweeper.Sweeper(sweep, commit).run_guarded()
    desk.env.cr.commit()
    assert sweep.state == "done", sweep.error_message
    [pair] = pairs_of(desk, twins)
    assert (pair.score, sweep.new_count) == (1, sweep.pair_count - 1)


def test_two_workers_do_not_work_on_one_sweep(desk, database, twins):
    from odoo.addons.retail_accelerator.engine.sweeper import Sweeper

    sweep = new_sweep(desk.env)
    desk.env.cr.commit()
    states = []

    def look():
        desk.env.cr.commit()
        with another(database) as env:
            theirs = env["retail.duplicate.sweep"].browse(sweep.id)
            Sweeper(theirs).run_guarded()
            states.append((theirs.state, theirs.new_count))

    Sweeper(sweep, look).run_guarded()
    desk.env.cr.commit()
    assert ("running", 0) in states
    assert sweep.state == "done"
    assert len(pairs_of(desk, twins)) == 1


def test_a_sweep_that_fails_stops_no_other(desk, twins):
    from odoo.addons.retail_accelerator.engine.sweeper import Sweeper

    bad, good = new_sweep(desk.env, kind="payment"), new_sweep(desk.env)
    desk.env.cr.commit()
    compare = Sweeper._compare

    def fail(self):
        if self.sweep == bad:
            raise ZeroDivisionError("secret of a customer")
        return compare(self)

    with patch.object(Sweeper, "_compare", fail):
        desk.env["retail.duplicate.sweep"]._cron_run()
    assert (bad.state, good.state) == ("failed", "done")
    assert "ZeroDivisionError" in bad.error_message
    assert "secret" not in bad.error_message
    assert len(pairs_of(desk, twins)) == 1

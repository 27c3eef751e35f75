# SPDX-License-Identifier: LGPL-3.0-or-later
"""A review compares addresses by the rule that found the order's contacts.

The people are those of ``test_contacts_parity``: names, places and e-mails of every
shape. ``RA_SEED`` reproduces a run.
"""

import pytest
from test_contacts_parity import (
    accounts_apart,
    contacts_scenario,
    guests_together,
    known_parents,
    nothing_special,
    session,
)
from test_parity import Scenario

ADDRESSES = ("Invoice address", "Delivery address")


@pytest.mark.parametrize(
    "prepare", (nothing_special, accounts_apart, guests_together, known_parents)
)
def test_an_order_as_it_came_has_no_other_address(
    prepare, plain_database, environment, tmp_path
):
    env = environment(plain_database)
    channel, path = contacts_scenario(env, tmp_path, Scenario("review", orders=80))
    prepare(env, channel)
    env.flush_all()
    engine = session(channel)
    engine.job.open(str(path))
    engine.process(engine.job.read(1000, 12 << 20))
    env.invalidate_all()
    entries = env["retail.ledger"].search([("order_id", "!=", False)])
    assert len(entries) > 60
    from odoo.addons.retail_accelerator.engine import review

    wrong = [
        (entry.source_ref, row)
        for entry in entries.sudo()
        for row in review.differences(env, entry)
        if row["field"] in ADDRESSES
    ]
    assert not wrong, "\n".join(map(repr, wrong[:12]))

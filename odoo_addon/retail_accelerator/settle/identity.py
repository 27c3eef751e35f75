# SPDX-License-Identifier: LGPL-3.0-or-later
"""Which movements of a report are known from earlier ones.

A movement is known by what it says. Equal rows of one file are counted: the second is
another movement than the first. Rows that carry the provider's id need no more; of the
others, each payout may have one that looks just the same, so a row is one known
before only if that belongs to its payout, or had none yet.
"""

import hashlib
from collections import Counter, defaultdict, deque
from itertools import count

from odoo.tools import SQL, split_every

from ..arrays import texts

BATCH = 5000


def digest(content, number):
    """Identity of the ``number``-th movement of this content: 32 hex digits."""
    text = f"{content}\x1f{number}"
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def known_movements(channel, contents, payouts):
    """([identity of each row], {identity: (event id, settlement id)} of known ones).

    ``contents``: what each row says. ``payouts``: reference of its payout or "", None
    for rows with the provider's id.
    """
    seen = Counter()
    identities = [""] * len(contents)
    groups = defaultdict(dict)
    for at, (content, payout) in enumerate(zip(contents, payouts, strict=True)):
        if payout is None:
            seen[content] += 1
            identities[at] = digest(content, seen[content])
        else:
            groups[content][at] = payout
    known = _known(channel, [identity for identity in identities if identity])
    for content, events in _events(channel, groups).items():
        for at, number in _numbers(groups[content], events):
            identities[at] = digest(content, number)
            if number in events:
                known[identities[at]] = events[number]
    return identities, {key: event[:2] for key, event in known.items()}


def _known(channel, identities):
    """{identity: (event id, settlement id, reference of its payout or "")}"""
    known = {}
    for batch in split_every(BATCH, identities, list):
        rows = channel.env.execute_query(
            SQL(
                """SELECT e.identity, e.id, s.id, COALESCE(s.reference, '')
                     FROM retail_settlement_event e
                     JOIN retail_settlement s ON s.id = e.settlement_id
                    WHERE e.channel_id = %s AND e.identity = ANY(%s)""",
                channel.id,
                texts(batch),
            )
        )
        known.update((row[0], row[1:]) for row in rows)
    return known


def _events(channel, groups):
    """{content: {number: known event}}, asked for until a number is free."""
    events = {content: {} for content in groups}
    asked = dict.fromkeys(groups, 0)  # numbers asked for so far
    full = list(groups)
    while full:
        wanted = {}
        for content in full:
            first, asked[content] = (
                asked[content],
                asked[content] + len(groups[content]),
            )
            for number in range(first + 1, asked[content] + 1):
                wanted[digest(content, number)] = content, number
        for identity, event in _known(channel, list(wanted)).items():
            content, number = wanted[identity]
            events[content][number] = event
        full = [content for content in full if len(events[content]) == asked[content]]
    return events


def _numbers(rows, events):
    """(row, number) of each row of one content: numbers of its own payout first, then
    those of rows that had none yet, then free ones."""
    pools = defaultdict(deque)
    for number, event in sorted(events.items()):
        pools[event[2]].append(number)
    left = []
    for at, payout in rows.items():
        if pools[payout]:
            yield at, pools[payout].popleft()
        else:
            left.append((at, payout))
    free = (number for number in count(1) if number not in events)
    for at, payout in left:
        # A row that names no payout may be one that got its payout since.
        pool = next((p for p in ([pools[""]] if payout else pools.values()) if p), None)
        yield at, pool.popleft() if pool else next(free)

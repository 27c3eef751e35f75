# SPDX-License-Identifier: LGPL-3.0-or-later
"""The look for duplicates while orders come in: one query a chunk, and the rest in
memory.

``hold`` runs before a wave's contacts are made, so that a duplicate brings no second
contact; ``conclude`` runs when the wave's rows are written, and remembers the pairs.
"""

from collections import defaultdict
from datetime import timedelta
from itertools import starmap
from operator import attrgetter

from odoo.tools import SQL

from ..arrays import array, ints, texts
from . import findings as found
from . import resemblance
from .findings import CONTENT, REASONS, SUSPECTED, Finding, Newcomer
from .lanes import to_microseconds
from .typed_orders import TypedOrders

COLUMNS = {CONTENT: "content_key", SUSPECTED: "near_key"}
KEYS = {CONTENT: attrgetter("content"), SUSPECTED: attrgetter("near")}
HOUR = timedelta(hours=1)
WEEK = timedelta(weeks=1)
SECOND_US = 1_000_000
US = timedelta(microseconds=1)
DAY_US = 86400 * SECOND_US
WEEK_US = 7 * DAY_US
MONDAY_US = 3 * DAY_US  # weeks begin on Mondays, 1970 on a Thursday
# Channels tell the time of one sale differently: time zones, days without an hour.
OTHER_CHANNEL = 3
# Where more orders of one week have an equal key, the sweeps look at the others.
ALIKE_MOST = 8
# So many equal keys are no longer worth knowing beforehand.
MET_MOST = 10_000
NO_ENTRY = (0, None, None)  # of the ledger: its id, its order's id and name


class DuplicateCheck:
    """Finds, holds and remembers the duplicates among a channel's new orders."""

    def __init__(self, channel, active=True):
        self.active = active
        self.channel = channel
        self.env = channel.env
        self.company = channel.company_id
        self.window = channel.duplicate_hours * HOUR
        # Similar orders are not looked for when the channel imports them anyway.
        self.similar = channel.suspect_policy != "ignore"
        # A channel tells its own times alike.
        self.wide_window = self.window * (OTHER_CHANNEL if self._has_others() else 1)
        self.background = resemblance.Background(channel.env)
        self.typed_orders = TypedOrders(channel)
        self.findings = []

    def _has_others(self):
        """Whether the company has another channel, be it archived."""
        channels = self.env["retail.channel"].with_context(active_test=False).sudo()
        company = [("company_id", "=", self.company.id)]
        return bool(
            channels.search_count([*company, ("id", "!=", self.channel.id)], limit=1)
        )

    def hold(self, chunk, wave, known=frozenset()):
        """Give the wave's duplicates their outcome, by the channel's policy.

        ``known``: identities of the wave that the ledger has already.
        """
        if not self.active:
            return
        chunk.resolve(wave)  # statuses first: what is not imported repeats nothing
        now = to_microseconds(self.env.cr.now())
        newcomers = list(starmap(Newcomer, chunk.newcomers(wave, now, self.similar)))
        findings = {}
        for finding in (
            *self._within(newcomers),
            *self._in_ledger(newcomers),
            *self._typed(chunk, newcomers),
        ):
            findings.setdefault(finding.newcomer.index, []).append(finding)
        decisions = found.decisions_on(
            self.env, {newcomer.identity for newcomer in newcomers} & known
        )
        self.findings = []
        if findings or decisions:
            self._judge(chunk, findings, newcomers, decisions)

    # -- look --

    def _met(self, newcomers):
        """The newcomers of whose keys the ledger has one in a week within reach.

        That is all there is to know of nearly all orders, and asked for a week's keys
        at once it takes a third of what asking for each order by its time does.
        """
        days = defaultdict(list)
        for newcomer in newcomers:
            days[newcomer.created // DAY_US].append(newcomer)
        rows = self.env.execute_query(
            SQL(
                "(%s) UNION ALL (%s)",
                *(self._met_in_week(days, reason) for reason in REASONS),
            )
        )
        if len(rows) >= MET_MOST:
            return newcomers
        met = set(rows)
        return [
            newcomer
            for newcomer in newcomers
            if (True, newcomer.content) in met or (False, newcomer.near) in met
        ]

    def _met_in_week(self, days, reason):
        """``days``: {day since 1970: its newcomers}; a week in reach of a part of the
        day is asked for all of it."""
        key_of, key = KEYS[reason], SQL.identifier(COLUMNS[reason])
        window = self._window(reason) // US
        weeks = defaultdict(list)
        for day, newcomers in days.items():
            values = list(filter(None, map(key_of, newcomers)))
            first = day * DAY_US + MONDAY_US - window
            last = first + DAY_US - 1 + 2 * window
            for week in range(first // WEEK_US, last // WEEK_US + 1):
                weeks[week] += values
        return SQL(
            """SELECT %s, l.key
                 FROM unnest(%s::bigint[], %s::text[]) AS week(number, keys)
                CROSS JOIN LATERAL (
                       SELECT %s AS key FROM retail_ledger
                        WHERE date_trunc('week', source_created)
                              = timestamp '1969-12-29' + week.number * interval '7 days'
                          AND %s = ANY(string_to_array(week.keys, ','))) l
                LIMIT %s""",
            reason == CONTENT,
            list(weeks),
            [",".join(keys) for keys in weeks.values()],
            key,
            key,
            MET_MOST,
        )

    def _window(self, reason):
        return self.window if reason == CONTENT else self.wide_window

    def _in_ledger(self, newcomers):
        """Orders of the ledger with an equal key, near in time.

        The ledger's indexes begin with the week of an order, so that the look-ups of a
        chunk, and its own new rows, touch a few pages only.
        """
        newcomers = newcomers and self._met(newcomers)
        if not newcomers:
            return []
        by_index = {newcomer.index: newcomer for newcomer in newcomers}
        rows = self.env.execute_query(
            SQL(
                """WITH new AS MATERIALIZED (
                       SELECT index, content, near,
                              timestamp 'epoch' + second * interval '1 s' AS created
                         FROM unnest(%s, %s, %s, %s)
                           AS new(index, content, near, second)
                   )
                   %s UNION ALL %s ORDER BY 1, 2 DESC, 4""",
                ints(newcomer.index for newcomer in newcomers),
                texts(newcomer.content or None for newcomer in newcomers),
                texts(newcomer.near or None for newcomer in newcomers),
                array("bigint", (n.created // SECOND_US for n in newcomers)),
                self._equal("content", self.window, SQL("NULL::bytea")),
                self._equal("near", self.wide_window, SQL("l.payload")),
            )
        )
        return [
            Finding(
                by_index[index],
                CONTENT if twin else SUSPECTED,
                other,
                order,
                name,
                repeated and by_index[index].timed,
                payload and bytes(payload),
            )
            for index, twin, other, order, name, repeated, payload in rows
        ]

    def _equal(self, key, window, payload):
        """The query of a key: the weeks in reach of a newcomer, one after the other."""
        return SQL(
            """SELECT new.index, %s AS twin, l.identity_key, l.order_id, l.name,
                      l.repeated, l.payload
                 FROM new CROSS JOIN unnest(%s::interval[]) AS step
                CROSS JOIN LATERAL (%s) l
                WHERE date_trunc('week', new.created - %s) + step
                      <= new.created + %s""",
            key == "content",
            [WEEK * week for week in range(2 + 2 * window // WEEK)],
            self._equal_in_week(key, window, payload),
            window,
            window,
        )

    def _equal_in_week(self, key, window, payload):
        """Those of one of the weeks; within a channel no further than its window."""
        return SQL(
            """SELECT l.identity_key, l.order_id, o.name, %(payload)s AS payload,
                      l.channel_id = %(channel)s
                      AND date_trunc('second', l.source_created)
                          != new.created AS repeated
                 FROM retail_ledger l
                 JOIN sale_order o ON o.id = l.order_id AND o.state != 'cancel'
                WHERE date_trunc('week', l.source_created)
                      = date_trunc('week', new.created - %(window)s) + step
                  AND %(key)s = %(wanted)s
                  AND l.source_created BETWEEN new.created - %(window)s
                                           AND new.created + %(window)s
                  AND (l.channel_id != %(channel)s
                       OR l.source_created BETWEEN new.created - %(own_window)s
                                               AND new.created + %(own_window)s)
                  AND l.company_id = %(company)s
                LIMIT %(most)s""",
            payload=payload,
            channel=self.channel.id,
            window=window,
            key=SQL.identifier("l", f"{key}_key"),
            wanted=SQL.identifier("new", key),
            own_window=self.window,
            company=self.company.id,
            most=ALIKE_MOST,
        )

    def _typed(self, chunk, newcomers):
        """The same among orders of Odoo that came by no channel."""
        for newcomer, typed, twin in self.typed_orders.alike(
            chunk, newcomers, self.window * OTHER_CHANNEL
        ):
            apart = abs(typed.created - newcomer.created) * US
            if twin and apart <= self.window:
                reason = CONTENT
            elif self.similar:
                reason = SUSPECTED
            else:
                continue
            yield Finding(
                newcomer,
                reason,
                typed.identity,
                typed.id,
                typed.name,
                order=typed.order,
            )

    def _within(self, newcomers):
        """The same among the newcomers themselves: the later one repeats the first."""
        return [
            Finding(
                later,
                reason,
                earlier.identity,
                repeated=earlier.timed
                and later.timed
                and earlier.created // SECOND_US != later.created // SECOND_US,
            )
            for reason, key_of in KEYS.items()
            for earlier, later in self._repeated(newcomers, key_of)
        ]

    def _repeated(self, newcomers, key_of):
        """(earlier, later) newcomers with an equal key, near in time."""
        keys = list(filter(None, map(key_of, newcomers)))
        if len(set(keys)) == len(keys):
            return
        window = self.window // timedelta(microseconds=1)
        first = {}
        for newcomer in newcomers:
            key = key_of(newcomer)
            if key is None:
                continue
            earlier = first.setdefault(key, newcomer)
            if abs(earlier.created - newcomer.created) > window:
                first[key] = newcomer
            elif earlier is not newcomer:
                yield earlier, newcomer

    # -- judge --

    def _judge(self, chunk, findings, newcomers, decisions):
        """``findings``: by index; ``decisions`` as of ``decisions_on``.

        In the order of the file: what repeats a record that is no order itself
        repeats what that record repeats.
        """
        out = found.leave_out(chunk, newcomers, decisions)
        kept = {
            (identity, order)
            for identity, group in decisions.items()
            for state, order, _name in group
            if state == "kept"
        }
        rest = {
            index: [
                finding
                for finding in group
                if (finding.newcomer.identity, finding.order_id) not in kept
            ]
            for index, group in findings.items()
            if group[0].newcomer.identity not in out
        }
        twins = found.twins(rest)
        chosen = {**twins, **self._suspects(chunk, rest, twins, newcomers)}
        for index in sorted(chosen):
            finding = found.choose(chosen[index], out, kept)
            if finding:
                self._apply_policy(chunk, finding)
            if finding and finding.held:
                out[finding.newcomer.identity] = finding

    def _suspects(self, chunk, findings, twins, newcomers):
        """{index: findings} of newcomers that resemble other orders enough, by the
        order profile; the likeliest first."""
        open_findings = [
            finding
            for index, group in findings.items()
            if index not in twins
            for finding in group
        ]
        if not open_findings:
            return {}
        scores = self.background.scores(chunk, open_findings, newcomers)
        suspects = defaultdict(list)
        for finding, score in zip(open_findings, scores, strict=True):
            if score:
                finding.score = score
                suspects[finding.newcomer.index].append(finding)
        for group in suspects.values():
            group.sort(key=Finding.sureness, reverse=True)
        return suspects

    def _apply_policy(self, chunk, finding):
        channel = self.channel
        is_twin = finding.reason == CONTENT
        policy = channel.duplicate_policy if is_twin else channel.suspect_policy
        if finding.repeated and channel.repeat_policy == "warn":
            policy = "warn"
        finding.held = policy == "hold"
        if finding.held:
            chunk.set_result(
                finding.newcomer.index,
                "review",
                reason=finding.reason,
                detail=finding.label,
            )
        self.findings.append(finding)

    # -- remember --

    def conclude(self, chunk):
        """Remember the wave's findings as pairs, now that its rows are written."""
        if not self.findings:
            return
        entries = self._entries()
        vals_list = []
        for finding in self.findings:
            entry, order, _name = entries.get(finding.newcomer.identity, NO_ENTRY)
            _entry, other, name = entries.get(finding.other, NO_ENTRY)
            other = finding.order_id or other
            if finding.held and not other:
                self._release(chunk, finding, entry)
            elif other and (finding.held or order):
                vals_list.append(self._pair(finding, entry, order, other))
                if not finding.held:
                    self._warn(finding.reason, entry, finding.label or name)
        self.findings = []
        self.env["retail.duplicate"]._remember(vals_list)

    def _entries(self):
        """{identity: (ledger id, order id, order name)} of the records of findings."""
        identities = {
            identity
            for finding in self.findings
            for identity in (finding.newcomer.identity, finding.other)
        }
        rows = self.env.execute_query(
            SQL(
                """SELECT l.identity_key, l.id, o.id, o.name
                     FROM retail_ledger l LEFT JOIN sale_order o ON o.id = l.order_id
                    WHERE l.identity_key = ANY(%s)""",
                texts(identities),
            )
        )
        return {identity: entry for identity, *entry in rows}

    def _pair(self, finding, entry, order, other):
        vals = {
            "kind": "order",
            "ledger_id": entry,
            "company_id": self.company.id,
            "channel_id": self.channel.id,
            "found_by": "content" if finding.reason == CONTENT else "score",
            "level": "automatic" if finding.reason == CONTENT else "review",
            "probability": 1.0,
            **finding.score,
        }
        if finding.held:
            return {**vals, "first_id": other}
        return {**vals, "first_id": min(order, other), "second_id": max(order, other)}

    def _release(self, chunk, finding, entry):
        """The order it repeats was refused after all: this one waits to be tried."""
        message = self.env._(
            "Was taken for a repetition of a record that could not be imported "
            "itself. Try again."
        )
        chunk.set_result(
            finding.newcomer.index, "rejected", reason=finding.reason, detail=message
        )
        self.env.cr.execute(
            SQL(
                """UPDATE retail_ledger SET outcome = 'rejected', message = %s
                    WHERE id = %s""",
                message,
                entry,
            )
        )

    def _warn(self, reason, entry, name):
        self.env.cr.execute(
            SQL(
                "UPDATE retail_ledger SET reason = %s, message = %s WHERE id = %s",
                reason,
                self.env._("Imported, though it may repeat the order %s.", name),
                entry,
            )
        )

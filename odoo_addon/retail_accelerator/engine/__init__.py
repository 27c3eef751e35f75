# SPDX-License-Identifier: LGPL-3.0-or-later
"""The bridge between Odoo and the C engine.

Rooms, in the order data passes them: ``native`` (the extension itself), ``catalog``
(dictionaries of a job), ``duplicates`` and ``findings`` (what repeats an order),
``parties`` and ``contacts`` (who orders), ``column_plan`` and ``templates`` (where each
column's value comes from), ``references`` (what rows may refer to), ``lanes``
(writing), ``ledger`` (what is known and what became of it), ``session`` (these rooms
for one chunk after the other). Around them ``queue`` (chunks in the order of the file),
``worker`` (one connection's chunks), ``progress`` and ``runner`` (a whole import).
``payload``, ``refunds``, ``review`` and ``parity`` stand beside them; ``sweeper`` looks
for duplicates when nothing is imported.
"""

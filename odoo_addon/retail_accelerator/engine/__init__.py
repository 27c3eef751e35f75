# SPDX-License-Identifier: LGPL-3.0-or-later
"""The bridge between Odoo and the C engine.

Rooms, in the order data passes them: ``native`` (the extension itself), ``catalog``
(dictionaries of a job), ``parties`` (contacts), ``column_plan`` and ``templates``
(where each column's value comes from), ``lanes`` (writing), ``ledger`` (what is known
and what became of it), ``runner`` (chunks, commits, progress). ``payload``, ``review``
and ``parity`` stand beside them.
"""

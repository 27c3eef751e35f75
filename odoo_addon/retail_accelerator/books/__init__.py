# SPDX-License-Identifier: LGPL-3.0-or-later
"""Journal entries and their reconciliation, in bulk; see docs/books.md."""

from .books import Books

__all__ = ["Books"]

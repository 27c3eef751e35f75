# SPDX-License-Identifier: LGPL-3.0-or-later
"""The append-only log of what was decided and posted, and its hash chain."""

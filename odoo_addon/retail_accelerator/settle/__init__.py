# SPDX-License-Identifier: LGPL-3.0-or-later
"""From a provider's report to books; see docs/settlements.md."""

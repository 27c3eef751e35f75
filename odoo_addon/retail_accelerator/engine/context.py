# SPDX-License-Identifier: LGPL-3.0-or-later
"""The context in which the engine lets the ORM write."""

# No followers, messages, tracking or invitations, as connectors do it.
QUIET = {
    "tracking_disable": True,
    "mail_create_nolog": True,
    "mail_create_nosubscribe": True,
    "mail_notrack": True,
    "no_reset_password": True,
}

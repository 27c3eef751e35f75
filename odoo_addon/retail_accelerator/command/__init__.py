# SPDX-License-Identifier: LGPL-3.0-or-later
"""The verbs of ``odoo retail``, one module each.

A verb has NAME, HELP, ``add_arguments(parser)`` and ``run(env, args)``, which returns
what ``--json`` prints. It may have ``prepare(args)`` (before there is a connection to
the database), ``summary(result)`` (the same in plain words), ``failed(result)`` and
``NEEDS_DATABASE = False`` (its env is None).
"""

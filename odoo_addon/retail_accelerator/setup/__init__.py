# SPDX-License-Identifier: LGPL-3.0-or-later
"""Setting a channel up: its defaults, and what the shop's own exports tell.

Plain classes without any model of their own; the models, wizards and the command line
call them.
"""

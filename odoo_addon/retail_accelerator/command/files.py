# SPDX-License-Identifier: LGPL-3.0-or-later
"""Files named on the command line."""

import os

from odoo.exceptions import UserError


def require_file(env, path):
    """Refuse what is not there, and what is no file."""
    if os.path.isdir(path):
        raise UserError(env._("%s is a folder: name the files in it.", path))
    if not os.path.exists(path):
        raise UserError(env._("There is no file %s.", path))
    if not os.path.isfile(path):
        raise UserError(env._("%s is no file.", path))

# SPDX-License-Identifier: LGPL-3.0-or-later
"""Files named on the command line."""

import os

from odoo.exceptions import UserError
from odoo.tools.translate import LazyTranslate

# Also used where there is no environment whose language could be known.
_lt = LazyTranslate(__name__, default_lang="en_US")


def require_file(path):
    """Refuse what is not there, and what is no file."""
    if os.path.isdir(path):
        raise UserError(_lt("%s is a folder: name the files in it.", path))
    if not os.path.isfile(path):
        raise UserError(_lt("There is no file %s.", path))

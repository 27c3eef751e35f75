# SPDX-License-Identifier: LGPL-3.0-or-later
"""Files named on the command line."""

import os

from odoo.exceptions import UserError
from odoo.tools.translate import LazyTranslate

# Also used where there is no environment whose language could be known.
_lt = LazyTranslate(__name__, default_lang="en_US")


def require_file(path):
    """Refuse what is not there, what is no file, and what may not be read."""
    if os.path.isdir(path):
        raise UserError(_lt("%s is a folder: name the files in it.", path))
    if not os.path.exists(path):
        raise UserError(_lt("There is no file %s.", path))
    if not os.path.isfile(path):
        raise UserError(_lt("%s is no file on a disk: save it as one first.", path))
    try:
        # Asked for, the system would leave out capabilities of the process.
        with open(path, "rb"):
            pass
    except OSError as error:
        raise UserError(
            _lt(
                "The file %(path)s cannot be opened: %(why)s.",
                path=path,
                why=error.strerror,
            )
        ) from error

# SPDX-License-Identifier: LGPL-3.0-or-later
"""Reports that lie in a folder of the server."""

import os

from odoo.exceptions import ValidationError

MAX_BYTES = 512 << 20


def check_folder(channel):
    """Refuse a folder that the administrator has not opened for imports."""
    real = os.path.realpath(channel.settlement_folder)
    opened = channel.env["retail.import.files"]._allowed_folders()
    if any(os.path.commonpath([real, folder]) == folder for folder in opened):
        return
    raise ValidationError(
        channel.env._(
            "%(path)s is in none of the folders opened for imports (%(folders)s). The "
            "administrator opens a folder with the system parameter "
            "retail_accelerator.import_paths or the option retail_import_paths of "
            "Odoo's configuration file.",
            path=channel.settlement_folder,
            folders=", ".join(opened) or channel.env._("none yet"),
        )
    )


def waiting_files(channel):
    """(path, name) of the folder's files, oldest first; hidden ones are still being
    written, and links could lead out of the folder."""
    check_folder(channel)
    if not os.path.isdir(channel.settlement_folder):
        return []
    with os.scandir(channel.settlement_folder) as entries:
        files = [
            (entry.stat().st_mtime, entry.path, entry.name)
            for entry in entries
            if entry.is_file(follow_symlinks=False)
            and not entry.name.startswith(".")
            and entry.stat().st_size <= MAX_BYTES
        ]
    return [(path, name) for _changed, path, name in sorted(files)]

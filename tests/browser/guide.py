# SPDX-License-Identifier: LGPL-3.0-or-later
"""Pictures for the user guide: taken of the running screens, never drawn by hand.

``make guide-pictures`` runs every file of this folder that takes some, and copies what
they saved to ``docs/guide/images``.
"""

import io
from pathlib import Path

from PIL import Image

FOLDER = Path(__file__).resolve().parents[2] / ".run/guide"
COLOURS = 128  # a screen of text and flat areas needs no more


def save(screen, name, settle=".o_action_manager"):
    """A picture of the browser's window, small enough for a repository."""
    screen.one(settle)
    for note in screen.all(".o_notification_close"):
        note.click()
    screen.wait(lambda: not screen.all(".o_notification"), "no notifications")
    screen.wait(lambda: not screen.all(".o_blockUI, .o_loading_indicator"), "quiet")
    # What hovers or blinks differs from run to run.
    screen.driver.execute_cdp_cmd(
        "Input.dispatchMouseEvent", {"type": "mouseMoved", "x": 1, "y": 899}
    )
    screen.driver.execute_script("document.activeElement?.blur()")
    screen.wait(lambda: not screen.all(".o-tooltip"), "no tooltip")
    image = Image.open(io.BytesIO(screen.driver.get_screenshot_as_png()))
    FOLDER.mkdir(parents=True, exist_ok=True)
    image.convert("RGB").quantize(COLOURS).save(FOLDER / f"{name}.png", optimize=True)

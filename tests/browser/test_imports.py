# SPDX-License-Identifier: LGPL-3.0-or-later
"""An operator's way through the import screens."""


def test_app_opens_from_the_apps_menu(screen):
    screen.open_app("Retail")
    assert screen.all(".o_menu_sections", "Imports")

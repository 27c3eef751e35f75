# SPDX-License-Identifier: LGPL-3.0-or-later
"""A profile is copied from the engine's, checked when saved, and in force then."""

from odoo.exceptions import ValidationError
from odoo.tests import Form, tagged

from .duplicate_common import DuplicateCase


@tagged("post_install", "-at_install")
class TestDuplicateProfile(DuplicateCase):
    def test_a_new_profile_starts_as_a_copy_of_the_engine_s(self):
        form = Form(self.env["retail.duplicate.profile"])
        self.assertIn("profile person", form.text)
        form.kind = "payment"
        self.assertIn("profile payment", form.text)
        form.name = "Mine"
        self.assertEqual(form.save().kind, "payment")

    def test_a_mistake_is_refused_with_its_line(self):
        profile = self.env["retail.duplicate.profile"].create({"name": "Mine"})
        with self.assertRaisesRegex(ValidationError, "Line 2"):
            profile.text = "profile person\nfield name nonsense\n"

    def test_a_profile_without_a_usable_field_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "none of the fields"):
            self.env["retail.duplicate.profile"].create(
                {
                    "name": "Mine",
                    "text": "profile x\nfield shoe code\nblock shoe\nsort shoe\n",
                }
            )

    def test_a_profile_that_could_compare_nothing_is_refused(self):
        """Else the next import or sweep would meet it."""
        for text, words in (
            ("profile x\nfield customer name\n", "a profile needs a field and a block"),
            (
                "profile x\nfield customer name\nfield shoe code\nblock shoe\n",
                "no block of the profile fits the fields. These records have the "
                "fields: customer, email",
            ),
        ):
            with self.assertRaisesRegex(ValidationError, f"cannot be used: {words}"):
                self.env["retail.duplicate.profile"].create(
                    {"name": "Mine", "kind": "order", "text": text}
                )

    def test_the_first_active_profile_is_in_force(self):
        profiles = self.env["retail.duplicate.profile"]
        own = profiles._text_for("partner")
        text = own.replace("profile person", "profile mine")
        mine = profiles.create({"name": "Mine", "text": text})
        self.assertEqual(profiles._text_for("partner"), text)
        mine.active = False
        self.assertEqual(profiles._text_for("partner"), own)

# SPDX-License-Identifier: LGPL-3.0-or-later
"""A clerk's way through the duplicates: look, understand, decide, take back."""

import json
import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from selenium.webdriver import ActionChains
from selenium.webdriver.common.keys import Keys

HERE = Path(__file__).resolve().parent
SHOP = HERE.parent / "data/woocommerce/ex"
CATALOGUE = ("products", "variations", "taxes")
WANTED = ("processing", "completed")
GIVEN = ("Ada", "Bruno", "Clara", "David", "Emma", "Felix", "Greta")
FAMILY = ("Arden", "Bishop", "Castell", "Duval", "Ekberg", "Falk", "Grant", "Holm")
PHONES = re.compile("phone|mobile")
DELIVERED = "S00004"  # by duplicate_world.py
TALL, WIDE, NARROW = (1280, 1560), (1400, 900), (400, 850)


@pytest.fixture(scope="module", autouse=True)
def world(retail, shell, tmp_path_factory):
    """Two channels that brought one sale both, and doubles made by hand."""
    folder = tmp_path_factory.mktemp("orders")
    exports = [w for name in CATALOGUE for w in (f"--{name}", SHOP / f"{name}.json")]
    for code in ("webshop", "market"):
        kind = ("--kind", "woocommerce", "--currency", "CAD")
        retail("setup", "--channel", code, *kind, *exports)
    everything = json.loads((SHOP / "orders.json").read_text())
    orders = [order for order in everything if order["status"] in WANTED][:45]
    for number, order in enumerate(orders):
        give_buyer(order, number)
    twin, edited = again(orders[5]), again(orders[9])
    edited["billing"].update(first_name="Gretel", email="relay-51@market.example")
    for name, part in (
        ("webshop", orders[:40]),
        ("market", [*orders[40:], twin, edited]),
    ):
        path = folder / f"{name}.json"
        path.write_text(json.dumps(part))
        retail("import", "--channel", name, path)
    shell(HERE / "duplicate_world.py")
    for model in ("res.partner", "sale.order", "account.payment"):
        retail("dedupe", "--model", model, "--full", "--json")


def give_buyer(order, number):
    """A guest with a name and an address of his own."""
    first, last = GIVEN[number % 7], FAMILY[number % 8]
    order["customer_id"] = 0
    order["billing"].update(
        first_name=first,
        last_name=last,
        company="",
        address_1=f"{FAMILY[number % 5]} Street {11 + 7 * number}",
        postcode=f"H2X {number % 10}K{number // 10}",
        email=f"{first}.{last}{number}@mail.example".lower(),
        phone=f"+1 514 555 {100 + number * 37:04}",
    )


def again(order):
    """The same sale under another number, a quarter of an hour later."""
    twin = json.loads(json.dumps(order))
    twin["id"] += 70_000
    twin["number"] = f"M-{order['number']}"
    for line in twin["line_items"]:
        line["id"] += 70_000
    moment = datetime.fromisoformat(twin["date_created_gmt"]) + timedelta(minutes=15)
    twin["date_created_gmt"] = moment.isoformat()
    return twin


@pytest.fixture
def guide(screen):
    """Takes a picture for the user guide."""
    return screen.guide


@pytest.fixture
def tall(screen):
    """Room for a whole form on one picture."""
    screen.resize(*TALL)
    yield
    screen.resize(*WIDE)


def open_list(screen, group):
    screen.open_menu("Retail", "Duplicates", "Duplicates to review")
    screen.one(".o_breadcrumb", "Duplicates to review")
    screen.click(".o_group_header", group)
    screen.one(".o_data_row")


def open_pair(screen, group, text):
    open_list(screen, group)
    screen.click(".o_data_row .o_data_cell", text)
    screen.one(".o_form_view .o_retail_side_by_side")


def state(screen):
    return screen.one(".o_statusbar_status .o_arrow_button_current").text


def reaches(screen, wanted):
    screen.one(".o_statusbar_status .o_arrow_button_current", wanted)


def test_the_list_is_grouped_by_kind_and_ordered_by_score(screen, guide):
    open_list(screen, "Orders")
    groups = " ".join(row.text for row in screen.all(".o_group_header"))
    assert all(kind in groups for kind in ("Contacts", "Orders", "Payments"))
    cells = [cell.text for cell in screen.all(".o_data_cell[name=score]")]
    assert cells[0] == ""  # the same content needs no score
    scores = [float(text) for text in cells[1:]]
    assert len(scores) > 3 and scores == sorted(scores, reverse=True)
    guide("duplicates-list")


def test_a_held_order_stands_beside_the_one_it_repeats(screen, tall):
    open_pair(screen, "Orders", "M-")
    assert screen.one(".alert", "held at import")


def test_a_similar_order_is_explained_field_by_field(screen, guide, tall):
    open_list(screen, "Orders")
    rows = [row for row in screen.all(".o_data_row", "M-") if "Resembl" in row.text]
    rows[0].find_element("css selector", ".o_data_cell[name=first_name]").click()
    screen.wait(lambda: screen.all(".o_retail_waterfall"), "the explanation")
    marked = [cell.text for cell in screen.all(".o_retail_side_by_side .table-warning")]
    assert any("Gretel" in text for text in marked)
    score = float(screen.one(".o_form_view [name=score]").text)
    last = screen.all(".o_retail_waterfall tbody tr")[-1]
    assert "to 1 for the same" in last.text
    assert abs(float(last.text.split()[-1]) - score) < 0.2
    guide("duplicates-similar")


def test_keep_both_imports_the_held_order_and_undo_asks_again(screen):
    open_list(screen, "Orders")
    rows = [row for row in screen.all(".o_data_row", "M-") if "Resembl" in row.text]
    rows[0].find_element("css selector", ".o_data_cell[name=first_name]").click()
    screen.click("button[name=action_keep]")
    reaches(screen, "Both kept")
    assert "held" not in screen.one(".o_form_view .oe_title").text
    assert screen.one(".o-mail-Message", "Both are kept")
    screen.click("button[name=action_reopen]")
    reaches(screen, "To review")


def test_one_order_is_cancelled_and_lives_again_after_undo(screen, guide, tall):
    open_list(screen, "Orders")
    row = next(row for row in screen.all(".o_data_row") if "M-" not in row.text)
    row.find_element("css selector", ".o_data_cell[name=first_name]").click()
    screen.click("button[name=action_link]")
    reaches(screen, "One cancelled")
    guide("duplicates-cancelled")
    screen.click("button[name=action_reopen]")
    reaches(screen, "To review")


def test_contacts_are_shown_with_what_differs(screen, guide, tall):
    open_pair(screen, "Contacts", "Lindqvist")
    assert screen.one(".o_retail_side_by_side .table-warning", "Storg. 14")
    guide("duplicates-contact")
    screen.click("button[name=action_merge]")
    assert screen.one(".modal", "cannot be undone")
    screen.click(".modal .btn-primary")
    reaches(screen, "Merged")


def test_a_payment_booked_twice_is_cancelled_and_lives_again(screen, guide, tall):
    open_pair(screen, "Payments", "")
    assert screen.one(".o_retail_side_by_side .table-warning")
    guide("duplicates-payment")
    screen.click("button[name=action_link]")
    screen.click(".modal .btn-primary")
    reaches(screen, "One cancelled")
    assert screen.one(".o_retail_side_by_side", "Canceled")
    screen.click("button[name=action_reopen]")
    reaches(screen, "To review")
    screen.wait(
        lambda: "Canceled" not in screen.one(".o_retail_side_by_side").text, "alive"
    )


def test_what_was_delivered_is_not_cancelled_and_says_what_to_do(screen, guide, tall):
    open_pair(screen, "Orders", DELIVERED)
    screen.click(".o_field_widget[name=keep_first] label", "The second")
    assert screen.one(".alert", "has been delivered. Return the goods first")
    guide("duplicates-guided")
    screen.click("button[name=action_link]")
    assert screen.one(".modal", "has been delivered")
    screen.click(".modal .btn-primary")
    reaches(screen, "To review")


def test_many_are_decided_by_a_score_and_taken_back(screen, guide):
    screen.open_menu("Retail", "Duplicates", "Decide on many")
    assert screen.one(".o_view_nocontent", "Nothing was decided")
    screen.click(".o_list_button_add")
    screen.click(".o_field_widget[name=kind] input")
    screen.click(".o_select_menu_item", "Payments")
    screen.fill(".o_field_widget[name=threshold] input", "20")
    screen.click(".oe_title, .o_form_sheet")
    screen.wait(
        lambda: screen.one(".o_form_view [name=matching_count]").text != "0", "a count"
    )
    guide("duplicates-bulk")
    assert screen.one(".o_form_view [name=odds]", "to 1 for the same")
    screen.click("button[name=action_decide]")
    screen.click(".modal .btn-primary")
    reaches(screen, "Decided")
    screen.click("button[name=action_undo]")
    reaches(screen, "Undone")


def test_a_sweep_tells_what_it_compared(screen, guide):
    screen.open_menu("Retail", "Duplicates", "Sweeps")
    screen.one(".o_breadcrumb", "Sweeps")
    screen.wait(lambda: len(screen.all(".o_data_row")) >= 3, "three sweeps")
    guide("duplicates-sweeps")
    screen.click(".o_data_row .o_data_cell")
    assert int(screen.one(".o_form_view [name=record_count]").text) > 40
    guide("duplicates-sweep")


def test_a_profile_is_copied_changed_and_a_mistake_names_its_line(screen, guide):
    screen.open_menu("Retail", "Configuration", "Duplicate profiles")
    assert screen.one(".o_view_nocontent", "own profiles are in force")
    screen.click(".o_list_button_add")
    field = ".o_form_view [name=text] textarea"
    text = screen.one(field).get_attribute("value")
    assert text.startswith("profile person")
    guide("duplicates-profile")
    screen.fill(".o_field_widget[name=name] input", "Without phone")
    kept = [line for line in text.splitlines() if not PHONES.search(line)]
    set_text(screen, field, "\n".join([*kept, "field shoe nonsense"]))
    screen.click(".o_form_button_save")
    assert screen.one(".modal, .o_notification", f"Line {len(kept) + 1}")
    guide_closes(screen)
    set_text(screen, field, "\n".join(kept))
    screen.click(".o_form_button_save")
    screen.one(".o_form_saved, .o_form_status_indicator_buttons.invisible")
    screen.click(".o_cp_action_menus .o-dropdown, .o_cp_action_menus button")
    screen.click(".o-dropdown--menu .o_menu_item", "Duplicate")
    screen.wait(
        lambda: (
            screen.one(".o_field_widget[name=name] input").get_attribute("value")
            == "Without phone (copy)"
        ),
        "the copy",
    )
    assert "phone" not in screen.one(field).get_attribute("value")


def set_text(screen, css, text):
    """Typed at once: key by key a text area of Odoo grows with every line."""
    screen.driver.execute_script(
        """const [area, text] = arguments;
        area.value = text;
        area.dispatchEvent(new Event("input", {bubbles: true}));
        area.dispatchEvent(new Event("change", {bubbles: true}));""",
        screen.one(css),
        text,
    )


def guide_closes(screen):
    for button in screen.all(".modal .btn-primary, .o_notification_close"):
        button.click()
    screen.wait(lambda: not screen.all(".modal"), "no message")


def test_pairs_are_found_by_customer_and_by_number(screen):
    for words, wanted in (
        ("Nobody", []),
        ("Clara Bishop", ["Orders (1)"]),
        (DELIVERED, ["Orders (1)"]),
    ):
        screen.open_menu("Retail", "Duplicates", "Duplicates to review")
        screen.one(".o_group_header")
        screen.fill(".o_searchview_input", words)
        screen.click(".o-dropdown--menu .o-dropdown-item", "Number, name or customer")
        screen.one(".o_searchview_facet", words)
        screen.wait(lambda wanted=wanted: shown(screen) == wanted, f"{words}: {wanted}")


def shown(screen):
    """The names of the list's groups, or none when it says that there is nothing."""
    if screen.all(".o_view_nocontent"):
        return []
    return [name.text.strip() for name in screen.all(".o_group_header .o_group_name")]


def test_a_pair_is_decided_by_the_keyboard(screen):
    open_pair(screen, "Contacts", "Georg")
    press(screen, "e")
    reaches(screen, "Both kept")
    press(screen, "w")
    reaches(screen, "To review")
    press(screen, "g")
    reaches(screen, "Ignored")
    assert screen.one(".o-mail-Message", "Ignored")


def test_what_was_decided_is_listed_with_whom_and_when(screen):
    screen.open_menu("Retail", "Duplicates", "Duplicates to review")
    screen.one(".o_group_header")
    assert not screen.all("th[data-name=decided_by]")
    screen.click(".o_searchview_facet .o_facet_remove")
    screen.one("th[data-name=decided_by]")
    screen.click(".o_searchview_dropdown_toggler")
    screen.click(".o-dropdown--menu .o_menu_item", "Decided by me")
    screen.one(".o_searchview_facet", "Decided by me")
    screen.click(".o_searchview_dropdown_toggler")
    screen.wait(lambda: not screen.all(".o-dropdown--menu"), "the menu closed")
    screen.click(".o_group_header", "Contacts")
    row = screen.one(".o_data_row", "Georg")
    assert "Ignored" in row.text and "Administrator" in row.text
    assert row.find_element("css selector", "[name=decided_at]").text


def press(screen, key):
    """Alt and a letter, as Odoo shows it over the button."""
    keys = ActionChains(screen.driver)
    keys.key_down(Keys.ALT).send_keys(key).key_up(Keys.ALT).perform()


def test_a_telephone_shows_cards_and_a_pair_without_scrolling_aside(screen, guide):
    screen.resize(*NARROW)
    try:
        screen.go("/odoo/retail-duplicates")
        screen.one(".o_kanban_group .o_kanban_header", "Orders")
        assert screen.one(".o_kanban_record", "M-")
        guide("duplicates-cards")
        screen.click(".o_kanban_record", "M-")
        screen.one(".o_form_view .o_retail_side_by_side")
        page = "return document.documentElement.scrollWidth - innerWidth"
        screen.wait(
            lambda: screen.driver.execute_script(page) <= 0, "nothing beside the page"
        )
        screen.driver.execute_script(
            "arguments[0].scrollIntoView()", screen.one(".o_retail_side_by_side")
        )
        guide("duplicates-narrow")
    finally:
        screen.resize(*WIDE)

# SPDX-License-Identifier: LGPL-3.0-or-later
"""A clerk's way through the duplicates: look, understand, decide, take back."""

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from guide import save

HERE = Path(__file__).resolve().parent
SHOP = HERE.parent / "data/woocommerce/ex"
CATALOGUE = ("products", "variations", "taxes")
WANTED = ("processing", "completed")
GIVEN = ("Ada", "Bruno", "Clara", "David", "Emma", "Felix", "Greta")
FAMILY = ("Arden", "Bishop", "Castell", "Duval", "Ekberg", "Falk", "Grant", "Holm")
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
    twin, edited = again(orders[7]), again(orders[9])
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
    return lambda name: save(screen, name)


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


def test_a_held_order_stands_beside_the_one_it_repeats(screen, guide, tall):
    open_pair(screen, "Orders", "M-")
    assert screen.one(".alert", "held at import")
    guide("duplicates-held")


def test_a_similar_order_is_explained_field_by_field(screen, guide, tall):
    open_list(screen, "Orders")
    rows = [row for row in screen.all(".o_data_row", "M-") if "Resembl" in row.text]
    rows[0].find_element("css selector", ".o_data_cell[name=first_name]").click()
    screen.wait(lambda: screen.all(".o_retail_waterfall"), "the explanation")
    marked = [cell.text for cell in screen.all(".o_retail_side_by_side .table-warning")]
    assert any("Gretel" in text for text in marked)
    score = float(screen.one(".o_form_view [name=score]").text)
    last = screen.all(".o_retail_waterfall tbody tr")[-1].text.split()[-1]
    assert abs(float(last) - score) < 0.2
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


def test_payments_that_came_twice_stand_side_by_side(screen, guide, tall):
    open_pair(screen, "Payments", "")
    assert not screen.all("button[name=action_link]")
    guide("duplicates-payment")


def test_many_are_decided_by_a_score_and_taken_back(screen, guide):
    screen.open_menu("Retail", "Duplicates", "Decide on many")
    assert screen.one(".o_view_nocontent", "Nothing was decided")
    screen.click(".o_list_button_add")
    screen.click(".o_field_widget[name=kind] input")
    screen.click(".o_select_menu_item", "Payments")
    screen.fill(".o_field_widget[name=threshold] input", "50")
    screen.click(".oe_title, .o_form_sheet")
    screen.wait(
        lambda: screen.one(".o_form_view [name=matching_count]").text != "0", "a count"
    )
    guide("duplicates-bulk")
    screen.click("button[name=action_decide]")
    reaches(screen, "Decided")
    screen.click("button[name=action_undo]")
    reaches(screen, "Undone")


def test_a_sweep_tells_what_it_compared(screen, guide):
    screen.open_menu("Retail", "Duplicates", "Sweeps")
    screen.one(".o_breadcrumb", "Sweeps")
    screen.wait(lambda: len(screen.all(".o_data_row")) == 3, "three sweeps")
    guide("duplicates-sweeps")
    screen.click(".o_data_row .o_data_cell")
    assert int(screen.one(".o_form_view [name=record_count]").text) > 40
    guide("duplicates-sweep")


def test_a_profile_starts_from_the_engine_s_own(screen, guide):
    screen.open_menu("Retail", "Configuration", "Duplicate profiles")
    assert screen.one(".o_view_nocontent", "own profiles are in force")
    screen.click(".o_list_button_add")
    text = screen.one(".o_form_view [name=text] textarea")
    assert text.get_attribute("value").startswith("profile person")
    guide("duplicates-profile")


def test_a_pair_can_be_read_on_a_telephone(screen, guide):
    open_pair(screen, "Orders", "M-")
    screen.resize(*NARROW)
    try:
        page = "return document.documentElement.scrollWidth - innerWidth"
        screen.wait(
            lambda: screen.driver.execute_script(page) <= 0, "nothing beside the page"
        )
        guide("duplicates-narrow")
    finally:
        screen.resize(*WIDE)

# SPDX-License-Identifier: LGPL-3.0-or-later
"""An operator's way through the import screens, with orders of a sample shop."""

import json
from pathlib import Path

import pytest

SHOP = Path(__file__).resolve().parents[1] / "data/woocommerce/ex"
WANTED = ("processing", "completed")
COUNT = 12
MANY = 1500


@pytest.fixture(scope="module", autouse=True)
def channel(retail):
    catalogue = [
        word
        for name in ("products", "variations", "taxes", "customers")
        for word in (f"--{name}", SHOP / f"{name}.json")
    ]
    retail(
        *("setup", "--channel", "ex", "--kind", "woocommerce"),
        *("--currency", "CAD", *catalogue),
    )


@pytest.fixture(scope="module")
def orders():
    """A dozen good orders and after them one that says a wrong total."""
    everything = json.loads((SHOP / "orders.json").read_text())
    chosen = [order for order in everything if order["status"] in WANTED][: COUNT + 1]
    wrong = chosen[-1]
    wrong["total"] = f"{float(wrong['total']) + 5:.2f}"
    return chosen


@pytest.fixture(scope="module")
def orders_file(orders, tmp_path_factory):
    path = tmp_path_factory.mktemp("upload") / "orders.json"
    path.write_text(json.dumps(orders))
    return path


@pytest.fixture(scope="module")
def few_orders_file(tmp_path_factory):
    """Three good orders that are in no other file."""
    everything = json.loads((SHOP / "orders.json").read_text())
    chosen = [order for order in everything if order["status"] in WANTED][-3:]
    path = tmp_path_factory.mktemp("few") / "few.json"
    path.write_text(json.dumps(chosen))
    return path


def new_import(screen, path, test_only=False, start=True):
    screen.open_menu("Retail", "Imports")
    screen.click(".o_list_button_add")
    screen.choose("channel_id", "ex")
    screen.attach(".o_field_widget[name=file] input[type=file]", path)
    screen.one(".o_field_widget[name=file] input", seconds=10)
    if test_only:
        screen.click(".o_field_widget[name=dry_run] input")
    if start:
        screen.click(".o_statusbar_buttons button[name=action_start]")


def finished_counts(screen):
    """Wait until the status bar says Done; the counts the form shows then."""
    screen.one(".o_statusbar_status .o_arrow_button_current", "Done", seconds=60)
    return {
        name: int(screen.one(f".o_inner_group [name={name}_count]").text)
        for name in ("read", "created", "unchanged", "rejected")
    }


def counts(read, created, unchanged, rejected):
    return {
        "read": read,
        "created": created,
        "unchanged": unchanged,
        "rejected": rejected,
    }


def test_app_has_imports_in_its_menu(screen):
    screen.open_app("Retail")
    assert screen.all(".o_menu_sections", "Imports")


def test_dry_run_counts_and_keeps_nothing(screen, orders_file):
    new_import(screen, orders_file, test_only=True)
    assert finished_counts(screen) == counts(COUNT + 1, COUNT, 0, 1)
    assert not screen.all("button[name=action_view_orders]")


def test_uploaded_file_runs_in_the_background_to_its_end(screen, orders_file):
    new_import(screen, orders_file)
    assert finished_counts(screen) == counts(COUNT + 1, COUNT, 0, 1)
    screen.click("button[name=action_view_created]")
    screen.wait(lambda: len(screen.all(".o_data_row")) == COUNT, f"{COUNT} orders")


def test_same_file_again_creates_nothing(screen, orders_file):
    new_import(screen, orders_file)
    assert finished_counts(screen) == counts(COUNT + 1, 0, COUNT, 1)


def test_rejected_record_is_corrected_and_tried_again(screen, orders):
    number = orders[-1]["number"]
    screen.open_menu("Retail", "Operations", "Needs attention")
    screen.click(".o_group_header")
    screen.click(".o_data_row .o_data_cell", number)
    screen.one(".o_form_view [name=outcome]", "Rejected")
    assert screen.one(".o_form_view", "do not add up")
    screen.picture("rejected_record")
    screen.click("button[name=action_edit_payload]")
    editor = screen.one(".modal .ace_editor")
    text = screen.driver.execute_script(
        "return ace.edit(arguments[0]).getValue()", editor
    )
    record = json.loads(text)
    record["total"] = f"{float(record['total']) - 5:.2f}"
    screen.driver.execute_script(
        "ace.edit(arguments[0]).setValue(arguments[1], 1)", editor, json.dumps(record)
    )
    screen.click(".modal button[name=action_save_and_replay]")
    screen.one(".o_form_view [name=outcome]", "Created")
    assert screen.one("button[name=action_view_order]")


def number(text):
    return int(text.replace(",", ""))


def test_undo_deletes_untouched_quotations_and_leaves_confirmed_orders(
    screen, few_orders_file
):
    new_import(screen, few_orders_file)
    assert finished_counts(screen) == counts(3, 3, 0, 0)
    screen.click("button[name=action_view_orders]")
    screen.click(".o_data_row .o_data_cell[name=name]")
    screen.click("button[name=action_confirm]")
    screen.one(".o_statusbar_status .o_arrow_button_current", "Sales Order")
    screen.click(".breadcrumb-item", "IMP/")
    screen.click("button[name=action_undo]")
    assert screen.one(".modal [name=removable_count]").text == "2"
    assert screen.one(".modal [name=kept_count]").text == "1"
    screen.picture("undo_wizard")
    screen.click(".modal button[name=action_undo]")
    screen.one(".o_statusbar_status .o_arrow_button_current", "Cancelled")
    assert screen.one(".o-mail-Message", "Orders left alone: 1")
    assert screen.one("button[name=action_view_orders] .o_stat_value").text == "1"


def charted(screen):
    """The sum of what the chart shows; Odoo draws it with Chart.js."""
    canvas = screen.one(".o_graph_canvas_container canvas")
    return screen.driver.execute_script(
        """return Chart.getChart(arguments[0]).data.datasets
            .filter(set => set.type !== 'line').flatMap(set => set.data)
            .reduce((sum, value) => sum + value, 0)""",
        canvas,
    )


def test_pivot_and_graph_of_imports_add_up_to_the_list(screen):
    screen.open_menu("Retail", "Imports")
    # Records are 13, 13, 13 and 3; the footer is the list's own sum.
    read, created = (
        number(text)
        for text in screen.wait(
            lambda: [cell.text for cell in screen.all("tfoot .o_list_number")][:2],
            "sums of the list",
        )
    )
    assert (read, created) == (3 * (COUNT + 1) + 3, 2 * COUNT + 3)
    screen.click(".o_switch_view.o_pivot")
    row = screen.one(".o_pivot table tbody tr", "Total")
    assert row.text.split()[-3:-1] == [str(read), str(created)]
    screen.picture("imports_pivot")
    screen.click(".o_switch_view.o_graph")
    assert charted(screen) == created


def test_pivot_and_graph_of_records_count_each_once(screen):
    screen.open_menu("Retail", "Operations", "Records")
    screen.one(".o_breadcrumb", "Records")
    records = number(screen.one(".o_pager_limit").text)
    # Two records went with the quotations that were undone.
    assert records == COUNT + 1 + 1
    screen.click(".o_switch_view.o_pivot")
    assert screen.one(".o_pivot table tbody tr", "Total").text.split()[-1] == str(
        records
    )
    screen.click(".o_switch_view.o_graph")
    assert charted(screen) == records


# -- the Cancel dialogue: after the sums above, since these imports would add to them --


@pytest.fixture(scope="module")
def many_orders_file(tmp_path_factory):
    """Orders that are in no other file; Odoo itself works on them for a while."""
    everything = json.loads((SHOP / "orders.json").read_text())
    order = next(order for order in everything if order["status"] in WANTED)
    copies = [
        {
            **order,
            "id": 70_000 + number,
            "number": str(70_000 + number),
            "customer_id": 0,
            "refunds": [],
            "date_created_gmt": f"20{10 + number % 15}-05-0{1 + number % 9}T10:00:00",
            "billing": {
                "first_name": f"Buyer{number}",
                "last_name": f"Cancel{number * 7919}",
                "email": f"buyer{number}@example.test",
            },
            "shipping": {},
        }
        for number in range(MANY)
    ]
    path = tmp_path_factory.mktemp("many") / "many.json"
    path.write_text(json.dumps(copies))
    return path


def ask_to_cancel(screen):
    screen.click(".o_statusbar_buttons button[name=action_cancel]")
    assert screen.one(".modal .modal-title").text == "Cancel the import"
    assert screen.one(".modal-body", "imported already stay")


def answer(screen, label):
    screen.click(".modal-footer button", label)
    screen.wait(lambda: not screen.all(".modal"), "the dialogue is gone")


def test_cancel_of_a_draft_asks_first(screen, few_orders_file):
    new_import(screen, few_orders_file, start=False)
    ask_to_cancel(screen)
    answer(screen, "Go on")
    screen.one(".o_statusbar_status .o_arrow_button_current", "Draft")
    ask_to_cancel(screen)
    answer(screen, "Stop for good")
    screen.one(".o_statusbar_status .o_arrow_button_current", "Cancelled")
    assert not screen.all(".o_statusbar_buttons button[name=action_cancel]")


def test_cancel_of_a_running_import_stops_it_and_keeps_what_came(
    screen, many_orders_file
):
    channel = screen.call("retail.channel", "search", [["code", "=", "ex"]])
    slow = {"lane": "orm", "chunk_size": 20, "suspect_policy": "ignore"}
    before = screen.call("retail.channel", "read", channel, list(slow))[0]
    screen.call("retail.channel", "write", channel, slow)
    new_import(screen, many_orders_file)
    screen.wait(
        lambda: number(screen.one(".o_inner_group [name=created_count]").text) > 0,
        "the first orders",
    )
    ask_to_cancel(screen)
    # The form behind the dialogue follows the import, which must not close it.
    read = screen.one(".o_inner_group [name=read_count]").text
    screen.wait(
        lambda: screen.one(".o_inner_group [name=read_count]").text != read,
        "the form goes on",
    )
    screen.picture("cancel_dialogue")
    answer(screen, "Go on")
    screen.one(".o_statusbar_status .o_arrow_button_current", "Running")
    ask_to_cancel(screen)
    answer(screen, "Stop for good")
    screen.one(".o_statusbar_status .o_arrow_button_current", "Cancelled")
    created = number(screen.one(".o_inner_group [name=created_count]").text)
    assert 0 < created < MANY
    assert number(screen.one("[name=action_view_orders] .o_stat_value").text) == created
    kept = [["client_order_ref", "=like", "70___"]]
    assert screen.call("sale.order", "search_count", kept) == created
    screen.call("retail.channel", "write", channel, {n: before[n] for n in slow})


def test_cancel_of_an_import_that_ended_meanwhile_says_so(screen, few_orders_file):
    new_import(screen, few_orders_file, start=False)
    screen.click(".o_form_button_save")
    screen.wait(lambda: not screen.all(".o_form_button_save"), "saved")
    draft = screen.call("retail.import", "search", [["state", "=", "draft"]])
    ask_to_cancel(screen)
    screen.call("retail.import", "action_run_now", draft)
    answer(screen, "Stop for good")
    assert screen.one(".o_notification", "has ended meanwhile")
    screen.one(".o_statusbar_status .o_arrow_button_current", "Done")
    assert not screen.all(".o_statusbar_buttons button[name=action_cancel]")

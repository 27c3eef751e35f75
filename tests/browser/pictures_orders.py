# SPDX-License-Identifier: LGPL-3.0-or-later
"""The pictures of docs/guide/orders.md, in the order a shop goes through them."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from guide import save

ROOT = Path(__file__).resolve().parents[2]
SHOP = ROOT / "tests/data/woocommerce/ex"
EXPORTS = ("products", "variations", "taxes", "customers")
WANTED = ("processing", "completed")
FORM = ".o_form_view"


@pytest.fixture(scope="module")
def orders():
    everything = json.loads((SHOP / "orders.json").read_text())
    wanted = [order for order in everything if order["status"] in WANTED]
    refunded = [order for order in everything if order["refunds"]]
    plain = [order for order in wanted if order not in refunded]
    return [*plain[:30], *refunded[-12:], *plain[30:50]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("feeds")


def write(folder, name, records):
    path = folder / name
    path.write_text(records if isinstance(records, str) else json.dumps(records))
    return path


def new_import(screen, channel, path, refunds=None):
    screen.open_menu("Retail", "Imports")
    screen.click(".o_list_button_add")
    screen.choose("channel_id", channel)
    files = {"file": path, "refund_file": refunds}
    for name, given in files.items():
        if given:
            field = f".o_field_widget[name={name}]"
            screen.attach(f"{field} input[type=file]", given)
            screen.one(f"{field} input.o_input", seconds=10)


def start(screen):
    screen.click(".o_statusbar_buttons button[name=action_start]")


def is_done(screen, state="Done"):
    screen.one(".o_statusbar_status .o_arrow_button_current", state, seconds=90)


def test_channel_is_set_up(screen, retail):
    screen.open_menu("Retail", "Configuration", "Channels")
    screen.one(".o_breadcrumb", "Channels")
    screen.click(".o_list_button_add, .o-kanban-button-new")
    screen.fill(".o_field_widget[name=name] input", "Web shop Canada")
    screen.fill(".o_field_widget[name=code] input", "ex")
    screen.choose("currency_id", "CAD")
    save(screen, "orders-channel-new", FORM)
    screen.click(".o_form_button_save")
    screen.one(".o_form_saved, .o_form_status_indicator")
    screen.click(".o_statusbar_buttons button", "Set up from Exports")
    screen.one(".modal .o_form_view")
    for name in EXPORTS:
        screen.attach(f".modal [name={name}] input[type=file]", SHOP / f"{name}.json")
    screen.wait(
        lambda: len(screen.all(".modal .o_field_binary input.o_input")) == len(EXPORTS),
        "four files",
    )
    save(screen, "orders-setup", ".modal")
    screen.click(".modal button[name=action_load]")
    screen.wait(lambda: not screen.all(".modal"), "the wizard closed", seconds=60)
    save(screen, "orders-channel", FORM)
    for tab in ("Statuses", "Taxes", "Products"):
        screen.click(".o_notebook .nav-link", tab)
        if tab == "Products":
            screen.click("[name=missing_product_policy] label", "Reject the order")
        save(screen, f"orders-channel-{tab.lower()}", FORM)
    screen.click(".o_form_button_save")
    screen.wait(lambda: not screen.all(".o_form_button_save"), "saved")


def test_import_is_tested_then_run(screen, orders, folder):
    wrong = dict(orders[3], total=f"{float(orders[3]['total']) + 5:.2f}")
    line = dict(
        orders[5]["line_items"][0], product_id=99999, variation_id=0, sku="MUG-NEW"
    )
    unknown = dict(orders[5], line_items=[line, *orders[5]["line_items"][1:]])
    feed = [*orders[:3], wrong, orders[4], unknown, *orders[6:44]]
    path = write(folder, "orders-january.json", feed)
    new_import(screen, "Web shop", path, SHOP / "refunds.json")
    screen.click(".o_field_widget[name=dry_run] input")
    save(screen, "orders-import-new", FORM)
    start(screen)
    is_done(screen)
    save(screen, "orders-import-test", FORM)
    screen.click("button[name=action_import_for_real]")
    screen.wait(
        lambda: screen.all(".o_breadcrumb, .breadcrumb-item"), "the real import"
    )
    is_done(screen)
    screen.wait(lambda: screen.all("button[name=action_view_orders]"), "orders")
    save(screen, "orders-import-done", FORM)


def test_import_under_way_and_cancelled(screen, retail, folder):
    shop = folder / "other"
    shop.mkdir()
    path = folder / "orders-2025.json"
    subprocess.run(
        [
            *(
                sys.executable,
                ROOT / "tests/generate/woo_orders.py",
                "--orders",
                "3000",
            ),
            *("--seed", "3", "--out", path, "--export", shop),
        ],
        check=True,
    )
    options = [w for n in EXPORTS for w in (f"--{n}", shop / f"{n}.json")]
    retail("setup", "--channel", "de", "--name", "Laden", "--currency", "EUR", *options)
    new_import(screen, "Laden", path)
    screen.click(".o_field_widget[name=lane] input")
    screen.click(".o_select_menu_item", "Standard Odoo only")
    start(screen)
    screen.wait(
        lambda: (
            screen.all("[name=created_count]")
            and screen.one("[name=created_count]").text not in ("", "0")
        ),
        "the first chunk",
        seconds=120,
    )
    save(screen, "orders-import-running", FORM)
    screen.click("button[name=action_pause]")
    is_done(screen, "Paused")
    screen.click("button[name=action_cancel]")
    screen.click(".modal .btn-primary")
    is_done(screen, "Cancelled")


def test_broken_file_fails_with_its_place(screen, orders, folder):
    text = json.dumps(orders[44:60])
    new_import(
        screen, "Web shop", write(folder, "orders-cut.json", text[: len(text) * 2 // 3])
    )
    start(screen)
    is_done(screen, "Failed")
    save(screen, "orders-import-failed", FORM)


def test_rejects_are_corrected_and_tried_again(screen):
    screen.open_menu("Retail", "Operations", "Needs attention")
    screen.one(".o_group_header")
    save(screen, "orders-attention", ".o_list_view")
    screen.click(".o_group_header", "Unknown product")
    screen.click(".o_data_row .o_data_cell[name=source_number]")
    screen.one(FORM)
    save(screen, "orders-reject", FORM)
    screen.click("button[name=action_edit_payload]")
    screen.one(".modal .ace_editor")
    save(screen, "orders-correct", ".modal")
    screen.click(".modal .btn-secondary, .modal .btn-close")


def test_changed_orders_are_reviewed(screen, orders, folder):
    first = next(
        o for o in orders[6:40] if len(o["line_items"]) > 1 and not o["refunds"]
    )
    screen.open_menu("Retail", "Operations", "Records")
    screen.one(".o_breadcrumb", "Records")
    screen.one(".o_data_row")
    screen.fill(".o_searchview_input", first["number"])
    screen.driver.switch_to.active_element.send_keys("\ue007")
    screen.one(".o_searchview_facet")
    screen.click(".o_data_row .o_data_cell[name=source_number]", first["number"])
    screen.click("button[name=action_view_order]")
    screen.one(".o_field_widget[name=order_line]")
    save(screen, "orders-order", FORM)
    if screen.all("button[name=action_confirm]"):
        screen.click("button[name=action_confirm]")
        screen.one(".o_statusbar_status .o_arrow_button_current", "Sales Order")
    line = first["line_items"][0]
    extra = float(line["total"])
    changed = dict(
        first,
        date_modified_gmt="2030-01-01T00:00:00",
        status="completed",
        total=f"{float(first['total']) - extra - float(line['total_tax'] or 0):.2f}",
        total_tax=f"{float(first['total_tax']) - float(line['total_tax'] or 0):.2f}",
        line_items=first["line_items"][1:],
    )
    new_import(screen, "Web shop", write(folder, "orders-february.json", [changed]))
    start(screen)
    is_done(screen)
    screen.click("button[name=action_view_review]")
    screen.one(".o_breadcrumb", "Records")
    screen.click(".o_data_row .o_data_cell[name=source_number]")
    screen.one("button[name=action_apply]")
    save(screen, "orders-review", FORM)
    screen.click("button[name=action_apply]")
    screen.one(".modal .o_form_view")
    save(screen, "orders-apply", ".modal")
    screen.click(".modal .btn-secondary, .modal .btn-close")


def test_refunds_and_undo(screen):
    screen.open_menu("Retail", "Operations", "Refunds")
    screen.one(".o_breadcrumb", "Refunds")
    save(screen, "orders-refunds", ".o_data_row")
    screen.click(".o_data_row .o_data_cell")
    save(screen, "orders-refund", FORM)
    screen.open_menu("Retail", "Imports")
    screen.one(".o_breadcrumb", "Imports")
    screen.one(".o_data_row")
    save(screen, "orders-imports", ".o_data_row")
    screen.click(".o_data_row .o_data_cell", "orders-january.json")
    screen.click("button[name=action_undo]")
    screen.one(".modal [name=removable_count]")
    save(screen, "orders-undo", ".modal")
    screen.click(".modal .btn-secondary, .modal .btn-close")
    screen.open_menu("Retail", "Operations", "Records")
    screen.click(".o_switch_view.o_pivot")
    screen.one(".o_pivot table tbody tr", "Total")
    save(screen, "orders-records-pivot", ".o_pivot")

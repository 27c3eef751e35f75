# SPDX-License-Identifier: LGPL-3.0-or-later
"""An accountant teaches Odoo a report that no profile knows, by clicks alone: from a
sample, by columns and a look at the outcome, to payouts read from the real file."""

import io

import openpyxl
import pytest

HEADER = ("Datum", "Art", "Beleg", "Bestellnummer", "Brutto", "Gebühr", "Netto")
SAMPLE = [
    (*HEADER, "Auszahlungsnummer"),
    ("10.03.2026 10:00", "Verkauf", "k1", "1001", "1.120,00", "3,50", "1.116,50", "A7"),
    ("10.03.2026 11:00", "Erstattung", "k2", "1001", "-20,00", "0,00", "-20,00", "A7"),
    ("10.03.2026 12:00", "Sonderposten", "k3", "", "-1,50", "0,00", "-1,50", "A7"),
]


@pytest.fixture(scope="module", autouse=True)
def channel(retail):
    retail("setup", "--channel", "till", "--kind", "csv", "--currency", "EUR")


@pytest.fixture
def sample(tmp_path):
    path = tmp_path / "karten.csv"
    path.write_text("\n".join(";".join(row) for row in SAMPLE), encoding="cp1252")
    return path


@pytest.fixture
def workbook(tmp_path):
    """The next report, as a spreadsheet with numbers instead of texts."""
    book = openpyxl.Workbook()
    book.active.append(SAMPLE[0])
    for row in SAMPLE[1:]:
        numbers = [float(cell.replace(".", "").replace(",", ".")) for cell in row[4:7]]
        later = row[0].replace("10.03.", "11.03.")
        book.active.append([later, row[1], f"{row[2]}x", row[3], *numbers, "A8"])
    content = io.BytesIO()
    book.save(content)
    path = tmp_path / "karten.xlsx"
    path.write_bytes(content.getvalue())
    return path


def read(screen, path):
    screen.open_menu("Retail", "Settlements", "Read Reports")
    screen.choose("channel_id", "till")
    screen.attach(".modal input[type=file]", path)


def test_unknown_report_is_refused_with_the_way_out(screen, sample):
    read(screen, sample)
    row = screen.one(".modal [name=preview] tr", sample.name)
    assert row.find_elements("css selector", ".fa-times-circle")
    screen.picture("profile_unknown")
    screen.go("/odoo")


def test_profile_is_made_of_a_sample_and_shows_what_becomes_of_it(screen, sample):
    screen.open_menu("Retail", "Configuration", "Report Profiles")
    screen.one(".o_view_nocontent", "Add one")
    screen.click(".o_list_button_add")
    screen.fill("[name=name] input", "Card Report")
    screen.attach("[name=sample] input[type=file]", sample)
    rows = screen.wait(
        lambda: screen.all("[name=column_ids] .o_data_row"), "columns of the sample"
    )
    assert len(rows) == len(SAMPLE[0])
    assert "1.120,00" in screen.one("[name=column_ids]").text
    screen.click("[name=column_ids] .o_data_row:nth-child(3) .o_data_cell[name=target]")
    screen.select("[name=column_ids] .o_selected_row [name=target]", "Transaction")
    screen.guide("settlement-profile")
    screen.click(".nav-link[name=settings]")
    screen.choose("currency_id", "EUR")
    screen.click(".nav-link[name=words]")
    screen.click("[name=word_ids] .o_data_row .o_data_cell[name=kind]", "Unknown")
    screen.select("[name=word_ids] .o_selected_row [name=kind]", "Adjustment")
    screen.click(".nav-link[name=preview]")
    page = "[name=preview_html]"
    screen.one(page, "3 rows")
    # The last choice reaches the preview after the server's answer.
    screen.wait(lambda: not screen.all(page, "Words without"), "all words known")
    preview = screen.one(page, "3 rows").text
    assert "1,095.00" in preview
    assert "k3" in preview
    screen.guide("settlement-profile-preview")
    screen.click(".o_form_button_save")
    screen.wait(lambda: not screen.all(".o_form_button_save"), "saved")


@pytest.mark.parametrize("file", ["sample", "workbook"])
def test_reports_are_read_by_the_profile(screen, request, file):
    path = request.getfixturevalue(file)
    read(screen, path)
    row = screen.one(".modal [name=preview] tr", path.name)
    assert "3 rows, 1 payout; the file does not declare" in row.text
    screen.click(".modal button[name=action_read]")
    screen.one(".o_form_view .oe_title", "Card Report A")
    assert "1,095.00" in screen.one("[name=proof_html]").text
    screen.one("button[name=action_view_exceptions]")

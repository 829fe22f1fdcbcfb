"""A workbook is what a controller would make: dates, money, words, totals, a head that stays, and no formula."""

from __future__ import annotations

import io
import tracemalloc
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.domain.formatting import minor_digits
from dashboard.domain.workbooks import CELL_LETTERS, About, Cell, Column, Kind, Money, write_workbook
from tests.workbooks import Sheet, read_workbook

NEW_YORK = ZoneInfo("America/New_York")
AT = datetime(2026, 11, 29, 15, 30, tzinfo=UTC)
ABOUT = About("Payments", "Payments: status failed", "ada", AT, NEW_YORK)
COLUMNS = (Column("Created", Kind.MOMENT), Column("Amount", Kind.MONEY), Column("Fee", Kind.MONEY), Column("Customer"))


def write(rows: Iterable[Sequence[Cell]], columns: Sequence[Column] = COLUMNS, **options: int) -> list[Sheet]:
    out = io.BytesIO()
    write_workbook(out, ABOUT, columns, rows, **options)
    return read_workbook(out)


def test_a_moment_is_a_date_of_the_business_zone() -> None:
    sheet, _ = write([[AT, None, None, "Jenny"], [datetime(2026, 7, 1, 3, 59, tzinfo=UTC), None, None, "Jo"]])
    first, second = sheet.column("Created")
    assert first and second
    assert first.moment == datetime(2026, 11, 29, 10, 30), "winter"
    assert second.moment == datetime(2026, 6, 30, 23, 59), "summer, and the day before"
    assert first.format == "yyyy-mm-dd hh:mm"


def test_a_day_is_a_date_that_no_zone_moves() -> None:
    sheet, _ = write([[date(2026, 11, 24)]], [Column("Arrives", Kind.DAY)])
    (cell,) = sheet.column("Arrives")
    assert cell and cell.moment == datetime(2026, 11, 24) and cell.format == "yyyy-mm-dd"


@pytest.mark.parametrize(
    ("money", "value", "format"),
    [
        (Money(123_450, "usd"), "1234.50", '"$"#,##0.00_);("$"#,##0.00)'),
        (Money(-5, "usd"), "-0.05", '"$"#,##0.00_);("$"#,##0.00)'),
        (Money(1_234, "jpy"), "1234", '"JPY "#,##0_);("JPY "#,##0)'),
        (Money(1_234, "kwd"), "1.234", '"KWD "#,##0.000_);("KWD "#,##0.000)'),
        (Money(0, "eur"), "0", '"€"#,##0.00_);("€"#,##0.00)'),
        (Money(99_999_999_999_999, "usd"), "999999999999.99", '"$"#,##0.00_);("$"#,##0.00)'),
    ],
)
def test_money_is_a_number_with_the_format_of_its_currency(money: Money, value: str, format: str) -> None:
    sheet, _ = write([[AT, money, None, "Jenny"]])
    cell = sheet.column("Amount")[0]
    assert cell and cell.value == Decimal(value) and cell.format == format


def test_totals_stand_below_one_line_for_each_currency_and_are_never_mixed() -> None:
    rows: list[list[Cell]] = [
        [AT, Money(1_000, "usd"), Money(30, "eur"), "A"],
        [AT, Money(250, "USD"), Money(5, "usd"), "B"],
        [AT, Money(700, "jpy"), None, "C"],
    ]
    sheet, _ = write(rows)
    assert sheet.texts()[4] == [], "apart from the rows, so that no filter takes them for one"
    assert sheet.texts()[5:] == [
        ["Total EUR", "", "0.30"],
        ["Total JPY", "700"],
        ["Total USD", "12.50", "0.05"],
    ]
    assert sheet.filtered == "A1:D4"


def test_the_head_stays_in_sight_filters_and_the_widths_fit() -> None:
    name = "A customer with quite a long name"
    sheet, about = write([[AT, Money(123_456_789_00, "usd"), None, name], [AT, None, None, "王" * 20]])
    assert sheet.texts()[0] == ["Created", "Amount", "Fee", "Customer"]
    assert (sheet.frozen, sheet.filtered, sheet.name, about.name) == ("A2", "A1:D3", "Payments", "About")
    assert sheet.widths[0] >= len("2026-11-29 10:30") and sheet.widths[1] >= len("$123,456,789.00")
    assert sheet.widths[3] >= 40, "letters of Chinese are twice as wide"
    sheet, _ = write([[AT, None, None, "x" * 5_000]])
    assert sheet.widths[3] < 70, "and one long text leaves the others in sight"


def test_the_second_sheet_says_which_rows_these_are_by_whom_and_when() -> None:
    _, about = write([[AT, None, None, "Jenny"]])
    assert about.texts() == [
        ["What", "Payments"],
        ["Rows that are in it", "Payments: status failed"],
        ["Made", "2026-11-29 10:30 EST"],
        ["Made by", "ada"],
        ["Times are in", "America/New_York"],
        ["Number of rows", "1"],
    ]


@pytest.mark.parametrize(
    "text", ['=HYPERLINK("http://evil")', "+1", "-1", "@SUM(A1)", "{=1}", "\t=1", "=cmd|' /C calc'!A0"]
)
def test_no_text_becomes_a_formula_in_any_cell(text: str) -> None:
    sheets = write([[AT, Money(1, text), None, text]], [*COLUMNS[:3], Column(text)])
    out = io.BytesIO()
    write_workbook(out, About(text[:5].strip("=:'/|@"), text, text, AT, NEW_YORK), COLUMNS, [[None, None, None, text]])
    for sheet in (*sheets, *read_workbook(out)):
        assert sheet.formulas == 0
    cell = sheets[0].rows[1][3].value
    assert isinstance(cell, str) and cell.strip("'") == text


@settings(max_examples=60, deadline=None)
@given(
    texts=st.lists(st.text(max_size=30), min_size=1, max_size=4),
    cents=st.integers(-(10**14), 10**14),
    code=st.text(max_size=4),
)
def test_any_text_and_amount_opens_as_it_was(texts: list[str], cents: int, code: str) -> None:
    rows = [[AT, Money(cents, code), None, text] for text in texts]
    sheet, _ = write(rows)
    assert sheet.formulas == 0
    first = sheet.rows[1].get(1)
    assert first is not None and isinstance(first.value, Decimal)
    assert round(first.value.scaleb(minor_digits(code))) == cents


def test_a_text_longer_than_a_cell_is_cut_with_a_sign() -> None:
    sheet, _ = write([[AT, None, None, "x" * (CELL_LETTERS + 5)]])
    cell = sheet.column("Customer")[0]
    assert cell and len(str(cell.value)) == CELL_LETTERS and str(cell.value).endswith("…")


def test_an_empty_list_is_a_workbook_with_its_head_and_no_totals() -> None:
    sheet, about = write([])
    assert sheet.texts() == [["Created", "Amount", "Fee", "Customer"]] and about.texts()[-1] == ["Number of rows", "0"]


def test_a_workbook_goes_on_to_another_sheet_where_one_is_full() -> None:
    sheets = write(([AT, Money(100, "usd"), None, str(number)] for number in range(7)), per_sheet=3)
    assert [sheet.name for sheet in sheets] == ["Payments", "About", "Payments 2", "Payments 3"]
    assert [len(sheet.rows) for sheet in sheets if sheet.name != "About"] == [4, 4, 4], (
        "the last has one row and totals"
    )
    assert all(sheet.rows[0][0].value == "Created" for sheet in sheets if sheet.name != "About")
    assert sheets[-1].texts()[-1] == ["Total USD", "7.00"], "of all sheets"


def test_any_number_of_rows_needs_the_same_memory() -> None:
    def rows(count: int) -> Iterator[list[Cell]]:
        for number in range(count):
            yield [AT, Money(number, "usd"), Money(1, "eur"), f"Customer {number}"]

    peaks = []
    for count in (1_000, 4_000):
        tracemalloc.start()
        write_workbook(io.BytesIO(), ABOUT, COLUMNS, rows(count))
        peaks.append(tracemalloc.get_traced_memory()[1] / 1e6)
        tracemalloc.stop()
    assert peaks[1] < 1.5 * peaks[0] + 1

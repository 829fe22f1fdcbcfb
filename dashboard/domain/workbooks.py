"""Workbooks (XLSX) as a controller would make them: the one place that writes them.

Dates are dates, money is numbers with the sign of its currency, heads are words; the head stays in sight and filters;
below stand the totals, one line for each currency; a second sheet says what is in it and when it was made. Every text
is written as text, so none is a formula. Rows go to the disk as they come, so any number of them needs the same memory.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal
from enum import StrEnum
from typing import Any, BinaryIO

from dashboard.domain.formatting import SIGNS, minor_digits, stamp
from dashboard.domain.formatting import money as money_text
from dashboard.domain.spreadsheet_safety import escape_cell

# A sheet holds 1,048,576 rows (Excel: specifications and limits); the rest is for the head and the totals.
SHEET_ROWS = 1_048_000
CELL_LETTERS = 32_767  # what a cell of Excel holds
WIDEST = 60  # letters; what is longer is read in the cell
ABOUT = "About"


class Kind(StrEnum):
    """What a column holds."""

    TEXT = "text"
    NUMBER = "number"
    MONEY = "money"
    DAY = "day"
    MOMENT = "moment"


@dataclass(frozen=True)
class Column:
    """One column: what its head says and what it holds."""

    head: str
    kind: Kind = Kind.TEXT


@dataclass(frozen=True)
class Money:
    """An amount in the smallest unit of its currency."""

    cents: int
    currency: str


Cell = str | int | Money | date | datetime | None  # a datetime is aware; a date is a day of no zone


@dataclass(frozen=True)
class About:
    """What the second sheet says: the title, which rows these are, who made it, when, in which zone its times are."""

    title: str
    what: str
    by: str
    at: datetime
    zone: tzinfo


@dataclass(frozen=True)
class Table:
    """One sheet of a workbook with several: its name, its columns, and rows that fit into memory."""

    name: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]


def write_tables(
    out: BinaryIO, title: str, at: datetime, facts: Sequence[tuple[str, str]], tables: Sequence[Table]
) -> None:
    """Write several tables, each a sheet with its totals, and before them a sheet with what they are about.

    The file bears the instant `at` and nothing of the moment in which it is made: the same tables are the same bytes.
    """
    import xlsxwriter

    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, options) as book:
        book.set_properties({"title": title, "created": at.astimezone(UTC).replace(tzinfo=None)})
        _write_facts(book.add_worksheet(ABOUT), book, facts)
        formats = _Formats(book)
        for table in tables:
            sheet, totals = (
                _Sheet(book, table.name, table.columns, UTC, formats),
                defaultdict[tuple[int, str], int](int),
            )
            for row in table.rows:
                for place, cell in enumerate(row):
                    if isinstance(cell, Money):
                        totals[place, cell.currency.lower()] += cell.cents
                sheet.add(row)
            sheet.end()
            sheet.add_totals(totals)


def write_workbook(
    out: BinaryIO, about: About, columns: Sequence[Column], rows: Iterable[Sequence[Cell]], per_sheet: int = SHEET_ROWS
) -> int:
    """Write a workbook and return how many rows it has; what does not fit on one sheet goes on to the next."""
    import xlsxwriter

    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, options) as book:
        book.set_properties({"title": about.title, "created": about.at.astimezone(UTC).replace(tzinfo=None)})
        sheet = _Sheet(book, about.title, columns, about.zone, _Formats(book))
        second = book.add_worksheet(ABOUT)
        totals, count = defaultdict[tuple[int, str], int](int), 0
        for count, row in enumerate(rows, 1):
            if sheet.rows == per_sheet:
                sheet.end()
                number = (count - 1) // per_sheet + 1
                sheet = _Sheet(book, f"{about.title} {number}", columns, about.zone, sheet.formats)
            for place, cell in enumerate(row):
                if isinstance(cell, Money):
                    totals[place, cell.currency.lower()] += cell.cents
            sheet.add(row)
        sheet.end()
        sheet.add_totals(totals)
        _write_about(second, book, about, count)
    return count


class _Formats:
    """The formats of one workbook, each made once."""

    def __init__(self, book: Any) -> None:
        self._book, self._made = book, dict[tuple[str, bool], Any]()

    def get(self, number: str, *, bold: bool = False) -> Any:
        """Of this number format, bold for totals."""
        if (number, bold) not in self._made:
            wanted = {"num_format": number} | ({"bold": True, "top": 1} if bold else {})
            self._made[number, bold] = self._book.add_format(wanted)
        return self._made[number, bold]

    def head(self, *, right: bool) -> Any:
        """Of a column's head, above numbers at the right."""
        key = f"head {right}", True
        if key not in self._made:
            look = {"bold": True, "bottom": 1, "bg_color": "#E8ECEF", "align": "right" if right else "left"}
            self._made[key] = self._book.add_format(look)
        return self._made[key]


@dataclass
class _Sheet:
    """One sheet of rows."""

    book: Any
    name: str
    columns: Sequence[Column]
    zone: tzinfo
    formats: _Formats
    rows: int = 0
    sheet: Any = None
    widths: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.sheet = self.book.add_worksheet(self.name)
        self.widths = [_width(column.head) + 3 for column in self.columns]  # the sign of the filter takes room
        for place, column in enumerate(self.columns):
            right = column.kind in {Kind.NUMBER, Kind.MONEY}
            self.sheet.write_string(0, place, column.head, self.formats.head(right=right))
        self.sheet.freeze_panes(1, 0)
        self.sheet.repeat_rows(0)
        self.sheet.set_landscape()
        self.sheet.fit_to_pages(1, 0)

    def add(self, row: Sequence[Cell]) -> None:
        """Write the next row."""
        self.rows += 1
        for place, cell in enumerate(row):
            self._write(self.rows, place, cell)

    def end(self) -> None:
        """The filter over what was written, and widths that fit it."""
        last = len(self.columns) - 1
        self.sheet.autofilter(0, 0, self.rows, last)
        self.sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{self.rows + 1}"})  # last digits, ids
        for place, width in enumerate(self.widths):
            self.sheet.set_column(place, place, min(width, WIDEST) + 1)

    def add_totals(self, totals: dict[tuple[int, str], int]) -> None:
        """A line for each currency, apart from the rows, so that no filter takes it for one."""
        names = [place for place, column in enumerate(self.columns) if column.kind is not Kind.MONEY]
        for number, currency in enumerate(sorted({currency for _, currency in totals}), self.rows + 2):
            for place in range(len(self.columns)):
                cents = totals.get((place, currency))
                if cents is not None:
                    self._write(number, place, Money(cents, currency), bold=True)
                elif names and place == names[0]:
                    self._write(number, place, f"Total {currency.upper()}", bold=True)
        for place, width in enumerate(self.widths):
            self.sheet.set_column(place, place, min(width, WIDEST) + 1)

    def _write(self, line: int, place: int, cell: Cell, *, bold: bool = False) -> None:
        if cell is None or cell == "":
            return
        if isinstance(cell, Money):
            format = self.formats.get(_money_format(cell.currency), bold=bold)
            self.sheet.write_number(line, place, Decimal(cell.cents).scaleb(-minor_digits(cell.currency)), format)
            width = len(money_text(cell.cents, cell.currency))
        elif isinstance(cell, datetime):
            local = cell.astimezone(self.zone).replace(tzinfo=None)
            self.sheet.write_datetime(line, place, local, self.formats.get("yyyy-mm-dd hh:mm", bold=bold))
            width = 16
        elif isinstance(cell, date):
            self.sheet.write_datetime(line, place, cell, self.formats.get("yyyy-mm-dd", bold=bold))
            width = 10
        elif isinstance(cell, int):
            self.sheet.write_number(line, place, cell, self.formats.get("#,##0", bold=bold))
            width = len(f"{cell:,}")
        else:
            text = str(escape_cell(cell))
            if len(text) > CELL_LETTERS:
                text = f"{text[: CELL_LETTERS - 1]}…"
            self.sheet.write_string(line, place, text, self.formats.get("@", bold=bold))
            width = _width(text)
        self.widths[place] = max(self.widths[place], width)


def _money_format(currency: str) -> str:
    """`$1,234.50`, a negative one in brackets, as on the pages; a currency without a sign of its own by its code."""
    code = currency.lower()
    letters = "".join(letter for letter in code.upper() if letter.isalnum())
    sign = f'"{SIGNS.get(code, f"{letters} ")}"'
    digits = minor_digits(code)
    number = f"{sign}#,##0{'.' + '0' * digits if digits else ''}"
    return f"{number}_);({number})"


def _width(text: str) -> int:
    """How many places a text takes; letters of Chinese, Japanese and Korean take two."""
    if text.isascii():
        return len(text)
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def _write_about(sheet: Any, book: Any, about: About, count: int) -> None:
    lines = [
        ("What", about.title),
        ("Rows that are in it", about.what),
        ("Made", stamp(about.at, about.zone)),
        ("Made by", about.by),
        ("Times are in", str(about.zone)),
    ]
    _write_facts(sheet, book, lines)
    bold = book.add_format({"bold": True})
    sheet.write_string(len(lines), 0, "Number of rows", bold)
    sheet.write_number(len(lines), 1, count, book.add_format({"num_format": "#,##0", "align": "left"}))


def _write_facts(sheet: Any, book: Any, facts: Sequence[tuple[str, str]]) -> None:
    bold, plain = (
        book.add_format({"bold": True}),
        book.add_format({"text_wrap": True, "align": "left", "valign": "top"}),
    )
    for number, (name, said) in enumerate(facts):
        sheet.write_string(number, 0, name, bold)
        sheet.write_string(number, 1, str(escape_cell(said)), plain)
    sheet.set_column(0, 0, max([20, *(len(name) + 2 for name, _ in facts)]))
    sheet.set_column(1, 1, 90)

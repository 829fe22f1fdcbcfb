"""A batch's file: CSV in any letters and separator, or XLSX; its columns found by their names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dashboard.customers.import_file import SEPARATOR_LINE, SEPARATORS, say_mangled
from dashboard.domain import workbook_rows
from dashboard.domain.batches import MOST_ROWS, Fault
from dashboard.domain.errors import InputError
from dashboard.domain.folding import fold
from dashboard.domain.formatting import count
from dashboard.domain.spreadsheet_safety import unescape_cell
from dashboard.statements.csv_file import read_rows
from dashboard.statements.text import decode

SIZE_LIMIT = 5_000_000  # bytes
COLUMNS = ("customer", "amount", "reference", "account", "purpose", "date")
NEEDED = ("customer", "amount", "reference")
NAMES = {
    **{one: one for one in COLUMNS},
    "customer reference": "customer",
    "customer id": "customer",
    "amount usd": "amount",
    "invoice": "reference",
    "invoice reference": "reference",
    "account ends in": "account",
    "collect on": "date",
}
ABOUT = {
    "customer": "Your own reference of the customer, as the page Customers has it, or our id (cust_…).",
    "amount": "US dollars with a point before the cents: 1234.50 or 1,234.50.",
    "reference": "The invoice. Each reference once a customer.",
    "account": "The last digits of the bank account. May be empty where the customer has one.",
    "purpose": "goods, services or other. Empty: other.",
    "date": "The day on which it is taken, such as 2026-12-01, the same in every row. Empty: once it is approved.",
}
EXCEL_97 = b"\xd0\xcf\x11\xe0"
LONGEST_CELL = 500


@dataclass(frozen=True)
class FileRow:
    """One row with something in it, its cells by column; `faults` are those of the row as a row."""

    line: int
    cells: Mapping[str, str]
    faults: tuple[Fault, ...] = ()


def read_file(content: bytes) -> list[FileRow]:
    """The rows of a file. Raises InputError where the file as a whole cannot be read."""
    if len(content) > SIZE_LIMIT:
        raise _refuse(f"The file is larger than {SIZE_LIMIT // 1_000_000} MB.", "Split it.", "too_large")
    rows = _read_cells(content)
    if not rows:
        raise _refuse("The file is empty.", "Begin with the template.", "empty")
    (head_line, head), *body = rows
    places = _find_columns(head_line, head)
    found = list[FileRow]()
    for line, cells in body:
        if _is_total(cells):
            continue
        said = {name: cells[at].strip()[:LONGEST_CELL] if at < len(cells) else "" for name, at in places.items()}
        if not any(said.values()):
            continue
        if len(found) == MOST_ROWS:
            raise _refuse(f"The file has more than {MOST_ROWS:,} debits.", "Split it.", "too_long")
        faults = list[Fault]()
        if any(cell.strip() for cell in cells[len(head) :]):
            faults.append(
                Fault(
                    "row",
                    f"The row has {count(len(cells), 'cell')}, the head {len(head)}",
                    "Put a text with a separator in it in quotes",
                    "cells",
                )
            )
        for name, cell in said.items():
            if words := say_mangled(name, cell):
                reason, _, fix = words.partition(": ")
                faults.append(Fault(name, reason.rstrip("."), fix.rstrip(".").capitalize(), "mangled"))
        found.append(FileRow(line, {name: unescape_cell(cell) for name, cell in said.items()}, tuple(faults)))
    if not found:
        raise _refuse("The file has no debits.", "Put one on each line below the head.", "empty")
    return found


def _read_cells(content: bytes) -> list[tuple[int, list[str]]]:
    if content.startswith(EXCEL_97):
        raise _refuse(
            "The file is of Excel 97 (.xls).", "In Excel, save it as “Excel Workbook (.xlsx)” or “CSV UTF-8”.", "xls"
        )
    if content.startswith(b"PK"):
        sheets = [rows for rows in workbook_rows.read_sheets(content) if rows]
        return next((rows for rows in sheets if _names_columns(rows[0][1])), sheets[0] if sheets else [])
    try:
        text, skipped, separator = decode(content), 0, ""
        head, _, rest = text.partition("\n")
        if stated := SEPARATOR_LINE.fullmatch(head.rstrip("\r ")):
            separator, skipped, text = stated["mark"], 1, rest
            head = text.partition("\n")[0]
        rows = read_rows(text, separator or max(SEPARATORS, key=head.count))
    except InputError as error:
        fix = "Look at its quotes, or save it as “CSV UTF-8” or XLSX."
        raise _refuse(error.what, fix, "not_read") from None
    return [(row.number + skipped, row.cells) for row in rows]


def _names_columns(head: list[str]) -> bool:
    named = {NAMES.get(fold(cell.replace("_", " "))) for cell in head}
    return all(one in named for one in NEEDED)


def _find_columns(line: int, head: list[str]) -> dict[str, int]:
    places: dict[str, int] = {}
    for at, cell in enumerate(head):
        name = NAMES.get(fold(cell.replace("_", " ")))
        if name is None:
            continue
        if name in places:
            raise _refuse(
                f"Line {line} names the column “{name}” twice: “{head[places[name]].strip()}” and “{cell.strip()}”.",
                "Take one of them out, or give it another name.",
                "column_twice",
            )
        places[name] = at
    if missing := [name for name in NEEDED if name not in places]:
        raise _refuse(
            f"Line {line} does not name the columns {', '.join(missing)}.",
            f"Begin with the template: {', '.join(COLUMNS)}.",
            "columns",
        )
    return places


def _is_total(cells: list[str]) -> bool:
    """Whether it is the line with the sum that our own workbooks have below their rows."""
    texts = [cell for cell in cells if cell.strip()]
    return len(texts) == 2 and "Total USD" in texts


def _refuse(what: str, action: str, code: str) -> InputError:
    return InputError(what, meaning="Nothing was kept.", action=action, code=f"batch_{code}")

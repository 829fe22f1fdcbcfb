"""A file of customers as spreadsheets save it: its letters, its separator, its columns, its lines."""

from __future__ import annotations

import codecs
import csv
import io
import re
from dataclasses import dataclass

from dashboard.domain.errors import InputError
from dashboard.domain.folding import fold
from dashboard.domain.formatting import count
from dashboard.domain.spreadsheet_safety import unescape_cell

SIZE_LIMIT = 2_000_000  # bytes
LINE_LIMIT = 5_000  # what one transaction takes in a few seconds, so that a debit waits no longer than that
NEEDED = ("name", "email", "reference")
NAMES = {
    "name": "name",
    "customer": "name",
    "email": "email",
    "e-mail": "email",
    "reference": "reference",
    "holder_type": "holder_type",
    "holder type": "holder_type",
    "kind": "holder_type",  # as the page and its workbook call it
}
SEPARATORS = ",;\t|"
WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # how a file of Excel begins: .xlsx (a ZIP archive), .xls
SEPARATOR_LINE = re.compile(r'"?sep=(?P<mark>[,;\t|])"?', re.IGNORECASE)  # Excel's own first line
ROUNDED = re.compile(r"[0-9]+([.,][0-9]+)?E[+-][0-9]+", re.IGNORECASE)  # `1.00012E+11`: its last digits are lost
FORMULA_TEXT = re.compile(r'="[^"]*"')  # `="00123"`: a formula that keeps zeros
BROKEN_CELL = re.compile(r"#{3,}|#(N/A|REF!|NAME\?|VALUE!|NUM!|DIV/0!|NULL!)")
SAVE_AS = "In Excel, save it with File, Save As, “CSV UTF-8 (Comma delimited)”."


@dataclass(frozen=True)
class FileLine:
    """One line, numbered as an editor numbers it, its cells by column; `mistakes` are those of the line as a line."""

    number: int
    cells: dict[str, str]
    mistakes: tuple[str, ...] = ()


def read_lines(content: bytes) -> list[FileLine]:
    """The lines with something in them. Raises InputError where the file as a whole cannot be read."""
    if len(content) > SIZE_LIMIT:
        raise InputError(
            f"The file is larger than {SIZE_LIMIT // 1_000_000} MB.", action="Split it.", code="import_too_large"
        )
    text = _decode(content)
    separator, skipped = "", 0
    head, _, rest = text.partition("\n")
    if stated := SEPARATOR_LINE.fullmatch(head.rstrip("\r ")):
        separator, skipped, text = stated["mark"], 1, rest
        head = text.partition("\n")[0]
    separator = separator or max(SEPARATORS, key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    lines: list[FileLine] = []
    try:
        names = next(reader, [])
        columns = _name_columns(names, 1 + skipped)
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if len(lines) == LINE_LIMIT:
                raise InputError(
                    f"The file has more than {LINE_LIMIT:,} customers.", action="Split it.", code="import_too_long"
                )
            row = {name: cells[place] if place < len(cells) else "" for name, place in columns.items()}
            mistakes = [] if len(cells) <= len(names) else [_too_many(cells, names)]
            mistakes += [say_mangled(names[columns[name]].strip(), cell.strip()) for name, cell in row.items()]
            kept = {name: unescape_cell(cell) for name, cell in row.items()}
            lines.append(FileLine(reader.line_num + skipped, kept, tuple(filter(None, mistakes))))
    except csv.Error as error:
        raise InputError(
            f"Line {reader.line_num + skipped} is not CSV ({error}).",
            action="Look at its quotes.",
            code="import_not_csv",
        ) from None
    if not lines:
        raise InputError("The file has no customers.", action="Put one on each line.", code="import_empty")
    return lines


def _decode(content: bytes) -> str:
    if content.startswith(WORKBOOKS):
        raise InputError("The file is an Excel workbook and no CSV.", action=SAVE_AS, code="import_not_text")
    wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))  # Excel: “Unicode Text”
    if not wide and b"\x00" in content:
        raise InputError(
            "The file is no text, or UTF-16 without its mark (BOM).", action=SAVE_AS, code="import_not_text"
        )
    try:
        return content.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError as error:
        if wide:
            raise InputError(
                "The file is UTF-16 that is cut short or damaged.",
                action="Save or copy it again, and choose the new one.",
                code="import_not_text",
            ) from None
        number = content.count(b"\n", 0, error.start) + 1
        raise InputError(
            f"Line {number} has a letter that is not UTF-8.",
            meaning="It may be saved as Windows-1252 or another code page: which one, the file does not say, and a"
            " wrong guess would change names.",
            action=SAVE_AS,
            code="import_not_text",
        ) from None


def _name_columns(cells: list[str], line: int) -> dict[str, int]:
    found: dict[str, int] = {}
    seen: dict[str, int] = {}
    for place, cell in enumerate(cells):
        said = fold(cell)
        meant = NAMES.get(said, said)
        if meant and meant in seen:
            first = cells[seen[meant]].strip()
            what = (
                f"names the column “{first}” twice" if fold(first) == said else "names two columns that mean the same"
            )
            raise InputError(
                f"Line {line} {what}: “{first}” (column {seen[meant] + 1}) and “{cell.strip()}” (column {place + 1}).",
                meaning="Which of them counts cannot be known.",
                action="Take one of them out, or give it another name.",
                code="import_column_twice",
            )
        seen[meant] = place
        if said in NAMES:
            found[meant] = place
    missing = [name for name in NEEDED if name not in found]
    if missing:
        raise InputError(
            f"Line {line} does not name the columns {', '.join(missing)}.",
            action="Begin with: name,email,reference,holder_type (the last may be left out).",
            code="import_columns",
        )
    return found


def _too_many(cells: list[str], names: list[str]) -> str:
    return (
        f"The line has {count(len(cells), 'cell')}, the head {len(names)}: put a text with a separator in it in quotes."
    )


def say_mangled(column: str, cell: str) -> str:
    """What a spreadsheet did to a cell, and the fix; nothing for a cell that is as it was typed."""
    fix = "format the column as Text, type it again and save"
    if ROUNDED.fullmatch(cell):
        return f"The {column} {cell} is a number that Excel rounded: {fix}."
    if FORMULA_TEXT.fullmatch(cell):
        return f"The {column} {cell} is a formula: write {cell[2:-1]} without = and quotes ({fix})."
    if BROKEN_CELL.fullmatch(cell):
        return f"The {column} {cell} is not the cell's text, but what Excel shows instead: {fix}."
    return ""

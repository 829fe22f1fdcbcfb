"""Reads a workbook (XLSX) by its parts, so that a test sees what a spreadsheet program sees."""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import BinaryIO
from xml.etree import ElementTree

SPACE = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
BUILT_IN = {0: "General", 3: "#,##0", 49: "@"}
EPOCH = datetime(1899, 12, 30)


@dataclass(frozen=True)
class Cell:
    """A text, or a number with the format that shows it."""

    value: str | Decimal
    format: str

    @property
    def moment(self) -> datetime:
        """A number as the date that its format shows, to the second."""
        assert isinstance(self.value, Decimal) and "yyyy" in self.format, self
        exact = EPOCH + timedelta(days=float(self.value))
        return (exact + timedelta(milliseconds=500)).replace(microsecond=0)


@dataclass
class Sheet:
    """One sheet: its cells by row and column, both from 0, and how it is set up."""

    name: str
    rows: list[dict[int, Cell]] = field(default_factory=list)
    formulas: int = 0
    frozen: str = ""
    filtered: str = ""
    widths: dict[int, float] = field(default_factory=dict)

    def texts(self) -> list[list[str]]:
        """The cells as text, without empty ones at the end."""
        return [
            [str(row[at].value) if at in row else "" for at in range(max(row, default=-1) + 1)] for row in self.rows
        ]

    def column(self, head: str) -> list[Cell | None]:
        """The cells below a head; None where one is empty."""
        place = next(at for at, cell in self.rows[0].items() if cell.value == head)
        return [row.get(place) for row in self.rows[1:]]


def read_workbook(source: BinaryIO | Path) -> list[Sheet]:
    """The sheets in their order."""
    with zipfile.ZipFile(source) as book:
        names = [one.attrib["name"] for one in _parse(book, "xl/workbook.xml").findall("m:sheets/m:sheet", SPACE)]
        styles = _parse(book, "xl/styles.xml")
        own = {int(one.attrib["numFmtId"]): one.attrib["formatCode"] for one in styles.findall(".//m:numFmt", SPACE)}
        used = [int(one.attrib["numFmtId"]) for one in styles.findall("m:cellXfs/m:xf", SPACE)]
        formats = [(BUILT_IN | own)[id] for id in used]
        return [
            _read_sheet(name, _parse(book, f"xl/worksheets/sheet{number}.xml"), formats)
            for number, name in enumerate(names, 1)
        ]


def _read_sheet(name: str, root: ElementTree.Element, formats: list[str]) -> Sheet:
    sheet = Sheet(name, formulas=len(root.findall(".//m:f", SPACE)))
    pane, filtered = root.find(".//m:pane", SPACE), root.find("m:autoFilter", SPACE)
    sheet.frozen = pane.attrib["topLeftCell"] if pane is not None and pane.attrib["state"] == "frozen" else ""
    sheet.filtered = filtered.attrib["ref"] if filtered is not None else ""
    for column in root.findall("m:cols/m:col", SPACE):
        for place in range(int(column.attrib["min"]), int(column.attrib["max"]) + 1):
            sheet.widths[place - 1] = float(column.attrib["width"])
    for row in root.findall("m:sheetData/m:row", SPACE):
        while len(sheet.rows) < int(row.attrib["r"]):
            sheet.rows.append({})
        for cell in row.findall("m:c", SPACE):
            value = cell.find("m:v", SPACE) if cell.attrib.get("t") != "inlineStr" else cell.find("m:is/m:t", SPACE)
            if value is None:
                continue
            text = value.text or ""
            known = text if cell.attrib.get("t") == "inlineStr" else Decimal(text)
            sheet.rows[-1][_place(cell.attrib["r"])] = Cell(known, formats[int(cell.attrib.get("s", 0))])
    return sheet


def _place(name: str) -> int:
    letters = re.sub(r"\d", "", name)
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def _parse(book: zipfile.ZipFile, name: str) -> ElementTree.Element:
    return ElementTree.fromstring(book.read(name))

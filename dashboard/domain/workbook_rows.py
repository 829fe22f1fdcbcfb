"""Rows of a workbook (XLSX) as text, as a person sees them in it: the one place that reads workbooks.

Numbers are written out with the 15 digits that Excel keeps, dates as `2026-12-01`; formulas give the value that was
saved with them. Nothing is rounded to cents here.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from xml.etree.ElementTree import Element, ParseError

import defusedxml.ElementTree
from defusedxml import DefusedXmlException

from dashboard.domain.errors import InputError

LARGEST_INSIDE = 60_000_000  # bytes of one part once it is unpacked: ten times a full file, and no more
MOST_COLUMNS = 200
MOST_SHEETS = 10
SPACE = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
LINKED = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
EPOCH, EPOCH_1904 = datetime(1899, 12, 30), datetime(1904, 1, 1)
DATE_FORMATS = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})  # built into Excel
NOT_DATE = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')  # what stands in a format and shows no part of a date


Rows = list[tuple[int, list[str]]]


def read_sheets(content: bytes) -> list[Rows]:
    """Of each sheet the rows with something in them, numbered as Excel does. Raises InputError."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            names = set(book.namelist())
            strings = _read_strings(book) if "xl/sharedStrings.xml" in names else []
            dates = _read_date_styles(book) if "xl/styles.xml" in names else frozenset()
            properties = _parse(book, "xl/workbook.xml").find(f"{SPACE}workbookPr")
            in_1904 = properties is not None and properties.get("date1904") in {"1", "true"}
            epoch = EPOCH_1904 if in_1904 else EPOCH
            sheets = [_parse(book, name) for name in _find_sheets(book)[:MOST_SHEETS]]
            return [list(_read_sheet(sheet, strings, dates, epoch)) for sheet in sheets]
    except (
        *(zipfile.BadZipFile, KeyError, ParseError, DefusedXmlException, ValueError, IndexError),
        *(NotImplementedError, RuntimeError, EOFError, OverflowError, InvalidOperation, zipfile.LargeZipFile),
    ):
        raise InputError(
            "The file is no workbook that can be read.",
            meaning="It is damaged, has a password, or is of another program.",
            action="Open it in Excel and save it as “Excel Workbook (.xlsx)” or “CSV UTF-8”.",
            code="workbook",
        ) from None


def _parse(book: zipfile.ZipFile, name: str) -> Element:
    if book.getinfo(name).file_size > LARGEST_INSIDE:
        raise ValueError(name)
    with book.open(name) as part:
        content = part.read(LARGEST_INSIDE + 1)
    if len(content) > LARGEST_INSIDE:
        raise ValueError(name)
    root: Element = defusedxml.ElementTree.fromstring(content)
    return root


def _find_sheets(book: zipfile.ZipFile) -> list[str]:
    """The parts in which the sheets are, in the order of their tabs; charts are none."""
    places = {}
    for one in _parse(book, "xl/_rels/workbook.xml.rels"):
        if str(one.get("Type", "")).endswith("/worksheet"):
            target = str(one.get("Target"))
            places[one.get("Id")] = target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
    sheets = _parse(book, "xl/workbook.xml").findall(f"{SPACE}sheets/{SPACE}sheet")
    return [places[id] for one in sheets if (id := one.get(LINKED)) in places]


def _read_strings(book: zipfile.ZipFile) -> list[str]:
    found = []
    for one in _parse(book, "xl/sharedStrings.xml").findall(f"{SPACE}si"):
        parts = [*one.findall(f"{SPACE}t"), *one.findall(f"{SPACE}r/{SPACE}t")]  # not how it is pronounced (rPh)
        found.append("".join(part.text or "" for part in parts))
    return found


def _read_date_styles(book: zipfile.ZipFile) -> frozenset[int]:
    styles = _parse(book, "xl/styles.xml")
    own = {
        int(one.get("numFmtId", "0")): one.get("formatCode", "")
        for one in styles.findall(f"{SPACE}numFmts/{SPACE}numFmt")
    }
    used = [int(one.get("numFmtId", "0")) for one in styles.findall(f"{SPACE}cellXfs/{SPACE}xf")]
    dates = DATE_FORMATS - own.keys() | {id for id, code in own.items() if re.search("[ydYD]", NOT_DATE.sub("", code))}
    return frozenset(place for place, id in enumerate(used) if id in dates)


def _read_sheet(
    sheet: Element, strings: list[str], dates: frozenset[int], epoch: datetime
) -> Iterator[tuple[int, list[str]]]:
    number = 0
    for row in sheet.iterfind(f"{SPACE}sheetData/{SPACE}row"):
        number = int(row.get("r", number + 1))
        cells: list[str] = []
        for cell in row.iterfind(f"{SPACE}c"):
            place = _place_of(cell.get("r", "")) if cell.get("r") else len(cells)
            if place >= MOST_COLUMNS:
                continue
            cells += [""] * (place - len(cells))
            cells.append(_read_cell(cell, strings, dates, epoch))
        if any(cell.strip() for cell in cells):
            yield number, cells


def _place_of(name: str) -> int:
    number = 0
    for letter in name:
        if not "A" <= letter <= "Z":
            break
        number = number * 26 + ord(letter) - 64
    return max(number - 1, 0)


def _read_cell(cell: Element, strings: list[str], dates: frozenset[int], epoch: datetime) -> str:
    kind = cell.get("t", "n")
    if kind == "inlineStr":
        return "".join(one.text or "" for one in cell.iterfind(f"{SPACE}is//{SPACE}t"))
    value = cell.findtext(f"{SPACE}v") or ""
    if kind == "s":
        return strings[int(value)]
    if kind == "b":
        return "TRUE" if value == "1" else "FALSE"
    if kind != "n" or not value:
        return value
    if int(cell.get("s", "0")) in dates:
        return (epoch + timedelta(days=float(value))).date().isoformat()
    number = Decimal(value)
    exact = number if len(number.as_tuple().digits) <= 15 else Decimal(f"{float(value):.15g}")
    text = f"{exact:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text

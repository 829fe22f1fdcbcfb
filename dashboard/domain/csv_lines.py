"""Lines of CSV (RFC 4180): the one place that writes them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from dashboard.domain.spreadsheet_safety import escape_cell

BOM = "\ufeff"  # without it Excel takes UTF-8 for the code page of the machine


def csv_line(cells: Iterable[object]) -> str:
    """One line; text that a spreadsheet would take for a formula gets an apostrophe before it."""
    out = io.StringIO()
    csv.writer(out).writerow([escape_cell(cell) for cell in cells])
    return out.getvalue()


def csv_file(lines: Iterable[str]) -> bytes:
    """A whole file for a browser's download: UTF-8 with its mark, so that a spreadsheet reads its letters."""
    return (BOM + "".join(lines)).encode()

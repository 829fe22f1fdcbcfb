"""Every CSV is written by one writer, and what a browser downloads says that it is UTF-8."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime
from pathlib import Path

from dashboard.domain.csv_lines import csv_file, csv_line
from dashboard.domain.workbooks import About
from dashboard.payments.export import Format, export

ROOT = Path(__file__).parents[2]


def test_a_download_begins_with_the_mark_and_its_cells_are_no_formulas() -> None:
    assert csv_file([csv_line(["=1+1", "Löwe"])]) == b"\xef\xbb\xbf'=1+1,L\xc3\xb6we\r\n"


def test_payments_carry_the_mark_where_it_is_asked_for() -> None:
    about = About("Payments", "All", "ann", datetime(2026, 11, 29, tzinfo=UTC), UTC)
    for bom, start in ((True, b"\xef\xbb\xbfid,"), (False, b"id,")):
        out = io.BytesIO()
        export([], out, Format.CSV, about, columns=("id", "status"), bom=bom)
        assert out.getvalue().startswith(start)


def test_there_is_one_writer() -> None:
    """The sandbox's bank statement is what a bank would write, not what the desk gives out."""
    files = [path for folder in ("dashboard", "pages") for path in (ROOT / folder).rglob("*.py")]
    files = [path for path in files if "sandbox" not in (path.stem, *path.parts)]
    found = [path.name for path in files if re.search(r"csv\.(Dict)?[wW]riter\(|\.to_csv\(", path.read_text())]
    assert found == ["csv_lines.py"]
    offering = [path for path in files if '"text/csv",' in path.read_text()]
    assert offering and all("csv_file(" in path.read_text() for path in offering if path.name != "export_jobs.py")

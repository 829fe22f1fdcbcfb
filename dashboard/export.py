"""Exactly the rows that a filter shows, as CSV, XLSX or Parquet, streamed from the database in bounded memory."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import tzinfo
from enum import StrEnum
from pathlib import Path
from typing import Any, BinaryIO

from dashboard.errors import InputError
from dashboard.payments import PaymentRow

BATCH = 10_000  # rows of a Parquet row group, and between two reports of progress
SHEET_ROWS = 1_048_575  # what a sheet of XLSX holds below its head (Excel: specifications and limits)
DANGEROUS = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet takes for a formula (OWASP: CSV injection)

Cell = str | int | None
Row = dict[str, Cell]


class Format(StrEnum):
    """The kinds of file."""

    CSV = "csv"
    XLSX = "xlsx"
    PARQUET = "parquet"


COLUMNS: dict[str, Callable[[PaymentRow, tzinfo], Cell]] = {
    "id": lambda row, zone: row.id,
    "created_at": lambda row, zone: row.created.astimezone(zone).isoformat(timespec="seconds"),
    "amount_cents": lambda row, zone: row.amount,
    "currency": lambda row, zone: row.currency,
    "status": lambda row, zone: row.state.value,
    "overdue": lambda row, zone: int(row.waiting.overdue),
    "date": lambda row, zone: row.on.date().isoformat() if row.on else None,
    "reason": lambda row, zone: row.reason,
    "next_action": lambda row, zone: row.next_action,
    "rail": lambda row, zone: row.rail,
    "customer_id": lambda row, zone: row.customer_id,
    "customer": lambda row, zone: row.customer,
    "email": lambda row, zone: row.email,
    "bank": lambda row, zone: row.bank,
    "last4": lambda row, zone: row.last4,
    "reference": lambda row, zone: row.reference,
    "fee_cents": lambda row, zone: row.fee,
    "net_cents": lambda row, zone: row.net,
    "refunded_cents": lambda row, zone: row.refunded,
    "payout": lambda row, zone: row.payout_id,
    "payment_intent": lambda row, zone: row.intent_id,
    "debit": lambda row, zone: row.debit_id,
}
NUMBERS = frozenset(name for name in COLUMNS if name.endswith("_cents")) | {"overdue"}


def export(
    rows: Iterable[PaymentRow],
    out: BinaryIO,
    format: Format,
    *,
    zone: tzinfo,
    columns: Sequence[str] = tuple(COLUMNS),
    on_progress: Callable[[int], None] | None = None,
) -> int:
    """Write the rows and return how many; amounts stay integer cents, times carry their offset of `zone`.

    Raises InputError for a column that does not exist.
    """
    check_columns(columns)
    counted = _counted(_cells(rows, columns, zone), on_progress)
    return {Format.CSV: _write_csv, Format.XLSX: write_xlsx, Format.PARQUET: _write_parquet}[format](
        counted, out, columns
    )


def check_columns(columns: Sequence[str]) -> None:
    """Nothing where every column exists and there is one. Raises InputError."""
    unknown = [name for name in columns if name not in COLUMNS]
    if unknown or not columns:
        raise InputError(
            f"There is no column {', '.join(unknown) or 'chosen'}.", action=f"Choose from {', '.join(COLUMNS)}."
        )


def write_file(path: Path, write: Callable[[BinaryIO], int]) -> int:
    """Write a file under its final name only when it is complete; returns what `write` counted. Raises InputError."""
    partial = path.with_name(path.name + ".partial")
    try:
        with partial.open("wb") as out:
            count = write(out)
        partial.replace(path)
    except OSError as error:
        raise InputError(
            f"The file cannot be written ({error.strerror or type(error).__name__}).",
            meaning="There is no file: half of one would look like all of it.",
            action="Free some space, or choose another place.",
            code="export_unwritten",
        ) from error
    finally:
        partial.unlink(missing_ok=True)
    return count


def _cells(rows: Iterable[PaymentRow], columns: Sequence[str], zone: tzinfo) -> Iterator[list[Cell]]:
    makers = [COLUMNS[name] for name in columns]
    for row in rows:
        yield [make(row, zone) for make in makers]


def _counted(cells: Iterator[list[Cell]], on_progress: Callable[[int], None] | None) -> Iterator[list[Cell]]:
    for count, row in enumerate(cells, 1):
        yield row
        if on_progress and count % BATCH == 0:
            on_progress(count)


def harmless(cell: Cell) -> Cell:
    """The cell as a spreadsheet may open it: text that looks like a formula gets an apostrophe before it."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(DANGEROUS) else cell


def _write_csv(rows: Iterator[list[Cell]], out: BinaryIO, columns: Sequence[str]) -> int:
    text = io.TextIOWrapper(out, encoding="utf-8", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow(columns)
    count = 0
    for row in rows:
        writer.writerow([harmless(cell) for cell in row])
        count += 1
    text.detach()
    return count


def write_xlsx(rows: Iterator[list[Cell]], out: BinaryIO, columns: Sequence[str], per_sheet: int = SHEET_ROWS) -> int:
    """A workbook, row by row; what does not fit on one sheet goes on to the next, each with its head."""
    import xlsxwriter

    with xlsxwriter.Workbook(out, {"constant_memory": True, "strings_to_formulas": False}) as book:
        bold = book.add_format({"bold": True})

        def begin(number: int) -> Any:
            sheet = book.add_worksheet("payments" if number == 1 else f"payments {number}")
            sheet.write_row(0, 0, list(columns), bold)
            sheet.freeze_panes(1, 0)
            return sheet

        sheet, count = begin(1), 0
        for count, row in enumerate(rows, 1):
            line = (count - 1) % per_sheet + 1
            if line == 1 and count > 1:
                sheet = begin((count - 1) // per_sheet + 1)
            for place, cell in enumerate(row):
                if isinstance(cell, int):
                    sheet.write_number(line, place, cell)
                elif cell is not None:
                    sheet.write_string(line, place, str(harmless(cell)))
    return count


def _write_parquet(rows: Iterator[list[Cell]], out: BinaryIO, columns: Sequence[str]) -> int:
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.schema([(name, pa.int64() if name in NUMBERS else pa.string()) for name in columns])
    count, batch = 0, list[list[Cell]]()

    def flush(writer: Any) -> None:
        arrays = [pa.array([row[place] for row in batch], field.type) for place, field in enumerate(schema)]
        writer.write_batch(pa.record_batch(arrays, schema=schema))
        batch.clear()

    with pq.ParquetWriter(out, schema) as writer:
        for row in rows:
            batch.append(row)
            count += 1
            if len(batch) == BATCH:
                flush(writer)
        if batch:
            flush(writer)
    return count

"""Exactly the rows that a filter shows, as CSV, XLSX or Parquet, streamed from the database in bounded memory.

CSV and Parquet are for programs: the machine's names, whole cents, times with their offset. XLSX is for people.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import tzinfo
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO

from dashboard.domain.csv_lines import BOM
from dashboard.domain.errors import InputError
from dashboard.domain.table_files import BATCH, Kind, write_csv, write_parquet
from dashboard.domain.workbooks import About, write_workbook
from dashboard.payments import PaymentRow
from dashboard.payments.sheet import SHEET, sheet_columns, sheet_rows
from dashboard.store.private_files import open_private

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
    "balance_currency": lambda row, zone: row.balance_currency,
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
    about: About,
    *,
    columns: Sequence[str] = tuple(COLUMNS),
    on_progress: Callable[[int], None] | None = None,
    bom: bool = False,
) -> int:
    """Write the rows and return how many; `about` says in which zone times are, and what a workbook says of itself.

    With `bom` a CSV begins with the mark by which Excel knows UTF-8. A workbook with all columns has them in the order
    of the table. Raises InputError for a column that does not exist.
    """
    check_columns(columns)
    counted = _counted(rows, on_progress)
    if format is Format.XLSX:
        names = tuple(SHEET) if tuple(columns) == tuple(COLUMNS) else columns
        return write_workbook(out, about, sheet_columns(names), sheet_rows(counted, names))
    if bom and format is Format.CSV:
        out.write(BOM.encode())
    cells = _cells(counted, columns, about.zone)
    if format is Format.CSV:
        return write_csv(out, columns, cells)
    return write_parquet(out, {name: Kind.INTEGER if name in NUMBERS else Kind.TEXT for name in columns}, cells)


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
        with open_private(partial) as out:
            count = write(out)
        partial.replace(path)
    except OSError as error:
        raise InputError(
            f"The file cannot be written ({error.strerror or type(error).__name__}).",
            meaning="There is no file: half a file would look complete.",
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


def _counted(rows: Iterable[PaymentRow], on_progress: Callable[[int], None] | None) -> Iterator[PaymentRow]:
    for count, row in enumerate(rows, 1):
        yield row
        if on_progress and count % BATCH == 0:
            on_progress(count)

"""Tables as files for programs, CSV and Parquet: rows go to the disk as they come, any number in the same memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any, BinaryIO

from dashboard.domain.csv_lines import csv_line

BATCH = 10_000  # rows of a Parquet row group

Value = str | int | bool | date | datetime | None  # a datetime is aware; a date is a day of no zone


class Kind(StrEnum):
    """What a column holds; cents are whole, times are UTC."""

    TEXT = "text"
    INTEGER = "integer"
    CENTS = "cents"
    TIME = "utc_time"
    DAY = "day"
    FLAG = "boolean"


def write_csv(out: BinaryIO, columns: Iterable[str], rows: Iterable[Sequence[Value]]) -> int:
    """Write a head and the rows, and return how many rows; a missing value is an empty cell."""
    out.write(csv_line(columns).encode())
    count = 0
    for row in rows:
        out.write(csv_line(map(_as_text, row)).encode())
        count += 1
    return count


def write_parquet(out: BinaryIO, columns: Mapping[str, Kind], rows: Iterable[Sequence[Value]]) -> int:
    """Write the rows in groups of `BATCH`, and return how many."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    types: Mapping[Kind, Callable[[], Any]] = {
        Kind.TEXT: pa.string,
        Kind.INTEGER: pa.int64,
        Kind.CENTS: pa.int64,
        Kind.TIME: lambda: pa.timestamp("ms", tz="UTC"),
        Kind.DAY: pa.date32,
        Kind.FLAG: pa.bool_,
    }
    schema = pa.schema([(name, types[kind]()) for name, kind in columns.items()])
    count = 0
    with pq.ParquetWriter(out, schema) as writer:
        for batch in _batches(rows):
            arrays = [pa.array([row[place] for row in batch], field.type) for place, field in enumerate(schema)]
            writer.write_batch(pa.record_batch(arrays, schema=schema))
            count += len(batch)
    return count


def _batches(rows: Iterable[Sequence[Value]]) -> Iterator[list[Sequence[Value]]]:
    batch: list[Sequence[Value]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _as_text(value: Value) -> str | int | None:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        return as_utc(value)
    return value.isoformat() if isinstance(value, date) else value


def as_utc(at: datetime) -> str:
    """An instant as `2026-11-01T03:59:59Z` (ISO 8601)."""
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")

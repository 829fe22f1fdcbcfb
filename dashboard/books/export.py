"""Every table of the books as files for a warehouse, DuckDB or Excel: a folder with one file a table and a manifest.

The manifest says what a reader checks: rows, types, sums of cents by currency, the SHA-256 of each file, the head of
the audit trail and the version of the columns. All of it is of one moment, and goes to the disk as it is read.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date
from pathlib import Path
from typing import Any, BinaryIO

from dashboard.books.folders import MADE_BY, MANIFEST, written_folder
from dashboard.books.journal import Journal
from dashboard.domain.books import Month, read_month
from dashboard.domain.clock import Clock
from dashboard.domain.exported_tables import JOURNAL, SCHEMA_VERSION, TABLES, ExportedTable
from dashboard.domain.models import Actor
from dashboard.domain.table_files import Kind, Value, as_utc, write_csv, write_parquet
from dashboard.domain.workbooks import About, Cell, Column, write_workbook
from dashboard.domain.workbooks import Kind as CellKind
from dashboard.payments.export import Format
from dashboard.settings import Settings
from dashboard.staff.access import Permission, require
from dashboard.store import Store
from dashboard.store.private_files import open_private
from dashboard.store.sql import from_epoch

CELLS = {Kind.INTEGER: CellKind.NUMBER, Kind.CENTS: CellKind.NUMBER, Kind.TIME: CellKind.MOMENT, Kind.DAY: CellKind.DAY}


@dataclass(frozen=True)
class Exported:
    """What was written: rows by table, and the SHA-256 of the manifest."""

    rows: dict[str, int]
    digest: str


@dataclass
class _Counted:
    """The rows of a table, added up as they pass."""

    table: ExportedTable
    sums: dict[str, dict[str, int]] = field(default_factory=dict)

    def pass_on(self, rows: Iterable[Mapping[str, Any]]) -> Iterator[list[Value]]:
        """Each row as it is written, in the order of the columns."""
        columns = self.table.columns
        for row in rows:
            for column in columns:
                if column.kind is Kind.CENTS:
                    sums, cents = self.sums.setdefault(column.name, {}), row[column.name]
                    currency = row[column.currency] or ""
                    if cents is not None:
                        sums[currency] = sums.get(currency, 0) + cents
            yield [_value(column.kind, row[column.name]) for column in columns]


class BooksExport:
    """Writes the tables of the books into a folder."""

    def __init__(self, store: Store, clock: Clock, settings: Settings) -> None:
        self._store, self._clock, self._zone = store, clock, settings.timezone
        self._journal = Journal(store, clock, settings)

    def write(self, actor: Actor, folder: Path, format: Format, month: str = "") -> Exported:
        """Write a month, or everything, and audit it; an export that stood there is replaced as a whole.

        Raises InputError for what is no month, and where the folder holds other files or cannot be written.
        """
        require(actor, Permission.EXPORT)
        chosen = read_month(month, self._zone) if month else None
        with written_folder(folder) as partial:
            with self._store.exported.one_moment():
                facts = self._facts(chosen, format)
                facts["tables"] = [self._table(actor, table, partial, format, chosen) for table in TABLES]
            text = json.dumps(facts, indent=2, ensure_ascii=False) + "\n"
            with open_private(partial / MANIFEST) as out:
                out.write(text.encode())
            done = Exported(
                {one["name"]: one["rows"] for one in facts["tables"]}, hashlib.sha256(text.encode()).hexdigest()
            )
            self._store.trail.append(  # before the folder is there: nothing leaves the desk without a row
                actor,
                "books.exported",
                month or "books",
                self._clock.now(),
                format=format.value,
                rows=sum(done.rows.values()),
                manifest=done.digest,
            )
        return done

    def _facts(self, month: Month | None, format: Format) -> dict[str, Any]:
        end = self._store.trail.end()
        return {
            "made_by": MADE_BY,
            "made_at": as_utc(self._clock.now()),
            "schema_version": SCHEMA_VERSION,
            "database_migrations": self._store.exported.count_migrations(),
            "format": format.value,
            "month": month.name if month else None,
            "time_zone": str(self._zone),
            "begins_at": as_utc(from_epoch(month.begins_at)) if month else None,
            "ends_before": as_utc(from_epoch(month.ends_at)) if month else None,
            "audit_head": {"row": end.seq, "digest": end.digest},
        }

    def _table(
        self, actor: Actor, table: ExportedTable, folder: Path, format: Format, month: Month | None
    ) -> dict[str, Any]:
        counted, path = _Counted(table), folder / f"{table.name}.{format}"
        rows = self._journal_lines(actor, month) if table is JOURNAL else self._store.exported.walk(table.name, month)
        about = About(table.name, month.name if month else "Everything", actor.name, self._clock.now(), UTC)
        with open_private(path) as out:
            count = _write(table, counted.pass_on(rows), out, format, about)
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        return {
            "name": table.name,
            "file": path.name,
            "rows": count,
            "sha256": digest,
            "columns": [
                {"name": one.name, "type": one.kind.value} | ({"currency": one.currency} if one.currency else {})
                for one in table.columns
            ],
            "sums": {
                one.name: dict(sorted(counted.sums.get(one.name, {}).items()))
                for one in table.columns
                if one.kind is Kind.CENTS
            },
        }

    def _journal_lines(self, actor: Actor, month: Month | None) -> Iterator[dict[str, Any]]:
        names = self._journal.names(actor)
        for one in [month] if month else self._months():
            for entry in self._journal.entries(actor, one.name):
                for place, (account, cents) in enumerate(entry.lines, 1):
                    yield {
                        "number": entry.number,
                        "day": entry.day.isoformat(),
                        "memo": entry.memo,
                        "place": place,
                        "account": account.value,
                        "account_name": names[account],
                        "amount_cents": cents,
                        "currency": entry.currency,
                    }

    def _months(self) -> Iterator[Month]:
        """Every month that has journal lines, and the one after it: what came after a close is in the next month."""
        span = self._store.exported.span()
        if span is None:
            return
        first, last = (from_epoch(at).astimezone(self._zone).date().replace(day=1) for at in span)
        for number in range(first.year * 12 + first.month - 1, last.year * 12 + last.month + 2):
            yield read_month(date(number // 12, number % 12 + 1, 1).isoformat()[:7], self._zone)


def _write(table: ExportedTable, rows: Iterator[list[Value]], out: BinaryIO, format: Format, about: About) -> int:
    if format is Format.CSV:
        return write_csv(out, [column.name for column in table.columns], rows)
    if format is Format.PARQUET:
        return write_parquet(out, {column.name: column.kind for column in table.columns}, rows)
    heads = [Column(column.name, CELLS.get(column.kind, CellKind.TEXT)) for column in table.columns]
    return write_workbook(out, about, heads, (list(map(_cell, row)) for row in rows))


def _cell(value: Value) -> Cell:
    return str(value).lower() if isinstance(value, bool) else value


def _value(kind: Kind, kept: Any) -> Value:
    """What a column of the database holds, as a file has it."""
    if kept is None:
        return None
    if kind is Kind.TIME:
        return from_epoch(kept)
    if kind is Kind.DAY:  # Stripe writes a bank's day as midnight UTC; the desk's own tables keep ISO text
        return from_epoch(kept).date() if isinstance(kept, int) else date.fromisoformat(kept)
    return bool(kept) if kind is Kind.FLAG else kept

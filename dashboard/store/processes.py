"""The table `process`: which processes of the desk run, and which of each kind leads (a lease of that name)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from dashboard.domain.processes import DeskProcess, ProcessKind
from dashboard.store.engine.database import Database
from dashboard.store.engine.dialect import on_repeat
from dashboard.store.sql import from_epoch, select, to_epoch


def lead_of(kind: ProcessKind) -> str:
    """The lease that the leading process of a kind holds."""
    return f"lead {kind}"


class ProcessTable:
    """Keeps when each process was last heard of."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def note(self, process: DeskProcess) -> None:
        """It runs, and was heard of now."""
        with self._database.transaction() as db:
            db.execute(
                "INSERT INTO process (id, kind, host, pid, started_at, seen_at) VALUES (?, ?, ?, ?, ?, ?)"
                f"{on_repeat('id')} seen_at = excluded.seen_at",
                [
                    process.id,
                    process.kind.value,
                    process.host,
                    process.pid,
                    to_epoch(process.started_at),
                    to_epoch(process.seen_at),
                ],
            )

    def forget(self, ids: Iterable[str]) -> None:
        """They have ended."""
        with self._database.transaction() as db:
            for id in ids:
                db.execute("DELETE FROM process WHERE id = ?", [id])

    def all(self, now: datetime) -> list[DeskProcess]:
        """Every process that was noted and has not said that it ended, by kind, and whether it leads at `now`."""
        query = (
            "SELECT p.*, l.owner IS NOT NULL AS leads FROM process p LEFT JOIN lease l"
            " ON l.name = 'lead ' || p.kind AND l.owner = p.id AND l.until >= ? ORDER BY p.kind, p.started_at, p.id"
        )
        return [
            DeskProcess(
                id=row["id"],
                kind=ProcessKind(row["kind"]),
                host=row["host"],
                pid=row["pid"],
                started_at=from_epoch(row["started_at"]),
                seen_at=from_epoch(row["seen_at"]),
                leads=bool(row["leads"]),
            )
            for row in select(self._database.handle, query, [to_epoch(now)])
        ]

"""The table `export`: what was ordered, how far it is, and whose it is; the file itself lies in a folder."""

from __future__ import annotations

import json

from dashboard.domain.exports import Export, ExportState
from dashboard.domain.models import Problem
from dashboard.store.engine.database import Database
from dashboard.store.engine.dialect import ADDED
from dashboard.store.sql import (
    Row,
    from_epoch,
    insert,
    problem_from_json,
    problem_to_json,
    select,
    select_one,
    to_epoch,
    to_json,
)

OPEN = "state IN ('waiting', 'running')"


class ExportTable:
    """Keeps exports for as long as their files."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, export: Export) -> bool:
        """Keep an order; False where one of the same person, visit and browser is still being made."""
        with self._database.transaction() as db:
            query = f"SELECT 1 FROM export WHERE person = ? AND device = ? AND visit = ? AND {OPEN}"
            if select_one(db, query, [export.person, export.device, export.visit]):
                return False
            return insert(
                db,
                "export",
                {
                    "id": export.id,
                    "person": export.person,
                    "device": export.device,
                    "visit": export.visit,
                    "made_in": export.made_in,
                    "state": export.state.value,
                    "format": export.format,
                    "zone": export.zone,
                    "words": export.words,
                    "facts": to_json(export.facts),
                    "total": export.total,
                    "started_at": to_epoch(export.started_at),
                },
            )

    def get(self, id: str) -> Export | None:
        """One export, or None."""
        row = select_one(self._database.handle, "SELECT * FROM export WHERE id = ?", [id])
        return _export(row) if row else None

    def newest(self, person: str, device: str, visit: str) -> Export | None:
        """The newest one of a person in this visit at this browser."""
        query = (
            "SELECT * FROM export WHERE person = ? AND device = ? AND visit = ?"
            f" ORDER BY started_at DESC, {ADDED} DESC LIMIT 1"
        )
        row = select_one(self._database.handle, query, [person, device, visit])
        return _export(row) if row else None

    def all(self) -> list[Export]:
        """Every export that is kept."""
        return [_export(row) for row in select(self._database.handle, f"SELECT * FROM export ORDER BY {ADDED}", [])]

    def report(self, id: str, rows: int) -> bool:
        """It is being made and has so many rows; False where it is to be stopped, or was forgotten."""
        with self._database.transaction(durable=False) as db:
            cursor = db.execute(
                f"UPDATE export SET state = 'running', rows = ? WHERE id = ? AND NOT is_stopped AND {OPEN}", [rows, id]
            )
            return bool(cursor.rowcount)

    def end(self, id: str, state: ExportState, *, rows: int | None = None, problem: Problem | None = None) -> bool:
        """It is made no more; False where it was forgotten, or had ended before."""
        with self._database.transaction() as db:
            cursor = db.execute(
                f"UPDATE export SET state = ?, rows = coalesce(?, rows), problem = ? WHERE id = ? AND {OPEN}",
                [state.value, rows, problem_to_json(problem), id],
            )
            return bool(cursor.rowcount)

    def stop(self, id: str) -> None:
        """Have its maker throw it away."""
        with self._database.transaction() as db:
            db.execute("UPDATE export SET is_stopped = 1 WHERE id = ?", [id])

    def note(self, id: str) -> bool:
        """It was fetched; whether for the first time."""
        with self._database.transaction() as db:
            cursor = db.execute("UPDATE export SET is_noted = 1 WHERE id = ? AND NOT is_noted", [id])
            return bool(cursor.rowcount)

    def forget(self, id: str) -> None:
        """Its file is gone."""
        with self._database.transaction() as db:
            db.execute("DELETE FROM export WHERE id = ?", [id])


def _export(row: Row) -> Export:
    return Export(
        id=row["id"],
        person=row["person"],
        device=row["device"],
        visit=row["visit"],
        made_in=row["made_in"],
        format=row["format"],
        zone=row["zone"],
        words=row["words"],
        total=row["total"],
        started_at=from_epoch(row["started_at"]),
        facts=json.loads(row["facts"]),
        state=ExportState(row["state"]),
        rows=row["rows"],
        problem=problem_from_json(row["problem"]),
        is_stopped=bool(row["is_stopped"]),
        is_noted=bool(row["is_noted"]),
    )

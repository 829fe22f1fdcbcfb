"""The table `saved_view`: a name and the address parameters behind it, per person."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from dashboard.store.engine.database import Database
from dashboard.store.engine.dialect import on_repeat


class SavedViewTable:
    """Keeps views; a name that differs only in case is the same name."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def list(self, person: str) -> list[dict[str, Any]]:
        """`{name, query, saved_at}` of one person, by name."""
        query = "SELECT name, query, saved_at FROM saved_view WHERE person = ? ORDER BY name"
        return list(self._database.handle.query(query, [person]))

    def save(self, person: str, name: str, query: str, at: datetime) -> None:
        """Keep a view; one of the same name is replaced."""
        with self._database.transaction() as db:
            db.execute(
                "INSERT INTO saved_view (person, name, query, saved_at) VALUES (?, ?, ?, ?)"
                f"{on_repeat('person, name')} name = excluded.name, query = excluded.query,"
                " saved_at = excluded.saved_at",
                [person, name, query, int(at.timestamp())],
            )

    def remove(self, person: str, name: str) -> bool:
        """Forget a view; says whether there was one."""
        with self._database.transaction() as db:
            cursor = db.execute("DELETE FROM saved_view WHERE person = ? AND name = ?", [person, name])
            return bool(cursor.rowcount)

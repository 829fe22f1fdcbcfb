"""The table `inbox_mark`: who works on a line of the inbox, what they noted, and whether they are done with it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from dashboard.domain.inbox import InboxKind, InboxMark
from dashboard.store.engine.database import Database
from dashboard.store.engine.dialect import LISTED, on_repeat
from dashboard.store.sql import from_epoch, select, to_epoch, to_json


class InboxMarkTable:
    """Keeps one mark for each line that somebody has touched."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, kind: InboxKind, subjects: Sequence[str]) -> dict[str, InboxMark]:
        """The marks of these lines, by their subjects."""
        if not subjects:
            return {}
        query = f"SELECT * FROM inbox_mark WHERE kind = ? AND subject IN {LISTED}"
        rows = select(self._database.handle, query, [kind.value, to_json(list(subjects))])
        return {
            row["subject"]: InboxMark(
                kind,
                row["subject"],
                row["assignee"],
                row["note"],
                row["done_as"],
                row["changed_by"],
                from_epoch(row["changed_at"]),
            )
            for row in rows
        }

    def get(self, kind: InboxKind, subject: str) -> InboxMark:
        """The mark of a line; an empty one where nobody has touched it."""
        return self.of(kind, [subject]).get(subject) or InboxMark(kind, subject)

    def put(self, mark: InboxMark, person: str, at: datetime) -> None:
        """Keep it."""
        with self._database.transaction() as db:
            db.execute(
                "INSERT INTO inbox_mark (kind, subject, assignee, note, done_as, changed_by, changed_at)"
                f" VALUES (?, ?, ?, ?, ?, ?, ?){on_repeat('kind, subject')} assignee = excluded.assignee,"
                " note = excluded.note, done_as = excluded.done_as, changed_by = excluded.changed_by,"
                " changed_at = excluded.changed_at",
                [mark.kind.value, mark.subject, mark.assignee, mark.note, mark.done_as, person, to_epoch(at)],
            )

    def assignees(self) -> list[str]:
        """Everybody whom a line was given to, by name."""
        query = "SELECT DISTINCT assignee FROM inbox_mark WHERE assignee <> '' ORDER BY assignee"
        return [row["assignee"] for row in select(self._database.handle, query, [])]

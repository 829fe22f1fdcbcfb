"""The table `stripe_approval`: our operations that wait for somebody at Stripe."""

from __future__ import annotations

from datetime import datetime

from dashboard.store.engine.database import Database
from dashboard.store.sql import select, select_one, to_epoch

# A row of ours whose operation waits at Stripe; what else is said of it is said in its own table.
WAITS = (
    "EXISTS (SELECT 1 FROM stripe_approval w WHERE w.kind = '{kind}' AND w.subject = {subject} AND w.state = 'waiting')"
)


class StripeApprovalTable:
    """Keeps what Stripe holds, one open row for each operation."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def note(self, kind: str, subject: str, approval_id: str, at: datetime) -> None:
        """Keep that an operation waits there."""
        with self._database.transaction() as db:
            if self.open(kind, subject) is None:
                db.execute(
                    "INSERT INTO stripe_approval (kind, subject, approval_id, state, seen_at)"
                    " VALUES (?, ?, ?, 'waiting', ?)",
                    [kind, subject, approval_id, to_epoch(at)],
                )

    def end(self, kind: str, subject: str, at: datetime) -> None:
        """It waits no more, however that came."""
        query = (
            "UPDATE stripe_approval SET state = 'ended', ended_at = ? WHERE kind = ? AND subject = ?"
            " AND state = 'waiting'"
        )
        with self._database.transaction() as db:
            db.execute(query, [to_epoch(at), kind, subject])

    def open(self, kind: str, subject: str) -> str | None:
        """Stripe's id of the question that is open, empty where it named none; None where nothing waits."""
        query = "SELECT approval_id FROM stripe_approval WHERE kind = ? AND subject = ? AND state = 'waiting'"
        row = select_one(self._database.handle, query, [kind, subject])
        return row["approval_id"] if row else None

    def was(self, kind: str, subject: str) -> bool:
        """Whether an operation ever waited there."""
        query = "SELECT 1 AS n FROM stripe_approval WHERE kind = ? AND subject = ? LIMIT 1"
        return select_one(self._database.handle, query, [kind, subject]) is not None

    def count(self) -> tuple[int, int]:
        """How many ever waited there, and how many do now."""
        query = (
            "SELECT count(*) AS n, coalesce(sum(CASE WHEN state = 'waiting' THEN 1 ELSE 0 END), 0) AS open"
            " FROM stripe_approval"
        )
        (row,) = select(self._database.handle, query, [])
        return int(row["n"]), int(row["open"])

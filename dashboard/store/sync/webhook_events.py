"""What providers told by webhook: each event once, in the transaction of its effect."""

from __future__ import annotations

from datetime import datetime, timedelta

from dashboard.store.engine.database import Database
from dashboard.store.sql import from_epoch, insert, select, select_one, to_epoch

KEPT_FOR = timedelta(days=30)  # both providers give up repeating one long before


class WebhookTable:
    """The table `webhook_event`. Every method joins the caller's transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, provider: str, id: str, kind: str, at: datetime, *, done: bool) -> bool:
        """Note an event; False where it was noted before, and then nothing may be done again.

        `done` where its effect is in the same transaction, and nothing is left to read because of it.
        """
        with self._database.transaction() as db:
            db.execute("DELETE FROM webhook_event WHERE received_at < ?", [to_epoch(at - KEPT_FOR)])
            moment = to_epoch(at)
            row = {"provider": provider, "id": id, "kind": kind, "received_at": moment}
            return insert(db, "webhook_event", {**row, "done_at": moment if done else None}, ignore=True)

    def has(self, provider: str, id: str) -> bool:
        """Whether an event was noted before."""
        query = "SELECT 1 FROM webhook_event WHERE provider = ? AND id = ?"
        return select_one(self._database.handle, query, [provider, id]) is not None

    def open(self, provider: str) -> dict[str, datetime]:
        """Events that wait for a read, and when they came."""
        query = "SELECT id, received_at FROM webhook_event WHERE provider = ? AND done_at IS NULL ORDER BY received_at"
        return {row["id"]: from_epoch(row["received_at"]) for row in select(self._database.handle, query, [provider])}

    def finish(self, provider: str, ids: set[str], at: datetime) -> None:
        """What these events point at has been read."""
        with self._database.transaction() as db:
            db.conn.executemany(
                "UPDATE webhook_event SET done_at = ? WHERE provider = ? AND id = ? AND done_at IS NULL",
                [(to_epoch(at), provider, id) for id in sorted(ids)],
            )

    def last(self, provider: str) -> datetime | None:
        """When the last event of a provider came."""
        query = "SELECT max(received_at) AS at FROM webhook_event WHERE provider = ?"
        row = select_one(self._database.handle, query, [provider])
        return from_epoch(row["at"]) if row and row["at"] is not None else None

"""What Stripe says that it holds: the last reading of its balance."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard.domain.stripe_balance import Held
from dashboard.store.engine.database import Database
from dashboard.store.sql import select


class StripeBalanceTable:
    """Reads and writes `stripe_balance`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, found: Sequence[Held], read_at: int) -> None:
        """A new reading in place of the last one; epoch seconds. Joins the caller's transaction."""
        with self._database.transaction() as db:
            db.execute("DELETE FROM stripe_balance")
            db.conn.executemany(
                "INSERT INTO stripe_balance (currency, source_type, available, pending, read_at)"
                " VALUES (?, ?, ?, ?, ?)",
                [(one.currency, one.source_type, one.available, one.pending, read_at) for one in found],
            )

    def read(self) -> tuple[list[Held], int | None]:
        """The last reading and when it was made (epoch seconds); nothing and None where there was none."""
        rows = select(self._database.handle, "SELECT * FROM stripe_balance ORDER BY currency, source_type", [])
        found = [Held(row["currency"], row["source_type"], row["available"], row["pending"]) for row in rows]
        return found, rows[0]["read_at"] if rows else None

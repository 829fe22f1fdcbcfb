"""Access tokens that are to be changed for new ones, one row for each connection: how its last change went.

Who ordered it, its tries and its problem are its job's.
"""

from __future__ import annotations

from enum import StrEnum

from dashboard.store.engine.database import Database
from dashboard.store.engine.dialect import ADDED, on_repeat
from dashboard.store.sql import select


class Rotation(StrEnum):
    """How far the change of one access token has come.

    `sent` is the time in which Plaid may have ended the old token; `lost` says that it did and the new one never came.
    """

    WANTED = "wanted"
    SENT = "sent"
    DONE = "done"
    REFUSED = "refused"
    LOST = "lost"


class TokenRotationTable:
    """The table `token_rotation`, by our item id."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def candidates(self) -> list[str]:
        """The connections whose token Plaid can change: those of the current generation that hold one."""
        query = (
            "SELECT id FROM item WHERE generation = 'current' AND access_token IS NOT NULL"
            f" AND state NOT IN ('removing', 'removed') ORDER BY created_at, {ADDED}"
        )
        return [row["id"] for row in select(self._database.handle, query, [])]

    def get(self, id: str) -> Rotation | None:
        """How far the last change of a connection's token has come; None where it was never changed."""
        rows = select(self._database.handle, "SELECT state FROM token_rotation WHERE id = ?", [id])
        return Rotation(rows[0]["state"]) if rows else None

    def set_state(self, id: str, state: Rotation) -> None:
        """Keep how far it has come. The database refuses to change one that has ended, but by a new order."""
        with self._database.transaction() as db:
            db.execute(
                f"INSERT INTO token_rotation (id, state) VALUES (?, ?){on_repeat('id')} state = excluded.state",
                [id, state.value],
            )

    def lost(self) -> list[str]:
        """Connections whose token is gone for good and that nobody has taken down or linked anew since."""
        query = (
            "SELECT r.id FROM token_rotation r JOIN item i ON i.id = r.id WHERE r.state = 'lost'"
            f" AND i.state NOT IN ('removing', 'removed') ORDER BY r.{ADDED}"
        )
        return [row["id"] for row in select(self._database.handle, query, [])]

    def counts(self) -> dict[Rotation, int]:
        """How many changes stand where."""
        rows = select(self._database.handle, "SELECT state, count(*) AS n FROM token_rotation GROUP BY state", {})
        return {Rotation(row["state"]): row["n"] for row in rows}

"""Access tokens that are to be changed for new ones, one row for each connection: how its last change went."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from dashboard.models import Problem
from dashboard.store.database import Database
from dashboard.store.rows import (
    Row,
    check_lease,
    drop_lease,
    from_epoch,
    maybe_from_epoch,
    problem_from_json,
    problem_to_json,
    select,
    select_one,
    take_lease,
    to_epoch,
    update,
)


class Rotation(StrEnum):
    """How far the change of one access token has come.

    `sent` is the time in which Plaid may have ended the old token; `lost` says that it did and the new one never came.
    """

    WANTED = "wanted"
    SENT = "sent"
    DONE = "done"
    REFUSED = "refused"
    LOST = "lost"


@dataclass(frozen=True)
class TokenRotation:
    """The change of one connection's access token, by our item id."""

    id: str
    state: Rotation
    wanted_by: str
    address: str
    wanted_at: datetime
    ended_at: datetime | None
    problem: Problem | None
    lease_owner: str | None


class TokenRotationRows:
    """The table `token_rotation`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def candidates(self) -> list[str]:
        """The connections whose token Plaid can change: those of the current generation that hold one."""
        query = (
            "SELECT id FROM item WHERE generation = 'current' AND access_token IS NOT NULL"
            " AND state NOT IN ('removing', 'removed') ORDER BY created_at, rowid"
        )
        return [row["id"] for row in select(self._database.handle, query, [])]

    def want(self, id: str, wanted_by: str, address: str, at: datetime) -> bool:
        """Keep that this token is to be changed; False while a change of it goes on already."""
        values = {"id": id, "by": wanted_by, "address": address, "at": to_epoch(at)}
        with self._database.transaction() as db:
            cursor = db.execute(
                "INSERT INTO token_rotation (id, state, wanted_by, address, wanted_at, next_at)"
                " VALUES (:id, 'wanted', :by, :address, :at, 0) ON CONFLICT (id) DO UPDATE SET state = 'wanted',"
                " wanted_by = :by, address = :address, wanted_at = :at, ended_at = NULL, problem = NULL, next_at = 0"
                " WHERE state NOT IN ('wanted', 'sent')",
                values,
            )
            return bool(cursor.rowcount)

    def get(self, id: str) -> TokenRotation | None:
        """The last change of one connection's token."""
        row = select_one(self._database.handle, "SELECT * FROM token_rotation WHERE id = ?", [id])
        return _read(row) if row else None

    def open(self) -> list[TokenRotation]:
        """The changes that have not ended, oldest first."""
        query = "SELECT * FROM token_rotation WHERE state IN ('wanted', 'sent') ORDER BY wanted_at, rowid"
        return [_read(row) for row in select(self._database.handle, query, [])]

    def due(self, now: datetime) -> list[str]:
        """The connections whose change can be gone on with now."""
        query = (
            "SELECT id FROM token_rotation WHERE state IN ('wanted', 'sent') AND next_at <= ? ORDER BY wanted_at, rowid"
        )
        return [row["id"] for row in select(self._database.handle, query, [to_epoch(now)])]

    def lost(self) -> list[TokenRotation]:
        """Connections whose token is gone for good and that nobody has taken down or linked anew since."""
        query = (
            "SELECT r.* FROM token_rotation r JOIN item i ON i.id = r.id WHERE r.state = 'lost'"
            " AND i.state NOT IN ('removing', 'removed') ORDER BY r.ended_at, r.rowid"
        )
        return [_read(row) for row in select(self._database.handle, query, [])]

    def counts(self) -> dict[Rotation, int]:
        """How many changes stand where."""
        rows = select(self._database.handle, "SELECT state, count(*) AS n FROM token_rotation GROUP BY state", {})
        return {Rotation(row["state"]): row["n"] for row in rows}

    def save(
        self,
        id: str,
        owner: str,
        state: Rotation,
        at: datetime,
        *,
        problem: Problem | None = None,
        next_at: datetime | None = None,
    ) -> None:
        """Keep how far it has come. Raises LeaseLost."""
        values: dict[str, object] = {"state": state.value, "problem": problem_to_json(problem)}
        values["next_at"] = to_epoch(next_at) if next_at else 0
        if state not in {Rotation.WANTED, Rotation.SENT}:
            values["ended_at"] = to_epoch(at)
        with self._database.transaction() as db:
            check_lease(db, "token_rotation", id, owner)
            update(db, "token_rotation", id, values)

    def take(self, id: str, owner: str, now: datetime, until: datetime) -> bool:
        """Take the lease; False where another worker holds it."""
        with self._database.transaction() as db:
            return take_lease(db, "token_rotation", id, owner, to_epoch(now), to_epoch(until))

    def drop(self, id: str, owner: str) -> None:
        """Give the lease back."""
        with self._database.transaction() as db:
            drop_lease(db, "token_rotation", id, owner)


def _read(row: Row) -> TokenRotation:
    return TokenRotation(
        id=row["id"],
        state=Rotation(row["state"]),
        wanted_by=row["wanted_by"],
        address=row["address"],
        wanted_at=from_epoch(row["wanted_at"]),
        ended_at=maybe_from_epoch(row["ended_at"]),
        problem=problem_from_json(row["problem"]),
        lease_owner=row["lease_owner"],
    )

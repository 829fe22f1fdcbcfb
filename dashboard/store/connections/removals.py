"""Connections that are taken down: why, what replaces them, and which of the two providers is done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from dashboard.domain.models import Ended
from dashboard.store.engine.database import Database
from dashboard.store.jobs import wake
from dashboard.store.sql import Row, insert, maybe_from_epoch, select, select_one, to_epoch, update


@dataclass(frozen=True)
class Removal:
    """The end of one connection, by our item id; `plaid_at` and `done_at` say how far it has come.

    Who ordered it and when, its tries and its problem are its job's.
    """

    item_id: str
    why: Ended
    replaced_by: str | None
    plaid_at: datetime | None
    done_at: datetime | None


class RemovalTable:
    """The table `item_removal`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, removal: Removal) -> bool:
        """Insert a removal; False where this connection is being removed, or was, already."""
        row = {"id": removal.item_id, "why": removal.why.value, "replaced_by": removal.replaced_by}
        with self._database.transaction() as db:
            return insert(db, "item_removal", row, ignore=True)

    def get(self, item_id: str) -> Removal | None:
        """The removal of one connection."""
        row = select_one(self._database.handle, "SELECT * FROM item_removal WHERE id = ?", [item_id])
        return _read(row) if row else None

    def requested(self) -> list[tuple[str, str, str]]:
        """Accounts that a newer link, which is ready now, is to replace: the attempt, the old item, the new account."""
        query = (  # the plus keeps SQLite on the index of the few that replace something
            "SELECT l.id, o.item_id, l.bank_account_id FROM link_attempt l JOIN bank_account o ON o.id = l.replaces"
            " WHERE l.replaces IS NOT NULL AND +l.state = 'authorized' AND o.ended IS NULL AND o.item_id <> l.item_id"
            " ORDER BY l.updated_at"
        )
        rows = select(self._database.handle, query, [])
        return [(row["id"], row["item_id"], row["bank_account_id"]) for row in rows]

    def note_plaid(self, item_id: str, at: datetime) -> None:
        """Plaid has ended it."""
        with self._database.transaction() as db:
            update(db, "item_removal", item_id, {"plaid_at": to_epoch(at)})

    def finish(self, item_id: str, at: datetime) -> None:
        """Nothing of it is left at either provider; an erasure that waits for it goes on."""
        whose = "SELECT coalesce(c.merged_into, c.id) AS id FROM item i JOIN customer c ON c.id = i.customer_id"
        with self._database.transaction() as db:
            update(db, "item_removal", item_id, {"done_at": to_epoch(at)})
            owners = select(db, f"{whose} WHERE i.id = ?", [item_id])
            wake(db.conn, "erasure", [row["id"] for row in owners])


def _read(row: Row) -> Removal:
    return Removal(
        item_id=row["id"],
        why=Ended(row["why"]),
        replaced_by=row["replaced_by"],
        plaid_at=maybe_from_epoch(row["plaid_at"]),
        done_at=maybe_from_epoch(row["done_at"]),
    )

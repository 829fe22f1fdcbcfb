"""Connections that are taken down: at Plaid first, then at Stripe, and which of them is done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from dashboard.models import Ended, Problem
from dashboard.store.database import Database
from dashboard.store.rows import (
    Row,
    check_lease,
    drop_lease,
    from_epoch,
    insert,
    maybe_from_epoch,
    problem_from_json,
    problem_to_json,
    select,
    select_one,
    take_lease,
    to_epoch,
    update,
)


@dataclass(frozen=True)
class Removal:
    """The end of one connection, by our item id; `plaid_at` and `done_at` say how far it has come."""

    item_id: str
    why: Ended
    replaced_by: str | None
    operator: str
    operator_address: str
    started_at: datetime
    plaid_at: datetime | None
    done_at: datetime | None
    problem: Problem | None
    lease_owner: str | None


class RemovalRows:
    """The table `item_removal`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, removal: Removal, next_at: datetime) -> bool:
        """Insert a removal; False where this connection is being removed, or was, already."""
        with self._database.transaction() as db:
            return insert(
                db,
                "item_removal",
                {
                    "id": removal.item_id,
                    "why": removal.why.value,
                    "replaced_by": removal.replaced_by,
                    "operator": removal.operator,
                    "operator_address": removal.operator_address,
                    "started_at": to_epoch(removal.started_at),
                    "next_at": to_epoch(next_at),
                },
                ignore=True,
            )

    def get(self, item_id: str) -> Removal | None:
        """The removal of one connection."""
        row = select_one(self._database.handle, "SELECT * FROM item_removal WHERE id = ?", [item_id])
        return _read(row) if row else None

    def unfinished(self) -> list[Removal]:
        """What is not taken down at both providers yet, oldest first."""
        query = "SELECT * FROM item_removal WHERE done_at IS NULL ORDER BY started_at, rowid"
        return [_read(row) for row in select(self._database.handle, query, [])]

    def wanted(self) -> list[tuple[str, str, str]]:
        """Accounts that a newer link, which is ready now, is to replace: the attempt, the old item, the new account."""
        query = (  # the plus keeps SQLite on the index of the few that replace something
            "SELECT l.id, o.item_id, l.bank_account_id FROM link_attempt l JOIN bank_account o ON o.id = l.replaces"
            " WHERE l.replaces IS NOT NULL AND +l.state = 'authorized' AND o.ended IS NULL AND o.item_id <> l.item_id"
            " ORDER BY l.updated_at"
        )
        rows = select(self._database.handle, query, [])
        return [(row["id"], row["item_id"], row["bank_account_id"]) for row in rows]

    def due(self, now: datetime) -> list[str]:
        """The connections whose removal can be gone on with now."""
        query = "SELECT id FROM item_removal WHERE done_at IS NULL AND next_at <= ? ORDER BY next_at, rowid"
        return [row["id"] for row in select(self._database.handle, query, [to_epoch(now)])]

    def note_plaid(self, item_id: str, owner: str, at: datetime) -> None:
        """Plaid has ended it. Raises LeaseLost."""
        self._save(item_id, owner, {"plaid_at": to_epoch(at), "problem": None})

    def hold(self, item_id: str, owner: str) -> None:
        """Nothing where this worker still has the removal. Raises LeaseLost."""
        with self._database.transaction() as db:
            check_lease(db, "item_removal", item_id, owner)

    def finish(self, item_id: str, owner: str, at: datetime) -> None:
        """Nothing of it is left at either provider. Raises LeaseLost."""
        self._save(item_id, owner, {"done_at": to_epoch(at), "problem": None})

    def keep_problem(self, item_id: str, owner: str, problem: Problem, next_at: datetime) -> None:
        """Why it does not go on, and when it is tried again. Raises LeaseLost."""
        self._save(item_id, owner, {"problem": problem_to_json(problem), "next_at": to_epoch(next_at)})

    def hurry(self, item_id: str, at: datetime) -> None:
        """Try it again now."""
        with self._database.transaction() as db:
            update(db, "item_removal", item_id, {"next_at": to_epoch(at)})

    def take(self, item_id: str, owner: str, now: datetime, until: datetime) -> bool:
        """Take the lease; False where another worker holds it."""
        with self._database.transaction() as db:
            return take_lease(db, "item_removal", item_id, owner, to_epoch(now), to_epoch(until))

    def drop(self, item_id: str, owner: str) -> None:
        """Give the lease back."""
        with self._database.transaction() as db:
            drop_lease(db, "item_removal", item_id, owner)

    def _save(self, item_id: str, owner: str, values: dict[str, object]) -> None:
        with self._database.transaction() as db:
            check_lease(db, "item_removal", item_id, owner)
            update(db, "item_removal", item_id, values)


def _read(row: Row) -> Removal:
    return Removal(
        item_id=row["id"],
        why=Ended(row["why"]),
        replaced_by=row["replaced_by"],
        operator=row["operator"],
        operator_address=row["operator_address"],
        started_at=from_epoch(row["started_at"]),
        plaid_at=maybe_from_epoch(row["plaid_at"]),
        done_at=maybe_from_epoch(row["done_at"]),
        problem=problem_from_json(row["problem"]),
        lease_owner=row["lease_owner"],
    )

"""The table `customer_telling`: customers whose name or e-mail Stripe does not have yet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from dashboard.models import Problem
from dashboard.store.database import Database
from dashboard.store.rows import new_id, problem_from_json, problem_to_json, select, select_one, to_epoch


@dataclass(frozen=True)
class Telling:
    """A customer whom Stripe is to be told about; `is_refused` where Stripe said no and a person has to look."""

    customer_id: str
    version: str
    problem: Problem | None
    is_refused: bool


class TellingRows:
    """What waits to be told; a row goes when Stripe knows."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def want(self, customer_id: str, at: datetime) -> None:
        """Keep that Stripe has to be told; a wish that waits already becomes a newer one."""
        with self._database.transaction() as db:
            db.execute(
                "INSERT INTO customer_telling (customer_id, version, wanted_at) VALUES (?, ?, ?)"
                " ON CONFLICT (customer_id) DO UPDATE SET version = excluded.version, wanted_at = excluded.wanted_at,"
                " problem = NULL, refused = 0",
                [customer_id, new_id("tell"), to_epoch(at)],
            )

    def get(self, customer_id: str) -> Telling | None:
        """What waits for one customer."""
        row = select_one(self._database.handle, "SELECT * FROM customer_telling WHERE customer_id = ?", [customer_id])
        if row is None:
            return None
        return Telling(row["customer_id"], row["version"], problem_from_json(row["problem"]), bool(row["refused"]))

    def due(self, now: datetime, limit: int = 100) -> list[str]:
        """The customers whose telling waits and is not being sent, oldest first."""
        query = (
            "SELECT customer_id FROM customer_telling WHERE refused = 0 AND lease_until < ? ORDER BY wanted_at LIMIT ?"
        )
        return [row["customer_id"] for row in select(self._database.handle, query, [to_epoch(now), limit])]

    def take(self, customer_id: str, now: datetime, until: datetime) -> bool:
        """Take the customer's telling for oneself until a time; False where somebody else has it."""
        with self._database.transaction() as db:
            cursor = db.execute(
                "UPDATE customer_telling SET lease_until = ? WHERE customer_id = ? AND lease_until < ?",
                [to_epoch(until), customer_id, to_epoch(now)],
            )
            return bool(cursor.rowcount)

    def done(self, customer_id: str, version: str) -> bool:
        """Forget what was told; False where a newer wish came meanwhile, which stays and is free again."""
        with self._database.transaction() as db:
            told = db.execute(
                "DELETE FROM customer_telling WHERE customer_id = ? AND version = ?", [customer_id, version]
            ).rowcount
            db.execute("UPDATE customer_telling SET lease_until = 0 WHERE customer_id = ?", [customer_id])
            return bool(told)

    def postpone(self, customer_id: str, until: datetime) -> None:
        """Leave the telling alone until a time."""
        with self._database.transaction() as db:
            values = [to_epoch(until), customer_id]
            db.execute("UPDATE customer_telling SET lease_until = ? WHERE customer_id = ?", values)

    def keep_problem(self, customer_id: str, version: str, problem: Problem, *, refused: bool, until: datetime) -> None:
        """Keep why it did not work, and when it may be tried again; a newer wish is free at once."""
        with self._database.transaction() as db:
            db.execute(
                "UPDATE customer_telling SET problem = ?, refused = ?, lease_until = ?"
                " WHERE customer_id = ? AND version = ?",
                [problem_to_json(problem), int(refused), to_epoch(until), customer_id, version],
            )
            free = "UPDATE customer_telling SET lease_until = 0 WHERE customer_id = ? AND version <> ?"
            db.execute(free, [customer_id, version])

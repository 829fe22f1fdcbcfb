"""The table `payment_tick`: which payments, in which state, a person is done with."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from dashboard.store.engine.database import Database
from dashboard.store.engine.dialect import on_repeat
from dashboard.store.sql import to_epoch


class PaymentTickTable:
    """Keeps ticks; each is one person's own."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, person: str) -> set[tuple[str, str]]:
        """What a person has ticked off: payment and state."""
        query = "SELECT payment_id, state FROM payment_tick WHERE person = ?"
        return {(row["payment_id"], row["state"]) for row in self._database.handle.query(query, [person])}

    def add(self, person: str, marks: Iterable[tuple[str, str]], at: datetime, *, forget_before: datetime) -> None:
        """Keep these, and forget this person's that are older."""
        with self._database.transaction() as db:
            db.execute("DELETE FROM payment_tick WHERE person = ? AND ticked_at < ?", [person, to_epoch(forget_before)])
            for payment, state in marks:
                db.execute(
                    "INSERT INTO payment_tick (person, payment_id, state, ticked_at) VALUES (?, ?, ?, ?)"
                    f"{on_repeat('person, payment_id, state')} ticked_at = excluded.ticked_at",
                    [person, payment, state, to_epoch(at)],
                )

    def remove(self, person: str, marks: Iterable[tuple[str, str]]) -> None:
        """Forget these."""
        with self._database.transaction() as db:
            for payment, state in marks:
                db.execute(
                    "DELETE FROM payment_tick WHERE person = ? AND payment_id = ? AND state = ?",
                    [person, payment, state],
                )

"""What debits reserve of the limits, and the rules that were in force at the last start."""

from __future__ import annotations

import json
from datetime import datetime
from typing import NamedTuple

from dashboard.domain.limits import Limit, ReservationState
from dashboard.store.engine.database import Database
from dashboard.store.sql import insert, select, select_one, to_epoch, to_json

# Whose reservations a limit counts; the desk's counts all.
_WHOSE = {
    Limit.CUSTOMER_DAY: "customer_id = :whose AND",
    Limit.CUSTOMER_MONTH: "customer_id = :whose AND",
    Limit.MAKER_DAY: "maker = :whose AND",
    Limit.DESK_DAY: "",
}
# A row of a batch reserves by itself until it is a debit, whose reservation takes its place in the same transaction.
_QUEUED = {
    Limit.CUSTOMER_DAY: "batch_row r WHERE r.customer_id = :whose AND",
    Limit.CUSTOMER_MONTH: "batch_row r WHERE r.customer_id = :whose AND",
    Limit.MAKER_DAY: "batch_row r JOIN batch b ON b.id = r.batch_id WHERE b.maker = :whose AND",
    Limit.DESK_DAY: "batch_row r WHERE",
}


class Waiting(NamedTuple):
    """A debit that is ordered and not taken yet: our id, what it is for, cents."""

    id: str
    reference: str
    cents: int


class LimitTable:
    """The tables `limit_reservation` and `limits_in_force`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def reserve(self, debit_id: str, customer_id: str, maker: str, cents: int, at: datetime) -> None:
        """Count a debit from now on, inside the transaction that orders it."""
        row = {"id": debit_id, "customer_id": customer_id, "maker": maker, "cents": cents}
        with self._database.transaction() as db:
            state = ReservationState.RESERVED.value
            insert(db, "limit_reservation", {**row, "state": state, "at": to_epoch(at)})

    def end(self, debit_id: str, state: ReservationState, at: datetime) -> None:
        """Post or release what a debit reserved; nothing where that ended already. A second end changes nothing."""
        with self._database.transaction() as db:
            query = "UPDATE limit_reservation SET state = ?, at = ? WHERE id = ? AND state = 'reserved'"
            db.execute(query, [state.value, to_epoch(at), debit_id])

    def state(self, debit_id: str) -> ReservationState | None:
        """Where a debit's reservation is; None where it never reserved."""
        row = select_one(self._database.handle, "SELECT state FROM limit_reservation WHERE id = ?", [debit_id])
        return ReservationState(row["state"]) if row else None

    def maker(self, debit_id: str) -> str:
        """Who ordered a debit, as limits count them; empty where it never reserved."""
        row = select_one(self._database.handle, "SELECT maker FROM limit_reservation WHERE id = ?", [debit_id])
        return str(row["maker"]) if row else ""

    def sums(self, limit: Limit, whose: str, since: datetime, *, without: str = "") -> tuple[int, int]:
        """Cents that are reserved, whenever that was, and cents that were posted since.

        `without` is the id of a debit, or of a batch's row, that is not counted.
        """
        query = (
            "SELECT coalesce(sum(CASE state WHEN 'reserved' THEN cents END), 0) AS reserved,"
            " coalesce(sum(CASE state WHEN 'posted' THEN cents END), 0) AS posted FROM limit_reservation"
            f" WHERE {_WHOSE[limit]} (state = 'reserved' OR (state = 'posted' AND at >= :since)) AND id <> :without"
        )
        queued = (
            "SELECT coalesce(sum(r.amount_cents), 0) AS queued FROM"
            f" {_QUEUED[limit]} r.state = 'queued' AND r.id <> :without"
        )
        values = {"whose": whose, "since": to_epoch(since), "without": without}
        (row,) = select(self._database.handle, query, values)
        (waits,) = select(self._database.handle, queued, values)
        return int(row["reserved"]) + int(waits["queued"]), int(row["posted"])

    def waiting(self, limit: Limit, whose: str, *, without: str = "", most: int = 3) -> list[Waiting]:
        """The largest debits, and rows of batches, that are reserved now."""
        query = (
            "SELECT r.id, d.invoice_reference, r.cents FROM limit_reservation r JOIN debit d ON d.id = r.id"
            f" WHERE {_WHOSE[limit].replace('customer_id', 'r.customer_id')} r.state = 'reserved' AND r.id <> :without"
            " UNION ALL SELECT r.id, r.reference, r.amount_cents FROM"
            f" {_QUEUED[limit]} r.state = 'queued' AND r.id <> :without"
            " ORDER BY 3 DESC, 1 LIMIT :most"
        )
        values = {"whose": whose, "without": without, "most": most}
        rows = select(self._database.handle, query, values)
        return [Waiting(row["id"], row["invoice_reference"], row["cents"]) for row in rows]

    def in_force(self) -> dict[str, str]:
        """The rules of the last start by the settings' names; empty before the first."""
        row = select_one(self._database.handle, "SELECT rules FROM limits_in_force", [])
        return dict(json.loads(row["rules"])) if row else {}

    def put_in_force(self, rules: dict[str, str], at: datetime) -> None:
        """Keep the rules of this start."""
        with self._database.transaction() as db:
            db.execute("DELETE FROM limits_in_force")
            insert(db, "limits_in_force", {"id": 1, "rules": to_json(rules), "since": to_epoch(at)})

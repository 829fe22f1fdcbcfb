"""What Plaid's Signal said of planned debits, and what was reported back to it."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from dashboard.domain.models import Assessment, RiskResult
from dashboard.store.engine.database import Database
from dashboard.store.sql import Row, from_epoch, insert, select, select_one, to_epoch, update

# Neither a report that is under way, nor one that Plaid has refused for good.
_NOT_ORDERED = (
    "NOT EXISTS (SELECT 1 FROM job j WHERE j.kind = 'risk_report' AND j.subject = a.id"
    " AND (j.ended_at IS NULL OR (j.step = ? AND j.state <> 'done')))"
)


class Returned(NamedTuple):
    """A debit that was assessed and came back: the assessment's id, the bank's code, and Stripe's."""

    id: str
    network_code: str | None
    reason: str | None


class RiskTable:
    """The table `risk_assessment`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, one: Assessment) -> None:
        """Insert what is about to be asked."""
        values = {
            "id": one.id,
            "bank_account_id": one.bank_account_id,
            "amount_cents": one.amount_cents,
            "asked_by": one.asked_by,
            "asked_at": to_epoch(one.asked_at),
        }
        with self._database.transaction() as db:
            insert(db, "risk_assessment", values)

    def answer(self, id: str, result: RiskResult, note: str | None) -> None:
        """Keep what Signal said."""
        with self._database.transaction() as db:
            update(db, "risk_assessment", id, {"result": result.value, "note": note})

    def get(self, id: str) -> Assessment | None:
        """One assessment."""
        row = select_one(self._database.handle, "SELECT * FROM risk_assessment WHERE id = ?", [id])
        return _assessment(row) if row else None

    def of_debit(self, debit_id: str) -> Assessment | None:
        """The assessment that a debit was ordered under."""
        row = select_one(self._database.handle, "SELECT * FROM risk_assessment WHERE debit_id = ?", [debit_id])
        return _assessment(row) if row else None

    def attach(self, id: str, debit_id: str, looked_by: str | None) -> None:
        """Make an assessment the one that a debit is ordered under, in place of an earlier one."""
        with self._database.transaction() as db:
            db.execute("UPDATE risk_assessment SET debit_id = NULL WHERE debit_id = ?", [debit_id])
            update(db, "risk_assessment", id, {"debit_id": debit_id, "looked_by": looked_by})

    def decided(self, unused_since: datetime, limit: int = 100) -> list[str]:
        """Assessments whose debit was made or will not be, and that Plaid was not told of, oldest first.

        One that nobody has used since `unused_since` will not be.
        """
        query = (
            "SELECT a.id FROM risk_assessment a LEFT JOIN debit d ON d.id = a.debit_id WHERE a.decision_at IS NULL"
            " AND (a.result = 'REROUTE' OR d.state IN ('submitted', 'refused', 'canceled')"
            f" OR (a.debit_id IS NULL AND a.asked_at < ?)) AND {_NOT_ORDERED} ORDER BY a.asked_at LIMIT ?"
        )
        rows = select(self._database.handle, query, [to_epoch(unused_since), "decision", limit])
        return [row["id"] for row in rows]

    def returned(self, limit: int = 100) -> list[Returned]:
        """Assessed debits that came back, early or late, and that Plaid was not told of."""
        query = (
            "SELECT a.id, c.network_code, p.reason FROM risk_assessment a JOIN debit d ON d.id = a.debit_id"
            " JOIN payment p ON p.intent_id = d.payment_intent_id LEFT JOIN charge c ON c.id = p.id"
            " WHERE a.return_at IS NULL AND a.debit_id IS NOT NULL AND p.state IN ('failed', 'returned_late')"
            f" AND {_NOT_ORDERED} LIMIT ?"
        )
        rows = select(self._database.handle, query, ["return", limit])
        return [Returned(row["id"], row["network_code"], row["reason"]) for row in rows]

    def return_code(self, id: str) -> str | None:
        """The code under which a return is to be reported."""
        row = select_one(self._database.handle, "SELECT return_code FROM risk_assessment WHERE id = ?", [id])
        return row["return_code"] if row else None

    def keep_return(self, id: str, code: str) -> None:
        """Keep the code before it is reported: a payment may fail and then be disputed, and is reported once."""
        with self._database.transaction() as db:
            update(db, "risk_assessment", id, {"return_code": code})

    def end_decision(self, id: str, made: bool, at: datetime) -> None:
        """Plaid knows whether the debit was made."""
        with self._database.transaction() as db:
            values = {"decision": "made" if made else "not_made", "decision_at": to_epoch(at)}
            update(db, "risk_assessment", id, values)

    def end_return(self, id: str, at: datetime) -> None:
        """Plaid knows of the return, or there is no code that could be reported."""
        with self._database.transaction() as db:
            update(db, "risk_assessment", id, {"return_at": to_epoch(at)})


def _assessment(row: Row) -> Assessment:
    return Assessment(
        id=row["id"],
        bank_account_id=row["bank_account_id"],
        amount_cents=row["amount_cents"],
        result=RiskResult(row["result"]) if row["result"] else None,
        note=row["note"],
        asked_by=row["asked_by"],
        asked_at=from_epoch(row["asked_at"]),
        debit_id=row["debit_id"],
        looked_by=row["looked_by"],
    )

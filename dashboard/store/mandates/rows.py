"""Mandates: what a customer authorized, when, how, and before whom; kept for good."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dashboard.store.engine.database import Database
from dashboard.store.engine.dialect import ADDED
from dashboard.store.sql import Row, from_epoch, insert, select, select_one, to_epoch, to_json


@dataclass(frozen=True)
class Mandate:
    """One authorization with its proof; `acceptance` is `online` or `offline` (Stripe: customer_acceptance)."""

    id: str
    bank_account_id: str
    customer_id: str
    stripe_mandate_id: str
    setup_intent_id: str
    status: str
    acceptance: str
    accepted_at: datetime
    text: str
    text_version: str
    evidence: dict[str, Any]
    operator: str
    operator_address: str
    link_session_id: str | None
    created_at: datetime


class MandateTable:
    """The table `mandate`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, mandate: Mandate) -> None:
        """Insert a mandate; one that is already kept (a step that ran twice) stays as it is."""
        with self._database.transaction() as db:
            insert(
                db,
                "mandate",
                {
                    **vars(mandate),
                    "evidence": to_json(mandate.evidence),
                    "accepted_at": to_epoch(mandate.accepted_at),
                    "created_at": to_epoch(mandate.created_at),
                },
                ignore=True,
            )

    def list(self, bank_account_id: str) -> list[Mandate]:
        """The mandates of one account, newest first."""
        rows = select(
            self._database.handle,
            f"SELECT * FROM mandate WHERE bank_account_id = ? ORDER BY created_at DESC, {ADDED} DESC",
            [bank_account_id],
        )
        return [_mandate(row) for row in rows]

    def get(self, id: str) -> Mandate | None:
        """One mandate by our id."""
        row = select_one(self._database.handle, "SELECT * FROM mandate WHERE id = ?", [id])
        return _mandate(row) if row else None

    def find(self, stripe_mandate_id: str) -> Mandate | None:
        """The mandate that has this id at Stripe, or None."""
        row = select_one(
            self._database.handle, "SELECT * FROM mandate WHERE stripe_mandate_id = ?", [stripe_mandate_id]
        )
        return _mandate(row) if row else None

    def of_debit(self, debit_id: str) -> str | None:
        """Stripe's id of the mandate of the account that a debit was ordered on, or None."""
        query = "SELECT b.mandate_id FROM debit d JOIN bank_account b ON b.id = d.bank_account_id WHERE d.id = ?"
        row = select_one(self._database.handle, query, [debit_id])
        return row["mandate_id"] if row else None

    def set_status(self, stripe_mandate_id: str, status: str) -> None:
        """Keep what Stripe now says of a mandate, here and at its accounts."""
        with self._database.transaction() as db:
            values = {"status": status, "id": stripe_mandate_id}
            db.execute("UPDATE mandate SET status = :status WHERE stripe_mandate_id = :id", values)
            db.execute("UPDATE bank_account SET mandate_status = :status WHERE mandate_id = :id", values)


def _mandate(row: Row) -> Mandate:
    return Mandate(
        **{
            **row,
            "evidence": json.loads(row["evidence"]),
            "accepted_at": from_epoch(row["accepted_at"]),
            "created_at": from_epoch(row["created_at"]),
        }
    )

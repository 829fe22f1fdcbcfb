"""What a customer accepted, word for word, before Link opened: kept by the attempt that it was accepted for."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dashboard.store.engine.database import Database
from dashboard.store.sql import from_epoch, insert, select_one, to_epoch, to_json


@dataclass(frozen=True)
class Acceptance:
    """One acceptance of the authorization; `how` is `online` or `offline`, as Stripe is told it."""

    how: str
    text: str
    version: str
    language: str
    business_name: str
    accepted_at: datetime
    operator: str
    operator_address: str
    facts: dict[str, Any]


class AcceptanceTable:
    """The table `link_acceptance`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, attempt_id: str, acceptance: Acceptance) -> None:
        """Keep what was accepted for an attempt."""
        with self._database.transaction() as db:
            insert(
                db,
                "link_acceptance",
                {
                    **vars(acceptance),
                    "attempt_id": attempt_id,
                    "accepted_at": to_epoch(acceptance.accepted_at),
                    "facts": to_json(acceptance.facts),
                },
            )

    def get(self, attempt_id: str) -> Acceptance | None:
        """What was accepted for an attempt, or None."""
        row = select_one(self._database.handle, "SELECT * FROM link_acceptance WHERE attempt_id = ?", [attempt_id])
        if row is None:
            return None
        del row["attempt_id"]
        return Acceptance(**{**row, "accepted_at": from_epoch(row["accepted_at"]), "facts": json.loads(row["facts"])})

"""What has waited so long that somebody hears of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from dashboard.store.approvals.at_stripe import WAITS
from dashboard.store.engine.database import Database
from dashboard.store.sql import from_epoch, select, to_epoch


@dataclass(frozen=True)
class Unknown:
    """A debit or a refund of ours whose outcome is looked for since then, in cents."""

    id: str
    what: str
    cents: int
    currency: str
    since: datetime


class WaitingReader:
    """Reads debits and refunds along their states; there are few that are not ended."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def unknown(self, before: datetime | None = None) -> list[Unknown]:
        """What is unknown, the longest first; since before a time, where one is given."""
        query = (
            "SELECT id, 'debit' AS what, amount_cents AS cents, currency, updated_at FROM debit"
            f" WHERE state = 'unknown' AND NOT {WAITS.format(kind='debit', subject='debit.id')}"
            " UNION ALL SELECT id, 'refund', cents, currency, updated_at FROM refund_order"
            f" WHERE state = 'unknown' AND NOT {WAITS.format(kind='refund', subject='refund_order.id')}"
            " ORDER BY updated_at"
        )
        limit = to_epoch(before) if before else None
        return [
            Unknown(row["id"], row["what"], row["cents"], row["currency"], from_epoch(row["updated_at"]))
            for row in select(self._database.handle, query, [])
            if limit is None or row["updated_at"] <= limit
        ]

"""Payouts and the balance transactions in them."""

from __future__ import annotations

from typing import Any

from dashboard.store.database import Database


class PayoutRows:
    """Reads `payout` and `settlement`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def recent(self, limit: int = 100) -> list[dict[str, Any]]:
        """The newest payouts, each with the count and net sum (cents) of what is known to be in it."""
        query = (
            "SELECT p.*, (SELECT count(*) FROM settlement WHERE payout_id = p.id AND type <> 'payout') AS parts,"
            " (SELECT coalesce(sum(net), 0) FROM settlement WHERE payout_id = p.id AND type <> 'payout') AS net"
            " FROM payout p ORDER BY created DESC, id LIMIT ?"
        )
        return list(self._database.handle.query(query, [limit]))

    def get(self, id: str) -> dict[str, Any] | None:
        """One payout, or None."""
        return next(iter(self._database.handle.query("SELECT * FROM payout WHERE id = ?", [id])), None)

    def parts(self, id: str) -> list[dict[str, Any]]:
        """The balance transactions in a payout, each with the payment's customer and reference where it is one."""
        query = (
            "SELECT s.*, m.customer, m.reference FROM settlement s LEFT JOIN payment m ON m.id = s.source_id"
            " WHERE s.payout_id = ? AND s.type <> 'payout' ORDER BY s.created, s.id"
        )
        return list(self._database.handle.query(query, [id]))

"""Payouts and the balance transactions in them."""

from __future__ import annotations

from typing import Any

from dashboard.store.engine.database import Database

_LINES = """
WITH p AS (SELECT * FROM payout WHERE {which} ORDER BY arrival DESC, created DESC, id LIMIT :limit OFFSET :offset)
SELECT p.*, count(s.id) AS parts, coalesce(sum(s.net), 0) AS net
FROM p LEFT JOIN balance_transaction s ON s.payout_id = p.id AND s.type <> 'payout'
GROUP BY p.id ORDER BY p.arrival DESC, p.created DESC, p.id
"""


class PayoutTable:
    """Reads `payout` and `balance_transaction`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def recent(self, limit: int, offset: int = 0) -> list[dict[str, Any]]:
        """The payouts that arrive last, each with the count and net sum (cents) of what is known to be in it."""
        sql = _LINES.format(which="TRUE")
        return list(self._database.handle.query(sql, {"limit": limit, "offset": offset}))

    def get(self, id: str) -> dict[str, Any] | None:
        """One payout, as `recent` gives it, or None."""
        sql = _LINES.format(which="id = :id")
        return next(iter(self._database.handle.query(sql, {"id": id, "limit": 1, "offset": 0})), None)

    def sums(self, id: str) -> list[dict[str, Any]]:
        """What is in a payout by type and rail of its charge: `{type, rail, parts, amount, fee, net}`, in cents."""
        query = (
            "SELECT s.type, c.rail, count(*) AS parts, sum(s.amount) AS amount, sum(s.fee) AS fee, sum(s.net) AS net"
            " FROM balance_transaction s LEFT JOIN charge c ON c.id = s.source_id"
            " WHERE s.payout_id = ? AND s.type <> 'payout' GROUP BY s.type, c.rail"
        )
        return list(self._database.handle.query(query, [id]))

    def parts(self, id: str, limit: int, offset: int = 0) -> list[dict[str, Any]]:
        """The balance transactions in a payout, oldest first, each with its charge's rail, customer and reference.

        A refund's or a return's charge is found by the refund or dispute that it names; one of ACH has a `payment_id`.
        """
        query = (
            "SELECT s.*, m.id AS payment_id, c.rail, coalesce(m.customer, k.name, c.payer) AS customer,"
            " coalesce(m.reference, c.reference) AS reference FROM balance_transaction s"
            " LEFT JOIN refund r ON r.id = s.source_id LEFT JOIN dispute d ON d.id = s.source_id"
            " LEFT JOIN charge c ON c.id = coalesce(r.charge_id, d.charge_id, s.source_id)"
            " LEFT JOIN payment m ON m.id = c.id LEFT JOIN stripe_customer k ON k.id = c.customer_id"
            " WHERE s.payout_id = ? AND s.type <> 'payout' ORDER BY s.created, s.id LIMIT ? OFFSET ?"
        )
        return list(self._database.handle.query(query, [id, limit, offset]))

"""The rows of the reports that list, each along an index; days and instants as they are kept."""

from __future__ import annotations

from typing import Any

from dashboard.store.engine.database import Database
from dashboard.store.sql import select

_REFERENCE = "coalesce(m.reference, c.reference, '') AS number"
_WHOSE = f"coalesce(nullif(m.customer, ''), k.name, c.payer, '') AS customer, {_REFERENCE}"
_CHARGE = (
    " LEFT JOIN charge c ON c.id = t.charge_id LEFT JOIN payment m ON m.id = c.id"
    " LEFT JOIN stripe_customer k ON k.id = c.customer_id"
)


class ListedTable:
    """Reads what a month had of a kind: instants from `begin` on until before `end`, epoch seconds."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def refunds(self, begin: int, end: int) -> list[dict[str, Any]]:
        """`{id, created, amount, currency, status, customer, number}`."""
        query = (
            f"SELECT t.id, t.created, t.amount, t.currency, t.status, {_WHOSE} FROM refund t{_CHARGE}"
            " WHERE t.created >= ? AND t.created < ? ORDER BY t.created, t.id"
        )
        return select(self._database.handle, query, [begin, end])

    def disputes(self, begin: int, end: int) -> list[dict[str, Any]]:
        """`{id, created, amount, currency, status, reason, customer, number}`."""
        query = (
            f"SELECT t.id, t.created, t.amount, t.currency, t.status, t.reason, {_WHOSE} FROM dispute t{_CHARGE}"
            " WHERE t.created >= ? AND t.created < ? ORDER BY t.created, t.id"
        )
        return select(self._database.handle, query, [begin, end])

    def payouts(self, begin: int, end: int) -> list[dict[str, Any]]:
        """Those that arrive then: `{id, arrival, amount, currency, status, trace, posted_on, account}`.

        The last two are of the bank line that it is matched with, the first of several; None where it is in no match.
        """
        query = (
            "SELECT t.id, t.arrival, t.amount, t.currency, t.status, t.trace, min(b.posted_on) AS posted_on,"
            " min(b.account) AS account FROM payout t"
            " LEFT JOIN payout_match_part p ON p.part_id = t.id AND p.kind = 'payout' AND p.live = 1"
            " LEFT JOIN payout_match_part q ON q.match_id = p.match_id AND q.kind = 'line'"
            " LEFT JOIN bank_line b ON b.id = q.part_id WHERE t.arrival >= ? AND t.arrival < ?"
            " GROUP BY t.id, t.arrival, t.amount, t.currency, t.status, t.trace ORDER BY t.arrival, t.id"
        )
        return select(self._database.handle, query, [begin, end])

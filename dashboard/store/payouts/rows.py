"""Payouts and the balance transactions in them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date
from typing import Any

from dashboard.domain.lists import midnight
from dashboard.domain.payout_filter import PayoutFilter
from dashboard.store.conditions import Conditions
from dashboard.store.engine.database import Database
from dashboard.store.engine.dialect import list_of, listed
from dashboard.store.listing import Asked, Listing
from dashboard.store.sql import to_epoch

_LINES = """
WITH p AS (SELECT * FROM payout WHERE {which} ORDER BY arrival DESC, created DESC, id LIMIT :limit OFFSET :offset)
SELECT p.*, count(s.id) AS parts, coalesce(sum(s.net), 0) AS net
FROM p LEFT JOIN balance_transaction s ON s.payout_id = p.id AND s.type <> 'payout'
GROUP BY p.id ORDER BY p.arrival DESC, p.created DESC, p.id
"""
SORTS = {
    "arrival": "t.arrival",
    "created": "t.created",
    "amount": "t.amount",
    "status": "t.status",
    "trace": "t.trace",
    "id": "t.id",
}


class PayoutTable:
    """Reads `payout` and `balance_transaction`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        money = "t.amount", "t.currency"
        self.listing = Listing(database, "payout t", SORTS, _ask, added="t.created", key="t.id", money=money)

    def lines(self, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
        """These payouts by id, as `recent` gives them; one that is not there is left out."""
        sql = _LINES.format(which=f"id IN {listed('ids')}")
        rows = self._database.handle.query(sql, {"ids": list_of(ids), "limit": len(ids), "offset": 0})
        return {row["id"]: row for row in rows}

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


def _ask(wanted: PayoutFilter) -> Asked:
    found = Conditions()
    found.among("t.status", wanted.statuses)
    found.add("t.arrival >= :from_", _midnight(wanted.arrives_from))
    found.add("t.arrival < :to_", _midnight(wanted.arrives_to, 1))
    found.add("t.amount >= :low", wanted.amount_min)
    found.add("t.amount <= :high", wanted.amount_max)
    found.search(wanted.text, within=["lower(coalesce(t.trace, ''))"], begins=["t.id"], amount="t.amount")
    return found.asked()


def _midnight(day: date | None, later: int = 0) -> int | None:
    """A bank's day as Stripe keeps it: midnight UTC."""
    found = midnight(day, UTC, later)
    return to_epoch(found) if found else None

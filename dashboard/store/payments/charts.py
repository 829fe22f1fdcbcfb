"""Sums of payments by day, state, reason and customer: the numbers behind the charts."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import date, tzinfo
from typing import TYPE_CHECKING, Any

from dashboard.domain.payment_filter import PaymentFilter
from dashboard.domain.payment_status import WAITING, PaymentState
from dashboard.store.engine.database import Database
from dashboard.store.payments.questions import first_instant

if TYPE_CHECKING:
    from dashboard.store.payments.columns import PaymentColumns

LOST = (PaymentState.FAILED, PaymentState.RETURNED_LATE)
COLLECTED = (PaymentState.SUCCEEDED, PaymentState.PAID_OUT, PaymentState.PARTLY_REFUNDED)
Row = dict[str, Any]


class ChartTable:
    """Answers questions about payments that the table itself does not; each takes the table's own filter."""

    def __init__(self, database: Database, columns: PaymentColumns, zone: tzinfo) -> None:
        self._database, self._columns, self._zone = database, columns, zone

    def by_day(self, wanted: PaymentFilter, today: date) -> list[Row]:
        """`{day, state, currency, count, amount}`; days count from 1970."""
        return self._columns.groups(wanted, today, "day", "state", "currency")

    def waiting(self, wanted: PaymentFilter, today: date) -> list[Row]:
        """`{day, overdue, currency, count, amount}` of what has no answer yet."""
        return self._columns.groups(narrow(wanted, WAITING), today, "day", "overdue", "currency")

    def by_reason_within(self, wanted: PaymentFilter, today: date) -> list[Row]:
        """`{reason, currency, count, amount}` of what failed or was returned; an empty reason where none was given."""
        return self._columns.groups(narrow(wanted, LOST), today, "reason", "currency")

    def by_customer(self, wanted: PaymentFilter, today: date) -> list[Row]:
        """`{customer_id, currency, count, amount}` of what was collected, largest first."""
        found = self._columns.groups(narrow(wanted, COLLECTED), today, "customer_id", "currency")
        return sorted(found, key=lambda row: (-row["amount"], row["customer_id"]))

    def customer_names(self, ids: list[str]) -> dict[str, str]:
        """What Stripe calls these customers."""
        marks = ", ".join("?" * len(ids))
        query = f"SELECT id, coalesce(name, email, id) AS name FROM stripe_customer WHERE id IN ({marks})"
        return {row["id"]: row["name"] for row in self._database.handle.query(query, ids)}

    def returned_since(self, first: date) -> list[Row]:
        """`{network_code, reason, was_sent, count}` of what was made since a day and failed or was returned.

        `was_sent` where Stripe has a balance transaction for it.
        """
        marks = ", ".join("?" * len(LOST))
        query = (
            "SELECT c.network_code, p.reason, c.balance_transaction_id IS NOT NULL AS was_sent, count(*) AS count FROM"
            f" (SELECT id, reason FROM payment WHERE state IN ({marks}) AND created >= ?) p"
            " LEFT JOIN charge c ON c.id = p.id GROUP BY 1, 2, 3"
        )
        values = [*(state.value for state in LOST), first_instant(first, self._zone)]
        return list(self._database.handle.query(query, values))


def narrow(wanted: PaymentFilter, states: Collection[PaymentState]) -> PaymentFilter:
    """The filter, of its states only these; where it has none of them, a filter that nothing passes."""
    kept = tuple(sorted(set(wanted.statuses or states) & set(states)))
    return replace(wanted, statuses=kept) if kept else replace(wanted, amount_min=1, amount_max=0)

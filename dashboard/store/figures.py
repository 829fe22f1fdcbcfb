"""The reader of what stands beside the table: one payment's mandate, and the figures behind the charts."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import date
from typing import Any

from dashboard.filters import PaymentFilter
from dashboard.status import WAITING, PaymentState
from dashboard.store.conditions import by_day_of, due_midnight
from dashboard.store.database import translated
from dashboard.store.limits import LIMIT_SECONDS, Stop, limited
from dashboard.store.payments import PaymentRows

LOST = (PaymentState.FAILED, PaymentState.RETURNED_LATE)
COLLECTED = (PaymentState.SUCCEEDED, PaymentState.PAID_OUT, PaymentState.PARTLY_REFUNDED)
Row = dict[str, Any]


class FigureRows(PaymentRows):
    """Answers questions about payments that the table itself does not.

    Each takes the table's own filter, and asks a summary where one can tell, else the rows, under a time limit.
    """

    def mandate(self, stripe_mandate_id: str) -> dict[str, Any] | None:
        """The authorization that the desk keeps under Stripe's id, or None."""
        query = (
            "SELECT stripe_mandate_id, status, acceptance, accepted_at, operator FROM mandate"
            " WHERE stripe_mandate_id = ?"
        )
        return next(iter(self._database.handle.query(query, [stripe_mandate_id])), None)

    def mandate_of_debit(self, debit_id: str | None) -> str | None:
        """Stripe's id of the mandate of the account that a debit of ours was ordered on."""
        query = "SELECT b.mandate_id FROM debit d JOIN bank_account b ON b.id = d.bank_account_id WHERE d.id = ?"
        row = next(iter(self._database.handle.query(query, [debit_id])), None)
        return row["mandate_id"] if row else None

    def settlements(self, source_ids: list[str]) -> list[Row]:
        """The balance transactions of these refunds and disputes, oldest first."""
        marks = ", ".join("?" * len(source_ids))
        query = f"SELECT * FROM settlement WHERE source_id IN ({marks}) ORDER BY created"  # noqa: S608
        return list(self._database.handle.query(query, source_ids))

    def by_day(self, wanted: PaymentFilter, today: date, stop: Stop = None) -> list[Row]:
        """`{day, state, currency, count, amount}`; days count from 1970. Raises QueryTooSlow."""
        summarised = self._is_summarised(wanted)
        where, values = by_day_of(wanted) if summarised else self._where(wanted, today)
        table = "payment_by_day" if summarised else "payment"
        return self._group(["day", "state", "currency"], table, where, values, stop)

    def waiting(self, wanted: PaymentFilter, today: date, stop: Stop = None) -> list[Row]:
        """`{day, overdue, currency, count, amount}` of what has no answer yet. Raises QueryTooSlow."""
        where, values = self._where(narrow(wanted, WAITING), today)
        return self._group(
            ["day", f"due < {due_midnight(today)} AS overdue", "currency"], "payment", where, values, stop
        )

    def by_reason_within(self, wanted: PaymentFilter, today: date, stop: Stop = None) -> list[Row]:
        """`{reason, currency, count, amount}` of what failed or was returned; reason None where none was given.

        Raises QueryTooSlow.
        """
        lost = narrow(wanted, LOST)
        if not self._is_summarised(lost) or lost.rail:
            where, values = self._where(lost, today)
            return self._group(["reason", "currency"], "payment", where, values, stop)
        where, values = by_day_of(lost)
        found = self._group(["reason", "currency"], "payment_by_reason", where, values, stop)
        for row in self._group(["currency"], "payment_by_day", where, values, stop):
            named = [one for one in found if one["currency"] == row["currency"]]
            count = row["count"] - sum(one["count"] for one in named)
            amount = row["amount"] - sum(one["amount"] for one in named)
            if count:  # the summary by reason leaves out what has none
                found.append({"reason": None, "currency": row["currency"], "count": count, "amount": amount})
        return found

    def by_customer(self, wanted: PaymentFilter, today: date, stop: Stop = None) -> list[Row]:
        """`{owner, currency, count, amount}` of what was collected, largest first; the owner is Stripe's customer.

        Raises QueryTooSlow.
        """
        collected = narrow(wanted, COLLECTED)
        dated = collected.created_from or collected.created_to
        summarised = self._is_summarised(collected) and not (collected.rail or dated)
        where, values = by_day_of(collected) if summarised else self._where(collected, today)
        table = "payment_by_customer" if summarised else "payment"
        keys = ["coalesce(customer_id, '') AS owner", "currency"]
        return self._group(keys, table, where, values, stop, order="ORDER BY amount DESC, owner")

    def customer_names(self, ids: list[str]) -> dict[str, str]:
        """What Stripe calls these customers."""
        marks = ", ".join("?" * len(ids))
        query = f"SELECT id, coalesce(name, email, id) AS name FROM stripe_customer WHERE id IN ({marks})"  # noqa: S608
        return {row["id"]: row["name"] for row in self._database.handle.query(query, ids)}

    def returned_since(self, first: date) -> list[Row]:
        """`{network_code, reason, was_sent, count}` of what was made since a day and failed or was returned.

        `was_sent` where Stripe has a balance transaction for it. Raises QueryTooSlow.
        """
        where, values = self._where(PaymentFilter(statuses=LOST, created_from=first), first)
        query = (
            "SELECT c.network_code, p.reason, c.settlement_id IS NOT NULL AS was_sent, count(*) AS count FROM"  # noqa: S608
            f" (SELECT id, reason FROM payment {where}) p LEFT JOIN charge c ON c.id = p.id GROUP BY 1, 2, 3"
        )
        return self._ask(query, values, None)

    def _group(
        self, keys: list[str], table: str, where: str, values: list[Any], stop: Stop, order: str = ""
    ) -> list[Row]:
        sums = "count(*) AS count, sum(amount) AS amount"
        if table != "payment":
            sums = "sum(count) AS count, sum(amount) AS amount"
        names = ", ".join(key.split(" AS ")[-1] for key in keys)
        query = f"SELECT {', '.join(keys)}, {sums} FROM {table} {where} GROUP BY {names} {order}"  # noqa: S608  the words are constants of this module
        return self._ask(query, values, stop)

    def _ask(self, query: str, values: list[Any], stop: Stop) -> list[Row]:
        with translated(), limited(self._database.handle.conn, LIMIT_SECONDS, stop):
            return [row for row in self._database.handle.query(query, values) if row["count"]]


def narrow(wanted: PaymentFilter, states: Collection[PaymentState]) -> PaymentFilter:
    """The filter, of its states only these; where it has none of them, a filter that nothing passes."""
    kept = tuple(sorted(set(wanted.statuses or states) & set(states)))
    return replace(wanted, statuses=kept) if kept else replace(wanted, amount_min=1, amount_max=0)

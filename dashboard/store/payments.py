"""The reader of payments: filters, order, pages and totals in SQL, each with a time limit where it may be dear."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, tzinfo
from typing import Any

from dashboard.filters import PaymentFilter
from dashboard.store.conditions import by_day_of, match_words, parts_of
from dashboard.store.database import Database, translated
from dashboard.store.limits import LIMIT_SECONDS, QueryTooSlow, Stop, limited
from dashboard.store.paging import SORTS, find_keys, where_fewest, where_oldest_first

__all__ = ["SORTS", "PaymentRows", "QueryTooSlow", "Sums", "match_words"]

SLICE = 2_000  # rows of an export read at a time, so that no reader holds the WAL back for long


@dataclass(frozen=True)
class Sums:
    """How many payments and how much money, in cents by currency."""

    count: int
    amounts: dict[str, int]


class PaymentRows:
    """Reads `payment` and its summaries."""

    def __init__(self, database: Database, zone: tzinfo) -> None:
        self._database, self._zone = database, zone

    def page(
        self, wanted: PaymentFilter, today: date, *, sort: str, descending: bool, offset: int, size: int
    ) -> list[dict[str, Any]]:
        """The rows of one page. Raises QueryTooSlow."""
        parts, connection = parts_of(wanted, today, self._zone), self._database.handle.conn
        with translated(), limited(connection, LIMIT_SECONDS * 3):
            keys = find_keys(connection, parts, sort, descending=descending, offset=offset, size=size)
            marks = ", ".join("?" * len(keys))
            query = f"SELECT * FROM payment WHERE seq IN ({marks})"  # noqa: S608  question marks alone
            found = {row["seq"]: row for row in self._database.handle.query(query, keys)}
        return [found[key] for key in keys if key in found]

    def sums(self, wanted: PaymentFilter, today: date, seconds: float = LIMIT_SECONDS, stop: Stop = None) -> Sums:
        """How many and how much the filter shows; from the summaries where they can tell. Raises QueryTooSlow.

        Also raises it where `stop` is set meanwhile.
        """
        with translated(), limited(self._database.handle.conn, seconds, stop):
            if self._is_summarised(wanted):
                tests, values = by_day_of(wanted)
                sums = f"sum(count) AS n, sum(amount) AS amount FROM payment_by_day {tests}"
            else:
                tests, values = self._where(wanted, today)
                sums = f"count(*) AS n, sum(amount) AS amount FROM payment {tests}"
            rows = list(self._database.handle.query(f"SELECT currency, {sums} GROUP BY currency", values))
        return Sums(sum(row["n"] for row in rows), {row["currency"]: row["amount"] for row in rows if row["n"]})

    def sums_by_state(self, since: date | None, seconds: float = LIMIT_SECONDS) -> dict[str, Sums]:
        """How many and how much by state, of what was made since a day or ever. Raises QueryTooSlow."""
        tests, values = by_day_of(PaymentFilter(created_from=since))
        query = (
            "SELECT state, currency, sum(count) AS n, sum(amount) AS amount FROM payment_by_day"  # noqa: S608
            f" {tests} GROUP BY state, currency"
        )
        found: dict[str, Sums] = {}
        with translated(), limited(self._database.handle.conn, seconds):
            for row in self._database.handle.query(query, values):
                before = found.get(row["state"], Sums(0, {}))
                found[row["state"]] = Sums(before.count + row["n"], {**before.amounts, row["currency"]: row["amount"]})
        return found

    def by_state(self, wanted: PaymentFilter) -> list[dict[str, Any]]:
        """Count and amount by day and state, from the summaries, for filters that they can answer."""
        tests, values = by_day_of(wanted)
        query = (
            "SELECT day, state, currency, sum(count) AS count, sum(amount) AS amount FROM payment_by_day"  # noqa: S608
            f" {tests} GROUP BY day, state, currency HAVING sum(count) > 0 ORDER BY day"
        )
        return list(self._database.handle.query(query, values))

    def walk(self, wanted: PaymentFilter, today: date) -> Iterator[dict[str, Any]]:
        """Every row that the filter shows, oldest first, in slices by key: an export in bounded memory."""
        tests, values, order = where_oldest_first(self._database.handle.conn, parts_of(wanted, today, self._zone))
        joined = f"{tests} AND" if tests else "WHERE"
        query = f"SELECT * FROM payment {joined} (created, seq) > (?, ?) ORDER BY {order} LIMIT ?"  # noqa: S608
        created, seq = -1, 0
        while rows := list(self._database.handle.query(query, [*values, created, seq, SLICE])):
            yield from rows
            created, seq = rows[-1]["created"], rows[-1]["seq"]

    def get(self, id: str) -> dict[str, Any] | None:
        """One payment by any of its ids: the charge's, the PaymentIntent's, or our debit's."""
        for column in ("id", "intent_id", "debit_id"):
            query = f"SELECT * FROM payment WHERE {column} = ?"  # noqa: S608  three constants
            if row := next(iter(self._database.handle.query(query, [id])), None):
                return row
        return None

    def parts(self, payment_id: str) -> dict[str, list[dict[str, Any]]]:
        """The objects behind one payment: charge, intent, settlements, refunds, disputes, payouts."""
        queries = {
            "charge": "SELECT * FROM charge WHERE id = ?",
            "intent": "SELECT * FROM intent WHERE id = (SELECT intent_id FROM payment WHERE id = ?)",
            "settlement": "SELECT * FROM settlement WHERE source_id = ? ORDER BY created",
            "refund": "SELECT * FROM refund WHERE charge_id = ? ORDER BY created",
            "dispute": "SELECT * FROM dispute WHERE charge_id = ? ORDER BY created",
            "payout": "SELECT * FROM payout WHERE id = (SELECT payout_id FROM payment WHERE id = ?)",
        }
        return {name: list(self._database.handle.query(query, [payment_id])) for name, query in queries.items()}

    def customers(self, text: str, limit: int = 10) -> list[dict[str, Any]]:
        """Stripe customers whose name or e-mail begins so: a search, never a list of all."""
        query = (
            "SELECT id, name, email FROM stripe_customer WHERE name LIKE ? OR email LIKE ? OR id = ?"
            " ORDER BY name LIMIT ?"
        )
        return list(self._database.handle.query(query, [f"{text}%", f"{text}%", text, limit]))

    def unknown_settlements(self, ids: list[str]) -> list[str]:
        """Which of these balance transactions are not kept yet."""
        marks = ", ".join("?" * len(ids))
        query = f"SELECT id FROM settlement WHERE id IN ({marks})"  # noqa: S608
        known = {row["id"] for row in self._database.handle.query(query, ids)}
        return sorted(set(ids) - known)

    def banks(self) -> list[str]:
        """The banks that payments came from: one step in the index for each, not one for each payment."""
        query = (
            "WITH RECURSIVE one(bank) AS (SELECT min(bank) FROM payment WHERE bank > '' UNION ALL"
            " SELECT (SELECT min(bank) FROM payment WHERE bank > one.bank) FROM one WHERE bank IS NOT NULL LIMIT 501)"
            " SELECT bank FROM one WHERE bank IS NOT NULL"
        )
        return [row["bank"] for row in self._database.handle.query(query)]

    @staticmethod
    def _is_summarised(wanted: PaymentFilter) -> bool:
        others = (wanted.customer, wanted.bank, wanted.failure_code, wanted.payout, wanted.text, wanted.overdue)
        return not any(others) and wanted.amount_min is None and wanted.amount_max is None

    def _where(self, wanted: PaymentFilter, today: date) -> tuple[str, list[Any]]:
        """For a question about all rows that fit: looked up by the most telling part of the filter."""
        return where_fewest(self._database.handle.conn, parts_of(wanted, today, self._zone))

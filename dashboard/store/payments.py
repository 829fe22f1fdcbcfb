"""The reader of payments: filters, order, pages and totals in SQL, each with a time limit where it may be dear."""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from typing import Any

from dashboard.errors import StoreError
from dashboard.filters import PaymentFilter
from dashboard.status import WAITING
from dashboard.store.database import Database, translated

SORTS = {
    "created": "created",
    "amount": "amount",
    "status": "state",
    "customer": "customer COLLATE NOCASE",
    "due": "due",
}
LIMIT_SECONDS = 1.0  # DESIGN section 7: an answer within a second, or "took too long"
STEPS = 20_000  # SQLite instructions between two looks at the clock: about a millisecond
SLICE = 2_000  # rows of an export read at a time, so that no reader holds the WAL back for long
EPOCH_ORDINAL = 719_163  # date(1970, 1, 1).toordinal()


class QueryTooSlow(StoreError):
    """The question was stopped at its time limit."""


@dataclass(frozen=True)
class Sums:
    """How many payments and how much money, in cents by currency."""

    count: int
    amounts: dict[str, int]


@contextmanager
def limited(connection: sqlite3.Connection, seconds: float) -> Iterator[None]:
    """Stop what runs inside after this many seconds. Raises QueryTooSlow."""
    deadline = time.monotonic() + seconds
    connection.set_progress_handler(lambda: int(time.monotonic() > deadline), STEPS)
    try:
        yield
    except sqlite3.OperationalError as error:
        if "interrupted" not in str(error):
            raise
        raise QueryTooSlow(
            "This took too long.",
            meaning="The table above is complete; only this figure is missing.",
            action="Narrow the filter: a shorter time, a customer, a status.",
            code="too_slow",
        ) from None
    finally:
        connection.set_progress_handler(None, 0)


class PaymentRows:
    """Reads `payment` and its summaries."""

    def __init__(self, database: Database, zone: tzinfo) -> None:
        self._database, self._zone = database, zone

    def page(
        self, wanted: PaymentFilter, today: date, *, sort: str, descending: bool, offset: int, size: int
    ) -> list[dict[str, Any]]:
        """The rows of one page. The page's keys are found in an index first, so that a deep page stays cheap."""
        where, values = self._where(wanted, today)
        way = "DESC" if descending else "ASC"
        column = SORTS[sort]
        keys = f"SELECT seq FROM payment {where} ORDER BY {column} {way}, seq {way} LIMIT ? OFFSET ?"  # noqa: S608
        query = f"SELECT * FROM payment WHERE seq IN ({keys}) ORDER BY {column} {way}, seq {way}"  # noqa: S608
        with translated(), limited(self._database.handle.conn, LIMIT_SECONDS * 3):
            return list(self._database.handle.query(query, [*values, size, offset]))

    def sums(self, wanted: PaymentFilter, today: date, seconds: float = LIMIT_SECONDS) -> Sums:
        """How many and how much the filter shows; from the summaries where they can tell. Raises QueryTooSlow."""
        if self._is_summarised(wanted):
            where, values = self._where(wanted, today, by_day=True)
            query = (
                f"SELECT currency, sum(count) AS n, sum(amount) AS amount FROM payment_by_day {where} GROUP BY currency"  # noqa: S608
            )
        else:
            where, values = self._where(wanted, today)
            query = f"SELECT currency, count(*) AS n, sum(amount) AS amount FROM payment {where} GROUP BY currency"  # noqa: S608
        with translated(), limited(self._database.handle.conn, seconds):
            rows = list(self._database.handle.query(query, values))
        return Sums(sum(row["n"] for row in rows), {row["currency"]: row["amount"] for row in rows if row["n"]})

    def by_state(self, wanted: PaymentFilter, today: date) -> list[dict[str, Any]]:
        """Count and amount by day and state, from the summaries, for filters that they can answer."""
        where, values = self._where(wanted, today, by_day=True)
        query = (
            "SELECT day, state, currency, sum(count) AS count, sum(amount) AS amount FROM payment_by_day"  # noqa: S608
            f" {where} GROUP BY day, state, currency HAVING sum(count) > 0 ORDER BY day"
        )
        return list(self._database.handle.query(query, values))

    def by_reason(self, first_day: int) -> list[dict[str, Any]]:
        """Count and amount by state and reason since a day."""
        query = (
            "SELECT state, reason, sum(count) AS count, sum(amount) AS amount FROM payment_by_reason WHERE day >= ?"
            " GROUP BY state, reason HAVING sum(count) > 0 ORDER BY count DESC"
        )
        return list(self._database.handle.query(query, [first_day]))

    def walk(self, wanted: PaymentFilter, today: date) -> Iterator[dict[str, Any]]:
        """Every row that the filter shows, oldest first, in slices by key: an export in bounded memory."""
        where, values = self._where(wanted, today)
        joined = f"{where} AND" if where else "WHERE"
        query = f"SELECT * FROM payment {joined} (created, seq) > (?, ?) ORDER BY created, seq LIMIT ?"  # noqa: S608
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
        """The banks that payments came from."""
        query = "SELECT DISTINCT bank FROM payment WHERE bank <> '' ORDER BY bank LIMIT 500"
        return [row["bank"] for row in self._database.handle.query(query)]

    @staticmethod
    def _is_summarised(wanted: PaymentFilter) -> bool:
        others = (wanted.customer, wanted.bank, wanted.failure_code, wanted.payout, wanted.text, wanted.overdue)
        return not any(others) and wanted.amount_min is None and wanted.amount_max is None

    def _where(self, wanted: PaymentFilter, today: date, *, by_day: bool = False) -> tuple[str, list[Any]]:
        tests: list[str] = []
        values: list[Any] = []

        def test(sql: str, *given: Any) -> None:
            tests.append(sql)
            values.extend(given)

        if wanted.statuses:
            test(f"state IN ({', '.join('?' * len(wanted.statuses))})", *(state.value for state in wanted.statuses))
        if wanted.created_from:
            test("day >= ?" if by_day else "created >= ?", self._bound(wanted.created_from, by_day))
        if wanted.created_to:
            after = date.fromordinal(wanted.created_to.toordinal() + 1)
            test("day < ?" if by_day else "created < ?", self._bound(after, by_day))
        if wanted.rail:
            test("rail = ?", wanted.rail)
        if by_day:
            return (f"WHERE {' AND '.join(tests)}" if tests else ""), values
        if wanted.customer:
            test("customer_id = ?", wanted.customer)
        if wanted.bank:
            test("bank = ?", wanted.bank)
        if wanted.amount_min is not None:
            test("amount >= ?", wanted.amount_min)
        if wanted.amount_max is not None:
            test("amount <= ?", wanted.amount_max)
        if wanted.failure_code:
            test("reason = ?", wanted.failure_code)
        if wanted.payout:
            test("payout_id = ?", wanted.payout)
        if wanted.overdue:
            waiting = sorted(state.value for state in WAITING)
            test(f"state IN ({', '.join('?' * len(waiting))}) AND due < ?", *waiting, due_midnight(today))
        if match := match_words(wanted.text):
            test("seq IN (SELECT rowid FROM payment_search WHERE payment_search MATCH ?)", match)
        return (f"WHERE {' AND '.join(tests)}" if tests else ""), values

    def _bound(self, day: date, by_day: bool) -> int:
        """The first instant of a business day in epoch seconds, or the day's own number in the summaries."""
        if by_day:
            return day.toordinal() - EPOCH_ORDINAL
        return int(datetime(day.year, day.month, day.day, tzinfo=self._zone).timestamp())


def due_midnight(today: date) -> int:
    """The first instant of a bank's day: due dates are days as Stripe gives them, at midnight UTC."""
    return int(datetime(today.year, today.month, today.day, tzinfo=UTC).timestamp())


def match_words(text: str) -> str:
    """What a person typed, as a full-text query: every word must occur, the last may be only begun.

    `1,234.50` and `$20` are amounts; every other character between words only separates.
    """
    cleaned = re.sub(r"(?<=\d),(?=\d{3})", "", text)
    words = re.findall(r"\w+", cleaned, re.UNICODE)[:12]
    return " ".join(f'"{word}"*' for word in words)

"""The reader of payments: which rows a filter shows and what they add up to, by the columns; the rows by their keys."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from dashboard.domain.payment_filter import PaymentFilter
from dashboard.store.engine.database import Database
from dashboard.store.engine.dialect import LISTED, list_of
from dashboard.store.payments.columns import PaymentColumns
from dashboard.store.payments.questions import Mark, Sums

SLICE = 2_000  # rows of an export read at a time, so that no reader holds the WAL back for long


@dataclass(frozen=True)
class RowBlock:
    """A piece of a list: its rows, None for one that is gone; else as `columns.lists.Block`."""

    rows: list[dict[str, Any] | None]
    total: int
    newer: int
    mark: Mark
    now: Mark


class PaymentTable:
    """Reads `payment` and what stands behind it."""

    def __init__(self, database: Database, columns: PaymentColumns) -> None:
        self._database, self._columns = database, columns

    @property
    def is_read(self) -> bool:
        """Whether questions are answered at once: after a start all payments are read first."""
        return self._columns.is_read

    def block(
        self,
        wanted: PaymentFilter,
        today: date,
        *,
        sort: str,
        descending: bool,
        start: int,
        size: int,
        mark: Mark | None,
    ) -> RowBlock:
        """A piece of the list as it was at `mark`; without one a list begins now."""
        found = self._columns.block(wanted, today, sort, descending=descending, start=start, size=size, mark=mark)
        rows = {row["seq"]: row for row in self._rows(found.keys)}
        return RowBlock([rows.get(key) for key in found.keys], found.total, found.newer, found.mark, found.now)

    def picked(
        self,
        wanted: PaymentFilter,
        today: date,
        *,
        sort: str,
        descending: bool,
        mark: Mark,
        ranges: list[tuple[int, int]] | None,
    ) -> dict[str, Sums]:
        """How many and how much by state, of ranges of such a list by place; of all of it without ranges."""
        rows = self._columns.picked(wanted, today, sort, descending=descending, mark=mark, ranges=ranges)
        return _by_state(rows)

    def sums(self, wanted: PaymentFilter, today: date) -> Sums:
        """How many and how much the filter shows; by state too, since what is picked of it is asked for so."""
        amounts, rows = Counter[str](), self._columns.groups(wanted, today, "state", "currency")
        for row in rows:
            amounts[row["currency"]] += row["amount"]
        return Sums(sum(row["count"] for row in rows), dict(amounts))

    def sums_by_state(self, since: date | None, today: date) -> dict[str, Sums]:
        """How many and how much by state, of what was made since a day or ever."""
        return _by_state(self._columns.groups(PaymentFilter(created_from=since), today, "state", "currency"))

    def walk(self, wanted: PaymentFilter, today: date) -> Iterator[dict[str, Any]]:
        """Every row that the filter shows, oldest first, in bounded memory (8 bytes a row)."""
        yield from self.walk_sorted(wanted, today, sort="created", descending=False)

    def walk_sorted(
        self, wanted: PaymentFilter, today: date, *, sort: str, descending: bool
    ) -> Iterator[dict[str, Any]]:
        """Every row that the filter shows, in one of the table's orders, in bounded memory (8 bytes a row).

        What comes meanwhile stands at the end.
        """
        keys = self._columns.keys(wanted, today, sort, descending=descending)
        newest = keys.max(initial=0)
        for start in range(0, len(keys), SLICE):
            yield from self._rows(keys[start : start + SLICE].tolist())
        later = self._columns.keys(wanted, today, "created", descending=descending)
        yield from self._rows(later[later > newest].tolist())

    def picked_keys(
        self,
        wanted: PaymentFilter,
        today: date,
        *,
        sort: str,
        descending: bool,
        mark: Mark,
        ranges: list[tuple[int, int]],
    ) -> list[int]:
        """The keys of ranges of such a list by place."""
        return self._columns.picked_keys(wanted, today, sort, descending=descending, mark=mark, ranges=ranges)

    def find_among(self, keys: Sequence[int], word: str, today: date) -> list[int]:
        """Those of these payments, by their keys, that one word of a search finds, as it does in their own list."""
        found = self._columns.keys(PaymentFilter(text=word), today, "created", descending=False)
        chosen = np.asarray(keys, np.int64)
        return [int(key) for key in chosen[np.isin(chosen, found)]]

    def walk_keys(
        self, keys: Sequence[int], wanted: PaymentFilter, today: date, *, sort: str, descending: bool
    ) -> Iterator[dict[str, Any]]:
        """The rows of these keys, in one of the table's orders; one that the filter shows no more stands at the end."""
        chosen = np.asarray(keys, np.int64)
        ordered = self._columns.keys(wanted, today, sort, descending=descending)
        ordered = np.concatenate([ordered[np.isin(ordered, chosen)], chosen[~np.isin(chosen, ordered)]])
        for start in range(0, len(ordered), SLICE):
            yield from self._rows(ordered[start : start + SLICE].tolist())

    def get(self, id: str) -> dict[str, Any] | None:
        """One payment by any of its ids: the charge's, the PaymentIntent's, or our debit's."""
        for column in ("id", "intent_id", "debit_id"):
            query = f"SELECT * FROM payment WHERE {column} = ?"
            if row := next(iter(self._database.handle.query(query, [id])), None):
                return row
        return None

    def parts(self, payment_id: str) -> dict[str, list[dict[str, Any]]]:
        """The objects behind one payment: charge, intent, balance_transactions, refunds, disputes, payouts."""
        queries = {
            "charge": "SELECT * FROM charge WHERE id = ?",
            "intent": "SELECT * FROM intent WHERE id = (SELECT intent_id FROM payment WHERE id = ?)",
            "balance_transaction": "SELECT * FROM balance_transaction WHERE source_id = ? ORDER BY created",
            "refund": "SELECT * FROM refund WHERE charge_id = ? ORDER BY created",
            "dispute": "SELECT * FROM dispute WHERE charge_id = ? ORDER BY created",
            "payout": "SELECT * FROM payout WHERE id = (SELECT payout_id FROM payment WHERE id = ?)",
        }
        return {name: list(self._database.handle.query(query, [payment_id])) for name, query in queries.items()}

    def customers(self, text: str, limit: int = 10) -> list[dict[str, Any]]:
        """Stripe customers of payments whose name or e-mail has these words, and the one of this id: never all."""
        names = "SELECT id, name, email FROM stripe_customer WHERE id"
        found = list(self._database.handle.query(f"{names} = ?", [text.strip()]))
        ids = list_of(self._columns.customers(text))
        more = self._database.handle.query(f"{names} IN {LISTED} ORDER BY name, id LIMIT ?", [ids, limit])
        return [*found, *(row for row in more if row not in found)][:limit]

    def balance_transactions(self, source_ids: list[str]) -> list[dict[str, Any]]:
        """The balance transactions of these refunds and disputes, oldest first."""
        marks = ", ".join("?" * len(source_ids))
        query = f"SELECT * FROM balance_transaction WHERE source_id IN ({marks}) ORDER BY created"
        return list(self._database.handle.query(query, source_ids))

    def unknown_balance_transactions(self, ids: list[str]) -> list[str]:
        """Which of these balance transactions are not kept yet."""
        marks = ", ".join("?" * len(ids))
        query = f"SELECT id FROM balance_transaction WHERE id IN ({marks})"
        known = {row["id"] for row in self._database.handle.query(query, ids)}
        return sorted(set(ids) - known)

    def banks(self) -> list[str]:
        """The banks that payments came from."""
        return self._columns.banks()

    def _rows(self, keys: list[int]) -> list[dict[str, Any]]:
        """The rows of these keys, in their order."""
        query = f"SELECT * FROM payment WHERE seq IN ({', '.join('?' * len(keys))})"
        found = {row["seq"]: row for row in self._database.handle.query(query, keys)}
        return [found[key] for key in keys if key in found]


def _by_state(rows: list[dict[str, Any]]) -> dict[str, Sums]:
    found: dict[str, Sums] = {}
    for row in rows:
        before = found.get(row["state"], Sums(0, {}))
        amounts = {**before.amounts, row["currency"]: row["amount"]}
        found[row["state"]] = Sums(before.count + row["count"], amounts)
    return found

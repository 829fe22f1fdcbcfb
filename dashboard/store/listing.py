"""Lists by place: the keys of a piece of a list, how many rows it has, and how many were added after it began."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dashboard.domain.lists import Tally, join_ranges
from dashboard.store.engine.database import Database
from dashboard.store.engine.dialect import ADDED
from dashboard.store.sql import select


@dataclass(frozen=True)
class Piece:
    """The ids of a piece; `mark` is the place of the row that was added last when the list began."""

    ids: list[Any]
    total: int
    newer: int
    mark: int


@dataclass(frozen=True)
class Asked:
    """What a list shows, as a condition and its values, and in which order."""

    where: str
    values: Mapping[str, object]
    sort: str = ""
    descending: bool = True


class Listing:
    """Lists of one table. `source` is what stands after FROM, the table itself as `t`; `sorts` are its orders by name.

    An order is one expression. `added` is a number that grows with each new row, `key` stands rows of one value in an
    order of their own, so that a place is one row's. `money` names the columns of a row's cents and their currency.
    """

    def __init__(
        self,
        database: Database,
        source: str,
        sorts: Mapping[str, str],
        *,
        added: str = f"t.{ADDED}",
        key: str = f"t.{ADDED}",
        id: str = "t.id",
        money: tuple[str, str] | None = None,
    ) -> None:
        self._database, self._source, self.sorts = database, source, sorts
        self._added, self._key, self._id, self._money = added, key, id, money

    def piece(self, asked: Asked, start: int, size: int, mark: int | None = None) -> Piece:
        """Places `start` to `start + size`; without a mark a list begins, with it no row counts that came later."""
        handle = self._database.handle
        if mark is None:
            query = f"SELECT coalesce(max({self._added}), 0) AS n FROM {self._source}"
            mark = int(select(handle, query, {})[0]["n"])
        values = {**asked.values, "list_mark": mark}
        # Two counts: of all by the filter's own index, of the newer ones by their place at the end of the table.
        count = f"SELECT count(*) AS n FROM {self._source} WHERE {asked.where}"
        whole = int(select(handle, count, values)[0]["n"])
        newer = int(select(handle, f"{count} AND {self._added} > :list_mark", values)[0]["n"])
        page = {**values, "list_size": size, "list_start": start}
        ids = [row["id"] for row in select(handle, f"SELECT {self._id} AS id {self._in_order(asked)}", page)]
        return Piece(ids, whole - newer, newer, mark)

    def tally(self, asked: Asked) -> Tally:
        """All that the filter shows."""
        return self._add_up(asked.where, asked.values)

    def picked(self, asked: Asked, mark: int, ranges: Sequence[tuple[int, int]] | None) -> Tally:
        """What places of a list come to; without ranges all of it."""
        values = {**asked.values, "list_mark": mark}
        whole = self._add_up(f"{asked.where} AND {self._added} <= :list_mark", values)
        if ranges is None:
            return whole
        count, amounts = 0, dict[str, int]()
        for low, high in join_ranges(ranges, whole.count):
            count += high - low + 1
            if self._money:
                where = f"{self._key} IN (SELECT {self._key} {self._in_order(asked)})"
                found = self._add_up(where, {**values, "list_start": low, "list_size": high - low + 1})
                for currency, cents in found.amounts.items():
                    amounts[currency] = amounts.get(currency, 0) + cents
        return Tally(count, amounts)

    def _in_order(self, asked: Asked) -> str:
        way = "DESC" if asked.descending else "ASC"
        return (
            f"FROM {self._source} WHERE {asked.where} AND {self._added} <= :list_mark"
            f" ORDER BY {self.sorts[asked.sort]} {way}, {self._key} {way} LIMIT :list_size OFFSET :list_start"
        )

    def _add_up(self, where: str, values: Mapping[str, object]) -> Tally:
        cents, currency = self._money or ("0", "''")
        rows = select(
            self._database.handle,
            f"SELECT {currency} AS currency, count(*) AS n, sum({cents}) AS cents FROM {self._source}"
            f" WHERE {where} GROUP BY {currency}",
            dict(values),
        )
        amounts = {row["currency"]: row["cents"] for row in rows} if self._money else {}
        return Tally(sum(row["n"] for row in rows), amounts)

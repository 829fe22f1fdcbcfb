"""Lists by place: the ids of a piece of a list, how many rows it has, and how many came to it after it began.

The ids of a list are held in the order in which it began, so that no row is shown twice or skipped while others write:
one that changes stays at its place, one that goes leaves its place empty, one that comes is counted. A list of more
than `MOST_HELD` rows, one that was forgotten (a restart, many newer ones) and one that another process began are read
by place instead: there only what is added keeps out, by its mark.
"""

from __future__ import annotations

import secrets
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any, Generic, TypeVar

from dashboard.domain.lists import MOST_LISTED, ListOrder, Mark, Tally, join_ranges
from dashboard.store.engine.database import Database
from dashboard.store.engine.dialect import ADDED, list_of, listed
from dashboard.store.sql import select

MOST_HELD = 50_000  # rows of one list; to read so many ids takes 60 to 100 ms where it begins, 10,000 take 7 to 14
MOST_IDS = 100_000  # of all lists of a table that are held, some 100 bytes each
Wanted = TypeVar("Wanted")
Find = Callable[[], list[Any]]


@dataclass(frozen=True)
class Piece:
    """The ids of a piece; `mark` names the list."""

    ids: list[Any]
    total: int
    newer: int
    mark: Mark


@dataclass(frozen=True)
class Asked:
    """What a list shows, as a condition and its values; `news` is what a row that came later must be to be counted."""

    where: str
    values: Mapping[str, object]
    news: str = "TRUE"


class Listing(Generic[Wanted]):
    """Lists of one table. `source` is what stands after FROM, the table itself as `t`; `sorts` are its orders by name.

    `ask` says what a filter means. An order is one expression. `added` is a number that grows with each new row, `key`
    stands rows of one value in an order of their own, so that a place is one row's. `money` names the columns of a
    row's cents and their currency. Rows that are `fixed` never change or go, and their lists need not be held.

    Where more than a table must be asked, `find` gives the ids of the rows that fit now, in their order.
    """

    def __init__(
        self,
        database: Database,
        source: str,
        sorts: Mapping[str, str],
        ask: Callable[[Wanted], Asked],
        *,
        added: str = f"t.{ADDED}",
        key: str = f"t.{ADDED}",
        id: str = "t.id",
        money: tuple[str, str] | None = None,
        fixed: bool = False,
    ) -> None:
        self._database, self._source, self.sorts, self._ask = database, source, sorts, ask
        self._added, self._key, self._id, self._money, self._fixed = added, key, id, money, fixed
        self._held, self._lock = OrderedDict[str, list[Any]](), Lock()

    def piece(
        self, order: ListOrder[Wanted], start: int, size: int, mark: Mark | None = None, find: Find | None = None
    ) -> Piece:
        """Places `start` to `start + size`; without a mark a list begins, with it the same list goes on."""
        asked = self._ask(order.wanted)
        if mark is None:
            mark = self._begin(order, asked, find)
            if (held := self._recall(mark)) is not None:
                return Piece(held[start : start + size], len(held), 0, mark)
        elif (held := self._recall(mark)) is not None:
            now = find() if find else self._ids(f"WHERE {asked.where}", asked.values)
            return Piece(held[start : start + size], len(held), len(set(now).difference(held)), mark)
        if find:
            ids = find()
            return Piece(ids[start : start + size], len(ids), 0, mark)
        values = {**asked.values, "list_mark": mark.added}
        # Counts: of all by the filter's own index, of the newer ones by their place at the end of the table.
        whole, later = self._count(asked.where, values), f"{asked.where} AND {self._added} > :list_mark"
        newer = self._count(later, values)
        news = newer if asked.news == "TRUE" or not newer else self._count(f"{later} AND {asked.news}", values)
        ids = self._ids(self._in_order(order, asked), {**values, "list_size": size, "list_start": start})
        return Piece(ids, whole - newer, news, mark)

    def all(self, order: ListOrder[Wanted], most: int = MOST_LISTED) -> list[Any]:
        """The ids of the first rows that fit now, in their order."""
        asked, mark = self._ask(order.wanted), {"list_mark": (1 << 62)}
        values = {**asked.values, **mark, "list_start": 0, "list_size": most}
        return self._ids(self._in_order(order, asked), values)

    def tally(self, wanted: Wanted) -> Tally:
        """All that the filter shows."""
        asked = self._ask(wanted)
        return self._add_up(asked.where, asked.values)

    def add_up(self, ids: Sequence[Any]) -> Tally:
        """What so many places come to; one whose row is gone has no money."""
        if not self._money:
            return Tally(len(ids))
        found = self._add_up(f"{self._id} IN {listed('list_ids')}", {"list_ids": list_of(ids)})
        return Tally(len(ids), found.amounts)

    def picked(
        self,
        order: ListOrder[Wanted],
        mark: Mark,
        ranges: Sequence[tuple[int, int]] | None,
        find: Find | None = None,
    ) -> Tally:
        """What places of a list come to; without ranges all of it."""
        held = self._recall(mark)
        if held is None and find:
            held = find()
        if held is not None:
            joined = join_ranges(ranges if ranges is not None else [(0, len(held))], len(held))
            return self.add_up([id for low, high in joined for id in held[low : high + 1]])
        asked = self._ask(order.wanted)
        values = {**asked.values, "list_mark": mark.added}
        whole = self._add_up(f"{asked.where} AND {self._added} <= :list_mark", values)
        if ranges is None:
            return whole
        count, amounts = 0, dict[str, int]()
        for low, high in join_ranges(ranges, whole.count):
            count += high - low + 1
            if self._money:
                where = f"{self._key} IN (SELECT {self._key} FROM {self._source} {self._in_order(order, asked)})"
                found = self._add_up(where, {**values, "list_start": low, "list_size": high - low + 1})
                for currency, cents in found.amounts.items():
                    amounts[currency] = amounts.get(currency, 0) + cents
        return Tally(count, amounts)

    def _begin(self, order: ListOrder[Wanted], asked: Asked, find: Find | None) -> Mark:
        """A list's mark; its ids are held where there are not too many."""
        added = select(self._database.handle, f"SELECT coalesce(max({self._added}), 0) AS n FROM {self._source}", {})
        mark = Mark(int(added[0]["n"]))
        if self._fixed:
            return mark
        values = {**asked.values, "list_mark": mark.added, "list_start": 0, "list_size": MOST_HELD}
        if find:
            ids = find()
        elif self._count(asked.where, asked.values) > MOST_HELD:
            return mark
        else:
            ids = self._ids(self._in_order(order, asked), values)
        return self._hold(ids, mark) if len(ids) <= MOST_HELD else mark

    def _hold(self, ids: list[Any], mark: Mark) -> Mark:
        named = Mark(mark.added, secrets.token_hex(8))
        with self._lock:
            self._held[named.held] = ids
            while len(self._held) > 1 and sum(map(len, self._held.values())) > MOST_IDS:
                self._held.popitem(last=False)
        return named

    def _recall(self, mark: Mark) -> list[Any] | None:
        with self._lock:
            if mark.held in self._held:
                self._held.move_to_end(mark.held)
            return self._held.get(mark.held)

    def _count(self, where: str, values: Mapping[str, object]) -> int:
        query = f"SELECT count(*) AS n FROM {self._source} WHERE {where}"
        return int(select(self._database.handle, query, dict(values))[0]["n"])

    def _ids(self, rest: str, values: Mapping[str, object]) -> list[Any]:
        query = f"SELECT {self._id} AS id FROM {self._source} {rest}"
        return [row[0] for row in self._database.handle.execute(query, dict(values))]

    def _in_order(self, order: ListOrder[Wanted], asked: Asked) -> str:
        way = "DESC" if order.descending else "ASC"
        return (
            f"WHERE {asked.where} AND {self._added} <= :list_mark"
            f" ORDER BY {self.sorts[order.sort]} {way}, {self._key} {way} LIMIT :list_size OFFSET :list_start"
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

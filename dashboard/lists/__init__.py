"""Lists that somebody scrolls through: each asks what the person may, and gives pieces by place, sums, and a copy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Generic, TypeVar

from dashboard.domain.clock import Clock
from dashboard.domain.lists import (
    Block,
    ListFilter,
    ListOrder,
    Row,
    Tally,
    check_copied,
    check_order,
    check_piece,
    check_ranges,
    read_mark,
)
from dashboard.domain.models import Actor
from dashboard.domain.searches import check_search
from dashboard.staff.access import Permission, require
from dashboard.store import Store
from dashboard.store.listing import Find, Listing

Asked = TypeVar("Asked", bound=ListFilter)
Wanted = TypeVar("Wanted")


class Lists(Generic[Asked, Wanted, Row]):
    """A list for people. Each says its `subject` in the trail, the permission, what a filter means to the table
    (`_resolve`) and how its rows are read (`_read`); where a condition on the table cannot say what fits, `_find` does.

    Everything raises AccessDenied, and InputError for what a list does not have.
    """

    subject: ClassVar[str]
    permission: ClassVar[Permission]
    copying: ClassVar[Permission] = Permission.EXPORT

    def __init__(self, store: Store, clock: Clock, listing: Listing[Wanted]) -> None:
        self._store, self._clock, self._listing = store, clock, listing

    @property
    def sorts(self) -> Sequence[str]:
        """What it can be sorted by."""
        return list(self._listing.sorts)

    def block(self, actor: Actor, order: ListOrder[Asked], *, start: int, size: int, mark: str = "") -> Block[Row]:
        """Rows `start` to `start + size` of a list, counted from 0; without a mark a list begins."""
        require(actor, self.permission)
        self._check(order.wanted)
        check_piece(start, size, order.sort, self.sorts)
        self._note_look(actor)
        wanted, find = self._order(actor, order), self._find(actor, order)
        found = self._listing.piece(wanted, start, size, read_mark(mark) if mark else None, find)
        rows = self._read(actor, found.ids)
        return Block([rows.get(id) for id in found.ids], found.total, found.newer, str(found.mark))

    def first(self, actor: Actor, order: ListOrder[Asked], count: int) -> list[Row]:
        """The first rows of a list, for whoever looks at no more of it."""
        require(actor, self.permission)
        self._check(order.wanted)
        check_piece(0, count, order.sort, self.sorts)
        find = self._find(actor, order)
        ids = find()[:count] if find else self._listing.all(self._order(actor, order), count)
        rows = self._read(actor, ids)
        return [rows[id] for id in ids if id in rows]

    def tally(self, actor: Actor, wanted: Asked) -> Tally:
        """How many rows a filter shows, and their sum where they have money."""
        require(actor, self.permission)
        self._check(wanted)
        find = self._find(actor, ListOrder(wanted, self.sorts[0]))
        return self._listing.add_up(find()) if find else self._listing.tally(self._resolve(actor, wanted))

    def picked(
        self, actor: Actor, order: ListOrder[Asked], mark: str, ranges: Sequence[tuple[int, int]] | None
    ) -> Tally:
        """What ranges of a list by place come to, both ends included; without ranges all of it."""
        require(actor, self.permission)
        self._check(order.wanted)
        check_ranges(ranges)
        check_order(order.sort, self.sorts)
        return self._listing.picked(self._order(actor, order), read_mark(mark), ranges, self._find(actor, order))

    def note_copy(self, actor: Actor, order: ListOrder[Asked], rows: int) -> None:
        """Keep in the trail that rows of a list leave the desk, as an export's do; what was typed may be a name."""
        require(actor, self.copying)
        check_copied(rows)
        facts = {"filter": order.wanted.without_typed().words(), "searched": any(order.wanted.typed)}
        action, now = f"{self.subject}.copied", self._clock.now()
        self._store.trail.append(actor, action, self.subject, now, rows=rows, **facts)

    def _resolve(self, actor: Actor, wanted: Asked) -> Wanted:
        """What a filter means to the table: names instead of "me", instants instead of days."""
        raise NotImplementedError

    def _read(self, actor: Actor, ids: Sequence[Any]) -> Mapping[Any, Row]:
        """These rows by id, as they are now; one that is gone is left out."""
        raise NotImplementedError

    def _note_look(self, actor: Actor) -> None:
        """Keep in the trail that somebody looked, where that is kept."""

    def _find(self, _actor: Actor, _order: ListOrder[Asked]) -> Find | None:
        """What gives the ids of a list in its order, where a condition on the table cannot."""
        return None

    def _order(self, actor: Actor, order: ListOrder[Asked]) -> ListOrder[Wanted]:
        return ListOrder(self._resolve(actor, order.wanted), order.sort, order.descending)

    def _check(self, wanted: Asked) -> None:
        for text in wanted.typed:
            check_search(text)

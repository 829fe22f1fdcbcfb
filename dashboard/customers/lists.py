"""Customers as a list that somebody scrolls through: pieces of it by place, of those who fit a text."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard.domain.clock import Clock
from dashboard.domain.lists import (
    Block,
    ListOrder,
    Tally,
    check_copied,
    check_order,
    check_piece,
    check_ranges,
    read_mark,
)
from dashboard.domain.models import Actor, Customer
from dashboard.domain.searches import check_search
from dashboard.staff.access import Permission, require
from dashboard.store import Store
from dashboard.store.customers.rows import LIST_SORTS


class CustomerLists:
    """Reads pieces of lists of customers for people. Everything raises InputError for what a list does not have."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock

    def block(self, actor: Actor, order: ListOrder[str], *, start: int, size: int, mark: str = "") -> Block[Customer]:
        """Rows `start` to `start + size` of a list, counted from 0; without a mark a list begins."""
        require(actor, Permission.VIEW_CUSTOMERS)
        check_search(order.wanted)
        check_piece(start, size, order.sort, LIST_SORTS)
        found = self._store.customers.piece(order, start, size, read_mark(mark) if mark else None)
        customers = self._store.customers.several(found.ids)
        return Block([customers.get(id) for id in found.ids], found.total, found.newer, str(found.mark))

    def tally(self, actor: Actor, wanted: str) -> Tally:
        """How many customers fit a text."""
        require(actor, Permission.VIEW_CUSTOMERS)
        return Tally(self._store.customers.count(check_search(wanted)))

    def picked(self, actor: Actor, order: ListOrder[str], mark: str, ranges: Sequence[tuple[int, int]] | None) -> Tally:
        """How many places of a list are picked, both ends included; without ranges all of it."""
        require(actor, Permission.VIEW_CUSTOMERS)
        check_ranges(ranges)
        check_search(order.wanted)
        check_order(order.sort, LIST_SORTS)
        return self._store.customers.picked(order, read_mark(mark), ranges)

    def note_copy(self, actor: Actor, order: ListOrder[str], rows: int) -> None:
        """Keep in the trail that rows of a list leave the desk, as an export's do."""
        require(actor, Permission.EXPORT)
        check_copied(rows)
        searched = bool(order.wanted)
        self._store.trail.append(
            actor, "customers.copied", "customers", self._clock.now(), rows=rows, searched=searched
        )

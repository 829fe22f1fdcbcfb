"""Cases as a list that somebody scrolls through: pieces of it by place, and what picked places add up to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from dashboard.domain.case_filter import MINE, CaseFilter
from dashboard.domain.cases import Case
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
from dashboard.domain.models import Actor
from dashboard.domain.searches import check_search
from dashboard.settings import Settings
from dashboard.staff.access import Permission, require
from dashboard.store import Store

Order = ListOrder[CaseFilter]


class CaseLists:
    """Reads pieces of lists of cases for people. Everything raises InputError for what a list does not have."""

    def __init__(self, store: Store, clock: Clock, settings: Settings) -> None:
        self._store, self._clock, self._zone = store, clock, settings.timezone

    def block(self, actor: Actor, order: Order, *, start: int, size: int, mark: str = "") -> Block[Case]:
        """Rows `start` to `start + size` of a list, counted from 0; without a mark a list begins."""
        require(actor, Permission.VIEW_PAYMENTS)
        check_search(order.wanted.text)
        check_piece(start, size, order.sort, self._store.cases.sorts)
        seen = read_mark(mark) if mark else None
        found = self._store.cases.piece(_of(actor, order), self._today(), start, size, seen)
        lines = self._store.cases.lines(found.ids)
        return Block([lines.get(id) for id in found.ids], found.total, found.newer, str(found.mark))

    def tally(self, actor: Actor, wanted: CaseFilter) -> Tally:
        """How many cases a filter shows, and their sum."""
        require(actor, Permission.VIEW_PAYMENTS)
        check_search(wanted.text)
        return self._store.cases.tally(_of(actor, ListOrder(wanted, "due")).wanted, self._today())

    def picked(self, actor: Actor, order: Order, mark: str, ranges: Sequence[tuple[int, int]] | None) -> Tally:
        """What ranges of a list by place come to, both ends included; without ranges all of it."""
        require(actor, Permission.VIEW_PAYMENTS)
        check_ranges(ranges)
        check_search(order.wanted.text)
        check_order(order.sort, self._store.cases.sorts)
        return self._store.cases.picked(_of(actor, order), self._today(), read_mark(mark), ranges)

    def note_copy(self, actor: Actor, order: Order, rows: int) -> None:
        """Keep in the trail that rows of a list leave the desk, as an export's do."""
        require(actor, Permission.EXPORT)
        check_copied(rows)
        words, searched = replace(order.wanted, text="").words(), bool(order.wanted.text)
        facts = {"rows": rows, "filter": words, "searched": searched}
        self._store.trail.append(actor, "cases.copied", "cases", self._clock.now(), **facts)

    def _today(self) -> date:
        return self._clock.now().astimezone(self._zone).date()


def _of(actor: Actor, order: Order) -> Order:
    """The same list, with whoever reads it in place of "mine"."""
    if order.wanted.assignee != MINE:
        return order
    return replace(order, wanted=replace(order.wanted, assignee=actor.name))

"""Payouts as a list that somebody scrolls through: pieces of it by place, and what picked places add up to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

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
from dashboard.domain.payout_filter import PayoutFilter
from dashboard.domain.searches import check_search
from dashboard.payouts import PayoutLine, read_line
from dashboard.staff.access import Permission, require
from dashboard.store import Store

Order = ListOrder[PayoutFilter]


class PayoutLists:
    """Reads pieces of lists of payouts for people. Everything raises InputError for what a list does not have."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock

    def block(self, actor: Actor, order: Order, *, start: int, size: int, mark: str = "") -> Block[PayoutLine]:
        """Rows `start` to `start + size` of a list, counted from 0; without a mark a list begins."""
        require(actor, Permission.VIEW_PAYMENTS)
        check_search(order.wanted.text)
        check_piece(start, size, order.sort, self._store.payouts.sorts)
        found = self._store.payouts.piece(order, start, size, read_mark(mark) if mark else None)
        lines = self._store.payouts.lines(found.ids)
        rows = [read_line(lines[id]) if id in lines else None for id in found.ids]
        return Block(rows, found.total, found.newer, str(found.mark))

    def tally(self, actor: Actor, wanted: PayoutFilter) -> Tally:
        """How many payouts a filter shows, and their sum."""
        require(actor, Permission.VIEW_PAYMENTS)
        check_search(wanted.text)
        return self._store.payouts.tally(wanted)

    def picked(self, actor: Actor, order: Order, mark: str, ranges: Sequence[tuple[int, int]] | None) -> Tally:
        """What ranges of a list by place come to, both ends included; without ranges all of it."""
        require(actor, Permission.VIEW_PAYMENTS)
        check_ranges(ranges)
        check_search(order.wanted.text)
        check_order(order.sort, self._store.payouts.sorts)
        return self._store.payouts.picked(order, read_mark(mark), ranges)

    def note_copy(self, actor: Actor, order: Order, rows: int) -> None:
        """Keep in the trail that rows of a list leave the desk, as an export's do."""
        require(actor, Permission.EXPORT)
        check_copied(rows)
        words = replace(order.wanted, text="").words()
        searched = bool(order.wanted.text)
        self._store.trail.append(
            actor, "payouts.copied", "payouts", self._clock.now(), rows=rows, filter=words, searched=searched
        )

"""Payments as a list that somebody scrolls through: pieces of it by place, and what picked places add up to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from dashboard.domain.clock import Clock
from dashboard.domain.errors import InputError
from dashboard.domain.lists import check_ranges
from dashboard.domain.models import Actor
from dashboard.domain.payment_filter import PaymentFilter
from dashboard.domain.searches import check_search
from dashboard.payments import PaymentRow, add_up, check_sort, read_row
from dashboard.settings import Settings
from dashboard.staff.access import Permission, require
from dashboard.store import Store
from dashboard.store.payments.questions import Mark, Sums

MOST_ROWS = 200  # of one piece; a screen shows some forty
MOST_COPIED = 5_000  # rows, as the table's own script has it
MOST_RANGES = 1_000  # of picked places; each is one key or drag of a person


@dataclass(frozen=True)
class PaymentOrder:
    """A list: what it shows and in which order."""

    wanted: PaymentFilter
    sort: str = "created"
    descending: bool = True


@dataclass(frozen=True)
class PaymentBlock:
    """A piece of a list, its rows as they are now; None for one that is gone.

    `mark` names the list's moment: with it every later piece is of the same list, whatever was committed meanwhile.
    `newer` are rows that the filter would show too and that came after it. Until `now` changes, no row has.
    """

    rows: list[PaymentRow | None]
    total: int
    newer: int
    mark: str
    now: str


@dataclass(frozen=True)
class Picked:
    """What was picked: together, and how many of each state."""

    sums: Sums
    states: Mapping[str, int]


class PaymentLists:
    """Reads pieces of lists for people."""

    def __init__(self, store: Store, clock: Clock, settings: Settings) -> None:
        self._store, self._clock, self._settings = store, clock, settings

    def block(
        self, actor: Actor, order: PaymentOrder, *, start: int = 0, size: int = MOST_ROWS, mark: str = ""
    ) -> PaymentBlock:
        """Rows `start` to `start + size` of a list, counted from 0; without a mark a list begins. Raises InputError."""
        require(actor, Permission.VIEW_PAYMENTS)
        if start < 0 or not 0 < size <= MOST_ROWS:
            raise InputError(f"A piece of a list has 1 to {MOST_ROWS} rows.", action="Reload the page.")
        check_search(order.wanted.text)
        check_sort(order.sort)
        today = self._today()
        found = self._store.payments.block(
            order.wanted,
            today,
            sort=order.sort,
            descending=order.descending,
            start=start,
            size=size,
            mark=_read_mark(mark) if mark else None,
        )
        rows = [read_row(row, today) if row else None for row in found.rows]
        return PaymentBlock(rows, found.total, found.newer, str(found.mark), str(found.now))

    def picked(self, actor: Actor, order: PaymentOrder, mark: str, ranges: Sequence[tuple[int, int]] | None) -> Picked:
        """What ranges of a list by place add up to, both ends included; without ranges all of it. Raises InputError."""
        require(actor, Permission.VIEW_PAYMENTS)
        if ranges is not None and (len(ranges) > MOST_RANGES or any(not 0 <= low <= high for low, high in ranges)):
            raise InputError(f"At most {MOST_RANGES} ranges can be picked at once.", action="Pick again.")
        check_search(order.wanted.text)
        check_sort(order.sort)
        by_state = self._store.payments.picked(
            order.wanted,
            self._today(),
            sort=order.sort,
            descending=order.descending,
            mark=_read_mark(mark),
            ranges=None if ranges is None else list(ranges),
        )
        states = {name: one.count for name, one in sorted(by_state.items())}
        return Picked(add_up(by_state, by_state), states)

    def keys(self, actor: Actor, order: PaymentOrder, mark: str, ranges: Sequence[tuple[int, int]]) -> list[int]:
        """The keys of the payments that ranges of a list have, for an export of them. Raises InputError."""
        require(actor, Permission.EXPORT)
        check_ranges(ranges)
        check_search(order.wanted.text)
        check_sort(order.sort)
        return self._store.payments.picked_keys(
            order.wanted,
            self._today(),
            sort=order.sort,
            descending=order.descending,
            mark=_read_mark(mark),
            ranges=list(ranges),
        )

    def note_copy(self, actor: Actor, order: PaymentOrder, rows: int) -> None:
        """Keep in the trail that rows of a list leave the desk, as an export's do. Raises InputError."""
        require(actor, Permission.EXPORT)
        if not 0 < rows <= MOST_COPIED:
            raise InputError(f"1 to {MOST_COPIED:,} rows can be copied at once.", action="Export the others.")
        check_sort(order.sort)
        with self._store.transaction():
            self._store.trail.append(
                actor,
                "payments.copied",
                "payments",
                self._clock.now(),
                rows=rows,
                filter=order.wanted.without_text().words(),  # what was typed may be a name
                searched=bool(order.wanted.text),
            )

    def _today(self) -> date:
        return self._clock.now().astimezone(self._settings.timezone).date()


def _read_mark(text: str) -> Mark:
    try:
        return Mark.read(text)
    except ValueError:
        raise InputError("This list is not known.", action="Reload the page.", code="unknown_list") from None

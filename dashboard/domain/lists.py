"""Lists that somebody scrolls through: what one shows, in which order, and pieces of it by place."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta, tzinfo
from typing import ClassVar, Generic, NamedTuple, Self, TypeVar

from dashboard.domain.errors import InputError
from dashboard.domain.formatting import money

Filter = TypeVar("Filter")
Row = TypeVar("Row")
MOST_ROWS = 200  # of one piece; a screen shows some forty
MOST_LISTED = 1_000_000  # rows of a list that is read whole
MOST_COPIED = 5_000  # rows, as the table's own script has it
MOST_RANGES = 1_000  # of picked places; each is one key or drag of a person
MARK = re.compile(r"([0-9]{1,18})(?:\.([0-9a-f]{1,16}))?")


class Mark(NamedTuple):
    """The moment of a list: what was added last when it began, and by which name its places are held, if they are."""

    added: int
    held: str = ""

    def __str__(self) -> str:
        """As it goes to a browser and comes back."""
        return f"{self.added}.{self.held}" if self.held else str(self.added)


@dataclass(frozen=True)
class ListFilter:
    """What every filter of a list can do. `TYPED` are its parts that a person types, which may be a name."""

    TYPED: ClassVar[tuple[str, ...]] = ("text",)

    @property
    def typed(self) -> tuple[str, ...]:
        """What was typed."""
        return tuple(str(getattr(self, name)) for name in self.TYPED)

    @property
    def is_empty(self) -> bool:
        """Whether it lets everything through."""
        return self == type(self)()

    def without_typed(self) -> Self:
        """The same filter without what was typed."""
        return replace(self, **dict.fromkeys(self.TYPED, ""))

    def words(self) -> str:
        """The filter as a sentence, so that nothing is hidden silently."""
        raise NotImplementedError


@dataclass(frozen=True)
class ListOrder(Generic[Filter]):
    """A list: what it shows and in which order."""

    wanted: Filter
    sort: str
    descending: bool = True


@dataclass(frozen=True)
class Block(Generic[Row]):
    """A piece of a list, its rows as they are now; None for one that went away meanwhile.

    `mark` names the list's moment: with it a later piece has no rows that were added after it; `newer` counts those.
    """

    rows: list[Row | None]
    total: int
    newer: int
    mark: str


@dataclass(frozen=True)
class Tally:
    """How many rows, and where they have money its sum by currency, in cents."""

    count: int
    amounts: Mapping[str, int] = field(default_factory=dict)

    def without(self, other: Tally) -> Tally:
        """What is left where the rows of `other`, all of them among these, are taken away."""
        amounts = {currency: cents - other.amounts.get(currency, 0) for currency, cents in self.amounts.items()}
        return Tally(self.count - other.count, amounts)


def check_piece(start: int, size: int, sort: str, sorts: Collection[str]) -> None:
    """Raises InputError where a list cannot be sorted so, or a piece is too large."""
    if start < 0 or not 0 < size <= MOST_ROWS:
        raise InputError(f"A piece of a list has 1 to {MOST_ROWS} rows.", action="Reload the page.")
    check_order(sort, sorts)


def check_order(sort: str, sorts: Collection[str]) -> None:
    """Raises InputError where a list cannot be sorted so."""
    if sort not in sorts:
        raise InputError("The list cannot be sorted by this.", action=f"Sort by {', '.join(sorts)}.")


def check_ranges(ranges: Sequence[tuple[int, int]] | None) -> None:
    """Raises InputError where picked places are too many ranges, or one ends before it begins."""
    if ranges is not None and (len(ranges) > MOST_RANGES or any(not 0 <= low <= high for low, high in ranges)):
        raise InputError(f"At most {MOST_RANGES} ranges can be picked at once.", action="Pick again.")


def check_copied(rows: int) -> None:
    """Raises InputError where nothing or too much is copied."""
    if not 0 < rows <= MOST_COPIED:
        raise InputError(f"1 to {MOST_COPIED:,} rows can be copied at once.", action="Export the others.")


def read_mark(text: str) -> Mark:
    """The moment of a list. Raises InputError where it is none."""
    found = MARK.fullmatch(text)
    if found is None:
        raise InputError("This list is not known.", action="Reload the page.", code="unknown_list")
    return Mark(int(found[1]), found[2] or "")


def say_filter(everything: str, some: str, *parts: str, text: str = "") -> str:
    """A filter as a sentence: `everything` where no part is set, else `some`, then what is set."""
    said = [part for part in (*parts, f"containing “{text}”" if text else "") if part]
    return f"{some}: {', '.join(said)}" if said else everything


def say_days(what: str, start: date | None, end: date | None, *, until: str = "today") -> str:
    """The part about days, both included; empty where none is set."""
    if not start and not end:
        return ""
    days = f"{start.isoformat() if start else 'the beginning'} to {end.isoformat() if end else until}"
    return f"{what} {days}".strip()


def say_amounts(low: int | None, high: int | None) -> str:
    """The part about an amount in cents, both ends included; empty where none is set."""
    parts = ("" if low is None else f"from {money(low, None)}", "" if high is None else f"up to {money(high, None)}")
    return " ".join(("amount", *filter(None, parts))) if any(parts) else ""


def midnight(day: date | None, zone: tzinfo, later: int = 0) -> datetime | None:
    """The instant at which a day of the zone begins, or the one so many days later; None without a day."""
    return None if day is None else datetime.combine(day + timedelta(days=later), time(), zone)


def join_ranges(ranges: Sequence[tuple[int, int]], total: int) -> list[tuple[int, int]]:
    """The places of a list that ranges have, both ends included: in order, each place once, none beyond the list."""
    joined, after = list[tuple[int, int]](), 0
    for low, high in sorted(ranges):
        first, last = max(low, after), min(high, total - 1)
        if first <= last:
            joined.append((first, last))
            after = last + 1
    return joined

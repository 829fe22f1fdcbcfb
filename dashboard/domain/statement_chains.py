"""How the files of one bank account follow each other: by their balances where they state them, else by their days.

A file covers the days from its first line to its last, and those that it states (`stated_periods.py`). Days between two
files on which banks post are a hole, unless the balances on both sides show that nothing was posted on them. Money is
integer cents of the account's currency.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from dashboard.domain.business_days import add_business_days, last_business_day

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Period:
    """A file of an account by its id: the days that it covers, and its balances in cents where it states them."""

    file: str
    begins_on: date
    ends_on: date
    opening: int | None
    closing: int | None


@dataclass(frozen=True)
class Link:
    """A file after the one before it that states its balances; `off` is by how many cents it misses it."""

    before: Period
    after: Period
    off: int


@dataclass(frozen=True)
class Hole:
    """What no file of an account covers, both days included; `cents` is what is missing, None where no file says so.

    `are_days`: whole days are missing; else the two files meet, and their balances do not.
    """

    first: date
    last: date
    cents: int | None
    are_days: bool


def link(periods: Sequence[Period], total: Callable[[date, date], int]) -> list[Link]:
    """Each file with the one before it; `total` is the sum of the account's lines from a day on to before another.

    A file follows where it begins with the balance that the one before ended with, or with that one's opening balance
    and every line from then on until its own first day. Periods come by their first day.
    """
    found: list[Link] = []
    before: Period | None = None
    for after in periods:
        if after.opening is None:
            continue
        if before is not None and before.opening is not None:
            off = after.opening - before.opening - total(before.begins_on, after.begins_on)
            found.append(Link(before, after, 0 if after.opening == before.closing else off))
        before = after
    return found


def find_holes(periods: Sequence[Period], total: Callable[[date, date], int]) -> list[Hole]:
    """Where an account's files leave a day or an amount out, earliest first; arguments as of `link`."""
    links = link(periods, total)
    found: list[Hole] = []
    told: list[Link] = []
    for reached, begins in _gaps(periods):
        first, last = add_business_days(reached + DAY, 0), last_business_day(begins - DAY)
        around = [one for one in links if one.before.begins_on <= reached and one.after.begins_on >= begins]
        if first > last or any(one.off == 0 for one in around):
            continue
        found.append(Hole(first, last, around[0].off if around else None, are_days=True))
        told += around
    for one in links:
        if one.off and one not in told:
            days = sorted((one.before.ends_on, one.after.begins_on))
            found.append(Hole(days[0], days[1], one.off, are_days=False))
    return sorted(found, key=lambda one: (one.first, one.last))


def _gaps(periods: Sequence[Period]) -> Iterator[tuple[date, date]]:
    """The last day before and the first day after each stretch that no file covers."""
    reached: date | None = None
    for one in periods:
        if reached is not None and one.begins_on > reached + DAY:
            yield reached, one.begins_on
        reached = one.ends_on if reached is None else max(reached, one.ends_on)

"""The books of a month: the Stripe balance tied, what is on its way to the bank, what stands in the way of a close.

The balance is worked out twice: from what moved (opening + movements - payouts) and from what is in no payout yet. The
two agree where every payout is made of exactly what Stripe lists in it. Money is integer cents, time epoch seconds.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum

from dashboard.domain.errors import InputError

_MONTH = re.compile(r"(20[0-9]{2})-(0[1-9]|1[0-2])")  # no digits of other scripts: a month has one name
_DAYS = re.compile(r"(20[0-9]{2}-[0-9]{2}-[0-9]{2})-to-(20[0-9]{2}-[0-9]{2}-[0-9]{2})")
FIRST_YEAR, LAST_YEAR = 2000, 2099

OLD_RAIL = "Old ACH rail"


@dataclass(frozen=True)
class Month:
    """A month of the business's zone, or other whole days of it for a report that lists.

    `begins_at` is its first instant, `ends_at` the first one after it.
    """

    name: str
    first: date
    after: date
    begins_at: int
    ends_at: int

    @property
    def last(self) -> date:
        """The last day of it."""
        return self.after - timedelta(days=1)

    @property
    def is_whole(self) -> bool:
        """Whether it is a month of the calendar."""
        return _MONTH.fullmatch(self.name) is not None

    @property
    def bank_begins(self) -> int:
        """The first day as Stripe writes a bank's day: midnight UTC."""
        return _midnight(self.first, UTC)

    @property
    def bank_ends(self) -> int:
        """The first day after it, as Stripe writes a bank's day."""
        return _midnight(self.after, UTC)


def read_month(text: str, zone: tzinfo) -> Month:
    """The month of `2026-11`. Raises InputError."""
    found = _MONTH.fullmatch(text)
    if found is None:
        raise InputError(
            f"“{text[:20]}” is no month.", meaning="Nothing was done.", action="Write it as 2026-11.", code="month"
        )
    first = date(int(found[1]), int(found[2]), 1)
    after = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return Month(text, first, after, _midnight(first, zone), _midnight(after, zone))


def make_span(first: date, last: date, zone: tzinfo) -> Month:
    """Whole days from a first to a last one, under a name that a month never has. Raises InputError."""
    if last < first or first.year < FIRST_YEAR or last.year > LAST_YEAR:
        raise InputError(
            f"{first.isoformat()} to {last.isoformat()} are no days of a report.",
            meaning="Nothing was done.",
            action="Choose a last day that is not before the first one.",
            code="days",
        )
    after = last + timedelta(days=1)
    name = f"{first.isoformat()}-to-{last.isoformat()}"
    return Month(name, first, after, _midnight(first, zone), _midnight(after, zone))


def read_period(text: str, zone: tzinfo) -> Month:
    """The month of `2026-11`, or the days of `2026-09-15-to-2026-11-30`. Raises InputError."""
    found = _DAYS.fullmatch(text)
    if found is None:
        return read_month(text, zone)
    try:
        first, last = date.fromisoformat(found[1]), date.fromisoformat(found[2])
    except ValueError:
        raise InputError(
            f"“{text}” has a day that there is not.",
            meaning="Nothing was done.",
            action="Write the days as 2026-11-30.",
            code="days",
        ) from None
    return make_span(first, last, zone)


def rail_name(old_rail: bool) -> str:
    """What a balance at Stripe is called; the name stays, since signed figures bear it."""
    return OLD_RAIL if old_rail else "ACH and all other means"


@dataclass(frozen=True)
class Movement:
    """One kind of thing that moved the balance in the month; cents with their sign, `net` is `amount - fee`."""

    name: str
    count: int
    amount: int
    fee: int
    net: int


@dataclass(frozen=True)
class Balance:
    """The Stripe balance of one rail and currency over a month, in cents; `closing` is what is in no payout yet."""

    old_rail: bool
    currency: str
    opening: int
    movements: tuple[Movement, ...]
    payouts: int
    closing: int
    in_transit: int = 0

    @property
    def rail(self) -> str:
        """Which balance at Stripe it is: the old rail's money is kept apart (Stripe: source types)."""
        return rail_name(self.old_rail)

    @property
    def moved(self) -> int:
        """What all movements come to."""
        return sum(one.net for one in self.movements)

    @property
    def expected(self) -> int:
        """What opening, movements and payouts make."""
        return self.opening + self.moved - self.payouts

    @property
    def difference(self) -> int:
        """What the closing balance has more than its parts make."""
        return self.closing - self.expected

    @property
    def ties(self) -> bool:
        """Whether the equation holds to the cent."""
        return self.difference == 0


@dataclass(frozen=True)
class OnItsWay:
    """A payout that has left the Stripe balance and had not reached the bank when the month ended."""

    id: str
    arrival: date
    cents: int
    currency: str
    status: str
    old_rail: bool


@dataclass(frozen=True)
class Blocker:
    """One thing that stands in the way of a close, by name; `page` is where it is dealt with, `payout` which one."""

    what: str
    step: str
    page: str
    payout: str = ""


@dataclass(frozen=True)
class Books:
    """A month as it stands now."""

    month: Month
    balances: tuple[Balance, ...]
    on_their_way: tuple[OnItsWay, ...]
    blockers: tuple[Blocker, ...]

    @property
    def ties(self) -> bool:
        """Whether every balance does."""
        return all(one.ties for one in self.balances)


def total(balances: Sequence[Balance], currency: str) -> int:
    """The Stripe balance and what is on its way, of every rail: what a clearing account has to show."""
    return sum(one.closing + one.in_transit for one in balances if one.currency == currency)


def _midnight(day: date, zone: tzinfo) -> int:
    return int(datetime.combine(day, time(), zone).timestamp())


class CloseState(StrEnum):
    """Where the close of a month is. The last two are ends."""

    WAITING = "waiting"
    CLOSED = "closed"
    REOPENING = "reopening"
    REOPENED = "reopened"
    WITHDRAWN = "withdrawn"

    @property
    def is_in_force(self) -> bool:
        """Whether the signed figures are the month's."""
        return self in {CloseState.CLOSED, CloseState.REOPENING}


@dataclass(frozen=True)
class AfterClose:
    """What a figure has more now than when the month was signed, in cents; it lands in the next month."""

    what: str
    closed: int
    now: int
    currency: str

    @property
    def difference(self) -> int:
        """What came to it afterwards."""
        return self.now - self.closed


def figures_of(books: Books) -> dict[str, int]:
    """Every figure of a month in cents, by a name that stays: rail, currency and what it is."""
    found: dict[str, int] = {}
    for one in books.balances:
        begin = f"{one.rail}|{one.currency}|"
        found |= {f"{begin}{part.name}": part.net for part in one.movements}
        found |= {
            f"{begin}Opening balance": one.opening,
            f"{begin}Payouts": one.payouts,
            f"{begin}Closing balance": one.closing,
            f"{begin}In transit": one.in_transit,
        }
    return found


def after_close(closed: Mapping[str, int], now: Mapping[str, int]) -> tuple[AfterClose, ...]:
    """Each figure that is another than was signed."""
    return tuple(
        AfterClose(f"{name.split('|')[2]} ({name.split('|')[0]})", was, present, name.split("|")[1])
        for name in sorted(closed.keys() | now.keys())
        if (was := closed.get(name, 0)) != (present := now.get(name, 0))
    )

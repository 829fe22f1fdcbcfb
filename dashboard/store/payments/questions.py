"""What is asked of payments and what comes back, without what holds them in memory: a sync writes and asks nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from typing import NamedTuple

# What each order goes by, before the place: words as they are, `customer` and `reference` as they are searched for.
SORTS = {
    "created": ("created",),
    "amount": ("amount",),
    "status": ("state", "created"),
    "customer": ("customer",),
    "due": ("due",),
    "bank": ("bank", "created"),
    "reason": ("reason", "created"),
    "rail": ("rail", "created"),
    "reference": ("reference",),
}


class Mark(NamedTuple):
    """A moment of the table: the last change that was noted, and the largest key of a row."""

    change: int
    largest: int

    def __str__(self) -> str:
        """As it goes to a browser and comes back."""
        return f"{self.change}.{self.largest}"

    @classmethod
    def read(cls, text: str) -> Mark:
        """What `str` wrote. Raises ValueError."""
        change, largest = text.split(".")
        return cls(int(change), int(largest))


@dataclass(frozen=True)
class Sums:
    """How many payments and how much money, in cents by currency."""

    count: int
    amounts: dict[str, int]


def first_instant(day: date, zone: tzinfo) -> int:
    """The first instant of a business day in epoch seconds."""
    return int(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp())


def due_midnight(today: date) -> int:
    """The first instant of a bank's day: due dates are days as Stripe gives them, at midnight UTC."""
    return int(datetime(today.year, today.month, today.day, tzinfo=UTC).timestamp())

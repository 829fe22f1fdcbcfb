"""Whether an account's balance covers an amount, by what banks said when the desk asked; cents, aware UTC."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class AskedBalance:
    """What a bank said at one time; `available_cents` is None where it gave no available balance."""

    at: datetime
    available_cents: int | None


@dataclass(frozen=True)
class Cover:
    """What the desk knows of it: when it asked last, whether that balance covers the amount (None where the bank gave
    none), and the first time from which on every balance that was given covers it."""

    asked_at: datetime
    is_covered: bool | None
    since: datetime | None


def find_cover(asked: Sequence[AskedBalance], amount_cents: int) -> Cover | None:
    """The cover by these balances, oldest first; None where nobody asked. One that is not known ends no run."""
    if not asked:
        return None
    since = None
    for one in asked:
        if one.available_cents is not None:
            since = (since or one.at) if one.available_cents >= amount_cents else None
    last = asked[-1]
    covered = None if last.available_cents is None else last.available_cents >= amount_cents
    return Cover(last.at, covered, since)

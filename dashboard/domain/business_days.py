"""Business days of the US banking system: when an ACH debit moves.

Source: the Federal Reserve's holiday schedule (a holiday on Saturday is not moved; one on Sunday is kept on Monday).
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import accumulate
from zoneinfo import ZoneInfo

EASTERN = ZoneInfo("America/New_York")
CUT_OFF_HOUR = 21  # Stripe: a debit made after 21:00 US Eastern goes with the next business day
SETTLEMENT_DAYS = 4  # Stripe: standard settlement of us_bank_account is T+4 business days


def _nth_weekday(year: int, month: int, weekday: int, n: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (n - 1))


def _last_monday(year: int, month: int) -> date:
    return max(day for n in (4, 5) if (day := _nth_weekday(year, month, 0, n)).month == month)


@lru_cache(maxsize=64)
def list_holidays(year: int) -> frozenset[date]:
    """The days of one year on which the Federal Reserve Banks are closed, beside weekends."""
    fixed = [date(year, 1, 1), date(year, 6, 19), date(year, 7, 4), date(year, 11, 11), date(year, 12, 25)]
    moved = {day + timedelta(days=1) if day.weekday() == 6 else day for day in fixed}
    return frozenset(
        moved
        | {
            _nth_weekday(year, 1, 0, 3),
            _nth_weekday(year, 2, 0, 3),
            _last_monday(year, 5),
            _nth_weekday(year, 9, 0, 1),
            _nth_weekday(year, 10, 0, 2),
            _nth_weekday(year, 11, 3, 4),
        }
    )


def is_business_day(day: date) -> bool:
    """Whether banks settle on this day."""
    return day.weekday() < 5 and day not in list_holidays(day.year)


def add_business_days(day: date, count: int) -> date:
    """The business day `count` business days after `day`; with 0, the first business day on or after it.

    Raises ValueError for a count below 0.
    """
    if count < 0:
        raise ValueError("Business days are added, not taken away.")
    while not is_business_day(day):
        day += timedelta(days=1)
    for _ in range(count):
        day += timedelta(days=1)
        while not is_business_day(day):
            day += timedelta(days=1)
    return day


def last_business_day(day: date) -> date:
    """The last business day on or before `day`."""
    while not is_business_day(day):
        day -= timedelta(days=1)
    return day


def count_business_days(start: date, end: date) -> int:
    """How many business days lie after `start` up to and including `end`; negative where `end` is earlier."""
    if end < start:
        return -count_business_days(end, start)
    years = sum(_counted(year)[-1] for year in range(start.year, end.year))
    return years + _counted(end.year)[end.timetuple().tm_yday] - _counted(start.year)[start.timetuple().tm_yday]


@lru_cache(maxsize=64)
def _counted(year: int) -> tuple[int, ...]:
    """Business days of a year until each of its days; a page of payments counts hundreds of spans of up to years."""
    first = date(year, 1, 1)
    days = (date(year, 12, 31) - first).days + 1
    return tuple(accumulate((is_business_day(first + timedelta(days=n)) for n in range(days)), initial=0))


def submission_day(at: datetime) -> date:
    """The business day on which a debit made at `at` is handed to the bank network (Stripe: 21:00 Eastern cut-off)."""
    local = at.astimezone(EASTERN)
    day = local.date()
    if local.hour >= CUT_OFF_HOUR:
        day += timedelta(days=1)
    return add_business_days(day, 0)

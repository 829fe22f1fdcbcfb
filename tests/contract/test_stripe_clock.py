"""The sandbox's calendar: banking days that change at 21:00 Eastern, and Federal Reserve holidays."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from dashboard.domain.business_days import SETTLEMENT_DAYS, add_business_days, is_business_day, submission_day
from dashboard.sandbox.clock import later, open_of

CLOSED = {  # the Federal Reserve Banks' published holidays on weekdays
    2026: ["01-01", "01-19", "02-16", "05-25", "06-19", "09-07", "10-12", "11-11", "11-26", "12-25"],
    2027: ["01-01", "01-18", "02-15", "05-31", "07-05", "09-06", "10-11", "11-11", "11-25"],
}


@pytest.mark.parametrize("year", CLOSED)
def test_the_banks_are_closed_on_the_published_days_alone(year: int) -> None:
    days = [date(year, 1, 1) + timedelta(days=n) for n in range(365)]
    closed = [f"{day:%m-%d}" for day in days if day.weekday() < 5 and not is_business_day(day)]
    assert closed == CLOSED[year]


@pytest.mark.parametrize("start", [date(2026, 11, 1), date(2026, 3, 1), date(2026, 12, 18)], ids=str)
def test_moving_four_business_days_reaches_the_answer_from_any_hour(start: date) -> None:
    first = datetime(start.year, start.month, start.day, 0, 30, tzinfo=UTC)
    for hour in range(24 * 20):
        made = first + timedelta(hours=hour)
        moved = later(made, SETTLEMENT_DAYS)
        submitted = submission_day(made)
        assert moved >= open_of(add_business_days(submitted, SETTLEMENT_DAYS)), made
        assert later(made, 1) >= open_of(submitted + timedelta(days=1)), made
        assert later(made, 3) < open_of(add_business_days(submitted, SETTLEMENT_DAYS)), made
        assert later(made, 1) > made

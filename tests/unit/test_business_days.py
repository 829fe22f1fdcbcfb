from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from dashboard.domain.business_days import (
    CUT_OFF_HOUR,
    SETTLEMENT_DAYS,
    add_business_days,
    count_business_days,
    is_business_day,
    list_holidays,
    submission_day,
)
from tests.unit.payment_rules import PUBLISHED, closed_days


@pytest.mark.parametrize("year", PUBLISHED)
def test_the_holidays_are_those_that_the_federal_reserve_publishes(year: int) -> None:
    assert list_holidays(year) == closed_days(year)


@pytest.mark.parametrize("year", PUBLISHED)
def test_banks_settle_on_every_weekday_that_is_no_holiday(year: int) -> None:
    closed, first = closed_days(year), date(year, 1, 1)
    for number in range((date(year, 12, 31) - first).days + 1):
        day = first + timedelta(days=number)
        assert is_business_day(day) is (day.strftime("%a") not in {"Sat", "Sun"} and day not in closed), day


@pytest.mark.parametrize(
    ("day", "count", "expected"),
    [
        (date(2026, 11, 24), 0, date(2026, 11, 24)),
        (date(2026, 11, 28), 0, date(2026, 11, 30)),
        (date(2026, 11, 25), 1, date(2026, 11, 27)),
        (date(2026, 12, 24), 4, date(2026, 12, 31)),
        (date(2026, 12, 31), 1, date(2027, 1, 4)),
    ],
)
def test_business_days_are_added_over_weekends_and_holidays(day: date, count: int, expected: date) -> None:
    assert add_business_days(day, count) == expected


def test_counting_a_span_counts_its_business_days_one_by_one_over_years() -> None:
    for start, end in ((date(2024, 2, 28), date(2026, 12, 31)), (date(2023, 12, 31), date(2024, 1, 1))):
        days = [start + timedelta(days=n) for n in range(1, (end - start).days + 1)]
        for place in range(0, len(days), 37):
            assert count_business_days(start, days[place]) == sum(map(is_business_day, days[: place + 1]))


def test_counting_is_the_inverse_of_adding() -> None:
    start = date(2026, 11, 24)
    assert [count_business_days(start, add_business_days(start, n)) for n in range(30)] == list(range(30))
    assert count_business_days(date(2026, 1, 6), date(2024, 12, 30)) == -count_business_days(
        date(2024, 12, 30), date(2026, 1, 6)
    )
    assert count_business_days(date(2026, 11, 27), start) == -count_business_days(start, date(2026, 11, 27)) == -2


def test_stripes_times_of_a_bank_debit() -> None:
    assert (CUT_OFF_HOUR, SETTLEMENT_DAYS) == (21, 4), "Stripe: us_bank_account, settlement timing"


@pytest.mark.parametrize(
    ("at", "day"),
    [
        (datetime(2026, 11, 25, 1, 59, tzinfo=UTC), date(2026, 11, 24)),  # 20:59 in New York
        (datetime(2026, 11, 25, 2, 0, tzinfo=UTC), date(2026, 11, 25)),  # 21:00: Stripe's cut-off
        (datetime(2026, 7, 1, 1, 0, tzinfo=UTC), date(2026, 7, 1)),  # 21:00 in summer time
        (datetime(2026, 11, 26, 2, 0, tzinfo=UTC), date(2026, 11, 27)),  # the next day is Thanksgiving
        (datetime(2026, 11, 25, 4, 59, tzinfo=UTC), date(2026, 11, 25)),  # 23:59: a day later in UTC as well
        (datetime(2026, 11, 25, 5, 0, tzinfo=UTC), date(2026, 11, 25)),  # midnight
        (datetime(2026, 11, 28, 17, 0, tzinfo=UTC), date(2026, 11, 30)),  # a Saturday at noon
    ],
)
def test_a_debit_after_the_cut_off_goes_with_the_next_business_day(at: datetime, day: date) -> None:
    assert submission_day(at) == day


def test_business_days_are_not_taken_away() -> None:
    with pytest.raises(ValueError, match="added"):
        add_business_days(date(2026, 11, 30), -1)

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from dashboard.bankdays import add_business_days, count_business_days, is_business_day, list_holidays, submission_day


def test_the_federal_reserves_holidays_of_2026() -> None:
    assert sorted(list_holidays(2026)) == [
        date(2026, 1, 1),
        date(2026, 1, 19),
        date(2026, 2, 16),
        date(2026, 5, 25),
        date(2026, 6, 19),
        date(2026, 7, 4),  # a Saturday: not moved
        date(2026, 9, 7),
        date(2026, 10, 12),
        date(2026, 11, 11),
        date(2026, 11, 26),
        date(2026, 12, 25),
    ]


def test_a_holiday_on_sunday_is_kept_on_monday_and_one_on_saturday_is_not_moved() -> None:
    assert not is_business_day(date(2027, 7, 5))  # 4 July 2027 is a Sunday
    assert is_business_day(date(2026, 7, 3))


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
    assert count_business_days(date(2026, 11, 27), start) == -count_business_days(start, date(2026, 11, 27)) == -2


@pytest.mark.parametrize(
    ("at", "day"),
    [
        (datetime(2026, 11, 25, 1, 59, tzinfo=UTC), date(2026, 11, 24)),  # 20:59 in New York
        (datetime(2026, 11, 25, 2, 0, tzinfo=UTC), date(2026, 11, 25)),  # 21:00: Stripe's cut-off
        (datetime(2026, 7, 1, 1, 0, tzinfo=UTC), date(2026, 7, 1)),  # 21:00 in summer time
        (datetime(2026, 11, 26, 2, 0, tzinfo=UTC), date(2026, 11, 27)),  # the next day is Thanksgiving
    ],
)
def test_a_debit_after_the_cut_off_goes_with_the_next_business_day(at: datetime, day: date) -> None:
    assert submission_day(at) == day

"""A period's days, on whatever day it is looked at."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.domain.business_days import is_business_day
from dashboard.domain.payment_filter import PaymentFilter
from dashboard.domain.periods import PERIODS, days_of, last_close

DAYS = st.dates(date(2020, 1, 1), date(2035, 12, 31))


@pytest.mark.parametrize(
    ("today", "period", "first", "last"),
    [
        ("2026-11-30", "since_close", "2026-11-28", "2026-11-30"),  # a Monday: the close was on Friday
        ("2026-11-27", "since_close", "2026-11-26", "2026-11-27"),  # after Thanksgiving: it was on Wednesday
        ("2026-12-01", "since_close", "2026-12-01", "2026-12-01"),
        ("2026-12-01", "last_month", "2026-11-01", "2026-11-30"),
        ("2026-03-01", "last_month", "2026-02-01", "2026-02-28"),
        ("2026-03-31", "this_month", "2026-03-01", "2026-03-31"),
        ("2026-11-29", "this_week", "2026-11-23", "2026-11-29"),
        ("2026-11-29", "last_week", "2026-11-16", "2026-11-22"),
        ("2027-01-01", "yesterday", "2026-12-31", "2026-12-31"),
        ("2026-11-29", "last_30_days", "2026-10-30", "2026-11-29"),
    ],
)
def test_a_period_has_these_days(today: str, period: str, first: str, last: str) -> None:
    found = days_of(period, date.fromisoformat(today))
    assert found == (date.fromisoformat(first), date.fromisoformat(last))


@given(DAYS, st.sampled_from(list(PERIODS)))
def test_no_period_is_empty_or_ends_after_today(today: date, period: str) -> None:
    first, last = days_of(period, today)
    assert first <= last <= today


@given(DAYS)
def test_nothing_but_days_without_business_lies_between_the_close_and_today(today: date) -> None:
    close = last_close(today)
    assert close < today and is_business_day(close)
    between = (close + timedelta(days=number) for number in range(1, (today - close).days))
    assert not any(map(is_business_day, between))


def test_a_filter_with_a_period_is_one_with_its_days() -> None:
    wanted = PaymentFilter(period="this_month", dated="failed", text="INV")
    today = date(2026, 11, 29)
    days = replace(wanted, period="", created_from=date(2026, 11, 1), created_to=today)
    assert wanted.on(today) == days and days.on(today) == days
    assert wanted.words() == "Payments: failed this month, containing “INV”"
    assert PaymentFilter.from_query({"period": "this_month", "created_from": "2026-01-05"}).period == ""
    assert PaymentFilter.from_query({"period": "some_day"}).is_empty

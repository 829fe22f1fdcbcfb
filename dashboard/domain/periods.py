"""Days that are said by how they stand to today, so that a filter that is kept means the same tomorrow."""

from __future__ import annotations

from datetime import date, timedelta

from dashboard.domain.business_days import last_business_day

# What a period is called, by its name in an address; the words follow a date's own: "created this month".
PERIODS = {
    "today": "today",
    "yesterday": "yesterday",
    "since_close": "since the last close",
    "this_week": "this week",
    "last_week": "last week",
    "last_30_days": "in the last 30 days",
    "this_month": "this month",
    "last_month": "last month",
}


def last_close(today: date) -> date:
    """The last business day before today: what came after its end is new to whoever comes today."""
    return last_business_day(today - timedelta(days=1))


def days_of(period: str, today: date) -> tuple[date, date]:
    """The first and the last day of a period, both included; weeks begin on Monday. Raises KeyError."""
    monday, first = today - timedelta(days=today.weekday()), today.replace(day=1)
    before = first - timedelta(days=1)
    return {
        "today": (today, today),
        "yesterday": (today - timedelta(days=1), today - timedelta(days=1)),
        "since_close": (last_close(today) + timedelta(days=1), today),
        "this_week": (monday, today),
        "last_week": (monday - timedelta(days=7), monday - timedelta(days=1)),
        "last_30_days": (today - timedelta(days=30), today),
        "this_month": (first, today),
        "last_month": (before.replace(day=1), before),
    }[period]

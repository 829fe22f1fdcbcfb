"""Words beside money and dates on a page, and money as a person types it; the texts themselves are `formatting`'s."""

from __future__ import annotations

import re
from datetime import date, datetime

from dashboard.domain.business_days import count_business_days, is_business_day
from dashboard.domain.formatting import (
    NOTHING,
    bare_money,
    count,
    date_of,
    day,
    in_words,
    moment,
    money,
    month_of,
    stamp,
    time_of,
)

__all__ = [
    "HOW_MONEY",
    "NOTHING",
    "account",
    "ago",
    "bare_money",
    "count",
    "date_of",
    "day",
    "from_today",
    "in_words",
    "moment",
    "money",
    "month_of",
    "parse_money",
    "payments",
    "stamp",
    "time_of",
    "typed_money",
]
AMOUNT = re.compile(r"\$?\s*(?P<whole>[1-9][0-9]{0,2}(?:,[0-9]{3}){1,4}|[0-9]{1,15}|(?=\.))(?:\.(?P<rest>[0-9]{1,2}))?")
HOW_MONEY = "Write dollars and cents with a point, above zero, such as 12.50 or 1,250.00."


def payments(number: int) -> str:
    """`1 payment`, `1,234 payments`."""
    return count(number, "payment")


def from_today(on: date | None, today: date) -> str:
    """How far away a day is, in business days: it stands beside the date, not instead.

    Whether banks are closed is said of that date, whatever today is: a Saturday that looks at Sunday, or the Monday
    that looks back at it.
    """
    if on is None:
        return ""
    if on == today:
        return "today"
    if not is_business_day(on):
        return "on the weekend or a holiday"
    days = count_business_days(today, on)
    if days == 0:  # from a day on which banks are closed back to the last one on which they were open
        return "the last business day"
    words = count(abs(days), "business day")
    return f"in {words}" if days > 0 else f"{words} ago"


def ago(at: datetime | None, now: datetime) -> str:
    """How long something is past: `just now`, `12 minutes ago`, `3 hours ago`, `2 days ago`."""
    if at is None:
        return "never"
    seconds = max(0, int((now - at).total_seconds()))
    for size, word in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            return f"{count(seconds // size, word)} ago"
    return "just now"


def account(name: str, mask: str | None) -> str:
    """An account as its holder knows it: name and last digits."""
    return f"{name} ••{mask}" if mask else name


def typed_money(cents: int | None) -> str:
    """An amount as a person types it and `parse_money` reads it: `1234.50`."""
    return "" if cents is None else bare_money(cents)


def parse_money(text: str) -> int | None:
    """Cents of what a person typed (`1,234.50`, `$20`), or None where it is no amount of whole cents.

    A comma stands between thousands only: `12,50` may be meant as twelve and a half or as 1,250, so it is neither, and
    `0,250` begins no thousands. Up to 15 digits: no account holds more.
    """
    found = AMOUNT.fullmatch(text.strip())
    if found is None:
        return None
    whole, rest = found["whole"].replace(",", ""), found["rest"] or ""
    return int(whole or "0") * 100 + int(rest.ljust(2, "0"))

"""Money, dates and words as a person reads them: the one place where cents and UTC become text."""

from __future__ import annotations

from datetime import date, datetime, tzinfo

from dashboard.bankdays import count_business_days

SIGNS = {"usd": "$", "eur": "€", "gbp": "£"}
NOTHING = "–"


def money(cents: int | None, currency: str | None = "usd") -> str:
    """`$1,234.50`; a negative amount in brackets; another currency by its code."""
    if cents is None:
        return NOTHING
    code = (currency or "").lower()
    sign = SIGNS.get(code, f"{code.upper()} " if code else "")
    text = f"{sign}{abs(cents) // 100:,}.{abs(cents) % 100:02d}"
    return f"({text})" if cents < 0 else text


def moment(at: datetime | None, zone: tzinfo, now: datetime | None = None) -> str:
    """`Mon 23 Nov, 14:05 EST`, with the year where it is not this year's."""
    if at is None:
        return NOTHING
    local = at.astimezone(zone)
    this_year = (now or datetime.now(zone)).astimezone(zone).year
    year = "" if local.year == this_year else f" {local.year}"
    return f"{local:%a} {local.day} {local:%b}{year}, {local:%H:%M %Z}"


def payments(count: int) -> str:
    """`1 payment`, `1,234 payments`."""
    return f"{count:,} payment{'' if count == 1 else 's'}"


def day(on: date | None, today: date | None = None) -> str:
    """`Mon 23 Nov`, with the year where it is not this year's."""
    if on is None:
        return NOTHING
    year = "" if today is None or on.year == today.year else f" {on.year}"
    return f"{on:%a} {on.day} {on:%b}{year}"


def from_today(on: date | None, today: date) -> str:
    """How far away a bank day is, in business days: it stands beside the date, not instead."""
    if on is None:
        return ""
    days = count_business_days(today, on)
    if on == today:
        return "today"
    if days == 0:
        return "on the weekend or a holiday"
    count = f"{abs(days)} business day{'' if abs(days) == 1 else 's'}"
    return f"in {count}" if days > 0 else f"{count} ago"


def ago(at: datetime | None, now: datetime) -> str:
    """How long something is past: `just now`, `12 minutes ago`, `3 hours ago`, `2 days ago`."""
    if at is None:
        return "never"
    seconds = max(0, int((now - at).total_seconds()))
    for size, word in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            count = seconds // size
            return f"{count} {word}{'' if count == 1 else 's'} ago"
    return "just now"


def account(name: str, mask: str | None) -> str:
    """An account as its holder knows it: name and last digits."""
    return f"{name} ••{mask}" if mask else name


def parse_money(text: str) -> int | None:
    """Cents of what a person typed (`1,234.50`, `$20`), or None where it is no amount of whole cents."""
    cleaned = text.strip().removeprefix("$").replace(",", "").strip()
    whole, point, rest = cleaned.partition(".")
    if not (whole or rest) or not (whole + rest).isascii() or not (whole + rest).isdigit() or len(rest) > 2:
        return None
    if point and not rest:
        return None
    return int(whole or "0") * 100 + int(rest.ljust(2, "0") if rest else "0")

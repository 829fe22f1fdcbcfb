"""Money and dates as a person reads them: the one place where cents and UTC instants become text.

Dates are days of the zone that is given, the business's; money is never a fraction on its way. Machine formats (ISO
8601 in exports and addresses, whole cents) are not for people and need nothing from here.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, tzinfo

SIGNS = {"usd": "$", "eur": "€", "gbp": "£"}
# Stripe, zero-decimal and three-decimal currencies; amounts of all others are hundredths. UGX is kept in hundredths.
_DIGITS = {
    **dict.fromkeys(("bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga"), 0),
    **dict.fromkeys(("pyg", "rwf", "vnd", "vuv", "xaf", "xof", "xpf"), 0),
    **dict.fromkeys(("bhd", "jod", "kwd", "omr", "tnd"), 3),
}
NOTHING = "–"
_UTC_STAMP = "%Y%m%dT%H%M%SZ"


def count(number: int, word: str) -> str:
    """`1 customer`, `1,234 customers`: how many there are of what this word names."""
    return f"{number:,} {word}{'' if number == 1 else 's'}"


def in_words(code: str | None) -> str:
    """`Verification failed`: a status as a provider spells it, for a person; empty for none."""
    return (code or "").replace("_", " ").capitalize()


def money(cents: int | None, currency: str | None = "usd") -> str:
    """`$1,234.50`, `JPY 1,234`: an amount in the currency's smallest unit; a negative one in brackets."""
    if cents is None:
        return NOTHING
    code = (currency or "").lower()
    sign = SIGNS.get(code, f"{code.upper()} " if code else "")
    text = f"{sign}{_point(abs(cents), ',', code)}"
    return f"({text})" if cents < 0 else text


def bare_money(cents: int, currency: str = "usd") -> str:
    """`1234.50`: an amount as it is typed or searched for, without sign or thousands."""
    return f"{'-' if cents < 0 else ''}{_point(abs(cents), '', currency)}"


def units(cents: int, currency: str = "usd") -> float:
    """Whole units and a fraction, for a bar in a chart, and for Plaid, which takes dollars; never to count with."""
    return float(cents / 10 ** minor_digits(currency))


def minor_digits(currency: str) -> int:
    """How many digits of an amount stand behind the point: 2, of some currencies 0 or 3."""
    return _DIGITS.get(currency.lower(), 2)


def moment(at: datetime | None, zone: tzinfo, now: datetime | None = None) -> str:
    """`Mon 23 Nov, 14:05 EST`, with the year where it is not this year's."""
    if at is None:
        return NOTHING
    local = at.astimezone(zone)
    this_year = (now or datetime.now(zone)).astimezone(zone).year
    year = "" if local.year == this_year else f" {local.year}"
    return f"{local:%a} {local.day} {local:%b}{year}, {local:%H:%M %Z}"


def day(on: date | None, today: date | None = None) -> str:
    """`Mon 23 Nov`, with the year where it is not this year's."""
    if on is None:
        return NOTHING
    year = "" if today is None or on.year == today.year else f" {on.year}"
    return f"{on:%a} {on.day} {on:%b}{year}"


def month_of(on: date) -> str:
    """`November 2026`: the month of a day."""
    return f"{on:%B} {on.year}"


def day_in_full(on: date) -> str:
    """`24 November 2026`: a day as a printed page carries it."""
    return f"{on.day} {on:%B} {on.year}"


def day_with_year(on: date) -> str:
    """`24 Nov 2026`: a day in a list that is read years later."""
    return f"{on.day} {on:%b} {on.year}"


def date_of(at: datetime, zone: tzinfo) -> str:
    """`24 Nov 2026`: the day of an instant with its year, for what is kept or read years later."""
    return day_with_year(at.astimezone(zone).date())


def time_of(at: datetime, zone: tzinfo) -> str:
    """`21:30 EST`: the time of an instant of today."""
    return f"{at.astimezone(zone):%H:%M %Z}"


def stamp(at: datetime, zone: tzinfo) -> str:
    """`2026-11-24 21:30 EST`: an instant without words of any language, as a printed proof carries it."""
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M %Z}"


def file_stamp(at: datetime, zone: tzinfo) -> str:
    """`2026-11-24-2130`: an instant in the name of a file; names sort as the files were made."""
    return f"{at.astimezone(zone):%Y-%m-%d-%H%M}"


def utc_stamp(at: datetime) -> str:
    """`20261125T023000Z`: an instant in the name of a file that machines read back."""
    return f"{at.astimezone(UTC):{_UTC_STAMP}}"


def read_utc_stamp(text: str) -> datetime:
    """The aware instant that `utc_stamp` wrote. Raises ValueError."""
    return datetime.strptime(text, _UTC_STAMP).replace(tzinfo=UTC)


def countdown(seconds: int) -> str:
    """`4:05`: minutes and seconds that are left."""
    return f"{seconds // 60}:{seconds % 60:02}"


def _point(cents: int, thousands: str, currency: str) -> str:
    digits = minor_digits(currency)
    whole, rest = divmod(cents, 10**digits)
    return f"{whole:{thousands}}.{rest:0{digits}}" if digits else f"{whole:{thousands}}"

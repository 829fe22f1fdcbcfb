"""Amounts and days as banks write them, read exactly or refused; nothing is guessed and nothing is rounded."""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache

from dashboard.domain.formatting import minor_digits

LARGEST = 10**15  # cents; more is a mistake in the file, and still far from what SQLite's integers hold
_SPACES = re.compile(r"[\s\u00a0\u2007\u2009\u202f]+")
_SIGNS = re.compile(r"^(?:US\$|[$€£]|[A-Z]{3}(?=[\s\d(+\-.,]))|(?:[$€£]|(?<=[\d\s).,\-])[A-Z]{3})$")
_MINUS = str.maketrans({"\u2212": "-", "\u2013": "-"})
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_PARTS = {
    "YYYY": r"(?P<year>[0-9]{4})",
    "YY": r"(?P<short>[0-9]{2})",
    "MMM": r"(?P<name>[A-Za-z]{3})",
    "MM": r"(?P<month>[0-9]{1,2})",
    "DD": r"(?P<day>[0-9]{1,2})",
}
# What a person may choose from; the same characters mean another day in another order, so none is ever tried out.
DATE_FORMATS = (
    *("MM/DD/YYYY", "MM/DD/YY", "MM-DD-YYYY", "YYYY-MM-DD", "YYYY/MM/DD", "YYYYMMDD"),
    *("DD/MM/YYYY", "DD.MM.YYYY", "DD.MM.YY", "DD-MM-YYYY", "DD-MMM-YYYY", "DD-MMM-YY", "DD MMM YYYY"),
)


class Unreadable(ValueError):
    """A value that cannot be read; the message is the reason, as the end of a sentence."""


def read_cents(text: str, *, currency: str = "usd", decimal: str = ".") -> int:
    """An amount in the currency's smallest unit, exact. Raises Unreadable.

    `decimal` is the mark before the fraction, the other mark (or an apostrophe or a space) separates thousands.
    Negative: a minus before or behind, or parentheses.
    """
    bare = _SPACES.sub(" ", text.translate(_MINUS)).strip()
    bracketed = bare.startswith("(") and bare.endswith(")")
    bare = bare[1:-1].strip() if bracketed else bare
    negative, bare = _take_sign(bare)
    stripped = _SIGNS.sub("", bare).strip()
    if stripped != bare:  # `-$5.00`, `$-5.00`, `$(5.00)`
        if not bracketed and stripped.startswith("(") and stripped.endswith(")"):
            bracketed, stripped = True, stripped[1:-1].strip()
        inner, stripped = _take_sign(stripped)
        if inner and negative:
            raise Unreadable(f"“{text.strip()}” has two signs")
        negative = negative or inner
    if bracketed and negative:
        raise Unreadable(f"“{text.strip()}” has two signs")
    cents = _read_digits(text, stripped, decimal, minor_digits(currency))
    return -cents if negative or bracketed else cents


def _take_sign(text: str) -> tuple[bool, str]:
    """Whether there is a minus at one end, and the rest; a second sign stays in it and is no digit."""
    if text.startswith(("-", "+")):
        return text[0] == "-", text[1:].strip()
    if text.endswith(("-", "+")):
        return text[-1] == "-", text[:-1].strip()
    return False, text


def _read_digits(whole_text: str, digits: str, decimal: str, places: int) -> int:
    if not digits:
        raise Unreadable("the amount is missing" if not whole_text.strip() else f"“{whole_text.strip()}” is no amount")
    matched = _shape(decimal).fullmatch(digits)
    if matched is None or not (matched["whole"] or matched["rest"]):
        raise Unreadable(f"“{whole_text.strip()}” is no amount (the decimal mark is “{decimal}”)")
    whole, rest = re.sub(r"[^0-9]", "", matched["whole"]), matched["rest"] or ""
    if rest[places:].strip("0"):
        raise Unreadable(f"“{whole_text.strip()}” has a fraction of a cent")
    cents = int((whole or "0") + rest[:places].ljust(places, "0"))
    if cents > LARGEST:
        raise Unreadable(f"“{whole_text.strip()}” is too large")
    return cents


@lru_cache(maxsize=8)
def _shape(decimal: str) -> re.Pattern[str]:
    between = "[.' ’]" if decimal == "," else "[,' ’]"
    grouped = rf"[0-9]{{1,3}}(?P<mark>{between})[0-9]{{3}}(?:(?P=mark)[0-9]{{3}})*"
    return re.compile(rf"(?P<whole>{grouped}|[0-9]*)(?:{re.escape(decimal)}(?P<rest>[0-9]*))?")


def read_day(text: str, form: str) -> date:
    """A day by its form, one of `DATE_FORMATS`; what follows a space, as a time does, is left out.

    Raises Unreadable, also for a day that the calendar does not have. Two digits of a year are of this century.
    """
    bare = text.strip()
    matched = _day_pattern(form).fullmatch(bare)
    if matched is None:
        raise Unreadable(f"“{bare}” is no date of the form {form}" if bare else "the date is missing")
    found = matched.groupdict()
    month = found.get("month")
    if found.get("name"):
        if found["name"].lower() not in _MONTHS:
            raise Unreadable(f"“{bare}” names no month")
        month = str(_MONTHS.index(found["name"].lower()) + 1)
    year = int(found["year"]) if found.get("year") else 2000 + int(found["short"])
    return make_day(year, int(month or 0), int(found["day"]), bare)


def make_day(year: int, month: int, day: int, said: str) -> date:
    """The day of these numbers. Raises Unreadable where there is none."""
    try:
        return date(year, month, day)
    except ValueError:
        raise Unreadable(f"“{said}” is no day of the calendar") from None


@lru_cache(maxsize=32)
def _day_pattern(form: str) -> re.Pattern[str]:
    pattern = "".join(_PARTS.get(part, re.escape(part)) for part in re.split(r"(YYYY|YY|MMM|MM|DD)", form))
    if form == "YYYYMMDD":
        pattern = pattern.replace("{1,2}", "{2}")
    return re.compile(rf"{pattern}(?:[ T][0-9:.]+(?: ?[AP]M)?)?", re.IGNORECASE)

"""What no statement covers stands in the way of a month's close by name: days, or a balance, between two files."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from dashboard.books import MonthBooks
from dashboard.domain.books import Blocker
from dashboard.domain.business_days import add_business_days, is_business_day
from dashboard.domain.clock import FixedClock
from dashboard.domain.models import Actor, Role
from dashboard.domain.statement_chains import Hole, Period, find_holes
from dashboard.settings import Settings
from dashboard.statements import Statements
from dashboard.statements.matching import PayoutMatching
from dashboard.store import Store

FRED = Actor("fred", frozenset({Role.FINANCE}))
MONTH = "2026-11"
Days = dict[int, int]  # day of November: dollars that moved
WHOLE: Days = {2: 50, 3: -30, 4: 70, 5: 20, 6: -10, 9: 40, 10: 5, 11: 15, 12: 25, 13: 10, 30: 60}


@pytest.fixture
def look(store: Store, settings: Settings) -> Callable[[], list[Blocker]]:
    """What of the bank's statements keeps November open, asked for in December."""
    clock = FixedClock(datetime(2026, 12, 3, 15, tzinfo=UTC))
    books = MonthBooks(store, clock, settings, PayoutMatching(store, clock, settings))
    return lambda: [one for one in books.look(FRED, MONTH).blockers if one.page == "statements"]


@pytest.fixture
def take(store: Store, clock: FixedClock) -> Callable[[bytes], None]:
    def one(content: bytes) -> None:
        Statements(store, clock).take(FRED, content, account="Operating")

    return one


def proved(days: Days, opening: int, number: str = "x1234") -> bytes:
    """A statement of these days with both balances (MT940)."""
    lines, balance = [], opening
    for day, dollars in days.items():
        balance += dollars
        lines.append(f":61:2611{day:02}{'C' if dollars > 0 else 'D'}{abs(dollars)},00NTRFNONREF")
    first, last = min(days), max(days)
    head = [":20:X", f":25:{number}", ":28C:1", f":60F:C2611{first:02}USD{opening},00"]
    return "\n".join([*head, *lines, f":62F:C2611{last:02}USD{balance},00", "-"]).encode()


def bare(days: Days) -> bytes:
    """A statement of these days without a balance (Bank of America's columns, no running balance)."""
    rows = [f"DEBIT,11/{day:02}/2026,Moved {day},{dollars}.00,ACH_DEBIT,,," for day, dollars in days.items()]
    head = "Details,Posting Date,Description,Amount,Type,Balance,Check or Slip #"
    return "\r\n".join([head, *rows, ""]).encode()


def some(first: int, last: int) -> Days:
    return {day: dollars for day, dollars in WHOLE.items() if first <= day <= last}


def before(day: int) -> int:
    return 1_000 + sum(dollars for at, dollars in WHOLE.items() if at < day)


def test_a_month_of_files_that_follow_each_other_has_no_hole(
    take: Callable[[bytes], None], look: Callable[[], list[Blocker]]
) -> None:
    """Nothing was posted from the 16th to the 27th, which the balances on both sides show."""
    for first, last in ((9, 30), (2, 6)):
        take(proved(some(first, last), before(first)))
    assert look() == []


def test_days_that_no_file_covers_are_named_with_what_is_missing_until_they_are_imported(
    take: Callable[[bytes], None], look: Callable[[], list[Blocker]]
) -> None:
    for first, last in ((2, 9), (13, 30)):
        take(proved(some(first, last), before(first)))
    (one,) = look()
    assert one.what == "No statement of Operating ••1234 covers Tue 10 Nov to Thu 12 Nov: $45.00 is missing."
    assert one.step.startswith("Import the statement of these days.")
    take(proved(some(10, 11), before(10)))
    (one,) = look()
    assert one.what == "No statement of Operating ••1234 covers Thu 12 Nov: $25.00 is missing."
    take(proved(some(12, 12), before(12)))
    assert look() == []


def test_without_balances_the_days_of_banks_between_two_files_are_a_hole(
    take: Callable[[bytes], None], look: Callable[[], list[Blocker]]
) -> None:
    """A weekend or a holiday is none: the 11th is Veterans Day, so it is not said to be missing at the hole's end."""
    for first, last in ((2, 6), (9, 9), (12, 12), (13, 30)):
        take(bare(some(first, last)))
    (one,) = look()
    assert one.what == "No statement of Operating covers Tue 10 Nov."
    take(bare(some(9, 12)))
    assert look() == []


def test_two_files_that_meet_with_other_balances_are_named(
    take: Callable[[bytes], None], look: Callable[[], list[Blocker]]
) -> None:
    """The first file was downloaded before the bank had posted all of its last day."""
    take(proved(some(2, 6) | {6: -5}, before(2)))
    take(proved(some(9, 30), before(9)))
    (one,) = look()
    assert one.what == (
        "The statements of Operating ••1234 do not follow each other (Fri 6 Nov to Mon 9 Nov): the balance differs by"
        " ($5.00)."
    )


def test_a_hole_of_another_month_is_not_in_the_way_of_this_one(
    take: Callable[[bytes], None], store: Store, settings: Settings
) -> None:
    for first, last in ((2, 9), (13, 30)):
        take(proved(some(first, last), before(first)))
    clock = FixedClock(datetime(2027, 1, 4, 15, tzinfo=UTC))
    books = MonthBooks(store, clock, settings, PayoutMatching(store, clock, settings))
    assert not [one.what for one in books.look(FRED, "2026-12").blockers if "covers" in one.what]
    (one,) = [one for one in books.look(FRED, MONTH).blockers if "covers" in one.what]
    assert "Tue 10 Nov 2026 to Thu 12 Nov 2026" in one.what  # another year needs its number


def test_a_statement_that_reaches_the_last_business_day_reaches_the_end_of_its_month(
    take: Callable[[bytes], None], store: Store, settings: Settings
) -> None:
    """31 October 2026 is a Saturday."""
    content = proved({2: 10}, 100).replace(b"2611", b"2610").replace(b"261002", b"261030")
    take(content)
    clock = FixedClock(datetime(2026, 11, 3, 15, tzinfo=UTC))
    books = MonthBooks(store, clock, settings, PayoutMatching(store, clock, settings))
    assert not [one.what for one in books.look(FRED, "2026-10").blockers if "does not reach" in one.what]


@pytest.mark.parametrize("missing", range(1, 9))
def test_any_one_file_of_ten_that_is_left_out_is_the_hole_and_nothing_else(missing: int) -> None:
    """Daily files of ten business days, with balances and without."""
    days = [add_business_days(date(2026, 11, 2), place) for place in range(10)]
    periods = [Period(str(day), day, day, 100 * place, 100 * place + 100) for place, day in enumerate(days)]
    kept = [one for one in periods if one.begins_on != days[missing]]

    def total(first: date, before: date) -> int:
        return 100 * sum(first <= one.begins_on < before for one in kept)

    assert find_holes(periods, lambda first, before: 100 * sum(first <= day < before for day in days)) == []
    assert find_holes(kept, total) == [Hole(days[missing], days[missing], 100, are_days=True)]
    silent = [Period(one.file, one.begins_on, one.ends_on, None, None) for one in kept]
    assert find_holes(silent, total) == [Hole(days[missing], days[missing], None, are_days=True)]


def test_a_hole_begins_and_ends_on_days_of_banks() -> None:
    first, then = date(2026, 11, 6), date(2026, 11, 16)
    (one,) = find_holes([Period("a", first, first, None, None), Period("b", then, then, None, None)], lambda *_: 0)
    assert (one.first, one.last) == (date(2026, 11, 9), date(2026, 11, 13))
    assert is_business_day(one.first) and one.last + timedelta(days=3) == then

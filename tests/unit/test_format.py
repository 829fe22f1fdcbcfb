"""Money, dates and words, as a person reads and types them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.domain import formatting
from dashboard.ui import format

NEW_YORK = ZoneInfo("America/New_York")
NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
TUESDAY = NOW.date()


@pytest.mark.parametrize(
    ("cents", "currency", "text"),
    [
        (123_450, "usd", "$1,234.50"),
        (5, "usd", "$0.05"),
        (0, "USD", "$0.00"),
        (-1_234, "usd", "($12.34)"),
        (100, "eur", "€1.00"),
        (100, "chf", "CHF 1.00"),
        (100, None, "1.00"),
        (None, "usd", "–"),
    ],
)
def test_money_reads_as_people_write_it(cents: int | None, currency: str | None, text: str) -> None:
    assert format.money(cents, currency) == text


@given(st.integers(0, 10**12))
def test_what_is_shown_can_be_typed_back(cents: int) -> None:
    assert format.parse_money(format.money(cents)) == format.parse_money(format.typed_money(cents)) == cents


@pytest.mark.parametrize(
    ("typed", "cents"),
    [
        *(("20", 2_000), ("$20", 2_000), (" 1,234.5 ", 123_450), (".5", 50), ("0.05", 5), ("00012", 1_200)),
        *(("", None), (".", None), ("20.", None), ("1.234", None), ("-5", None), ("1e3", None), ("abc", None)),
        *(("1,250", 125_000), ("1,234,567.89", 123_456_789), ("$ 5", 500)),
        *(("12,50", None), ("1,25", None), ("1,23,456", None), ("1234,567", None), (",5", None), ("1,250,", None)),
        *(("0,250", None), ("000,250.00", None), ("9" * 16, None), ("9" * 10_000, None), ("1" + ",000" * 5, None)),
        *(("\uff11\uff12", None), ("\u200f12", None), ("12\u202e", None), ("\ud800", None), ("\u22125", None)),
        *(("1.234,50", None), ("1 250", None), ("1'250", None)),
        *(("٣", None), ("1 2", None), ("$", None), ("1.2.3", None)),
    ],
)
def test_what_is_typed_is_whole_cents_or_nothing(typed: str, cents: int | None) -> None:
    assert format.parse_money(typed) == cents


def test_a_moment_carries_its_zone_and_the_year_where_it_is_another() -> None:
    assert format.moment(NOW, NEW_YORK, NOW) == "Tue 24 Nov, 10:00 EST"
    assert format.moment(NOW - timedelta(days=400), NEW_YORK, NOW) == "Mon 20 Oct 2025, 11:00 EDT"
    assert format.moment(None, NEW_YORK) == "–"
    assert " EST" in format.moment(NOW, NEW_YORK)


def test_a_day_says_its_year_where_it_is_another() -> None:
    assert format.day(TUESDAY) == "Tue 24 Nov"
    assert format.day(TUESDAY, TUESDAY) == "Tue 24 Nov"
    assert format.day(date(2025, 1, 2), TUESDAY) == "Thu 2 Jan 2025"
    assert format.day(None) == "–"


@pytest.mark.parametrize(
    ("on", "words"),
    [
        (TUESDAY, "today"),
        (date(2026, 11, 25), "in 1 business day"),
        (date(2026, 12, 1), "in 4 business days"),  # Thanksgiving and a weekend lie between
        (date(2026, 11, 23), "1 business day ago"),
        (date(2026, 11, 19), "3 business days ago"),
        (None, ""),
    ],
)
def test_how_far_a_bank_day_is(on: date | None, words: str) -> None:
    assert format.from_today(on, TUESDAY) == words


def test_a_day_on_which_banks_rest_is_said() -> None:
    saturday, sunday = date(2026, 11, 28), date(2026, 11, 29)
    monday = date(2026, 11, 30)
    for today in (saturday, monday):
        assert format.from_today(sunday, today) == "on the weekend or a holiday"
    assert format.from_today(date(2026, 11, 27), sunday) == "the last business day", "Friday is a business day"


@pytest.mark.parametrize(
    ("past", "words"),
    [
        (timedelta(seconds=5), "just now"),
        (timedelta(seconds=-90), "just now"),
        (timedelta(minutes=1), "1 minute ago"),
        (timedelta(minutes=12), "12 minutes ago"),
        (timedelta(hours=3), "3 hours ago"),
        (timedelta(days=2), "2 days ago"),
    ],
)
def test_how_long_ago(past: timedelta, words: str) -> None:
    assert format.ago(NOW - past, NOW) == words
    assert format.ago(None, NOW) == "never"


def test_an_account_is_known_by_its_last_digits() -> None:
    assert format.account("Checking", "0000") == "Checking ••0000"
    assert format.account("Checking", None) == "Checking"


def test_payments_are_counted_with_their_thousands() -> None:
    assert [format.payments(count) for count in (0, 1, 5_678)] == ["0 payments", "1 payment", "5,678 payments"]


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        (1_234, "jpy", "JPY 1,234"),
        (-1_234, "JPY", "(JPY 1,234)"),
        (0, "krw", "KRW 0"),
        (1_234_567, "kwd", "KWD 1,234.567"),
        (1_005, "bhd", "BHD 1.005"),
        (1_234, "ugx", "UGX 12.34"),
        (123_450, "cad", "CAD 1,234.50"),
    ],
)
def test_an_amount_has_as_many_digits_behind_the_point_as_its_currency(amount: int, currency: str, text: str) -> None:
    assert format.money(amount, currency) == text


def test_what_is_not_a_sum_is_written_by_the_one_module_too() -> None:
    at = datetime(2026, 11, 25, 2, 30, tzinfo=UTC)
    assert formatting.units(1_250) == 12.5 and formatting.units(1_250, "jpy") == 1_250
    assert formatting.file_stamp(at, ZoneInfo("America/New_York")) == "2026-11-24-2130"
    assert formatting.read_utc_stamp(formatting.utc_stamp(at)) == at
    assert [formatting.countdown(seconds) for seconds in (0, 65, 600)] == ["0:00", "1:05", "10:00"]


def test_a_printed_page_names_a_day_and_a_month_in_full() -> None:
    assert formatting.day_in_full(date(2026, 11, 24)) == "24 November 2026"
    assert formatting.month_of(date(2026, 11, 24)) == "November 2026"

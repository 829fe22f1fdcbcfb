"""Amounts and days as banks write them: exact to the cent, or refused with the reason."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from dashboard.domain.bank_values import DATE_FORMATS, Unreadable, read_cents, read_day


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        *(
            ("4237.82", 423_782),
            ("1,500.00", 150_000),
            ("-212.50", -21_250),
            ("(212.50)", -21_250),
            ("212.50-", -21_250),
        ),
        *(("$20.00", 2_000), ("-$20.00", -2_000), ("$-20.00", -2_000), ("($1,036.47)", -103_647), ("$(5.00)", -500)),
        *(("+5", 500), (".5", 50), ("5.", 500), ("1234567", 123_456_700), ("1 234.50", 123_450), ("1’234.50", 123_450)),
        *(("−12.00", -1_200), ("USD 12.00", 1_200), ("12.00 USD", 1_200), ("12.3400000", 1_234), ("0.00", 0)),
        ("-00000000001500.0000", -150_000),
    ],
)
def test_an_amount_is_exact(text: str, cents: int) -> None:
    assert read_cents(text) == cents


@pytest.mark.parametrize(
    ("text", "cents"), [("1.234,56", 123_456), ("-1.234,56", -123_456), ("3500,00", 350_000), ("1 234,5", 123_450)]
)
def test_a_decimal_comma_is_what_the_profile_says(text: str, cents: int) -> None:
    assert read_cents(text, decimal=",") == cents


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            " ",
            "-",
            "()",
            ".",
            "12..34",
            "1,23",
            "12,34.00",
            "1,2345.00",
            "1.234,56",
            "12.345",
            "1e5",
            "0x10",
            "NaN",
        ),
        *(
            "--5.00",
            "-(5.00)",
            "(5.00)-",
            "-5.00-",
            "5.00 CR",
            "٣.٠٠",
            "12.3.4",
            "$",
            "1,,000.00",
            "9" * 20,
            "a5",
            "5a",
        ),
    ],
)
def test_what_is_no_exact_amount_is_refused(text: str) -> None:
    with pytest.raises(Unreadable):
        read_cents(text)


@given(some.integers(-(10**14), 10**14), some.booleans(), some.booleans())
@settings(max_examples=300)
def test_whatever_a_bank_prints_comes_back_to_the_cent(cents: int, grouped: bool, bracketed: bool) -> None:
    whole, rest = divmod(abs(cents), 100)
    digits = f"{whole:,}.{rest:02}" if grouped else f"{whole}.{rest:02}"
    printed = digits if cents >= 0 else f"({digits})" if bracketed else f"-{digits}"
    assert read_cents(printed) == cents


def test_a_currency_without_hundredths_has_none() -> None:
    assert read_cents("2700", currency="jpy") == 2_700 and read_cents("1.234", currency="bhd") == 1_234
    with pytest.raises(Unreadable, match="fraction"):
        read_cents("2700.50", currency="jpy")


@pytest.mark.parametrize(
    ("text", "form"),
    [
        *(("11/24/2026", "MM/DD/YYYY"), ("11/24/26", "MM/DD/YY"), ("11-24-2026", "MM-DD-YYYY")),
        *(
            ("2026-11-24", "YYYY-MM-DD"),
            ("20261124", "YYYYMMDD"),
            ("24.11.2026", "DD.MM.YYYY"),
            ("24.11.26", "DD.MM.YY"),
        ),
        *(("24-Nov-2026", "DD-MMM-YYYY"), ("24 NOV 2026", "DD MMM YYYY"), ("24/11/2026", "DD/MM/YYYY")),
        *(("2026-11-24T23:59:59", "YYYY-MM-DD"), ("11/24/2026 11:59 PM", "MM/DD/YYYY")),
    ],
)
def test_a_day_is_the_one_that_stands_there(text: str, form: str) -> None:
    assert form in DATE_FORMATS and read_day(text, form) == date(2026, 11, 24)


@pytest.mark.parametrize(
    ("text", "form"),
    [
        *(("24/11/2026", "MM/DD/YYYY"), ("2026-11-24", "MM/DD/YYYY"), ("02/30/2026", "MM/DD/YYYY"), ("", "MM/DD/YYYY")),
        *(("11/24/26", "MM/DD/YYYY"), ("2026124", "YYYYMMDD"), ("24-Nev-2026", "DD-MMM-YYYY"), ("1/2/3", "MM/DD/YY")),
        ("11/24/2026x", "MM/DD/YYYY"),
    ],
)
def test_a_day_of_another_form_is_refused_and_never_turned_around(text: str, form: str) -> None:
    with pytest.raises(Unreadable):
        read_day(text, form)

"""Every format gives the same movements; every row is read or refused with its line and the reason."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from dashboard.domain.csv_profiles import CsvProfile, from_json
from dashboard.domain.errors import InputError
from dashboard.domain.statements import StatementFile
from dashboard.statements import reading
from dashboard.statements.reading import read_files
from tests import statement_files as files
from tests.official.spec import checkouts
from tests.statement_files import FILES, MOVED

CORPUS = [root.parent / "shared" / "data" / "statements" for root in checkouts()]


def read(content: bytes, **more: object) -> StatementFile:
    (found,) = read_files(content, **more)  # type: ignore[arg-type]
    return found


def stripes(file: StatementFile) -> list[tuple[str, int]]:
    """The movements that are Stripe's."""
    ours = [one for one in file.lines if "STRIPE" in one.text]
    return sorted((one.posted_on.isoformat(), one.cents) for one in ours)


@pytest.mark.parametrize("bank", files.banks())
def test_every_bank_and_format_gives_the_same_four_movements(bank: str) -> None:
    file = read(files.banks()[bank])
    assert stripes(file) == sorted(MOVED)
    assert file.rows == len(file.lines) + len(file.refused) and not file.refused


@pytest.mark.parametrize(
    ("bank", "balances", "ties"),
    [
        ("chase", (760_196, 1_844_210), True),
        ("bank of america", (1_000_000, 1_702_532), True),
        ("wells fargo", (None, None), None),
        ("mercury", (None, None), None),
        ("ofx", (None, 1_702_532), None),
        *((bank, (1_000_000, 1_702_532), True) for bank in ("camt", "mt940", "bai2", "zip")),
    ],
)
def test_a_file_proves_itself_where_it_can(
    bank: str, balances: tuple[int | None, int | None], ties: bool | None
) -> None:
    file = read(files.banks()[bank])
    assert ((file.opening, file.closing), file.ties) == (balances, ties)


BROKEN: dict[str, Callable[[], bytes]] = {
    "camt": lambda: files.camt(closing="17025.33"),
    "mt940": lambda: files.mt940(closing="17025,33"),
    "bai2": lambda: files.bai2(closing=1_702_533),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_cent_too_much_is_said_by_how_much(name: str) -> None:
    file = read(BROKEN[name]())
    assert file.ties is False and file.difference == 1 and len(file.findings()) == 1


def test_a_running_balance_that_breaks_is_found_by_its_line() -> None:
    content = files.banks()["chase"].replace(b"12704.28", b"12704.29")
    file = read(content)
    assert file.ties is False and len(file.lines) == 7
    assert file.findings()[0] == "The balance in line 4 is not the one before it and the amount."


def test_a_row_that_is_missing_breaks_the_running_balance() -> None:
    rows = files.banks()["chase"].split(b"\r\n")
    assert read(b"\r\n".join(rows[:3] + rows[4:])).ties is False


@pytest.mark.parametrize("what", [b'"7,237.82"', b'"-212.50"\r\nEnd', b'"17,025.32"\r\n\r\n'])
def test_the_summary_above_the_rows_has_to_be_theirs(what: bytes) -> None:
    content = files.banks()["bank of america"]
    assert content.count(what) == 1
    assert read(content.replace(what, what.replace(b"2", b"3", 1))).ties is False


@pytest.mark.parametrize(("total", "records"), [(1, None), (None, 99)])
def test_bai2_control_totals_and_counts_are_checked(total: int | None, records: int | None) -> None:
    file = read(files.bai2(total=total, records=records))
    assert (file.ties is False and "control total" in file.findings()[0]) or "records" in file.findings()[0]


def test_a_day_is_never_moved_by_a_time_or_a_zone() -> None:
    assert {one.posted_on.isoformat() for one in read(files.ofx()).lines} == {day for day, _ in MOVED}
    assert {one.posted_on.isoformat() for one in read(files.camt()).lines} == {day for day, _ in MOVED}


def test_an_entry_date_of_another_year_is_the_one_beside_its_value_date() -> None:
    file = read(files.mt940(":61:2512310102C1,00NTRFNONREF", ":61:2601021231D1,00NTRFNONREF"))
    assert [one.posted_on.isoformat() for one in file.lines[-2:]] == ["2026-01-02", "2025-12-31"]
    assert file.ties is True


ROWS: dict[str, tuple[Callable[[], bytes], str]] = {
    "chase amount": (lambda: files.banks()["chase"].replace(b"77.00", b"77..00"), "line 7: “77..00” is no amount"),
    "chase day": (
        lambda: files.banks()["chase"].replace(b"11/17/2026", b"17/11/2026"),
        "line 7: “17/11/2026” is no day",
    ),
    "chase cells": (
        lambda: files.banks()["chase"] + b"CREDIT,11/16/2026,x,1.00,y,1.00,,,z\r\n",
        "line 9: The row has 9",
    ),
    "chase text": (lambda: files.banks()["chase"] + b"CREDIT,11/16/2026,,1.00,y,,,\r\n", "line 9: The bank's text is"),
    "wells day": (
        lambda: files.banks()["wells fargo"].replace(b"11/02/2026", b"11/31/2026"),
        "line 5: “11/31/2026” is",
    ),
    "mercury failed": (
        lambda: files.mercury("11-18-2026,X,-1.00,Failed,Mercury Checking xx1234,X,,,,,,,,,,,,,"),
        "line 6: It moved no money (Failed).",
    ),
    "mercury unknown": (
        lambda: files.mercury("11-18-2026,X,-1.00,Odd,Mercury Checking xx1234,X,,,,,,,,,,,,,"),
        "line 6: The status “Odd” is not known.",
    ),
    "ofx day": (
        lambda: files.ofx("<STMTTRN><TRNAMT>1.00<FITID>1<NAME>X</STMTTRN>"),
        "line 13: The date (DTPOSTED) is missing.",
    ),
    "ofx cents": (
        lambda: files.ofx("<STMTTRN><DTPOSTED>20261124<TRNAMT>1.005<NAME>X</STMTTRN>"),
        "line 13: “1.005” has a fraction of a cent.",
    ),
    "camt currency": (
        lambda: files.camt(
            '<c:Ntry><c:Amt Ccy="EUR">1.00</c:Amt><c:CdtDbtInd>CRDT</c:CdtDbtInd><c:Sts>BOOK</c:Sts></c:Ntry>'
        ),
        "line 9: The amount is in EUR, the account in USD.",
    ),
    "camt side": (
        lambda: files.camt('<c:Ntry><c:Amt Ccy="USD">1.00</c:Amt><c:Sts>BOOK</c:Sts></c:Ntry>'),
        "line 9: “” is neither credit (CRDT) nor debit (DBIT).",
    ),
    "mt940 line": (lambda: files.mt940(":61:nonsense"), "line 18: “nonsense” is no statement line (field 61)."),
    "mt940 day": (lambda: files.mt940(":61:260230C1,00NTRFNONREF"), "line 18: “260230” is no day of the calendar."),
    "bai2 type": (
        lambda: files.bai2("16,890,,Z,,,a text/", records=0),
        "line 16: It carries a text and no money (type 890).",
    ),
    "bai2 amount": (lambda: files.bai2("16,142,1.00,Z,,,x/"), "line 16: “1.00” is no BAI2 amount."),
}


@pytest.mark.parametrize("name", ROWS)
def test_a_row_that_cannot_be_read_is_refused_by_its_line_and_the_reason(name: str) -> None:
    make, reason = ROWS[name]
    file = read(make())
    (refusal,) = file.refused
    assert f"line {refusal.line}: {refusal.reason}".startswith(reason) and not refusal.pending
    assert file.rows == len(file.lines) + 1


@pytest.mark.parametrize(
    "content",
    [
        files.mercury("11-25-2026,X,9.00,Pending,Mercury Checking xx1234,X,,,,,,,,,,,,,"),
        files.ofx("<STMTTRNP><TRNTYPE>DEBIT<TRNAMT>9.00<NAME>X</STMTTRNP>"),
        files.camt('<c:Ntry><c:Amt Ccy="USD">9.00</c:Amt><c:CdtDbtInd>CRDT</c:CdtDbtInd><c:Sts>PDNG</c:Sts></c:Ntry>'),
    ],
)
def test_what_the_bank_has_not_booked_is_no_line(content: bytes) -> None:
    file = read(content)
    assert [one.pending for one in file.refused] == [True] and stripes(file) == sorted(MOVED)


def test_a_bai2_day_that_may_still_change_is_not_taken() -> None:
    file = read(files.bai2().replace(b"261124,,USD,2/", b"261124,,USD,3/"))
    assert [one.pending for one in file.refused] == [True] and "same day" in file.refused[0].reason


REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "empty": (lambda: b"", "empty"),
    "binary": (lambda: b"a\x00b", "no text"),
    "pdf": (lambda: b"%PDF-1.7", "a PDF"),
    "excel": (lambda: files.zipped({"[Content_Types].xml": b"", "xl/workbook.xml": b""}), "Excel workbook"),
    "unknown csv": (lambda: b"When,What,How much\n1/2/2026,x,5\n", "No profile knows the columns"),
    "quotes": (lambda: files.banks()["chase"] + b'"unclosed', "is not CSV"),
    "dtd": (lambda: files.camt(head="<!DOCTYPE x>"), "DTD or an entity"),
    "entity": (lambda: files.camt(head='<!DOCTYPE x [<!ENTITY a "b">]>'), "DTD or an entity"),
    "external": (lambda: files.camt(head='<!DOCTYPE x SYSTEM "file:///etc/passwd">'), "DTD or an entity"),
    "ofx entity": (lambda: files.ofx('<!ENTITY a "b">'), "DOCTYPE or an ENTITY"),
    "cut xml": (lambda: files.camt()[:-40], "is no XML"),
    "deep xml": (lambda: b"<Document>" + b"<a>" * 90 + b"</a>" * 90 + b"</Document>", "nested too deeply"),
    "cut ofx": (lambda: files.ofx().partition(b"</BANKTRANLIST>")[0], "ends inside"),
    "cut bai2": (lambda: files.bai2().partition(b"99,")[0], "was cut off"),
    "notification": (lambda: b"<Document><BkToCstmrDbtCdtNtfctn/></Document>", "camt.054"),
    "zip in zip": (lambda: files.zipped({"a.zip": files.zipped({"b": b"c"})}), "is a ZIP itself"),
    "empty zip": (lambda: files.zipped({}), "ZIP"),
    "bad zip": (lambda: files.zipped({"a.ofx": files.ofx()})[:60], "damaged"),
    "one bad of a zip": (lambda: files.zipped({"a.ofx": files.ofx(), "b.txt": b"hello"}), "b.txt: No profile"),
    "neither": (lambda: b"Date,Description,Amount,Running Bal.\n\x81", "neither UTF-8 nor Windows-1252"),
    "two accounts": (
        lambda: files.mercury("11-18-2026,X,-1.00,Sent,Mercury Savings xx9999,X,,,,,,,,,,,,,"),
        "2 accounts: …1234 (USD), …9999 (USD)",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_that_cannot_be_trusted_is_refused_whole(name: str) -> None:
    make, reason = REFUSED[name]
    with pytest.raises(InputError, match=re.escape(reason)) as refused:
        read_files(make())
    assert "Nothing was imported" in refused.value.meaning and refused.value.action


def test_a_file_or_a_zip_that_is_too_large_is_refused_before_it_is_read() -> None:
    with pytest.raises(InputError, match="larger than 50 MB"):
        read_files(b"x" * (reading.SIZE_LIMIT + 1))
    bomb = files.zipped({f"{number}.csv": bytes(26_000_000) for number in range(2)})
    assert len(bomb) < 100_000
    with pytest.raises(InputError, match="unpacks to more than 50 MB"):
        read_files(bomb)


def test_of_several_accounts_the_chosen_one_is_read_and_the_rest_is_said() -> None:
    content = files.mercury("11-18-2026,X,-1.00,Sent,Mercury Savings xx9999,X,,,,,,,,,,,,,")
    file = read(content, number="1234")
    assert stripes(file) == sorted(MOVED) and file.rows == 5
    assert [(one.line, one.reason) for one in file.refused] == [(6, "It is of another account, …9999 (USD).")]
    with pytest.raises(InputError, match="no account that ends in 5555"):
        read_files(content, number="5555")


MAPPED = CsvProfile(
    name="House bank",
    date="Date",
    date_format="DD.MM.YYYY",
    text=("Description",),
    separator=";",
    decimal=",",
    header=("Date", "Description", "Amount"),
    amount="Amount",
    currency="eur",
)


def test_a_mapping_that_a_person_made_knows_its_file_by_the_head() -> None:
    content = (FILES / "made_traps_utf16_semicolon.csv").read_bytes()
    file = read(content, profiles=[from_json(MAPPED.to_json())])
    assert [(one.posted_on.isoformat(), one.cents) for one in file.lines] == [("2026-11-20", 150_000)]
    assert (file.profile, file.version, file.statements[0].currency) == ("House bank", 1, "eur")
    assert read(content, profiles=[MAPPED], profile="house BANK").lines == file.lines
    with pytest.raises(InputError, match="There is no CSV profile “other”"):
        read_files(content, profiles=[MAPPED], profile="other")


SIDES = replace(MAPPED, side="Way", debit_words=("out",), credit_words=("in",), header=())
COLUMNS = replace(MAPPED, amount="", debit="Out", credit="In", header=())


@pytest.mark.parametrize(
    ("profile", "head", "cells", "expected"),
    [
        (MAPPED, "Amount", "-1,50", -150),
        (replace(MAPPED, inverted=True), "Amount", "1,50", -150),
        (SIDES, "Amount;Way", "1,50;OUT", -150),
        (SIDES, "Amount;Way", "1,50;in", 150),
        (SIDES, "Amount;Way", "1,50;odd", "The direction “odd” is not known."),
        (SIDES, "Amount;Way", "-1,50;in", "The amount has a sign, which the direction's column says."),
        (COLUMNS, "Out;In", "1,50;", -150),
        (COLUMNS, "Out;In", "-1,50;", -150),
        (COLUMNS, "Out;In", ";1,50", 150),
        (COLUMNS, "Out;In", "0,00;1,50", 150),
        (COLUMNS, "Out;In", "1,50;1,50", "It has an amount in both columns, money out and money in."),
        (COLUMNS, "Out;In", ";", "The amount is missing."),
    ],
)
def test_a_mapping_says_which_way_money_went(profile: CsvProfile, head: str, cells: str, expected: int | str) -> None:
    file = read(f"Date;Description;{head}\n20.11.2026;X;{cells}\n".encode(), profiles=[profile], profile=profile.name)
    found: list[int | str] = [one.cents for one in file.lines] or [one.reason for one in file.refused]
    assert found == [expected]


@pytest.mark.parametrize(
    ("name", "rows", "refused", "ties"),
    [
        ("mt940/wolph_citi_mt940.txt", 5, 0, True),
        ("mt940/wolph_jejik_generic.sta", 2, 0, True),
        ("mt940/wolph_sberbank_171011_01234945.sta", 3, 0, True),
        ("mt940/wolph_self-provided_february_30.sta", 1, 1, False),
        ("mt940/wolph_self-provided_multiline.sta", 2, 1, True),
        ("bai2/moj_svb_us_example.bai2", 2, 0, True),
        ("bai2/moj_citi_example.bai2", 1, 0, False),
    ],
)
def test_files_of_real_banks_are_read_or_refused(name: str, rows: int, refused: int, ties: bool) -> None:
    file = read((FILES / name).read_bytes())
    assert (file.rows, len(file.refused), file.ties) == (rows, refused, ties)


def test_a_damaged_file_is_read_or_refused_and_never_breaks_the_reader() -> None:
    chance = random.Random(20261124)
    originals = [*files.banks().values(), *(path.read_bytes() for path in FILES.rglob("*.*[a-z0-9]"))]
    refused = 0
    for _ in range(800):
        content = bytearray(chance.choice(originals))
        for _ in range(chance.randint(1, 5)):
            place = chance.randrange(len(content) + 1)
            way = chance.randrange(4)
            if way == 0 and content:
                content[place % len(content)] = chance.choice(b'0123456789,./:;-<>\n\r"\x00\xff+ACD')
            elif way == 1:
                del content[place : place + chance.randint(1, 30)]
            elif way == 2:
                content[place:place] = content[place : place + chance.randint(1, 200)]
            else:
                content[place:place] = chance.choice(originals)[: chance.randint(1, 60)]
        try:
            for file in read_files(bytes(content)):
                assert file.rows == len(file.lines) + len(file.refused)
                assert file.ties in (True, False, None) and isinstance(file.remarks(), list)
        except InputError:
            refused += 1
    assert 50 < refused < 800


def corpus() -> list[Path]:
    """Files of many banks, where they lie beside the checkout."""
    return [path for root in CORPUS for path in sorted(root.rglob("*.*")) if path.name != "README.md"]


@pytest.mark.skipif(not corpus(), reason="the larger collection of bank files is not beside this checkout")
def test_every_file_of_the_collection_is_read_whole_or_refused_with_a_reason() -> None:
    read_whole = 0
    for path in corpus():
        try:
            (file,) = read_files(path.read_bytes(), path.name)
        except InputError as error:
            assert error.what.startswith(path.name) and error.meaning and error.action, path
            continue
        read_whole += 1
        assert file.rows == len(file.lines) + len(file.refused), path
        assert all(one.line > 0 and one.reason for one in file.refused), path
    assert read_whole > 20


def test_camt_texts_are_read_with_their_spaces() -> None:
    entry = (
        '<c:Ntry><c:Amt Ccy="USD">1.00</c:Amt><c:CdtDbtInd>CRDT</c:CdtDbtInd><c:Sts>BOOK</c:Sts><c:BookgDt>'
        "<c:Dt>2026-11-24</c:Dt></c:BookgDt><c:AddtlNtryInf>A &amp; &amp; B</c:AddtlNtryInf></c:Ntry>"
    )
    assert read(files.camt(entry)).lines[-1].text == "A & & B"


def test_ofx_texts_are_read_with_their_entities_and_sections() -> None:
    row = "<STMTTRN><DTPOSTED>20261124<TRNAMT>1,50<NAME><![CDATA[A & B's <x>]]><MEMO>C &amp; D</STMTTRN>"
    line = read(files.ofx(row)).lines[-1]
    assert (line.text, line.cents) == ("A & B's <x> C & D", 150)

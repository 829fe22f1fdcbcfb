"""A file covers the whole days that it states, so a quiet day is no hole; what it cannot cover is not believed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest

from dashboard.books import MonthBooks
from dashboard.domain.clock import FixedClock
from dashboard.domain.models import Actor, Role
from dashboard.domain.stated_periods import Days, days_covered
from dashboard.settings import Settings
from dashboard.statements import Statements
from dashboard.statements.camt import read_camt
from dashboard.statements.matching import PayoutMatching
from dashboard.statements.reading import read_files
from dashboard.store import Store
from tests.official.spec import checkouts

FRED = Actor("fred", frozenset({Role.FINANCE}))
CORPUS = [root.parent / "shared" / "data" / "statements" for root in checkouts()]
THERE = [folder for folder in CORPUS if folder.is_dir()]


def ofx(begins: str, ends: str, rows: dict[int, int], closing: int = 0) -> bytes:
    """An OFX file of November 2026; `rows` are dollars by day."""
    lines = "".join(
        f"<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>202611{day:02}<TRNAMT>{dollars}.00<FITID>{day}<NAME>Moved</STMTTRN>"
        for day, dollars in rows.items()
    )
    return (
        "OFXHEADER:100\n\n<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>USD<BANKACCTFROM><ACCTID>1234</BANKACCTFROM>"
        f"<BANKTRANLIST><DTSTART>{begins}<DTEND>{ends}{lines}</BANKTRANLIST><LEDGERBAL><BALAMT>{closing}.00"
        "</LEDGERBAL></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>"
    ).encode()


def camt(begins: str, ends: str) -> bytes:
    return (
        f"<Document><BkToCstmrStmt><Stmt><FrToDt><FrDtTm>{begins}</FrDtTm><ToDtTm>{ends}</ToDtTm></FrToDt>"
        "<Acct><Id><Othr><Id>1234</Id></Othr></Id><Ccy>USD</Ccy></Acct></Stmt></BkToCstmrStmt></Document>"
    ).encode()  # fmt: skip


def stated(content: bytes) -> tuple[str, str] | None:
    (file,) = read_files(content)
    found = file.statements[0].stated
    return (found[0].isoformat(), found[1].isoformat()) if found else None


@pytest.mark.parametrize(
    ("begins", "ends", "days"),
    [
        ("20261101", "20261130", ("2026-11-01", "2026-11-30")),
        ("20261101000000.000[-5:EST]", "20261130235959", ("2026-11-01", "2026-11-30")),
        ("20261101120000", "20261130120000.000[0:GMT]", ("2026-11-01", "2026-11-30")),
        ("20261101", "20261124190849.555[-4:EDT]", ("2026-11-01", "2026-11-23")),  # the moment of a download
        ("20261101070000.000", "20261130", ("2026-11-02", "2026-11-30")),
        ("20261124", "20261124101500", None),
        ("20261130", "20261101", None),
        ("20261101", "20261131", None),
        ("", "20261130", None),
    ],
)
def test_ofx_covers_the_whole_days_that_it_states(begins: str, ends: str, days: tuple[str, str] | None) -> None:
    assert stated(ofx(begins, ends, {20: 5})) == days


@pytest.mark.parametrize(
    ("begins", "ends", "days"),
    [
        ("2026-11-01T00:00:00", "2026-11-30T23:59:59", ("2026-11-01", "2026-11-30")),
        ("2026-11-01T00:00:00-05:00", "2026-12-01T00:00:00-05:00", ("2026-11-01", "2026-11-30")),
        ("2026-11-24T00:00:00", "2026-11-24T24:00:00", ("2026-11-24", "2026-11-24")),
        ("2026-11-24T00:00:00", "2026-11-24T00:00:00", ("2026-11-24", "2026-11-24")),
        ("2026-11-01", "2026-11-30", ("2026-11-01", "2026-11-30")),
        ("2026-11-24T08:00:00+01:00", "2026-11-24T12:30:00+01:00", None),  # a part of a day
        ("2026-11-24T08:00:00+01:00", "2026-11-27T12:30:00+01:00", ("2026-11-25", "2026-11-26")),
        ("2026-11-24", "tomorrow", None),
    ],
)
def test_camt_covers_the_whole_days_that_it_states(begins: str, ends: str, days: tuple[str, str] | None) -> None:
    assert stated(camt(begins, ends)) == days


def on(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("said", "posted", "covered"),
    [
        (("2026-11-01", "2026-11-30"), ["2026-11-05", "2026-11-20"], ("2026-11-01", "2026-11-30")),
        (("2026-11-10", "2026-11-12"), ["2026-11-05", "2026-11-20"], ("2026-11-05", "2026-11-20")),
        (("2026-11-01", "2026-12-31"), ["2026-11-05"], ("2026-11-01", "2026-12-02")),  # imported on 3 December
        (("2026-12-03", "2026-12-31"), ["2026-11-05"], ("2026-11-05", "2026-11-05")),
        (("2000-01-01", "2026-11-30"), ["2026-11-05"], ("2026-11-05", "2026-11-30")),  # asked for, and not given
        (("2026-08-24", "2026-11-30"), [], ("2026-08-24", "2026-11-30")),
        (("2000-01-01", "2026-11-30"), [], None),
        (None, [], None),
    ],
)
def test_a_file_is_believed_for_the_days_that_it_can_cover(
    said: tuple[str, str] | None, posted: list[str], covered: tuple[str, str] | None
) -> None:
    pair: Days | None = (on(said[0]), on(said[1])) if said else None
    expected = (on(covered[0]), on(covered[1])) if covered else None
    assert days_covered(pair, [on(one) for one in posted], on("2026-12-03")) == expected


@pytest.fixture
def take(store: Store) -> Callable[[bytes], object]:
    clock = FixedClock(datetime(2026, 12, 3, 15, tzinfo=UTC))
    return lambda content: Statements(store, clock).take(FRED, content, account="Operating")


@pytest.fixture
def look(store: Store, settings: Settings) -> Callable[[], list[str]]:
    """What of the statements keeps November open, in December."""
    clock = FixedClock(datetime(2026, 12, 3, 15, tzinfo=UTC))
    books = MonthBooks(store, clock, settings, PayoutMatching(store, clock, settings))
    return lambda: [one.what for one in books.look(FRED, "2026-11").blockers if one.page == "statements"]


def test_quiet_days_that_the_files_state_are_no_hole_and_end_a_month(
    take: Callable[[bytes], object], look: Callable[[], list[str]], store: Store, settings: Settings
) -> None:
    """No file has a line from the 13th to the 17th, nor from the 26th on."""
    take(ofx("20261101", "20261115", {3: 10, 12: 20}))
    take(ofx("20261117", "20261130", {18: 5, 25: 7}))
    assert look() == ["No statement of Operating ••1234 covers Mon 16 Nov."]
    take(ofx("20261116", "20261116", {}))  # the bank's answer for a day on which nothing moved
    assert look() == []
    seen = PayoutMatching(store, FixedClock(datetime(2026, 12, 3, tzinfo=UTC)), settings).overview(FRED)
    assert seen.covered == (on("2026-11-03"), on("2026-11-30"))


def test_a_quiet_day_at_the_end_that_no_file_states_keeps_the_month_open(
    take: Callable[[bytes], object], look: Callable[[], list[str]]
) -> None:
    take(ofx("20261101", "20261130093000", {3: 10}))
    assert look() == ["The statement of Operating ••1234 does not reach Mon 30 Nov (it ends on Sun 29 Nov)."]


def test_a_line_outside_of_what_is_stated_is_covered_all_the_same(
    take: Callable[[bytes], object], look: Callable[[], list[str]]
) -> None:
    take(ofx("20261103", "20261110", {2: 10, 30: 1}))
    assert look() == []


@pytest.mark.skipif(not THERE, reason="the larger collection of bank files is not beside this checkout")
def test_files_of_real_banks_state_their_days() -> None:
    found = {
        path.name: stated(path.read_bytes())
        for folder in THERE
        for path in sorted((folder / "ofx").glob("*.ofx"))
        if b"<DTEND>" in path.read_bytes() and "bad" not in path.name
    }
    assert found == {
        "ofxparse_bank_medium.ofx": ("2009-04-01", "2009-05-22"),
        "ofxparse_checking.ofx": ("2000-01-02", "2013-05-24"),
        "ofxparse_fidelity-savings.ofx": ("2012-07-10", "2012-09-07"),
        "ofxparse_ofx-v102-empty-tags.ofx": ("2018-05-06", "2018-08-04"),
    }
    (folder, *_) = THERE
    (since_ever,) = read_files((folder / "ofx" / "ofxparse_checking.ofx").read_bytes())
    assert since_ever.covers(on("2026-12-03")) == (min(one.posted_on for one in since_ever.lines), on("2013-05-24"))
    part_of_a_day = read_camt((folder / "camt053" / "genkgo_camt053.v8.xml").read_bytes())
    assert [one.stated for one in part_of_a_day.statements] == [None]

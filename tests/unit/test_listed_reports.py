"""Each report that lists comes to what the table of the same filter shows, and is the same file when made again."""

from __future__ import annotations

import io
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest

from dashboard.books import MonthBooks
from dashboard.cli.parser import build_parser
from dashboard.cli.reports import write_report
from dashboard.domain.books import Month, make_span, read_month
from dashboard.domain.clock import FixedClock
from dashboard.domain.errors import AccessDenied, InputError
from dashboard.domain.listed_reports import ReportKind, sections_of
from dashboard.domain.models import Actor, Role
from dashboard.domain.payout_filter import PayoutFilter
from dashboard.domain.payout_matching import Pass
from dashboard.payouts.lists import PayoutLists
from dashboard.reports import Form, Reports
from dashboard.reports.listed import LINES, PAYOUTS, age_of, returned_in
from dashboard.settings import Settings
from dashboard.statements import Statements
from dashboard.statements.matching import PayoutMatching
from dashboard.store import Store
from tests import statement_files as files
from tests.book_histories import NEW_YORK, make, seeds
from tests.unit.case_scenes import charge
from tests.workbooks import read_workbook

FRED = Actor("fred", frozenset({Role.FINANCE}))
MONTHS = ("2026-08", "2026-09", "2026-10", "2026-11")
LISTS = [kind for kind in ReportKind if kind is not ReportKind.MONTH]
OF_DAYS = [ReportKind.RETURNS, ReportKind.REFUNDS, ReportKind.DISPUTES, ReportKind.PAYOUTS, ReportKind.FEES]


@pytest.fixture
def reports(store: Store, clock: FixedClock, settings: Settings) -> Reports:
    store.database.handle.execute("PRAGMA synchronous=OFF")  # no power fails here, and a history writes much
    return Reports(store, clock, settings, MonthBooks(store, clock, settings, PayoutMatching(store, clock, settings)))


def comes_to(reports: Reports, kind: ReportKind, month: str) -> tuple[int, int]:
    """How many and how much, by the rows and by the groups."""
    sections = sections_of(reports.listed(FRED, kind, month).rows)
    for one in sections:
        assert (one.count, one.cents) == (sum(n for _, n, _ in one.groups), sum(cents for _, _, cents in one.groups))
    return sum(one.count for one in sections), sum(one.cents for one in sections)


def of_table(store: Store, table: str, month: Month) -> tuple[int, int]:
    query = f"SELECT count(*) AS n, coalesce(sum(amount), 0) AS cents FROM {table} WHERE created >= ? AND created < ?"
    (row,) = store.database.handle.query(query, [month.begins_at, month.ends_at])
    return row["n"], row["cents"]


@pytest.mark.parametrize("seed", seeds(3, 40))
def test_every_total_is_that_of_the_table_with_the_same_filter(
    store: Store, clock: FixedClock, reports: Reports, seed: int
) -> None:
    make(store, seed)
    today, seen = clock.now().date(), Counter[str]()
    for name in MONTHS:
        month = read_month(name, NEW_YORK)
        shown = store.payments.sums(returned_in(month), today)
        last = month.after - timedelta(days=1)
        paid = PayoutLists(store, clock).tally(FRED, PayoutFilter(arrives_from=month.first, arrives_to=last))
        report = reports.of_month(FRED, name)
        tables = {
            ReportKind.RETURNS: (shown.count, shown.amounts.get("usd", 0)),
            ReportKind.REFUNDS: of_table(store, "refund", month),
            ReportKind.DISPUTES: of_table(store, "dispute", month),
            ReportKind.PAYOUTS: (paid.count, sum(paid.amounts.values())),
        }
        for kind, expected in tables.items():
            assert comes_to(reports, kind, name) == expected
            seen[kind] += expected[0]
        fees = sum(one.total.fees for one in report.sections)
        assert comes_to(reports, ReportKind.FEES, name)[1] == fees
        seen[ReportKind.FEES] += bool(fees)
    assert all(seen[kind] for kind in (*tables, ReportKind.FEES)), "none of it is about nothing"


def test_a_payout_stands_with_its_line_at_the_bank(store: Store, clock: FixedClock, reports: Reports) -> None:
    Statements(store, clock).take(FRED, files.ofx(), account="Operating")
    at = 1_795_478_400  # 2026-11-24, the day of the statement's last line
    payout = {"created": at - 9, "arrival_date": at, "currency": "usd", "status": "paid", "automatic": True}
    for id, cents in (("po_1", 423_782), ("po_2", 100)):
        store.projection.apply("payouts", [{**payout, "id": id, "amount": cents}])
    (row,) = store.database.handle.query("SELECT id FROM bank_line WHERE cents = 423782")
    values = {
        "id": "match_1",
        "state": "confirmed",
        "how": Pass.BY_HAND.value,
        "why": "",
        "made_by": "fred",
        "made_at": 1,
    }
    store.payout_matches.add(values, [(row["id"], 423_782)], [("po_1", 423_782)], live=True)
    first, second = reports.listed(FRED, ReportKind.PAYOUTS, "2026-11").rows
    assert (first.group, first.cells[3:]) == ("On the statement", (date(2026, 11, 24), "Operating"))
    assert (second.group, second.cells[3:]) == ("Not on the statement: paid", (None, ""))


def test_what_is_unmatched_has_its_age_on_each_side(store: Store, clock: FixedClock, reports: Reports) -> None:
    """As *Payouts at the bank* has it: payouts that a statement should have, and lines of Stripe's."""
    Statements(store, clock).take(FRED, files.ofx(), account="Operating")
    seen = PayoutMatching(store, clock, reports._settings).latest()
    rows = reports.listed(FRED, ReportKind.UNMATCHED, "2026-11").rows
    assert Counter(row.part for row in rows if row.part == LINES) == {LINES: len(seen.loose)} and seen.loose
    assert {row.part for row in rows} <= {PAYOUTS, LINES}
    ages = [age_of(days) for days in (0, 3, 4, 9, 10, 99)]
    assert ages == [*["up to 3 business days"] * 2, *["4 to 9 business days"] * 2, *["10 business days and more"] * 2]


def test_codes_stand_together_and_two_currencies_do_not(store: Store, clock: FixedClock, reports: Reports) -> None:
    codes = ("usd", "no_account"), ("usd", "no_account"), ("usd", "account_closed"), ("eur", "no_account")
    for number, (currency, code) in enumerate(codes):
        one = charge(clock, f"py_{number}", amount=100 + number, currency=currency, failure_code=code)
        store.projection.apply("charges", [one])
    month = f"{clock.now().astimezone(NEW_YORK):%Y-%m}"
    sections = sections_of(reports.listed(FRED, ReportKind.RETURNS, month).rows)
    assert [(one.currency, [count for _, count, _ in one.groups]) for one in sections] == [
        ("eur", [1]),
        ("usd", [2, 1]),
    ]


@pytest.mark.parametrize("form", Form)
def test_the_same_books_give_the_same_bytes(
    store: Store, clock: FixedClock, settings: Settings, reports: Reports, form: Form
) -> None:
    make(store, 43, days=45)
    Statements(store, clock).take(FRED, files.ofx(), account="Operating")
    before = {kind: reports.file(FRED, kind, "2026-09", form) for kind in ReportKind}
    assert len(set(before.values())) == len(ReportKind)
    clock.move(timedelta(minutes=7))
    later = Reports(store, clock, settings, reports._books)
    assert {kind: later.file(FRED, kind, "2026-09", form) for kind in ReportKind} == before
    if form is Form.XLSX:
        sheets = {one.name: one for one in read_workbook(io.BytesIO(before[ReportKind.REFUNDS]))}
        count = of_table(store, "refund", read_month("2026-09", NEW_YORK))[0]
        assert list(sheets) == ["About", "Totals", "Each"]
        assert len(sheets["Each"].texts()) == count + 3, "a head, an empty row, the total"


@pytest.mark.parametrize("form", Form)
def test_days_across_months_come_to_what_the_table_shows_and_give_the_same_bytes(
    store: Store, clock: FixedClock, settings: Settings, reports: Reports, form: Form
) -> None:
    make(store, 44)
    days = make_span(date(2026, 9, 15), date(2026, 10, 12), NEW_YORK)
    shown = store.payments.sums(returned_in(days), clock.now().date())
    assert comes_to(reports, ReportKind.RETURNS, days.name) == (shown.count, shown.amounts["usd"])
    assert comes_to(reports, ReportKind.REFUNDS, days.name) == of_table(store, "refund", days)
    before = {kind: reports.file(FRED, kind, days.name, form) for kind in OF_DAYS}
    clock.move(timedelta(minutes=7))
    later = Reports(store, clock, settings, reports._books)
    assert {kind: later.file(FRED, kind, days.name, form) for kind in OF_DAYS} == before
    subjects = {row.subject for row in store.trail.read(limit=50) if row.action == "report.exported"}
    assert "returns 2026-09-15-to-2026-10-12" in subjects


@pytest.mark.parametrize("kind", OF_DAYS)
def test_the_months_of_a_quarter_come_to_the_quarter(store: Store, reports: Reports, kind: ReportKind) -> None:
    make(store, 45)
    parts = [comes_to(reports, kind, month) for month in MONTHS[:3]]
    whole = comes_to(reports, kind, "2026-08-01-to-2026-10-31")
    assert whole == (sum(count for count, _ in parts), sum(cents for _, cents in parts)) and whole[0]
    assert comes_to(reports, kind, "2026-09-01-to-2026-09-30") == parts[1]


def test_one_day_is_named_by_its_days(reports: Reports) -> None:
    found = reports.listed(FRED, ReportKind.RETURNS, "2026-10-12-to-2026-10-12")
    assert found.label == "12 October 2026 to 12 October 2026" and found.name == "2026-10-12-to-2026-10-12"
    assert reports.listed(FRED, ReportKind.RETURNS, "2026-10").label == "October 2026"


@pytest.mark.parametrize("period", ["2026-10-12-to-2026-10-11", "2026-10-12-to-2026-02-30", "2026-10-12", "to", ""])
def test_days_that_there_are_not_are_refused(reports: Reports, period: str) -> None:
    with pytest.raises(InputError, match=r"no month|no days|a day that there is not"):
        reports.file(FRED, ReportKind.RETURNS, period, Form.PDF)


def test_the_balance_of_a_month_is_of_a_whole_one_only(reports: Reports) -> None:
    with pytest.raises(InputError, match="no month"):
        reports.file(FRED, ReportKind.MONTH, "2026-10-01-to-2026-10-31", Form.PDF)


def test_the_command_writes_the_report_of_other_days(
    store: Store,
    settings: Settings,
    clock: FixedClock,
    reports: Reports,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    make(store, 43, days=45)
    out = tmp_path / "returns.xlsx"

    def run(*more: str) -> int:
        words = ["report", "--kind", "returns", "--format", "xlsx", "--out", str(out), *more]
        return write_report(settings, build_parser().parse_args(words))

    assert run("--from", "2026-09-15", "--to", "2026-10-12") == 0
    assert out.read_bytes() == reports.file(FRED, ReportKind.RETURNS, "2026-09-15-to-2026-10-12", Form.XLSX)
    assert run("--from", "2026-09-15") == 1
    assert "Give both --from and --to." in capsys.readouterr().err


def test_who_may_not_gets_none_and_what_is_empty_is_said(reports: Reports) -> None:
    for kind in LISTS:
        with pytest.raises(AccessDenied):
            reports.file(Actor("olga", frozenset({Role.OPS})), kind, "2026-09", Form.PDF)
        with pytest.raises(InputError, match="nothing to report"):
            reports.file(FRED, kind, "2026-09", Form.PDF)

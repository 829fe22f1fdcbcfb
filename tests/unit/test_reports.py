"""Every total of a report is that of the table beside it, its lists add up, and the same books give the same bytes."""

from __future__ import annotations

import io
from argparse import Namespace
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from dashboard.books import MonthBooks
from dashboard.cli.reports import write_report as write_by_command
from dashboard.domain.clock import FixedClock
from dashboard.domain.errors import AccessDenied, InputError
from dashboard.domain.formatting import units
from dashboard.domain.models import Actor, Role
from dashboard.domain.payment_filter import PaymentFilter
from dashboard.domain.reports import Figures, Report, ReportLine, together
from dashboard.payouts import Group, Payouts
from dashboard.reports import KINDS, Form, Reports
from dashboard.reports import pdf as pdfs
from dashboard.settings import Settings
from dashboard.statements.matching import PayoutMatching
from dashboard.store import Store
from tests.book_histories import make, seeds
from tests.unit.case_scenes import charge, seconds
from tests.workbooks import read_workbook

FRED = Actor("fred", frozenset({Role.FINANCE}))
UTA = Actor("uta", frozenset({Role.AUDITOR}))
MONTHS = ("2026-08", "2026-09", "2026-10", "2026-11")


@pytest.fixture
def books(store: Store, clock: FixedClock, settings: Settings) -> MonthBooks:
    return MonthBooks(store, clock, settings, PayoutMatching(store, clock, settings))


@pytest.fixture
def reports(store: Store, clock: FixedClock, settings: Settings, books: MonthBooks) -> Reports:
    store.database.handle.execute("PRAGMA synchronous=OFF")  # no power fails here, and a history writes much
    return Reports(store, clock, settings, books)


def check_lists(report: Report) -> None:
    """Customers, banks and reasons come to the totals, and the columns to the net."""
    for one in report.sections:
        for lines in (one.customers, one.banks):
            total = Figures()
            for line in lines:
                total = total.plus(line.figures)
            assert total == one.total
        assert sum(line.cents for line in one.reasons) == one.total.returns


def sums_of(groups: list[tuple[Group, int, int, int]]) -> dict[str, int]:
    """A table's rows (group, amount, fee, net) as a report counts them, told by other means."""
    found: defaultdict[str, int] = defaultdict(int)
    for group, amount, fee, net in groups:
        kind = KINDS.get(group)
        if group is Group.FEES:
            found["fees"] += net
        else:
            found[kind.value if kind else "other"] += amount
            found["fees"] -= fee
    return dict(found)


def figures(total: Figures) -> dict[str, int]:
    return {name: getattr(total, name) for name in ("collected", "refunds", "returns", "fees", "other")}


@pytest.mark.parametrize("seed", seeds(8))
def test_every_total_is_the_tables(store: Store, books: MonthBooks, reports: Reports, seed: int) -> None:
    """Any history: a month's report is the page Month close, a payout's its page and the filter of payments."""
    make(store, seed)
    payouts, seen = Payouts(store), Counter[str]()
    names = {group.value: group for group in Group}
    for month in MONTHS:
        report = reports.of_month(FRED, month)
        check_lists(report)
        table = books.look(FRED, month).balances
        moved = [(names[one.name], one.amount, one.fee, one.net) for part in table for one in part.movements]
        total = report.sections[0].total if report.sections else Figures()
        assert total.net == sum(net for _, _, _, net in moved)
        assert {name: cents for name, cents in figures(total).items() if cents} == {
            name: cents for name, cents in sums_of(moved).items() if cents
        }
        counted = sum(one.count for part in table for one in part.movements if names[one.name] is Group.PAYMENTS)
        assert total.payments == counted
        seen["months"] += bool(moved)
    for row in store.payouts.recent(500):
        report = reports.of_payout(FRED, row["id"])
        check_lists(report)
        (section,) = report.sections
        listed = [(one.group, one.amount, one.fee, one.net) for one in payouts.sums(FRED, row["id"])]
        assert {name: cents for name, cents in figures(section.total).items() if cents} == {
            name: cents for name, cents in sums_of(listed).items() if cents
        }
        assert section.total.net == row["amount"], "it ties to the payout"
        if row["status"] == "paid" and all(group is not Group.PAYOUTS for group, *_ in listed):
            shown = store.payments.sums(PaymentFilter(payout=row["id"]), FixedClock.now(reports._clock).date())
            assert (shown.count, shown.amounts.get("usd", 0)) == (section.total.payments, section.total.collected)
            seen["filters"] += 1
    assert seen["months"] >= 3 and seen["filters"] > 10


def test_a_reason_has_one_name_whoever_gave_the_code(store: Store, clock: FixedClock, reports: Reports) -> None:
    codes: tuple[dict[str, Any], ...] = (
        {},
        {"outcome": {"network_decline_code": "R01"}},
        {"failure_code": "no_account"},
    )
    for number, more in enumerate(codes):
        id = f"py_{number}"
        store.projection.apply("charges", [charge(clock, id, **more)])
        row = {"id": f"txn_{number}", "created": seconds(clock), "amount": -4_200, "fee": 400, "net": -4_600}
        row |= {"currency": "usd", "type": "payment_failure_refund", "status": "available", "source": id}
        store.projection.apply("balance_transactions", [row])
    (section,) = reports.of_month(FRED, "2026-11").sections
    assert [(one.name, one.count, one.cents) for one in section.reasons] == [
        ("Insufficient funds (R01)", 2, -8_400),
        ("No such account (R03)", 1, -4_200),
    ]
    assert section.total.fees == -1_200 and section.total.net == -13_800


def test_two_currencies_are_never_added_up(store: Store, clock: FixedClock, reports: Reports) -> None:
    for number, currency in enumerate(("usd", "eur", "jpy")):
        row = {"id": f"txn_{number}", "created": seconds(clock), "amount": 100, "fee": 1, "net": 99, "source": "py_x"}
        row |= {"currency": currency, "type": "payment", "status": "available"}
        store.projection.apply("balance_transactions", [row])
    report = reports.of_month(FRED, "2026-11")
    assert [(one.currency, one.total.net) for one in report.sections] == [("eur", 99), ("jpy", 99), ("usd", 99)]
    totals = read_workbook(io.BytesIO(reports.month_file(FRED, "2026-11", Form.XLSX)))[1].texts()
    assert [row[:3] for row in totals[1:4]] == [["EUR", "1", "1.00"], ["JPY", "1", "100"], ["USD", "1", "1.00"]]


@pytest.mark.parametrize("form", Form)
def test_the_same_books_give_the_same_bytes(
    store: Store, clock: FixedClock, settings: Settings, books: MonthBooks, reports: Reports, form: Form
) -> None:
    make(store, 3, days=40)
    id = store.payouts.recent(1)[0]["id"]
    before = reports.month_file(FRED, "2026-09", form), reports.payout_file(FRED, id, form)
    clock.move(timedelta(days=3, hours=7))
    later = Reports(store, clock, settings, books)
    assert (later.month_file(UTA, "2026-09", form), later.payout_file(UTA, id, form)) == before
    assert before[0].startswith(b"%PDF-" if form is Form.PDF else b"PK") and before[0] != before[1]
    written = [row for row in store.trail.read() if row.action == "report.exported"]
    assert [(row.actor, row.subject) for row in written[:2]] == [("uta", id), ("uta", "2026-09")]


def test_a_workbook_has_every_line_and_its_totals(store: Store, reports: Reports) -> None:
    make(store, 5, days=40)
    report = reports.of_month(FRED, "2026-09")
    (section,) = report.sections
    sheets = {one.name: one for one in read_workbook(io.BytesIO(reports.month_file(FRED, "2026-09", Form.XLSX)))}
    assert list(sheets) == ["About", "Totals", "By customer", "By bank", "Returns by reason"]
    for name, lines in (("By customer", section.customers), ("By bank", section.banks)):
        net = [cell.value for cell in sheets[name].column("Net") if cell is not None]
        assert len(net) == len(lines) + 1 and net[-1] == sum(map(Decimal, net[:-1]))
        assert net[-1] == Decimal(section.total.net).scaleb(-2) and sheets[name].formulas == 0
    assert units(section.total.collected) > 0 and "Opening Stripe balance, USD" in str(sheets["About"].texts())


def test_a_pdf_takes_any_name_as_text_and_any_number_of_customers(
    store: Store, clock: FixedClock, reports: Reports
) -> None:
    names = ["#evil [x] *b* $y$ \\", "客户 ООО Łukasz", "=HYPERLINK(1)"]
    for number in range(pdfs.MOST_LINES + 20):
        name = names[number] if number < len(names) else f"Customer {number}"
        store.projection.apply("customers", [{"id": f"cus_{number}", "created": 1, "name": name}])
        store.projection.apply("charges", [charge(clock, f"py_{number}", "succeeded", customer=f"cus_{number}")])
        row = {"id": f"txn_{number}", "created": seconds(clock), "amount": 9_000 - number, "fee": 0, "currency": "usd"}
        row |= {"net": 9_000 - number, "type": "payment", "status": "available", "source": f"py_{number}"}
        store.projection.apply("balance_transactions", [row])
    made = reports.month_file(FRED, "2026-11", Form.PDF)
    assert made.count(b"/Type/Page") + made.count(b"/Type /Page") >= 1 and len(made) > 20_000
    (section,) = reports.of_month(FRED, "2026-11").sections
    assert [line.name for line in section.customers[:3]] == names
    listed = read_workbook(io.BytesIO(reports.month_file(FRED, "2026-11", Form.XLSX)))[2]
    assert listed.formulas == 0 and len(listed.rows) == pdfs.MOST_LINES + 20 + 1 + 2


def test_what_is_not_listed_stands_together() -> None:
    lines = [ReportLine(f"C{number}", Figures(1, 100, 0, -10, -1, 0)) for number in range(7)]
    assert together(lines, 7, "customers") == lines
    short = together(lines, 3, "customers")
    assert [one.name for one in short] == ["C0", "C1", "5 other customers together"]
    assert short[-1].figures == Figures(5, 500, 0, -50, -5, 0)


def test_who_may_not_export_gets_no_file_and_what_is_empty_is_said(store: Store, reports: Reports) -> None:
    with pytest.raises(AccessDenied):
        reports.month_file(Actor("ops", frozenset({Role.OPS})), "2026-11", Form.PDF)
    for month, code in (("2026-11", "report_empty"), ("2026-13", "month")):
        with pytest.raises(InputError) as caught:
            reports.month_file(FRED, month, Form.XLSX)
        assert caught.value.code == code
    with pytest.raises(InputError, match="no such payout"):
        reports.payout_file(FRED, "po_none", Form.PDF)


def test_the_command_writes_a_file_that_only_its_owner_reads(
    store: Store, make_settings: Callable[..., Settings], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make(store, 2, days=30)
    out = tmp_path / "september.pdf"
    asked = {"payout": "", "month": "2026-09", "kind": "month", "format": "pdf", "out": out}
    assert write_by_command(make_settings(), Namespace(**asked)) == 0
    assert out.read_bytes().startswith(b"%PDF-") and out.stat().st_mode & 0o777 == 0o600
    assert write_by_command(make_settings(), Namespace(**asked | {"kind": "fees"})) == 0
    assert write_by_command(make_settings(), Namespace(**asked | {"payout": "po_no", "month": ""})) == 1
    assert "no such payout" in capsys.readouterr().err

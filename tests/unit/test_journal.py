"""Every journal entry adds up to 0, signs are right, and the clearing account is the balance and what is in transit."""

from __future__ import annotations

import argparse
import csv
import io
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as rules
from hypothesis import strategies as some

from dashboard.books.closing import MonthClose
from dashboard.books.journal import Journal
from dashboard.cli import journal as command
from dashboard.domain.books import read_month
from dashboard.domain.clock import FixedClock
from dashboard.domain.errors import AccessDenied, InputError
from dashboard.domain.journal import Account, Entry, Profile, full_name, totals, write
from dashboard.domain.models import Actor, Role
from dashboard.settings import Settings
from dashboard.store import Store
from dashboard.store.encryption.vault import Vault
from tests.book_histories import NEW_YORK, RAILS, make, seeds
from tests.unit.test_month_close import CARL, MIA, MONTH, NEXT, book, close, sign  # noqa: F401  # a fixture among them

NAMES = {account: account.words for account in Account}
ENTRY = Entry(
    "ACH-2026-10-12-new-usd",
    date(2026, 10, 12),
    "Stripe balance, new rail",
    "usd",
    ((Account.CLEARING, 9_920), (Account.RECEIVABLE, -10_000), (Account.FEES, 80)),
)


@pytest.fixture
def journal(store: Store, clock: FixedClock, settings: Settings) -> Journal:
    return Journal(store, clock, settings)


@pytest.mark.parametrize("seed", seeds(6, 20))
def test_of_any_history_the_clearing_account_is_the_balance_and_what_is_in_transit(
    store: Store, journal: Journal, seed: int
) -> None:
    history = make(store, seed)
    clearing = 0
    for name in ("2026-08", "2026-09", "2026-10", "2026-11"):
        entries, month = journal.entries(MIA, name), read_month(name, NEW_YORK)
        assert all(sum(cents for _, cents in one.lines) == 0 for one in entries)
        assert len({one.number for one in entries}) == len(entries)
        clearing += totals(entries).get(("usd", Account.CLEARING), 0)
        assert clearing == sum(
            history.balance(rail, month.ends_at) + history.in_transit(rail, month.ends_at, month.bank_ends)
            for rail in RAILS
        )


def test_each_kind_of_movement_is_on_its_own_side(store: Store, journal: Journal) -> None:
    book(store, "txn_1", 12, 10_000, fee=80)
    book(store, "txn_2", 12, -4_000, "payment_refund")
    book(store, "txn_3", 12, -3_000, "adjustment", fee=1_500)
    book(store, "txn_4", 12, -25, "stripe_fee")
    (one,) = journal.entries(MIA, MONTH)
    assert dict(one.lines) == {
        Account.RECEIVABLE: -10_000,
        Account.REFUNDS: 4_000,
        Account.RETURNS: 3_000,
        Account.FEES: 80 + 1_500 + 25,
        Account.CLEARING: 1_395,
    }


def test_a_payout_that_arrives_is_a_debit_of_the_bank_and_one_that_failed_is_none(
    store: Store, journal: Journal
) -> None:
    at = int(read_month(MONTH, NEW_YORK).begins_at) + 86_400
    payout = {"created": at, "arrival_date": at // 86_400 * 86_400 + 86_400, "amount": 5_000, "currency": "usd"}
    store.projection.apply("payouts", [{**payout, "id": "po_1", "status": "paid"}])
    store.projection.apply("payouts", [{**payout, "id": "po_2", "status": "failed"}])
    (one,) = journal.entries(MIA, MONTH)
    assert one.number == f"ACH-{MONTH}-po_1"
    assert one.lines == ((Account.BANK, 5_000), (Account.CLEARING, -5_000))


def test_a_second_export_has_the_numbers_and_bytes_of_the_first(store: Store, journal: Journal) -> None:
    make(store, 3)
    for profile in Profile:
        assert journal.export(MIA, MONTH, profile) == journal.export(MIA, MONTH, profile)


def test_a_payment_that_is_paid_out_later_changes_no_number(store: Store, journal: Journal) -> None:
    book(store, "txn_1", 12, 10_000, fee=80)
    before = journal.entries(MIA, MONTH)
    at = int(read_month(NEXT, NEW_YORK).begins_at) + 86_400
    payout = {"id": "po_1", "created": at, "arrival_date": at + 86_400, "amount": 9_920, "currency": "usd"}
    store.projection.apply("payouts", [{**payout, "status": "paid", "automatic": True}])
    with store.transaction() as db:
        db.execute("UPDATE balance_transaction SET payout_id = 'po_1'")
    assert journal.entries(MIA, MONTH) == before


def test_a_signed_months_lines_stay_and_what_came_later_is_in_the_next(
    close: MonthClose,  # noqa: F811
    store: Store,
    journal: Journal,
) -> None:
    before = journal.entries(MIA, MONTH)
    sign(close)
    book(store, "txn_late", 30, -4_000, "adjustment", fee=1_500)
    assert journal.entries(MIA, MONTH) == before
    (late,) = journal.entries(MIA, NEXT)
    assert late.number == f"ACH-{NEXT}-after-{MONTH}-usd" and late.day == date(2026, 11, 1)
    assert dict(late.lines) == {Account.RETURNS: 4_000, Account.FEES: 1_500, Account.CLEARING: -5_500}


def test_the_forms_are_as_each_program_reads_them() -> None:
    quickbooks = list(csv.reader(io.StringIO(write([ENTRY], Profile.QUICKBOOKS, NAMES))))
    assert quickbooks[0][:5] == ["*JournalNo", "*JournalDate", "*AccountName", "*Debits", "*Credits"]
    assert quickbooks[1][:5] == [ENTRY.number, "10/12/2026", "Stripe clearing", "99.20", ""]
    assert quickbooks[2][2:5] == ["Accounts receivable", "", "100.00"]
    xero = list(csv.DictReader(io.StringIO(write([ENTRY], Profile.XERO, NAMES))))
    assert [row["*Amount"] for row in xero] == ["99.20", "-100.00", "0.80"], "a debit is positive"
    plain = list(csv.DictReader(io.StringIO(write([ENTRY], Profile.CSV, NAMES))))
    assert [(row["debit_cents"], row["credit_cents"]) for row in plain] == [("9920", "0"), ("0", "10000"), ("80", "0")]
    assert write([ENTRY], Profile.HLEDGER, NAMES) == (
        "commodity 1000.00 USD\naccount Assets:Accounts-receivable\naccount Assets:Stripe-clearing\n"
        "account Expenses:Stripe-fees\n\n"
        "2026-10-12 * (ACH-2026-10-12-new-usd) Stripe balance, new rail\n    Assets:Stripe-clearing  99.20 USD\n"
        "    Assets:Accounts-receivable  -100.00 USD\n    Expenses:Stripe-fees  0.80 USD\n\n"
    )
    beancount = write([ENTRY], Profile.BEANCOUNT, NAMES)
    assert beancount.startswith('plugin "beancount.plugins.auto_accounts"\n\n2026-10-12 * ')
    assert '2026-10-12 * "ACH-2026-10-12-new-usd" "Stripe balance, new rail"\n' in beancount


@given(some.lists(some.integers(-(10**9), 10**9).filter(bool), min_size=1, max_size=6))
@rules(max_examples=30, deadline=None)
def test_every_form_carries_every_cent(amounts: list[int]) -> None:
    entry = Entry("N", date(2026, 1, 2), "Memo", "usd", tuple(zip(Account, amounts, strict=False)))
    rows = list(csv.DictReader(io.StringIO(write([entry], Profile.CSV, NAMES))))
    assert [int(row["debit_cents"]) - int(row["credit_cents"]) for row in rows] == amounts
    rows = list(csv.DictReader(io.StringIO(write([entry], Profile.XERO, NAMES))))
    assert [round(float(row["*Amount"]) * 100) for row in rows] == amounts
    lines = [line for line in write([entry], Profile.HLEDGER, NAMES).splitlines() if line.startswith("  ")]
    assert [round(float(line.split()[-2]) * 100) for line in lines] == amounts


def test_accounts_are_named_once_and_the_clearing_account_is_none_of_the_others(store: Store, journal: Journal) -> None:
    journal.name_accounts(MIA, {Account.BANK: " Chase  operating "})
    assert journal.names(MIA)[Account.BANK] == "Chase operating"
    for wrong in ({Account.BANK: ""}, {Account.BANK: "x" * 101}, {Account.CLEARING: "chase OPERATING"}):
        with pytest.raises(InputError):
            journal.name_accounts(MIA, wrong)
    assert journal.names(MIA)[Account.BANK] == "Chase operating"
    assert store.trail.read(limit=1)[0].action == "journal.accounts_named"
    assert full_name(Account.BANK, "assets:bank:Chase 1") == "Assets:Bank:Chase-1"


def test_two_names_are_two_accounts_in_ledger_text_too(journal: Journal) -> None:
    """The clearing account would not show the Stripe balance, were the bank's lines in it."""
    assert full_name(Account.CLEARING, "清算") == "Assets:清算" != full_name(Account.BANK, "銀行")
    assert full_name(Account.CLEARING, "***") != full_name(Account.BANK, "***")
    journal.name_accounts(MIA, {Account.CLEARING: "清算", Account.BANK: "銀行"})
    for same in ("1250-Stripe", "1250 stripe!", "assets:1250.Stripe"):
        with pytest.raises(InputError, match="clearing account is another account too"):
            journal.name_accounts(MIA, {Account.CLEARING: "1250 Stripe", Account.BANK: same})


def test_a_form_without_a_currency_carries_one_alone(store: Store, journal: Journal) -> None:
    """1,000 yen were 1,000 dollars in Xero."""
    book(store, "txn_1", 12, 10_000, fee=80)
    assert "99.20" in journal.export(MIA, MONTH, Profile.XERO)
    row = {"id": "txn_2", "created": read_month(MONTH, NEW_YORK).begins_at, "amount": 1_000, "fee": 0, "net": 1_000}
    yen = {**row, "currency": "jpy", "type": "payment", "status": "available", "source": None}
    store.projection.apply("balance_transactions", [yen])
    with pytest.raises(InputError, match="lines in JPY and USD"):
        journal.export(MIA, MONTH, Profile.XERO)
    assert all("JPY" in journal.export(MIA, MONTH, one).upper() for one in Profile if one is not Profile.XERO)


def test_who_may_not_gets_no_lines_and_an_unknown_form_is_refused(journal: Journal) -> None:
    nobody = Actor("olga", frozenset({Role.OPS}))
    with pytest.raises(AccessDenied):
        journal.export(nobody, MONTH, "csv")
    with pytest.raises(AccessDenied):
        journal.name_accounts(Actor("uta", frozenset({Role.AUDITOR})), {Account.BANK: "Mine"})
    with pytest.raises(InputError):
        journal.export(CARL, MONTH, "sage")


def test_the_command_writes_the_month(
    store: Store, vault: Vault, settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book(store, "txn_1", 12, 10_000, fee=80)
    out = tmp_path / "october.csv"
    chosen = argparse.Namespace(month=MONTH, profile="csv", out=None)
    assert command.export(settings, chosen) == 0
    said = capsys.readouterr().out
    assert "Stripe clearing,9920,0,usd" in said
    assert command.export(settings, argparse.Namespace(month=MONTH, profile="csv", out=out)) == 0
    assert list(csv.reader(out.read_text().splitlines())) == list(csv.reader(said.splitlines()))
    assert command.export(settings, argparse.Namespace(month="October", profile="csv", out=None)) == 1
    assert "is no month" in capsys.readouterr().err

"""The Stripe balance of a month ties to the cent, and what keeps a month open is said by name."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from dashboard.books import MonthBooks
from dashboard.domain.books import Books, read_month, total
from dashboard.domain.clock import FixedClock
from dashboard.domain.errors import AccessDenied, InputError
from dashboard.domain.models import Actor, Role
from dashboard.settings import Settings
from dashboard.statements.matching import PayoutMatching
from dashboard.store import Store
from dashboard.store.sync.state import Window
from tests.book_histories import NEW_YORK, RAILS, make, seeds

FRED = Actor("fred", frozenset({Role.FINANCE}))
MONTH = "2026-09"


@pytest.fixture
def books(store: Store, clock: FixedClock, settings: Settings) -> MonthBooks:
    return MonthBooks(store, clock, settings, PayoutMatching(store, clock, settings))


def whats(found: Books) -> str:
    return "\n".join(one.what for one in found.blockers)


def statements_of(store: Store, work: Callable[[], Any]) -> int:
    """How many statements of SQL a piece of work is."""
    seen: list[str] = []
    connection = store.database.handle.conn
    connection.set_trace_callback(seen.append)
    try:
        work()
    finally:
        connection.set_trace_callback(None)
    return len(seen)


@pytest.mark.parametrize("seed", seeds(8))
def test_every_month_of_any_history_ties_and_equals_a_plain_count(store: Store, books: MonthBooks, seed: int) -> None:
    history = make(store, seed)
    closing = {False: 0, True: 0}
    for name in ("2026-08", MONTH, "2026-10", "2026-11"):
        month = read_month(name, NEW_YORK)
        found = books.look(FRED, name)
        assert found.ties and "differs" not in whats(found)
        for one in found.balances:
            rail = RAILS[one.old_rail]
            assert one.opening == closing[one.old_rail] == history.balance(rail, month.begins_at)
            assert one.closing == one.expected == history.balance(rail, month.ends_at)
            assert one.in_transit == history.in_transit(rail, month.ends_at, month.bank_ends)
            closing[one.old_rail] = one.closing
        everything = sum(
            history.balance(rail, month.ends_at) + history.in_transit(rail, month.ends_at, month.bank_ends)
            for rail in RAILS
        )
        assert total(found.balances, "usd") == everything


def test_a_month_is_as_many_statements_with_one_payment_as_with_hundreds(store: Store, books: MonthBooks) -> None:
    make(store, 1, days=8)
    few = statements_of(store, lambda: books.look(FRED, MONTH))
    make(store, 2)
    assert statements_of(store, lambda: books.look(FRED, MONTH)) == few


def test_a_fee_and_a_return_keep_their_signs(store: Store, books: MonthBooks) -> None:
    at = int(datetime(2026, 9, 15, tzinfo=UTC).timestamp())
    for id, type, amount, fee in (
        ("txn_1", "payment", 10_000, 80),
        ("txn_2", "payment_refund", -4_000, 0),
        ("txn_3", "adjustment", -6_000, 1_500),
        ("txn_4", "stripe_fee", -25, 0),
    ):
        row = {"id": id, "created": at, "amount": amount, "fee": fee, "net": amount - fee, "currency": "usd"}
        store.projection.apply("balance_transactions", [{**row, "type": type, "status": "available", "source": None}])
    (one,) = books.look(FRED, MONTH).balances
    assert {part.name: (part.amount, part.fee, part.net) for part in one.movements} == {
        "Payments": (10_000, 80, 9_920),
        "Refunds": (-4_000, 0, -4_000),
        "Failures, returns, adjustments": (-6_000, 1_500, -7_500),
        "Stripe fees": (-25, 0, -25),
    }
    assert one.closing == one.expected == -1_605


def test_what_keeps_the_balance_from_tying_is_named(store: Store, books: MonthBooks) -> None:
    at = int(datetime(2026, 9, 15, tzinfo=UTC).timestamp())
    payout = {"created": at, "arrival_date": at + 86_400, "amount": 5_000, "currency": "usd", "automatic": True}
    payout |= {"reconciliation_status": "completed"}
    store.projection.apply("payouts", [{**payout, "id": "po_unread", "status": "paid"}])
    store.projection.apply("payouts", [{**payout, "id": "po_back", "status": "failed", "automatic": False}])
    store.projection.apply("payouts", [{**payout, "id": "po_off", "status": "paid"}])
    row = {"id": "txn_1", "created": at, "amount": 4_999, "currency": "usd", "type": "payment", "status": "available"}
    store.projection.apply("balance_transactions", [row], payout_id="po_off")
    store.projection.mark_itemized("po_off")
    charge = {"id": "py_1", "created": at, "amount": 100, "currency": "usd", "status": "succeeded"}
    details = {"payment_method_details": {"type": "us_bank_account", "us_bank_account": {}}}
    store.projection.apply("charges", [{**charge, **details, "balance_transaction": "txn_9"}])
    store.sync_state.begin_windows([Window("refunds", at, at + 10, None)])
    found = books.look(FRED, MONTH)
    assert not found.ties and "does not tie: it differs by $50.01." in whats(found)
    named = {one.payout: one.what for one in found.blockers if one.payout and one.page == "payouts"}
    assert named == {
        "po_unread": "What is in the payout of $50.00 has not been read.",
        "po_back": "The payout of $50.00 failed, and its return to the balance has not been read.",
        "po_off": "The payout of $50.00 differs from what is in it by $0.01.",
    }
    for what in (
        "The backfill has a hole in this month or before it: refunds.",
        "The balance transactions of 1 payment have not been read.",
        "Nothing was ever read from Stripe to its end.",
        "There is no bank statement.",
    ):
        assert what in whats(found)


def test_a_payout_made_by_hand_ties_by_itself(store: Store, books: MonthBooks) -> None:
    at = int(datetime(2026, 9, 15, tzinfo=UTC).timestamp())
    row = {"id": "txn_1", "created": at, "amount": 9_000, "currency": "usd", "type": "payment", "status": "available"}
    store.projection.apply("balance_transactions", [row])
    payout = {"id": "po_hand", "created": at + 5, "arrival_date": at, "amount": 5_000, "currency": "usd"}
    store.projection.apply("payouts", [{**payout, "status": "paid", "automatic": False}])
    (one,) = books.look(FRED, MONTH).balances
    assert one.ties and one.closing == 4_000


def test_a_month_that_is_not_over_says_so_and_no_month_is_refused(books: MonthBooks, clock: FixedClock) -> None:
    today = clock.now().astimezone(NEW_YORK).date()
    assert "The month is not over." in whats(books.look(FRED, f"{today:%Y-%m}"))
    assert books.months(FRED) == [f"{today:%Y-%m}"]
    for wrong in ("2026-13", "26-01", "", "2026-1"):
        with pytest.raises(InputError):
            books.look(FRED, wrong)
    with pytest.raises(AccessDenied):
        books.look(Actor("olga", frozenset({Role.OPS})), MONTH)
    with pytest.raises(AccessDenied):
        books.months(Actor("olga", frozenset({Role.OPS})))


def test_december_ends_with_the_year_and_days_are_the_business_zones() -> None:
    month = read_month("2026-12", NEW_YORK)
    assert (month.first.isoformat(), month.after.isoformat()) == ("2026-12-01", "2027-01-01")
    assert datetime.fromtimestamp(month.ends_at, UTC) == datetime(2027, 1, 1, 5, tzinfo=UTC)
    assert datetime.fromtimestamp(month.bank_ends, UTC) == datetime(2027, 1, 1, tzinfo=UTC)

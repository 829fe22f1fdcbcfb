"""Stripe's own word about the balance: which one a payout left, and what it holds beside what we worked out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from dashboard.books import MonthBooks
from dashboard.domain.clock import FixedClock
from dashboard.domain.errors import ProviderBroken
from dashboard.domain.models import Actor, Role
from dashboard.domain.stripe_balance import Held, read_balance
from dashboard.settings import Settings
from dashboard.statements.matching import PayoutMatching
from dashboard.store import Store
from tests.unit.paused_sync import Desk

FRED = Actor("fred", frozenset({Role.FINANCE}))
AT = int(datetime(2026, 9, 15, 15, tzinfo=UTC).timestamp())


@pytest.fixture
def books(store: Store, clock: FixedClock, settings: Settings) -> MonthBooks:
    return MonthBooks(store, clock, settings, PayoutMatching(store, clock, settings))


def txn(id: str, cents: int, type: str = "payment", source: str | None = None, at: int = AT) -> dict[str, Any]:
    row = {"id": id, "created": at, "amount": cents, "fee": 0, "net": cents, "currency": "usd", "type": type}
    return row | {"status": "available", "source": source}


def payout(id: str, cents: int, source_type: str | None, **more: Any) -> dict[str, Any]:
    row = {"id": id, "created": AT + 9, "arrival_date": AT + 90_000, "amount": cents, "currency": "usd"}
    row |= {"status": "paid", "automatic": True, "reconciliation_status": "completed", **more}
    return row | ({"source_type": source_type} if source_type else {})


def closings(books: MonthBooks) -> dict[bool, tuple[int, int]]:
    """By rail: what was paid out, and what is left."""
    return {one.old_rail: (one.payouts, one.closing) for one in books.look(FRED, "2026-09").balances}


@pytest.mark.parametrize(("said", "old"), [("bank_account", True), ("card", False), ("fpx", False)])
def test_a_payout_and_all_in_it_are_of_the_balance_that_stripe_says(
    store: Store, books: MonthBooks, said: str, old: bool
) -> None:
    """None of what it holds has a charge: a fee, and what another means brought."""
    store.projection.apply("payouts", [payout("po_1", 5_000, said)])
    parts = [txn("txn_1", 6_000), txn("txn_2", -1_000, "stripe_fee")]
    store.projection.apply("balance_transactions", parts, payout_id="po_1")
    store.projection.mark_itemized("po_1")
    assert closings(books) == {old: (5_000, 0)}
    assert all(one.ties for one in books.look(FRED, "2026-09").balances)


def test_what_comes_back_of_a_payout_is_of_the_balance_that_it_left(store: Store, books: MonthBooks) -> None:
    store.projection.apply("payouts", [payout("po_1", 5_000, "bank_account", status="failed")])
    store.projection.apply("balance_transactions", [txn("txn_1", 5_000)], payout_id="po_1")
    store.projection.apply("balance_transactions", [txn("txn_2", 5_000, "payout_failure", "po_1", AT + 100)])
    assert closings(books) == {True: (5_000, 5_000)}


def test_a_later_read_without_the_word_does_not_erase_it(store: Store, books: MonthBooks) -> None:
    """An event of an older version of Stripe's API has it not."""
    for said in ("bank_account", None):
        store.projection.apply("payouts", [payout("po_1", 5_000, said)])
    assert closings(books)[True][0] == 5_000


def test_the_answer_is_read_by_currency_and_source_type() -> None:
    row = {"amount": 900, "currency": "usd", "source_types": {"card": 600, "bank_account": 300}}
    less = {"amount": -50, "currency": "usd", "source_types": {"card": -50}}
    bare, more = {"amount": 7, "currency": "EUR"}, {"amount": 9, "currency": "gbp", "source_types": {"card": 4}}
    assert read_balance({"available": [row, bare], "pending": [less, more]}) == [
        Held("eur", "", 7, 0),
        Held("gbp", "", 0, 5),
        Held("gbp", "card", 0, 4),
        Held("usd", "bank_account", 300, 0),
        Held("usd", "card", 600, -50),
    ]


@pytest.mark.parametrize(
    "odd",
    [
        {},
        {"available": []},
        {"available": [], "pending": None},
        *({"available": [one], "pending": []} for one in (None, 5, {}, {"amount": 1.5, "currency": "usd"})),
        *({"available": [{"amount": one, "currency": "usd"}], "pending": []} for one in (True, None, "1", 2**60)),
        {"available": [{"amount": 1, "currency": ""}], "pending": []},
        {"available": [{"amount": 1, "currency": "usd", "source_types": {"card": None}}], "pending": []},
        {"available": [{"amount": 1, "currency": "usd", "source_types": [1]}], "pending": []},
    ],
)
def test_an_answer_that_keeps_no_contract_is_no_balance(odd: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        read_balance(odd)


def test_both_tie_or_differ_by_cents_at_the_moment_of_the_reading(
    store: Store, books: MonthBooks, clock: FixedClock
) -> None:
    assert books.compare(FRED) is None
    store.projection.apply("payouts", [payout("po_1", 5_000, "bank_account")])
    store.projection.apply("balance_transactions", [txn("txn_1", 5_300)], payout_id="po_1")
    later = AT + 3_600
    store.projection.apply("balance_transactions", [txn("txn_2", 10_000), txn("txn_3", 777, at=later + 1)])
    store.stripe_balance.keep([Held("usd", "bank_account", 300, 0), Held("usd", "card", 4_000, 5_999)], later)
    found = books.compare(FRED)
    assert found is not None and found.at == datetime.fromtimestamp(later, UTC)
    assert [(one.old_rail, one.source_types, one.stripes, one.ours, one.difference) for one in found.parts] == [
        (False, ("card",), 9_999, 10_000, -1),
        (True, ("bank_account",), 300, 300, 0),
    ]
    assert [one.ties for one in found.parts] == [False, True]
    store.stripe_balance.keep([Held("usd", "card", 10_777, 0)], later + 5)
    found = books.compare(FRED)
    assert found is not None and [one.difference for one in found.parts] == [0, -300]


def test_a_sync_reads_the_balance_once_and_not_while_all_is_quiet(
    tmp_path: Path, make_settings: Callable[..., Settings]
) -> None:
    desk = Desk(tmp_path, make_settings(STRIPE_READS_PER_SECOND="5000", STRIPE_READS_PER_SECOND_TOTAL="5000"))
    for _ in range(3):
        desk.sync()
    assert desk.account.asked["balance"] == 1
    held, at = desk.store.stripe_balance.read()
    assert held == [Held("usd", "card", 1_000, 0)] and at is not None
    desk.pause(timedelta(hours=7))
    desk.account.no_balance = ProviderBroken("no", provider="stripe", code="broken_reply", maybe_done=False)
    desk.sync()
    assert desk.account.asked["balance"] == 2 and desk.store.stripe_balance.read() == (held, at), "the last one stays"
    desk.account.forbidden.add("balance")
    desk.sync()
    assert desk.account.asked["balance"] == 2, "what failed is asked for no more often"
    desk.pause(timedelta(hours=7))
    desk.sync()
    assert desk.fresh().status().left_out == {"balance": "rak_balance_read"}
    desk.store.close()

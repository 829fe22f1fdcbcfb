"""A payout is the sum of what is in it, to the cent, or the page says why that cannot be said."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from dashboard.clock import Clock
from dashboard.errors import AccessDenied, InputError
from dashboard.models import Actor, Role
from dashboard.reconcile import Finding, Group, Reconcile
from dashboard.store import Store
from dashboard.store.vault import Vault, make_key

FRED = Actor("fred", frozenset({Role.FINANCE}))
DAY = 86_400
ARRIVES = 1_795_478_400  # 2026-11-24


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "desk.db", Vault([make_key()]), Clock(), ZoneInfo("America/New_York"))
    yield opened
    opened.close()


def payout(id: str = "po_1", amount: int = 2_990, **more: Any) -> dict[str, Any]:
    kept = {"id": id, "object": "payout", "created": ARRIVES - 2 * DAY, "arrival_date": ARRIVES, "amount": amount}
    kept |= {"currency": "usd", "status": "paid", "automatic": True, "reconciliation_status": "completed"}
    return {**kept, **more}


def part(id: str, type: str, amount: int, fee: int = 0, source: str | None = None) -> dict[str, Any]:
    kept = {"id": id, "object": "balance_transaction", "created": ARRIVES - 6 * DAY, "available_on": ARRIVES - 2 * DAY}
    kept |= {"amount": amount, "fee": fee, "net": amount - fee, "currency": "usd", "type": type, "status": "available"}
    return {**kept, "source": source}


PARTS = [
    part("txn_1", "payment", 5_000, 40, "py_1"),
    part("txn_2", "payment", 1_000, 20, "py_2"),
    part("txn_3", "payment_refund", -2_000, 0, "re_1"),
    part("txn_4", "adjustment", -1_000, -50, "du_1"),
]


def keep(store: Store, one: dict[str, Any], parts: list[dict[str, Any]], *, itemised: bool = True) -> None:
    store.ledger.apply("payouts", [one])
    store.ledger.apply("balance_transactions", parts, payout_id=one["id"])
    if itemised:
        store.ledger.mark_itemised(one["id"])


def finding(store: Store) -> Finding:
    return Reconcile(store).payout(FRED, "po_1").finding


def test_a_payout_ties_where_its_parts_add_up_to_the_cent(store: Store) -> None:
    keep(store, payout(amount=2_990), PARTS)
    line = Reconcile(store).payout(FRED, "po_1")
    assert (line.finding, line.parts, line.net, line.difference) == (Finding.TIES, 4, 2_990, 0)
    assert line.arrival.isoformat() == "2026-11-24"


@pytest.mark.parametrize("cent", [-1, 1])
def test_a_single_cent_is_a_difference(store: Store, cent: int) -> None:
    keep(store, payout(amount=2_990 + cent), PARTS)
    line = Reconcile(store).payout(FRED, "po_1")
    assert (line.finding, line.difference) == (Finding.DIFFERS, cent)


@pytest.mark.parametrize(
    ("more", "itemised", "expected"),
    [
        ({"automatic": False, "reconciliation_status": "not_applicable"}, False, Finding.BY_HAND),
        ({"status": "failed"}, True, Finding.RETURNED),
        ({"status": "canceled"}, True, Finding.RETURNED),
        ({"reconciliation_status": "in_progress"}, False, Finding.NOT_ITEMISED),
        ({}, False, Finding.UNREAD),
    ],
)
def test_where_it_cannot_tie_it_is_said_why(
    store: Store, more: dict[str, Any], itemised: bool, expected: Finding
) -> None:
    keep(store, payout(amount=1, **more), PARTS, itemised=itemised)
    line = Reconcile(store).payout(FRED, "po_1")
    assert (line.finding, line.ties, line.difference) == (expected, False, 0)


def test_the_kinds_add_up_to_the_payout(store: Store) -> None:
    keep(store, payout(), [*PARTS, part("txn_5", "something_new", -10), part("txn_6", "payout", -2_980)])
    sums = Reconcile(store).sums(FRED, "po_1")
    assert [(one.group, one.parts, one.net) for one in sums] == [
        (Group.PAYMENTS, 2, 5_940),
        (Group.REFUNDS, 1, -2_000),
        (Group.FAILED, 1, -950),
        (Group.OTHER, 1, -10),
    ]
    assert sum(one.net for one in sums) == Reconcile(store).payout(FRED, "po_1").net == 2_980


def test_pages_show_each_payout_and_each_part_once(store: Store) -> None:
    for number in range(5):
        keep(store, payout(f"po_{number}", arrival_date=ARRIVES + number * DAY), [])
    reconcile = Reconcile(store)
    pages = [reconcile.payouts(FRED, number, size=2) for number in range(3)]
    assert [line.id for lines, _ in pages for line in lines] == ["po_4", "po_3", "po_2", "po_1", "po_0"]
    assert [more for _, more in pages] == [True, True, False]
    keep(store, payout("po_9"), PARTS)
    shares = [reconcile.parts(FRED, "po_9", number, size=3) for number in range(2)]
    assert [one.id for parts, _ in shares for one in parts] == ["txn_1", "txn_2", "txn_3", "txn_4"]
    assert [more for _, more in shares] == [True, False]


def test_a_refund_and_a_return_name_the_payment_that_they_are_of(store: Store) -> None:
    charge = {"id": "py_1", "object": "charge", "created": ARRIVES - 6 * DAY, "amount": 5_000, "currency": "usd"}
    charge |= {"status": "succeeded", "amount_refunded": 2_000, "description": "INV-7"}
    store.ledger.apply("charges", [charge])
    store.ledger.apply(
        "refunds",
        [
            {
                "id": "re_1",
                "object": "refund",
                "created": ARRIVES - 5 * DAY,
                "amount": 2_000,
                "currency": "usd",
                "status": "succeeded",
                "charge": "py_1",
            }
        ],
    )
    keep(store, payout(), PARTS)
    parts, _ = Reconcile(store).parts(FRED, "po_1")
    assert {one.id: one.payment_id for one in parts} == {
        "txn_1": "py_1",
        "txn_2": None,
        "txn_3": "py_1",
        "txn_4": None,
    }


def test_what_is_not_there_is_said(store: Store) -> None:
    with pytest.raises(InputError, match="no such payout"):
        Reconcile(store).payout(FRED, "po_none")
    assert Reconcile(store).payouts(FRED) == ([], False)
    with pytest.raises(AccessDenied):
        Reconcile(store).payouts(Actor("olga", frozenset({Role.OPS})))

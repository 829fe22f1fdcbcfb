"""Payouts as a list: every filter, order, place and sum is that of plain Python, also while payouts come."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date

import pytest

from dashboard.domain.clock import Clock
from dashboard.domain.errors import AccessDenied, InputError
from dashboard.domain.lists import ListOrder
from dashboard.domain.models import Actor, Role
from dashboard.domain.payout_filter import PayoutFilter
from dashboard.payouts import PayoutLine
from dashboard.payouts.lists import PayoutLists
from dashboard.store import Store
from tests.unit.test_payouts import ARRIVES, DAY, payout

FRED = Actor("fred", frozenset({Role.FINANCE}))
STATUSES = ("paid", "paid", "in_transit", "failed", "canceled")


def keep_some(store: Store, count: int, first: int = 0) -> None:
    dice = random.Random(first)
    for number in range(first, first + count):
        amount, status = dice.randrange(-5_000, 500_000), dice.choice(STATUSES)
        created, arrival = ARRIVES + number * 60, ARRIVES + dice.randrange(30) * DAY
        currency, trace = dice.choice(("usd", "usd", "eur")), f"07600{number:04}"
        more = {"created": created, "arrival_date": arrival, "status": status, "currency": currency}
        told = {"trace_id": {"status": "supported", "value": trace}}
        store.projection.apply("payouts", [payout(f"po_{number:05}", amount, **more, **told)])


@pytest.fixture
def lists(store: Store) -> PayoutLists:
    keep_some(store, 60)
    return PayoutLists(store, Clock())


def read(lists: PayoutLists, order: ListOrder[PayoutFilter], mark: str = "", piece: int = 7) -> list[PayoutLine]:
    """A whole list, piece by piece."""
    found = lists.block(FRED, order, start=0, size=piece, mark=mark)
    lines = list(found.rows)
    while len(lines) < found.total:
        lines += lists.block(FRED, order, start=len(lines), size=piece, mark=found.mark).rows
    return [line for line in lines if line is not None]


DAYS = date(2026, 11, 28), date(2026, 12, 9)
FILTERS: list[tuple[PayoutFilter, Callable[[PayoutLine], bool]]] = [
    (PayoutFilter(), lambda one: True),
    (PayoutFilter(statuses=("failed", "canceled")), lambda one: one.status in {"failed", "canceled"}),
    (PayoutFilter(arrives_from=DAYS[0], arrives_to=DAYS[1]), lambda one: DAYS[0] <= one.arrival <= DAYS[1]),
    (PayoutFilter(amount_min=100_000, amount_max=200_000), lambda one: 100_000 <= one.amount <= 200_000),
    (PayoutFilter(text="076000001"), lambda one: "076000001" in (one.trace or "")),
    (PayoutFilter(text="PO_00012"), lambda one: one.id == "po_00012"),
    (PayoutFilter(text="po_000"), lambda one: one.id.startswith("po_000")),
]


@pytest.mark.parametrize("sort", ["arrival", "created", "amount", "status", "trace", "id"])
@pytest.mark.parametrize("descending", [True, False])
def test_every_filter_and_order_has_the_rows_of_plain_python(
    lists: PayoutLists, store: Store, sort: str, descending: bool
) -> None:
    everyone = read(lists, ListOrder(PayoutFilter(), "id", False), piece=200)
    assert [one.id for one in everyone] == [f"po_{number:05}" for number in range(60)]
    for wanted, holds in FILTERS:
        found = read(lists, ListOrder(wanted, sort, descending))
        assert {one.id for one in found} == {one.id for one in everyone if holds(one)}
        keys = [getattr(one, sort if sort != "created" else "id") for one in found]
        assert keys == sorted(keys, reverse=descending)
        amounts: dict[str, int] = {}
        for one in found:
            amounts[one.currency] = amounts.get(one.currency, 0) + one.amount
        tally = lists.tally(FRED, wanted)
        assert (tally.count, dict(tally.amounts)) == (len(found), amounts)


def test_an_amount_is_found_as_people_write_it(lists: PayoutLists) -> None:
    chosen = read(lists, ListOrder(PayoutFilter(), "amount"))[0]
    found = read(lists, ListOrder(PayoutFilter(text=f"${chosen.amount / 100:,.2f}"), "arrival"))
    assert [one.id for one in found] == [chosen.id]


def test_what_comes_meanwhile_is_counted_and_moves_nothing(lists: PayoutLists, store: Store) -> None:
    order = ListOrder(PayoutFilter(), "created")
    first = lists.block(FRED, order, start=0, size=10)
    keep_some(store, 5, first=100)
    again = lists.block(FRED, order, start=0, size=10, mark=first.mark)
    assert again.rows == first.rows and (again.total, again.newer) == (60, 5)
    assert lists.block(FRED, order, start=0, size=10).total == 65


def test_picked_places_add_up_each_once(lists: PayoutLists) -> None:
    order = ListOrder(PayoutFilter(statuses=("paid",)), "amount")
    mark = lists.block(FRED, order, start=0, size=1).mark
    lines = read(lists, order)
    found = lists.picked(FRED, order, mark, [(0, 3), (2, 5), (9, 9), (5_000, 6_000)])
    chosen = [*lines[:6], lines[9]]
    assert found.count == len(chosen)
    assert sum(found.amounts.values()) == sum(one.amount for one in chosen)
    assert lists.picked(FRED, order, mark, None) == lists.tally(FRED, order.wanted)


def test_what_a_list_does_not_have_is_refused(lists: PayoutLists) -> None:
    wanted = PayoutFilter()
    for order, start, size, mark in (
        (ListOrder(wanted, "arrival; DROP TABLE payout"), 0, 5, ""),
        (ListOrder(wanted, "arrival"), -1, 5, ""),
        (ListOrder(wanted, "arrival"), 0, 201, ""),
        (ListOrder(wanted, "arrival"), 0, 5, "x"),
        (ListOrder(PayoutFilter(text="x" * 201), "arrival"), 0, 5, ""),
    ):
        with pytest.raises(InputError):
            lists.block(FRED, order, start=start, size=size, mark=mark)
    with pytest.raises(AccessDenied):
        lists.block(Actor("ops", frozenset({Role.OPS})), ListOrder(wanted, "arrival"), start=0, size=5)


def test_a_copy_is_in_the_trail_without_what_was_typed(lists: PayoutLists, store: Store) -> None:
    lists.note_copy(FRED, ListOrder(PayoutFilter(text="secret", statuses=("paid",)), "arrival"), 3)
    (row,) = store.trail.read("payouts")
    assert row.action == "payouts.copied" and "secret" not in str(row.facts)
    assert row.facts == {"rows": 3, "filter": "Payouts: status Paid", "searched": True}


def test_an_address_says_a_filter_and_nothing_else_counts() -> None:
    query = {
        "text": "po_1",
        "status": "paid,dropped",
        "arrives_from": "2026-11-01",
        "amount_min": "5",
        "amount_max": "x",
    }
    found = PayoutFilter.from_query(query)
    assert found == PayoutFilter("po_1", ("paid",), date(2026, 11, 1), None, 5, None)
    assert found.words() == "Payouts: status Paid, arriving 2026-11-01 to the last, amount from 0.05, containing “po_1”"
    assert PayoutFilter.from_query({}).is_empty and PayoutFilter().words() == "All payouts"

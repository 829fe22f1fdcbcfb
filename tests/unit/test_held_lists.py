"""Every list keeps its rows at their places while another process writes: none is twice, none is skipped."""

from __future__ import annotations

import random
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from dashboard.accounts.lists import AccountFilter, AccountLists
from dashboard.cases.lists import CaseLists
from dashboard.customers import Customers
from dashboard.customers.lists import CustomerFilter, CustomerLists
from dashboard.domain.case_filter import CaseFilter
from dashboard.domain.cases import UNDECIDED, Outcome
from dashboard.domain.clock import FixedClock
from dashboard.domain.lists import ListFilter, ListOrder
from dashboard.domain.models import (
    Actor,
    BankAccount,
    Generation,
    HolderType,
    Item,
    ItemState,
    Problem,
    Role,
    Secret,
)
from dashboard.domain.payout_filter import PayoutFilter
from dashboard.lists import Lists
from dashboard.payouts.lists import PayoutLists
from dashboard.settings import Settings
from dashboard.store import Store, listing
from dashboard.store.encryption.vault import Vault
from dashboard.store.engine.database import Database
from tests.unit.case_scenes import charge, seconds
from tests.unit.desk_fixture import DeskFixture
from tests.unit.test_payout_lists import keep_some
from tests.unit.test_payouts import ARRIVES, payout

ANN = Actor("ann", frozenset({Role.FINANCE, Role.OPS}))


@dataclass
class Scene:
    """A list, its filters, a row's id, and what another process does to its rows."""

    lists: Lists[Any, Any, Any]
    filters: list[ListFilter]
    id_of: Callable[[Any], Hashable]
    act: Callable[[random.Random], None]


@pytest.fixture
def other(store: Store, clock: FixedClock, vault: Vault) -> Iterator[Store]:
    """The store of another process."""
    database = Database(store.database.path)
    yield Store(database, vault, clock, ZoneInfo("America/New_York"))
    database.close()


def of_payouts(store: Store, other: Store, clock: FixedClock, settings: Settings) -> Scene:
    """Payouts change their state, and older ones are read after newer ones, as a backfill does."""
    keep_some(store, 40)
    older = iter(range(1_000))

    def act(dice: random.Random) -> None:
        if dice.random() < 0.5:
            made = {"created": ARRIVES - 86_400 * (1 + next(older)), "arrival_date": ARRIVES, "status": "paid"}
            other.projection.apply("payouts", [payout(f"po_old_{next(older)}", 5_00, **made)])
        else:
            status, number = dice.choice(("paid", "failed", "in_transit")), dice.randrange(40)
            more = {"created": ARRIVES + number * 60, "arrival_date": ARRIVES, "status": status}
            other.projection.apply("payouts", [payout(f"po_{number:05}", dice.randrange(9_000), **more)])

    filters: list[ListFilter] = [PayoutFilter(), PayoutFilter(statuses=("paid",)), PayoutFilter(amount_min=2_000)]
    return Scene(PayoutLists(store, clock), filters, lambda one: one.id, act)


def of_cases(store: Store, other: Store, clock: FixedClock, settings: Settings) -> Scene:
    """Cases are decided, assigned, and opened."""

    def fail(where: Store, number: int) -> None:
        made: dict[str, Any] = {"created": seconds(clock, days=number % 40), "amount": 100 + number}
        where.projection.apply("charges", [charge(clock, f"py_{number:05}", **made)])

    for number in range(40):
        fail(store, number)
    more = iter(range(1_000, 2_000))

    def act(dice: random.Random) -> None:
        chosen = dice.choice([row["id"] for row in other.database.handle.query("SELECT id FROM payment_case")])
        match dice.randrange(3):
            case 0:
                other.cases.close(chosen, Outcome.DONE, "bob", clock.now())
            case 1:
                other.cases.assign(chosen, dice.choice(("", "ann", "bob")))
            case _:
                fail(other, next(more))

    filters: list[ListFilter] = [CaseFilter(), CaseFilter(states=UNDECIDED), CaseFilter(assignee="nobody")]
    return Scene(CaseLists(store, clock, settings), filters, lambda one: one.id, act)


def of_customers(store: Store, other: Store, clock: FixedClock, settings: Settings) -> Scene:
    """Customers are added and renamed."""
    customers, elsewhere = Customers(store, clock), Customers(other, clock)
    names = ("Ann", "Bea", "Cleo", "Dora", "Eve")
    made = [customers.add(ANN, f"{names[n % 5]} {n}", f"p{n}@example.com", f"P-{n}") for n in range(40)]
    more = iter(range(100, 1_000))

    def act(dice: random.Random) -> None:
        if dice.random() < 0.5:
            number = next(more)
            elsewhere.add(ANN, f"{dice.choice(names)} {number}", f"p{number}@example.com", f"P-{number}")
        else:
            one, name = dice.choice(made), f"{dice.choice(names)} {dice.randrange(99)}"
            other.customers.edit(replace(one, name=name, holder_type=HolderType.COMPANY), clock.now())

    filters: list[ListFilter] = [CustomerFilter(), CustomerFilter("ann"), CustomerFilter("e")]
    return Scene(CustomerLists(store, clock), filters, lambda one: one.id, act)


def of_accounts(store: Store, other: Store, clock: FixedClock, settings: Settings) -> Scene:
    """Accounts begin and cease to work, which no column says, and are linked."""
    customer = Customers(store, clock).add(ANN, "Ann", "ann@example.com", "A-1")
    blocked: dict[str, Problem | None] = {}
    more = iter(range(1_000))

    def link(where: Store) -> None:
        number = next(more)
        item, id = f"item_{number}", f"acct_{number:03}"
        made = Item(item, customer.id, Generation.CURRENT, "ins", "Bank", ItemState.HEALTHY, clock.now())
        where.items.add(made, Secret("access"), f"p{number}")
        where.accounts.add(
            BankAccount(
                *(id, customer.id, item, f"plaid_{number}", "Checking", f"{number:04}", "checking"),
                *(f"Bank {number % 3}", None, f"ba_{number}", None, None, "verified", None, "m", "active"),
                created_at=clock.now(),
            ),
            "ins",
        )

    for _ in range(40):
        link(store)

    def act(dice: random.Random) -> None:
        if dice.random() < 0.3:
            link(other)
        else:
            id = f"acct_{dice.randrange(40):03}"
            blocked[id] = dice.choice([None, Problem("x", code="ITEM_LOGIN_REQUIRED", provider="plaid")])

    lists = AccountLists(
        store, clock, settings.timezone, lambda _, found: {one.id: blocked.get(one.id) for one in found}
    )
    filters: list[ListFilter] = [
        AccountFilter(),
        AccountFilter(statuses=("Ready",)),
        AccountFilter(statuses=("Sign in again", "Ready"), bank="Bank 1"),
    ]
    return Scene(lists, filters, lambda one: one.account.id, act)


SCENES = {"payouts": of_payouts, "cases": of_cases, "customers": of_customers, "accounts": of_accounts}


def walk(scene: Scene, order: ListOrder[Any], mark: str = "", dice: random.Random | None = None) -> list[Any]:
    """A list from its beginning to its end by pieces, between which another process writes where there are dice."""
    found = scene.lists.block(ANN, order, start=0, size=7, mark=mark)
    rows = list(found.rows)
    while len(rows) < found.total:
        if dice:
            scene.act(dice)
        rows += scene.lists.block(ANN, order, start=len(rows), size=7, mark=found.mark).rows
    return [scene.id_of(row) for row in rows if row is not None]


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("name", SCENES)
def test_no_row_is_twice_or_missing_while_another_process_writes(
    store: Store, other: Store, clock: FixedClock, settings: Settings, name: str, seed: int
) -> None:
    scene, dice = SCENES[name](store, other, clock, settings), random.Random(seed)
    for wanted in scene.filters:
        order = ListOrder(wanted, dice.choice(list(scene.lists.sorts)), dice.random() < 0.5)
        first = scene.lists.block(ANN, order, start=0, size=7)
        began = walk(scene, order, first.mark)
        assert began == walk(scene, order, first.mark, dice) and len(set(began)) == len(began) == first.total
        now = walk(scene, order)
        again = scene.lists.block(ANN, order, start=0, size=7, mark=first.mark)
        assert again.newer == len(set(now) - set(began))
        assert scene.lists.picked(ANN, order, first.mark, None).count == first.total


def test_a_list_that_is_too_long_or_forgotten_is_read_by_place(
    store: Store, clock: FixedClock, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = of_customers(store, store, clock, settings)
    order = ListOrder(CustomerFilter(), "name", False)
    whole = walk(scene, order)
    monkeypatch.setattr(listing, "MOST_HELD", 10)
    long = scene.lists.block(ANN, order, start=0, size=7)
    assert "." not in long.mark and walk(scene, order) == whole
    few = ListOrder(CustomerFilter("ann"), "name", False)
    held = scene.lists.block(ANN, few, start=0, size=7)
    assert "." in held.mark
    monkeypatch.setattr(listing, "MOST_IDS", 8)
    scene.lists.block(ANN, few, start=0, size=7)  # takes the room of the one before
    assert walk(scene, few, held.mark) == walk(scene, few)


def test_the_mark_of_a_list_begun_elsewhere_is_known_here_by_what_was_added(given: DeskFixture, other: Store) -> None:
    for number in range(12):
        given.add_customer(f"Person {number:02}", f"p{number}@example.com", f"P-{number}")
    here, there = CustomerLists(given.store, given.clock), CustomerLists(other, given.clock)
    order = ListOrder(CustomerFilter("person"), "name", False)
    first = there.block(given.actor, order, start=0, size=7)
    given.add_customer("Person 00", "late@example.com", "LATE")
    rest = here.block(given.actor, order, start=7, size=7, mark=first.mark)
    assert [one.name for one in (*first.rows, *rest.rows) if one] == [f"Person {number:02}" for number in range(12)]
    assert rest.newer == 1

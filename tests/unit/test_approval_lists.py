"""Decided approvals as a list: every filter, order, place and sum is plain Python's, also while people decide."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from dashboard.approvals.lists import ApprovalLists, ApprovalRow
from dashboard.domain.approval_filter import DECIDED, ApprovalFilter
from dashboard.domain.approvals import KINDS, Approval, ApprovalState, Decision
from dashboard.domain.errors import AccessDenied, InputError
from dashboard.domain.lists import ListOrder
from dashboard.domain.models import Actor, Role
from dashboard.store import Store
from tests.unit.desk_fixture import DeskFixture
from tests.unit.two_people import NEW_YORK

FRED = Actor("fred", frozenset({Role.FINANCE}))
BEGAN = datetime(2026, 11, 2, 12, tzinfo=UTC)
PEOPLE = ("mia@example.com", "Noah@example.com", "olga@example.com")
BY_A_PERSON = {ApprovalState.REJECTED, ApprovalState.APPROVED, ApprovalState.SUCCEEDED, ApprovalState.FAILED}


class Scene:
    """Approvals in every state, and what people do about those that wait."""

    def __init__(self, given: DeskFixture, seed: int = 1) -> None:
        self.store, self.dice, self.count = given.store, random.Random(seed), 0
        people = [
            given.add_customer(f"Person {number}", f"p{number}@example.com", f"P-{number}") for number in range(4)
        ]
        self.customers = [None, *(one.id for one in people)]

    def ask(self) -> str:
        """One more question; its id."""
        self.count += 1
        at = BEGAN + timedelta(hours=5 * self.count)
        id, maker, kind = f"approval_{self.count:04}", self.dice.choice(PEOPLE), self.dice.choice(list(KINDS))
        one = Approval(
            id=id,
            kind=kind,
            subject=f"subject_{self.count:04}",
            customer_id=None if kind == "batch" else self.dice.choice(self.customers),
            amount_cents=self.dice.randrange(1, 900_000),
            body_digest="d",
            rule="it is large",
            requested_by=maker,
            requester=maker,
            requested_at=at,
            expires_at=at + timedelta(days=3),
            state=ApprovalState.REQUIRES_REVIEW,
            updated_at=at,
        )
        assert self.store.approvals.add(one)
        return id

    def end(self, id: str, state: ApprovalState) -> None:
        """Decide one, or let it end."""
        at = BEGAN + timedelta(hours=5 * self.count, minutes=self.dice.randrange(300))
        if state in BY_A_PERSON:
            yes = state is not ApprovalState.REJECTED
            person, reason = self.dice.choice(PEOPLE), "" if yes else "No."
            decision = Decision(f"dec_{id}", id, yes, person, person, reason, "d", {}, 1, at, "192.0.2.1")
            self.store.approvals.decide(decision)
        self.store.approvals.set_state(id, ApprovalState.APPROVED if state in BY_A_PERSON - {state} else state, at)
        if state in {ApprovalState.SUCCEEDED, ApprovalState.FAILED}:
            self.store.approvals.set_state(id, state, at + timedelta(minutes=1))

    def act(self) -> None:
        """Something that a person or the desk does."""
        waiting = [one.id for one in self.store.approvals.waiting()]
        if waiting and self.dice.random() < 0.7:
            self.end(self.dice.choice(waiting), self.dice.choice(DECIDED))
        else:
            self.ask()


@pytest.fixture
def scene(given: DeskFixture) -> Scene:
    made = Scene(given)
    for number in range(60):
        id = made.ask()
        if number % 5:
            made.end(id, DECIDED[number % len(DECIDED)])
    return made


@pytest.fixture
def lists(given: DeskFixture, scene: Scene) -> ApprovalLists:
    return ApprovalLists(given.store, given.clock, NEW_YORK, lambda one: f"{KINDS[one.kind]} {one.subject}")


def read(lists: ApprovalLists, order: ListOrder[ApprovalFilter], mark: str = "") -> list[ApprovalRow]:
    found = lists.block(FRED, order, start=0, size=7, mark=mark)
    rows = list(found.rows)
    while len(rows) < found.total:
        rows += lists.block(FRED, order, start=len(rows), size=7, mark=found.mark).rows
    return [row for row in rows if row is not None]


FIRST, LAST = date(2026, 11, 4), date(2026, 11, 9)
FILTERS: list[tuple[ApprovalFilter, Callable[[ApprovalRow], bool]]] = [
    (ApprovalFilter(), lambda one: True),
    *(
        (ApprovalFilter(states=(state,)), lambda one, state=state: one.decided.approval.state is state)
        for state in DECIDED
        if state is not ApprovalState.APPROVED
    ),
    (ApprovalFilter(kind="refund"), lambda one: one.decided.approval.kind == "refund"),
    (ApprovalFilter(asked_by="NOAH"), lambda one: one.decided.approval.requested_by == PEOPLE[1]),
    (ApprovalFilter(decided_by="olga"), lambda one: one.decided.person == PEOPLE[2]),
    (
        ApprovalFilter(decided_from=FIRST, decided_to=LAST),
        lambda one: FIRST <= one.decided.at.astimezone(NEW_YORK).date() <= LAST,
    ),
    (
        ApprovalFilter(amount_min=100_000, amount_max=400_000),
        lambda one: 100_000 <= one.decided.approval.amount_cents <= 400_000,
    ),
    (ApprovalFilter(text="person 2"), lambda one: one.customer == "Person 2"),
    (ApprovalFilter(text="subject_0012"), lambda one: one.decided.approval.subject == "subject_0012"),
]


@pytest.mark.parametrize("sort", ["decided", "asked", "amount", "state", "kind", "asked_by"])
def test_every_filter_and_order_has_the_rows_of_plain_python(lists: ApprovalLists, store: Store, sort: str) -> None:
    everyone = read(lists, ListOrder(ApprovalFilter(), "asked"))
    assert {one.decided.approval.state for one in everyone} == set(DECIDED)
    keys: dict[str, Callable[[ApprovalRow], object]] = {
        "decided": lambda one: one.decided.at,
        "asked": lambda one: one.decided.approval.requested_at,
        "amount": lambda one: one.decided.approval.amount_cents,
        "state": lambda one: one.decided.approval.state,
        "kind": lambda one: one.decided.approval.kind,
        "asked_by": lambda one: one.decided.approval.requested_by.lower(),
    }
    for wanted, holds in FILTERS:
        for descending in (True, False):
            found = read(lists, ListOrder(wanted, sort, descending))
            ids = {one.decided.approval.id for one in everyone if holds(one)}
            assert ids and {one.decided.approval.id for one in found} == ids, wanted
            said = [keys[sort](one) for one in found]
            assert said == sorted(said, reverse=descending)  # type: ignore[type-var]
        tally = lists.tally(FRED, wanted)
        cents = sum(one.decided.approval.amount_cents for one in found)
        assert (tally.count, dict(tally.amounts)) == (len(found), {"usd": cents})


@pytest.mark.parametrize("seed", range(6))
def test_nothing_is_twice_or_missing_while_people_decide(lists: ApprovalLists, scene: Scene, seed: int) -> None:
    """What the list showed when it began, at the same places; what is decided meanwhile is counted."""
    dice = random.Random(seed)
    states = (ApprovalState.APPROVED, ApprovalState.SUCCEEDED)
    wanted = dice.choice([ApprovalFilter(), ApprovalFilter(states=states), ApprovalFilter(states=states[:1])])
    order = ListOrder(wanted, dice.choice(lists.sorts), dice.random() < 0.5)
    began = [row.decided.approval.id for row in read(lists, order)]
    first = lists.block(FRED, order, start=0, size=3)
    seen = list(first.rows)
    while len(seen) < first.total:
        scene.act()
        approved = [row for row in seen if row and row.decided.approval.state is ApprovalState.APPROVED]
        if approved:  # it is sent meanwhile, and may leave the filter
            scene.store.approvals.set_state(approved[0].decided.approval.id, states[1], BEGAN + timedelta(days=60))
        seen += lists.block(FRED, order, start=len(seen), size=3, mark=first.mark).rows
    assert [row.decided.approval.id for row in seen if row] == began
    now = {row.decided.approval.id for row in read(lists, order)}
    assert lists.block(FRED, order, start=0, size=3, mark=first.mark).newer == len(now - set(began))


def test_what_is_no_list_is_refused_and_a_copy_names_nobody(lists: ApprovalLists, store: Store) -> None:
    for wanted, sort in (
        (ApprovalFilter(), "id; DROP TABLE approval"),
        (ApprovalFilter(text="x" * 201), "decided"),
        (ApprovalFilter(decided_by="x" * 201), "decided"),
    ):
        with pytest.raises(InputError):
            lists.block(FRED, ListOrder(wanted, sort), start=0, size=5)
    with pytest.raises(AccessDenied):
        lists.tally(Actor("ops", frozenset({Role.OPS})), ApprovalFilter())
    lists.note_copy(FRED, ListOrder(ApprovalFilter(text="Mia", asked_by="mia", kind="refund"), "decided"), 2)
    (row,) = store.trail.read("approvals")
    assert row.action == "approvals.copied"
    assert row.facts == {"rows": 2, "filter": "Decided: Refund", "searched": True}


def test_an_address_says_a_filter_and_nothing_else_counts(given: DeskFixture) -> None:
    query = {"state": "rejected,requires_review", "kind": "gift", "decided_by": "bea", "amount_max": "500"}
    found = ApprovalFilter.from_query(query)
    assert found == ApprovalFilter(states=(ApprovalState.REJECTED,), decided_by="bea", amount_max=500)
    assert found.words() == "Decided: Declined, decided by “bea”, amount up to 5.00"
    assert ApprovalFilter().words() == "All that was decided"


def test_every_kind_that_a_second_person_is_asked_about_has_a_word(given: DeskFixture) -> None:
    assert set(given.approvals._kinds) <= set(KINDS)

"""Working cases: given, noted, put off, done, written off; and a list of ten thousand that no page waits for."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from dashboard.cases.lists import CaseLists
from dashboard.domain.approvals import ApprovalState
from dashboard.domain.case_filter import CaseFilter
from dashboard.domain.cases import UNDECIDED, Case, CaseKind, CaseState, NextStep, Outcome
from dashboard.domain.clock import FixedClock
from dashboard.domain.errors import AccessDenied, DeskError, InputError, Refused
from dashboard.domain.lists import ListOrder
from dashboard.domain.models import Actor, Role
from dashboard.settings import Settings
from dashboard.staff.access import ALWAYS
from dashboard.store import Store
from dashboard.store.encryption.vault import Vault
from tests.unit.case_scenes import case_of, charge, dispute, events, seconds
from tests.unit.desk_fixture import DeskFixture
from tests.unit.test_refunds import collect

MAKER = Actor("fred@example.com", frozenset({Role.FINANCE}), subject="s-fred", proved_until=ALWAYS)
CHECKER = Actor("carl@example.com", frozenset({Role.FINANCE}), subject="s-carl", proved_until=ALWAYS)
Make = Callable[..., DeskFixture]


@pytest.fixture
def make(store: Store, clock: FixedClock, vault: Vault, make_settings: Callable[..., Settings]) -> Make:
    def make(**changes: str) -> DeskFixture:
        return DeskFixture(store, clock, vault, make_settings(**changes))

    return make


@pytest.fixture
def desk(make: Make) -> DeskFixture:
    """A desk at which one payment has failed, whose write-off one person decides."""
    made = make()
    made.store.projection.apply("charges", [charge(made.clock)])
    return made


@pytest.fixture
def strict(make: Make) -> DeskFixture:
    """The same where a second person approves what is above $42.00."""
    made = make(ACH_DESK_APPROVE_ABOVE_CENTS="4200")
    for cents, id in ((4_200, "py_0"), (4_201, "py_1")):
        made.store.projection.apply("charges", [charge(made.clock, id, amount=cents)])
    return made


def trail_of(desk: DeskFixture, id: str) -> list[str]:
    return [row.action for row in reversed(desk.store.trail.read(id))]


# One person.


def test_a_case_is_given_noted_put_off_and_done(desk: DeskFixture) -> None:
    id, today = case_of(desk.store).id, desk.cases.today()
    desk.cases.assign(MAKER, id, MAKER.name)
    desk.cases.assign(MAKER, id, MAKER.name)
    desk.cases.note(MAKER, id, "Called,  no answer")
    desk.cases.wait(MAKER, id, today + timedelta(days=7), "They pay on Friday")
    waiting = case_of(desk.store)
    assert (waiting.assignee, waiting.state, waiting.due_on) == (
        MAKER.name,
        CaseState.WAITING,
        today + timedelta(days=7),
    )
    desk.cases.done(MAKER, id, "Paid by check")
    found = desk.cases.get(MAKER, id)
    assert (found.case.outcome, found.case.closed_by) == (Outcome.DONE, MAKER.name)
    assert [(one.what, one.note) for one in found.events] == [
        ("Opened: The payment failed", ""),
        (f"Given to {MAKER.name}", ""),
        ("Note", "Called, no answer"),
        (f"Waits for the customer until {(today + timedelta(days=7)).isoformat()}", "They pay on Friday"),
        ("Done", "Paid by check"),
    ]
    assert trail_of(desk, id) == ["case.assigned", "case.noted", "case.waits", "case.done"]
    assert "check" not in str([row.facts for row in desk.store.trail.read(id)]), "what people write is not in the trail"
    desk.cases.note(MAKER, id, "The check arrived")
    for again in (
        lambda: desk.cases.done(MAKER, id, "again"),
        lambda: desk.cases.write_off(MAKER, id, "again"),
        lambda: desk.cases.assign(MAKER, id, ""),
    ):
        with pytest.raises(InputError, match="decided: done"):
            again()


def test_what_nobody_may_mean_is_refused(desk: DeskFixture) -> None:
    id, today = case_of(desk.store).id, desk.cases.today()
    for text in ("", "  ", "x" * 501, "a\x00b"):
        with pytest.raises(InputError):
            desk.cases.note(MAKER, id, text)
    for until in (today, today + timedelta(days=181)):
        with pytest.raises(InputError):
            desk.cases.wait(MAKER, id, until, "Later")
    with pytest.raises(InputError):
        desk.cases.assign(MAKER, id, "somebody@else.example")
    with pytest.raises(InputError):
        desk.cases.get(MAKER, "case_of_nobody")
    with pytest.raises(AccessDenied):
        desk.cases.write_off(replace(MAKER, roles=frozenset({Role.ADMIN})), id, "No")
    assert events(desk.store) == ["Opened: The payment failed"]


def test_a_case_is_found_by_any_id_of_its_payment_and_counts_once_it_is_overdue(desk: DeskFixture) -> None:
    case = case_of(desk.store)
    assert desk.cases.get(MAKER, "py_1").case == desk.cases.get(MAKER, case.id).case == case
    assert desk.store.cases.count_overdue(desk.cases.today()) == 0
    desk.clock.move(timedelta(days=15))
    assert (desk.cases.today() - case.due_on).days == 0 and desk.store.cases.count_overdue(desk.cases.today()) == 0
    desk.clock.move(timedelta(days=1))
    assert desk.store.cases.count_overdue(desk.cases.today()) == 1 and case.is_overdue(desk.cases.today())
    desk.cases.done(MAKER, case.id, "Paid")
    assert desk.store.cases.count_overdue(desk.cases.today()) == 0 and not case_of(desk.store).is_overdue(
        desk.cases.today()
    )


# Writing off.


def test_without_a_limit_one_person_writes_off_and_says_why(desk: DeskFixture) -> None:
    case = desk.cases.write_off(MAKER, case_of(desk.store).id, "The company is gone")
    assert (case.outcome, case.closed_by, case.approver) == (Outcome.WRITTEN_OFF, MAKER.name, None)
    assert desk.store.cases.events(case.id)[-1].note == "The company is gone"


def test_a_large_write_off_asks_for_the_proof_that_a_debit_of_its_size_does(make: Make) -> None:
    desk = make(ACH_DESK_DEBIT_PROOF_CENTS="4199")
    desk.store.projection.apply("charges", [charge(desk.clock), charge(desk.clock, "py_2", amount=4_199)])
    held = replace(MAKER, proved_until=None)
    with pytest.raises(AccessDenied, match="A write-off of this size requires a fresh sign-in or your PIN"):
        desk.cases.write_off(held, case_of(desk.store).id, "Gone")
    assert case_of(desk.store).state is CaseState.OPEN
    assert desk.cases.write_off(held, case_of(desk.store, "py_2").id, "Gone").outcome is Outcome.WRITTEN_OFF
    assert desk.cases.write_off(MAKER, case_of(desk.store).id, "Gone").outcome is Outcome.WRITTEN_OFF


def test_above_the_limit_a_second_person_decides_and_equal_is_not_above(strict: DeskFixture) -> None:
    assert strict.cases.write_off(MAKER, case_of(strict.store, "py_0").id, "Gone").outcome is Outcome.WRITTEN_OFF
    id = case_of(strict.store).id
    assert strict.cases.write_off(MAKER, id, "Gone").state is CaseState.REVIEW
    ((approval, title),) = strict.approvals.waiting(CHECKER)
    assert (approval.amount_cents, approval.kind) == (4_201, "write_off") and title == "Write-off of py_1"
    shown = strict.approvals.question(CHECKER, approval.id)
    assert shown.facts["reason"] == "Gone" and shown.bodies["payment_id"] == "py_1"
    with pytest.raises(Refused):
        strict.approvals.approve(MAKER, approval.id, strict.approvals.question(MAKER, approval.id).digest)
    for early in (strict.cases.done, strict.cases.write_off):
        with pytest.raises(InputError, match="waits for a second person"):
            early(MAKER, id, "Now")
    strict.approvals.approve(CHECKER, approval.id, shown.digest)
    case = case_of(strict.store)
    assert (case.outcome, case.closed_by, case.approver) == (Outcome.WRITTEN_OFF, MAKER.name, CHECKER.name)
    assert strict.store.approvals.get(approval.id).state is ApprovalState.SUCCEEDED  # type: ignore[union-attr]
    assert trail_of(strict, id)[-2:] == ["approval.approved", "case.written_off"]


@pytest.mark.parametrize("way", ["declined", "canceled", "expired"])
def test_a_write_off_that_is_not_approved_leaves_the_case_open(strict: DeskFixture, way: str) -> None:
    id = case_of(strict.store).id
    strict.cases.write_off(MAKER, id, "Gone")
    ((approval, _),) = strict.approvals.waiting(CHECKER)
    if way == "declined":
        strict.approvals.decline(CHECKER, approval.id, "Call them once more")
    elif way == "canceled":
        strict.cases.cancel_write_off(MAKER, id)
    else:
        strict.clock.move(timedelta(days=7))
        assert strict.approvals.expire_due() == 1
    assert case_of(strict.store).state is CaseState.OPEN and events(strict.store)[-1] == "Not written off"
    with pytest.raises(InputError):
        strict.cases.cancel_write_off(MAKER, id)
    strict.cases.write_off(MAKER, id, "They did not answer")
    ((again, _),) = strict.approvals.waiting(CHECKER)
    strict.approvals.approve(CHECKER, again.id, strict.approvals.question(CHECKER, again.id).digest)
    assert case_of(strict.store).outcome is Outcome.WRITTEN_OFF


def test_what_recovers_meanwhile_is_not_written_off(strict: DeskFixture) -> None:
    strict.store.projection.apply("charges", [charge(strict.clock, "py_2", "succeeded", amount=9_000)])
    lost = dispute(strict.clock, charge="py_2", amount=9_000)
    strict.store.projection.apply("disputes", [lost])
    id = case_of(strict.store, "py_2").id
    strict.cases.write_off(MAKER, id, "Gone")
    strict.store.projection.apply("disputes", [{**lost, "status": "won"}])
    assert case_of(strict.store, "py_2").outcome is Outcome.RECOVERED
    ((approval, _),) = strict.approvals.waiting(CHECKER)
    with pytest.raises(DeskError, match="decided meanwhile"):
        strict.approvals.approve(CHECKER, approval.id, strict.approvals.question(CHECKER, approval.id).digest)
    strict.approvals.decline(CHECKER, approval.id, "It was won")
    assert case_of(strict.store, "py_2").outcome is Outcome.RECOVERED


def test_what_was_approved_is_the_loss_that_was_shown(strict: DeskFixture) -> None:
    """The bank's own code comes later: the second person is asked again, about what is known by now."""
    id = case_of(strict.store).id
    strict.cases.write_off(MAKER, id, "Gone")
    ((approval, _),) = strict.approvals.waiting(CHECKER)
    shown = strict.approvals.question(CHECKER, approval.id)
    told = charge(strict.clock, amount=4_201, outcome={"network_decline_code": "R02"})
    strict.store.projection.apply("charges", [told])
    with pytest.raises(InputError):
        strict.approvals.approve(CHECKER, approval.id, shown.digest)
    ((again, _),) = strict.approvals.waiting(CHECKER)
    assert again.id != approval.id and case_of(strict.store).state is CaseState.REVIEW
    strict.approvals.approve(CHECKER, again.id, strict.approvals.question(CHECKER, again.id).digest)
    assert case_of(strict.store).outcome is Outcome.WRITTEN_OFF


def test_a_loss_that_grew_is_decided_anew_about_all_of_it(strict: DeskFixture) -> None:
    """Else a case that was opened about a part would be written off by one person, whatever the loss is by now."""
    strict.store.projection.apply("charges", [charge(strict.clock, "py_2", "succeeded", amount=9_000)])
    part = dispute(strict.clock, charge="py_2", amount=100)
    strict.store.projection.apply("disputes", [part])
    id = case_of(strict.store, "py_2").id
    assert strict.cases.write_off(MAKER, id, "Little").outcome is Outcome.WRITTEN_OFF
    strict.store.projection.apply("disputes", [{**part, "amount": 9_000}])
    case = case_of(strict.store, "py_2")
    assert (case.state, case.amount) == (CaseState.OPEN, 9_000)
    assert strict.cases.write_off(MAKER, id, "Gone").state is CaseState.REVIEW
    ((approval, _),) = strict.approvals.waiting(CHECKER)
    shown = strict.approvals.question(CHECKER, approval.id)
    strict.store.projection.apply("disputes", [{**part, "amount": 8_000}])
    with pytest.raises(InputError):
        strict.approvals.approve(CHECKER, approval.id, shown.digest)
    ((again, _),) = strict.approvals.waiting(CHECKER)
    assert (again.amount_cents, strict.approvals.question(CHECKER, again.id).bodies["amount"]) == (8_000, 8_000)


# The account.


def test_a_customer_who_did_not_authorize_it_stops_their_account_in_the_same_sync(desk: DeskFixture) -> None:
    paid = collect(desk)
    account = desk.store.accounts.list()[0]
    assert desk.debits.blocker(desk.actor, account) is None
    back = dispute(desk.clock, charge=paid)
    desk.store.projection.apply("disputes", [back])
    blocker = desk.debits.blocker(desk.actor, account)
    assert blocker is not None and blocker.code == "not_authorized"
    desk.cases.done(MAKER, case_of(desk.store, paid).id, "They will link again")
    assert desk.debits.blocker(desk.actor, account) is not None, "a decision about the money gives no authorization"
    desk.store.projection.apply("disputes", [{**back, "status": "won"}])
    assert desk.debits.blocker(desk.actor, account) is None
    assert events(desk.store, paid)[-1].startswith("Recovered after that: the dispute was won")
    assert case_of(desk.store, paid).outcome is Outcome.RECOVERED


# The list.


def keep_many(store: Store, clock: FixedClock, count: int) -> None:
    dice, page = random.Random(1), []
    for number in range(count):
        code = dice.choice(("insufficient_funds", "account_closed", "debit_not_authorized"))
        created, cents = seconds(clock, days=dice.randrange(50)), dice.randrange(50, 100_000)
        page.append(charge(clock, f"py_{number:05}", created=created, amount=cents, failure_code=code))
    store.projection.apply("charges", page)


@pytest.fixture
def lists(store: Store, clock: FixedClock, settings: Settings) -> CaseLists:
    return CaseLists(store, clock, settings)


def read(lists: CaseLists, order: ListOrder[CaseFilter]) -> list[Case]:
    first = lists.block(MAKER, order, start=0, size=7)
    found = list(first.rows)
    while len(found) < first.total:
        found += lists.block(MAKER, order, start=len(found), size=7, mark=first.mark).rows
    return [one for one in found if one is not None]


DUE = date(2026, 12, 9)
FILTERS: list[tuple[CaseFilter, Callable[[Case], bool]]] = [
    (CaseFilter(), lambda one: True),
    (CaseFilter(states=UNDECIDED), lambda one: one.state is not CaseState.CLOSED),
    (CaseFilter(states=(CaseState.CLOSED,)), lambda one: one.state is CaseState.CLOSED),
    (CaseFilter(kinds=(CaseKind.REFUND,)), lambda one: one.kind is CaseKind.REFUND),
    (CaseFilter(step=NextStep.ACCOUNT), lambda one: one.step is NextStep.ACCOUNT),
    (CaseFilter(assignee="me"), lambda one: one.assignee == MAKER.name),
    (CaseFilter(assignee="nobody"), lambda one: not one.assignee),
    (CaseFilter(due_from=DUE, due_to=DUE), lambda one: one.due_on == DUE),
    (CaseFilter(text="py_00012"), lambda one: one.payment_id == "py_00012"),
]


@pytest.mark.parametrize("sort", ["due", "happened", "amount", "kind", "status", "assignee", "opened"])
def test_every_filter_and_order_has_the_rows_of_plain_python(
    lists: CaseLists, store: Store, clock: FixedClock, sort: str
) -> None:
    keep_many(store, clock, 40)
    for place, row in enumerate(list(store.database.handle.query("SELECT id FROM payment_case"))):
        if place % 3 == 0:
            store.cases.assign(row["id"], MAKER.name)
        if place % 5 == 0:
            store.cases.close(row["id"], Outcome.DONE, MAKER.name, clock.now())
    everyone = read(lists, ListOrder(CaseFilter(), "opened"))
    assert len(everyone) == 40
    names = {"due": "due_on", "happened": "happened_at", "status": "state", "opened": "opened_at"}
    for wanted, holds in FILTERS:
        for descending in (True, False):
            found = read(lists, ListOrder(wanted, sort, descending))
            assert {one.id for one in found} == {one.id for one in everyone if holds(one)}
            keys = [getattr(one, names.get(sort, sort)) for one in found]
            assert keys == sorted(keys, reverse=descending)
        tally = lists.tally(MAKER, wanted)
        assert (tally.count, tally.amounts.get("usd", 0)) == (len(found), sum(one.amount for one in found))
    clock.move(timedelta(days=16))
    overdue = read(lists, ListOrder(CaseFilter(overdue=True), "due"))
    assert {one.id for one in overdue} == {one.id for one in everyone if one.state is not CaseState.CLOSED}


def test_a_case_is_found_as_its_payment_is_without_case_and_accents(
    lists: CaseLists, store: Store, clock: FixedClock
) -> None:
    store.projection.apply(
        "customers", [{"id": "cus_1", "created": 1, "name": "Zoë Straße", "email": "zoe@example.com"}]
    )
    store.projection.apply("charges", [charge(clock, "py_AbCdEf1"), charge(clock, "py_other", customer="cus_2")])
    for text in ("zoe", "ZOË", "strasse", "zoe@example", "py_abcdef", "42.00 zoe", "r01 zoe", "insufficient zoë"):
        found = read(lists, ListOrder(CaseFilter(text=text), "due"))
        assert [one.payment_id for one in found] == ["py_AbCdEf1"], text
    assert read(lists, ListOrder(CaseFilter(text="nobody"), "due")) == []


def test_a_page_of_ten_thousand_cases_is_read_along_an_index(lists: CaseLists, store: Store, clock: FixedClock) -> None:
    """As many statements as for ten, and the page's own sorts and scans no table, whatever the machine's speed."""
    order = ListOrder(CaseFilter(states=UNDECIDED), "due", False)
    keep_many(store, clock, 10)
    spent = []
    for count in (10, 10_000):
        keep_many(store, clock, count)
        said: list[str] = []
        raw = store.database.handle.conn
        raw.set_trace_callback(said.append)
        found = lists.block(MAKER, order, start=0, size=40)
        raw.set_trace_callback(None)
        assert found.total == count
        spent.append([one for one in said if one.startswith("SELECT")])
    assert len(spent[0]) == len(spent[1]) <= 5
    for plan in ([row[3] for row in raw.execute(f"EXPLAIN QUERY PLAN {one}")] for one in spent[1][-2:]):
        assert not [step for step in plan if "TEMP B-TREE" in step or step.startswith("SCAN payment")], plan
        assert any("INDEX" in step for step in plan), plan


def test_a_copy_is_in_the_trail_without_what_was_typed(lists: CaseLists, store: Store) -> None:
    lists.note_copy(MAKER, ListOrder(CaseFilter(text="secret", assignee="me"), "due"), 3)
    (row,) = store.trail.read("cases")
    assert row.facts == {"rows": 3, "filter": "Cases: of me", "searched": True}


def test_an_address_says_a_filter_and_nothing_else_counts() -> None:
    query = {
        "status": "open,waiting,review,presented,lost",
        "kind": "late_return",
        "step": "x",
        "overdue": "1",
        "due_from": "y",
    }
    found = CaseFilter.from_query(query)
    assert found == CaseFilter(states=UNDECIDED, kinds=(CaseKind.LATE_RETURN,), overdue=True)
    assert found.words() == "Cases: not decided, Late return, overdue"
    assert CaseFilter.from_query({}).words() == "All cases"

"""A case orders its debit once more: the same amount, by the rules, once whoever presses, and the case follows it."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from dashboard.domain.approvals import ApprovalState
from dashboard.domain.cases import CaseKind, CaseState, NextStep, Outcome
from dashboard.domain.clock import FixedClock
from dashboard.domain.errors import AccessDenied, DeskError, InputError, Refused
from dashboard.domain.models import Actor, Balance, BankAccount, Debit, DebitState, Role
from dashboard.domain.representments import Attempt, PresentedState
from dashboard.store import Store
from dashboard.store.encryption.vault import Vault
from tests.unit.case_scenes import case_of, check_cases, dispute, events
from tests.unit.desk_fixture import DeskFixture
from tests.unit.fakes import refused
from tests.unit.test_debits import submit
from tests.unit.two_people import CHECKER, MAKER, Make

FIRST = "py_1"


@pytest.fixture
def make(store: Store, clock: FixedClock, vault: Vault, make_settings: Make) -> Callable[..., DeskFixture]:
    def make(**changes: str) -> DeskFixture:
        desk = DeskFixture(store, clock, vault, make_settings(**changes))
        account = desk.desk.account(desk.actor, str(desk.link().bank_account_id))
        debit = submit(desk, account, 4_200)
        if debit.state is DebitState.REVIEW:
            approve(desk, debit)
        come(desk, FIRST, "R01")
        return desk

    return make


@pytest.fixture
def desk(make: Callable[..., DeskFixture]) -> DeskFixture:
    """One debit of ours that came back for want of money three days ago."""
    made = make()
    made.clock.move(timedelta(days=3))
    return made


def come(desk: DeskFixture, charge: str, code: str | None = None, **more: Any) -> None:
    """What the sync reads of a charge: it succeeded, or came back with this code."""
    made = desk.stripe.charge(charge)
    if code is not None:
        made |= {"status": "failed", "failure_code": "insufficient_funds" if code == "R01" else "account_closed"}
        rail = {**made.get("payment_method_details", {}), "type": "us_bank_account"}
        made |= {"payment_method_details": rail, "failure_balance_transaction": None}
    desk.store.projection.apply("charges", [{**made, **more}])


def again(desk: DeskFixture, actor: Actor | None = None, ticket: str = "", **more: Any) -> Debit:
    actor, case = actor or desk.actor, case_of(desk.store)
    balance = Balance(100_000, 100_000, "usd", desk.clock.now())
    return desk.presenting_again.order(actor, case.id, ticket or desk.debits.ticket(), balance, **more)


def account_of(desk: DeskFixture) -> BankAccount:
    return desk.desk.account(desk.actor, desk.debits.recent(desk.actor)[0].bank_account_id)


def attempts(desk: DeskFixture) -> list[tuple[int, str]]:
    return [(one.number, one.state.value) for one in desk.store.representments.of_case(case_of(desk.store).id)]


def refusal(desk: DeskFixture, **more: Any) -> str:
    with pytest.raises(DeskError) as told:
        again(desk, **more)
    return told.value.code


def test_it_is_the_same_debit_once_more_and_the_case_waits_for_it(desk: DeskFixture) -> None:
    first = desk.debits.recent(desk.actor)[0]
    case = case_of(desk.store)
    desk.cases.wait(desk.actor, case.id, desk.cases.today() + timedelta(days=9), "They get their pay on Friday")
    debit = again(desk)
    copied = ("amount_cents", "bank_account_id", "invoice_reference", "purpose", "customer_id")
    assert [getattr(debit, name) for name in copied] == [getattr(first, name) for name in copied]
    assert debit.state is DebitState.SUBMITTED and len(desk.stripe.intents) == 2
    case = case_of(desk.store)
    assert (case.state, attempts(desk)) == (CaseState.PRESENTED, [(1, "ordered")])
    assert desk.cases.today() < case.due_on <= desk.cases.today() + timedelta(days=10)
    trail = {row.action: row.facts for row in [*desk.store.trail.read(case.id), *desk.store.trail.read(debit.id)]}
    assert trail["case.presented_again"]["debit"] == debit.id
    assert trail["debit.ordered"]["presents_again"] == FIRST and trail["debit.ordered"]["attempt"] == 1
    for act in (
        lambda: desk.cases.done(desk.actor, case.id, "x"),
        lambda: desk.cases.write_off(desk.actor, case.id, "x"),
        lambda: desk.cases.wait(desk.actor, case.id, desk.cases.today() + timedelta(days=2), "x"),
    ):
        with pytest.raises(InputError, match="presented again"):
            act()


def test_what_would_happen_is_asked_before_and_the_debts_own_debits_are_not_asked_about(desk: DeskFixture) -> None:
    case = case_of(desk.store)
    balance = desk.presenting_again.check_funds(desk.actor, case.id)
    seen = desk.presenting_again.preview(desk.actor, case.id, balance)
    assert (seen.similar, seen.refusal) == (None, None)
    other = submit(
        desk, account_of(desk), 4_200, invoice_reference="INV-8", similar_to=desk.debits.recent(desk.actor)[0].id
    )
    seen = desk.presenting_again.preview(desk.actor, case.id, balance)
    assert seen.similar is not None and seen.similar.id == other.id, "another debt of this amount is"
    assert refusal(desk) == "similar_debit" and again(desk, similar_to=other.id).state is DebitState.SUBMITTED


def test_what_stripe_corrects_later_is_followed(desk: DeskFixture) -> None:
    """A case of another kind by then is left to its own words; one that was decided by the attempt opens again."""
    again(desk)
    come(desk, "py_2", status="succeeded")
    come(desk, "py_2", "R01")
    assert (case_of(desk.store).state, attempts(desk)) == (CaseState.OPEN, [(1, "failed")])
    desk.store.projection.apply("disputes", [dispute(desk.clock, charge=FIRST)])
    assert case_of(desk.store).kind is CaseKind.LATE_RETURN
    come(desk, "py_2", status="succeeded")
    assert (case_of(desk.store).state, attempts(desk)) == (CaseState.OPEN, [(1, "succeeded")])
    come(desk, "py_2", "R01")
    assert attempts(desk) == [(1, "failed")] and case_of(desk.store).kind is CaseKind.LATE_RETURN


def test_a_dispute_of_the_first_while_it_is_on_its_way_is_its_own_work(desk: DeskFixture) -> None:
    again(desk)
    first = case_of(desk.store)
    desk.store.cases.set_state(first.id, CaseState.PRESENTED)
    desk.store.projection.apply("disputes", [dispute(desk.clock, charge=FIRST, reason="insufficient_funds")])
    assert case_of(desk.store).state is CaseState.OPEN
    come(desk, "py_2", "R02")
    assert case_of(desk.store).step is not NextStep.ACCOUNT, "the code of the attempt says nothing of the dispute"


def test_one_that_succeeds_decides_the_case(desk: DeskFixture) -> None:
    again(desk)
    come(desk, "py_2", status="succeeded")
    case = case_of(desk.store)
    assert (case.state, case.outcome, attempts(desk)) == (CaseState.CLOSED, Outcome.DEBITED_AGAIN, [(1, "succeeded")])
    assert events(desk.store)[-1] == "Closed: attempt 1 succeeded"
    come(desk, "py_2", status="succeeded")
    assert len(events(desk.store)) == 3 and check_cases(desk.store) == 1
    # Taken back by the bank later: that is trouble of its own.
    desk.store.projection.apply("disputes", [dispute(desk.clock, charge="py_2")])
    assert case_of(desk.store, "py_2").state is CaseState.OPEN and case_of(desk.store).outcome is Outcome.DEBITED_AGAIN


def test_one_that_comes_back_opens_the_same_case_and_the_third_is_refused(desk: DeskFixture) -> None:
    again(desk)
    come(desk, "py_2", "R01")
    assert (case_of(desk.store).state, attempts(desk)) == (CaseState.OPEN, [(1, "failed")])
    other = case_of(desk.store, "py_2")
    assert (other.state, other.outcome) == (CaseState.CLOSED, Outcome.MERGED)
    assert desk.cases.get(desk.actor, other.id).first_case == case_of(desk.store).id
    assert "came back: Insufficient funds" in events(desk.store)[-1] and check_cases(desk.store) == 2
    desk.clock.move(timedelta(days=4))
    again(desk)
    come(desk, "py_3", "R01")
    assert attempts(desk) == [(1, "failed"), (2, "failed")] and case_of(desk.store).state is CaseState.OPEN
    shown = desk.cases.get(desk.actor, case_of(desk.store).id)
    assert shown.again is not None and shown.again.problem is not None
    assert refusal(desk) == "too_many" and len(desk.stripe.intents) == 3


def test_after_another_code_no_further_debit_is_offered(desk: DeskFixture) -> None:
    again(desk)
    come(desk, "py_2", "R02")
    case = case_of(desk.store)
    assert (case.state, case.step) == (CaseState.OPEN, NextStep.ACCOUNT)
    assert desk.cases.get(desk.actor, case.id).again is None and refusal(desk) == "not_failed"


def test_what_was_never_sent_is_no_attempt(desk: DeskFixture) -> None:
    desk.stripe.before["create_payment_intent"] = [refused_by_stripe()]
    debit = again(desk)
    assert desk.debits.get(desk.actor, debit.id).state is DebitState.REFUSED
    assert (case_of(desk.store).state, attempts(desk)) == (CaseState.OPEN, [(1, "withdrawn")])
    assert check_cases(desk.store) == 2 and case_of(desk.store, debit.id).outcome is Outcome.MERGED
    again(desk)
    assert attempts(desk) == [(1, "withdrawn"), (1, "ordered")]


def test_nobody_types_and_nobody_presses_twice(desk: DeskFixture) -> None:
    ticket = desk.debits.ticket()
    first = again(desk, ticket=ticket)
    assert again(desk, ticket=ticket).id == first.id
    assert refusal(desk) == "already_decided" and refusal(desk, actor=MAKER) == "already_decided"
    assert len(desk.stripe.intents) == 2


def test_two_people_at_one_instant_make_one(desk: DeskFixture) -> None:
    """Each has its own form; both passed every check before either wrote, as far as the desk's threads allow."""
    barrier, told = threading.Barrier(2), list[str]()

    def press(actor: Actor) -> None:
        barrier.wait()
        try:
            again(desk, actor)
            told.append("ordered")
        except DeskError as error:
            told.append(error.code)

    threads = [threading.Thread(target=press, args=(one,)) for one in (MAKER, CHECKER)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(told) == ["already_decided", "ordered"]
    assert len(desk.stripe.intents) == 2 and len(attempts(desk)) == 1


def test_the_database_holds_one_attempt_on_its_way_and_each_number_once(desk: DeskFixture) -> None:
    debit = again(desk)
    attempt = desk.store.representments.of_debit(debit.id)
    assert attempt is not None
    other = desk.debits.recent(desk.actor)[-1]
    for changed in (replace(attempt, number=2), attempt, replace(attempt, case_id="case_x")):
        with pytest.raises(sqlite3.IntegrityError):
            desk.store.representments.add(replace(changed, debit_id=other.id))


def test_where_the_case_cannot_wait_for_it_nothing_is_ordered(desk: DeskFixture) -> None:
    """The debit, its reservation and its job are of one transaction with the case's row."""
    attempt_of = desk.store.representments.add
    case = case_of(desk.store)
    other = submit(desk, account_of(desk), 900, invoice_reference="INV-8")
    attempt_of(Attempt(other.id, case.id, "py_x", 1, PresentedState.ORDERED, desk.clock.now()))
    before = len(desk.debits.recent(desk.actor))
    with pytest.raises(sqlite3.IntegrityError):
        again(desk)
    assert len(desk.debits.recent(desk.actor)) == before and len(desk.stripe.intents) == 2


def test_a_dispute_after_the_order_stops_it_before_it_is_sent(make: Callable[..., DeskFixture]) -> None:
    desk = make(ACH_DESK_APPROVE_ABOVE_CENTS="4000")
    debit = again(desk, MAKER)
    assert debit.state is DebitState.REVIEW and case_of(desk.store).state is CaseState.PRESENTED
    desk.store.projection.apply("disputes", [dispute(desk.clock, reason="insufficient_funds", charge=FIRST)])
    with pytest.raises(Refused, match="no longer one that came back"):
        approve(desk, debit)
    assert case_of(desk.store).state is CaseState.OPEN, "what happened since is to be answered"
    desk.debits.cancel(MAKER, debit.id)
    assert attempts(desk) == [(1, "withdrawn")] and len(desk.stripe.debited) == 1


def test_a_second_person_approves_it_as_any_debit(make: Callable[..., DeskFixture]) -> None:
    desk = make(ACH_DESK_APPROVE_ABOVE_CENTS="4000", ACH_DESK_LIMIT_CUSTOMER_DAY_CENTS="10000")
    debit = again(desk, MAKER)
    assert approve(desk, debit) is ApprovalState.SUCCEEDED
    assert desk.debits.get(desk.actor, debit.id).state is DebitState.SUBMITTED
    come(desk, "py_2", "R01")
    assert refusal(desk) == "above_limit", "two of $42.00 are all that $100.00 in 24 hours allow"


def test_who_may_not_debit_or_work_cases_presents_nothing_again(desk: DeskFixture) -> None:
    for role in (Role.OPS, Role.ADMIN, Role.AUDITOR):
        with pytest.raises(AccessDenied):
            again(desk, Actor("x", frozenset({role}), subject="s"))


def test_a_payment_of_another_tool_is_presented_there(desk: DeskFixture) -> None:
    made = desk.stripe.charge(FIRST) | {"id": "py_9", "metadata": {}, "payment_intent": None}
    made |= {"status": "failed", "failure_code": "insufficient_funds", "customer": "cus_9"}
    desk.store.projection.apply("charges", [made | {"payment_method_details": {"type": "us_bank_account"}}])
    with pytest.raises(Refused) as told:
        desk.presenting_again.plan(desk.actor, case_of(desk.store, "py_9").id)
    assert told.value.code == "not_ours"


def approve(desk: DeskFixture, debit: Debit) -> ApprovalState:
    newest = desk.store.approvals.newest("debit", debit.id)
    assert newest is not None
    shown = desk.approvals.question(CHECKER, newest.id)
    return desk.approvals.approve(CHECKER, shown.approval.id, shown.digest).state


def refused_by_stripe() -> DeskError:
    return refused("parameter_invalid", provider="stripe")

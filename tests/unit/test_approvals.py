"""Two people: above the setting nothing is sent before a second person approved exactly that."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from dashboard.approvals.lists import ApprovalLists
from dashboard.domain.approval_filter import ApprovalFilter
from dashboard.domain.approvals import ApprovalState
from dashboard.domain.errors import AccessDenied, InputError, Refused
from dashboard.domain.limits import ReservationState
from dashboard.domain.lists import ListOrder
from dashboard.domain.models import Actor, Balance, DebitState, Role
from dashboard.store.staff import Visit
from tests.steps import count_calls
from tests.unit.desk_fixture import DeskFixture
from tests.unit.test_sign_in_and_limits import WHOLE
from tests.unit.two_people import BOSS, CHECKER, MAKER, NEW_YORK, approve, asked, link, make, now, order, state, two

__all__ = ["make", "two"]  # fixtures


# Who is asked.


@pytest.mark.parametrize(("cents", "waits"), [(99_999, False), (100_000, False), (100_001, True)])
def test_above_the_setting_a_debit_waits_and_equal_is_not_above(two: DeskFixture, cents: int, waits: bool) -> None:
    debit = order(two, link(two), cents)
    assert debit.state is (DebitState.REVIEW if waits else DebitState.SUBMITTED)
    assert two.stripe.calls["create_payment_intent"] == (0 if waits else 1)
    payment = two.store.payments.get(debit.id)
    assert payment is not None
    assert (payment["state"] == "review") is waits


def test_splitting_one_debit_in_two_does_not_evade(two: DeskFixture) -> None:
    account = link(two)
    first, second = order(two, account, 60_000, "INV-1a"), order(two, account, 40_001, "INV-1b")
    assert (first.state, second.state) == (DebitState.SUBMITTED, DebitState.REVIEW)
    assert "debits of 24 hours come to $1,000.01, above $1,000.00" in asked(two, second).approval.rule
    two.clock.move(timedelta(hours=24, seconds=1))
    approve(two, second)
    two.clock.move(timedelta(hours=25))
    assert order(two, account, 100_000, "INV-2").state is DebitState.SUBMITTED, "the window is over"


def test_without_the_setting_nobody_is_asked(make: Callable[..., DeskFixture]) -> None:
    given = make(ACH_DESK_APPROVE_ABOVE_CENTS="")
    assert order(given, link(given), 8_000_000).state is DebitState.SUBMITTED


# What a second person does.


def test_what_is_approved_is_sent_once_in_the_name_of_both(two: DeskFixture) -> None:
    debit = order(two, link(two))
    assert debit.problem is not None and debit.problem.code == "requires_review"
    assert two.store.limits.state(debit.id) is ReservationState.RESERVED
    assert [one.subject for one, _ in two.approvals.waiting(CHECKER)] == [debit.id]
    approve(two, debit)
    assert now(two, debit).state is DebitState.SUBMITTED
    assert len(two.stripe.debited) == 1 and state(two, debit) is ApprovalState.SUCCEEDED
    assert asked(two, debit).approval.consumed_at == two.clock.now()
    trail = [(row.action, row.actor) for row in reversed(two.store.trail.read(debit.id))]
    assert trail == [
        ("approval.requested", MAKER.name),
        ("debit.ordered", MAKER.name),
        ("debit.waits_for_approval", MAKER.name),
        ("approval.approved", CHECKER.name),
        ("debit.created", CHECKER.name),
        ("debit.sent", CHECKER.name),
        ("debit.submitted", CHECKER.name),
    ]
    decision = two.store.approvals.decision(asked(two, debit).approval.id)
    assert decision is not None and (decision.person, decision.address) == (CHECKER.name, CHECKER.address)
    assert decision.facts["available_cents"] == 9_000_000 and decision.facts["approver_used"] == 0
    assert two.approvals.waiting(CHECKER) == []
    lists = ApprovalLists(two.store, two.clock, NEW_YORK, two.approvals.title_of)
    (row,) = lists.first(CHECKER, ListOrder(ApprovalFilter(), "decided"), 5)
    assert (row.decided.approval.subject, row.title, row.decided.person) == (debit.id, "Debit INV-1", CHECKER.name)


def test_a_declined_debit_is_never_sent_and_the_maker_reads_why(two: DeskFixture) -> None:
    debit = order(two, link(two))
    two.approvals.decline(CHECKER, asked(two, debit).approval.id, "  wrong   invoice ")
    ended = now(two, debit)
    assert ended.state is DebitState.CANCELED and ended.problem is not None
    assert ended.problem.what == "carl@example.com declined this." and "wrong invoice" in ended.problem.meaning
    assert two.stripe.debited == [] and state(two, debit) is ApprovalState.REJECTED
    assert two.store.limits.state(debit.id) is ReservationState.RELEASED
    (row,) = [row for row in two.store.trail.read(debit.id) if row.action == "approval.rejected"]
    assert "wrong" not in str(row.facts), "what somebody wrote about a customer is sealed"
    assert two.store.private.open(debit.customer_id, str(row.facts["private"])) == {"reason": "wrong invoice"}


@pytest.mark.parametrize("reason", ["", "   ", "x" * 301, "a\x00b"])
def test_a_decline_says_why(two: DeskFixture, reason: str) -> None:
    debit = order(two, link(two))
    with pytest.raises(InputError, match="The reason is empty or longer"):
        two.approvals.decline(CHECKER, asked(two, debit).approval.id, reason)
    assert now(two, debit).state is DebitState.REVIEW


def test_an_approval_asks_for_proof(two: DeskFixture) -> None:
    debit = order(two, link(two))
    with pytest.raises(AccessDenied) as denied:
        approve(two, debit, replace(CHECKER, proved_until=None))
    assert denied.value.code == "proof" and two.stripe.debited == []


def test_who_may_approve_is_a_setting(make: Callable[..., DeskFixture]) -> None:
    given = make(ACH_DESK_APPROVE_ROLES="admin")
    debit = order(given, link(given))
    with pytest.raises(AccessDenied):
        approve(given, debit)
    with pytest.raises(AccessDenied):
        given.approvals.decline(CHECKER, asked(given, debit).approval.id, "no")
    approve(given, debit, BOSS)
    assert now(given, debit).state is DebitState.SUBMITTED


@pytest.mark.parametrize(
    "same",
    [
        MAKER,
        replace(MAKER, name="mia.new@example.com"),  # another address, the same person at the provider
        replace(MAKER, subject="s-other"),  # another account at the provider, the same address
        replace(MAKER, name="mia@admin.example", roles=frozenset({Role.ADMIN})),  # promoted since
    ],
)
def test_nobody_approves_or_declines_their_own_order(two: DeskFixture, same: Actor) -> None:
    debit = order(two, link(two))
    assert two.approvals.why_not(same, asked(two, debit).approval) is not None
    acts: list[Callable[[], object]] = [
        lambda: approve(two, debit, same),
        lambda: two.approvals.decline(same, asked(two, debit).approval.id, "no"),
    ]
    for act in acts:
        with pytest.raises(Refused) as refused_:
            act()
        assert refused_.value.code == "own_request"
    assert now(two, debit).state is DebitState.REVIEW and two.stripe.debited == []
    refusals = [row for row in two.store.trail.read(debit.id) if row.action == "approval.refused"]
    assert [(row.actor, row.facts["code"]) for row in refusals] == [(same.name, "own_request")] * 2


def test_whoever_ordered_it_may_cancel_and_not_confirm_it(two: DeskFixture) -> None:
    """To confirm again is for what was not sent in time; here it would go past the second person."""
    debit = order(two, link(two))
    balance = Balance(9_000_000, 9_000_000, "usd", two.clock.now())
    with pytest.raises(InputError):
        two.debits.confirm_again(MAKER, debit.id, balance)
    two.debits.resume(MAKER, debit.id)
    two.jobs.try_again(two.actor, "debit", debit.id, action="debit.resumed")
    assert now(two, debit).state is DebitState.REVIEW and two.stripe.debited == []
    two.debits.cancel(MAKER, debit.id)
    assert (now(two, debit).state, state(two, debit)) == (DebitState.CANCELED, ApprovalState.CANCELED)
    with pytest.raises(InputError, match="waits no more: canceled"):
        approve(two, debit)
    assert two.stripe.debited == []


def test_an_approver_has_a_limit_of_their_own(make: Callable[..., DeskFixture]) -> None:
    given = make(ACH_DESK_APPROVE_DAY_CENTS="300000")
    account = link(given)
    first, second = order(given, account, 150_000, "INV-1"), order(given, account, 150_001, "INV-2")
    approve(given, first)
    with pytest.raises(Refused) as refused_:
        approve(given, second)
    assert refused_.value.code == "above_own_limit" and "you have approved $1,500.00" in refused_.value.meaning
    approve(given, second, BOSS)
    given.clock.move(timedelta(hours=24, seconds=1))
    approve(given, order(given, account, 300_000, "INV-3"))
    assert len(given.stripe.debited) == 3


# What is shown.


def test_the_reasons_to_say_no_are_shown(two: DeskFixture) -> None:
    account = link(two)
    debit, other = order(two, account), order(two, account, 200_000, "INV-2")
    charge = {"object": "charge", "currency": "usd", "customer": account.stripe_customer_id, "created": 1_795_000_000}
    details = {"type": "us_bank_account", "us_bank_account": {"last4": "0000", "bank_name": "B"}}
    history = [
        {"id": "py_1", "amount": 10_000, "status": "succeeded"},
        {"id": "py_2", "amount": 30_000, "status": "succeeded"},
        {"id": "py_3", "amount": 20_000, "status": "failed", "failure_code": "insufficient_funds"},
    ]
    two.store.projection.apply("charges", [{**charge, "payment_method_details": details, **one} for one in history])
    shown = asked(two, debit)
    facts = shown.facts
    assert (facts["available_cents"], facts["mandate_status"], facts["earlier_debits"]) == (9_000_000, "active", 0)
    assert (facts["usual_cents"], facts["largest_cents"], facts["collected"], facts["returned"]) == (
        20_000,
        30_000,
        2,
        1,
    )
    assert facts["accepted_at"] is not None and shown.others == (1, other.amount_cents)
    accepted = shown.moment("accepted_at")
    assert accepted and accepted.timestamp() == facts["accepted_at"] and shown.moment("not a fact") is None


def test_who_else_could_approve_is_counted(make: Callable[..., DeskFixture]) -> None:
    members = {
        "ACH_DESK_ROLE_FINANCE": "mia@example.com, carl@example.com",
        "ACH_DESK_ROLE_ADMIN": "bea@example.com",
        "ACH_DESK_ROLE_AUDITOR": "otto@example.com",
    }
    given = make(**{**WHOLE, **members})
    debit = order(given, link(given))
    found = given.approvals.colleagues(CHECKER, asked(given, debit).approval)
    assert (found.names, found.groups, found.too_few) == (("bea@example.com",), (), True)
    at = given.clock.real()
    given.store.people.begin_visit(Visit("v1", "dan@example.com", at, at, None, frozenset({Role.FINANCE})))
    given.store.people.begin_visit(Visit("v2", "eve@example.com", at, at, None, frozenset({Role.OPS})))
    found = given.approvals.colleagues(CHECKER, asked(given, debit).approval)
    assert (found.names, found.too_few) == (("bea@example.com", "dan@example.com"), False)


def test_an_inbox_of_twenty_takes_no_more_a_row_than_one_of_four(make: Callable[..., DeskFixture]) -> None:
    given = make(above=0)
    account = link(given)
    took = {}
    for number in range(20):
        order(given, account, 1_000 + number, f"INV-{number}")
        if number + 1 in (4, 20):
            took[number + 1] = count_calls(lambda: given.approvals.waiting(CHECKER))
    waiting = given.approvals.waiting(CHECKER)
    assert [title for _, title in waiting] == [f"Debit INV-{number}" for number in range(20)]
    assert took[20] < 6 * took[4]

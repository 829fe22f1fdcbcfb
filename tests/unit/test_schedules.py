"""A debit on a day to come: its dates, what is asked again on the day, what holds, stops and cancels it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given as given_some
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from dashboard.debits.due import WAIT
from dashboard.debits.job import KIND
from dashboard.domain.business_days import is_business_day, submission_day
from dashboard.domain.clock import FixedClock
from dashboard.domain.errors import AccessDenied, DeskError, InputError, ProviderUnreachable, Refused
from dashboard.domain.jobs import JobState
from dashboard.domain.limits import ReservationState
from dashboard.domain.models import Actor, BankAccount, Debit, DebitState, Purpose, Role
from dashboard.domain.schedules import (
    Every,
    ScheduleOrder,
    ScheduleState,
    due_at,
    first_day,
    plan_days,
    send_by,
    send_day,
)
from dashboard.schedules import Schedules
from dashboard.store import Store
from dashboard.store.encryption.vault import Vault
from dashboard.store.mandates.revocations import Revocation
from dashboard.store.restores import Unknown
from tests.unit.case_scenes import charge
from tests.unit.desk_fixture import DeskFixture
from tests.unit.fakes import lost
from tests.unit.test_debits import submit
from tests.unit.test_money_edges import Blind
from tests.unit.two_people import CHECKER, MAKER, Make

EASTERN = ZoneInfo("America/New_York")
MONDAY = datetime(2026, 6, 1, 15, tzinfo=UTC)  # 11:00 in New York


@pytest.fixture
def make(store: Store, clock: FixedClock, vault: Vault, make_settings: Make) -> Callable[..., DeskFixture]:
    def make(**changes: str) -> DeskFixture:
        clock.at = MONDAY
        return DeskFixture(store, clock, vault, make_settings(**changes))

    return make


@pytest.fixture
def desk(make: Callable[..., DeskFixture]) -> DeskFixture:
    return make()


@pytest.fixture
def account(desk: DeskFixture) -> BankAccount:
    return link(desk)


def link(desk: DeskFixture) -> BankAccount:
    return desk.desk.account(desk.actor, str(desk.link().bank_account_id))


def wanted(desk: DeskFixture, account: BankAccount, **more: Any) -> ScheduleOrder:
    facts = {
        "ticket": desk.debits.ticket(),
        "bank_account_id": account.id,
        "amount_cents": 4_200,
        "invoice_reference": "INV-1",
        "purpose": Purpose.SERVICES,
        "first_on": date(2026, 6, 10),
        **more,
    }
    return ScheduleOrder(**facts)


def schedule(desk: DeskFixture, account: BankAccount, actor: Actor | None = None, **more: Any) -> list[Debit]:
    return list(desk.schedules.order(actor or desk.actor, wanted(desk, account, **more)))


def go_to(desk: DeskFixture, day: date, hour: int = 9, minute: int = 0) -> None:
    """It is that time in New York, and the completer looks."""
    at = datetime(day.year, day.month, day.day, hour, minute, tzinfo=EASTERN)
    desk.later(at.astimezone(UTC) - desk.clock.now())


def now(desk: DeskFixture, debit: Debit) -> Debit:
    return desk.debits.get(desk.actor, debit.id)


def why(desk: DeskFixture, debit: Debit) -> str:
    """Why it is held or was stopped."""
    found = now(desk, debit)
    assert found.problem is not None
    return found.problem.code


SEND = date(2026, 6, 9)  # the business day before the day of `wanted`


# Dates.


def test_independence_day_on_a_saturday_moves_to_monday_and_is_sent_on_friday() -> None:
    (day,) = plan_days(date(2026, 7, 4), 1, Every.MONTH)
    assert day.is_moved and day.collect_on == date(2026, 7, 6) and send_day(day.collect_on) == date(2026, 7, 3)
    assert due_at(day.collect_on).astimezone(EASTERN).isoformat() == "2026-07-03T09:00:00-04:00"


@pytest.mark.parametrize(("hour", "minute", "taken"), [(20, 59, 30), (21, 1, 30)])
def test_thanksgiving_evening_goes_with_the_friday(hour: int, minute: int, taken: int) -> None:
    """The 26th of November 2026 is no business day, so both minutes are of the Friday."""
    at = datetime(2026, 11, 26, hour, minute, tzinfo=EASTERN)
    assert submission_day(at) == date(2026, 11, 27)
    assert first_day(at) == date(2026, 11, taken), "sent on Friday at 09:00, taken on Monday"
    (day,) = plan_days(date(2026, 11, 26), 1, Every.MONTH)
    assert day.collect_on == date(2026, 11, 27) and send_by(day.collect_on).astimezone(EASTERN).day == 25


def test_the_hour_stays_the_same_when_the_clocks_change() -> None:
    (day,) = plan_days(date(2026, 11, 1), 1, Every.MONTH)
    assert day.collect_on == date(2026, 11, 2)
    assert due_at(day.collect_on) == datetime(2026, 10, 30, 13, tzinfo=UTC), "09:00 EDT, before the change"
    assert due_at(date(2026, 11, 3)) == datetime(2026, 11, 2, 14, tzinfo=UTC), "09:00 EST, after it"


@given_some(st.dates(date(2021, 1, 1), date(2045, 12, 1)))
@hypothesis_settings(max_examples=300, deadline=None)
def test_every_day_is_one_of_the_calendar_and_sent_on_the_one_before(day: date) -> None:
    """The calendar itself is held against the published one in `test_business_days`."""
    is_open = is_business_day
    (planned,) = plan_days(day, 1, Every.MONTH)
    following = next(one for n in range(10) if is_open(one := day + timedelta(days=n)))
    before = next(one for n in range(1, 10) if is_open(one := following - timedelta(days=n)))
    assert (planned.collect_on, send_day(planned.collect_on)) == (following, before)
    assert due_at(following) < send_by(following) and submission_day(due_at(following)) == before


def test_a_plan_counts_from_its_first_day_so_that_no_moved_day_moves_the_next() -> None:
    days = plan_days(date(2026, 1, 31), 5, Every.MONTH)
    assert [one.wanted.isoformat() for one in days] == [
        "2026-01-31",
        "2026-02-28",
        "2026-03-31",
        "2026-04-30",
        "2026-05-31",
    ]
    assert days[0].collect_on == date(2026, 2, 2) and days[2].collect_on == date(2026, 3, 31)
    weeks = plan_days(date(2026, 7, 4), 3, Every.TWO_WEEKS)
    assert [(one.wanted.day, one.collect_on.day) for one in weeks] == [(4, 6), (18, 20), (1, 3)]


# One debit.


def test_it_waits_for_its_day_is_checked_and_sent_before_the_cut_off(desk: DeskFixture, account: BankAccount) -> None:
    (debit,) = schedule(desk, account)
    assert debit.state is DebitState.SCHEDULED and debit.collect_on == date(2026, 6, 10)
    payment = desk.store.payments.get(debit.id)
    assert payment is not None and payment["state"] == "scheduled"
    calls = len(desk.stripe.calls) if hasattr(desk.stripe, "calls") else 0
    for day in (date(2026, 6, 5), date(2026, 6, 8)):
        go_to(desk, day, 20)
        assert now(desk, debit).state is DebitState.SCHEDULED and desk.stripe.intents == [], calls
    go_to(desk, SEND, 8, 59)
    assert now(desk, debit).state is DebitState.SCHEDULED
    go_to(desk, SEND)
    assert now(desk, debit).state is DebitState.SUBMITTED and len(desk.stripe.debited) == 1
    assert submission_day(desk.clock.now()) == SEND
    actions = [row.action for row in reversed(desk.store.trail.read(debit.id))]
    assert actions == ["debit.scheduled", "debit.due", "debit.created", "debit.sent", "debit.submitted"]
    kept = desk.schedules.get(desk.actor, debit.id)
    assert kept is not None and kept.state is ScheduleState.RELEASED and kept.released_at == desk.clock.now()
    assert desk.store.debits.balance(debit.id) is not None, "the balance of the day"


def test_a_restart_loses_no_day_and_sends_once(desk: DeskFixture, account: BankAccount) -> None:
    (debit,) = schedule(desk, account)
    desk.restart()
    go_to(desk, SEND, 10)
    desk.restart()
    go_to(desk, SEND, 11)
    assert now(desk, debit).state is DebitState.SUBMITTED and len(desk.stripe.debited) == 1


def test_the_same_form_is_the_same_schedule(desk: DeskFixture, account: BankAccount) -> None:
    order = wanted(desk, account, count=3)
    first, again = desk.schedules.order(desk.actor, order), desk.schedules.order(desk.actor, order)
    assert [one.id for one in first] == [one.id for one in again] and len(desk.debits.recent(desk.actor)) == 3
    with pytest.raises(InputError) as told:
        desk.schedules.order(desk.actor, replace(order, first_on=date(2026, 6, 11)))
    assert told.value.code == "ticket_used"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"first_on": date(2026, 6, 1)}, "too_soon"),
        ({"first_on": date(2026, 6, 2)}, "too_soon"),
        ({"first_on": date(2030, 1, 1)}, "invalid_day"),
        ({"count": 0}, "invalid_count"),
        ({"count": 37}, "invalid_count"),
        ({"amount_cents": 49}, "amount_too_small"),
        ({"invoice_reference": " "}, "invalid_reference"),
        ({"ticket": "x"}, "invalid_ticket"),
    ],
)
def test_what_cannot_be_scheduled_is_said_before(
    desk: DeskFixture, account: BankAccount, change: dict[str, Any], code: str
) -> None:
    with pytest.raises(DeskError) as told:
        schedule(desk, account, **change)
    assert told.value.code == code and desk.debits.recent(desk.actor) == []


def test_the_first_day_is_the_first_that_is_not_sent_yet(desk: DeskFixture, account: BankAccount) -> None:
    """At 11:00 on Monday, what is taken on Tuesday would have been sent at 09:00."""
    assert desk.schedules.first_day(desk.actor) == date(2026, 6, 3)
    (debit,) = schedule(desk, account, first_on=date(2026, 6, 3))
    assert debit.state is DebitState.SCHEDULED


def test_who_may_not_debit_schedules_nothing(desk: DeskFixture, account: BankAccount) -> None:
    for role in (Role.OPS, Role.ADMIN, Role.AUDITOR):
        person = Actor("x", frozenset({role}), subject="s")
        with pytest.raises(AccessDenied):
            schedule(desk, account, person)
        with pytest.raises(AccessDenied):
            desk.schedules.cancel(person, "debit_x")


# What is asked again on the day.


def hold_by_balance(desk: DeskFixture, account: BankAccount) -> None:
    desk.plaid.available = 4_199


def hold_by_unknown_balance(desk: DeskFixture, account: BankAccount) -> None:
    desk.plaid.available = None


def hold_by_twin(desk: DeskFixture, account: BankAccount) -> None:
    submit(desk, account, 700, invoice_reference="inv-1", similar_to=desk.debits.recent(desk.actor)[0].id)


def hold_by_holder(desk: DeskFixture, account: BankAccount) -> None:
    with desk.store.transaction() as db:
        db.execute("UPDATE bank_account SET missing_since = 1 WHERE id = ?", [account.id])


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (hold_by_balance, "above_balance"),
        (hold_by_unknown_balance, "unknown_balance"),
        (hold_by_twin, "similar_debit"),
        (hold_by_holder, "INVALID_ACCOUNT_ID"),
    ],
)
def test_a_check_that_fails_holds_it_with_its_reason(
    desk: DeskFixture, account: BankAccount, change: Callable[[DeskFixture, BankAccount], None], code: str
) -> None:
    (debit,) = schedule(desk, account)
    before = len(desk.stripe.intents)
    change(desk, account)
    sent = len(desk.stripe.intents)
    go_to(desk, SEND)
    assert (now(desk, debit).state, why(desk, debit)) == (DebitState.UNSENT, code)
    assert len(desk.stripe.intents) == sent >= before
    assert debit.id in {one.id for one in desk.debits.attention(desk.actor)}, "Inbox says so"
    assert desk.store.limits.state(debit.id) is ReservationState.RESERVED
    desk.later(timedelta(hours=2))
    assert now(desk, debit).state is DebitState.UNSENT, "it is never sent by itself after that"
    assert next(iter(desk.store.trail.read(debit.id))).action == "debit.held"


def test_an_unknown_balance_may_be_accepted_beforehand(desk: DeskFixture, account: BankAccount) -> None:
    (debit,) = schedule(desk, account, accept_unknown_balance=True)
    desk.plaid.available = None
    go_to(desk, SEND)
    assert now(desk, debit).state is DebitState.SUBMITTED


def test_what_is_held_is_confirmed_again_or_canceled(desk: DeskFixture, account: BankAccount) -> None:
    first, second = schedule(desk, account, count=2, every=Every.WEEK)
    desk.plaid.available = 10
    go_to(desk, SEND)
    desk.plaid.available = 100_000
    balance = desk.debits.balance(desk.actor, account.id)
    seen = desk.debits.preview(desk.actor, account.id, 4_200, first.invoice_reference, balance, without=first.id)
    again = desk.debits.confirm_again(
        desk.actor, first.id, balance, similar_to=seen.similar.id if seen.similar else None
    )
    assert again.state is DebitState.SUBMITTED and len(desk.stripe.debited) == 1
    desk.plaid.available = 10
    go_to(desk, date(2026, 6, 16))
    assert now(desk, second).state is DebitState.UNSENT
    assert desk.schedules.cancel(desk.actor, second.id) == 1
    assert now(desk, second).state is DebitState.CANCELED
    assert desk.store.limits.state(second.id) is ReservationState.RELEASED


def test_an_outage_is_waited_for_until_the_cut_off(desk: DeskFixture, account: BankAccount) -> None:
    (debit,) = schedule(desk, account)
    desk.plaid.before["balance"] = [down()] * 50
    go_to(desk, SEND)
    assert now(desk, debit).state is DebitState.SCHEDULED and debit.id in {
        one.id for one in desk.debits.attention(desk.actor)
    }
    go_to(desk, SEND, 20, 59)
    assert now(desk, debit).state is DebitState.SCHEDULED
    go_to(desk, SEND, 21, 5)
    assert (now(desk, debit).state, why(desk, debit)) == (DebitState.UNSENT, "missed_day")
    assert desk.stripe.intents == []


def test_an_outage_that_ends_in_time_costs_nothing(desk: DeskFixture, account: BankAccount) -> None:
    (debit,) = schedule(desk, account)
    desk.plaid.before["balance"] = [down()] * 2
    go_to(desk, SEND)
    desk.later(timedelta(minutes=5))
    desk.later(timedelta(minutes=5))
    assert now(desk, debit).state is DebitState.SUBMITTED


def test_a_desk_that_stood_still_on_the_day_holds_it(desk: DeskFixture, account: BankAccount) -> None:
    (debit,) = schedule(desk, account)
    go_to(desk, date(2026, 6, 10), 8)
    assert (now(desk, debit).state, why(desk, debit)) == (DebitState.UNSENT, "missed_day")


def test_a_clock_that_runs_ahead_sends_nothing_early(desk: DeskFixture, account: BankAccount) -> None:
    """By Stripe's own time the day has not come."""
    (debit,) = schedule(desk, account)
    behind = FixedClock(desk.clock.now())
    desk.stripe.clock = behind
    go_to(desk, SEND)
    assert now(desk, debit).state is DebitState.SCHEDULED and desk.stripe.intents == []
    behind.at = desk.clock.now()
    desk.later(timedelta(seconds=10))
    assert now(desk, debit).state is DebitState.SUBMITTED


def test_after_a_restore_that_nobody_looked_into_it_is_held(desk: DeskFixture, account: BankAccount) -> None:
    (debit,) = schedule(desk, account)
    desk.store.restores.add(desk.clock.now(), desk.clock.now(), Unknown.MISSING)
    go_to(desk, SEND)
    assert (now(desk, debit).state, why(desk, debit)) == (DebitState.UNSENT, "restored")


# Canceled until the second it is sent.


def test_it_is_canceled_until_the_second_it_is_sent(desk: DeskFixture, account: BankAccount) -> None:
    (debit,) = schedule(desk, account)
    go_to(desk, SEND, 8, 59)
    desk.plaid.meanwhile["balance"] = lambda: desk.schedules.cancel(desk.actor, debit.id)
    go_to(desk, SEND)
    assert now(desk, debit).state is DebitState.CANCELED and desk.stripe.debited == []
    desk.later(timedelta(hours=1))
    assert now(desk, debit).state is DebitState.CANCELED and desk.stripe.debited == []
    assert desk.store.limits.state(debit.id) is ReservationState.RELEASED


def test_what_was_sent_is_not_canceled(desk: DeskFixture, account: BankAccount) -> None:
    (debit,) = schedule(desk, account)
    go_to(desk, SEND)
    with pytest.raises(InputError) as told:
        desk.schedules.cancel(desk.actor, debit.id)
    assert told.value.code == "already_decided"


def test_a_plan_is_canceled_but_for_what_was_sent(desk: DeskFixture, account: BankAccount) -> None:
    debits = schedule(desk, account, count=4, every=Every.WEEK)
    assert [one.invoice_reference for one in debits] == ["INV-1 1/4", "INV-1 2/4", "INV-1 3/4", "INV-1 4/4"]
    go_to(desk, SEND)
    assert [one.number for one, _ in desk.schedules.upcoming(desk.actor, account.id)] == [2, 3, 4]
    assert desk.schedules.cancel(desk.actor, debits[2].id, whole_plan=True) == 3
    assert [now(desk, one).state.value for one in debits] == ["submitted", "canceled", "canceled", "canceled"]
    assert desk.schedules.upcoming(desk.actor) == []


def test_the_debits_of_a_plan_do_not_hold_each_other(desk: DeskFixture, account: BankAccount) -> None:
    debits = schedule(desk, account, count=3, every=Every.WEEK)
    for week in range(3):
        go_to(desk, SEND + timedelta(weeks=week))
    assert [now(desk, one).state for one in debits] == [DebitState.SUBMITTED] * 3 and len(desk.stripe.debited) == 3


def test_two_tabs_at_one_instant_are_one_schedule(desk: DeskFixture, account: BankAccount) -> None:
    """The second asks before the first has committed, and sees it inside the transaction."""
    order = wanted(desk, account)
    (first,) = desk.schedules.order(desk.actor, order)
    desk.store.debits = Blind(desk.store.database, desk.clock)
    late = Schedules(desk.store, desk.clock, desk.settings, desk.jobs, desk.debits)
    assert [one.id for one in late.order(desk.actor, order)] == [first.id]


def test_a_plan_asks_for_proof_by_its_sum(make: Callable[..., DeskFixture]) -> None:
    desk = make(ACH_DESK_DEBIT_PROOF_CENTS="10000")
    account, person = link(desk), replace(MAKER, proved_until=None)
    with pytest.raises(AccessDenied) as told:
        schedule(desk, account, person, count=3)
    assert told.value.code == "proof" and len(schedule(desk, account, person, count=2)) == 2


# What stops it.


def revoke(desk: DeskFixture, account: BankAccount) -> None:
    desk.store.revocations.add(Revocation(account.id, str(account.mandate_id), "asked", "x", desk.clock.now()))


def deactivate(desk: DeskFixture, account: BankAccount) -> None:
    desk.store.mandates.set_status(str(account.mandate_id), "inactive")


def remove(desk: DeskFixture, account: BankAccount) -> None:
    desk.removals.remove(desk.actor, account.item_id, "asked for")


def dispute(desk: DeskFixture, account: BankAccount) -> None:
    us = {"type": "us_bank_account", "us_bank_account": {"mandate": account.mandate_id}}
    made = charge(desk.clock, failure_code="debit_not_authorized", payment_method_details=us)
    desk.store.projection.apply("charges", [made])


@pytest.mark.parametrize("end", [revoke, deactivate, remove, dispute])
def test_an_authorization_that_ends_stops_every_schedule_in_the_same_commit(
    desk: DeskFixture, account: BankAccount, end: Callable[[DeskFixture, BankAccount], None]
) -> None:
    debits = schedule(desk, account, count=3)
    other = link_another(desk)
    (kept,) = schedule(desk, other)
    end(desk, account)
    states = [desk.store.schedules.get(one.id) for one in (*debits, kept)]
    assert [one.state.value for one in states if one] == ["stopped", "stopped", "stopped", "waiting"]
    desk.later(timedelta(seconds=2))
    assert [now(desk, one).state for one in debits] == [DebitState.CANCELED] * 3
    assert {why(desk, one) for one in debits} == {"stopped"}
    assert {desk.store.limits.state(one.id) for one in debits} == {ReservationState.RELEASED}
    go_to(desk, SEND)
    assert len(desk.stripe.debited) == 1 and now(desk, kept).state is DebitState.SUBMITTED
    assert {row.action for row in desk.store.trail.read(debits[0].id)} >= {"debit.schedule_stopped", "debit.canceled"}


def link_another(desk: DeskFixture) -> BankAccount:
    desk.customer = desk.add_customer("Bea", "bea@example.com", "C-2")
    return desk.desk.account(desk.actor, str(desk.link(token="public-sandbox-2").bank_account_id))


def test_what_waits_for_approval_or_is_held_is_stopped_too(make: Callable[..., DeskFixture]) -> None:
    desk = make(ACH_DESK_APPROVE_ABOVE_CENTS="9999")
    account = link(desk)
    asked, *_ = schedule(desk, account, MAKER, amount_cents=10_000)
    assert asked.state is DebitState.REVIEW
    revoke(desk, account)
    desk.later(timedelta(seconds=2))
    assert now(desk, asked).state is DebitState.CANCELED and desk.approvals.waiting(CHECKER) == []


# Limits and approval.


def test_limits_are_reserved_from_the_moment_it_is_scheduled(make: Callable[..., DeskFixture]) -> None:
    desk = make(ACH_DESK_LIMIT_CUSTOMER_MONTH_CENTS="10000")
    account = link(desk)
    first, _ = schedule(desk, account, count=2)
    with pytest.raises(Refused) as told:
        submit(desk, account, 1_601)
    assert told.value.code == "above_limit" and "INV-1 1/2" in str(told.value.meaning)
    with pytest.raises(Refused):
        schedule(desk, account, invoice_reference="INV-2", amount_cents=900, count=2)
    seen = desk.schedules.plan(desk.actor, wanted(desk, account, invoice_reference="INV-2", amount_cents=900, count=2))
    assert seen.refusal is not None and seen.refusal.code == "above_limit", "it is said before the button"
    assert len(desk.debits.recent(desk.actor)) == 2, "a plan is reserved whole or not at all"
    desk.schedules.cancel(desk.actor, first.id)
    assert submit(desk, account, 1_601, invoice_reference="INV-3").state is DebitState.SUBMITTED


def test_a_limit_that_was_lowered_since_holds_it(make: Callable[..., DeskFixture], make_settings: Make) -> None:
    desk = make(ACH_DESK_LIMIT_CUSTOMER_MONTH_CENTS="10000")
    (debit,) = schedule(desk, link(desk))
    desk.settings = make_settings(ACH_DESK_LIMIT_CUSTOMER_MONTH_CENTS="4199")
    desk.restart()
    go_to(desk, SEND)
    assert (now(desk, debit).state, why(desk, debit)) == (DebitState.UNSENT, "above_limit")


def approve(desk: DeskFixture, debit: Debit) -> None:
    newest = desk.store.approvals.newest("debit", debit.id)
    assert newest is not None
    shown = desk.approvals.question(CHECKER, newest.id)
    assert shown.bodies["collect_on"] == "2026-06-10", "the day is under the digest"
    desk.approvals.approve(CHECKER, shown.approval.id, shown.digest)


def test_a_second_person_approves_the_day_too_and_then_it_waits_for_it(make: Callable[..., DeskFixture]) -> None:
    desk = make(ACH_DESK_APPROVE_ABOVE_CENTS="4000")
    (debit,) = schedule(desk, link(desk), MAKER)
    assert debit.state is DebitState.REVIEW
    approve(desk, debit)
    assert now(desk, debit).state is DebitState.SCHEDULED and desk.stripe.intents == []
    go_to(desk, SEND)
    assert now(desk, debit).state is DebitState.SUBMITTED


def test_splitting_into_a_plan_evades_no_approval(make: Callable[..., DeskFixture]) -> None:
    desk = make(ACH_DESK_APPROVE_ABOVE_CENTS="10000")
    debits = schedule(desk, link(desk), MAKER, count=3)
    assert {one.state for one in debits} == {DebitState.REVIEW}, "together they are above it"


def test_what_nobody_approves_is_not_sent_on_its_day(make: Callable[..., DeskFixture]) -> None:
    desk = make(ACH_DESK_APPROVE_ABOVE_CENTS="4000", ACH_DESK_APPROVE_DAYS="30")
    (debit,) = schedule(desk, link(desk), MAKER)
    go_to(desk, SEND, 12)
    assert now(desk, debit).state is DebitState.REVIEW
    go_to(desk, date(2026, 6, 11), 12)
    approve(desk, debit)
    assert (now(desk, debit).state, why(desk, debit)) == (DebitState.UNSENT, "missed_day")
    assert desk.stripe.debited == []


def test_a_debit_since_then_can_make_the_rule_ask_on_the_day(make: Callable[..., DeskFixture]) -> None:
    desk = make(ACH_DESK_APPROVE_ABOVE_CENTS="5000")
    account = link(desk)
    (debit,) = schedule(desk, account, MAKER)
    assert debit.state is DebitState.SCHEDULED
    go_to(desk, SEND, 8)
    with desk.store.transaction():
        made = submit(desk, account, 900, invoice_reference="INV-9")
    assert made.state is DebitState.REVIEW, "with what is reserved it is above the rule"
    go_to(desk, SEND)
    assert now(desk, debit).state is DebitState.REVIEW
    newest = desk.store.approvals.newest("debit", debit.id)
    assert newest is not None and newest.requester == MAKER.key


# What a customer is told before.


def test_another_amount_is_told_ten_days_before_and_another_day_seven(desk: DeskFixture, account: BankAccount) -> None:
    """12 CFR 1005.10(d); the first debit of all varies from nothing."""
    schedule(desk, account, first_on=date(2026, 7, 1), invoice_reference="INV-0")
    assert desk.schedules.notices(desk.actor) == []
    submit(desk, account, 900, invoice_reference="INV-9")
    (like,) = desk.debits.recent(desk.actor)[1:]
    order = wanted(desk, account, first_on=date(2026, 7, 4), count=3, every=Every.TWO_WEEKS, similar_to=like.id)
    seen = desk.schedules.plan(desk.actor, order)
    debits = desk.schedules.order(desk.actor, order)
    found = desk.schedules.notices(desk.actor)
    assert [(one.id, one.reason.value, one.tell_by.isoformat(), one.was_cents) for one, _, _ in found] == [
        (debits[0].id, "amount", "2026-06-26", 900),
        (debits[1].id, "date", "2026-07-13", None),
        (debits[2].id, "date", "2026-07-27", None),
    ]
    assert [one and one.tell_by for one in seen.notices] == [one.tell_by for one, _, _ in found]
    assert desk.schedules.due_notices(desk.actor) == []
    go_to(desk, date(2026, 6, 26))
    assert len(desk.schedules.due_notices(desk.actor)) == 1


def test_a_company_is_told_nothing_by_the_rules(desk: DeskFixture, account: BankAccount) -> None:
    with desk.store.transaction() as db:
        db.execute("UPDATE customer SET holder_type = 'company'")
    schedule(desk, account, first_on=date(2026, 7, 4))
    assert desk.schedules.notices(desk.actor) == []


def test_who_told_the_customer_is_kept_once(desk: DeskFixture, account: BankAccount) -> None:
    (debit,) = schedule(desk, account, first_on=date(2026, 7, 4))
    desk.schedules.told(MAKER, debit.id)
    assert desk.schedules.notices(desk.actor) == []
    with pytest.raises(InputError, match="has told"):
        desk.schedules.told(CHECKER, debit.id)
    row = next(iter(desk.store.trail.read(debit.id)))
    assert (row.action, row.actor, row.facts["tell_by"]) == ("debit.customer_told", MAKER.name, "2026-06-29")
    with pytest.raises(sqlite3.IntegrityError, match="not changed"):
        desk.store.schedules.keep_told(debit.id, "x", desk.clock.now())
    (other,) = schedule(desk, account, first_on=date(2026, 8, 1), invoice_reference="INV-2", similar_to=debit.id)
    desk.schedules.cancel(desk.actor, other.id)
    assert desk.schedules.notices(desk.actor) == [], "nothing is told of what was canceled"


# Durable.


def test_the_job_waits_for_its_turn_and_troubles_nobody(desk: DeskFixture, account: BankAccount) -> None:
    (debit,) = schedule(desk, account)
    job = desk.store.jobs.find(KIND, debit.id)
    assert (
        job is not None
        and (job.step, job.state) == (WAIT, JobState.WAITING)
        and job.next_at == due_at(date(2026, 6, 10))
    )
    desk.clock.move(timedelta(days=2))
    real = desk.clock.real()
    assert desk.store.jobs.attention(real, real, real) == [] and desk.debits.attention(desk.actor) == []


def test_the_days_of_a_schedule_are_not_changed(desk: DeskFixture, account: BankAccount) -> None:
    schedule(desk, account)
    for change in ("collect_on = '2026-06-20'", "due_at = 5", "count = 7"):
        with pytest.raises(sqlite3.IntegrityError, match="not changed"), desk.store.transaction() as db:
            db.execute(f"UPDATE debit_schedule SET {change}")


def test_what_is_to_come_takes_nothing_from_todays_balance(desk: DeskFixture, account: BankAccount) -> None:
    (debit,) = schedule(desk, account, amount_cents=90_000, first_on=date(2026, 7, 10))
    assert submit(desk, account, 90_000, similar_to=debit.id, invoice_reference="INV-2").state is DebitState.SUBMITTED


def test_a_scheduled_debit_is_asked_about_before_another_like_it(desk: DeskFixture, account: BankAccount) -> None:
    (debit,) = schedule(desk, account, first_on=date(2026, 12, 10))
    desk.clock.move(timedelta(days=100))
    with pytest.raises(Refused) as told:
        submit(desk, account, 4_200)
    assert told.value.code == "similar_debit"
    assert desk.schedules.plan(desk.actor, wanted(desk, account, first_on=date(2026, 10, 1))).similar == now(
        desk, debit
    )
    assert is_business_day(date(2026, 12, 10))


def down() -> ProviderUnreachable:
    return lost(maybe_done=False)

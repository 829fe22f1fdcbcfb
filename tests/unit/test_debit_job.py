"""One order, one movement of money: what a debit's job does when answers are lost, refused, late or come twice."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from dashboard.debits.intents import Verdict, judge
from dashboard.debits.job import CONFIRM_AGAIN, KIND
from dashboard.domain.errors import (
    AccessDenied,
    InputError,
    ProviderDenied,
    ProviderError,
    ProviderLimited,
    Refused,
)
from dashboard.domain.jobs import JobState, TryOutcome
from dashboard.domain.models import Actor, BankAccount, Debit, DebitState, Role
from tests.unit.desk_fixture import DeskFixture
from tests.unit.fakes import Killed, lost, refused
from tests.unit.test_debits import order_for, submit

CREATE, CONFIRM, READ, FIND = (
    "create_payment_intent",
    "confirm_payment_intent",
    "read_payment_intent",
    "find_payment_intents",
)


@pytest.fixture
def account(given: DeskFixture) -> BankAccount:
    return given.desk.account(given.actor, str(given.link().bank_account_id))


def limited() -> ProviderError:
    return ProviderLimited("Slow down.", provider="stripe", code="rate_limit", http_status=429)


def denied(status: int = 401) -> ProviderError:
    return ProviderDenied("Wrong key.", provider="stripe", code="invalid_api_key", http_status=status)


def now(given: DeskFixture, debit: Debit) -> Debit:
    return given.debits.get(given.actor, debit.id)


def only(given: DeskFixture) -> Debit:
    (debit,) = given.debits.recent(given.actor)
    return debit


def job_state(given: DeskFixture, debit: Debit) -> JobState:
    job = given.store.jobs.find(KIND, debit.id)
    assert job is not None
    return job.state


# A refusal.


@pytest.mark.parametrize("call", [CREATE, CONFIRM])
def test_a_definite_no_refuses_the_debit_and_says_why(given: DeskFixture, account: BankAccount, call: str) -> None:
    given.stripe.before[call] = [refused("bank_account_unusable", provider="stripe")]
    debit = submit(given, account)
    assert debit.state is DebitState.REFUSED
    assert debit.problem is not None
    assert "has blocked debits from this bank account" in debit.problem.what
    assert debit.problem.request_id == "req-no"
    assert [one["status"] for one in given.stripe.intents] in ([], ["canceled"]), "nothing is left to be confirmed"
    given.debits.resume(given.actor, debit.id)
    given.later(timedelta(hours=1))
    assert given.stripe.debited == []


def test_a_refusal_stands_only_once_stripe_has_canceled_the_payment(given: DeskFixture, account: BankAccount) -> None:
    given.stripe.before[CONFIRM] = [refused("bank_account_unusable", provider="stripe")]
    given.stripe.before["cancel_payment_intent"] = [denied(), lost(provider="stripe")]
    debit = submit(given, account)
    assert debit.state is DebitState.SENDING
    assert debit.id in {one.id for one in given.debits.attention(given.actor)}
    given.later()
    assert now(given, debit).state is DebitState.SENDING
    given.later()
    debit = now(given, debit)
    assert (debit.state, debit.problem and debit.problem.code) == (DebitState.REFUSED, "bank_account_unusable")


def test_a_payment_that_fails_at_once_is_a_refusal(given: DeskFixture, account: BankAccount) -> None:
    def fail() -> None:
        given.stripe.intents[0] |= {"status": "requires_payment_method", "last_payment_error": {"code": "x"}}

    given.stripe.meanwhile[CONFIRM] = fail
    given.stripe.before[CONFIRM] = [refused("bank_account_unusable", provider="stripe")]
    assert submit(given, account).state is DebitState.REFUSED


@pytest.mark.parametrize("error", [denied(401), denied(403), limited(), lost(provider="stripe", maybe_done=False)])
@pytest.mark.parametrize("call", [CREATE, CONFIRM])
def test_a_wrong_key_a_limit_or_an_outage_never_refuses_a_debit(
    given: DeskFixture, account: BankAccount, call: str, error: ProviderError
) -> None:
    given.stripe.before[call] = [error]
    debit = submit(given, account)
    assert debit.state in {DebitState.CREATED, DebitState.SENDING}
    assert debit.problem is not None and debit.problem.code == error.code
    assert [one.id for one in given.debits.attention(given.actor)] == [debit.id]
    given.later()
    assert now(given, debit).state is DebitState.SUBMITTED
    assert len(given.stripe.debited) == 1


def test_a_wrong_key_after_a_lost_answer_leaves_the_debit_unknown_until_the_right_one(
    given: DeskFixture, account: BankAccount
) -> None:
    given.stripe.after[CONFIRM] = [lost(provider="stripe")]
    given.stripe.before[READ] = [denied() for _ in range(5)]
    debit = submit(given, account)
    for _ in range(4):
        assert now(given, debit).state is DebitState.UNKNOWN
        given.restart()
        given.later(timedelta(minutes=6))
    given.later(timedelta(minutes=6))
    assert now(given, debit).state is DebitState.SUBMITTED
    assert len(given.stripe.debited) == 1


def test_a_refusal_after_a_lost_answer_is_looked_into(given: DeskFixture, account: BankAccount) -> None:
    given.stripe.after[CONFIRM] = [lost(provider="stripe")]
    given.stripe.before[READ] = [lost(provider="stripe", maybe_done=False)]
    debit = submit(given, account)
    assert debit.state is DebitState.UNKNOWN
    given.later()
    assert now(given, debit).state is DebitState.SUBMITTED
    assert given.stripe.calls[CONFIRM] == 1, "what was confirmed is not confirmed again"


# Lost answers.


@pytest.mark.parametrize("call", [CREATE, CONFIRM])
@pytest.mark.parametrize("saved", [False, True], ids=["answer lost", "saved 500 that replays"])
def test_a_lost_answer_is_looked_for_at_once(given: DeskFixture, account: BankAccount, call: str, saved: bool) -> None:
    given.stripe.save_failures = saved
    given.stripe.after[call] = [lost(provider="stripe")]
    debit = submit(given, account)
    assert (debit.state, debit.payment_intent_id) == (DebitState.SUBMITTED, "pi_1")
    assert len(given.stripe.intents) == len(given.stripe.debited) == 1


def test_an_answer_that_cannot_be_looked_for_is_unknown_until_it_can(given: DeskFixture, account: BankAccount) -> None:
    given.stripe.after[CONFIRM] = [lost(provider="stripe")]
    given.stripe.before[READ] = [lost(provider="stripe", maybe_done=False) for _ in range(20)]
    debit = submit(given, account)
    for _ in range(20):
        assert now(given, debit).state is DebitState.UNKNOWN
        assert [one.id for one in given.debits.attention(given.actor)] == [debit.id]
        given.later(timedelta(minutes=6))  # it is asked again every few minutes, by itself
    assert now(given, debit).state is DebitState.SUBMITTED
    assert len(given.stripe.debited) == 1


def test_a_confirmation_that_stripe_never_got_is_sent_again(given: DeskFixture, account: BankAccount) -> None:
    given.stripe.before[CONFIRM] = [lost(provider="stripe")]
    debit = submit(given, account)
    assert debit.state is DebitState.UNKNOWN
    given.later()
    assert now(given, debit).state is DebitState.SUBMITTED
    assert len(given.stripe.debited) == 1


def test_a_create_that_stripe_never_got_is_sent_again_under_its_key(given: DeskFixture, account: BankAccount) -> None:
    given.stripe.before[CREATE] = [lost(provider="stripe")]
    debit = submit(given, account)
    assert debit.state is DebitState.CREATED, "nothing can have moved"
    given.later()
    assert now(given, debit).state is DebitState.SUBMITTED
    job = given.store.jobs.find(KIND, debit.id)
    assert job is not None
    tries = given.store.jobs.tries(job.id, "create")
    assert [one.outcome for one in tries] == [TryOutcome.DOUBTFUL, TryOutcome.DONE]
    assert len({one.key for one in tries}) == 1
    assert len(given.stripe.intents) == 1


def test_the_outcome_of_each_try_is_kept(given: DeskFixture, account: BankAccount) -> None:
    given.stripe.before[CONFIRM] = [limited(), denied(), lost(provider="stripe")]
    debit = submit(given, account)
    for _ in range(3):
        given.later(timedelta(seconds=45))
    assert now(given, debit).state is DebitState.SUBMITTED
    job = given.store.jobs.find(KIND, debit.id)
    assert job is not None
    tries = given.store.jobs.tries(job.id, "confirm")
    assert [one.outcome for one in tries] == [
        TryOutcome.NO_EFFECT,
        TryOutcome.NO_EFFECT,
        TryOutcome.DOUBTFUL,
        TryOutcome.DONE,
    ]
    assert [one.code for one in tries] == ["rate_limit", "invalid_api_key", "unreachable", None]


# A process that dies.


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("call", [CREATE, CONFIRM])
def test_a_process_that_dies_in_a_call_makes_one_debit(
    given: DeskFixture, account: BankAccount, call: str, when: str
) -> None:
    getattr(given.stripe, when)[call] = [Killed()]
    with pytest.raises(Killed):
        submit(given, account)
    given.restart()
    given.later()
    debit = only(given)
    assert debit.state is DebitState.SUBMITTED
    assert len(given.stripe.intents) == len(given.stripe.debited) == 1
    assert given.jobs.run_due() == 0


@pytest.mark.parametrize("days", [1, 4, 400])
def test_what_was_confirmed_before_a_long_stop_is_found(given: DeskFixture, account: BankAccount, days: int) -> None:
    given.stripe.after[CONFIRM] = [Killed()]
    with pytest.raises(Killed):
        submit(given, account)
    given.clock.move(timedelta(days=days))
    given.restart()
    given.later()
    assert (only(given).state, only(given).payment_intent_id) == (DebitState.SUBMITTED, "pi_1")
    assert given.stripe.calls[CONFIRM] == 1


@pytest.mark.parametrize("call", [CREATE, CONFIRM])
def test_what_was_not_confirmed_before_a_long_stop_is_never_sent_by_a_restart(
    given: DeskFixture, account: BankAccount, call: str
) -> None:
    given.stripe.before[call] = [Killed()]
    with pytest.raises(Killed):
        submit(given, account)
    given.clock.move(timedelta(days=4))
    for _ in range(3):
        given.restart()
        given.later(timedelta(hours=1))
    debit = only(given)
    assert debit.state is DebitState.UNSENT
    assert debit.problem is not None and debit.problem.code == "not_sent"
    assert [one.id for one in given.debits.attention(given.actor)] == [debit.id]
    assert given.stripe.debited == []


# The age of an order.


def test_an_order_is_tried_for_ten_minutes_and_then_asks(given: DeskFixture, account: BankAccount) -> None:
    given.stripe.before[CONFIRM] = [limited() for _ in range(50)]
    debit = submit(given, account)
    for _ in range(9):
        given.later(timedelta(minutes=1))
        assert now(given, debit).state is DebitState.SENDING
    for _ in range(5):
        given.later(timedelta(minutes=1))
    assert now(given, debit).state is DebitState.UNSENT
    assert job_state(given, debit) is JobState.ASKING
    given.stripe.before[CONFIRM] = []
    for _ in range(5):
        given.restart()
        given.later(timedelta(days=1))
    assert given.stripe.debited == []


@pytest.mark.parametrize("back", [timedelta(minutes=2), timedelta(days=10)])
def test_an_order_from_the_future_asks(given: DeskFixture, account: BankAccount, back: timedelta) -> None:
    """The clock was ahead at the order, and is right now: how old it is, nobody knows."""
    given.stripe.before[CREATE] = [limited()]
    debit = submit(given, account)
    given.clock.move(-back)
    given.restart()
    job = given.store.jobs.find(KIND, debit.id)
    assert job is not None
    given.jobs.retry_now(given.actor, job.id, action="debit.resumed")
    assert now(given, debit).state is DebitState.UNSENT
    assert given.stripe.debited == []


def test_a_clock_that_was_set_back_does_not_make_an_old_order_young(given: DeskFixture, account: BankAccount) -> None:
    given.stripe.before[CREATE] = [limited()]
    debit = submit(given, account)
    given.stripe.lead = timedelta(days=10)  # ten days pass at Stripe; here the clock was set back by as much
    given.restart()
    given.later()
    assert now(given, debit).state is DebitState.UNSENT
    assert given.stripe.debited == []


def test_an_order_of_another_process_whose_time_at_stripe_is_not_known_asks(
    given: DeskFixture, account: BankAccount
) -> None:
    given.stripe.silent = True
    given.stripe.before[CREATE] = [limited()]
    debit = submit(given, account)
    given.stripe.silent = False
    given.restart()
    given.later()
    assert now(given, debit).state is DebitState.UNSENT


def test_a_machine_that_slept_between_the_order_and_the_call_looks_first_and_asks(
    given: DeskFixture, account: BankAccount
) -> None:
    given.stripe.meanwhile[CREATE] = lambda: given.clock.move(timedelta(hours=8))  # the lid was closed
    debit = submit(given, account)
    assert debit.state is DebitState.UNSENT
    assert given.stripe.debited == []


# Confirming again.


def unsent(given: DeskFixture, account: BankAccount) -> Debit:
    given.stripe.before[CONFIRM] = [limited()]
    debit = submit(given, account)
    given.clock.move(timedelta(minutes=30))
    given.jobs.run_due()
    assert now(given, debit).state is DebitState.UNSENT
    return debit


def confirm_again(given: DeskFixture, debit: Debit, actor: Actor | None = None, **more: Any) -> Debit:
    balance = given.debits.balance(given.actor, debit.bank_account_id)
    return given.debits.confirm_again(actor or given.actor, debit.id, balance, **more)


def test_an_order_that_was_not_sent_can_be_confirmed_again(given: DeskFixture, account: BankAccount) -> None:
    debit = unsent(given, account)
    assert confirm_again(given, debit).state is DebitState.SUBMITTED
    assert [one["id"] for one in given.stripe.debited] == ["pi_1"], "the PaymentIntent of before was used"
    actions = [row.action for row in given.store.trail.read(debit.id)]
    assert actions[:3] == ["debit.submitted", "debit.sent", "debit.created"]
    assert "debit.confirmed_again" in actions
    with pytest.raises(InputError, match="decided already"):
        confirm_again(given, debit)


def test_confirming_again_asks_everything_anew(given: DeskFixture, account: BankAccount) -> None:
    debit = unsent(given, account)
    old = given.debits.balance(given.actor, account.id)
    given.clock.move(timedelta(minutes=11))
    with pytest.raises(Refused, match="older than ten minutes"):
        given.debits.confirm_again(given.actor, debit.id, old)
    given.plaid.available = 5
    with pytest.raises(Refused, match="above the available balance"):
        confirm_again(given, debit)
    given.plaid.available = 100_000
    with pytest.raises(AccessDenied):
        confirm_again(given, debit, Actor("Otto", frozenset({Role.OPS})))
    given.store.mandates.set_status(str(account.mandate_id), "inactive")
    with pytest.raises(Refused, match="not ready"):
        confirm_again(given, debit)
    assert given.stripe.debited == []


def test_confirming_again_asks_about_what_was_ordered_in_its_place(given: DeskFixture, account: BankAccount) -> None:
    debit = unsent(given, account)
    other = submit(given, account)
    with pytest.raises(Refused) as refused_:
        confirm_again(given, debit)
    assert refused_.value.code == "similar_debit"
    seen = given.debits.preview(
        given.actor,
        account.id,
        debit.amount_cents,
        debit.invoice_reference,
        given.debits.balance(given.actor, account.id),
        without=debit.id,
    )
    assert seen.similar is not None and seen.similar.id == other.id
    assert confirm_again(given, debit, similar_to=other.id).state is DebitState.SUBMITTED


def test_two_orders_that_are_confirmed_again_do_not_spend_one_balance_twice(
    given: DeskFixture, account: BankAccount
) -> None:
    given.stripe.before[CONFIRM] = [limited(), limited()]
    debits = [submit(given, account, amount, invoice_reference=str(amount)) for amount in (60_000, 40_000)]
    given.clock.move(timedelta(minutes=30))
    given.jobs.run_due()
    given.plaid.available = 90_000
    seen = given.debits.balance(given.actor, account.id)
    given.debits.confirm_again(given.actor, debits[0].id, seen)
    with pytest.raises(Refused) as refused_:
        given.debits.confirm_again(given.actor, debits[1].id, seen)
    assert refused_.value.code == "above_balance"
    assert now(given, debits[1]).state is DebitState.UNSENT


def test_an_order_that_was_not_sent_can_be_canceled_and_is_canceled_at_stripe(
    given: DeskFixture, account: BankAccount
) -> None:
    debit = unsent(given, account)
    assert given.debits.cancel(given.actor, debit.id).state is DebitState.CANCELED
    assert [one["status"] for one in given.stripe.intents] == ["canceled"]
    with pytest.raises(InputError):
        given.debits.cancel(given.actor, debit.id)


def test_an_account_made_anew_gets_a_payment_of_its_own_and_the_old_one_is_canceled(
    given: DeskFixture, account: BankAccount
) -> None:
    debit = unsent(given, account)
    given.store.accounts.edit(account.id, {"stripe_bank_account_id": "ba_new"}, given.clock.now())
    assert confirm_again(given, debit).state is DebitState.SUBMITTED
    assert [(one["payment_method"], one["status"]) for one in given.stripe.intents] == [
        ("ba_1", "canceled"),
        ("ba_new", "processing"),
    ]


def test_what_another_process_confirmed_meanwhile_counts(given: DeskFixture, account: BankAccount) -> None:
    """A copy of the file on another machine, or a process that woke up: Stripe has one PaymentIntent for both."""
    debit = unsent(given, account)
    given.stripe.confirm_payment_intent("pi_1", {}, key="another process")
    assert given.debits.cancel(given.actor, debit.id).state is DebitState.SUBMITTED
    assert len(given.stripe.debited) == 1


def test_what_was_canceled_at_stripe_is_not_sent_again(given: DeskFixture, account: BankAccount) -> None:
    given.stripe.before[CONFIRM] = [limited()]
    debit = submit(given, account)
    given.stripe.cancel_payment_intent("pi_1", key="in the Dashboard")
    given.later()
    assert now(given, debit).state is DebitState.CANCELED
    assert len(given.stripe.intents) == 1


# Restored and copied files.


def test_an_order_in_a_restored_backup_finds_what_was_sent_after_it(given: DeskFixture, account: BankAccount) -> None:
    given.stripe.before[CREATE] = [limited()]
    debit = submit(given, account)
    copy = sqlite3.connect(":memory:")
    given.store.database.handle.conn.backup(copy)
    given.later()
    assert now(given, debit).state is DebitState.SUBMITTED
    copy.backup(given.store.database.handle.conn)
    assert now(given, debit).state is DebitState.CREATED
    given.restart()
    given.later(timedelta(days=2))
    assert now(given, debit).state is DebitState.SUBMITTED
    assert len(given.stripe.intents) == len(given.stripe.debited) == 1


# What is left behind.


def test_a_leftover_payment_that_was_never_confirmed_is_canceled_when_it_is_seen(
    given: DeskFixture, account: BankAccount
) -> None:
    debit = submit(given, account)
    leftover = given.stripe.create_payment_intent(
        {"customer": "cus_1", "amount": 1099, "currency": "usd", "metadata": {"ach_desk_debit": debit.id}}, key="lost"
    )
    given.store.projection.apply("payment_intents", [{**leftover, "created": 1_790_000_000}])
    assert given.debits.cancel_strays() == 1
    assert given.stripe.intent(leftover["id"])["status"] == "canceled"
    assert given.debits.cancel_strays() == 0
    assert len(given.stripe.debited) == 1


def test_a_payment_that_a_debit_waits_for_is_no_leftover(given: DeskFixture, account: BankAccount) -> None:
    unsent(given, account)
    given.store.projection.apply("payment_intents", [{**given.stripe.intents[0], "created": 1_790_000_000}])
    assert given.debits.cancel_strays() == 0


def test_a_sync_that_reads_the_payment_ends_the_debit(given: DeskFixture, account: BankAccount) -> None:
    given.stripe.after[CONFIRM] = [lost(provider="stripe")]
    given.stripe.before[READ] = [lost(provider="stripe", maybe_done=False)]
    debit = submit(given, account)
    assert debit.state is DebitState.UNKNOWN
    given.store.projection.apply("payment_intents", [{**given.stripe.intents[0], "created": 1_790_000_000}])
    given.jobs.run_due()
    assert now(given, debit).state is DebitState.SUBMITTED


def test_a_sync_that_reads_a_late_payment_ends_an_order_that_asks(given: DeskFixture, account: BankAccount) -> None:
    debit = unsent(given, account)
    given.stripe.confirm_payment_intent("pi_1", {}, key="a process that woke up")
    given.store.projection.apply("payment_intents", [{**given.stripe.intents[0], "created": 1_790_000_000}])
    given.jobs.run_due()
    assert now(given, debit).state is DebitState.SUBMITTED


# The database holds it too.


@pytest.mark.parametrize("state", [DebitState.SUBMITTED, DebitState.REFUSED])
def test_a_debit_that_has_ended_stays_ended(given: DeskFixture, account: BankAccount, state: DebitState) -> None:
    if state is DebitState.REFUSED:
        given.stripe.before[CREATE] = [refused("bank_account_unusable", provider="stripe")]
    debit = submit(given, account)
    assert debit.state is state
    for other in set(DebitState) - {state}:
        with pytest.raises(sqlite3.IntegrityError, match="stays ended"):
            given.store.debits.set_state(debit.id, other, None)


def test_a_state_that_nobody_knows_is_not_kept(given: DeskFixture, account: BankAccount) -> None:
    given.stripe.before[CREATE] = [limited()]
    submit(given, account)
    with pytest.raises(sqlite3.IntegrityError, match="CHECK"):
        given.store.database.handle.execute("UPDATE debit SET state = 'nonsense'")


@pytest.mark.parametrize(
    ("intent", "verdict"),
    [
        ({"status": "requires_confirmation"}, Verdict.UNCONFIRMED),
        ({"status": "requires_payment_method"}, Verdict.UNCONFIRMED),
        ({"status": "requires_payment_method", "latest_charge": "py_1"}, Verdict.FAILED),
        ({"status": "requires_payment_method", "last_payment_error": {"code": "x"}}, Verdict.FAILED),
        ({"status": "requires_action"}, Verdict.CONFIRMED),
        ({"status": "processing"}, Verdict.CONFIRMED),
        ({"status": "succeeded"}, Verdict.CONFIRMED),
        ({"status": "requires_capture"}, Verdict.CONFIRMED),
        ({"status": "something_new"}, Verdict.CONFIRMED),
        ({}, Verdict.CONFIRMED),
        ({"status": "canceled"}, Verdict.CANCELED),
        ({"status": "canceled", "latest_charge": "py_1"}, Verdict.CANCELED),
    ],
)
def test_what_a_payment_intent_says_of_the_money(intent: dict[str, Any], verdict: Verdict) -> None:
    assert judge(intent) is verdict


def test_an_order_that_takes_longer_than_a_minute_is_listed(given: DeskFixture, account: BankAccount) -> None:
    given.stripe.before[CREATE] = [Killed()]
    with pytest.raises(Killed):
        submit(given, account)
    assert given.debits.attention(given.actor) == []
    given.clock.move(timedelta(seconds=61))
    assert [one.id for one in given.debits.attention(given.actor)] == [only(given).id]


def test_what_an_order_that_was_not_sent_asks(given: DeskFixture, account: BankAccount) -> None:
    job = given.store.jobs.find(KIND, unsent(given, account).id)
    assert job is not None and job.question == CONFIRM_AGAIN


# The payments table.


def shown(given: DeskFixture) -> list[tuple[str, int, str | None]]:
    query = "SELECT state, amount, reason FROM payment ORDER BY id"
    return [(row["state"], row["amount"], row["reason"]) for row in given.store.database.handle.query(query)]


def sync(given: DeskFixture) -> None:
    intents = [{**one, "created": 1_790_000_000} for one in given.stripe.intents]
    given.store.projection.apply("payment_intents", intents)


def test_each_order_is_one_row_of_the_payments_whatever_stripe_lists_of_it(
    given: DeskFixture, account: BankAccount
) -> None:
    debit = unsent(given, account)
    assert shown(given) == [("unsent", 1099, None)]
    sync(given)
    assert shown(given) == [("unsent", 1099, None)], "not as a PaymentIntent that somebody should finish at Stripe"
    given.store.accounts.edit(account.id, {"stripe_bank_account_id": "ba_new"}, given.clock.now())
    confirm_again(given, debit)
    assert [state for state, _, _ in shown(given)] == ["sending"]
    sync(given)
    assert [(state, amount) for state, amount, _ in shown(given)] == [("submitted", 1099)]


def test_a_refused_order_says_why_in_the_payments_table(given: DeskFixture, account: BankAccount) -> None:
    given.stripe.before[CONFIRM] = [refused("bank_account_unusable", provider="stripe")]
    submit(given, account)
    sync(given)
    assert shown(given) == [("failed", 1099, "bank_account_unusable")]


def test_a_canceled_order_is_canceled_in_the_payments_table(given: DeskFixture, account: BankAccount) -> None:
    given.debits.cancel(given.actor, unsent(given, account).id)
    sync(given)
    assert [(state, amount) for state, amount, _ in shown(given)] == [("canceled", 1099)]


def test_a_large_order_that_was_not_sent_asks_for_proof_again(given: DeskFixture, account: BankAccount) -> None:
    given.plaid.available = 500_000
    given.stripe.before[CONFIRM] = [limited()]
    proved = replace(given.actor, proved_until=given.clock.real() + timedelta(hours=2))
    order = order_for(given, account, 100_001)
    debit = given.debits.submit(proved, order)
    given.later(timedelta(minutes=30))
    assert now(given, debit).state is DebitState.UNSENT
    with pytest.raises(AccessDenied) as refused_to:
        confirm_again(given, debit, replace(given.actor, proved_until=None))
    assert refused_to.value.code == "proof"
    assert confirm_again(given, debit, proved).state is DebitState.SUBMITTED


def test_the_balance_is_asked_for_also_where_stripe_does_not_say_its_time(
    given: DeskFixture, account: BankAccount
) -> None:
    given.stripe.silent = True
    given.stripe.before["server_time"] = [lost(provider="stripe", maybe_done=False)]
    assert given.debits.balance(given.actor, account.id).available_cents == 100_000


def test_a_debit_of_an_earlier_version_that_has_ended_needs_no_job(given: DeskFixture, account: BankAccount) -> None:
    debit = submit(given, account)
    for table in ("job_try", "job_call", "job"):
        given.store.database.handle.execute(f"DELETE FROM {table}")
    assert given.debits.resume(given.actor, debit.id).state is DebitState.SUBMITTED

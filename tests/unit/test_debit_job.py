"""One order, one movement of money: what a debit's job does when answers are lost, refused, late or come twice."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dashboard.debits.job import KIND
from dashboard.domain.errors import ProviderError
from dashboard.domain.jobs import TryOutcome
from dashboard.domain.models import BankAccount, DebitState
from tests.unit.debit_orders import CONFIRM, CREATE, READ, account, denied, limited, now, only
from tests.unit.desk_fixture import DeskFixture
from tests.unit.fakes import Killed, lost, refused
from tests.unit.test_debits import submit

__all__ = ["account"]  # a fixture


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

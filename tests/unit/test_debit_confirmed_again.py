"""An order that grew old is not sent by itself: it asks, and a person confirms it again or cancels it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from dashboard.debits.job import CONFIRM_AGAIN, KIND
from dashboard.domain.errors import AccessDenied, InputError, Refused
from dashboard.domain.jobs import JobState
from dashboard.domain.models import Actor, BankAccount, DebitState, Role
from tests.unit.debit_orders import CONFIRM, CREATE, account, confirm_again, job_state, limited, now, unsent
from tests.unit.desk_fixture import DeskFixture
from tests.unit.fakes import lost
from tests.unit.test_debits import order_for, submit

__all__ = ["account"]  # a fixture


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


def test_what_an_order_that_was_not_sent_asks(given: DeskFixture, account: BankAccount) -> None:
    job = given.store.jobs.find(KIND, unsent(given, account).id)
    assert job is not None and job.question == CONFIRM_AGAIN


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

"""What the database, the sync and the payments table hold of an order, also of one that was left behind."""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from typing import Any

import pytest

from dashboard.debits.intents import Verdict, judge
from dashboard.domain.models import BankAccount, DebitState
from tests.unit.debit_orders import CONFIRM, CREATE, READ, account, confirm_again, limited, now, only, unsent
from tests.unit.desk_fixture import DeskFixture
from tests.unit.fakes import Killed, lost, refused
from tests.unit.test_debits import submit

__all__ = ["account"]  # a fixture


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


def test_a_debit_of_an_earlier_version_that_has_ended_needs_no_job(given: DeskFixture, account: BankAccount) -> None:
    debit = submit(given, account)
    for table in ("job_try", "job_call", "job"):
        given.store.database.handle.execute(f"DELETE FROM {table}")
    assert given.debits.resume(given.actor, debit.id).state is DebitState.SUBMITTED

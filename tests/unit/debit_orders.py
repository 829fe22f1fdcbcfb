"""Debits at an account that is linked, and how tests order, confirm and look at them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from dashboard.debits.job import KIND
from dashboard.domain.errors import ProviderDenied, ProviderError, ProviderLimited
from dashboard.domain.jobs import JobState
from dashboard.domain.models import Actor, BankAccount, Debit, DebitState
from tests.unit.desk_fixture import DeskFixture
from tests.unit.test_debits import submit

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

"""A PaymentIntent of ours that no debit waits for is canceled once, whatever became of it meanwhile."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from dashboard.debits.strays import STRAY
from dashboard.domain.jobs import Job, JobState
from dashboard.domain.models import Actor
from tests.unit.desk_fixture import DeskFixture
from tests.unit.fakes import lost, refused

CANCEL = "cancel_payment_intent"


@pytest.fixture
def stray(given: DeskFixture) -> dict[str, Any]:
    body = {"customer": "cus_1", "amount": 1_099, "currency": "usd", "metadata": {"ach_desk_debit": "debit_1"}}
    return given.stripe.create_payment_intent(body, key="lost")


def order(given: DeskFixture, intent_id: str) -> Job:
    job = given.jobs.order(STRAY, intent_id, Actor.system(), step="cancel", action="stray.ordered", debit="debit_1")
    assert job is not None
    given.jobs.start(job.id)
    return now(given, job)


def now(given: DeskFixture, job: Job) -> Job:
    found = given.store.jobs.get(job.id)
    assert found is not None
    return found


def test_one_that_was_never_confirmed_is_canceled(given: DeskFixture, stray: dict[str, Any]) -> None:
    job = order(given, stray["id"])
    assert job.state is JobState.DONE
    assert given.stripe.intent(stray["id"])["status"] == "canceled"
    assert "stray.canceled" in [row.action for row in given.store.trail.read()]


@pytest.mark.parametrize("status", ["processing", "succeeded", "canceled", "requires_action"])
def test_one_that_moves_money_or_was_canceled_is_left_as_it_is(
    given: DeskFixture, stray: dict[str, Any], status: str
) -> None:
    given.stripe.intent(stray["id"])["status"] = status
    assert order(given, stray["id"]).state is JobState.DONE
    assert given.stripe.intent(stray["id"])["status"] == status
    assert given.stripe.calls[CANCEL] == 0


def test_one_that_stripe_does_not_know_is_done(given: DeskFixture) -> None:
    assert order(given, "pi_nobody").state is JobState.DONE
    assert given.stripe.calls[CANCEL] == 0


def test_a_refusal_for_another_reason_is_not_taken_for_done(given: DeskFixture, stray: dict[str, Any]) -> None:
    given.stripe.before[CANCEL] = [refused("payment_intent_unexpected_state", provider="stripe")]
    job = order(given, stray["id"])
    assert job.state is JobState.FAILED and job.problem is not None
    assert given.stripe.intent(stray["id"])["status"] == "requires_confirmation"
    assert "stray.canceled" not in [row.action for row in given.store.trail.read()]


def test_a_lost_answer_is_asked_for_again_until_it_is_canceled(given: DeskFixture, stray: dict[str, Any]) -> None:
    given.stripe.after[CANCEL] = [lost(provider="stripe")]
    job = order(given, stray["id"])
    assert job.state is JobState.BLOCKED
    given.later(timedelta(minutes=5))
    assert now(given, job).state is JobState.DONE
    assert given.stripe.intent(stray["id"])["status"] == "canceled"


def test_two_that_are_canceled_at_once_have_a_key_each(given: DeskFixture) -> None:
    made = [given.stripe.create_payment_intent({"amount": 1, "currency": "usd"}, key=key) for key in ("a", "b")]
    assert [order(given, one["id"]).state for one in made] == [JobState.DONE, JobState.DONE]
    keys = [key for key, kept in given.stripe.kept.items() if kept[1] in [one["id"] for one in made]]
    assert len(keys) == 2 and all(re.fullmatch("key_[0-9a-f]+", key) for key in keys)


def test_it_is_listed_by_the_payments_id(given: DeskFixture, stray: dict[str, Any]) -> None:
    given.stripe.before[CANCEL] = [refused("payment_intent_unexpected_state", provider="stripe")]
    job = order(given, stray["id"])
    assert given.jobs.kinds[STRAY].title(job) == f"Cancel the leftover PaymentIntent {stray['id']}"

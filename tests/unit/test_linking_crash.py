"""Linking interrupted at each call, before and after its effect: nothing is lost, nothing happens twice."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest

from dashboard.domain.errors import Refused
from dashboard.domain.models import AttemptState, DebitOrder, Purpose
from dashboard.jobs.leases import LEASE, is_dead, new_owner
from dashboard.linking.questions import KIND
from tests.unit.desk_fixture import DeskFixture
from tests.unit.fakes import Killed, lost

STRIPE = ["create_customer", "attach_source", "set_holder", "create_setup_intent", "read_mandate"]


def check_once(given: DeskFixture) -> None:
    """Exactly one of everything, and a trail that is whole."""
    assert len(given.plaid.spent) == 1
    assert len(given.stripe.customers) == 1
    assert sum(len(owned) for owned in given.stripe.sources.values()) == 1
    assert len(given.stripe.setup_intents) == 1
    assert len(given.desk.accounts(given.actor)) == 1
    assert given.store.trail.verify() == []
    assert given.store.database.check_integrity() == []


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("call", ["make_stripe_token", *STRIPE])
def test_a_process_that_dies_at_a_call_goes_on_after_its_restart(given: DeskFixture, call: str, when: str) -> None:
    fake = given.stripe if call in STRIPE else given.plaid
    getattr(fake, when)[call] = [Killed()]
    with pytest.raises(Killed):
        given.link()
    given.restart()
    given.jobs.run_due()
    (attempt,) = given.desk.recent(given.actor)
    assert (attempt.state, attempt.problem) == (AttemptState.AUTHORIZED, None)
    check_once(given)


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_process_that_dies_at_the_exchange_leaves_a_visible_unknown(given: DeskFixture, when: str) -> None:
    getattr(given.plaid, when)["exchange"] = [Killed()]
    with pytest.raises(Killed):
        given.link()
    given.restart()
    given.jobs.run_due()
    assert [one.state for one in given.desk.attention(given.actor)] == [AttemptState.UNKNOWN]
    assert given.plaid.calls["exchange"] == 1


def test_a_process_that_dies_before_the_exchange_goes_on_where_plaid_kept_the_session(given: DeskFixture) -> None:
    given.plaid.keep_session("public-sandbox-1")
    given.plaid.before["exchange"] = [Killed()]
    with pytest.raises(Killed):
        given.link()
    given.restart()
    given.jobs.run_due()
    assert given.desk.recent(given.actor)[0].state is AttemptState.AUTHORIZED
    check_once(given)


def test_a_process_that_dies_between_claim_and_exchange_goes_on(given: DeskFixture) -> None:
    opening = given.desk.open(given.actor, given.customer.id)
    attempt = given.store.attempts.get(opening.attempt_id)
    assert attempt is not None
    given.desk._claims.claim(given.actor, attempt, given.outcome(), {})
    assert given.get(attempt).working
    given.restart()
    given.jobs.run_due()
    assert given.get(attempt).state is AttemptState.AUTHORIZED
    check_once(given)


@pytest.mark.parametrize("saved", [False, True], ids=["answer lost", "saved 500 that replays"])
@pytest.mark.parametrize("call", STRIPE)
def test_a_lost_answer_of_stripe_is_looked_into_by_itself(given: DeskFixture, call: str, saved: bool) -> None:
    given.stripe.save_failures = saved
    given.stripe.after[call] = [lost(provider="stripe")]
    attempt = given.link()
    if call in {"set_holder", "read_mandate"}:  # repeated later; what is made is looked for at once
        assert not attempt.state.is_final
        assert attempt.problem is not None
        given.later()
    assert given.get(attempt).state is AttemptState.AUTHORIZED
    check_once(given)


@pytest.mark.parametrize("call", STRIPE)
def test_a_day_later_what_was_made_is_found_and_not_made_anew(given: DeskFixture, call: str) -> None:
    given.stripe.after[call] = [lost(provider="stripe")]
    attempt = given.link()
    given.later(timedelta(days=3))
    assert given.get(attempt).state is AttemptState.AUTHORIZED
    check_once(given)


def test_two_workers_do_not_run_the_same_attempt(given: DeskFixture) -> None:
    opening = given.desk.open(given.actor, given.customer.id)
    now = given.clock.real()
    attempt = given.store.attempts.get(opening.attempt_id)
    assert attempt is not None
    given.desk._claims.claim(given.actor, attempt, given.outcome(), {})
    job = given.store.jobs.find(KIND, attempt.id)
    assert job is not None
    assert given.store.jobs.acquire(job.id, new_owner(), now, now + LEASE)
    given.jobs.start(job.id)
    attempt = given.get(attempt)
    assert (attempt.state, attempt.working) == (AttemptState.RECEIVED, True)
    assert given.plaid.calls["exchange"] == 0
    given.later(LEASE + timedelta(seconds=1))
    assert given.get(attempt).state is AttemptState.AUTHORIZED


def test_the_tokens_of_an_exchange_are_kept_even_where_the_lease_was_lost(given: DeskFixture) -> None:
    exchange = given.plaid.exchange

    def slow(*args: object) -> object:
        given.store.database.handle.execute("UPDATE job SET lease_owner = 'another'")
        return exchange(*args)  # type: ignore[arg-type]  # passed on as they came

    given.plaid.exchange = slow  # type: ignore[method-assign,assignment]  # the fake is ours to slow down
    attempt = given.link()
    assert attempt.state is AttemptState.RECEIVED
    assert given.store.items.access_token(str(attempt.item_id)).reveal() == "access-sandbox-1"
    given.later(LEASE + timedelta(seconds=1))
    assert given.get(attempt).state is AttemptState.AUTHORIZED
    assert given.plaid.calls["exchange"] == 1


def test_a_lease_of_a_process_that_is_gone_is_known_to_be_dead() -> None:
    ours = new_owner()
    host, pid, process, run = ours.split("/")
    assert not is_dead(ours)
    assert not is_dead(None)
    assert not is_dead("nonsense")
    assert is_dead(f"{host}/{pid}/another/{run}")
    assert is_dead(f"{host}/{2**22 + 1}/{process}/{run}")
    assert not is_dead(f"elsewhere/{2**22 + 1}/{process}/{run}")


def test_two_tabs_that_report_at_the_same_moment_exchange_once(given: DeskFixture) -> None:
    opening = given.desk.open(given.actor, given.customer.id)
    outcome, failures = given.outcome(), []

    def report() -> None:
        try:
            given.desk.report(given.actor, opening.attempt_id, outcome, {})
        except Exception as error:  # a thread has nobody to raise to
            failures.append(error)

    run_together(report, 6)
    assert failures == []
    assert given.desk.get(given.actor, opening.attempt_id).state is AttemptState.AUTHORIZED
    check_once(given)


def test_a_form_that_is_sent_by_many_threads_at_once_is_one_debit(given: DeskFixture) -> None:
    account = str(given.link().bank_account_id)
    balance = given.debits.balance(given.actor, account)
    order = DebitOrder(given.debits.ticket(), account, 1099, "INV-1", Purpose.GOODS, balance)
    sent: list[str] = []
    run_together(lambda: sent.append(given.debits.submit(given.actor, order).id), 6)
    assert len(sent) == 6
    assert len(set(sent)) == 1
    assert len(given.stripe.intents) == 1


def run_together(work: Callable[[], None], count: int) -> None:
    """Run it on several threads that start at the same moment."""
    gate = threading.Barrier(count)

    def wait_and_work() -> None:
        gate.wait()
        work()

    threads = [threading.Thread(target=wait_and_work) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_a_reload_opens_the_same_link_again_until_it_is_over(given: DeskFixture) -> None:
    opening = given.desk.open(given.actor, given.customer.id)
    again = given.desk.opening(given.actor, opening.attempt_id)
    assert (again.config, again.attempt_id) == (opening.config, opening.attempt_id)
    given.clock.move(timedelta(hours=5))
    with pytest.raises(Refused):
        given.desk.opening(given.actor, opening.attempt_id)
    with pytest.raises(Refused):
        given.desk.opening(given.actor, "link_unknown")

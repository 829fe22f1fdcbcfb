"""Onboarding interrupted at each call, before and after its effect: nothing is lost, nothing happens twice."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest

from dashboard.errors import Refused
from dashboard.leases import is_dead, new_owner
from dashboard.models import AttemptState, DebitOrder, Purpose
from tests.unit.fakes import Killed, lost
from tests.unit.worlds import World

STRIPE = ["create_customer", "attach_source", "set_holder", "create_setup_intent", "read_mandate"]


def check_once(world: World) -> None:
    """Exactly one of everything, and a trail that is whole."""
    assert len(world.plaid.spent) == 1
    assert len(world.stripe.customers) == 1
    assert sum(len(owned) for owned in world.stripe.sources.values()) == 1
    assert len(world.stripe.setup_intents) == 1
    assert len(world.desk.accounts(world.actor)) == 1
    assert world.store.trail.verify() == []
    assert world.store.database.check_integrity() == []


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("call", ["make_stripe_token", *STRIPE])
def test_a_process_that_dies_at_a_call_goes_on_after_its_restart(world: World, call: str, when: str) -> None:
    fake = world.stripe if call in STRIPE else world.plaid
    getattr(fake, when)[call] = [Killed()]
    with pytest.raises(Killed):
        world.link()
    world.restart().resume_all()
    (attempt,) = world.desk.recent(world.actor)
    assert (attempt.state, attempt.problem) == (AttemptState.AUTHORIZED, None)
    check_once(world)


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_process_that_dies_at_the_exchange_leaves_a_visible_unknown(world: World, when: str) -> None:
    getattr(world.plaid, when)["exchange"] = [Killed()]
    with pytest.raises(Killed):
        world.link()
    world.restart().resume_all()
    assert [one.state for one in world.desk.attention(world.actor)] == [AttemptState.UNKNOWN]
    assert world.plaid.calls["exchange"] == 1


def test_a_process_that_dies_before_the_exchange_goes_on_where_plaid_kept_the_session(world: World) -> None:
    world.plaid.keep_session("public-sandbox-1")
    world.plaid.before["exchange"] = [Killed()]
    with pytest.raises(Killed):
        world.link()
    world.restart().resume_all()
    assert world.desk.recent(world.actor)[0].state is AttemptState.AUTHORIZED
    check_once(world)


def test_a_process_that_dies_between_claim_and_exchange_goes_on(world: World) -> None:
    opening = world.desk.open(world.actor, world.customer.id)
    attempt = world.store.attempts.get(opening.attempt_id)
    assert attempt is not None
    world.desk._claims.claim(world.actor, attempt, world.outcome(), {})
    assert world.get(attempt).working
    world.restart().resume_all()
    assert world.get(attempt).state is AttemptState.AUTHORIZED
    check_once(world)


@pytest.mark.parametrize("saved", [False, True], ids=["answer lost", "saved 500 that replays"])
@pytest.mark.parametrize("call", STRIPE)
def test_a_lost_answer_of_stripe_is_resumed(world: World, call: str, saved: bool) -> None:
    world.stripe.save_failures = saved
    world.stripe.after[call] = [lost(provider="stripe")]
    attempt = world.link()
    assert not attempt.state.is_final
    assert attempt.problem is not None
    for _ in range(3):  # a replayed failure takes a look, and a new bank token where none was found
        if attempt.state is not AttemptState.AUTHORIZED:
            attempt = world.desk.resume(world.actor, attempt.id)
    assert attempt.state is AttemptState.AUTHORIZED
    check_once(world)


@pytest.mark.parametrize("call", STRIPE)
def test_a_day_later_what_was_made_is_found_and_not_made_anew(world: World, call: str) -> None:
    world.stripe.after[call] = [lost(provider="stripe")]
    attempt = world.link()
    world.clock.move(timedelta(days=3))
    for _ in range(2):
        attempt = world.desk.resume(world.actor, attempt.id)
    assert attempt.state is AttemptState.AUTHORIZED
    check_once(world)


def test_two_workers_do_not_run_the_same_attempt(world: World) -> None:
    opening = world.desk.open(world.actor, world.customer.id)
    now = world.clock.real()
    assert world.store.attempts.take(opening.attempt_id, new_owner(), now, now + timedelta(seconds=180))
    attempt = world.desk.report(world.actor, opening.attempt_id, world.outcome(), {})
    assert (attempt.state, attempt.working) == (AttemptState.RECEIVED, True)
    assert world.plaid.calls["exchange"] == 0
    world.clock.move(timedelta(seconds=181))
    world.get(attempt)
    assert world.get(attempt).state is AttemptState.AUTHORIZED


def test_the_tokens_of_an_exchange_are_kept_even_where_the_lease_was_lost(world: World) -> None:
    exchange = world.plaid.exchange

    def slow(*args: object) -> object:
        world.store.database.handle.execute("UPDATE link_attempt SET lease_owner = 'another'")
        return exchange(*args)  # type: ignore[arg-type]  # passed on as they came

    world.plaid.exchange = slow  # type: ignore[method-assign,assignment]  # the fake is ours to slow down
    attempt = world.link()
    assert attempt.state is AttemptState.EXCHANGED
    assert world.store.items.access_token(str(attempt.item_id)).reveal() == "access-sandbox-1"


def test_a_lease_of_a_process_that_is_gone_is_known_to_be_dead() -> None:
    ours = new_owner()
    host, pid, process, run = ours.split("/")
    assert not is_dead(ours)
    assert not is_dead(None)
    assert not is_dead("nonsense")
    assert is_dead(f"{host}/{pid}/another/{run}")
    assert is_dead(f"{host}/{2**22 + 1}/{process}/{run}")
    assert not is_dead(f"elsewhere/{2**22 + 1}/{process}/{run}")


def test_two_tabs_that_report_at_the_same_moment_exchange_once(world: World) -> None:
    opening = world.desk.open(world.actor, world.customer.id)
    outcome, failures = world.outcome(), []

    def report() -> None:
        try:
            world.desk.report(world.actor, opening.attempt_id, outcome, {})
        except Exception as error:  # a thread has nobody to raise to
            failures.append(error)

    run_together(report, 6)
    assert failures == []
    assert world.desk.get(world.actor, opening.attempt_id).state is AttemptState.AUTHORIZED
    check_once(world)


def test_a_form_that_is_sent_by_many_threads_at_once_is_one_debit(world: World) -> None:
    account = str(world.link().bank_account_id)
    balance = world.debits.balance(world.actor, account)
    order = DebitOrder(world.debits.ticket(), account, 1099, "INV-1", Purpose.GOODS, balance)
    sent: list[str] = []
    run_together(lambda: sent.append(world.debits.submit(world.actor, order).id), 6)
    assert len(sent) == 6
    assert len(set(sent)) == 1
    assert len(world.stripe.intents) == 1


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


def test_a_reload_opens_the_same_link_again_until_it_is_over(world: World) -> None:
    opening = world.desk.open(world.actor, world.customer.id)
    again = world.desk.opening(world.actor, opening.attempt_id)
    assert (again.config, again.attempt_id) == (opening.config, opening.attempt_id)
    world.clock.move(timedelta(hours=5))
    with pytest.raises(Refused):
        world.desk.opening(world.actor, opening.attempt_id)
    with pytest.raises(Refused):
        world.desk.opening(world.actor, "link_unknown")

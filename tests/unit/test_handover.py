"""A device in a customer's hands may do nothing but that customer's own steps, until the operator's PIN."""

from __future__ import annotations

import string
from dataclasses import fields, replace
from datetime import timedelta

import pytest

from dashboard.domain.errors import AccessDenied, InputError, Refused
from dashboard.domain.models import Actor, AttemptState, Role
from dashboard.messages.customer_screens import ENGLISH, SPANISH, WORDS, Language
from dashboard.staff.access import Permission, can, require
from dashboard.staff.sign_in import PIN_LOCK, PIN_TRIES
from dashboard.store.linking.handovers import Ending
from tests.unit.handed_counter import DEVICE, FACTS, PIN, Counter, counter

__all__ = ["counter"]  # a fixture


def test_the_pin_is_typed_once_a_shift_to_hand_over_and_each_time_to_take_back(counter: Counter) -> None:
    handover, clock, customer = counter.handover, counter.fixture.clock, counter.fixture.customer.id
    assert handover.typed_pin_at(counter.actor) is None
    counter.lock()
    with pytest.raises(AccessDenied):
        handover.release(DEVICE, "")
    for _ in range(2):
        handover.release(DEVICE, PIN)
        clock.move(timedelta(hours=5))
        handover.lock(counter.actor, customer)
    handover.release(DEVICE, PIN)
    clock.move(timedelta(hours=2))
    with pytest.raises(AccessDenied):  # twelve hours after it was typed, however often the device went since
        handover.lock(counter.actor, customer)
    handover.lock(counter.actor, customer, PIN)


def test_a_pin_typed_at_another_device_by_another_person_or_in_another_visit_does_not_count(counter: Counter) -> None:
    counter.lock()
    counter.handover.release(DEVICE, PIN)
    assert counter.handover.typed_pin_at(counter.actor)
    typed = counter.actor
    for other in (
        replace(typed, device="e" * 64),
        replace(typed, visit="another"),
        replace(typed, name="ben@example.com"),
    ):
        assert counter.handover.typed_pin_at(other) is None, other


def test_a_pin_that_is_typed_though_it_need_not_be_must_still_fit(counter: Counter) -> None:
    counter.lock()
    counter.handover.release(DEVICE, PIN)
    with pytest.raises(AccessDenied):
        counter.handover.lock(counter.actor, counter.fixture.customer.id, "000111")


def test_an_actor_that_a_page_kept_may_do_nothing_once_the_device_is_handed_over(counter: Counter) -> None:
    assert can(counter.actor, Permission.VIEW_PAYMENTS)
    counter.lock()
    for permission in Permission:
        assert can(counter.actor, permission) is (permission is Permission.OWN_STEP), permission
    with pytest.raises(AccessDenied) as denied:
        require(counter.actor, Permission.VIEW_CUSTOMERS)
    assert denied.value.code == "device_held"


def test_the_customers_step_is_nobodys_at_a_device_that_was_not_handed_over(counter: Counter) -> None:
    for role in Role:
        assert not can(Actor("Ann", frozenset({role}), device=DEVICE), Permission.OWN_STEP)
    with pytest.raises(AccessDenied):
        counter.handover.step(counter.actor)


def test_every_use_case_of_the_staff_refuses_a_held_device(counter: Counter) -> None:
    given = counter.fixture
    attempt = given.link()
    counter.lock()
    for act in (
        lambda: given.desk.get(counter.actor, attempt.id),
        lambda: given.desk.open(counter.actor, given.customer.id),
        lambda: given.desk.accounts(counter.actor),
        lambda: given.debits.recent(counter.actor),
        lambda: given.debits.balance(counter.actor, str(attempt.bank_account_id)),
        lambda: counter.handover.held(counter.actor),
        lambda: counter.handover.lock(counter.actor, given.customer.id, PIN),
    ):
        with pytest.raises(AccessDenied):
            act()


def test_the_customer_goes_from_the_authorization_to_the_account_at_a_held_device(counter: Counter) -> None:
    counter.lock(Language.SPANISH)
    step = counter.handover.step(counter.actor)
    assert (step.attempt, step.customer.name) == (None, "Jenny Rosen")
    text = counter.handover.text(counter.actor)
    assert "autoriza a Acme Payments" in text
    counter.handover.agree(counter.actor, FACTS)
    counter.handover.agree(counter.actor, FACTS)
    assert len(counter.fixture.desk.recent(counter.fixture.actor)) == 1, "agreeing twice is agreeing once"
    counter.handover.report(counter.actor, counter.fixture.outcome(), {"ip_address": "198.51.100.1", "user_agent": "x"})
    attempt = counter.handover.step(counter.actor).attempt
    assert attempt is not None
    assert attempt.state is AttemptState.AUTHORIZED
    account = counter.handover.account(counter.actor)
    assert account is not None
    (mandate,) = counter.fixture.store.mandates.list(account.id)
    assert mandate.text == text, "word for word as it was read"
    acceptance = counter.fixture.stripe.setup_intents[0]["mandate_data"]["customer_acceptance"]
    assert acceptance["type"] == "online"
    assert acceptance["online"] == {"ip_address": FACTS["ip_address"], "user_agent": FACTS["user_agent"]}
    assert acceptance["accepted_at"] == int(counter.fixture.clock.now().timestamp())


def test_a_held_device_reaches_its_own_customers_attempt_alone(counter: Counter) -> None:
    other = counter.fixture.link()
    counter.lock()
    assert counter.handover.step(counter.actor).attempt is None
    assert counter.handover.account(counter.actor) is None
    with pytest.raises(Refused):
        counter.handover.opening(counter.actor)
    with pytest.raises(Refused):
        counter.handover.choose(counter.actor, other.account_id or "")


def test_closing_link_lets_the_customer_try_again_under_what_they_accepted(counter: Counter) -> None:
    counter.lock()
    counter.handover.agree(counter.actor, FACTS)
    first = counter.handover.step(counter.actor).attempt
    counter.handover.report(counter.actor, {"id": "session-1:exit", "kind": "exit", "metadata": {}}, {})
    step = counter.handover.step(counter.actor)
    assert step.attempt is not None
    assert step.attempt.state is AttemptState.EXITED
    counter.handover.again(counter.actor)
    second = counter.handover.step(counter.actor).attempt
    assert first is not None
    assert second is not None
    assert second.id != first.id
    accepted = counter.fixture.store.acceptances
    assert accepted.get(second.id) == accepted.get(first.id)


def test_only_the_pin_takes_the_device_back_and_it_is_kept_hashed(counter: Counter) -> None:
    counter.lock()
    with pytest.raises(AccessDenied):
        counter.handover.release(DEVICE, "111213")
    assert counter.handover.find(DEVICE)
    lock = counter.handover.release(DEVICE, PIN)
    assert lock.customer_id == counter.fixture.customer.id
    assert can(counter.actor, Permission.VIEW_CUSTOMERS)
    kept = list(counter.fixture.store.database.handle.query("SELECT * FROM pin"))
    assert PIN not in str(kept)


def test_wrong_pins_are_limited(counter: Counter) -> None:
    counter.lock()
    for _ in range(PIN_TRIES):
        with pytest.raises(AccessDenied):
            counter.handover.release(DEVICE, "999111")
    with pytest.raises(AccessDenied) as locked:
        counter.handover.release(DEVICE, PIN)
    assert "locked" in locked.value.what
    counter.fixture.clock.move(PIN_LOCK)
    counter.handover.release(DEVICE, PIN)


def test_handing_over_needs_the_pin_that_is_set_and_a_browser_that_can_be_known(counter: Counter) -> None:
    with pytest.raises(InputError):
        counter.handover.lock(counter.actor, counter.fixture.customer.id, "1234")
    counter.lock()
    counter.handover.release(DEVICE, PIN)
    with pytest.raises(AccessDenied):
        counter.handover.lock(counter.actor, counter.fixture.customer.id, "717273")
    with pytest.raises(Refused) as refused:
        counter.handover.lock(replace(counter.actor, device=""), counter.fixture.customer.id, PIN)
    assert refused.value.code == "no_device"
    assert counter.handover.find(DEVICE) is None


def test_the_lock_survives_a_restart_and_holds_one_device_alone(counter: Counter) -> None:
    counter.lock()
    counter.fixture.restart()
    again = Counter(counter.fixture)
    assert again.handover.find(DEVICE)
    assert not can(again.actor, Permission.VIEW_PAYMENTS)
    assert can(again.handover.bind(counter.fixture.actor, "e" * 64), Permission.VIEW_PAYMENTS)


def test_an_ended_step_stays_ended_and_is_written_down(counter: Counter) -> None:
    counter.lock()
    counter.handover.end(counter.actor, Ending.IDLE)
    counter.handover.end(counter.actor, Ending.DONE)
    lock = counter.handover.find(DEVICE)
    assert lock is not None
    assert lock.ending is Ending.IDLE
    counter.handover.release(DEVICE, PIN)
    actions = [row.action for row in counter.fixture.store.trail.read(lock.id)]
    assert actions == ["handover.released", "handover.idle", "handover.locked"]


def test_an_administrator_frees_a_device_whose_pin_is_forgotten(counter: Counter) -> None:
    counter.lock()
    admin = Actor("Ada", frozenset({Role.ADMIN}))
    (lock,) = counter.handover.held(admin)
    with pytest.raises(AccessDenied):
        counter.handover.free(Actor("Otto", frozenset({Role.OPS})), lock.id)
    counter.handover.free(admin, lock.id)
    assert counter.handover.find(DEVICE) is None


@pytest.mark.parametrize("name", [one.name for one in fields(ENGLISH)])
def test_each_text_is_there_in_both_languages_with_the_same_blanks(name: str) -> None:
    english, spanish = getattr(ENGLISH, name), getattr(SPANISH, name)
    assert english.strip()
    assert spanish.strip()
    blanks = [{part[1] for part in string.Formatter().parse(text) if part[1]} for text in (english, spanish)]
    assert blanks[0] == blanks[1]
    assert english != spanish or name == "pin"


def test_each_language_has_its_words() -> None:
    assert set(WORDS) == set(Language)

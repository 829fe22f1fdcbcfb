"""An authorization is kept word for word, copied for the customer, and ends every debit when it is taken back."""

from __future__ import annotations

import re
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from dashboard.access import Permission, can
from dashboard.customer_words import Language
from dashboard.errors import AccessDenied, InputError, Refused
from dashboard.mandates import KEPT_AFTER_REVOCATION, Mandates
from dashboard.models import Actor, AttemptState, DebitOrder, DebitState, Purpose, Role
from dashboard.onboarding.authorization import OFFLINE, ONLINE
from dashboard.ui.authorization_copy import name_copy, write_copy
from tests.unit.fakes import lost
from tests.unit.worlds import World

FACTS = {"ip_address": "203.0.113.9", "user_agent": "Mozilla/5.0 (Tablet)", "screen": "820x1180@2"}
ZONE = ZoneInfo("America/New_York")


@pytest.fixture
def mandates(world: World) -> Mandates:
    return Mandates(world.store, world.clock, world.settings)


def link(world: World, how: str = ONLINE, language: Language = Language.ENGLISH, address: str = "203.0.113.9") -> str:
    facts = {**FACTS, "ip_address": address}
    accepted = world.desk.accept(world.actor, world.customer.id, how, facts, language)
    world.clock.move(timedelta(minutes=3))  # Link takes a while
    opening = world.desk.open(world.actor, world.customer.id, accepted=accepted)
    attempt = world.desk.report(world.actor, opening.attempt_id, world.outcome(), {"user_agent": "another"})
    assert attempt.state is AttemptState.AUTHORIZED
    return str(attempt.bank_account_id)


def order(world: World, account: str) -> DebitOrder:
    balance = world.debits.balance(world.actor, account)
    return DebitOrder(world.debits.ticket(), account, 1_000, "INV-1", Purpose.SERVICES, balance)


def test_what_was_accepted_is_kept_with_who_when_where_and_links_ids(world: World, mandates: Mandates) -> None:
    started = world.clock.now()
    account = link(world, language=Language.SPANISH)
    (one,) = mandates.of_account(world.actor, account)
    assert one.mandate.text.startswith("Al continuar, Jenny Rosen autoriza a Acme Payments")
    assert one.mandate.accepted_at == started
    assert (one.mandate.operator, one.mandate.link_session_id) == ("demo", "session-1")
    assert FACTS.items() <= one.mandate.evidence.items(), "the device it was accepted on, not the one that ran Link"
    assert (one.language, one.business_name) == (Language.SPANISH, "Acme Payments")
    rows = [row.action for row in world.store.trail.read()]
    assert "authorization.accepted" in rows


def test_what_was_said_in_person_is_told_to_stripe_as_offline(world: World) -> None:
    link(world, OFFLINE)
    acceptance = world.stripe.setup_intents[0]["mandate_data"]["customer_acceptance"]
    assert acceptance["type"] == "offline"
    assert "online" not in acceptance


def test_without_the_browsers_address_stripe_is_told_offline_and_the_copy_says_how_it_was(
    world: World, mandates: Mandates
) -> None:
    account = link(world, address="")
    assert world.stripe.setup_intents[0]["mandate_data"]["customer_acceptance"]["type"] == "offline"
    (one,) = mandates.of_account(world.actor, account)
    assert one.is_online
    assert "in the browser" in write_copy(one, ZONE)


@pytest.mark.parametrize(("how", "language"), [(ONLINE, Language.ENGLISH), (OFFLINE, Language.SPANISH)])
def test_the_customers_copy_says_everything_and_escapes_it(
    world: World, mandates: Mandates, how: str, language: Language
) -> None:
    world.customer = world.add_customer("<b>Ann & Co</b>", "ann@example.com", "C-9")
    account = link(world, how, language)
    (one,) = mandates.of_account(world.actor, account)
    copy = write_copy(one, ZONE)
    assert f'lang="{language.value}"' in copy
    assert "<b>" not in copy
    assert "&lt;b&gt;Ann &amp; Co" in copy
    for part in ("Acme Payments", "First Platypus Bank", "••0000", "2026-11-24 10:00 EST", "mandate_1", "session-1"):
        assert part in copy, part
    assert ("Mozilla/5.0" in copy) is (how == ONLINE)
    assert not re.search(r"public-|access-|btok_|<script", copy)
    assert name_copy(one).endswith("mandate_1.html")


def test_revoking_stops_debits_at_once_with_the_reason(world: World, mandates: Mandates) -> None:
    account = link(world)
    ready = order(world, account)
    mandates.revoke(world.actor, account, "  By phone,  today ")
    with pytest.raises(Refused) as refused:
        world.debits.submit(world.actor, ready)
    assert refused.value.code == "mandate_revoked"
    assert "By phone, today" in refused.value.meaning
    assert world.stripe.intents == []
    assert not world.desk.account(world.actor, account).is_ready
    world.store.mandates.set_status("mandate_1", "active")  # whatever Stripe says of it later
    with pytest.raises(Refused):
        world.debits.submit(world.actor, ready)


def test_a_debit_that_was_ordered_but_not_sent_is_not_sent_after_a_revocation(world: World, mandates: Mandates) -> None:
    account = link(world)
    world.stripe.before["create_payment_intent"] = [lost(maybe_done=False, provider="stripe")]
    debit = world.debits.submit(world.actor, order(world, account))
    assert debit.state is DebitState.CREATED
    mandates.revoke(world.actor, account, "At the counter")
    world.debits.resume_all()
    debit = world.debits.get(world.actor, debit.id)
    assert debit.state is DebitState.REFUSED
    assert debit.problem is not None
    assert debit.problem.code == "mandate_revoked"
    assert world.stripe.intents == []


def test_a_debit_that_may_have_been_sent_is_looked_for_and_not_sent_again(world: World, mandates: Mandates) -> None:
    account = link(world)
    world.stripe.before["create_payment_intent"] = [lost(provider="stripe")]
    debit = world.debits.submit(world.actor, order(world, account))
    assert debit.state is DebitState.UNKNOWN
    mandates.revoke(world.actor, account, "At the counter")
    world.debits.resume_all()
    assert world.debits.get(world.actor, debit.id).state is DebitState.UNKNOWN
    assert world.stripe.intents == []


def test_a_new_authorization_of_the_account_can_be_debited_again(world: World, mandates: Mandates) -> None:
    account = link(world)
    mandates.revoke(world.actor, account, "By letter")
    world.store.accounts.edit(account, {"mandate_id": "mandate_new", "mandate_status": "active"}, world.clock.now())
    assert world.debits.submit(world.actor, order(world, account)).state is DebitState.SUBMITTED


def test_a_revoked_authorization_is_kept_for_two_years(world: World, mandates: Mandates) -> None:
    account = link(world)
    (one,) = mandates.of_account(world.actor, account)
    assert one.kept_until is None, "in force: kept"
    mandates.revoke(world.actor, account, "By phone")
    (one,) = mandates.of_account(world.actor, account)
    assert one.kept_until == world.clock.now() + KEPT_AFTER_REVOCATION
    assert timedelta(days=2 * 365) < KEPT_AFTER_REVOCATION
    assert "Revoked on" in write_copy(one, ZONE)


def test_a_revocation_needs_a_reason_and_counts_once(world: World, mandates: Mandates) -> None:
    account = link(world)
    for reason in ("", "  ", "x" * 301):
        with pytest.raises(InputError):
            mandates.revoke(world.actor, account, reason)
    first = mandates.revoke(world.actor, account, "By phone")
    world.clock.move(timedelta(days=1))
    assert mandates.revoke(world.actor, account, "Again") == first


def test_an_auditor_does_not_revoke(world: World, mandates: Mandates) -> None:
    account = link(world)
    for role in Role:
        actor = Actor("Ann", frozenset({role}))
        assert can(actor, Permission.REVOKE_MANDATE) is (role is not Role.AUDITOR)
    with pytest.raises(AccessDenied):
        mandates.revoke(Actor("Ann", frozenset({Role.AUDITOR})), account, "By phone")

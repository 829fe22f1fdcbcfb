"""An authorization is kept word for word, copied for the customer, and ends every debit when it is revoked."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from dashboard.accounts.eligibility import consent_problem, ended_problem
from dashboard.domain.errors import AccessDenied, InputError, Refused
from dashboard.domain.models import Actor, AttemptState, DebitOrder, DebitState, Ended, ItemState, Purpose, Role
from dashboard.mandates import KEPT_AFTER_REVOCATION, Mandates
from dashboard.mandates.wording import OFFLINE, ONLINE, TEXT_VERSION
from dashboard.messages.customer_screens import Language
from dashboard.settings import Contact
from dashboard.staff.access import Permission, can
from dashboard.ui.linking.authorization_copy import write_copy
from tests.unit.desk_fixture import DeskFixture
from tests.unit.fakes import lost

FACTS = {"ip_address": "203.0.113.9", "user_agent": "Mozilla/5.0 (Tablet)", "screen": "820x1180@2"}
ZONE = ZoneInfo("America/New_York")


@pytest.fixture
def mandates(given: DeskFixture) -> Mandates:
    return Mandates(given.store, given.clock, given.settings)


def link(
    given: DeskFixture, how: str = ONLINE, language: Language = Language.ENGLISH, address: str = "203.0.113.9"
) -> str:
    facts = {**FACTS, "ip_address": address}
    accepted = given.desk.accept(given.actor, given.customer.id, how, facts, language)
    given.clock.move(timedelta(minutes=3))  # Link takes a while
    opening = given.desk.open(given.actor, given.customer.id, accepted=accepted)
    attempt = given.desk.report(given.actor, opening.attempt_id, given.outcome(), {"user_agent": "another"})
    assert attempt.state is AttemptState.AUTHORIZED
    return str(attempt.bank_account_id)


def order(given: DeskFixture, account: str) -> DebitOrder:
    balance = given.debits.balance(given.actor, account)
    return DebitOrder(given.debits.ticket(), account, 1_000, "INV-1", Purpose.SERVICES, balance)


def test_what_was_accepted_is_kept_with_who_when_where_and_links_ids(given: DeskFixture, mandates: Mandates) -> None:
    started = given.clock.now()
    account = link(given, language=Language.SPANISH)
    (one,) = mandates.of_account(given.actor, account)
    assert one.mandate.text.startswith("Al continuar, Jenny Rosen autoriza a Acme Payments")
    assert one.mandate.accepted_at == started
    assert (one.mandate.operator, one.mandate.link_session_id) == ("demo", "session-1")
    assert FACTS.items() <= one.mandate.evidence.items(), "the device it was accepted on, not the one that ran Link"
    assert (one.language, one.business_name) == (Language.SPANISH, "Acme Payments")
    rows = [row.action for row in given.store.trail.read()]
    assert "authorization.accepted" in rows


def test_what_was_said_in_person_is_told_to_stripe_as_offline(given: DeskFixture) -> None:
    link(given, OFFLINE)
    acceptance = given.stripe.setup_intents[0]["mandate_data"]["customer_acceptance"]
    assert acceptance["type"] == "offline"
    assert "online" not in acceptance


def test_without_the_browsers_address_stripe_is_told_offline_and_the_copy_says_how_it_was(
    given: DeskFixture, mandates: Mandates
) -> None:
    account = link(given, address="")
    assert given.stripe.setup_intents[0]["mandate_data"]["customer_acceptance"]["type"] == "offline"
    (one,) = mandates.of_account(given.actor, account)
    assert one.is_online
    assert "in the browser" in write_copy(one, ZONE)


@pytest.mark.parametrize(("how", "language"), [(ONLINE, Language.ENGLISH), (OFFLINE, Language.SPANISH)])
def test_the_customers_copy_says_everything_and_escapes_it(
    given: DeskFixture, mandates: Mandates, how: str, language: Language
) -> None:
    given.customer = given.add_customer("<b>Ann & Co</b>", "ann@example.com", "C-9")
    account = link(given, how, language)
    (one,) = mandates.of_account(given.actor, account)
    copy = write_copy(one, ZONE)
    assert f'lang="{language.value}"' in copy
    assert "<b>" not in copy
    assert "&lt;b&gt;Ann &amp; Co" in copy
    for part in ("Acme Payments", "First Platypus Bank", "••0000", "2026-11-24 10:00 EST", "mandate_1", "session-1"):
        assert part in copy, part
    assert ("Mozilla/5.0" in copy) is (how == ONLINE)
    assert not re.search(r"public-|access-|btok_|<script(?! src=)", copy)
    assert f'<button type="button">{"Imprimir" if language is Language.SPANISH else "Print"}</button>' in copy


@pytest.mark.parametrize(
    ("contact", "english", "spanish"),
    [
        (
            Contact("+1 212 555 0100", "billing@acme.example", "1 Main St, New York, NY 10001"),
            "telling Acme Payments by phone at +1 212 555 0100, by e-mail to billing@acme.example or by letter to"
            " 1 Main St, New York, NY 10001, giving it a reasonable time",
            "a Acme Payments por teléfono al +1 212 555 0100, por correo electrónico a billing@acme.example o por carta"
            " a 1 Main St, New York, NY 10001, con un plazo",
        ),
        (Contact(phone="+1 212 555 0100"), "Payments by phone at +1 212 555 0100, giving", "al +1 212 555 0100, con"),
        (Contact(), "telling Acme Payments, giving it", "a Acme Payments, con un plazo"),
    ],
)
def test_an_authorization_and_its_copy_name_how_to_revoke_it(
    given: DeskFixture, contact: Contact, english: str, spanish: str
) -> None:
    settings = given.settings = replace(given.settings, contact=contact)
    given.restart()
    assert english in given.desk.mandate_text(given.actor, given.customer.id)
    assert spanish in given.desk.mandate_text(given.actor, given.customer.id, Language.SPANISH)
    account = link(given)
    (one,) = Mandates(given.store, given.clock, settings).of_account(given.actor, account)
    assert english in one.mandate.text and one.mandate.text_version == TEXT_VERSION
    copy = write_copy(one, ZONE)
    assert copy.count(contact.phone or "tell Acme Payments.") == (2 if contact.phone else 1)


def test_staff_see_one_authorization_and_nobody_else_does(given: DeskFixture, mandates: Mandates) -> None:
    account = link(given)
    (one,) = mandates.of_account(given.actor, account)
    assert mandates.get(given.actor, account, one.mandate.id) == one
    with pytest.raises(InputError):
        mandates.get(given.actor, account, "mnd_other")
    with pytest.raises(AccessDenied):
        mandates.get(Actor("nobody", frozenset()), account, one.mandate.id)


def test_revoking_stops_debits_at_once_with_the_reason(given: DeskFixture, mandates: Mandates) -> None:
    account = link(given)
    ready = order(given, account)
    mandates.revoke(given.actor, account, "  By phone,  today ")
    with pytest.raises(Refused) as refused:
        given.debits.submit(given.actor, ready)
    assert refused.value.code == "mandate_revoked"
    assert "By phone, today" in refused.value.meaning
    assert given.stripe.intents == []
    assert not given.desk.account(given.actor, account).is_ready
    given.store.mandates.set_status("mandate_1", "active")  # whatever Stripe says of it later
    with pytest.raises(Refused):
        given.debits.submit(given.actor, ready)


def test_a_debit_that_was_ordered_but_not_sent_is_not_sent_after_a_revocation(
    given: DeskFixture, mandates: Mandates
) -> None:
    account = link(given)
    given.stripe.before["create_payment_intent"] = [lost(maybe_done=False, provider="stripe")]
    debit = given.debits.submit(given.actor, order(given, account))
    assert debit.state is DebitState.CREATED
    mandates.revoke(given.actor, account, "At the counter")
    given.later()
    debit = given.debits.get(given.actor, debit.id)
    assert debit.state is DebitState.REFUSED
    assert debit.problem is not None
    assert debit.problem.code == "mandate_revoked"
    assert given.stripe.intents == []


def test_a_debit_that_may_have_been_sent_is_looked_for_and_not_sent_again(
    given: DeskFixture, mandates: Mandates
) -> None:
    account = link(given)
    given.stripe.before["confirm_payment_intent"] = [lost(provider="stripe")]
    debit = given.debits.submit(given.actor, order(given, account))
    assert debit.state is DebitState.UNKNOWN
    mandates.revoke(given.actor, account, "At the counter")
    given.later()
    assert given.debits.get(given.actor, debit.id).state is DebitState.REFUSED
    assert given.stripe.debited == []


def test_a_debit_that_was_sent_before_the_revocation_counts(given: DeskFixture, mandates: Mandates) -> None:
    account = link(given)
    given.stripe.after["confirm_payment_intent"] = [lost(provider="stripe")]
    given.stripe.before["read_payment_intent"] = [lost(provider="stripe", maybe_done=False)]
    debit = given.debits.submit(given.actor, order(given, account))
    mandates.revoke(given.actor, account, "At the counter")
    given.later()
    assert given.debits.get(given.actor, debit.id).state is DebitState.SUBMITTED


def test_a_new_authorization_of_the_account_can_be_debited_again(given: DeskFixture, mandates: Mandates) -> None:
    account = link(given)
    mandates.revoke(given.actor, account, "By letter")
    given.store.accounts.edit(account, {"mandate_id": "mandate_new", "mandate_status": "active"}, given.clock.now())
    assert given.debits.submit(given.actor, order(given, account)).state is DebitState.SUBMITTED


def test_a_revoked_authorization_is_kept_for_two_years(given: DeskFixture, mandates: Mandates) -> None:
    account = link(given)
    (one,) = mandates.of_account(given.actor, account)
    assert one.kept_until is None, "in force: kept"
    mandates.revoke(given.actor, account, "By phone")
    (one,) = mandates.of_account(given.actor, account)
    assert one.kept_until == given.clock.now() + KEPT_AFTER_REVOCATION
    assert timedelta(days=2 * 365) < KEPT_AFTER_REVOCATION
    assert "Revoked on" in write_copy(one, ZONE)


def test_a_revocation_needs_a_reason_and_counts_once(given: DeskFixture, mandates: Mandates) -> None:
    account = link(given)
    for reason in ("", "  ", "x" * 301):
        with pytest.raises(InputError):
            mandates.revoke(given.actor, account, reason)
    first = mandates.revoke(given.actor, account, "By phone")
    given.clock.move(timedelta(days=1))
    assert mandates.revoke(given.actor, account, "Again") == first


def test_an_auditor_does_not_revoke(given: DeskFixture, mandates: Mandates) -> None:
    account = link(given)
    for role in Role:
        actor = Actor("Ann", frozenset({role}))
        assert can(actor, Permission.REVOKE_MANDATE) is (role is not Role.AUDITOR)
    with pytest.raises(AccessDenied):
        mandates.revoke(Actor("Ann", frozenset({Role.AUDITOR})), account, "By phone")


def test_the_day_of_a_revocation_is_the_day_at_the_business(given: DeskFixture, mandates: Mandates) -> None:
    account = link(given)
    evening = datetime(2026, 11, 24, 21, 30, tzinfo=ZONE)
    given.clock.move(evening - given.clock.now())
    mandates.revoke(given.actor, account, "By phone")
    found = given.debits.blocker(given.actor, given.desk.account(given.actor, account))
    assert found is not None and "on 24 Nov 2026." in found.what, "in UTC it is the 25th by then"


def test_a_removal_and_the_end_of_a_consent_are_days_at_the_business(given: DeskFixture) -> None:
    account = given.desk.account(given.actor, link(given))
    evening = datetime(2026, 11, 24, 21, 30, tzinfo=ZONE)
    ended = ended_problem(replace(account, ended=Ended.REMOVED, ended_at=evening.astimezone(UTC)), ZONE)
    assert ended is not None and "on 24 Nov 2026." in ended.what
    health = given.store.health.get(account.item_id)
    assert health is not None
    healthy = replace(health, state=ItemState.HEALTHY, consent_expires_at=evening.astimezone(UTC))
    consent = consent_problem(healthy, "First Platypus Bank", evening - timedelta(days=3), ZONE)
    assert consent is not None and "on 24 Nov 2026." in consent.what

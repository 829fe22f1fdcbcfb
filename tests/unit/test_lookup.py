"""The PaymentIntents of a debit are found by our tag: all of them, the committed one first, and never another's."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from dashboard.debits.intents import write_payment_intent
from dashboard.debits.lookup import IntentLookup
from dashboard.domain.errors import ProviderDenied, ProviderRejected
from dashboard.domain.models import BankAccount, Debit, DebitState
from tests.unit.desk_fixture import DeskFixture
from tests.unit.fakes import refused
from tests.unit.test_debit_trail import limited
from tests.unit.test_debits import submit


@pytest.fixture
def account(given: DeskFixture) -> BankAccount:
    return given.desk.account(given.actor, str(given.link().bank_account_id))


@pytest.fixture
def debit(given: DeskFixture, account: BankAccount) -> Debit:
    """An order that is not at Stripe yet."""
    given.stripe.before["create_payment_intent"] = [limited()]
    made = submit(given, account)
    assert made.state is DebitState.CREATED and made.payment_intent_id is None
    return made


@pytest.fixture
def lookup(given: DeskFixture) -> IntentLookup:
    return IntentLookup(given.store, given.stripe)


def put(given: DeskFixture, account: BankAccount, debit: Debit, id: str, **more: Any) -> dict[str, Any]:
    """A PaymentIntent at Stripe that was created for a debit."""
    body = {**write_payment_intent(debit, account), "status": "requires_confirmation", "id": id, **more}
    given.stripe.intents.append({**body, "created": given.clock.now() - timedelta(days=900)})
    return given.stripe.intents[-1]


def test_only_what_bears_the_debits_tag_is_found_whatever_its_age(
    given: DeskFixture, account: BankAccount, debit: Debit, lookup: IntentLookup
) -> None:
    put(given, account, replace(debit, id="debit_other"), "pi_other")
    put(given, account, debit, "pi_mine")
    assert [one["id"] for one in lookup.all(debit)] == ["pi_mine"]


def test_the_committed_one_is_first_and_is_read_where_it_is_not_listed(
    given: DeskFixture, account: BankAccount, debit: Debit, lookup: IntentLookup
) -> None:
    for id in ("pi_1", "pi_2", "pi_3"):
        put(given, account, debit, id)
    committed = replace(debit, payment_intent_id="pi_2")
    assert [one["id"] for one in lookup.all(committed)] == ["pi_2", "pi_1", "pi_3"]
    calls = given.stripe.calls
    assert calls["read_payment_intent"] == calls["read_customer"] == 0, "what is listed is not asked about again"
    given.stripe.intents[1]["metadata"] = {}  # somebody took our tag away at Stripe
    assert [one["id"] for one in lookup.all(committed)] == ["pi_2", "pi_1", "pi_3"]


def test_an_unconfirmed_one_is_used_again_only_where_it_is_what_would_be_created_now(
    given: DeskFixture, account: BankAccount, debit: Debit, lookup: IntentLookup
) -> None:
    body = write_payment_intent(debit, account)
    assert lookup.find_open(debit, body) is None, "there is none"
    put(given, account, debit, "pi_1")
    found = lookup.find_open(debit, body)
    assert found is not None and found["id"] == "pi_1"
    assert lookup.find_open(debit, {**body, "amount": debit.amount_cents + 1}) is None


def test_one_that_was_confirmed_is_found_whatever_would_be_created_now(
    given: DeskFixture, account: BankAccount, debit: Debit, lookup: IntentLookup
) -> None:
    put(given, account, debit, "pi_1")
    put(given, account, debit, "pi_2", status="processing", latest_charge="py_2")
    found = lookup.find_open(debit, {**write_payment_intent(debit, account), "amount": debit.amount_cents + 1})
    assert found is not None and found["id"] == "pi_2"


def test_an_account_that_is_not_at_stripe_or_not_here_has_none(
    given: DeskFixture, account: BankAccount, debit: Debit, lookup: IntentLookup
) -> None:
    put(given, account, debit, "pi_1")
    assert lookup.all(replace(debit, bank_account_id="account_none")) == []
    given.store.database.handle.execute("UPDATE bank_account SET stripe_customer_id = NULL")
    calls = given.stripe.calls.total()
    assert lookup.all(debit) == [] and given.stripe.calls.total() == calls, "Stripe is not asked about nobody"


def test_a_customer_that_stripe_does_not_know_is_another_accounts(
    given: DeskFixture, debit: Debit, lookup: IntentLookup
) -> None:
    given.stripe.before["find_payment_intents"] = [refused("resource_missing", provider="stripe")]
    given.stripe.before["read_customer"] = [refused("resource_missing", provider="stripe")]
    with pytest.raises(ProviderDenied) as other:
        lookup.all(debit)
    assert (other.value.code, other.value.provider, other.value.request_id) == ("other_account", "stripe", "req-no")
    given.stripe.before["find_payment_intents"] = [refused("resource_missing", provider="stripe")]
    assert lookup.all(debit) == [], "it knows the customer, who has been deleted there"


@pytest.mark.parametrize("call", ["find_payment_intents", "read_customer"])
def test_any_other_refusal_is_no_answer(given: DeskFixture, debit: Debit, lookup: IntentLookup, call: str) -> None:
    given.stripe.before[call] = [refused("parameter_invalid", provider="stripe")]
    with pytest.raises(ProviderRejected):
        lookup.all(debit)

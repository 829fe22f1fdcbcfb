"""Our own debits in the payments table: shown until Stripe lists them, and each once."""

from __future__ import annotations

import pytest

from dashboard.domain.clock import FixedClock
from dashboard.domain.errors import ProviderLimited
from dashboard.domain.models import BankAccount
from tests.unit.desk_fixture import DeskFixture
from tests.unit.fakes import refused
from tests.unit.payment_rules import due_at
from tests.unit.payments_table import check_search, check_sums, read_table
from tests.unit.stripe_rules import START, Json
from tests.unit.test_debits import submit

# Our own debits, which Stripe does not know yet.


@pytest.fixture
def account(given: DeskFixture) -> BankAccount:
    return given.desk.account(given.actor, str(given.link().bank_account_id))


def show_debits(given: DeskFixture) -> dict[str, Json]:
    given.store.projection.apply_debits([debit.id for debit in given.debits.recent(given.actor)])
    return read_table(given.store)


def test_a_debit_of_ours_is_shown_with_its_own_facts_until_stripe_lists_it(
    given: DeskFixture, account: BankAccount, clock: FixedClock
) -> None:
    debit = submit(given, account, 1_234, invoice_reference="INV-77")
    created = int(clock.now().timestamp())
    shown = {
        "id": debit.id,
        "created": created,
        "day": 20_781,
        "amount": 1_234,
        "currency": "usd",
        "state": "sending",
        "due": due_at(created),
        "reason": None,
        "rail": "us_bank_account",
        "customer_id": "cus_1",
        "customer": "Jenny Rosen",
        "email": "jenny@example.com",
        "bank": account.institution_name,
        "last4": account.mask,
        "reference": "INV-77",
        "fee": None,
        "net": None,
        "refunded": 0,
        "available_on": None,
        "payout_id": None,
        "intent_id": "pi_1",
        "debit_id": debit.id,
        "balance_currency": None,
    }
    assert show_debits(given) == {debit.id: shown}
    check_sums(given.store, {debit.id: shown})
    check_search(given.store, {debit.id: shown})
    tagged = {"amount": 1_234, "currency": "usd", "created": created, "metadata": {"ach_desk_debit": debit.id}}
    ach = {"payment_method_types": ["us_bank_account"]}
    given.store.projection.apply("payment_intents", [{**tagged, **ach, "id": "pi_1", "status": "processing"}])
    assert {id: row["state"] for id, row in show_debits(given).items()} == {"pi_1": "submitted"}
    charge = {**tagged, "id": "py_1", "status": "pending", "payment_intent": "pi_1"}
    given.store.projection.apply("charges", [charge])
    assert {id: row["debit_id"] for id, row in show_debits(given).items()} == {"py_1": debit.id}
    check_sums(given.store, read_table(given.store))


def test_a_charge_that_comes_before_its_payment_intent_takes_the_debits_place(
    given: DeskFixture, account: BankAccount
) -> None:
    debit = submit(given, account)
    assert set(show_debits(given)) == {debit.id}
    charge = {"id": "py_1", "created": START, "amount": 1_099, "currency": "usd", "status": "pending"}
    charge |= {"payment_method_details": {"type": "us_bank_account"}}
    written = given.store.projection.apply("charges", [{**charge, "metadata": {"ach_desk_debit": debit.id}}])
    assert written.changed == 2 and set(show_debits(given)) == {"py_1"}
    check_search(given.store, read_table(given.store))


def test_a_debit_that_was_refused_is_shown_as_failed_with_its_code(given: DeskFixture, account: BankAccount) -> None:
    given.stripe.before["create_payment_intent"] = [refused("bank_account_unusable", provider="stripe")]
    debit = submit(given, account)
    row = show_debits(given)[debit.id]
    assert (row["state"], row["reason"], row["due"]) == ("failed", "bank_account_unusable", None)
    assert row["intent_id"] is None


def test_a_debit_that_waits_for_an_outage_is_being_sent(given: DeskFixture, account: BankAccount) -> None:
    given.stripe.before["create_payment_intent"] = [
        ProviderLimited("Slow down.", provider="stripe", code="rate_limit", http_status=429)
    ]
    debit = submit(given, account)
    row = show_debits(given)[debit.id]
    assert (row["state"], row["reason"], row["due"]) == ("sending", None, due_at(row["created"]))

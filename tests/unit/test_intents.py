"""The PaymentIntent of a debit: each field of its body, each status, each field by which it is known again."""

from __future__ import annotations

from typing import Any

import pytest

from dashboard.debits.intents import Verdict, judge, matches, tag_of, write_payment_intent
from tests.unit.desk_fixture import DeskFixture
from tests.unit.test_debits import submit

BODY = {
    "amount": 1_099,
    "currency": "usd",
    "customer": "cus_1",
    "payment_method": "ba_1",
    "statement_descriptor": "ACME PAYMENTS",
}


def test_the_body_of_the_create_says_whose_account_how_much_for_what_and_confirms_nothing(given: DeskFixture) -> None:
    account = given.desk.account(given.actor, str(given.link().bank_account_id))
    debit = submit(given, account)
    assert write_payment_intent(debit, account) == {
        "amount": debit.amount_cents,
        "currency": "usd",
        "customer": account.stripe_customer_id,
        "payment_method": account.stripe_bank_account_id,
        "allowed_payment_method_types": ["us_bank_account"],
        "payment_method_options": {"us_bank_account": {"transaction_purpose": debit.purpose.value}},
        "statement_descriptor": debit.statement_descriptor,
        "description": f"Invoice {debit.invoice_reference}",
        "metadata": {"ach_desk_debit": debit.id, "invoice_reference": debit.invoice_reference},
    }


def test_a_payment_is_known_again_by_every_field_that_decides_about_money() -> None:
    assert matches({**BODY, "id": "pi_1", "status": "requires_confirmation"}, BODY)


@pytest.mark.parametrize("name", BODY)
def test_a_payment_with_another_of_them_is_not_taken_for_it(name: str) -> None:
    assert not matches({**BODY, name: "another"}, BODY)
    assert not matches({key: value for key, value in BODY.items() if key != name}, BODY)


@pytest.mark.parametrize("name", ["customer", "payment_method"])
def test_what_stripe_expands_is_compared_by_its_id(name: str) -> None:
    assert matches({**BODY, name: {"id": BODY[name], "object": "whole"}}, BODY)
    assert not matches({**BODY, name: {"id": "another", "object": "whole"}}, BODY)


@pytest.mark.parametrize(
    ("intent", "verdict"),
    [
        ({"status": "requires_confirmation"}, Verdict.UNCONFIRMED),
        ({"status": "requires_payment_method"}, Verdict.UNCONFIRMED),
        ({"status": "requires_payment_method", "latest_charge": "py_1"}, Verdict.FAILED),
        ({"status": "requires_payment_method", "last_payment_error": {"code": "debit_not_authorized"}}, Verdict.FAILED),
        ({"status": "requires_action"}, Verdict.CONFIRMED),
        ({"status": "processing"}, Verdict.CONFIRMED),
        ({"status": "requires_capture"}, Verdict.CONFIRMED),
        ({"status": "succeeded"}, Verdict.CONFIRMED),
        ({"status": "something_new"}, Verdict.CONFIRMED),
        ({}, Verdict.CONFIRMED),
        ({"status": "canceled"}, Verdict.CANCELED),
        ({"status": "canceled", "latest_charge": "py_1"}, Verdict.CANCELED),
    ],
)
def test_each_status_says_what_becomes_of_the_money(intent: dict[str, Any], verdict: Verdict) -> None:
    assert judge(intent) is verdict


def test_the_verdicts_keep_their_words_in_the_trail() -> None:
    assert {one.name: one.value for one in Verdict} == {
        "UNCONFIRMED": "unconfirmed",
        "CONFIRMED": "confirmed",
        "FAILED": "failed",
        "CANCELED": "canceled",
    }


@pytest.mark.parametrize("metadata", [None, [], "ach_desk_debit", {}])
def test_a_payment_of_somebody_else_has_no_tag_of_ours(metadata: object) -> None:
    assert tag_of({"metadata": metadata}) is None
    assert tag_of({}) is None
    assert tag_of({"metadata": {"ach_desk_debit": "debit_1"}}) == "debit_1"

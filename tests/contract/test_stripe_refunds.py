"""Refunds of debits as Stripe documents them: limits, keys, endings, disputes; driven by the official client."""

from __future__ import annotations

from typing import Any

import pytest
import stripe

from tests.contract.test_stripe_requests import error_object, refusal
from tests.sandboxes import Sandbox


def succeeded(sandbox: Sandbox, number: str = "000123456789", amount: int = 1000) -> stripe.PaymentIntent:
    intent = sandbox.debit(*sandbox.link(number), amount)
    sandbox.advance(4)
    return sandbox.client.v1.payment_intents.retrieve(intent.id)


def refunded(sandbox: Sandbox, intent: stripe.PaymentIntent) -> int:
    return sandbox.client.v1.charges.retrieve(str(intent.latest_charge)).amount_refunded


def test_a_refund_has_the_fields_of_its_state_and_no_others(sandbox: Sandbox) -> None:
    intent = succeeded(sandbox)
    refund = sandbox.client.v1.refunds.create({"payment_intent": intent.id})
    made = refund.to_dict()
    assert (made["status"], made["pending_reason"], made["customer"]) == ("pending", "processing", intent.customer)
    assert made["customer_account"] is None
    assert not {"failure_reason", "failure_balance_transaction"} & set(made), "absent, not null"
    sandbox.advance(3)
    done = sandbox.client.v1.refunds.retrieve(refund.id).to_dict()
    assert (done["status"], "pending_reason" in done) == ("succeeded", False)
    events = {each.type: each.data.object for each in sandbox.client.v1.events.list({"limit": 100}).data}
    assert "pending_reason" not in events["refund.updated"]


def test_partial_refunds_add_up_to_the_debit_and_no_further(sandbox: Sandbox) -> None:
    intent = succeeded(sandbox)
    create = sandbox.client.v1.refunds.create
    for amount, left in ((300, 700), (600, 100)):
        assert create({"payment_intent": intent.id, "amount": amount}).amount == amount
        assert refunded(sandbox, intent) == 1000 - left
    over = refusal(create, {"payment_intent": intent.id, "amount": 101})
    assert (over.http_status, error_object(over)["param"]) == (400, "amount")
    for wrong in (0, -5):
        assert error_object(refusal(create, {"payment_intent": intent.id, "amount": wrong}))["param"] == "amount"
    assert create({"charge": str(intent.latest_charge)}).amount == 100, "without an amount: what is left"
    assert refusal(create, {"payment_intent": intent.id}).code == "charge_already_refunded"
    assert sandbox.client.v1.charges.retrieve(str(intent.latest_charge)).refunded


def test_a_refund_is_made_once_for_its_key(sandbox: Sandbox) -> None:
    intent = succeeded(sandbox)
    options: Any = {"idempotency_key": f"refund-{intent.id}"}
    params: Any = {"payment_intent": intent.id, "amount": 400}
    first = sandbox.client.v1.refunds.create(params, options)
    assert sandbox.client.v1.refunds.create(params, options).id == first.id
    other = refusal(sandbox.client.v1.refunds.create, {**params, "amount": 500}, options)
    assert error_object(other)["type"] == "idempotency_error"
    assert [each.id for each in sandbox.client.v1.refunds.list({"payment_intent": intent.id}).data] == [first.id]


@pytest.mark.parametrize("number", ["000222222227", "000000000009"])
def test_a_debit_that_failed_or_was_cancelled_cannot_be_refunded(sandbox: Sandbox, number: str) -> None:
    intent = succeeded(sandbox, number)
    if intent.status == "processing":
        intent = sandbox.client.v1.payment_intents.cancel(intent.id)
    error = refusal(sandbox.client.v1.refunds.create, {"charge": str(intent.latest_charge)})
    assert (error.http_status, error.code) == (400, "charge_not_refundable")
    unconfirmed = sandbox.client.v1.payment_intents.create({"amount": 700, "currency": "usd"})
    none = refusal(sandbox.client.v1.refunds.create, {"payment_intent": unconfirmed.id})
    assert none.http_status == 400


def test_a_chosen_refund_fails_and_the_money_returns(sandbox: Sandbox) -> None:
    intent = succeeded(sandbox)
    create = sandbox.client.v1.refunds.create
    one, two = (create({"payment_intent": intent.id, "amount": amount}) for amount in (250, 150))
    sandbox.control("POST", "/refund_outcome", refund=one.id, fails=True)
    sandbox.advance(3)
    failed = sandbox.client.v1.refunds.retrieve(one.id, {"expand": ["failure_balance_transaction"]})
    assert (failed.status, failed.failure_reason) == ("failed", "declined")
    back = failed.failure_balance_transaction
    assert isinstance(back, stripe.BalanceTransaction)
    assert (back.type, back.amount) == ("refund_failure", 250)
    assert sandbox.client.v1.refunds.retrieve(two.id).status == "succeeded"
    assert refunded(sandbox, intent) == 150
    with pytest.raises(ValueError, match="no pending refund"):
        sandbox.control("POST", "/refund_outcome", refund=two.id, fails=True)
    events = sandbox.client.v1.events.list({"limit": 100, "types": ["refund.failed"]}).data
    assert [each.data.object["id"] for each in events if each.data.object["charge"] == failed.charge] == [one.id]


def test_a_dispute_fails_the_refund_that_is_on_its_way_and_forbids_another(sandbox: Sandbox) -> None:
    intent = succeeded(sandbox, "000555555559")
    refund = sandbox.client.v1.refunds.create({"payment_intent": intent.id, "amount": 400})
    sandbox.advance(1)
    failed = sandbox.client.v1.refunds.retrieve(refund.id)
    assert (failed.status, failed.failure_reason) == ("failed", "charge_for_pending_refund_disputed")
    error = refusal(sandbox.client.v1.refunds.create, {"payment_intent": intent.id})
    assert (error.http_status, error.code) == (400, "charge_disputed")
    rows = sandbox.client.v1.balance_transactions.list({"source": refund.id}).data
    assert sum(row.net for row in rows) == 0, "the customer is not credited twice"


def test_every_refund_can_be_made_to_fail_until_it_is_taken_back(fresh: Sandbox) -> None:
    intent = succeeded(fresh)
    fresh.control("POST", "/refund_outcome", fails=True)
    first = fresh.client.v1.refunds.create({"payment_intent": intent.id})
    fresh.advance(3)
    assert fresh.client.v1.refunds.retrieve(first.id).status == "failed"
    fresh.control("POST", "/refund_outcome", fails=False)
    second = fresh.client.v1.refunds.create({"payment_intent": intent.id})
    fresh.advance(3)
    assert fresh.client.v1.refunds.retrieve(second.id).status == "succeeded"

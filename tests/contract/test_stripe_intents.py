"""A debit in two steps: a payment intent that moves nothing, then its confirmation; driven by the official client."""

from __future__ import annotations

from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
import stripe

from tests.contract.test_stripe_requests import error_object, refusal
from tests.sandboxes import OFFLINE, ONLINE, Sandbox


def intend(sandbox: Sandbox, customer: str, account: str, key: str | None = None, **more: Any) -> stripe.PaymentIntent:
    """A payment intent that is not confirmed."""
    params: Any = {
        "amount": 2500,
        "currency": "usd",
        "customer": customer,
        "payment_method": account,
        "allowed_payment_method_types": ["us_bank_account"],
        "metadata": {"order": "A-1"},
        **more,
    }
    return sandbox.client.v1.payment_intents.create(params, {"idempotency_key": key} if key else {})


def test_an_unconfirmed_intent_moves_nothing_and_keeps_what_it_was_given(sandbox: Sandbox) -> None:
    customer, account = sandbox.link()
    intent = intend(sandbox, customer, account, statement_descriptor="ACH DESK", description="Invoice 7")
    assert (intent.status, intent.latest_charge) == ("requires_confirmation", None)
    assert (intent.customer, intent.payment_method, intent.amount) == (customer, account, 2500)
    assert abs(intent.created - sandbox.state.clock.timestamp()) <= 5
    sandbox.advance(10)
    after = sandbox.client.v1.payment_intents.retrieve(intent.id)
    assert after.to_dict() == intent.to_dict(), "waiting changes nothing"
    assert sandbox.client.v1.charges.list({"customer": customer}).data == []
    listed = sandbox.client.v1.payment_intents.list({"customer": customer, "created": {"gte": intent.created}})
    assert [(each.id, each.metadata["order"]) for each in listed.data if each.metadata] == [(intent.id, "A-1")]


@pytest.mark.parametrize(
    "given",
    [{"off_session": True}, {"mandate": "mandate_x"}, {"mandate_data": {"customer_acceptance": ONLINE}}],
    ids=str,
)
def test_what_belongs_to_the_confirmation_is_refused_without_it(sandbox: Sandbox, given: dict[str, Any]) -> None:
    customer, account = sandbox.link()
    params: Any = {"amount": 2500, "currency": "usd", "customer": customer, "payment_method": account, **given}
    error = refusal(sandbox.client.v1.payment_intents.create, params)
    assert (error.http_status, error_object(error)["param"]) == (400, next(iter(given)))
    assert sandbox.client.v1.payment_intents.list({"customer": customer}).data == []


def test_a_confirmation_takes_the_mandate_that_it_names(sandbox: Sandbox) -> None:
    customer, account = sandbox.link()
    other = sandbox.link()[1]
    mandate = charge_mandate(sandbox, sandbox.debit(customer, account))
    foreign = charge_mandate(sandbox, sandbox.debit(*sandbox.link()))
    assert other != account
    intent = intend(sandbox, customer, account)
    confirm = sandbox.client.v1.payment_intents.confirm
    wrong = refusal(confirm, intent.id, {"mandate": foreign, "off_session": True})
    assert (wrong.code, error_object(wrong)["param"]) == ("payment_intent_mandate_invalid", "mandate")
    assert sandbox.client.v1.payment_intents.retrieve(intent.id).status == "requires_confirmation"
    done = confirm(intent.id, {"mandate": mandate, "off_session": True})
    assert done.status == "processing"
    assert charge_mandate(sandbox, done) == mandate


def charge_mandate(sandbox: Sandbox, intent: stripe.PaymentIntent) -> str:
    charge = sandbox.client.v1.charges.retrieve(str(intent.latest_charge))
    assert charge.payment_method_details is not None
    assert charge.payment_method_details.us_bank_account is not None
    return str(charge.payment_method_details.us_bank_account.mandate)


def test_a_confirmation_can_bring_the_account_and_its_mandate(sandbox: Sandbox) -> None:
    customer, account = sandbox.link(mandate=False)
    intent = sandbox.client.v1.payment_intents.create({"amount": 900, "currency": "usd", "customer": customer})
    assert intent.status == "requires_payment_method"
    confirm = sandbox.client.v1.payment_intents.confirm
    bare = refusal(confirm, intent.id)
    assert (bare.code, "missing a payment method" in str(bare)) == ("payment_intent_unexpected_state", True)
    assert error_object(bare)["payment_intent"]["id"] == intent.id
    without = refusal(confirm, intent.id, {"payment_method": account})
    assert without.code == "payment_intent_mandate_invalid"
    assert sandbox.client.v1.payment_intents.retrieve(intent.id).status == "requires_confirmation"
    acceptance: Any = {"mandate_data": {"customer_acceptance": OFFLINE}, "receipt_email": "j@example.com"}
    done = confirm(intent.id, acceptance)
    assert (done.status, done.payment_method, done.receipt_email) == ("processing", account, "j@example.com")


def test_a_second_confirmation_is_refused_with_the_intent_whatever_it_says(sandbox: Sandbox) -> None:
    customer, account = sandbox.link()
    intent = intend(sandbox, customer, account)
    intents = sandbox.client.v1.payment_intents
    intents.confirm(intent.id, {"off_session": True})
    for days, status in ((0, "processing"), (4, "succeeded")):
        if days:
            sandbox.advance(days)
        for params in ({}, {"off_session": True}, {"payment_method": account}):
            error = refusal(intents.confirm, intent.id, params)
            assert (error.http_status, error.code) == (400, "payment_intent_unexpected_state")
            kept = error_object(error)["payment_intent"]
            assert (kept["id"], kept["status"], kept["metadata"]) == (intent.id, status, {"order": "A-1"})
    assert "already succeeded after being previously confirmed" in str(refusal(intents.confirm, intent.id))
    assert len(sandbox.client.v1.charges.list({"payment_intent": intent.id}).data) == 1


def test_a_confirmation_of_a_failed_debit_needs_the_account_again(sandbox: Sandbox) -> None:
    customer, account = sandbox.link("000222222227")
    intent = intend(sandbox, customer, account)
    intents = sandbox.client.v1.payment_intents
    intents.confirm(intent.id, {}, {"idempotency_key": f"confirm-{intent.id}"})
    sandbox.advance(3)
    after = intents.retrieve(intent.id)
    assert (after.status, after.payment_method) == ("requires_payment_method", None)
    late = refusal(intents.confirm, intent.id)
    assert (late.code, "missing a payment method" in str(late)) == ("payment_intent_unexpected_state", True)
    assert len(sandbox.client.v1.charges.list({"payment_intent": intent.id}).data) == 1


def test_a_key_replays_the_first_answer_for_a_day_and_is_new_afterwards(fresh: Sandbox) -> None:
    customer, account = fresh.link()
    first = intend(fresh, customer, account, key="create-1")
    confirm = fresh.client.v1.payment_intents.confirm
    done = confirm(first.id, {"off_session": True}, {"idempotency_key": "confirm-1"})
    fresh.control("POST", "/clock/advance", seconds=23 * 3600 + 3000)
    assert intend(fresh, customer, account, key="create-1").to_dict() == first.to_dict(), "as it was answered then"
    again = confirm(first.id, {"off_session": True}, {"idempotency_key": "confirm-1"})
    assert again.to_dict() == done.to_dict()
    fresh.control("POST", "/clock/advance", seconds=1200)
    second = intend(fresh, customer, account, key="create-1")
    assert second.id != first.id, "the key was forgotten: the same request is a new one"
    late = refusal(confirm, first.id, {"off_session": True}, {"idempotency_key": "confirm-1"})
    assert late.code == "payment_intent_unexpected_state"
    assert len(fresh.client.v1.charges.list({"customer": customer}).data) == 1


def test_a_leftover_is_cancelled_once_and_never_confirmed_afterwards(sandbox: Sandbox) -> None:
    customer, account = sandbox.link()
    intent = intend(sandbox, customer, account)
    intents = sandbox.client.v1.payment_intents
    gone = intents.cancel(intent.id, {"cancellation_reason": "abandoned"})
    assert (gone.status, gone.cancellation_reason) == ("canceled", "abandoned")
    assert gone.canceled_at is not None
    for call in (intents.cancel, intents.confirm):
        error = refusal(call, intent.id)
        assert (error.http_status, error.code) == (400, "payment_intent_unexpected_state")
        assert error_object(error)["payment_intent"]["status"] == "canceled"
    assert [each.status for each in intents.list({"customer": customer}).data] == ["canceled"]
    assert sandbox.client.v1.charges.list({"customer": customer}).data == []
    wrong: Any = {"cancellation_reason": "no such reason"}
    assert refusal(intents.cancel, intend(sandbox, customer, account).id, wrong).http_status == 400


def test_every_answer_is_dated_by_the_sandbox_clock(fresh: Sandbox) -> None:
    fresh.control("POST", "/clock/advance", seconds=5 * 86400)
    now = datetime.fromisoformat(fresh.control("GET", "")["now_iso"])
    key = {"Authorization": f"Bearer {fresh.keys['stripe']['secret_key']}"}
    fresh.fault(path="/v1/account", kind="500_before")
    for headers in (key, key, {}):  # a fault, an answer, a refusal
        answer = fresh.http.get(f"{fresh.url}/v1/account", headers=headers, timeout=10)
        assert abs((parsedate_to_datetime(answer.headers["Date"]) - now).total_seconds()) <= 5, answer.status_code
        assert answer.headers["Stripe-Version"]
    assert len(answer.raw.headers.getlist("Date")) == 1


@pytest.mark.parametrize(("kind", "error"), [("401", stripe.AuthenticationError), ("403", stripe.PermissionError)])
def test_a_key_that_is_refused_for_a_while_changes_nothing(
    fresh: Sandbox, kind: str, error: type[stripe.StripeError]
) -> None:
    customer, account = fresh.link()
    intent = intend(fresh, customer, account)
    fresh.fault(path=f"/v1/payment_intents/{intent.id}/confirm", kind=kind)
    assert isinstance(refusal(fresh.client.v1.payment_intents.confirm, intent.id), error)
    assert fresh.client.v1.payment_intents.confirm(intent.id).status == "processing"

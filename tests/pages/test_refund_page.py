"""A payment is given back from its own page."""

from __future__ import annotations

import uuid

from streamlit.testing.v1 import AppTest

from dashboard.desk import Desk
from dashboard.domain.models import Actor, Balance, DebitOrder, HolderType, Purpose
from dashboard.domain.refunds import RefundOrder, RefundReason, RefundState
from tests.pages.conftest import show, text_of
from tests.pages.test_pages import link
from tests.sandboxes import Sandbox


def collect(desk: Desk, actor: Actor, sandbox: Sandbox) -> str:
    """A debit that has succeeded, as the sync reads it; its charge."""
    slug = uuid.uuid4().hex[:8]  # Stripe keeps a customer longer than a desk of one test
    customer = desk.customers.add(actor, "Rhea Refund", f"{slug}@example.com", slug, HolderType.INDIVIDUAL)
    account = link(desk, actor, sandbox, customer)
    balance = Balance(9_000_000, 9_000_000, "usd", desk.clock.now())
    order = DebitOrder(desk.debits.ticket(), account.id, 4_200, "INV-R", Purpose.GOODS, balance)
    debit = desk.debits.submit(actor, order)
    sandbox.advance(4)
    desk.follow_sandbox()
    charge = desk.stripe.read_payment_intent(str(debit.payment_intent_id))["latest_charge"]
    desk.store.projection.apply("charges", [desk.stripe.read_charge(charge)])
    return str(charge)


def test_the_whole_payment_is_given_back_once(app: AppTest, desk: Desk, actor: Actor, lived_sandbox: Sandbox) -> None:
    charge = collect(desk, actor, lived_sandbox)
    app.query_params["payment"] = charge
    said = text_of(show(app, "payment"))
    assert "will then have been refunded" in said and "The bank may still return this payment until" in said
    next(one for one in app.button if one.label.startswith("Refund")).click()
    app.run()
    assert not app.exception
    (made,) = desk.refunds.of_payment(actor, charge)
    assert (made.cents, made.status) == (4_200, "pending")
    assert [one["amount"] for one in desk.stripe.find_refunds(charge)] == [4_200]
    said = text_of(app)
    assert "Everything of this payment is refunded." in said and "At Stripe" in said
    assert not [one for one in app.button if one.label.startswith("Refund")]


def test_the_answer_sheet_names_the_reference_once_the_bank_has_one(
    app: AppTest, desk: Desk, actor: Actor, lived_sandbox: Sandbox
) -> None:
    charge = collect(desk, actor, lived_sandbox)
    app.query_params["payment"] = charge
    show(app, "payment")
    next(one for one in app.button if one.label.startswith("Refund")).click()
    app.run()
    assert "not known yet" in text_of(app)
    lived_sandbox.advance(3)
    desk.follow_sandbox()
    there = list(desk.stripe.find_refunds(charge))
    desk.store.projection.apply("refunds", there)
    reference = there[0]["destination_details"]["us_bank_transfer"]["reference"]
    said = text_of(show(app, "payment"))
    assert reference in said and "Your bank has received it." in said


def test_a_refund_that_failed_needs_attention(app: AppTest, desk: Desk, actor: Actor, lived_sandbox: Sandbox) -> None:
    charge = collect(desk, actor, lived_sandbox)
    app.query_params["payment"] = charge
    show(app, "payment")
    next(one for one in app.button if one.label.startswith("Refund")).click()
    app.run()
    (made,) = desk.refunds.of_payment(actor, charge)
    lived_sandbox.control("POST", "/refund_outcome", refund=made.stripe_refund_id, fails=True)
    lived_sandbox.advance(3)
    desk.follow_sandbox()
    desk.store.projection.apply("refunds", list(desk.stripe.find_refunds(charge)))
    said = text_of(show(app, "inbox"))
    assert "Refunds that failed (1)" in said and "declined" in said
    assert desk.refunds.refundable(actor, charge).left_cents == 4_200


def test_a_refund_that_stripe_holds_says_so_and_a_person_ends_it(
    app: AppTest, desk: Desk, actor: Actor, lived_sandbox: Sandbox
) -> None:
    charge = collect(desk, actor, lived_sandbox)
    lived_sandbox.control("POST", "/approval_rule", action="refund.create")
    try:
        wanted = RefundOrder(desk.refunds.ticket(), charge, 4_200, 4_200, RefundReason.REQUESTED)
        desk.refunds.order(actor, wanted)
    finally:
        lived_sandbox.control("POST", "/approval_rule", action="refund.create", on=False)
    assert "This waits at Stripe: a rule there asks a second person." in text_of(show(app, "inbox"))
    app.query_params["payment"] = charge
    said = text_of(show(app, "payment"))
    assert "Waiting at Stripe for an approval there" in said and "never sent again from here" in said
    next(one for one in app.button if one.label == "It was not approved at Stripe").click()
    app.run()
    assert not app.exception
    (made,) = desk.refunds.of_payment(actor, charge)
    assert made.state is RefundState.CANCELED and list(desk.stripe.find_refunds(charge)) == []

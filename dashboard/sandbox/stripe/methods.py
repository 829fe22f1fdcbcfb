"""Bank accounts as payment methods: `pm_` ones, and the `ba_` ones in their other view."""

from __future__ import annotations

import json
from typing import Any

from dashboard.sandbox import tokens
from dashboard.sandbox.stripe import pages, render
from dashboard.sandbox.stripe.accounts import check_numbers, detach, make_account, save
from dashboard.sandbox.stripe.call import Call
from dashboard.sandbox.stripe.errors import StripeError, invalid, missing, not_imitated
from dashboard.sandbox.stripe.moment import Document
from dashboard.sandbox.stripe.outcomes import BY_TOKEN
from dashboard.sandbox.stripe.params import merge_metadata


def make_method(call: Call, params: dict[str, Any], prefix: str = "us_bank_account") -> Document:
    """A payment method of raw numbers, which needs microdeposits."""
    if params.get("type") != "us_bank_account":
        raise not_imitated(f"payment methods of type {params.get('type')}")
    bank = params.get("us_bank_account") or {}
    if "financial_connections_account" in bank:
        raise not_imitated("Financial Connections")
    check_numbers(bank.get("routing_number"), bank.get("account_number"), prefix)
    billing = params.get("billing_details") or {}
    if not billing.get("name"):
        raise missing("billing_details[name]")
    return make_account(
        call.moment,
        call.moment.id("pm"),
        bank["account_number"],
        bank["routing_number"],
        account_holder_name=billing["name"],
        account_holder_type=bank.get("account_holder_type", "individual"),
        account_type=bank.get("account_type", "checking"),
        billing_details=billing,
        metadata=merge_metadata({}, params.get("metadata")),
    )


def find_method(call: Call, id: str, param: str | None = None) -> Document:
    """An account by its `ba_` or `pm_` id; a test token (`pm_usBankAccount_success`) makes a verified one."""
    outcome = BY_TOKEN.get(id)
    if outcome:
        return make_account(
            call.moment,
            call.moment.id("pm"),
            outcome.account or "",
            tokens.TEST_ROUTING_NUMBER,
            account_holder_name="Jenny Rosen",
            account_holder_type="individual",
            account_type="checking",
            status="new" if outcome.name == "fail_microdeposits" else "verified",
        )
    return call.find("account", id, "PaymentMethod", param)


def create_method(call: Call) -> Document:
    """POST /v1/payment_methods of type us_bank_account."""
    if "type" not in call.params:
        raise missing("type")
    return render.payment_method(make_method(call, call.params))


def retrieve_method(call: Call) -> Document:
    """GET /v1/payment_methods/{id}, `ba_` ids included."""
    return render.payment_method(call.find("account", call.ids[0], "PaymentMethod"))


def update_method(call: Call) -> Document:
    """POST /v1/payment_methods/{id}: metadata and billing details."""
    doc = call.find("account", call.ids[0], "PaymentMethod")
    doc["metadata"] = merge_metadata(doc["metadata"], call.params.get("metadata"))
    doc["billing_details"] = {**doc["billing_details"], **(call.params.get("billing_details") or {})}
    save(call.moment, doc)
    return render.payment_method(doc)


def list_methods(call: Call) -> Document:
    """GET /v1/payment_methods of one customer."""
    if "customer" not in call.params:
        raise invalid("The sandbox lists the payment methods of one customer.", "customer", "parameter_missing")
    where, values = ["kind = 'account'", "customer = ?"], [call.params["customer"]]
    if call.params.get("type") not in (None, "us_bank_account"):
        where.append("FALSE")
    return pages.read_page(
        call.db,
        "objects",
        call.params,
        "/v1/payment_methods",
        lambda rows: [render.payment_method(json.loads(row["doc"])) for row in rows],
        where,
        values,
    )


def attach_method(call: Call) -> Document:
    """POST /v1/payment_methods/{id}/attach."""
    doc = find_method(call, call.ids[0])
    customer = call.find("customer", call.params.get("customer"), "customer", "customer")
    attach(call, doc, customer)
    return render.payment_method(doc)


def attach(call: Call, doc: Document, customer: Document) -> None:
    """Give an account to a customer; refused where it has one."""
    if doc.get("_deleted"):
        raise StripeError(400, "This PaymentMethod was previously detached from a Customer and may not be used again.")
    if doc["customer"] and doc["customer"] != customer["id"]:
        raise StripeError(
            400,
            "The payment method you provided has already been attached to a customer.",
            code="payment_method_unexpected_state",
        )
    doc["customer"] = customer["id"]
    save(call.moment, doc)
    call.moment.emit("payment_method.attached", lambda: render.payment_method(doc))


def detach_method(call: Call) -> Document:
    """POST /v1/payment_methods/{id}/detach."""
    doc = call.find("account", call.ids[0], "PaymentMethod")
    if not doc["customer"]:
        message = "The payment method you provided is not attached to a customer so detachment is impossible."
        raise StripeError(400, message, code="payment_method_unexpected_state")
    detach(call.moment, doc)
    call.moment.emit("payment_method.detached", lambda: render.payment_method(doc))
    return render.payment_method(doc)

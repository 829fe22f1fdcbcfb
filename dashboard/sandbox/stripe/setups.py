"""Mandates, and the SetupIntents that collect them without a charge."""

from __future__ import annotations

import json
from typing import Any

from dashboard.sandbox.stripe import accounts, mandates, methods, pages, render, tables
from dashboard.sandbox.stripe.call import Call
from dashboard.sandbox.stripe.errors import StripeError, invalid, missing, not_imitated
from dashboard.sandbox.stripe.moment import Document
from dashboard.sandbox.stripe.params import merge_metadata

IMITATED_NAMES = (
    "customer payment_method payment_method_data payment_method_options confirm allowed_payment_method_types "
    "excluded_payment_method_types automatic_payment_methods mandate_data metadata description usage return_url "
    "use_stripe_sdk client_secret"
)
IMITATED = frozenset(IMITATED_NAMES.split())


def check_types(params: dict[str, Any]) -> None:
    """Only ACH is imitated, so a list of types must leave it in; one list, not several (Stripe: changelog)."""
    several = {"allowed_payment_method_types", "excluded_payment_method_types", "automatic_payment_methods"}
    if len(several & set(params)) > 1:
        raise invalid(
            "Received more than one of allowed_payment_method_types, excluded_payment_method_types and "
            "automatic_payment_methods.",
            "allowed_payment_method_types",
            "parameters_exclusive",
        )
    allowed = params.get("allowed_payment_method_types", ["us_bank_account"])
    if "us_bank_account" not in allowed or "us_bank_account" in params.get("excluded_payment_method_types", []):
        raise not_imitated("payment methods other than us_bank_account")


def create_setup(call: Call) -> Document:
    """POST /v1/setup_intents."""
    params = call.params
    call.only(IMITATED, "a SetupIntent")
    check_types(params)
    if "mandate_data" in params and not params.get("confirm"):
        raise invalid("You can only provide mandate_data when confirm is true.", "mandate_data")
    customer = call.find("customer", params["customer"], "customer", "customer") if "customer" in params else None
    account = None
    if "payment_method_data" in params:
        account = methods.make_method(call, params["payment_method_data"], "payment_method_data[us_bank_account]")
    elif "payment_method" in params:
        account = methods.find_method(call, params["payment_method"], "payment_method")
    options = mandates.bank_options(params)
    doc: Document = {
        "id": call.moment.id("seti"),
        "object": "setup_intent",
        "allowed_payment_method_types": params.get("allowed_payment_method_types"),
        "application": None,
        "automatic_payment_methods": None,
        "cancellation_reason": None,
        "client_secret": call.moment.id("seti") + "_secret",
        "created": call.moment.at,
        "customer": customer["id"] if customer else None,
        "customer_account": None,
        "description": params.get("description"),
        "excluded_payment_method_types": None,
        "flow_directions": None,
        "last_setup_error": None,
        "latest_attempt": None,
        "livemode": False,
        "mandate": None,
        "metadata": merge_metadata({}, params.get("metadata")),
        "next_action": None,
        "on_behalf_of": None,
        "payment_method": account["id"] if account else None,
        "payment_method_configuration_details": None,
        "payment_method_options": {"us_bank_account": {"verification_method": "automatic", **options}},
        "payment_method_types": ["us_bank_account"],
        "single_use_mandate": None,
        "status": "requires_confirmation" if account else "requires_payment_method",
        "usage": params.get("usage", "off_session"),
    }
    check_owner(account, doc["customer"], "SetupIntent")
    _save(call, doc)
    call.moment.emit("setup_intent.created", lambda: public_setup(doc))
    return _confirm(call, doc, params) if params.get("confirm") else public_setup(doc)


def public_setup(doc: Document) -> Document:
    """A SetupIntent without what is kept for its microdeposits."""
    return render.public(doc)


def check_owner(account: Document | None, customer: str | None, what: str) -> None:
    """An account that belongs to a customer is used with that customer."""
    if account and account["customer"] and account["customer"] != customer:
        message = (
            f"The provided PaymentMethod ({account['id']}) belongs to a Customer. "
            f"Please include the Customer in the `customer` parameter on the {what}."
        )
        raise StripeError(400, message, param="customer" if not customer else "payment_method")


def _save(call: Call, doc: Document) -> None:
    tables.put(call.db, "setup_intent", doc, customer=doc["customer"], parent=doc["payment_method"])


def confirm_setup(call: Call) -> Document:
    """POST /v1/setup_intents/{id}/confirm."""
    doc = call.find("setup_intent", call.ids[0], "setupintent")
    call.only(IMITATED, "a SetupIntent")
    if "payment_method" in call.params:
        account = methods.find_method(call, call.params["payment_method"], "payment_method")
        check_owner(account, doc["customer"], "SetupIntent")
        doc["payment_method"] = account["id"]
    return _confirm(call, doc, call.params)


def _unexpected(doc: Document, verb: str) -> StripeError:
    message = f"You cannot {verb} this SetupIntent because it has a status of {doc['status']}."
    return StripeError(400, message, code="setup_intent_unexpected_state", setup_intent=public_setup(doc))


def _confirm(call: Call, doc: Document, params: dict[str, Any]) -> Document:
    if doc["status"] not in ("requires_payment_method", "requires_confirmation"):
        raise _unexpected(doc, "confirm")
    if not doc["payment_method"]:
        raise missing("payment_method")
    account = call.find("account", doc["payment_method"], "PaymentMethod", "payment_method")
    acceptance = mandates.read_acceptance(params)
    if account["_blocked"]:
        error = StripeError(
            402,
            "The bank account is blocked and cannot be used.",
            code="bank_account_unusable",
            type="card_error",
            payment_method=render.payment_method(account),
            kept=True,
        )
        doc.update(status="requires_payment_method", last_setup_error=error.error)
        _save(call, doc)
        raise error
    if acceptance is None and mandates.active_mandate(call.moment, account["id"]) is None:
        doc["status"] = "requires_confirmation"
        _save(call, doc)
        raise StripeError(
            400,
            "This SetupIntent requires a mandate, but no existing mandate was found. Collect mandate acceptance from "
            "the customer and try again, providing acceptance data in the mandate_data parameter.",
            code="setup_intent_mandate_invalid",
            setup_intent=public_setup(doc),
            kept=True,
        )
    options = doc["payment_method_options"]["us_bank_account"]
    options.update(mandates.bank_options(params))
    paper = (options.get("mandate_options") or {}).get("collection_method") == "paper"
    doc["_acceptance"], doc["_paper"] = acceptance, paper
    if account["status"] != "verified":
        if account["id"].startswith("ba_"):
            raise mandates.unverified(kept=True)
        doc.update(status="requires_action", next_action=mandates.microdeposit_action(call.moment, doc["id"]))
        _save(call, doc)
        call.moment.emit("setup_intent.requires_action", lambda: public_setup(doc))
        return public_setup(doc)
    return _succeed(call, doc, account)


def verify_setup(call: Call) -> Document:
    """POST /v1/setup_intents/{id}/verify_microdeposits."""
    doc = call.find("setup_intent", call.ids[0], "setupintent")
    if doc["status"] != "requires_action":
        raise _unexpected(doc, "verify")
    account = call.find("account", doc["payment_method"], "PaymentMethod")
    mandates.check_microdeposits(call.params, account)
    account["status"] = "verified"
    return _succeed(call, doc, account)


def _succeed(call: Call, doc: Document, account: Document) -> Document:
    if doc["customer"] and not account["customer"]:
        methods.attach(call, account, {"id": doc["customer"]})
    accounts.save(call.moment, account)
    acceptance = doc.pop("_acceptance", None)
    mandate = mandates.make_mandate(call.moment, account, acceptance, doc.pop("_paper", False)) if acceptance else None
    mandate = mandate or mandates.active_mandate(call.moment, account["id"])
    doc.update(status="succeeded", next_action=None, last_setup_error=None, mandate=mandate["id"] if mandate else None)
    _save(call, doc)
    call.moment.emit("setup_intent.succeeded", lambda: public_setup(doc))
    return public_setup(doc)


def retrieve_setup(call: Call) -> Document:
    """GET /v1/setup_intents/{id}."""
    return public_setup(call.find("setup_intent", call.ids[0], "setupintent"))


def cancel_setup(call: Call) -> Document:
    """POST /v1/setup_intents/{id}/cancel."""
    doc = call.find("setup_intent", call.ids[0], "setupintent")
    if doc["status"] in ("succeeded", "canceled", "processing"):
        raise _unexpected(doc, "cancel")
    doc.update(status="canceled", cancellation_reason=call.params.get("cancellation_reason"), next_action=None)
    _save(call, doc)
    call.moment.emit("setup_intent.canceled", lambda: public_setup(doc))
    return public_setup(doc)


def list_setups(call: Call) -> Document:
    """GET /v1/setup_intents."""
    where, values = ["kind = 'setup_intent'"], []
    for name, column in (("customer", "customer"), ("payment_method", "parent")):
        if name in call.params:
            where.append(f"{column} = ?")
            values.append(call.params[name])
    return pages.read_page(
        call.db,
        "objects",
        call.params,
        "/v1/setup_intents",
        lambda rows: [public_setup(json.loads(row["doc"])) for row in rows],
        where,
        values,
    )

"""Mandates, and the SetupIntents that collect them without a charge."""

from __future__ import annotations

import json
from typing import Any

from dashboard.bankdays import add_business_days, submission_day
from dashboard.sandbox.stripe import accounts, pages, render, tables
from dashboard.sandbox.stripe.call import Call
from dashboard.sandbox.stripe.errors import StripeError, invalid, missing, not_imitated
from dashboard.sandbox.stripe.moment import Document, Moment, midnight, moment_of
from dashboard.sandbox.stripe.params import merge_metadata

GOOD_CODE, TOO_MANY_CODE, TIMED_OUT_CODE = "SM11AA", "SM33CC", "SM44DD"  # Stripe: test descriptor codes


IMITATED_NAMES = (
    "customer payment_method payment_method_data payment_method_options confirm allowed_payment_method_types "
    "excluded_payment_method_types automatic_payment_methods mandate_data metadata description usage return_url "
    "use_stripe_sdk client_secret"
)
IMITATED = frozenset(IMITATED_NAMES.split())


def make_mandate(
    moment: Moment, account: Document, acceptance: Document, paper: bool = False, single: int | None = None
) -> Document:
    """Keep an active mandate; `single` is the amount in cents of a debit that it serves alone."""
    kind = acceptance["type"]
    doc: Document = {
        "id": moment.id("mandate"),
        "object": "mandate",
        "created": moment.at,
        "customer_acceptance": {
            "accepted_at": acceptance.get("accepted_at") or moment.at,
            kind: acceptance.get(kind) or {},
            "type": kind,
        },
        "livemode": False,
        "payment_method": account["id"],
        "payment_method_details": {
            "type": "us_bank_account",
            "us_bank_account": {"collection_method": "paper"} if paper else {},
        },
        "status": "active",
        "type": "multi_use" if single is None else "single_use",
        **({"multi_use": {}} if single is None else {"single_use": {"amount": single, "currency": "usd"}}),
    }
    tables.put(moment.db, "mandate", doc, customer=account["customer"], parent=account["id"])
    moment.emit("mandate.updated", lambda: public_mandate(doc), {"status": "pending"})
    return doc


def public_mandate(doc: Document) -> Document:
    """A mandate without its time of creation, which Stripe does not show."""
    return {name: value for name, value in doc.items() if name != "created"}


def active_mandate(moment: Moment, account: str) -> Document | None:
    """The newest mandate that lets this account be debited again, or None."""
    for mandate in tables.find(moment.db, "mandate", parent=account):
        if mandate["status"] == "active" and mandate["type"] == "multi_use":
            return mandate
    return None


def read_acceptance(params: dict[str, Any]) -> Document | None:
    """The checked `mandate_data[customer_acceptance]`, or None where there is none."""
    data = params.get("mandate_data")
    if not data:
        return None
    acceptance: Document = data["customer_acceptance"]
    if acceptance["type"] == "online" and "online" not in acceptance:
        raise missing("mandate_data[customer_acceptance][online]")
    options = bank_options(params)
    if (options.get("mandate_options") or {}).get("collection_method") == "paper" and acceptance["type"] != "offline":
        raise invalid(
            "A paper mandate needs an offline customer_acceptance.", "mandate_data[customer_acceptance][type]"
        )
    return acceptance


def bank_options(params: dict[str, Any]) -> Document:
    """`payment_method_options[us_bank_account]`."""
    return dict((params.get("payment_method_options") or {}).get("us_bank_account") or {})


def check_types(params: dict[str, Any]) -> None:
    """ACH alone is imitated, so a list of types must leave it in; one list, not several (Stripe: changelog)."""
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


def retrieve_mandate(call: Call) -> Document:
    """GET /v1/mandates/{id}."""
    return public_mandate(call.find("mandate", call.ids[0], "mandate"))


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
        account = accounts.make_method(call, params["payment_method_data"], "payment_method_data[us_bank_account]")
    elif "payment_method" in params:
        account = accounts.find_method(call, params["payment_method"], "payment_method")
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
        "payment_method_options": {"us_bank_account": {"verification_method": "automatic", **bank_options(params)}},
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
        account = accounts.find_method(call, call.params["payment_method"], "payment_method")
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
    acceptance = read_acceptance(params)
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
    if acceptance is None and active_mandate(call.moment, account["id"]) is None:
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
    paper = (bank_options(params).get("mandate_options") or {}).get("collection_method") == "paper"
    doc["_acceptance"], doc["_paper"] = acceptance, paper
    if account["status"] != "verified":
        if account["id"].startswith("ba_"):
            raise unverified(kept=True)
        doc.update(status="requires_action", next_action=microdeposit_action(call.moment, doc["id"]))
        _save(call, doc)
        call.moment.emit("setup_intent.requires_action", lambda: public_setup(doc))
        return public_setup(doc)
    return _succeed(call, doc, account)


def unverified(kept: bool = False) -> StripeError:
    """A `ba_` that was not verified cannot be debited."""
    message = "The customer's bank account must be verified in order to be used for ACH payments."
    return StripeError(400, message, code="bank_account_unverified", param="payment_method", kept=kept)


def microdeposit_action(moment: Moment, id: str) -> Document:
    """The `next_action` of an intent that waits for the customer to read a descriptor code."""
    arrival = add_business_days(submission_day(moment_of(moment.at)), 1)
    return {
        "type": "verify_with_microdeposits",
        "verify_with_microdeposits": {
            "arrival_date": midnight(arrival),
            "hosted_verification_url": f"https://payments.stripe.example/microdeposit/{id}",
            "microdeposit_type": "descriptor_code",
        },
    }


def check_microdeposits(params: dict[str, Any], account: Document) -> None:
    """Refuse a code or amounts that are not those of test mode."""
    code, amounts = params.get("descriptor_code"), sorted(params.get("amounts") or [])
    if not code and not amounts:
        raise missing("descriptor_code")
    prefix = "payment_method_microdeposit_verification"
    if code == TOO_MANY_CODE or amounts == accounts.TOO_MANY:
        raise StripeError(
            400, "You have exceeded the number of verification attempts.", code=f"{prefix}_attempts_exceeded"
        )
    if code == TIMED_OUT_CODE or amounts == accounts.TIMED_OUT:
        raise StripeError(400, "Microdeposit verification timed out.", code=f"{prefix}_timeout")
    if account["_number"] == "000666666661":
        raise StripeError(400, "The microdeposits failed.", code="payment_method_microdeposit_failed")
    if code and code != GOOD_CODE:
        raise StripeError(400, "The descriptor code does not match.", code=f"{prefix}_descriptor_code_mismatch")
    if amounts and amounts != accounts.MICRODEPOSITS:
        raise StripeError(400, "The amounts do not match.", code=f"{prefix}_amounts_mismatch")


def verify_setup(call: Call) -> Document:
    """POST /v1/setup_intents/{id}/verify_microdeposits."""
    doc = call.find("setup_intent", call.ids[0], "setupintent")
    if doc["status"] != "requires_action":
        raise _unexpected(doc, "verify")
    account = call.find("account", doc["payment_method"], "PaymentMethod")
    check_microdeposits(call.params, account)
    account["status"] = "verified"
    return _succeed(call, doc, account)


def _succeed(call: Call, doc: Document, account: Document) -> Document:
    if doc["customer"] and not account["customer"]:
        accounts.attach(call, account, {"id": doc["customer"]})
    accounts.save(call.moment, account)
    acceptance = doc.pop("_acceptance", None)
    mandate = make_mandate(call.moment, account, acceptance, doc.pop("_paper", False)) if acceptance else None
    mandate = mandate or active_mandate(call.moment, account["id"])
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

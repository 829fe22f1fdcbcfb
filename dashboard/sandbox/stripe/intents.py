"""PaymentIntents on US bank accounts: the only way to make an ACH debit since the Charges API lost it."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from dashboard.sandbox.stripe import accounts, intent_rules, lifecycle, mandates, methods, pages, render, setups, tables
from dashboard.sandbox.stripe.call import Call
from dashboard.sandbox.stripe.errors import StripeError, invalid, not_imitated
from dashboard.sandbox.stripe.moment import Document
from dashboard.sandbox.stripe.outcomes import Outcome
from dashboard.sandbox.stripe.params import merge_metadata

BLOCKED = Outcome("blocked", "", "refused", "bank_account_unusable", "The bank account is blocked and cannot be used.")
NO_MANDATE = (
    "This PaymentIntent requires a mandate, but no existing mandate was found. Collect mandate acceptance from the "
    "customer and try again, providing acceptance data in the mandate_data parameter."
)


def create_intent(call: Call) -> Document:
    """POST /v1/payment_intents."""
    params = call.params
    intent_rules.check_params(call)
    for name in ("mandate_data", "mandate", "off_session", "return_url", "error_on_requires_action"):
        if name in params and not params.get("confirm"):
            raise invalid(f"You can only provide {name} when confirm is true.", name)
    customer = call.find("customer", params["customer"], "customer", "customer") if "customer" in params else None
    if customer and customer.get("deleted"):
        raise StripeError(400, f"No such customer: '{customer['id']}'", code="resource_missing", param="customer")
    account = None
    if "payment_method_data" in params:
        account = methods.make_method(call, params["payment_method_data"], "payment_method_data[us_bank_account]")
    elif "payment_method" in params:
        account = methods.find_method(call, params["payment_method"], "payment_method")
    setups.check_owner(account, customer["id"] if customer else None, "PaymentIntent")
    options = intent_rules.read_options(params)
    id = call.moment.id("pi")
    tables.insert(
        call.db,
        "intents",
        id=id,
        customer=customer["id"] if customer else None,
        account=account["id"] if account else None,
        amount=params["amount"],
        created=call.moment.at,
        status="requires_confirmation" if account else "requires_payment_method",
        descriptor=params.get("statement_descriptor"),
        description=params.get("description"),
        email=params.get("receipt_email"),
        metadata=json.dumps(merge_metadata({}, params.get("metadata"))),
        options=json.dumps(options) if options else None,
    )
    lifecycle.emit_intent(call.moment, "payment_intent.created", id)
    return _confirm(call, id) if params.get("confirm") else _show(call, id)


def _show(call: Call, id: str) -> Document:
    return render.intent(call.row("intents", id, "payment_intent"))


def confirm_intent(call: Call) -> Document:
    """POST /v1/payment_intents/{id}/confirm."""
    row = call.row("intents", call.ids[0], "payment_intent")
    intent_rules.check_params(call)
    if row["status"] not in intent_rules.OPEN:
        if {"payment_method", "payment_method_data"} & set(call.params) and row["status"] != "succeeded":
            raise intent_rules.unexpected(row, "update", "payment_method")
        raise intent_rules.unexpected(row, "confirm")
    if "payment_method" in call.params or "payment_method_data" in call.params:
        if "payment_method_data" in call.params:
            given = call.params["payment_method_data"]
            account = methods.make_method(call, given, "payment_method_data[us_bank_account]")
        else:
            account = methods.find_method(call, call.params["payment_method"], "payment_method")
        setups.check_owner(account, row["customer"], "PaymentIntent")
        tables.update(call.db, "intents", row["id"], account=account["id"], status="requires_confirmation")
    options = intent_rules.read_options(call.params)
    if options:
        kept = json.loads(row["options"]) if row["options"] else {}
        tables.update(call.db, "intents", row["id"], options=json.dumps({**kept, **options}))
    if "receipt_email" in call.params:
        tables.update(call.db, "intents", row["id"], email=call.params["receipt_email"] or None)
    return _confirm(call, row["id"])


def _confirm(call: Call, id: str) -> Document:
    row = call.row("intents", id, "payment_intent")
    if not row["account"]:
        raise StripeError(
            400,
            "You cannot confirm this PaymentIntent because it's missing a payment method. Update the PaymentIntent "
            "with a payment method and then confirm it again.",
            code="payment_intent_unexpected_state",
            payment_intent=render.intent(row),
            kept=True,
        )
    account = call.find("account", row["account"], "PaymentMethod", "payment_method")
    if account.get("_deleted"):
        raise StripeError(400, "The PaymentMethod was detached from its Customer and may not be used again.", kept=True)
    options = json.loads(row["options"]) if row["options"] else {}
    acceptance = mandates.read_acceptance(call.params) or options.get("_acceptance")
    if account["status"] != "verified" and account["id"].startswith("ba_"):
        raise mandates.unverified(kept=True)
    if account["_blocked"]:
        raise _refuse(call, row, account, None, BLOCKED)
    mandate = _find_mandate(call, account, acceptance)
    if mandate is None and acceptance is None:
        error = StripeError(400, NO_MANDATE, code="payment_intent_mandate_invalid", kept=True)
        error.error["payment_intent"] = render.intent(row)
        raise error
    if account["status"] != "verified":
        action = json.dumps(mandates.microdeposit_action(call.moment, id))
        options["_acceptance"] = acceptance
        tables.update(call.db, "intents", id, status="requires_action", next_action=action, options=json.dumps(options))
        lifecycle.emit_intent(call.moment, "payment_intent.requires_action", id)
        return _show(call, id)
    return _start(call, row, account, mandate, acceptance, options)


def _find_mandate(call: Call, account: Document, acceptance: Document | None) -> Document | None:
    if "mandate" in call.params:
        mandate = call.find("mandate", call.params["mandate"], "mandate", "mandate")
        if mandate["status"] != "active" or mandate["payment_method"] != account["id"]:
            raise StripeError(
                400,
                "The provided mandate is invalid.",
                code="payment_intent_mandate_invalid",
                param="mandate",
                kept=True,
            )
        return mandate
    return None if acceptance else mandates.active_mandate(call.moment, account["id"])


def _start(
    call: Call,
    row: Document,
    account: Document,
    mandate: Document | None,
    acceptance: Document | None,
    options: Document,
) -> Document:
    paper = (options.get("mandate_options") or {}).get("collection_method") == "paper"
    reusable = account["id"].startswith("ba_") or account["customer"] or options.get("setup_future_usage")
    if mandate is None and acceptance:
        single = None if reusable else row["amount"]
        mandate = mandates.make_mandate(call.moment, account, acceptance, paper, single)
    if row["customer"] and not account["customer"] and options.get("setup_future_usage"):
        methods.attach(call, account, {"id": row["customer"]})
    outcome = lifecycle.outcome_for(call.moment, account)
    if outcome.kind == "refused":
        raise _refuse(call, row, account, mandate, outcome)
    target = options.get("target_date")
    lifecycle.start_debit(
        call.moment,
        row,
        {**account, "customer": row["customer"]},
        outcome,
        mandate=mandate["id"] if mandate else None,
        amount=row["amount"],
        target=date.fromisoformat(target) if target else None,
        descriptor=row["descriptor"],
        description=row["description"],
        email=row["email"],
        metadata=row["metadata"],
    )
    return _show(call, row["id"])


def _refuse(call: Call, row: Document, account: Document, mandate: Document | None, outcome: Outcome) -> StripeError:
    charge = lifecycle.refuse_debit(call.moment, row, account, mandate["id"] if mandate else None, outcome)
    return StripeError(
        402,
        outcome.message,
        code=outcome.code,
        type="card_error",
        charge=charge,
        payment_intent=_show(call, row["id"]),
        payment_method=render.payment_method(account),
        payment_method_type="us_bank_account",
        kept=True,
    )


def verify_intent(call: Call) -> Document:
    """POST /v1/payment_intents/{id}/verify_microdeposits."""
    row = call.row("intents", call.ids[0], "payment_intent")
    if row["status"] != "requires_action":
        raise intent_rules.unexpected(row, "verify")
    account = call.find("account", row["account"], "PaymentMethod")
    mandates.check_microdeposits(call.params, account)
    account["status"] = "verified"
    accounts.save(call.moment, account)
    options = json.loads(row["options"])
    acceptance = options.pop("_acceptance", None)
    tables.update(call.db, "intents", row["id"], options=json.dumps(options) if options else None)
    mandate = None if acceptance else mandates.active_mandate(call.moment, account["id"])
    return _start(call, row, account, mandate, acceptance, options)


def retrieve_intent(call: Call) -> Document:
    """GET /v1/payment_intents/{id}."""
    return _show(call, call.ids[0])


def update_intent(call: Call) -> Document:
    """POST /v1/payment_intents/{id}: what it says always, what it does only before it is confirmed."""
    row, params = call.row("intents", call.ids[0], "payment_intent"), call.params
    intent_rules.check_params(call)
    says = {"metadata", "description", "receipt_email", "expand"}
    closed = sorted(set(params) - says)
    if closed and row["status"] not in intent_rules.OPEN:
        raise intent_rules.unexpected(row, "update", closed[0])
    values: dict[str, Any] = {}
    for name, column in (("description", "description"), ("receipt_email", "email"), ("amount", "amount")):
        if name in params:
            values[column] = params[name] or None
    if "statement_descriptor" in params:
        values["descriptor"] = params["statement_descriptor"] or None
    if "customer" in params:
        values["customer"] = call.find("customer", params["customer"], "customer", "customer")["id"]
    if "payment_method" in params:
        account = methods.find_method(call, params["payment_method"], "payment_method")
        setups.check_owner(account, values.get("customer", row["customer"]), "PaymentIntent")
        values.update(account=account["id"], status="requires_confirmation")
    options = intent_rules.read_options(params)
    if options:
        values["options"] = json.dumps({**(json.loads(row["options"]) if row["options"] else {}), **options})
    values["metadata"] = json.dumps(merge_metadata(json.loads(row["metadata"]), params.get("metadata")))
    tables.update(call.db, "intents", row["id"], **values)
    return _show(call, row["id"])


def cancel_intent(call: Call) -> Document:
    """POST /v1/payment_intents/{id}/cancel: until it is submitted, or while the test account keeps it processing."""
    row = call.row("intents", call.ids[0], "payment_intent")
    charge = tables.row_of(call.db, "charges", row["charge"])
    if row["status"] == "processing" and charge and not charge["txn"]:
        lifecycle.withdraw(call.moment, charge)
    elif row["status"] not in intent_rules.OPEN:
        raise intent_rules.unexpected(row, "cancel")
    tables.update(
        call.db,
        "intents",
        row["id"],
        status="canceled",
        canceled_at=call.moment.at,
        cancellation=call.params.get("cancellation_reason"),
        next_action=None,
    )
    lifecycle.emit_intent(call.moment, "payment_intent.canceled", row["id"])
    return _show(call, row["id"])


def list_intents(call: Call) -> Document:
    """GET /v1/payment_intents, by customer and created."""
    where = ["customer = ?"] if "customer" in call.params else []
    values = [call.params["customer"]] if where else []
    if "customer_account" in call.params:
        raise not_imitated("customer_account")
    return pages.read_page(
        call.db, "intents", call.params, "/v1/payment_intents", lambda r: render.intents(call.db, r), where, values
    )


def refuse_capture(call: Call) -> Document:
    """POST /v1/payment_intents/{id}/capture: ACH has no manual capture."""
    raise intent_rules.unexpected(call.row("intents", call.ids[0], "payment_intent"), "capture")

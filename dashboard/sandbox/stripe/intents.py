"""PaymentIntents on US bank accounts: the only way to make an ACH debit since the Charges API lost it."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from typing import Any

from dashboard.sandbox.stripe import accounts, lifecycle, mandates, methods, pages, render, setups, tables
from dashboard.sandbox.stripe.call import Call
from dashboard.sandbox.stripe.errors import StripeError, invalid, not_imitated
from dashboard.sandbox.stripe.moment import Document, moment_of
from dashboard.sandbox.stripe.outcomes import Outcome
from dashboard.sandbox.stripe.params import merge_metadata

LEAST, MOST = 50, 99_999_999  # cents; Stripe: limits of an amount in usd
LONGEST_DESCRIPTOR = 22
OPEN = ("requires_payment_method", "requires_confirmation", "requires_action")
IMITATED_NAMES = (
    "amount currency customer payment_method payment_method_data payment_method_options setup_future_usage confirm "
    "allowed_payment_method_types excluded_payment_method_types automatic_payment_methods capture_method metadata "
    "description receipt_email statement_descriptor off_session mandate mandate_data return_url client_secret "
    "error_on_requires_action confirmation_method use_stripe_sdk"
)
IMITATED = frozenset(IMITATED_NAMES.split())
BLOCKED = Outcome("blocked", "", "refused", "bank_account_unusable", "The bank account is blocked and cannot be used.")
NO_MANDATE = (
    "This PaymentIntent requires a mandate, but no existing mandate was found. Collect mandate acceptance from the "
    "customer and try again, providing acceptance data in the mandate_data parameter."
)


def check_amount(amount: int) -> None:
    """Fifty cents at least."""
    if amount < 1:
        raise invalid("This value must be greater than or equal to 1.", "amount", "parameter_invalid_integer")
    if amount < LEAST:
        raise StripeError(400, "Amount must be at least $0.50 usd", code="amount_too_small", param="amount")
    if amount > MOST:
        raise StripeError(400, "Amount must be no more than $999,999.99", code="amount_too_large", param="amount")


def check_descriptor(text: str | None) -> None:
    """Twenty-two characters at most, a letter among them, none of `< > ' \"`."""
    if not text:
        return
    if len(text) > LONGEST_DESCRIPTOR:
        raise invalid("The statement descriptor must be at most 22 characters.", "statement_descriptor")
    if re.search(r"[<>'\"*\\]", text) or not re.search(r"[A-Za-z]", text):
        raise invalid("The statement descriptor has characters that are not allowed.", "statement_descriptor")


def _check(call: Call) -> None:
    params = call.params
    call.only(IMITATED, "a PaymentIntent")
    if "amount" in params:
        check_amount(params["amount"])
    if "currency" in params and params["currency"].lower() != "usd":
        raise StripeError(
            400,
            f"The currency provided ({params['currency']}) is invalid for one or more payment method types on "
            "this PaymentIntent (us_bank_account supports usd).",
            param="currency",
        )
    setups.check_types(params)
    if params.get("capture_method") == "manual":
        raise StripeError(400, "us_bank_account does not support manual capture.", param="capture_method")
    check_descriptor(params.get("statement_descriptor"))
    _target(call)


def _target(call: Call) -> date | None:
    text = mandates.bank_options(call.params).get("target_date")
    if not text:
        return None
    try:
        target = date.fromisoformat(text)
    except ValueError:
        raise invalid(
            "target_date must be YYYY-MM-DD.", "payment_method_options[us_bank_account][target_date]"
        ) from None
    today = moment_of(call.moment.at).date()
    if not timedelta(days=3) <= target - today <= timedelta(days=15):
        raise invalid(
            "target_date must be between 3 and 15 days ahead.", "payment_method_options[us_bank_account][target_date]"
        )
    return target


def create_intent(call: Call) -> Document:
    """POST /v1/payment_intents."""
    params = call.params
    _check(call)
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
    options = mandates.bank_options(params)
    if "setup_future_usage" in params:
        options["setup_future_usage"] = params["setup_future_usage"]
    if "allowed_payment_method_types" in params:
        options["_allowed"] = params["allowed_payment_method_types"]
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


def _unexpected(row: Document, verb: str) -> StripeError:
    return StripeError(
        400,
        f"You cannot {verb} this PaymentIntent because it has a status of {row['status']}.",
        code="payment_intent_unexpected_state",
        payment_intent=render.intent(row),
    )


def confirm_intent(call: Call) -> Document:
    """POST /v1/payment_intents/{id}/confirm."""
    row = call.row("intents", call.ids[0], "payment_intent")
    if row["status"] not in ("requires_payment_method", "requires_confirmation"):
        raise _unexpected(row, "confirm")
    _check(call)
    if "payment_method" in call.params or "payment_method_data" in call.params:
        if "payment_method_data" in call.params:
            given = call.params["payment_method_data"]
            account = methods.make_method(call, given, "payment_method_data[us_bank_account]")
        else:
            account = methods.find_method(call, call.params["payment_method"], "payment_method")
        setups.check_owner(account, row["customer"], "PaymentIntent")
        tables.update(call.db, "intents", row["id"], account=account["id"], status="requires_confirmation")
    options = mandates.bank_options(call.params)
    if options:
        kept = json.loads(row["options"]) if row["options"] else {}
        tables.update(call.db, "intents", row["id"], options=json.dumps({**kept, **options}))
    return _confirm(call, row["id"])


def _confirm(call: Call, id: str) -> Document:
    row = call.row("intents", id, "payment_intent")
    if not row["account"]:
        raise StripeError(
            400,
            "You cannot confirm this PaymentIntent because it's missing a payment method.",
            code="payment_intent_unexpected_state",
            payment_intent=render.intent(row),
            kept=True,
        )
    account = call.find("account", row["account"], "PaymentMethod", "payment_method")
    if account.get("_deleted"):
        raise StripeError(400, "The PaymentMethod was detached from its Customer and may not be used again.", kept=True)
    acceptance = mandates.read_acceptance(call.params)
    options = json.loads(row["options"]) if row["options"] else {}
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
        raise _unexpected(row, "verify")
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
    _check(call)
    says = {"metadata", "description", "receipt_email", "expand"}
    if set(params) - says and row["status"] not in OPEN:
        raise _unexpected(row, "update")
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
    options = mandates.bank_options(params)
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
    elif row["status"] not in OPEN:
        raise _unexpected(row, "cancel")
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
    raise _unexpected(call.row("intents", call.ids[0], "payment_intent"), "capture")

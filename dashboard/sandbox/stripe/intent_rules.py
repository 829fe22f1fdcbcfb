"""What a PaymentIntent may say, and which steps its status allows."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, timedelta
from typing import Any

from dashboard.sandbox.stripe import mandates, render, setups
from dashboard.sandbox.stripe.call import Call
from dashboard.sandbox.stripe.errors import StripeError, invalid
from dashboard.sandbox.stripe.moment import Document, moment_of

LEAST, MOST = 50, 99_999_999  # cents; Stripe: limits of an amount in usd
SHORTEST_DESCRIPTOR, LONGEST_DESCRIPTOR = 5, 22
OPEN = ("requires_payment_method", "requires_confirmation", "requires_action")
IMITATED_NAMES = (
    "amount currency customer payment_method payment_method_data payment_method_options setup_future_usage confirm "
    "allowed_payment_method_types excluded_payment_method_types automatic_payment_methods capture_method metadata "
    "description receipt_email statement_descriptor off_session mandate mandate_data return_url client_secret "
    "error_on_requires_action confirmation_method use_stripe_sdk"
)
IMITATED = frozenset(IMITATED_NAMES.split())
UNEXPECTED = {  # Stripe's words for a step that the status does not allow
    "confirm": "You cannot confirm this PaymentIntent because it has a status of {status}. Only a PaymentIntent with "
    "one of the following statuses may be confirmed: requires_confirmation, requires_action.",
    "cancel": "You cannot cancel this PaymentIntent because it has a status of {status}. Only a PaymentIntent with one "
    "of the following statuses may be canceled: requires_payment_method, requires_capture, requires_confirmation, "
    "requires_action.",
    "update": "This PaymentIntent's {name} could not be updated because it has a status of {status}. You may only "
    "update the {name} of a PaymentIntent with one of the following statuses: requires_payment_method, "
    "requires_confirmation, requires_action.",
    "capture": "This PaymentIntent could not be captured because it has a status of {status}. Only a PaymentIntent "
    "with one of the following statuses may be captured: requires_capture.",
    "verify": "You cannot verify this PaymentIntent because it has a status of {status}.",
}
CONFIRMED = "You cannot confirm this PaymentIntent because it has already succeeded after being previously confirmed."


def check_amount(amount: int) -> None:
    """Fifty cents at least."""
    if amount < 1:
        raise invalid("This value must be greater than or equal to 1.", "amount", "parameter_invalid_integer")
    if amount < LEAST:
        raise StripeError(400, "Amount must be at least $0.50 usd", code="amount_too_small", param="amount")
    if amount > MOST:
        raise StripeError(400, "Amount must be no more than $999,999.99", code="amount_too_large", param="amount")


def check_descriptor(text: str | None) -> None:
    """Five to twenty-two Latin characters, a letter among them, none of `< > \\ ' " *` (Stripe: descriptors)."""
    if not text:
        return
    if len(text) > LONGEST_DESCRIPTOR:
        raise invalid("The statement descriptor must be at most 22 characters.", "statement_descriptor")
    if len(text) < SHORTEST_DESCRIPTOR:
        raise invalid("The statement descriptor must be at least 5 characters.", "statement_descriptor")
    letters = [unicodedata.name(each, "") for each in text if each.isalpha()]
    if re.search(r"[<>'\"*\\]", text) or not letters or not all(name.startswith("LATIN") for name in letters):
        raise invalid("The statement descriptor has characters that are not allowed.", "statement_descriptor")


def check_params(call: Call) -> None:
    """Refuse what Stripe refuses of an ACH debit, whichever step says it."""
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
    check_target(call)


def check_target(call: Call) -> date | None:
    """The day that the debit is to be made on, three to fifteen days ahead, or None."""
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


def unexpected(row: Document, verb: str, name: str = "") -> StripeError:
    """A step that the status does not allow; the error carries the intent as it is."""
    message = UNEXPECTED[verb].format(status=row["status"], name=name)
    if verb == "confirm" and row["status"] == "succeeded":
        message = CONFIRMED
    return StripeError(400, message, code="payment_intent_unexpected_state", payment_intent=render.intent(row))


def read_options(params: dict[str, Any]) -> Document:
    """What create, update and confirm say of how the account is debited; `_allowed` is the list of types."""
    options = mandates.bank_options(params)
    if "setup_future_usage" in params:
        options["setup_future_usage"] = params["setup_future_usage"] or None
    if "allowed_payment_method_types" in params:
        options["_allowed"] = params["allowed_payment_method_types"]
    return options

"""Mandates: what lets an account be debited, and the microdeposits that prove whose account it is."""

from __future__ import annotations

from typing import Any

from dashboard.domain.business_days import add_business_days, submission_day
from dashboard.sandbox.stripe import accounts, tables
from dashboard.sandbox.stripe.call import Call
from dashboard.sandbox.stripe.errors import StripeError, invalid, missing
from dashboard.sandbox.stripe.moment import Document, Moment, midnight, moment_of

GOOD_CODE, TOO_MANY_CODE, TIMED_OUT_CODE = "SM11AA", "SM33CC", "SM44DD"  # Stripe: test descriptor codes


def make_mandate(
    moment: Moment, account: Document, acceptance: Document, paper: bool = False, single: int | None = None
) -> Document:
    """Keep an active mandate; `single` is the amount in cents of the only debit that it serves."""
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


def retrieve_mandate(call: Call) -> Document:
    """GET /v1/mandates/{id}."""
    return public_mandate(call.find("mandate", call.ids[0], "mandate"))


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

"""The PaymentIntent of a debit: the body that is sent, how it is found again, and what its status says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

from dashboard.domain.models import BankAccount, Debit
from dashboard.domain.tags import DEBIT_TAG

WITHDRAWN = "requested_by_customer"  # Stripe's word for a PaymentIntent that a person no longer wants
CONFIRM: Mapping[str, Any] = {"off_session": True}  # the payment method stands in the PaymentIntent, and only there
COMPARED = ("amount", "currency", "customer", "payment_method", "statement_descriptor")


class Verdict(StrEnum):
    """What a PaymentIntent says of the money."""

    UNCONFIRMED = "unconfirmed"  # nothing moves
    CONFIRMED = "confirmed"  # it moves, or has moved
    FAILED = "failed"  # it was tried and nothing moves now
    CANCELED = "canceled"  # nothing moves, for good


def write_payment_intent(debit: Debit, account: BankAccount) -> dict[str, Any]:
    """The body of the create, without a confirmation (Stripe: `us_bank_account`).

    `allowed_payment_method_types` took the place of `payment_method_types` with 2026-09-30.endive.
    """
    return {
        "amount": debit.amount_cents,
        "currency": debit.currency,
        "customer": account.stripe_customer_id,
        "payment_method": account.stripe_bank_account_id,
        "allowed_payment_method_types": ["us_bank_account"],
        "payment_method_options": {"us_bank_account": {"transaction_purpose": debit.purpose.value}},
        "statement_descriptor": debit.statement_descriptor,
        "description": f"Invoice {debit.invoice_reference}",
        "metadata": {DEBIT_TAG: debit.id, "invoice_reference": debit.invoice_reference},
    }


def judge(intent: Mapping[str, Any]) -> Verdict:
    """Whether it was confirmed. A payment that failed at the bank goes back to `requires_payment_method` (Stripe: ACH).

    A status that nobody knows counts as confirmed: then nothing is sent in its place.
    """
    status = intent.get("status")
    if status == "canceled":
        return Verdict.CANCELED
    if status not in {"requires_confirmation", "requires_payment_method"}:
        return Verdict.CONFIRMED
    tried = intent.get("latest_charge") or intent.get("last_payment_error")
    return Verdict.FAILED if tried else Verdict.UNCONFIRMED


def matches(intent: Mapping[str, Any], body: Mapping[str, Any]) -> bool:
    """Whether a PaymentIntent is what would be created now: amount, account, customer, descriptor."""
    return all(_id(intent.get(name)) == body.get(name) for name in COMPARED)


def choose(intents: Iterable[dict[str, Any]]) -> dict[str, Any] | None:
    """The one that is the debit: one that was confirmed before any other, then one that can be."""
    order = (Verdict.CONFIRMED, Verdict.FAILED, Verdict.UNCONFIRMED)
    found = [one for one in intents if judge(one) in order]
    return min(found, key=lambda one: order.index(judge(one)), default=None)


def is_withdrawn(intent: Mapping[str, Any]) -> bool:
    """Whether a person canceled the order in some copy of the file: then no copy sends it any more."""
    return judge(intent) is Verdict.CANCELED and intent.get("cancellation_reason") == WITHDRAWN


def tag_of(intent: Mapping[str, Any]) -> object:
    """Our debit id in its metadata; None where it has none."""
    metadata = intent.get("metadata")
    return metadata.get(DEBIT_TAG) if isinstance(metadata, dict) else None


def _id(value: object) -> object:
    return value.get("id") if isinstance(value, dict) else value

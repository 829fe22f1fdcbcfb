"""Refunds: the order to give money back, how long that is possible, and how long a return would pay twice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from dashboard.domain.common import Problem

# Stripe: how long a payment can be refunded, by rail.
WINDOWS = {"us_bank_account": timedelta(days=180), "ach_debit": timedelta(days=90)}


class RefundState(StrEnum):
    """Where our own order to refund stands; what became of the money is Stripe's refund. The last three are ends."""

    REVIEW = "review"  # it waits for a second person
    ORDERED = "ordered"
    UNKNOWN = "unknown"
    AT_STRIPE = "at_stripe"  # a rule of Stripe's own asks somebody there; kept as unknown, beside `stripe_approval`
    SUBMITTED = "submitted"
    REFUSED = "refused"
    CANCELED = "canceled"


class RefundReason(StrEnum):
    """Why money is given back. The first two are Stripe's words (`reason`); the others are sent without one."""

    REQUESTED = "requested_by_customer"
    DUPLICATE = "duplicate"
    WRONG_AMOUNT = "wrong_amount"
    OTHER = "other"


ARRIVES_WITHIN = 3  # business days (Stripe: how long a refund of us_bank_account takes at most)
ASK_AFTER = 2  # business days more, for the bank to show it
AT_STRIPE = frozenset({RefundReason.REQUESTED, RefundReason.DUPLICATE})
GONE = frozenset({"failed", "canceled"})  # a refund of Stripe's in one of these gave the amount back to us


@dataclass(frozen=True)
class Refund:
    """Our row for one refund. `total_cents` is what was to have been refunded of the payment with it, as confirmed.

    `customer_id` is None where the payment's customer is none of ours; `status` is Stripe's word once it is known.
    """

    id: str
    payment_id: str
    customer_id: str | None
    cents: int
    currency: str
    total_cents: int
    reason: RefundReason
    note: str
    state: RefundState
    requested_by: str
    created_at: datetime
    updated_at: datetime
    stripe_refund_id: str | None = None
    status: str | None = None
    failure: str | None = None
    problem: Problem | None = None


@dataclass(frozen=True)
class RefundAnswer:
    """What a customer is told of one refund at Stripe: `expected_on` is None where Stripe gives no day (old rail)."""

    refund_id: str
    status: str
    reference: str | None
    expected_on: date | None
    text: str


@dataclass(frozen=True)
class RefundOrder:
    """What a person asks for; `ticket` is drawn with the form, so that a double click is one refund.

    `total_cents` is what will then have been refunded, as the person read it.
    """

    ticket: str
    payment_id: str
    cents: int
    total_cents: int
    reason: RefundReason
    note: str = ""

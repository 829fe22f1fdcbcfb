"""What a payment's state is: one pure function from the provider's facts, without reference to now.

Sources: Stripe, ACH lifecycle (charge and PaymentIntent statuses, late returns as disputes); DESIGN section 5.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import NamedTuple

from dashboard.domain.business_days import (
    EASTERN,
    SETTLEMENT_DAYS,
    add_business_days,
    count_business_days,
    submission_day,
)


class PaymentState(StrEnum):
    """Where the money is."""

    REVIEW = "review"
    AT_STRIPE = "at_stripe"
    SCHEDULED = "scheduled"
    SENDING = "sending"
    UNKNOWN = "unknown"
    UNSENT = "unsent"
    INCOMPLETE = "incomplete"
    SUBMITTED = "submitted"
    PENDING = "pending"
    SUCCEEDED = "succeeded"
    PAID_OUT = "paid_out"
    FAILED = "failed"
    CANCELED = "canceled"
    RETURNED_LATE = "returned_late"
    PARTLY_REFUNDED = "partly_refunded"
    REFUNDED = "refunded"

    @property
    def word(self) -> str:
        """The state in a table."""
        return WORDS[self][0]

    @property
    def icon(self) -> str:
        """A sign that says the same without color."""
        return WORDS[self][1]

    @property
    def is_waiting(self) -> bool:
        """Whether an answer is still to come; nothing may wait without a date."""
        return self in WAITING


WORDS: dict[PaymentState, tuple[str, str]] = {
    PaymentState.REVIEW: ("Waiting for approval", "◇"),
    PaymentState.AT_STRIPE: ("Waiting at Stripe", "◈"),
    PaymentState.SCHEDULED: ("Scheduled", "◷"),
    PaymentState.SENDING: ("Sending", "↗"),
    PaymentState.UNKNOWN: ("Unknown: searching at Stripe", "?"),
    PaymentState.UNSENT: ("Not sent: confirm again", "!"),
    PaymentState.INCOMPLETE: ("Not confirmed", "◌"),
    PaymentState.SUBMITTED: ("Submitted", "→"),
    PaymentState.PENDING: ("Pending", "◔"),
    PaymentState.SUCCEEDED: ("Succeeded", "✓"),
    PaymentState.PAID_OUT: ("Paid out", "✔"),
    PaymentState.FAILED: ("Failed", "✗"),
    PaymentState.CANCELED: ("Canceled", "⊘"),
    PaymentState.RETURNED_LATE: ("Returned late", "↩"),
    PaymentState.PARTLY_REFUNDED: ("Partly refunded", "◑"),
    PaymentState.REFUNDED: ("Refunded", "↺"),
}
WAITING = frozenset({PaymentState.SENDING, PaymentState.UNKNOWN, PaymentState.SUBMITTED, PaymentState.PENDING})
# An inquiry takes nothing back, and a dispute that was won gave it back again.
HARMLESS_DISPUTES = frozenset({"won", "prevented", "warning_needs_response", "warning_under_review", "warning_closed"})
PAID_PAYOUTS = frozenset({"paid", "in_transit"})


class PaymentFacts(NamedTuple):
    """What the provider's objects and our own debit say, as plain values; times are epoch seconds, money cents.

    A tuple: a backfill makes one a payment, and a frozen dataclass of so many fields takes six times as long.
    """

    created: int
    amount: int
    debit_state: str | None = None
    intent_status: str | None = None
    intent_error: str | None = None
    charge_status: str | None = None
    failure_code: str | None = None
    refunded: int = 0
    dispute_status: str | None = None
    dispute_reason: str | None = None
    dispute_created: int | None = None
    submitted: bool = False
    available_on: int | None = None
    payout_id: str | None = None
    payout_status: str | None = None
    payout_arrival: int | None = None
    collect_at: int | None = None


class PaymentStatus(NamedTuple):
    """The state; the date that belongs to it (epoch seconds); the provider's code as it came."""

    state: PaymentState
    on: int | None = None
    reason: str | None = None


def derive(facts: PaymentFacts) -> PaymentStatus:
    """The state of a payment; total over every combination, and a value that nobody knows ends as UNKNOWN with it."""
    if facts.dispute_status and facts.dispute_status not in HARMLESS_DISPUTES:
        return PaymentStatus(PaymentState.RETURNED_LATE, facts.dispute_created, facts.dispute_reason)
    if facts.charge_status == "failed":
        return PaymentStatus(PaymentState.FAILED, facts.available_on, facts.failure_code)
    if facts.refunded > 0:
        state = PaymentState.REFUNDED if facts.refunded >= facts.amount else PaymentState.PARTLY_REFUNDED
        return PaymentStatus(state)
    if facts.intent_status == "canceled":
        return PaymentStatus(PaymentState.CANCELED, reason=facts.failure_code or facts.intent_error)
    if facts.charge_status is not None:
        return _of_charge(facts)
    if facts.intent_status is not None:
        return _of_intent(facts, facts.intent_status)
    return _of_debit(facts)


def _of_charge(facts: PaymentFacts) -> PaymentStatus:
    if facts.charge_status == "succeeded":
        if facts.payout_id and facts.payout_status in PAID_PAYOUTS:
            return PaymentStatus(PaymentState.PAID_OUT, facts.payout_arrival)
        return PaymentStatus(PaymentState.SUCCEEDED, facts.available_on)
    if facts.charge_status == "pending":
        if facts.submitted:
            return PaymentStatus(PaymentState.PENDING, facts.available_on or estimate(facts.created))
        return PaymentStatus(PaymentState.SUBMITTED, estimate(facts.created))
    return PaymentStatus(PaymentState.UNKNOWN, estimate(facts.created), facts.charge_status)


def _of_intent(facts: PaymentFacts, status: str) -> PaymentStatus:
    if status == "processing":
        return PaymentStatus(PaymentState.SUBMITTED, estimate(facts.created))
    if status == "succeeded":
        return PaymentStatus(PaymentState.SUCCEEDED, estimate(facts.created))
    if status == "requires_payment_method" and facts.intent_error:
        return PaymentStatus(PaymentState.FAILED, reason=facts.intent_error)
    if status.startswith("requires_"):
        return PaymentStatus(PaymentState.INCOMPLETE, reason=status)
    return PaymentStatus(PaymentState.UNKNOWN, estimate(facts.created), status)


def _of_debit(facts: PaymentFacts) -> PaymentStatus:
    if facts.debit_state in {"created", "sending", "submitted"}:
        return PaymentStatus(PaymentState.SENDING, estimate(facts.created))
    if facts.debit_state == "review":
        return PaymentStatus(PaymentState.REVIEW)
    if facts.debit_state == "at_stripe":
        return PaymentStatus(PaymentState.AT_STRIPE)
    if facts.debit_state == "scheduled":
        return PaymentStatus(PaymentState.SCHEDULED, facts.collect_at)
    if facts.debit_state == "unsent":
        return PaymentStatus(PaymentState.UNSENT)
    if facts.debit_state == "canceled":
        return PaymentStatus(PaymentState.CANCELED, reason=facts.failure_code)
    if facts.debit_state == "refused":
        return PaymentStatus(PaymentState.FAILED, reason=facts.failure_code or "refused")
    return PaymentStatus(PaymentState.UNKNOWN, estimate(facts.created), facts.debit_state)


def estimate(created: int) -> int:
    """When an answer is due at the latest, as far as the rules tell: T+4 business days (Stripe: settlement timing)."""
    due = add_business_days(submission_day(datetime.fromtimestamp(created, UTC)), SETTLEMENT_DAYS)
    return noon(due)


def noon(day: date) -> int:
    """Noon of a day of the banks, so that it is the same day in every zone of the country."""
    return int(datetime(day.year, day.month, day.day, 12, tzinfo=EASTERN).timestamp())


@dataclass(frozen=True)
class Waiting:
    """What depends on the clock, computed when it is read: overdue, or how many business days are left."""

    overdue: bool
    business_days: int | None


def waiting_of(state: PaymentState, on: int | None, today: date) -> Waiting:
    """Whether an answer is overdue on this day; a payment that waits for nothing never is."""
    if not state.is_waiting or on is None:
        return Waiting(False, None)
    due = datetime.fromtimestamp(on, UTC).date()
    return Waiting(due < today, count_business_days(today, due))

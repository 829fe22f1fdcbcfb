"""What may be refunded: only what succeeded, inside its window, undisputed, and no more than was collected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dashboard.domain.customers import HolderType
from dashboard.domain.errors import InputError, Refused
from dashboard.domain.formatting import money
from dashboard.domain.models import Problem
from dashboard.domain.payment_status import PaymentState
from dashboard.domain.refunds import WINDOWS
from dashboard.domain.return_windows import find_return_windows
from dashboard.store.sql import from_epoch, maybe_from_epoch

NOTE_LIMIT = 200
COLLECTED = frozenset(
    {PaymentState.SUCCEEDED.value, PaymentState.PAID_OUT.value, PaymentState.PARTLY_REFUNDED.value, "refunded"}
)
UNTOUCHED = frozenset({"prevented"})  # a dispute that never took the money
DISPUTED = Problem(
    "This payment is or was disputed.",
    "The bank takes the money back by itself, or has; a refund would give it to the customer twice.",
    "Do not refund it. Answer the dispute at Stripe, and talk to the customer.",
    "disputed",
)
NOT_COLLECTED = Problem(
    "Only a payment that succeeded can be refunded.",
    "Nothing was done: nothing was collected yet, or it failed.",
    "Wait until it has succeeded. A debit that was not sent yet is canceled instead.",
    "not_collected",
)


@dataclass(frozen=True)
class Refundable:
    """One payment as it can be refunded now: cents; `problem` is why not.

    `returnable_until` is until when the bank may still return it; until then a return would pay the customer twice.
    """

    payment_id: str
    amount_cents: int
    currency: str
    refunded_cents: int
    customer_id: str | None
    window_until: datetime
    returnable_until: datetime
    is_partial_allowed: bool
    problem: Problem | None

    @property
    def left_cents(self) -> int:
        """What was not given back yet, orders that wait or are on their way included."""
        return max(0, self.amount_cents - self.refunded_cents)


def window_of(payment: dict[str, Any], charge: Mapping[str, Any] | None) -> tuple[datetime, datetime]:
    """Until when a payment can be refunded (Stripe), and until when its bank may return it as unauthorized (Nacha)."""
    of_company = charge is not None and charge["holder_type"] == HolderType.COMPANY
    created, settled = from_epoch(payment["created"]), maybe_from_epoch(payment["available_on"])
    returnable = find_return_windows(created, settled, of_company=of_company).unauthorized_at
    return created + WINDOWS.get(payment["rail"], WINDOWS["ach_debit"]), returnable


def find_problem(
    payment: dict[str, Any], parts: dict[str, list[dict[str, Any]]], left: int, now: datetime
) -> Problem | None:
    """Why a payment cannot be refunded; None where it can."""
    charge = next(iter(parts["charge"]), None)
    if any(one["status"] not in UNTOUCHED for one in parts["dispute"]) or (
        charge is not None and charge.get("disputed") and not parts["dispute"]
    ):
        return DISPUTED
    if charge is None or charge["status"] != "succeeded" or payment["state"] not in COLLECTED:
        return NOT_COLLECTED
    if now > window_of(payment, charge)[0]:
        return Problem(
            "Stripe refunds this payment no more.",
            "It is older than the 180 days (90 on the old rail) within which a payment is refunded.",
            "Send the money back by another way, such as a check.",
            "window_over",
        )
    if left <= 0:
        return Problem("Everything of this payment is refunded.", "Nothing is left to give back.", "", "nothing_left")
    return None


def check_amount(found: Refundable, cents: object, total: object) -> int:
    """Cents that may be refunded, whose total is what the person saw. Raises InputError, Refused."""
    if isinstance(cents, bool) or not isinstance(cents, int) or cents <= 0:
        raise InputError("The amount is not above zero.", action="Type dollars and cents.", code="invalid_amount")
    if found.refunded_cents + cents != total or cents > found.left_cents:
        raise Refused(
            "The total refunded would not be what you saw.",
            meaning=f"Of {money(found.amount_cents, found.currency)}, {money(found.refunded_cents, found.currency)} is"
            " refunded or on its way by now. Nothing was done.",
            action="Look at it again, then order the refund that is still wanted.",
            code="total_changed",
        )
    if cents != found.amount_cents and not found.is_partial_allowed:
        raise Refused(
            "Only the whole payment is refunded here.",
            meaning="Whether Stripe gives back a part of an ACH payment is not sure for every account.",
            action="Refund all of it, or ask an administrator about ACH_DESK_REFUND_PARTIAL.",
            code="partial_refund",
        )
    return cents


def check_note(text: str) -> str:
    """A note of at most 200 characters on one line. Raises InputError."""
    note = " ".join(text.split())
    if len(note) > NOTE_LIMIT or (note and not note.isprintable()):
        raise InputError(f"The note is longer than {NOTE_LIMIT} characters.", action="Shorten it.", code="invalid_note")
    return note

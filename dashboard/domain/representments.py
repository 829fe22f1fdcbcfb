"""Whether a debit that came back may be presented again, and as which attempt.

Source: Nacha, reinitiation of entries (Subsection 2.12.4): only R01 and R09, at most twice, within 180 days of the
original, the same amount; attempts that others made on the same debt count, and a dispute ends it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from dashboard.domain.cases import AGAIN_WITHIN
from dashboard.domain.common import Problem
from dashboard.domain.return_codes import MOST_REPRESENTMENTS, NOT_SENT, explain

ENDED = frozenset({"failed", "canceled"})  # states of a payment whose money does not come any more


@dataclass(frozen=True)
class Presentment:
    """One debit of the same debt: same customer, account, amount and reference, whoever ordered it."""

    payment_id: str
    created_on: date
    state: str
    reason: str | None
    fee: int
    is_disputed: bool
    is_refused: bool = False  # an order of ours that ended before Stripe took it

    @property
    def was_sent(self) -> bool:
        """Whether the bank network saw it: what was canceled or refused before is no attempt."""
        return self.state != "canceled" and not self.is_refused and self.reason not in NOT_SENT


class PresentedState(StrEnum):
    """Where an attempt that the desk ordered is; only `withdrawn` is an end, since Stripe may still correct itself."""

    ORDERED = "ordered"
    WITHDRAWN = "withdrawn"  # it never reached the bank: refused, declined or canceled
    FAILED = "failed"
    SUCCEEDED = "succeeded"

    @property
    def word(self) -> str:
        """As a page says it."""
        return ATTEMPT_WORDS[self]


ATTEMPT_WORDS = {
    PresentedState.ORDERED: "on its way",
    PresentedState.WITHDRAWN: "not sent",
    PresentedState.FAILED: "came back",
    PresentedState.SUCCEEDED: "succeeded",
}


@dataclass(frozen=True)
class Attempt:
    """A debit that presents `original_id` again, for the case that it was ordered from; `number` is 1 or 2."""

    debit_id: str
    case_id: str
    original_id: str
    number: int
    state: PresentedState
    ordered_at: datetime


@dataclass(frozen=True)
class Representment:
    """What may be done: `attempt` is the number of the next one, `until_on` its last day, `fees` cents so far."""

    original_id: str
    attempt: int
    until_on: date
    fees: int
    problem: Problem | None


def find_representment(payment_id: str, chain: Sequence[Presentment], today: date) -> Representment | None:
    """The rules over all debits of one debt, oldest first; None where this one did not come back for want of money."""
    this = next((one for one in chain if one.payment_id == payment_id), None)
    meaning = explain(this.reason) if this is not None else None
    if this is None or this.state != "failed" or meaning is None or not meaning.representable:
        return None
    near = [one for one in chain if one.was_sent and one.created_on >= this.created_on - AGAIN_WITHIN]
    original = next(one for one in near if one.state == "failed")
    after = near[near.index(original) + 1 :]
    until = original.created_on + AGAIN_WITHIN
    problem = None
    if any(one.is_disputed for one in chain):
        problem = Problem(
            "A debit of this debt was disputed.",
            "The customer told their bank that they did not authorize it, so it is not presented again.",
            "Talk to the customer and get a new authorization.",
            "disputed",
        )
    elif any(one.state not in ENDED for one in after):
        problem = Problem(
            "A later debit of the same amount is on its way, or has succeeded.",
            "Another one would take the money twice.",
            "Look at that payment first.",
            "other_attempt",
        )
    elif len(after) >= MOST_REPRESENTMENTS:
        problem = Problem(
            "It was presented again twice already.",
            "Attempts by other software and at Stripe count too.",
            "Ask the customer for another way to pay.",
            "too_many",
        )
    elif today > until:
        problem = Problem(
            "The 180 days in which it may be presented again are over.",
            "A debit now is a new one, for which the customer has to agree anew.",
            "Talk to the customer.",
            "too_late",
        )
    return Representment(original.payment_id, len(after) + 1, until, sum(one.fee for one in chain), problem)

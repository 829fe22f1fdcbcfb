"""Cases: one for each payment that failed, came back or is disputed, with its next step and until when it is done.

Sources: Nacha (reinitiation within 180 days; a corrected entry after R11 within 60; proof of authorization within 10
banking days), Stripe (the statuses of disputes and refunds).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from dashboard.domain.business_days import add_business_days
from dashboard.domain.return_codes import (
    ASK_STRIPE,
    CORRECT,
    OTHER_ACCOUNT,
    UNAUTHORIZED,
    explain,
    return_code,
)

WORKED_WITHIN = 10  # banking days; the time in which a bank that asks must get the proof of an authorization (Nacha)
AGAIN_WITHIN = timedelta(days=180)  # Nacha: how long an entry returned R01 or R09 may be presented again
CORRECTED_WITHIN = timedelta(days=60)  # Nacha: how long an entry returned R11 may be sent corrected
# What came back before the desk kept cases opens one only where it is younger than this: so long a bank may return a
# debit as unauthorized, and so far back Nacha counts return rates (both 60 days). What is older was worked elsewhere.
BEFORE_START = timedelta(days=60)
NOTE_LIMIT = 500


class CaseKind(StrEnum):
    """What happened to the payment."""

    RETURN = "return"  # it failed
    LATE_RETURN = "late_return"  # it had succeeded, and the bank took it back
    DISPUTE = "dispute"  # the bank took it back, and Stripe still takes an answer
    INQUIRY = "inquiry"  # the bank asks, and has taken nothing
    REFUND = "refund"  # what we gave back did not arrive

    @property
    def word(self) -> str:
        """As a table says it."""
        return KIND_WORDS[self]


class CaseState(StrEnum):
    """Where a case is; only the last is an end."""

    OPEN = "open"
    WAITING = "waiting"  # for the customer
    REVIEW = "review"  # a write-off waits for a second person
    PRESENTED = "presented"  # its debit was presented again, and what becomes of that decides it
    CLOSED = "closed"

    @property
    def word(self) -> str:
        """As a table says it."""
        return STATE_WORDS[self]


class NextStep(StrEnum):
    """The one thing to do next, by the code."""

    DEBIT_AGAIN = "debit_again"
    AUTHORIZATION = "authorization"
    ACCOUNT = "account"
    CONTACT = "contact"
    ASK_STRIPE = "ask_stripe"
    ANSWER = "answer"
    PAY_BACK = "pay_back"

    @property
    def word(self) -> str:
        """As a table says it."""
        return STEP_WORDS[self]


class Outcome(StrEnum):
    """How a case was decided. The first two are the desk's own decisions; from these it may open again."""

    RECOVERED = "recovered"
    BEFORE_START = "before_start"
    DONE = "done"
    DEBITED_AGAIN = "debited_again"
    WRITTEN_OFF = "written_off"
    MERGED = "merged"  # of an attempt that came back: the case of the first debit goes on

    @property
    def word(self) -> str:
        """As a table says it."""
        return OUTCOME_WORDS[self]


KIND_WORDS = {
    CaseKind.RETURN: "Return",
    CaseKind.LATE_RETURN: "Late return",
    CaseKind.DISPUTE: "Dispute",
    CaseKind.INQUIRY: "Inquiry",
    CaseKind.REFUND: "Failed refund",
}
STATE_WORDS = {
    CaseState.OPEN: "Open",
    CaseState.WAITING: "Waiting for the customer",
    CaseState.REVIEW: "Write-off waits for approval",
    CaseState.PRESENTED: "Presented again",
    CaseState.CLOSED: "Closed",
}
STEP_WORDS = {
    NextStep.DEBIT_AGAIN: "Debit again",
    NextStep.AUTHORIZATION: "Get a new authorization",
    NextStep.ACCOUNT: "Get a new account",
    NextStep.CONTACT: "Contact the customer",
    NextStep.ASK_STRIPE: "Ask Stripe",
    NextStep.ANSWER: "Answer at Stripe",
    NextStep.PAY_BACK: "Pay back another way",
}
OUTCOME_WORDS = {
    Outcome.RECOVERED: "Recovered",
    Outcome.BEFORE_START: "From before the desk kept cases",
    Outcome.DONE: "Done",
    Outcome.DEBITED_AGAIN: "Debited again",
    Outcome.WRITTEN_OFF: "Written off",
    Outcome.MERGED: "In the case of the first debit",
}
UNDECIDED = (CaseState.OPEN, CaseState.WAITING, CaseState.REVIEW, CaseState.PRESENTED)
BY_THE_DESK = frozenset({Outcome.RECOVERED, Outcome.BEFORE_START})
# Stripe: disputes that can still be answered, and inquiries that are open. Of the others one won took nothing.
ANSWERABLE = frozenset({"needs_response", "under_review"})
INQUIRIES = frozenset({"warning_needs_response", "warning_under_review"})
HAPPENED = {
    CaseKind.RETURN: "The payment failed",
    CaseKind.LATE_RETURN: "The bank took the payment back after it had succeeded",
    CaseKind.DISPUTE: "The payment is disputed: the bank took it back, and Stripe takes an answer",
    CaseKind.INQUIRY: "The bank asks about the payment, and has taken nothing",
    CaseKind.REFUND: "A refund did not arrive: its amount is ours again",
}


@dataclass(frozen=True)
class Trouble:
    """What is wrong with a payment now, by Stripe's objects; `cause` is the object's id, times are epoch seconds."""

    kind: CaseKind
    cause: str
    code: str | None
    cents: int
    happened_at: int

    @property
    def mark(self) -> str:
        """What a decision was about: something else than this is a new case."""
        return f"{self.kind.value} {self.cause}"


@dataclass(frozen=True)
class Case:
    """One case; money in cents, times aware UTC. `until_on` is the last day on which its next step is still possible.

    `assignee` is empty where it is nobody's yet; `cause` is the charge, dispute or refund that it is about.
    """

    id: str
    payment_id: str
    kind: CaseKind
    cause: str
    code: str | None
    step: NextStep
    state: CaseState
    outcome: Outcome | None
    assignee: str
    amount: int
    currency: str
    happened_at: datetime
    opened_at: datetime
    due_on: date
    until_on: date | None
    closed_at: datetime | None
    closed_by: str | None
    approver: str | None
    customer: str = ""
    reference: str = ""

    def is_overdue(self, today: date) -> bool:
        """Whether nobody decided it in time."""
        return self.state is not CaseState.CLOSED and self.due_on < today


@dataclass(frozen=True)
class CaseEvent:
    """One line of a case's time line; `note` is what a person wrote."""

    at: datetime
    by: str
    what: str
    note: str


def step_of(kind: CaseKind, code: str | None) -> NextStep:
    """The next step by what happened and its code."""
    if kind is CaseKind.REFUND:
        return NextStep.PAY_BACK
    if kind in {CaseKind.DISPUTE, CaseKind.INQUIRY}:
        return NextStep.ANSWER
    meaning = explain(code)
    if meaning is None:
        return NextStep.CONTACT if kind is CaseKind.RETURN else NextStep.AUTHORIZATION
    if meaning.representable:  # a late return is a dispute at Stripe, and after one nothing is presented again
        return NextStep.DEBIT_AGAIN if kind is CaseKind.RETURN else NextStep.CONTACT
    if return_code(code, code) == "R11":  # it may be sent corrected under the same authorization
        return NextStep.CONTACT
    if meaning.group == UNAUTHORIZED or "authorization" in meaning.action:
        return NextStep.AUTHORIZATION
    if meaning.action in {OTHER_ACCOUNT, CORRECT}:
        return NextStep.ACCOUNT
    return NextStep.ASK_STRIPE if meaning.action == ASK_STRIPE else NextStep.CONTACT


def revokes(kind: CaseKind, code: str | None) -> bool:
    """Whether the customer has said that they did not authorize it, so that nothing more is debited under it."""
    if kind in {CaseKind.REFUND, CaseKind.INQUIRY}:
        return False
    meaning = explain(code)
    is_correctable = return_code(code, code) == "R11"
    return meaning is not None and meaning.group == UNAUTHORIZED and not is_correctable


def days_of(kind: CaseKind, code: str | None, happened_on: date, taken_on: date) -> tuple[date, date | None]:
    """By when a case is decided, and the last day on which its next step is possible, where the rules say one.

    `taken_on` is the day on which the payment was made: from there the rules count.
    """
    due, until = add_business_days(happened_on, WORKED_WITHIN), None
    if kind in {CaseKind.RETURN, CaseKind.LATE_RETURN}:
        meaning = explain(code)
        if kind is CaseKind.RETURN and meaning is not None and meaning.representable:
            until = taken_on + AGAIN_WITHIN
        elif return_code(code, code) == "R11":
            until = taken_on + CORRECTED_WITHIN
    return due, until

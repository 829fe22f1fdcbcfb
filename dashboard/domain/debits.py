"""Debits: the order, what became of it, and the risk that was asked about before; cents and aware UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from dashboard.domain.banks import Balance
from dashboard.domain.common import Problem


class DebitState(StrEnum):
    """Where our own order to debit stands; what became of the money is the payment's state. The last three are ends."""

    CREATED = "created"
    REVIEW = "review"  # it waits for a second person
    SCHEDULED = "scheduled"  # it waits for its day
    SENDING = "sending"
    UNKNOWN = "unknown"
    AT_STRIPE = "at_stripe"  # a rule of Stripe's own asks somebody there; kept as unknown, beside `stripe_approval`
    UNSENT = "unsent"  # it was not sent in time, and has to be confirmed again
    SUBMITTED = "submitted"
    REFUSED = "refused"
    CANCELED = "canceled"


class Purpose(StrEnum):
    """What the money is for (Stripe: `transaction_purpose`; Nacha: consumer WEB debits since 20 March 2026)."""

    GOODS = "goods"
    SERVICES = "services"
    OTHER = "other"


class RiskSource(StrEnum):
    """What is asked before a debit: the bank's balance, or Plaid's Signal, which judges by a ruleset of ours."""

    BALANCE = "balance"
    SIGNAL = "signal"


class RiskResult(StrEnum):
    """What a ruleset of Plaid's Signal says of a debit (Plaid: `ruleset.result`)."""

    ACCEPT = "ACCEPT"
    REVIEW = "REVIEW"
    REROUTE = "REROUTE"


@dataclass(frozen=True)
class Assessment:
    """What Plaid's Signal said of one planned debit. Its `id` is Plaid's `client_transaction_id`.

    `result` is None where the answer was lost; `note` is what the business wrote beside the rule that applied;
    `looked_by` is who confirmed that they looked at a debit that was to be reviewed.
    """

    id: str
    bank_account_id: str
    amount_cents: int
    result: RiskResult | None
    note: str | None
    asked_by: str
    asked_at: datetime
    debit_id: str | None = None
    looked_by: str | None = None


@dataclass(frozen=True)
class DebitOrder:
    """What a person asks for; `ticket` is made when the form is drawn, so that a double click is one debit.

    `similar_to` is the id of the debit that looks like this one and that the person was asked about; `looked` says
    that they looked at a debit whose risk is to be reviewed.
    """

    ticket: str
    bank_account_id: str
    amount_cents: int
    invoice_reference: str
    purpose: Purpose
    balance: Balance
    accept_unknown_balance: bool = False
    similar_to: str | None = None
    looked: bool = False


@dataclass(frozen=True)
class Debit:
    """Our row for one debit: what was ordered, and what is known of it. `problem` is its job's, or why it ended.

    `collect_on` is the day on which it is to be taken, where it was scheduled.
    """

    id: str
    customer_id: str
    bank_account_id: str
    amount_cents: int
    currency: str
    purpose: Purpose
    invoice_reference: str
    statement_descriptor: str
    state: DebitState
    requested_by: str
    created_at: datetime
    updated_at: datetime
    payment_intent_id: str | None = None
    charge_id: str | None = None
    problem: Problem | None = None
    collect_on: date | None = None


@dataclass(frozen=True)
class ExpectedDates:
    """Estimates shown before a debit is confirmed: customer debited, money available."""

    debited: date
    available: date

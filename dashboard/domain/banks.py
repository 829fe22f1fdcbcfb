"""Connections to banks (Plaid: Items), the accounts of each, and what banks said about them; cents and aware UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from dashboard.domain.common import Generation


class ItemState(StrEnum):
    """Whether the connection to a bank still works."""

    HEALTHY = "healthy"
    LOGIN_REQUIRED = "login_required"
    REVOKED = "revoked"
    DOWN = "down"
    REMOVING = "removing"
    REMOVED = "removed"

    @property
    def is_ended(self) -> bool:
        """It was taken down, or is being taken down: nothing brings it back."""
        return self in {self.REMOVING, self.REMOVED}


class Ended(StrEnum):
    """Why an account is history."""

    REMOVED = "removed"
    REPLACED = "replaced"
    ERASED = "erased"


@dataclass(frozen=True)
class Item:
    """One customer's connection to one bank (Plaid: Item). Its access token lives in the store only, encrypted."""

    id: str
    customer_id: str
    generation: Generation
    institution_id: str | None
    institution_name: str
    state: ItemState
    created_at: datetime


@dataclass(frozen=True)
class BankAccount:
    """A linked account that can be debited: Plaid's account beside Stripe's bank account and its mandate."""

    id: str
    customer_id: str
    item_id: str
    plaid_account_id: str
    name: str
    mask: str | None
    subtype: str | None
    institution_name: str
    stripe_customer_id: str | None
    stripe_bank_account_id: str | None
    stripe_bank_name: str | None
    stripe_last4: str | None
    stripe_status: str | None
    fingerprint: str | None
    mandate_id: str | None
    mandate_status: str | None
    created_at: datetime
    ended: Ended | None = None
    ended_at: datetime | None = None
    replaced_by: str | None = None
    persistent_id: str | None = None
    missing_since: datetime | None = None

    @property
    def is_ready(self) -> bool:
        """Ready to debit: a verified Stripe bank account with an active mandate (Stripe: requirements of a `ba_`)."""
        return self.ended is None and self.stripe_status == "verified" and self.mandate_status == "active"


@dataclass(frozen=True)
class Balance:
    """What the bank said at `at`; `available_cents` is None where the bank gives no available balance.

    `assessment_id` names the risk assessment that it came with, where PLAID_RISK is `signal`.
    """

    available_cents: int | None
    current_cents: int | None
    currency: str | None
    at: datetime
    assessment_id: str | None = None


@dataclass(frozen=True)
class BankTransaction:
    """One line of a linked account, as the bank tells it; above zero is money that left the account (Plaid's sign)."""

    id: str
    account_id: str
    on: date
    name: str
    description: str
    amount_cents: int
    currency: str | None
    pending: bool

"""Customers: who pays us."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class HolderType(StrEnum):
    """Who holds a bank account (Stripe: `account_holder_type`)."""

    INDIVIDUAL = "individual"
    COMPANY = "company"


@dataclass(frozen=True)
class Customer:
    """A person or company whose bank account is linked; `reference` is the team's own customer number."""

    id: str
    name: str
    email: str
    reference: str
    holder_type: HolderType
    stripe_customer_id: str | None
    created_at: datetime

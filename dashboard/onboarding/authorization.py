"""What the customer agrees to, and how Stripe is told that they did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dashboard.models import Customer
from dashboard.onboarding.outcome import read_address

TEXT_VERSION = "2026-11"  # a change of the words is a new version; each mandate keeps the words it was given with
TEXT = (
    "By continuing, {customer} authorizes {business} to debit the bank account chosen in the next step electronically"
    " (ACH) for amounts owed for {business}'s goods or services, each for the amount agreed and on or after its due"
    " date, and, where a debit was made in error, to credit the account for its correction. Debits may vary in amount"
    " and frequency; {business} announces the amount and date of each one. This authorization stays in force until"
    " {customer} revokes it by telling {business}, giving it a reasonable time, at least three business days, to act."
    " {customer} is an owner of the account or may authorize debits from it, and the transactions comply with US law."
)


@dataclass(frozen=True)
class AuthorizationText:
    """The words shown before Link, with their version."""

    text: str
    version: str


def write_text(customer: Customer, business_name: str) -> AuthorizationText:
    """The authorization for one customer."""
    return AuthorizationText(TEXT.format(customer=customer.name, business=business_name), TEXT_VERSION)


def write_setup_intent(
    *,
    stripe_customer_id: str,
    bank_account_id: str,
    accepted_at: datetime,
    evidence: Mapping[str, Any],
    metadata: Mapping[str, str],
) -> dict[str, Any]:
    """The exact body of the SetupIntent that records the mandate without moving money (Stripe: mandate_data).

    `online` where the customer's own browser gave its address and user agent, else `offline`: given in person.
    """
    address, agent = read_address(evidence.get("ip_address")), evidence.get("user_agent")
    at = int(accepted_at.timestamp())
    if address and isinstance(agent, str) and agent:
        acceptance: dict[str, Any] = {
            "type": "online",
            "accepted_at": at,
            "online": {"ip_address": address, "user_agent": agent},
        }
    else:
        acceptance = {"type": "offline", "accepted_at": at}
    return {
        "customer": stripe_customer_id,
        "payment_method": bank_account_id,
        "allowed_payment_method_types": ["us_bank_account"],
        "confirm": True,
        "mandate_data": {"customer_acceptance": acceptance},
        "metadata": dict(metadata),
    }

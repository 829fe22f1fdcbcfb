"""What the customer agrees to, and how Stripe is told that they did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dashboard.domain.models import Customer
from dashboard.domain.text_safety import read_address
from dashboard.messages.customer_screens import WORDS, Language, Words
from dashboard.settings import Contact

TEXT_VERSION = "2026-12"  # a change of the words is a new version; each mandate keeps the words it was given with
ONLINE, OFFLINE = "online", "offline"  # Stripe: customer_acceptance.type


@dataclass(frozen=True)
class AuthorizationText:
    """The words shown before Link, with their version."""

    text: str
    version: str
    language: str


def write_text(
    customer: Customer, business_name: str, contact: Contact, language: Language = Language.ENGLISH
) -> AuthorizationText:
    """The authorization for one customer, in the language that they read it in."""
    words = WORDS[language]
    how = say_how_to_revoke(contact, words)
    text = words.mandate.format(customer=customer.name, business=business_name, how=how)
    return AuthorizationText(text, TEXT_VERSION, language.value)


def say_how_to_revoke(contact: Contact, words: Words) -> str:
    """` by phone at …, by e-mail to … or by letter to …`, after the business's name; nothing where nothing is set.

    Nacha, and Regulation E (12 CFR 1005.10(c)): an authorization says how it is revoked.
    """
    ways = (
        (words.revoke_phone, contact.phone),
        (words.revoke_email, contact.email),
        (words.revoke_address, contact.address),
    )
    said = [way.format(where=where) for way, where in ways if where]
    if len(said) > 1:
        said[-2:] = [f"{said[-2]} {words.revoke_or} {said[-1]}"]
    return f" {', '.join(said)}" if said else ""


def write_setup_intent(
    *,
    stripe_customer_id: str,
    bank_account_id: str,
    accepted_at: datetime,
    evidence: Mapping[str, Any],
    metadata: Mapping[str, str],
) -> dict[str, Any]:
    """The exact body of the SetupIntent that records the mandate without moving money (Stripe: mandate_data).

    `online` where the customer accepted in a browser that gave its address and user agent; `offline` where they did
    so in person before the operator, or where those facts, which Stripe requires of `online`, are not known.
    """
    address, agent = read_address(evidence.get("ip_address")), evidence.get("user_agent")
    in_person = evidence.get("accepted") == OFFLINE
    at = int(accepted_at.timestamp())
    if address and isinstance(agent, str) and agent and not in_person:
        acceptance: dict[str, Any] = {
            "type": ONLINE,
            "accepted_at": at,
            "online": {"ip_address": address, "user_agent": agent},
        }
    else:
        acceptance = {"type": OFFLINE, "accepted_at": at}
    return {
        "customer": stripe_customer_id,
        "payment_method": bank_account_id,
        "allowed_payment_method_types": ["us_bank_account"],
        "confirm": True,
        "mandate_data": {"customer_acceptance": acceptance},
        "metadata": dict(metadata),
    }

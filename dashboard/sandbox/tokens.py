"""Bank account tokens (`btok_`): what Plaid's processor call hands over and Stripe's attach spends, once."""

from __future__ import annotations

import hashlib
from typing import Any, Literal

from dashboard.sandbox import ids
from dashboard.sandbox.state import State

KIND = "stripe.token"
TEST_ROUTING_NUMBER = "110000000"
TEST_ACCOUNT_NUMBER = "000123456789"  # Plaid: every token of its sandbox is this account at Stripe


def fingerprint_of(state: State, routing_number: str, account_number: str) -> str:
    """Stripe's fingerprint: the same for the same account within one Stripe account, 16 characters."""
    seed = f"{state.secret('stripe.account')}/{routing_number}/{account_number}"
    number = int.from_bytes(hashlib.sha256(seed.encode()).digest(), "big")
    text = ""
    while len(text) < 16:
        number, rest = divmod(number, 62)
        text += ids.BASE62[rest]
    return text


def mint_bank_token(
    state: State,
    *,
    account_number: str = TEST_ACCOUNT_NUMBER,
    routing_number: str = TEST_ROUTING_NUMBER,
    holder_name: str | None = None,
    holder_type: Literal["individual", "company"] | None = "individual",
    bank_name: str = "STRIPE TEST BANK",
    source: Literal["plaid", "stripe"] = "stripe",
) -> str:
    """Make a `btok_` that can be spent once; one from Plaid gives a bank account that is verified already."""
    token = ids.stripe_id("btok")
    document: dict[str, Any] = {
        "id": token,
        "created": state.clock.timestamp(),
        "used": False,
        "from_plaid": source == "plaid",
        "account_number": account_number,
        "routing_number": routing_number,
        "holder_name": holder_name,
        "holder_type": holder_type,
        "bank_name": bank_name,
        "bank_account": ids.stripe_id("ba"),
        "fingerprint": fingerprint_of(state, routing_number, account_number),
    }
    state.put(KIND, token, document)
    return token


def find_bank_token(state: State, token: str) -> dict[str, Any] | None:
    """The token's document, spent or not, or None where nobody made it."""
    return state.get(KIND, token)


def spend_bank_token(state: State, token: str) -> None:
    """Mark it as used, so that the next attach is refused."""
    document = state.get(KIND, token)
    if document:
        state.put(KIND, token, {**document, "used": True})

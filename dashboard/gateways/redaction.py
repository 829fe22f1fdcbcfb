"""Providers quote what they were sent in their error messages; what opens an account is taken out before it is kept."""

from __future__ import annotations

import re

# Plaid's tokens, Stripe's bank tokens and keys, and the classic generation's tokens, which are 64 hexadecimal digits.
_SECRETS = re.compile(
    r"(?:access|public|link|processor)-[a-z]+-[0-9A-Za-z-]{8,}"
    r"|(?:btok|tok|whsec|(?:sk|rk|pk)_(?:test|live))_[0-9A-Za-z]{6,}"
    r"|\b(?:pi|seti)_[0-9A-Za-z]+_secret_[0-9A-Za-z]+"
    r"|\b[0-9a-f]{64,}\b"
)


def redact(message: str) -> str:
    """The message with `***` for each token and key in it, by the shapes that Plaid and Stripe document."""
    return _SECRETS.sub("***", message)

"""Identifiers in the providers' styles; random, since nobody may guess a token."""

from __future__ import annotations

import random
import secrets
import string
import uuid

BASE62 = string.ascii_letters + string.digits


def stripe_id(prefix: str, length: int = 24, source: random.Random | None = None) -> str:
    """`prefix_` and base62 characters, from `source` where a seeded history must repeat."""
    if source is None:
        return f"{prefix}_" + "".join(secrets.choice(BASE62) for _ in range(length))
    return f"{prefix}_" + "".join(source.choices(BASE62, k=length))


def plaid_token(kind: str, environment: str = "sandbox") -> str:
    """A Plaid token such as `access-sandbox-` and a uuid."""
    return f"{kind}-{environment}-{uuid.UUID(bytes=secrets.token_bytes(16), version=4)}"


def plaid_id(length: int = 37) -> str:
    """A Plaid object id (account, item, transaction): base62 characters."""
    return "".join(secrets.choice(BASE62) for _ in range(length))


def stripe_request_id() -> str:
    """Stripe's `Request-Id`."""
    return "req_" + "".join(secrets.choice(BASE62) for _ in range(14))


def plaid_request_id() -> str:
    """Plaid's `request_id`: 15 letters and digits."""
    return "".join(secrets.choice(BASE62) for _ in range(15))


def hex_secret(length: int = 30) -> str:
    """Hexadecimal characters, as Plaid's secrets are written."""
    return secrets.token_hex(length // 2)

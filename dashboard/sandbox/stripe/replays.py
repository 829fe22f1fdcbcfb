"""Idempotency keys: the first result of a POST is kept for 24 hours of sandbox time and replayed."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from typing import Any

from dashboard.sandbox.stripe.errors import StripeError
from dashboard.sandbox.stripe.moment import DAY, Document

LONGEST_KEY = 255


def fingerprint(method: str, path: str, params: dict[str, Any]) -> str:
    """What a key was first used with."""
    return hashlib.sha256(json.dumps([method, path, params], sort_keys=True).encode()).hexdigest()


def look_up(db: sqlite3.Connection, key: str, now: int, mark: str) -> Document | None:
    """The kept result of this key, or None; raises StripeError where it was used with something else."""
    if len(key) > LONGEST_KEY:
        raise StripeError(
            400, "Idempotency keys can be at most 255 characters long.", type="idempotency_error", saved=False
        )
    row = db.execute("SELECT * FROM replays WHERE key = ? AND created > ?", (key, now - DAY)).fetchone()
    if row is None:
        return None
    if row["fingerprint"] != mark:
        raise StripeError(
            400,
            "Keys for idempotent requests can only be used with the same parameters they were first used with. Try "
            f"using a key other than '{key}' if you meant to execute a different request.",
            type="idempotency_error",
            saved=False,
        )
    return dict(row)


def save(db: sqlite3.Connection, key: str, now: int, mark: str, request: str, status: int, body: str) -> None:
    """Keep a result."""
    db.execute(
        "INSERT OR REPLACE INTO replays (key, created, request, fingerprint, status, body) VALUES (?, ?, ?, ?, ?, ?)",
        (key, now, request, mark, status, body),
    )


def in_use(key: str) -> StripeError:
    """Another request holds the key."""
    return StripeError(
        409,
        "There is currently another in-progress request using this Idempotent Key (that probably means you submitted "
        f"twice, and the other request is still going through): {key}. Please try again later.",
        code="idempotency_key_in_use",
        saved=False,
    )

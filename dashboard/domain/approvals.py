"""Approval by a second person: what waits, in Stripe's words, and the digest of what is approved; cents and aware UTC.

Source of the states: Stripe, approval requests (2026-08-26 preview).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo
from enum import StrEnum

from dashboard.domain.business_days import add_business_days


class ApprovalState(StrEnum):
    """Where an approval is. The last five are ends."""

    REQUIRES_REVIEW = "requires_review"
    APPROVED = "approved"
    REJECTED = "rejected"
    CANCELED = "canceled"  # withdrawn by the maker, or void since what was asked for has changed
    EXPIRED = "expired"
    SUCCEEDED = "succeeded"
    FAILED = "failed"

    @property
    def words(self) -> str:
        """As a person reads it."""
        return WORDS[self]


WORDS = {
    ApprovalState.REQUIRES_REVIEW: "Waiting for approval",
    ApprovalState.APPROVED: "Approved, being sent",
    ApprovalState.REJECTED: "Declined",
    ApprovalState.CANCELED: "Canceled",
    ApprovalState.EXPIRED: "Expired",
    ApprovalState.SUCCEEDED: "Approved and sent",
    ApprovalState.FAILED: "Approved, then refused",
}
KINDS = {
    "debit": "Debit",
    "refund": "Refund",
    "write_off": "Write-off",
    "batch": "Batch",
}  # what a second person may be asked about
OPEN = frozenset({ApprovalState.REQUIRES_REVIEW, ApprovalState.APPROVED})


class HeldState(StrEnum):
    """Whether an operation of ours waits for an approval at Stripe; the second is its end."""

    WAITING = "waiting"
    ENDED = "ended"


@dataclass(frozen=True)
class Approval:
    """One question to a second person: about which operation (`kind` and `subject` are its job's), and how much.

    `requester` is who asked as `Actor.key` has it; `rule` is why a second person is asked, as the end of a sentence.
    """

    id: str
    kind: str
    subject: str
    customer_id: str | None
    amount_cents: int
    body_digest: str
    rule: str
    requested_by: str
    requester: str
    requested_at: datetime
    expires_at: datetime
    state: ApprovalState
    updated_at: datetime
    consumed_at: datetime | None = None


@dataclass(frozen=True)
class Decision:
    """What a second person decided: `digest` is of the bodies and facts that they were shown, which are `facts`."""

    id: str
    approval_id: str
    is_approved: bool
    person: str
    person_key: str
    reason: str
    digest: str
    facts: Mapping[str, object]
    amount_cents: int
    at: datetime
    address: str


def digest_of(value: Mapping[str, object]) -> str:
    """SHA-256 of the value as canonical JSON: whatever differs in it, the digest differs."""
    return hashlib.sha256(canonical(value)).hexdigest()


def canonical(value: Mapping[str, object]) -> bytes:
    """The value as canonical JSON, whose SHA-256 is its digest."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def expiry(asked: datetime, business_days: int, zone: tzinfo) -> datetime:
    """The end of the business day that comes so many business days after the one on which it was asked."""
    day = add_business_days(asked.astimezone(zone).date(), business_days) + timedelta(days=1)
    return datetime.combine(day, time(), zone)

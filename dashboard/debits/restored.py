"""Debits after a restore that could not bring over what was done since the backup: none until somebody has looked."""

from __future__ import annotations

from dashboard.domain.errors import Refused
from dashboard.domain.models import Problem
from dashboard.store import Store

RESTORED = Problem(
    "A backup was restored, and what was done after it cannot be known.",
    "Links, revocations and debits made after the backup are missing here, so that a debit could be a second one.",
    "An administrator compares the desk with Stripe and Plaid, then presses I have looked in the Inbox.",
    "restored",
)


def require_reviewed(store: Store) -> None:
    """Nothing where no restore waits to be looked into. Raises Refused."""
    if store.restores.open() is not None:
        raise Refused(RESTORED.what, meaning=RESTORED.meaning, action=RESTORED.action, code=RESTORED.code)

"""Whether an account can be debited, as a word with an icon, and what to do where not."""

from __future__ import annotations

from dashboard.accounts.eligibility import DEACTIVATED, DELETED
from dashboard.domain.models import Actor, BankAccount, Ended, Problem
from dashboard.staff.access import Permission, can
from dashboard.ui import actions, errors

READY, NOT_READY, SIGN_IN = "✓ Ready", "◌ Not ready", "✕ Sign in again"
ENDED = {Ended.REMOVED: "– Removed", Ended.REPLACED: "– Replaced", Ended.ERASED: "– Erased"}
WORDS = {
    "mandate_revoked": "✕ Authorization revoked",
    "USER_PERMISSION_REVOKED": "✕ Access revoked",
    "ITEM_NOT_FOUND": "✕ Access revoked",
    "INVALID_ACCESS_TOKEN": "✕ Access revoked",
    "ITEM_LOGIN_REQUIRED": SIGN_IN,
    "INSTITUTION_DOWN": "◌ Bank not answering",
    "INSTITUTION_NOT_RESPONDING": "◌ Bank not answering",
    "INSTITUTION_NOT_AVAILABLE": "◌ Bank not answering",
    "INVALID_ACCOUNT_ID": "✕ No longer listed by the bank",
    "renewing": "◌ Number is being renewed",
    DELETED: "✕ Deleted at Stripe",
    DEACTIVATED: "✕ Number deactivated",
    "other_holder": "✕ Somebody else's account",
}


def word(account: BankAccount, blocker: Problem | None) -> str:
    """Whether the account can be debited, in a few words."""
    if account.ended is not None:
        return ENDED[account.ended]
    if blocker is None:
        return READY
    default = SIGN_IN if blocker.provider == "plaid" else NOT_READY
    return WORDS.get(blocker.code, default)


def bare(word: str) -> str:
    """The word without its icon, for a file."""
    return word.partition(" ")[2]


def explain(actor: Actor, account: BankAccount, blocker: Problem) -> None:
    """Why the account cannot be debited, with the way to the page where that is fixed."""
    errors.show_problem(blocker, gentle=True)
    if account.ended is None and can(actor, Permission.VIEW_ACCOUNTS):
        there = actions.go("health")
        actions.button("Go to Account health", there, key=f"health-{account.id}", icon=":material/ecg_heart:")

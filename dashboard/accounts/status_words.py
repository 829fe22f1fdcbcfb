"""Whether an account can be debited, as a word with an icon."""

from __future__ import annotations

from dashboard.accounts.eligibility import DEACTIVATED, DELETED
from dashboard.domain.models import BankAccount, Ended, Problem

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


# Every word without its icon, for a filter.
STATUSES = tuple(sorted({bare(one) for one in (READY, NOT_READY, *ENDED.values(), *WORDS.values())}))

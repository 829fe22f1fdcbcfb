"""Whether an account can be debited, as a word with an icon, and what to do where not."""

from __future__ import annotations

import streamlit as st

from dashboard.access import Permission, can
from dashboard.models import Actor, BankAccount, Ended, Problem
from dashboard.standing import DEACTIVATED
from dashboard.ui import errors

READY, NOT_READY, SIGN_IN = "✓ Ready", "◌ Not ready", "✕ Sign in again"
ENDED = {Ended.REMOVED: "– Removed", Ended.REPLACED: "– Replaced", Ended.ERASED: "– Erased"}
WORDS = {
    "mandate_revoked": "✕ Authorization revoked",
    "USER_PERMISSION_REVOKED": "✕ Access taken back",
    "ITEM_NOT_FOUND": "✕ Access taken back",
    "INVALID_ACCESS_TOKEN": "✕ Access taken back",
    "ITEM_LOGIN_REQUIRED": SIGN_IN,
    "INSTITUTION_DOWN": "◌ Bank does not answer",
    "INSTITUTION_NOT_RESPONDING": "◌ Bank does not answer",
    "INSTITUTION_NOT_AVAILABLE": "◌ Bank does not answer",
    "INVALID_ACCOUNT_ID": "✕ No longer listed by the bank",
    "renewing": "◌ Number is being renewed",
    DEACTIVATED: "✕ Number switched off",
    "other_holder": "✕ Somebody else's account",
}


def word(account: BankAccount, obstacle: Problem | None) -> str:
    """The account's standing in a few words."""
    if account.ended is not None:
        return ENDED[account.ended]
    if obstacle is None:
        return READY
    default = SIGN_IN if obstacle.provider == "plaid" else NOT_READY
    return WORDS.get(obstacle.code, default)


def explain(actor: Actor, account: BankAccount, obstacle: Problem) -> None:
    """Why the account cannot be debited, with the way to the page where that is mended."""
    errors.show_problem(obstacle, gentle=True)
    if (
        account.ended is None
        and can(actor, Permission.VIEW_ACCOUNTS)
        and st.button("Go to Account health", icon=":material/ecg_heart:", key=f"health-{account.id}")
    ):
        st.switch_page("../pages/health.py")

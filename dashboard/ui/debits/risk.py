"""What Plaid's Signal says of a debit, in a cashier's words, and the confirmation that somebody looked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from dashboard.debits.preview import Preview
from dashboard.desk import Desk
from dashboard.domain.models import Balance, RiskResult, RiskSource
from dashboard.ui import actions
from dashboard.ui.text import plain


def offer_check(
    desk: Desk, work: actions.Work, *, key: str, button: Callable[..., object] = actions.button, **look: Any
) -> None:
    """The button that asks for the balance or the risk; `button` is that of a form, where it stands in one."""
    words, slow = "Check the balance", "Asking the bank; this can take half a minute …"
    if desk.settings.plaid_risk is RiskSource.SIGNAL:
        words, slow = "Check the risk", "Asking Plaid about the risk …"
    button(words, work, key=key, slow=slow, type="primary", **look)


def ask_look(seen: Preview) -> bool:
    """Show what Signal says; whether the person may go on: at once, or once they say that they looked."""
    found = seen.assessment
    if found is None:
        return True
    if not seen.must_look:
        st.success(
            "**Plaid accepts this debit.**  \nBy your rules, the risk that it comes back is low.",
            icon=":material/verified_user:",
        )
        return True
    if found.result is RiskResult.REVIEW:
        rule = f" Your rule says: {plain(found.note.rstrip('.'))}." if found.note else ""
        why = f"Plaid expects a higher risk that this debit comes back, and your rules ask for a look.{rule}"
    else:
        why = "Plaid accepts it, but our own debits on their way leave less than this amount in the account."
    st.warning(
        f"**Look at this debit before you send it.**  \n{why}  \n**What to do:** look at the customer's earlier"
        " payments, ask whether the money is there, and debit less or later where you doubt it. A return costs a fee.",
        icon=":material/policy:",
    )
    return st.checkbox("I looked at it. Debit all the same.", key=_key(found.id))


def looked(balance: Balance, fields: actions.Fields) -> bool:
    """Whether the person said that they looked at the debit that was assessed together with this balance."""
    return bool(fields.get(_key(balance.assessment_id or "")))


def _key(assessment_id: str) -> str:
    """Of one assessment, so that a look at one amount is none at another."""
    return f"debit-looked-{assessment_id}"

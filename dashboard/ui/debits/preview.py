"""What a person sees of an order before it is confirmed: the balance, our own debits on their way, and one like it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard.debits.preview import Preview
from dashboard.desk import Desk
from dashboard.domain.limits import LimitUse
from dashboard.domain.models import Actor, Balance, Debit, DebitState
from dashboard.ui import format, session
from dashboard.ui.text import plain

STATES = {
    DebitState.CREATED: ("Sending", "blue", ":material/schedule_send:"),
    DebitState.REVIEW: ("Waiting for approval", "orange", ":material/pending_actions:"),
    DebitState.SCHEDULED: ("Scheduled", "blue", ":material/event:"),
    DebitState.SENDING: ("Sending", "blue", ":material/schedule_send:"),
    DebitState.UNKNOWN: ("Unknown: searching at Stripe", "orange", ":material/help:"),
    DebitState.AT_STRIPE: ("Waiting at Stripe", "orange", ":material/pending_actions:"),
    DebitState.UNSENT: ("Not sent: confirm again", "orange", ":material/replay:"),
    DebitState.SUBMITTED: ("Submitted", "green", ":material/check_circle:"),
    DebitState.REFUSED: ("Refused", "red", ":material/block:"),
    DebitState.CANCELED: ("Canceled", "gray", ":material/cancel:"),
}


def show_balance(cents: int, balance: Balance, seen: Preview) -> None:
    """The amount beside what the bank says and what our own debits leave of it."""
    line = st.container(horizontal=True, gap="large")  # wraps: three columns of a tablet cut the words off
    line.metric("Debit", format.money(cents, "usd"), width="content")
    line.metric("Available at the bank", format.money(balance.available_cents, balance.currency), width="content")
    if seen.pending_cents and seen.left_cents is not None:
        left = format.money(seen.left_cents, balance.currency)
        line.metric("Left after our debits on their way", left, width="content")
        st.caption(f"Debits of {plain(format.money(seen.pending_cents, 'usd'))} have not reached the account yet.")
    else:
        line.metric("Current balance", format.money(balance.current_cents, balance.currency), width="content")


def show_limits(uses: Sequence[LimitUse]) -> None:
    """What is left of each limit that is set, one line each; nothing where nothing is limited."""
    for use in uses:
        left, most, reserved, taken = (
            format.money(cents) for cents in (use.left_cents, use.most_cents, use.reserved_cents, use.posted_cents)
        )
        line = f"Limit {use.limit.words}: {left} of {most} is left ({reserved} reserved, {taken} taken)."
        st.caption(plain(line))


def ask_about(desk: Desk, actor: Actor, similar: Debit) -> bool:
    """Show the debit that this order looks like; whether the person wants one more."""
    owner = desk.customers.get(actor, similar.customer_id)
    word = STATES[similar.state][0]
    now = desk.clock.now()
    st.warning(
        f"**{plain(similar.invoice_reference)} of {plain(owner.name)} was debited"
        f" {format.ago(similar.created_at, now)} ({plain(format.money(similar.amount_cents, similar.currency))},"
        f" {word}). Debit again?**  \nOrdered {format.moment(similar.created_at, session.zone(), now)} by"
        f" {plain(similar.requested_by)}.",
        icon=":material/content_copy:",
    )
    return st.checkbox("Yes, debit again.", key=f"debit-similar-{similar.id}")

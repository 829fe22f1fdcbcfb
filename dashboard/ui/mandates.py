"""One account's authorizations, as staff see them: the words, the proof, the customer's copy, and their end."""

from __future__ import annotations

import streamlit as st

from dashboard.access import Permission, can
from dashboard.desk import Desk
from dashboard.mandates import REASON_LIMIT, Authorization
from dashboard.models import Actor, BankAccount
from dashboard.ui import errors, format, session
from dashboard.ui.authorization_copy import name_copy, write_copy


def show(desk: Desk, actor: Actor, account: BankAccount) -> None:
    """Every authorization of the account, newest first."""
    for place, one in enumerate(desk.mandates.of_account(actor, account.id)):
        _show_one(desk, actor, one, newest=place == 0)


def offer_copy(authorization: Authorization) -> None:
    """The customer's printable copy, as a file."""
    st.download_button(
        "Customer's copy",
        write_copy(authorization, session.zone()),
        name_copy(authorization),
        "text/html",
        icon=":material/print:",
        on_click="ignore",
        key=f"copy-{authorization.mandate.id}",
        width="stretch",
    )


def _show_one(desk: Desk, actor: Actor, one: Authorization, *, newest: bool) -> None:
    mandate, zone, now = one.mandate, session.zone(), desk.clock.now()
    revoked = one.revocation
    state = "revoked" if revoked else mandate.status
    with st.expander(f"Authorization of {format.moment(mandate.accepted_at, zone, now)}: {state}", expanded=False):
        st.text(mandate.text)
        how = "by the customer in the browser" if one.is_online else "in person"
        told = "" if one.is_online == (mandate.acceptance == "online") else f" Told to Stripe as {mandate.acceptance}."
        st.caption(
            f"Accepted {how}, before {mandate.operator}.{told} Version {mandate.text_version}, {one.language.value}."
            f" Stripe's {mandate.stripe_mandate_id}, {mandate.setup_intent_id};"
            f" Link session {mandate.link_session_id or 'unknown'}."
        )
        facts = {name: value for name, value in mandate.evidence.items() if name in DEVICE_FACTS and value}
        if facts:
            st.caption("Device: " + "; ".join(f"{name.replace('_', ' ')} {value}" for name, value in facts.items()))
        if revoked:
            kept = f" Kept until {format.day(one.kept_until.date(), now.date())}." if one.kept_until else ""
            st.warning(
                f"Revoked {format.moment(revoked.revoked_at, zone, now)}, written down by {revoked.revoked_by}:"
                f" {errors.plain(revoked.reason)}.{kept} Nothing is debited under it.",
                icon=":material/block:",
            )
        offer_copy(one)
        if newest and revoked is None and can(actor, Permission.REVOKE_MANDATE):
            _offer_revocation(desk, actor, one)


def _offer_revocation(desk: Desk, actor: Actor, one: Authorization) -> None:
    with st.form(f"revoke-{one.mandate.id}", border=False):
        reason = st.text_input(
            "The customer takes it back: how did they tell you?", max_chars=REASON_LIMIT, placeholder="By phone, today"
        )
        if st.form_submit_button("Revoke: debit nothing more", icon=":material/block:"):
            with errors.shown():
                desk.mandates.revoke(actor, one.account.id, reason)
                st.rerun()


DEVICE_FACTS = ("ip_address", "user_agent", "screen", "languages", "time_zone", "touch_points")

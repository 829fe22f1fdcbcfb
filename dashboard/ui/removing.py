"""Taking a bank connection down, as staff do it: what goes, what stays, the reason, and the proof of who asks."""

from __future__ import annotations

import streamlit as st

from dashboard.access import Permission, can, is_proved
from dashboard.desk import Desk
from dashboard.mandates import REASON_LIMIT
from dashboard.models import Actor
from dashboard.ui import errors

WHAT_GOES = (
    "Its access at Plaid and the bank account at Stripe go, the stored tokens are erased, and nothing is debited from"
    " it any more. Payments, the authorization and this history stay. It cannot be undone; the bank can be linked anew."
)


def offer(desk: Desk, actor: Actor, item_id: str) -> None:
    """The form that removes a connection, for those who may; nothing for the others."""
    if not can(actor, Permission.REMOVE_BANK):
        return
    with st.expander("Remove this bank connection", icon=":material/link_off:"), st.form(f"remove-{item_id}"):
        st.markdown(WHAT_GOES)
        reason = st.text_input("Why?", max_chars=REASON_LIMIT, placeholder="The customer closed the account")
        pin, known = "", True
        if not is_proved(actor, desk.clock.real()):
            known = desk.sign_in.has_pin(actor)
            words = "Your PIN" if known else "You have no PIN: sign in again and set one under Your sign-in"
            pin = st.text_input(words, type="password", autocomplete="off", max_chars=12, disabled=not known)
        if st.form_submit_button("Remove it", icon=":material/link_off:", disabled=not known, width="stretch"):
            with errors.shown():
                proved = desk.sign_in.prove(actor, pin) if pin else actor
                desk.removals.remove(proved, item_id, reason)
                st.rerun()

"""Taking a bank connection down, as staff do it: what goes, what stays, the reason, and the proof of who asks."""

from __future__ import annotations

import streamlit as st

from dashboard.desk import Desk
from dashboard.domain.models import Actor
from dashboard.mandates import REASON_LIMIT
from dashboard.staff.access import Permission, can
from dashboard.ui import actions, pin

WHAT_GOES = (
    "This ends its access at Plaid, removes the bank account at Stripe and erases the stored tokens; it can no longer"
    " be debited. Payments, the authorization and this history stay. It cannot be undone; the bank can be linked again."
)


def offer(desk: Desk, actor: Actor, item_id: str) -> None:
    """The form that removes a connection, for those who may; nothing for the others."""
    if not can(actor, Permission.REMOVE_BANK):
        return
    with st.expander("Remove this bank connection", icon=":material/link_off:"), st.form(f"remove-{item_id}"):
        st.markdown(WHAT_GOES)
        why, typed_pin = f"remove-{item_id}-why", f"remove-{item_id}-pin"
        st.text_input("Why?", max_chars=REASON_LIMIT, placeholder="The customer closed the account", key=why)
        known = pin.ask(desk, actor, typed_pin)

        def remove(person: Actor, fields: actions.Fields) -> None:
            desk.removals.remove(pin.prove(desk, person, fields, typed_pin), item_id, fields[why])

        actions.submit(
            "Remove it",
            remove,
            key=f"remove-{item_id}-now",
            icon=":material/link_off:",
            disabled=not known,
            width="stretch",
        )

"""Bank accounts saved on the old rail that need a mandate, counted down to none; one by the address."""

from __future__ import annotations

import streamlit as st

from components.grid import grid
from dashboard.desk import Desk
from dashboard.domain.models import Actor
from dashboard.domain.old_accounts import OldState
from dashboard.staff.access import Permission, can
from dashboard.ui import actions, errors, format, layout, lists, session, sign_in_gate
from dashboard.ui.mandates import collect
from dashboard.ui.mandates.grid import OLD_ACCOUNTS, TO_COLLECT
from dashboard.ui.text import plain


def draw_count(desk: Desk, actor: Actor) -> None:
    """How many are left, what depends on them, and what Stripe was asked."""
    found = desk.old_accounts.figures(actor)
    brought = format.money(found.needs_cents, "usd")
    left = (
        f"{found.needs:,} left · {brought} a year" if found.needs else "✓ None left" if found.counts else "None known"
    )
    with st.popover(plain(left)):  # one short word, so that the head stays one line on a tablet
        done, aside = found.counts.get(OldState.COLLECTED, 0), found.counts.get(OldState.ASIDE, 0)
        st.markdown(
            plain(
                f"{format.count(found.needs, 'account')} to collect, which brought in {brought} in the last 12 months;"
                f" {done:,} collected, {aside:,} not needed."
            )
        )
        customers = format.count(found.to_ask + found.asked, "customer")
        st.caption(plain(f"Of {customers}, Stripe was asked about {found.asked:,} in the last 30 days."))
        if found.to_ask and can(actor, Permission.LINK_BANK):
            actions.button(
                "Ask Stripe",
                actions.call(desk.old_accounts.ask_stripe),
                key="old-ask",
                slow="Asking Stripe about the next customers…",
                help="Which bank accounts customers have there, and which have a mandate already.",
            )


@st.fragment
def draw_list(desk: Desk) -> None:
    """Every account in the table; what the table says draws this again and no more."""
    with errors.shown():
        actor = sign_in_gate.person()
        actions.begin_fragment()
        with lists.head():
            layout.title("Needs a mandate")
            draw_count(desk, actor)
        empty = (
            "No bank account was saved on the old rail.",
            "Those that charges of the old rail debited appear here by themselves; Ask Stripe finds the others.",
        )
        grid(OLD_ACCOUNTS.describe(actor, empty), key=OLD_ACCOUNTS.key)


def main() -> None:
    """The list, which begins with what is to be collected, or the account in the address."""
    desk = session.desk()
    id = st.query_params.get("account", "")
    if not id:
        if not st.query_params and OLD_ACCOUNTS.key not in st.session_state:
            st.query_params.from_dict(TO_COLLECT)
        with lists.page():
            draw_list(desk)
        return
    layout.title("Needs a mandate", "A bank account saved on the old rail, and the ways to collect its authorization.")
    lists.draw_way_back("mandates")
    with errors.shown():
        collect.draw(desk, session.actor(), id)


main()

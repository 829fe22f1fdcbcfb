"""Who did what, when, from where, and what it was before: searched, checked, and handed over as a file."""

from __future__ import annotations

from functools import partial

import streamlit as st

from components.grid import grid
from dashboard.desk import Desk
from dashboard.domain.models import Actor
from dashboard.ui import actions, downloads, errors, layout, lists, session, sign_in_gate
from dashboard.ui.operations.audit_grid import AUDIT, fields
from dashboard.ui.text import plain


@st.fragment(parallel=True)
def draw_chain(desk: Desk, actor: Actor) -> None:
    """Whether anybody changed the trail; walks all of it, beside the table and never before it."""
    with errors.shown():
        state = desk.audit.state(actor)
        if state.findings:
            st.error(
                f"**The trail was changed outside the desk.** {plain(state.findings[0])}"
                "  \n**What to do:** keep the file, compare it with the backups, and find out who had access.",
                icon=":material/error:",
            )
        elif state.end.seq:
            with st.popover(f"Complete up to entry {state.end.seq:,}", icon=":material/check_circle:"):
                st.caption(
                    "Note this line elsewhere; with it `ach-desk audit verify --end` proves that nothing was cut off."
                )
                st.code(f"{state.end.seq}:{state.end.digest}", language=None)


@st.fragment
def draw_trail(desk: Desk) -> None:
    """The trail in the table; what the table says draws this again and no more."""
    with errors.shown():
        actor = sign_in_gate.person()
        actions.begin_fragment()
        with lists.head():
            layout.title("Audit trail")
            with st.popover("Export", icon=":material/download:"):
                wanted = AUDIT.order().wanted
                downloads.offer(
                    "audit",
                    partial(desk.audit.export, actor, wanted),
                    partial(desk.audit.workbook, actor, wanted=wanted),
                )
            draw_chain(desk, actor)
        empty = "Nothing has been done yet.", "Every action, and every view of personal data, will stand here."
        about = AUDIT.describe(actor, empty, fields=fields(desk.audit.actions(actor)))
        grid(about, key=AUDIT.key)


def main() -> None:
    """The table, below the chain's state."""
    with lists.page():
        draw_trail(session.desk())


main()

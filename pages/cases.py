"""Payments that failed, came back or are disputed: a case for each, with its day and its one next step."""

from __future__ import annotations

import streamlit as st

from components.grid import grid
from dashboard.desk import Desk
from dashboard.ui import actions, errors, layout, lists, session, sign_in_gate
from dashboard.ui.cases import detail
from dashboard.ui.cases.grid import CASES, TO_DO
from dashboard.ui.evidence import packs
from dashboard.ui.payments import sync_status


@st.fragment
def draw_list(desk: Desk) -> None:
    """Every case in the table; what the table says draws this again and no more."""
    with errors.shown():
        actor = sign_in_gate.person()
        actions.begin_fragment()
        with lists.head():
            layout.title("Cases")
            packs.draw_month(desk, actor)
        empty = "Nothing has failed or come back yet.", "A case opens by itself when the sync reads such a payment."
        about = CASES.describe(actor, empty, reading=sync_status.say_still_reading(desk))
        grid(about, key=CASES.key)


def main() -> None:
    """The list, which begins with what is to be done, or the case in the address."""
    desk = session.desk()
    id = st.query_params.get("case")
    if not id:
        if not st.query_params and CASES.key not in st.session_state:
            st.query_params.from_dict(TO_DO)
        with lists.page():
            draw_list(desk)
        return
    layout.title("Case", "What happened to a payment, the one next step, and what was done about it.")
    lists.draw_way_back("cases")
    with errors.shown():
        detail.draw(desk, session.actor(), id)


main()

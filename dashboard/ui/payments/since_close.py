"""Since the last close: what changed, failures first, each to be ticked off."""

from __future__ import annotations

from datetime import tzinfo

import streamlit as st

from dashboard.desk import Desk
from dashboard.domain.models import Actor
from dashboard.payments.sheet import reason_words
from dashboard.payments.since_close import Change, ChangeGroup
from dashboard.ui import actions, errors, format, layout, session
from dashboard.ui.payments.grid import status_of, write_sums
from dashboard.ui.text import plain

LOOK = "Since the last close"


def draw(desk: Desk, actor: Actor) -> None:
    """Every group with what is open in it; what is ticked off stands below, to be taken back."""
    with errors.shown():
        groups, close = desk.since_close.list(actor), desk.since_close.close()
        left = sum(len(group.open) for group in groups)
        day = format.day(close)
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**Since the end of {plain(day)}: {left:,} to look at.**")
            shows_done = st.toggle("Show what is ticked off", key="since-done")
        if not groups:
            layout.empty(f"Nothing has changed since the end of {day}.", "Press Sync now, or look again later.")
        elif not left and not shows_done:
            layout.empty("Everything is ticked off.", "What changes next appears here.", ":material/task_alt:")
        for number, group in enumerate(groups):
            if group.open or shows_done:
                _draw_group(desk, group, number, shows_done=shows_done)


def _draw_group(desk: Desk, group: ChangeGroup, number: int, *, shows_done: bool) -> None:
    zone = session.zone()
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.subheader(f"{plain(group.name)} · {plain(write_sums(group.sums))}", anchor=False)
            query = group.wanted.to_query()
            st.page_link("../pages/payments.py", label="In the table", icon=":material/table:", query_params=query)
            if len(group.open) > 1:
                tick = actions.call(desk.since_close.tick, [one.mark for one in group.open])
                label = f"Tick off all {len(group.open)}"
                actions.button(label, tick, key=f"tick-all-{number}", icon=":material/done_all:")
        for change in group.changes if shows_done else group.open:
            _draw_change(desk, change, zone)
        if group.sums.count > len(group.changes):
            st.caption(f"The newest {len(group.changes):,} are shown here; the table has all.")


def _draw_change(desk: Desk, change: Change, zone: tzinfo) -> None:
    row, now = change.row, desk.clock.now()
    work = desk.since_close.untick if change.done else desk.since_close.tick
    who = row.customer or row.email or "Unknown customer"
    money = format.money(row.amount, row.currency)
    act = "" if row.next_action == "Nothing" else row.next_action
    parts = (status_of(row), reason_words(row.reason), row.reference, format.moment(row.created, zone, now))
    about = " · ".join(part for part in parts if part)
    label = f"**{plain(money)}** {plain(who)} · {plain(about)}" + (f" · **{plain(act)}**" if act else "")
    with st.container(horizontal=True, vertical_alignment="center"):
        key = f"tick-{row.id}-{row.state.value}-{change.done}"
        actions.checkbox(label, actions.call(work, [change.mark]), value=change.done, key=key)
        st.page_link(
            "../pages/payment.py", label="Open", icon=":material/open_in_new:", query_params={"payment": row.id}
        )

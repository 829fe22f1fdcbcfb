"""Where one's own views of the payments are kept, shared and removed."""

from __future__ import annotations

from urllib.parse import urlencode

import streamlit as st

from dashboard.desk import Desk
from dashboard.domain.models import Actor
from dashboard.ui import actions
from dashboard.ui.payments import filters
from dashboard.ui.payments.grid import COLUMNS
from dashboard.ui.text import plain

SORT_WORDS = {one.sort: one.title for one in COLUMNS.values() if one.sort}


def draw(desk: Desk, actor: Actor) -> None:
    """The button for them; the views themselves stand above the table."""
    with st.popover("My views", icon=":material/bookmark_add:", key="my-views", on_change="rerun") as keep:
        if keep.open:
            _draw_keeping(desk, actor, [saved.name for saved in desk.saved_views.list(actor)])


def _draw_keeping(desk: Desk, actor: Actor, names: list[str]) -> None:
    order = filters.current()
    wanted = order.wanted
    st.markdown("**Save the current view**")
    st.text(
        f"{wanted.words()}; sorted by {SORT_WORDS.get(order.sort, order.sort)}, {'down' if order.descending else 'up'}"
    )
    if wanted.created_from or wanted.created_to:
        st.caption("Its days stay as they are. Choose a period, such as This month, for days that move with today.")
    st.text_input("Name of the view", key="view-name", placeholder="Failed this month")

    def save(person: Actor, fields: actions.Fields) -> None:
        desk.saved_views.save(person, fields["view-name"], wanted, order.sort, descending=order.descending)

    actions.button("Save view", save, key="view-save", icon=":material/save:", width="stretch")
    st.markdown("**Share it**")
    st.caption("Anyone who may see payments sees the same rows at this address:")
    query = urlencode(filters.spelled())
    st.code(f"{st.context.url or ''}{'?' + query if query else ''}", language=None, wrap_lines=True)
    if names:
        st.markdown("**Remove one**")
    for kept in names:
        remove = actions.call(desk.saved_views.remove, kept)
        key = f"remove-{kept}"
        actions.button(f"Remove {plain(kept)}", remove, key=key, icon=":material/delete:", width="stretch")

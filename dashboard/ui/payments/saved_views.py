"""The usual views and one's own, each one click; and where one's own are kept, shared and removed."""

from __future__ import annotations

from functools import partial
from urllib.parse import urlencode

import streamlit as st

from dashboard.desk import Desk
from dashboard.domain.models import Actor
from dashboard.domain.payment_filter import PaymentFilter
from dashboard.ui import actions
from dashboard.ui.payments import filters
from dashboard.ui.text import plain


def draw(desk: Desk, actor: Actor) -> None:
    """A line of buttons that wraps where the screen is narrow."""
    mine = desk.saved_views.list(actor)
    with st.container(horizontal=True, gap="small"):
        for name, view in filters.VIEWS.items():
            _draw_button(name, f"view-{name}", view)
        for saved in mine:
            _draw_button(saved.name, f"mine-{saved.name}", saved.wanted, ":material/bookmark:")
        with st.popover("My views", icon=":material/bookmark_add:", key="my-views", on_change="rerun") as keep:
            if keep.open:
                _draw_keeping(desk, actor, [saved.name for saved in mine])


def _draw_button(name: str, key: str, wanted: PaymentFilter, icon: str | None = None) -> None:
    actions.button(plain(name), actions.go(also=partial(filters.use, wanted)), key=key, icon=icon)


def _draw_keeping(desk: Desk, actor: Actor, names: list[str]) -> None:
    wanted = filters.current()
    st.markdown("**Save the current view**")
    st.text(wanted.words())
    st.text_input("Name of the view", key="view-name", placeholder="Failed this month")

    def save(person: Actor, fields: actions.Fields) -> None:
        desk.saved_views.save(person, fields["view-name"], wanted)

    actions.button("Save view", save, key="view-save", icon=":material/save:", width="stretch")
    st.markdown("**Share it**")
    st.caption("Anyone who may see payments sees the same rows at this address:")
    query = urlencode(wanted.to_query())
    st.code(f"{st.context.url or ''}{'?' + query if query else ''}", language=None, wrap_lines=True)
    if names:
        st.markdown("**Remove one**")
    for kept in names:
        remove = actions.call(desk.saved_views.remove, kept)
        key = f"remove-{kept}"
        actions.button(f"Remove {plain(kept)}", remove, key=key, icon=":material/delete:", width="stretch")

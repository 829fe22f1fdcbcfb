"""The usual views and one's own, each one click; and where one's own are kept, shared and removed."""

from __future__ import annotations

from urllib.parse import urlencode

import streamlit as st

from dashboard.desk import Desk
from dashboard.filters import PaymentFilter
from dashboard.models import Actor
from dashboard.ui import errors, filtering


def draw(desk: Desk, actor: Actor) -> None:
    """A line of buttons that wraps where the screen is narrow."""
    mine = desk.saved_views.list(actor)
    with st.container(horizontal=True, gap="small"):
        for name, view in filtering.VIEWS.items():
            _draw_button(name, f"view-{name}", view)
        for saved in mine:
            _draw_button(saved.name, f"mine-{saved.name}", saved.wanted, ":material/bookmark:")
        with st.popover("My views", icon=":material/bookmark_add:", key="my-views", on_change="rerun") as keep:
            if keep.open:
                _draw_keeping(desk, actor, [saved.name for saved in mine])


def _draw_button(name: str, key: str, wanted: PaymentFilter, icon: str | None = None) -> None:
    st.button(_plain(name), key=key, icon=icon, on_click=filtering.use, args=(wanted,))


def _draw_keeping(desk: Desk, actor: Actor, names: list[str]) -> None:
    wanted = filtering.current()
    st.markdown("**Keep what is shown now**")
    st.text(wanted.words())
    name = st.text_input("Name of the view", key="view-name", placeholder="Failed this month")
    if st.button("Save view", icon=":material/save:", width="stretch"):
        with errors.shown():
            desk.saved_views.save(actor, name, wanted)
            st.rerun()
    st.markdown("**Share it**")
    st.caption("Whoever may see payments sees the same rows under this address:")
    query = urlencode(wanted.to_query())
    st.code(f"{st.context.url or ''}{'?' + query if query else ''}", language=None, wrap_lines=True)
    if names:
        st.markdown("**Remove one**")
    for kept in names:
        if st.button(f"Remove {_plain(kept)}", key=f"remove-{kept}", icon=":material/delete:", width="stretch"):
            with errors.shown():
                desk.saved_views.remove(actor, kept)
                st.rerun()


def _plain(name: str) -> str:
    """The name with what Markdown would act on made harmless: a person may type anything."""
    for character in "\\`*_[]<>$~:":
        name = name.replace(character, f"\\{character}")
    return name

"""Notices that nobody touches the page, hides it at once in the browser, and says so to Python."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import streamlit as st

_HERE = Path(__file__).parent

_mount = st.components.v2.component(
    "ach_desk.idle_watch",
    html="<span></span>",
    js=(_HERE / "idle_watch.js").read_text(encoding="utf-8"),
)


def idle_watch(token: str, after: timedelta) -> bool:
    """Whether nobody has touched the page for so long since this token's screen was mounted.

    The page stays hidden until it is drawn without this component: draw something that may be seen by anybody.
    """
    result = _mount(
        key=f"idle-{token}",
        data={"token": token, "after_ms": int(after.total_seconds() * 1000)},
        default={"idle": None},
        on_idle_change=_nothing,
    )
    return isinstance(result.idle, str) and result.idle.startswith(f"{token}:")


def was_idle(token: str) -> bool:
    """Whether the watch of this token, mounted in the run before, has said that nobody touched the page."""
    state = st.session_state.get(f"idle-{token}")
    said = state.get("idle") if isinstance(state, Mapping) else getattr(state, "idle", None)
    return isinstance(said, str) and said.startswith(f"{token}:")


def _nothing() -> None:
    """Streamlit wants a callback for each state value; the page reads the value in its body."""

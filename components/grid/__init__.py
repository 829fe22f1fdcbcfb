"""A table that scrolls through all of a list: its rows come by routes of the desk, past Streamlit.

Python hears only of what it must know: the filter and order that are shown.
"""

from __future__ import annotations

from collections.abc import Mapping

from components.loading import load

_WAITS = ".pg-waits { padding: .5rem; min-height: 3.5rem; color: var(--st-text-color); font-family: var(--st-font); }"
_mount = load("grid", "shell.js", html='<div class="pg-waits" role="status">Loading …</div>', css=_WAITS)


def grid(data: Mapping[str, object], *, key: str) -> None:
    """Mount the grid. `data` is what it shows beside the rows; equal data is not sent again.

    What it shows is `filter` of the state under the key: filter and order, as in the address.
    """
    _mount(key=key, data=dict(data), default={"filter": None}, on_filter_change=_nothing)


def _nothing() -> None:
    """Streamlit wants a callback for each state value; pages read it from the session."""

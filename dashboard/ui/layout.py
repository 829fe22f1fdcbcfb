"""What stands on every page: the mode mark and the title. The style sheet comes before them (web/first_page.py)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from html import escape

import streamlit as st

from dashboard.domain.models import Mode
from dashboard.ui.text import plain

MARKS = {
    Mode.SANDBOX: ("SANDBOX", "Practice. No real bank, no real money."),
    Mode.TEST: ("TEST", "Plaid Sandbox and Stripe test mode. No real money."),
    Mode.LIVE: ("LIVE", "Real bank accounts, real money."),
}


def mark_mode(mode: Mode, style: str = "", *, navigated: bool = False) -> None:
    """Say whose money moves, on every page; LIVE never looks like the others.

    Until it is there the page is hidden, and where it is to be `navigated`, until the navigation is (web/look.css).
    `style` is what a page adds to its look, so that it comes before what it would move.
    """
    word, meaning = MARKS[mode]
    mark = f"<b>{word}</b><span>{meaning}</span></div>"
    beside = " navigated" if navigated else ""
    st.html(f'{style}<div class="desk-mode page {mode.value}{beside}" role="note">{mark}')


def mark_sidebar(mode: Mode) -> None:
    """The same in the navigation, which covers the page where the screen is narrow."""
    with st.sidebar:
        st.html(f'<div class="desk-mode {mode.value}"><b>{MARKS[mode][0]}</b></div>')


def empty(why: str, action: str, icon: str = ":material/inbox:") -> None:
    """An empty table says why it is empty and what to do."""
    with st.container(border=True):
        st.markdown(f"{icon} **{plain(why)}**")
        st.caption(plain(action))


def table_key(name: str, ids: Iterable[str]) -> str:
    """The key of a table whose rows are picked: a pick is a place, so another list has to be another table."""
    return f"{name}-{hashlib.sha256('|'.join(ids).encode()).hexdigest()[:16]}"


def metrics(named: Sequence[tuple[str, str]]) -> None:
    """A row of figures, each under its name; one element, since a browser redraws each at every click on the page."""
    cells = "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(figure)}</dd></div>" for name, figure in named)
    st.html(f'<dl class="desk-metrics">{cells}</dl>')


def title(text: str, about: str = "") -> None:
    """The page's name, and one line on what it is for."""
    st.title(plain(text), anchor=False)
    if about:
        st.caption(plain(about))

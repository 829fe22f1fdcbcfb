"""What stands on every page: the mode mark, the title, and one small style sheet."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import streamlit as st

from dashboard.models import Mode

# A table's own toolbar lies over its head, not over what stands above it; its download is taken away: ours is checked
# for permission, kept in the trail, and holds no formula.
# The accent as a letter's colour is too dim on dark (3.6:1, WCAG asks for 4.5): frame and ground show what is chosen.
STYLE = """
<style>
[data-testid="stAppViewContainer"] { font-variant-numeric: tabular-nums; }
[data-testid="stMainBlockContainer"] { padding: 2.2rem 2.5rem 3rem; }
[data-testid="stMainBlockContainer"] h1 { font-size: 1.9rem; padding: .2rem 0 .4rem; }
[data-testid="stMainBlockContainer"] button, [data-testid="stMainBlockContainer"] summary,
[data-testid="stLinkButton"] a { min-height: 2.75rem; }
[data-testid="stMainBlockContainer"] button [data-testid="stMarkdownContainer"],
[data-testid="stMainBlockContainer"] button p { white-space: normal; }
[data-testid="stElementToolbar"] { top: 0 !important; }
[data-testid="stElementToolbarButton"]:has([aria-label^="Download as CSV"]) { display: none; }
[data-testid="stMetricLabel"] * { white-space: normal; overflow: visible; }
[data-testid="stMetricValue"] { font-size: 1.7rem; }
.desk-figures { display: flex; flex-wrap: wrap; gap: .5rem 3rem; }
.desk-figures, .desk-figures dt, .desk-figures dd { margin: 0 !important; padding: 0 !important; }
.desk-figures div { display: flex; flex-direction: column; }
.desk-figures dt { font-size: .875rem; }
.desk-figures dd { font-size: 1.7rem; line-height: 1.4; }
[data-testid="stApp"] button[data-variant="segmented_control"][data-selected] { color: inherit; }
[data-testid="stApp"] [data-testid="stTab"][aria-selected="true"] { color: inherit; }
.desk-mode { display: flex; gap: .75rem; align-items: baseline; padding: .35rem .8rem; margin-bottom: .4rem;
  border-radius: .4rem; font-size: .85rem; border: 1px solid currentColor; }
.desk-mode b { letter-spacing: .08em; }
.desk-mode.sandbox, .desk-mode.test { opacity: .8; border-style: dashed; }
.desk-mode.live { background: #8a1c1c; color: #fff; border: 2px solid #8a1c1c; font-size: 1rem; }
</style>
"""
MARKS = {
    Mode.SANDBOX: ("SANDBOX", "Practice. No real bank, no real money."),
    Mode.TEST: ("TEST", "Plaid Sandbox and Stripe test mode. No real money."),
    Mode.LIVE: ("LIVE", "Real bank accounts, real money."),
}


def mark_mode(mode: Mode) -> None:
    """Say whose money moves, on every page; LIVE never looks like the others."""
    word, meaning = MARKS[mode]
    st.html(f'{STYLE}<div class="desk-mode {mode.value}" role="note"><b>{word}</b><span>{meaning}</span></div>')


def empty(why: str, action: str, icon: str = ":material/inbox:") -> None:
    """An empty table says why it is empty and what to do."""
    with st.container(border=True):
        st.markdown(f"{icon} **{why}**")
        st.caption(action)


def figures(named: Sequence[tuple[str, str]]) -> None:
    """A row of figures, each under its name; one element, since a browser redraws each at every click on the page."""
    cells = "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(figure)}</dd></div>" for name, figure in named)
    st.html(f'<dl class="desk-figures">{cells}</dl>')


def title(text: str, about: str = "") -> None:
    """The page's name, and one line on what it is for."""
    st.title(text, anchor=False)
    if about:
        st.caption(about)

"""What the customer's browser says of itself: evidence for the mandate, never authority."""

from __future__ import annotations

import json
from typing import Any

import streamlit as st

from dashboard.ui import session

# One expression, as streamlit-javascript evaluates it; a string comes back, since null never would.
FACTS = (
    "JSON.stringify({user_agent: navigator.userAgent, languages: Array.from(navigator.languages || []).join(', '),"
    " screen: `${screen.width}x${screen.height}@${window.devicePixelRatio}`, touch_points: navigator.maxTouchPoints,"
    " time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone, page: window.parent.location.href.slice(0, 2000),"
    " away: (() => { try { return window.parent.sessionStorage.getItem('ach-desk-away') || ''; }"
    " catch { return ''; } })()})"
)
REACHES = (
    "fetch({url}, {{mode: 'no-cors', cache: 'no-store'}})"
    ".then(() => 'reached').catch((error) => 'not reached: ' + error.message)"
)


def gather() -> dict[str, Any]:
    """The browser's facts beside what the connection itself shows; the browser's part comes with a later run.

    Call it last on the page: it leaves a little room behind.
    """
    said = _evaluate(FACTS, "browser-facts")
    facts = json.loads(said) if said and said.startswith("{") else {}
    facts["ip_address"] = session.address()
    facts["user_agent"] = facts.get("user_agent") or st.context.headers.get("User-Agent", "")
    facts["locale"] = st.context.locale or ""
    return facts


def reaches(url: str) -> str | None:
    """Whether this browser reaches an address: `reached`, what it said otherwise, or None while it tries."""
    return _evaluate(REACHES.format(url=json.dumps(url)), f"reach-{url}")


def _evaluate(code: str, key: str) -> str | None:
    """What an expression comes to in the browser, or None until it has answered.

    It is asked in a fragment: an answer that comes in the moment of a click then runs after it, not in its place.
    """
    kept = f"{key}-said"

    @st.fragment
    def ask() -> None:
        from streamlit_javascript import st_javascript  # registers its component only inside a script run

        said = st_javascript(code, key=key)
        if isinstance(said, str) and st.session_state.get(kept) != said:
            st.session_state[kept] = said
            st.rerun()

    ask()
    found = st.session_state.get(kept)
    return found if isinstance(found, str) else None

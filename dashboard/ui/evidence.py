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
    from streamlit_javascript import st_javascript  # registers its component only inside a script run

    said = st_javascript(FACTS, key="browser-facts")
    facts = json.loads(said) if isinstance(said, str) and said.startswith("{") else {}
    facts["ip_address"] = session.address()
    facts["user_agent"] = facts.get("user_agent") or st.context.headers.get("User-Agent", "")
    facts["locale"] = st.context.locale or ""
    return facts


def reaches(url: str) -> str | None:
    """Whether this browser reaches an address: `reached`, what it said otherwise, or None while it tries."""
    from streamlit_javascript import st_javascript  # registers its component only inside a script run

    said = st_javascript(REACHES.format(url=json.dumps(url)), key=f"reach-{url}")
    return said if isinstance(said, str) else None

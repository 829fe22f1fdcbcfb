"""A button that opens Plaid Link in the page itself and hands its outcome to Python until it is claimed.

The text of the module is read from the files beside this one: an `asset_dir` would need an installed package.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

_HERE = Path(__file__).parent
_HTML = (
    '<div class="link"><button type="button" class="connect" disabled></button>'
    '<div role="status" aria-live="polite"></div></div>'
)

WORDS = {
    "loading": "Loading the bank list …",
    "opening": "Opening …",
    "saving": "The bank has answered. Saving …",
    "closed": "The bank window was closed before you finished. Nothing was linked.",
    "slow": "The bank window has not appeared. Check this device's network connection, then reload the page.",
    "unavailable": "The bank window could not be loaded on this device. Nothing was linked.",
    "popup_blocked": "The browser blocked the bank's own window. Allow pop-ups for this page, then try again.",
}


@dataclass(frozen=True)
class LinkReport:
    """What the browser says: the outcome not yet acknowledged, and the classic handler's institutions."""

    outcome: Mapping[str, Any] | None
    institutions: tuple[Mapping[str, str], ...] | None


_mount = st.components.v2.component(
    "ach_desk.plaid_link",
    html=_HTML,
    css=(_HERE / "plaid_link.css").read_text(encoding="utf-8"),
    js=(_HERE / "plaid_link.js").read_text(encoding="utf-8"),
)


def plaid_link(
    attempt: str,
    config: Mapping[str, object],
    *,
    script_url: str,
    key: str,
    seen: str | None = None,
    idle: bool = False,
    listing: bool = False,
    label: str = "Connect a bank",
    open_type: str | None = None,
    redirect_uri: str | None = None,
    wants_institutions: bool = False,
    words: Mapping[str, str] = WORDS,
) -> LinkReport:
    """Mount the button for one attempt and return what it reports.

    `seen` is the id of the last outcome whose claim is committed; the browser then forgets it. Never pass an id before
    the commit. `idle` shows nothing and opens nothing: it only delivers an outcome left over in this tab.
    `listing` shows nothing either: it only asks the classic handler for its institutions. Do not mount it in a form
    or a dialog: Streamlit ignores the one and makes the other inert.
    """
    result = _mount(
        key=key,
        data={
            "attempt": attempt,
            "config": dict(config),
            "script_url": script_url,
            "seen": seen,
            "idle": idle,
            "listing": listing,
            "label": label,
            "open_type": open_type,
            "redirect_uri": redirect_uri,
            "wants_institutions": wants_institutions,
            "words": {**WORDS, **words},
        },
        default={"outcome": None, "institutions": None},
        on_outcome_change=_nothing,
        on_institutions_change=_nothing,
    )
    institutions = result.institutions
    return LinkReport(
        outcome=result.outcome if isinstance(result.outcome, dict) else None,
        institutions=tuple(institutions) if isinstance(institutions, list) else None,
    )


def _nothing() -> None:
    """Streamlit wants a callback for each state value; the page reads the value in its body."""

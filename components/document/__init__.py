"""What Streamlit has no setting for: the document's language, number pads for PINs, lists, rows that Enter picks."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

_HERE = Path(__file__).parent

_mount = st.components.v2.component(
    "ach_desk.document",
    html="<span></span>",
    js=(_HERE / "document.js").read_text(encoding="utf-8"),
)


def document(language: str = "en") -> None:
    """Mount it once on a page, at its end: it leaves a little room behind. It looks after what is drawn later too.

    `language` is that of the page's text (BCP 47). What is said in another one stands in a container with `key_of`.
    """
    _mount(key="document", data={"language": language})


def key_of(language: str, name: str) -> str:
    """The key of a container whose text is in this language, whatever the page's is."""
    return f"lang-{language}-{name}"

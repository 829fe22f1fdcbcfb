"""Find anything, from every page, by Ctrl+K: what is found comes by a route of the desk, past Streamlit."""

from __future__ import annotations

from components.loading import load

_mount = load("find", "find.js", html='<div class="find-waits"></div>', css=".find-waits { min-height: 36px; }")


def find(files: str, *, key: str) -> None:
    """Mount it once on a page; `files` is where its scripts are."""
    _mount(key=key, data={"files": files})

"""Find anything, from every page, by Ctrl+K: what is found comes by a route of the desk, past Streamlit."""

from __future__ import annotations

import streamlit as st

# Small on purpose: Streamlit sends it with every mount. The rest is fetched by its hashed address once, and kept.
_LOADER = """
const hosts = new WeakMap(); // parentElement -> host; Streamlit calls again on every change of data
export default function (args) {
  const { parentElement, data } = args;
  let host = hosts.get(parentElement);
  if (!host) {
    host = { args, shown: null, isGone: false };
    hosts.set(parentElement, host);
    import(new URL(`${data.files}find.js`, document.baseURI).href)
      .then((find) => (host.isGone ? null : find.start(parentElement, host)))
      .then((shown) => { host.shown = shown; if (host.isGone) shown?.destroy(); })
      .catch((error) => console.error(error));
  }
  host.args = args;
  return () => { host.isGone = true; host.shown?.destroy(); hosts.delete(parentElement); };
}
"""

_mount = st.components.v2.component(
    "ach_desk.find",
    html='<div class="find-waits"></div>',
    css=".find-waits { min-height: 36px; }",
    js=_LOADER,
)


def find(files: str, *, key: str) -> None:
    """Mount it once on a page; `files` is where its scripts are."""
    _mount(key=key, data={"files": files})

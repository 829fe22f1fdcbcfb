"""A table that scrolls through all of a list: its rows come by routes of the desk, past Streamlit.

Python hears only of what it must know: the filter and order that are shown.
"""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

# Small on purpose: Streamlit sends it with every mount. The grid is fetched by its hashed address once, and kept.
_LOADER = """
const hosts = new WeakMap(); // parentElement -> host; Streamlit calls again on every change of data
export default function (args) {
  const { parentElement, data } = args;
  let host = hosts.get(parentElement);
  if (!host) {
    host = { args, shown: null, isGone: false };
    hosts.set(parentElement, host);
    import(new URL(`${data.files}shell.js`, document.baseURI).href)
      .then((shell) => (host.isGone ? null : shell.start(parentElement, host)))
      .then((shown) => { host.shown = shown; if (host.isGone) shown?.destroy(); })
      .catch((error) => {
        console.error(error);
        const waits = parentElement.querySelector(".pg-waits");
        if (waits) waits.textContent = "The table could not be loaded. Reload the page.";
      });
  }
  host.args = args;
  host.shown?.update();
  return () => { host.isGone = true; host.shown?.destroy(); hosts.delete(parentElement); };
}
"""

_mount = st.components.v2.component(
    "ach_desk.grid",
    html='<div class="pg-waits" role="status">Loading …</div>',
    css=".pg-waits { padding: .5rem; min-height: 3.5rem; color: var(--st-text-color); font-family: var(--st-font); }",
    js=_LOADER,
)


def grid(data: Mapping[str, object], *, key: str) -> None:
    """Mount the grid. `data` is what it shows beside the rows; equal data is not sent again.

    What it shows is `filter` of the state under the key: filter and order, as in the address.
    """
    _mount(key=key, data=dict(data), default={"filter": None}, on_filter_change=_nothing)


def _nothing() -> None:
    """Streamlit wants a callback for each state value; pages read it from the session."""

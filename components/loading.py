"""Components whose scripts come by a route of the desk: what Streamlit sends is a loader, the rest is fetched once."""

from __future__ import annotations

from typing import Any

import streamlit as st

# Small on purpose: Streamlit sends it with every mount. The scripts are fetched by their hashed address once, and kept.
_LOADER = """
const hosts = new WeakMap(); // parentElement -> host; Streamlit calls again on every change of data
export default function (args) {
  const { parentElement, data } = args;
  let host = hosts.get(parentElement);
  if (!host) {
    host = { args, shown: null, isGone: false };
    hosts.set(parentElement, host);
    import(new URL(`${data.files}@SCRIPT@`, document.baseURI).href)
      .then((script) => (host.isGone ? null : script.start(parentElement, host)))
      .then((shown) => { host.shown = shown; if (host.isGone) shown?.destroy(); })
      .catch((error) => {
        console.error(error);
        const waits = parentElement.querySelector("[role=status]");
        if (waits) waits.textContent = "This part of the page could not be loaded. Reload the page.";
      });
  }
  host.args = args;
  host.shown?.update();
  return () => { host.isGone = true; host.shown?.destroy(); hosts.delete(parentElement); };
}
"""


def load(name: str, script: str, *, html: str, css: str) -> Any:
    """A component that a script draws: one of those that its data names by `files`, which has `start(root, host)`.

    `html` and `css` are what stands there until then; what has the role `status` says so where it cannot be loaded.
    """
    return st.components.v2.component(f"ach_desk.{name}", html=html, css=css, js=_LOADER.replace("@SCRIPT@", script))

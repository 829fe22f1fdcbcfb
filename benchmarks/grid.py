"""The table of payments in Chromium: from an input event to the frame in which other rows stand in the page."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from playwright.sync_api import BrowserContext, Page

from benchmarks.browser import PATIENCE_SECONDS, Tab, Taken

# What is looked at in each frame: the rows in sight, the panel, the line of sums. Found again and again, since a page
# that is drawn anew has another one.
PROBE = """(() => {
  const probe = window.__grid = {acted: 0, done: 0, before: "", what: ""};
  for (const kind of ["click", "keydown", "input"])
    window.addEventListener(kind, (e) => { probe.acted = e.timeStamp; }, {capture: true, passive: true});
  const root = () => [...document.querySelectorAll("*")].map((one) => one.shadowRoot).find((one) => one?.querySelector(".og"));
  const looks = {
    rows: (all) => {
      const rows = [...all.querySelectorAll(".og-row")].slice(0, 3);
      if (all.querySelector(".og-row.waits, .pg[aria-busy]")) return null;
      return rows.map((one) => `${one.getAttribute("aria-rowindex")} ${one.innerText}`).join("|");
    },
    panel: (all) => all.querySelector(".panel:not([hidden]) h2") ? all.querySelector(".panel").innerText : null,
    picked: (all) => /^Picked: .*\\$/.test(all.querySelector(".said").textContent) ? all.querySelector(".said").textContent : null,
  };
  probe.look = () => { const all = root(); return all ? looks[probe.what](all) : null; };
  probe.begin = (what) => { Object.assign(probe, {what, done: 0, acted: 0}); probe.before = probe.look() ?? ""; };
  probe.watch = (what) => {
    if (what) probe.begin(what);
    const frame = (at) => {
      const now = probe.look();
      if (now === null || now === probe.before) { requestAnimationFrame(frame); return; }
      requestAnimationFrame((painted) => { probe.done = painted; });
    };
    requestAnimationFrame(frame);
  };
  probe.grid = () => root().querySelector(".og");
  probe.inSight = () => {
    const grid = probe.grid(), box = grid.getBoundingClientRect(), head = grid.querySelector(".og-top").getBoundingClientRect();
    return [...grid.querySelectorAll(".og-row")].map((one) => one.getBoundingClientRect()).filter((one) =>
      one.top >= head.bottom - 1 && one.bottom <= box.top + grid.clientHeight + 1).length;
  };
  probe.fling = () => new Promise((resolve) => {
    const grid = probe.grid(), far = grid.scrollHeight / 2, frames = [];
    let last = 0, step = 0;
    const frame = (at) => {
      if (last) frames.push(at - last);
      last = at; step += 1;
      grid.scrollTop = far * step / 60;
      if (step < 60) requestAnimationFrame(frame); else resolve(frames.filter((one) => one > 34).length);
    };
    requestAnimationFrame(frame);
  });
})();
"""


class GridTab(Tab):
    """One tab on the payments page."""

    def __init__(self, context: BrowserContext) -> None:
        super().__init__(context)
        self.page.add_init_script(PROBE)
        self._received = 0.0
        self._cdp.on("Network.loadingFinished", self._count)

    def _count(self, event: dict[str, Any]) -> None:
        self._received += float(event["encodedDataLength"])

    def show(self, url: str) -> Taken:
        """Open the page; milliseconds from the start of the navigation to the first rows."""
        self.page.goto(url, wait_until="commit")
        self.page.evaluate("window.__grid.watch('rows')")
        return Taken(self._wait(), 0.0, 0.0, 0)

    def measure(self, what: str, action: Callable[[Page], None]) -> Taken:
        """Do something whose last event is an input, and wait until other rows (`panel`, `picked`) are painted."""
        self.page.evaluate("(what) => window.__grid.watch(what)", what)
        self._received, frames = 0.0, len(self._frames)
        action(self.page)
        done = self._wait()
        size = self._received + sum(map(len, self._frames[frames:]))
        return Taken(done - float(self.page.evaluate("window.__grid.acted")), 0.0, size / 1024, 0)

    def _wait(self) -> float:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not (done := float(self.page.evaluate("window.__grid.done"))):
            if time.monotonic() > deadline:
                raise TimeoutError(f"{self.page.url} shows nothing else after {PATIENCE_SECONDS:.0f} s")
            self.page.wait_for_timeout(20)
        return done

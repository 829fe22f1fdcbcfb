"""A Streamlit page in Chromium, watched at its websocket: when each message came and how large it was."""

from __future__ import annotations

import base64
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, sync_playwright
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

ARGUMENTS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
]
QUIET_MS = 350.0  # a page that was silent for so long is done; its slowest fragment answers sooner
PATIENCE_SECONDS = 30.0
# Both clocks are the page's own: the click is taken before any handler of Streamlit's, a message before it is read.
WATCH = """
(() => {
  window.__bench = {acted: 0, frames: []};
  for (const kind of ['click', 'keydown'])
    window.addEventListener(kind, (e) => { window.__bench.acted = e.timeStamp; }, {capture: true});
  const Native = window.WebSocket;
  window.WebSocket = class extends Native {
    constructor(...given) {
      super(...given);
      this.addEventListener('message', () => window.__bench.frames.push(performance.now()));
    }
  };
})();
"""
IDLE = """() => {
  const app = document.querySelector('[data-testid=stApp]');
  const frames = window.__bench.frames;
  const last = frames.length ? frames[frames.length - 1] : 0;
  return [app !== null && app.getAttribute('data-test-script-state') === 'notRunning', performance.now() - last];
}"""


def find_chromium() -> str | None:
    """A Chromium on this machine, as `scripts/browser` finds it."""
    for candidate in (os.environ.get("ACH_DESK_CHROMIUM"), "/usr/bin/chromium", "/usr/bin/google-chrome"):
        if candidate and Path(candidate).exists():
            return candidate
    return None


@contextmanager
def chromium() -> Iterator[Browser]:
    """A headless Chromium for the time of a block."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


@dataclass(frozen=True)
class Taken:
    """One action: milliseconds to the last message, to the table's own one, and kilobytes received."""

    last_ms: float
    table_ms: float
    kb: float
    messages: int


class Tab:
    """One tab whose websocket is watched."""

    def __init__(self, context: BrowserContext) -> None:
        self.page: Page = context.new_page()
        self.page.add_init_script(WATCH)
        self._frames: list[bytes] = []
        self._timed: set[str] = set()  # fragments that a timer runs
        self._cdp: CDPSession = context.new_cdp_session(self.page)
        self._cdp.send("Network.enable")
        self._cdp.on("Network.webSocketFrameReceived", self._keep)

    def _keep(self, event: dict[str, Any]) -> None:
        response = event["response"]
        payload = response["payloadData"]
        self._frames.append(base64.b64decode(payload) if response["opcode"] == 2 else payload.encode())

    def open(self, url: str) -> Taken:
        """Go there; milliseconds count from the start of the navigation."""
        self._frames.clear()
        self.page.goto(url, wait_until="commit")
        return self._wait_for_rest()

    def act(self, action: Callable[[Page], None]) -> Taken:
        """Do something that ends in a click or a key; milliseconds count from its last one."""
        self.page.evaluate("window.__bench.frames = []")
        self._frames.clear()
        action(self.page)
        return self._wait_for_rest(clicked=True)

    def settle(self) -> None:
        """Wait until nothing comes any more."""
        self._wait_for_rest()

    def _wait_for_rest(self, *, clicked: bool = False) -> Taken:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            self.page.wait_for_timeout(40)
            done, silent = self.page.evaluate(IDLE)
            arrived = self.page.evaluate("window.__bench.frames.length") > 0
            if done and arrived and silent > QUIET_MS:
                break
            if time.monotonic() > deadline:
                raise TimeoutError(f"{self.page.url} is not done after {PATIENCE_SECONDS:.0f} s")
        seen = self.page.evaluate("window.__bench")
        start = seen["acted"] if clicked else 0.0
        kept = self._without_ticks(list(zip(seen["frames"], self._frames, strict=False)))
        tables = [at for at, _, message in kept if draws_table(message)]
        size = sum(size for _, size, _ in kept) / 1024
        last = kept[-1][0] if kept else seen["frames"][-1]
        return Taken(last - start, (tables[-1] if tables else last) - start, size, len(kept))

    def _without_ticks(self, frames: list[tuple[float, bytes]]) -> list[tuple[float, int, ForwardMsg]]:
        """Time, size and content of each message, but for the runs that a timer of the page began and no click."""
        kept, ticking = [], False
        for at, frame in frames:
            message = read_message(frame)
            kind = message.WhichOneof("type")
            if kind == "auto_rerun":
                self._timed.add(message.auto_rerun.fragment_id)
            if kind == "new_session":
                ran = set(message.metadata.run.fragment_ids)
                ticking = bool(ran) and ran <= self._timed
            if not ticking:
                kept.append((at, len(frame), message))
        return kept

    def close(self) -> None:
        """Close the tab."""
        self.page.close()


def read_message(frame: bytes) -> ForwardMsg:
    """A message of the server's; an empty one where the frame is none."""
    message = ForwardMsg()
    try:
        message.ParseFromString(frame)
    except Exception:  # protobuf's own error class differs between its implementations
        return ForwardMsg()
    return message


def draws_table(message: ForwardMsg) -> bool:
    """Whether a message brings the table, or says that it is one that the browser has already."""
    if message.WhichOneof("type") == "ref_hash":
        return True
    return message.WhichOneof("type") == "delta" and message.delta.new_element.WhichOneof("type") == "dataframe"

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
    """One action: milliseconds to the last message, to the end of the script itself, and kilobytes received."""

    last_ms: float
    script_ms: float
    kb: float
    messages: int


class Tab:
    """One tab whose websocket is watched."""

    def __init__(self, context: BrowserContext) -> None:
        self.page: Page = context.new_page()
        self.page.add_init_script(WATCH)
        self._frames: list[bytes] = []
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
        return self._settle()

    def act(self, action: Callable[[Page], None]) -> Taken:
        """Do something that ends in a click or a key; milliseconds count from its last one."""
        self.page.evaluate("window.__bench.frames = []")
        self._frames.clear()
        action(self.page)
        return self._settle(clicked=True)

    def settle(self) -> None:
        """Wait until nothing comes any more."""
        self._settle()

    def _settle(self, *, clicked: bool = False) -> Taken:
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
        times, start = seen["frames"], seen["acted"] if clicked else 0.0
        ends = [time for time, frame in zip(times, self._frames, strict=False) if ends_script(frame)]
        size = sum(len(frame) for frame in self._frames) / 1024
        return Taken(times[-1] - start, (ends[-1] if ends else times[-1]) - start, size, len(times))

    def close(self) -> None:
        """Close the tab."""
        self.page.close()


def ends_script(frame: bytes) -> bool:
    """Whether a message says that the page's script ended; a fragment's end does not count."""
    message = ForwardMsg()
    try:
        message.ParseFromString(frame)
    except Exception:  # protobuf's own error class differs between its implementations
        return False
    return (
        message.WhichOneof("type") == "script_finished" and message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY
    )

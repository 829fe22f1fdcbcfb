"""A plain page of another origin that loads Link's script, and the sandbox that serves it."""

from __future__ import annotations

import http.server
import os
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from playwright.sync_api import Browser, FrameLocator, Page

from dashboard.sandbox.server import Running
from dashboard.sandbox.state import State
from tests.browser.desk import open_context

CHROMIUM = os.environ.get("ACH_DESK_CHROMIUM") or "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PAGE = """<!doctype html><html lang="en"><title>Desk</title><body><h1>Desk</h1><button id="open">Link a bank</button>
<script src="/page.js"></script></body></html>"""
SCRIPT = """
window.log = [];
const seen = document.body.dataset; // what a test waits for: the page's policy forbids evaluated waits
window.make = (config) => {
  window.handler = Plaid.create({ ...config,
    onLoad: () => { seen.loaded = "yes"; },
    onEvent: (name, metadata) => {
      log.push({ kind: "event", name, metadata });
      seen.events = `${seen.events || ""} ${name}`;
    },
    onSuccess: (token, metadata) => { log.push({ kind: "success", token, metadata }); seen.success = "yes"; },
    onExit: (error, metadata) => { log.push({ kind: "exit", error, metadata }); seen.exit = "yes"; },
  });
};
window.load = (src) => new Promise((resolve, reject) => {
  const script = Object.assign(document.createElement("script"), { src, onload: resolve, onerror: reject });
  document.head.append(script);
});
document.getElementById("open").onclick = () => handler.open();
"""


class Desk(http.server.BaseHTTPRequestHandler):
    """The page that embeds Link, under the strictest policy that Link has to bear."""

    link = ""

    def do_GET(self) -> None:
        body, kind = (SCRIPT, "text/javascript") if self.path == "/page.js" else (PAGE, "text/html")
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header(
            "Content-Security-Policy",
            f"default-src 'self'; script-src 'self' blob: {self.link}; frame-src {self.link}; connect-src 'self'",
        )
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


class Stage:
    """A page with Link's script loaded, and what its callbacks were told."""

    def __init__(self, page: Page, sandbox: Running, home: str) -> None:
        self.page, self.sandbox, self.home = page, sandbox, home
        self.keys = sandbox.keys["plaid"]

    def post(self, path: str, **body: Any) -> dict[str, Any]:
        headers = {"PLAID-CLIENT-ID": self.keys["client_id"], "PLAID-SECRET": self.keys["secret"]}
        answer = requests.post(self.sandbox.url + path, json=body, headers=headers, timeout=20)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def token(self, **more: Any) -> str:
        body = {"client_name": "Acme", "language": "en", "country_codes": ["US"], "user": {"client_user_id": "c-1"}}
        if "access_token" not in more:
            body["products"] = ["auth"]
        return str(self.post("/link/token/create", **{**body, **more})["link_token"])

    def create(self, **config: Any) -> None:
        self.page.goto(self.home)
        self.page.evaluate("src => load(src)", self.sandbox.keys["link_script"])
        self.page.evaluate("config => make(config)", config)
        self.page.locator("body[data-loaded]").wait_for()

    def open(self, **config: Any) -> FrameLocator:
        self.create(**config)
        self.page.get_by_role("button", name="Link a bank").click()
        return self.frame()

    def frame(self) -> FrameLocator:
        return self.page.frame_locator("iframe[title='Plaid Link']")

    def outcome(self, kind: str) -> dict[str, Any]:
        self.page.locator(f"body[data-{kind}]").wait_for()
        return next(each for each in self.page.evaluate("log") if each["kind"] == kind)

    def names(self) -> list[str]:
        return [each["name"] for each in self.page.evaluate("log") if each["kind"] == "event"]


def go(link: FrameLocator, pane: str | None = None) -> None:
    """Press Continue, of this pane where the one before it has the same button."""
    place = link.get_by_test_id(f"pane-{pane}") if pane else link
    place.get_by_role("button", name="Continue").click()


def sign_in(link: FrameLocator, username: str = "user_good", password: str = "pass_good") -> None:
    link.get_by_label("Username").fill(username)
    link.get_by_label("Password").fill(password)
    go(link)


def reach_sign_in(link: FrameLocator, bank: str = "First Platypus Bank") -> None:
    go(link)
    link.get_by_label("Search for your bank").fill(bank)
    link.get_by_role("button", name=bank).first.click()


def choose_account(link: FrameLocator, name: str = "Plaid Checking") -> None:
    link.get_by_label(name).check()
    go(link)
    link.get_by_role("button", name="Finish").click()


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    running = Running(State(tmp_path_factory.mktemp("link") / "sandbox.db"))
    yield running
    running.stop()


@pytest.fixture(scope="module")
def home(sandbox: Running) -> Iterator[str]:
    desk = type("DeskHere", (Desk,), {"link": sandbox.url})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), desk)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://localhost:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def stage(browser: Browser, sandbox: Running, home: str) -> Iterator[Stage]:
    context = open_context(browser)
    page = context.new_page()
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    yield Stage(page, sandbox, home)
    context.close()
    assert troubles == []

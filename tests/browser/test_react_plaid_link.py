"""Plaid's own react-plaid-link, as npm has it, in a plain page: it takes our stand-in for the real Link."""

from __future__ import annotations

import hashlib
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from playwright.sync_api import Browser, FrameLocator, Page, Route, expect

from dashboard.sandbox.server import Running
from dashboard.sandbox.state import State
from tests.browser.desk import PATIENCE, open_context
from tests.browser.link import leave, pick_account, pick_bank, sign_in

ASSETS = Path(__file__).parent / "assets" / "react"
DIGESTS = {
    "react.production.min.js": "d949f1c3687aedadcedac85261865f29b17cd273997e7f6b2bfc53b2f9d4c4dd",
    "react-dom.production.min.js": "35f4f974f4b2bcd44da73963347f8952e341f83909e4498227d4e26b98f66f0d",
    "react-plaid-link.umd.min.js": "1e785966cf49bacfc5a7182613fa9fa4ab203e2b881abdadc6ee045386ea1853",
}
CDN = "https://cdn.plaid.com"  # the one place that the package loads Link from

PAGE = """<!doctype html><html lang="en"><title>Plain</title><body><div id="root"></div>
<script src="/react.production.min.js"></script><script src="/react-dom.production.min.js"></script>
<script src="/react-plaid-link.umd.min.js"></script><script src="/page.js"></script></body></html>"""
SCRIPT = """
window.said = [];
const tell = (kind) => (...args) => { said.push([kind, ...args]); document.body.dataset[kind] = "yes"; };
function Bank({ token }) {
  const { open, ready, error } = PlaidLink.usePlaidLink({
    token, onSuccess: tell("success"), onExit: tell("exit"), onEvent: tell("event"), onLoad: tell("load"),
  });
  return React.createElement("button", { onClick: () => open(), disabled: !ready }, error ? "Broken" : "Connect");
}
window.mount = (token) => {
  window.root = ReactDOM.createRoot(document.getElementById("root"));
  root.render(React.createElement(Bank, { token }));
};
"""

# What Plaid documents of each callback (docs, Link web; types of react-plaid-link 5.0.0).
SUCCESS = {"institution", "accounts", "link_session_id"}
ACCOUNT = {"id", "name", "mask", "type", "subtype", "verification_status"}
EXIT = {"institution", "status", "link_session_id", "request_id"}
ERROR = {"error_type", "error_code", "error_message", "display_message"}
EVENT = {"error_type", "error_code", "error_message", "exit_status", "institution_id", "institution_name"} | {
    *("institution_search_query", "mfa_type", "view_name", "timestamp", "link_session_id", "request_id")
}


class Plain(http.server.BaseHTTPRequestHandler):
    """A page of nobody's in particular, with the package's files beside it."""

    def do_GET(self) -> None:
        name = self.path.lstrip("/")
        ours = (SCRIPT if name == "page.js" else PAGE).encode()
        body = (ASSETS / name).read_bytes() if name in DIGESTS else ours
        self.send_response(200)
        self.send_header("Content-Type", "text/javascript" if name.endswith(".js") else "text/html")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


class Plainly:
    """The package in its page, and what its callbacks were told."""

    def __init__(self, page: Page, sandbox: Running, home: str) -> None:
        self.page, self.sandbox, self.home = page, sandbox, home
        page.context.route(f"{CDN}/**", self._answer)

    def _answer(self, route: Route) -> None:
        """Let the sandbox answer for Plaid's own host: the package is not told of it."""
        route.fulfill(response=route.fetch(url=route.request.url.replace(CDN, self.sandbox.url)))

    def token(self) -> str:
        keys = self.sandbox.keys["plaid"]
        body = {"client_name": "Acme", "language": "en", "country_codes": ["US"], "products": ["auth"]}
        answer = requests.post(
            f"{self.sandbox.url}/link/token/create",
            json={**body, "user": {"client_user_id": "c-1"}},
            headers={"PLAID-CLIENT-ID": keys["client_id"], "PLAID-SECRET": keys["secret"]},
            timeout=20,
        )
        return str(answer.json()["link_token"])

    def open(self, token: str) -> FrameLocator:
        self.page.goto(self.home)
        self.page.evaluate("token => mount(token)", token)
        button = self.page.get_by_role("button", name="Connect")
        expect(button).to_be_enabled(timeout=PATIENCE)
        self.page.locator("body[data-load]").wait_for(timeout=PATIENCE)
        button.click()
        return self.page.frame_locator("iframe[id^=plaid-link]")

    def told(self, kind: str) -> list[list[Any]]:
        """The arguments of each call of a callback, in order."""
        self.page.locator(f"body[data-{kind}]").wait_for(timeout=PATIENCE)
        return [args for name, *args in self.page.evaluate("said") if name == kind]


@pytest.fixture
def plainly(browser: Browser, tmp_path: Path) -> Iterator[Plainly]:
    sandbox = Running(State(tmp_path / "sandbox.db"))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Plain)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    context = open_context(browser)
    troubles: list[str] = []
    page = context.new_page()
    page.on("pageerror", lambda error: troubles.append(str(error)))
    yield Plainly(page, sandbox, f"http://127.0.0.1:{server.server_address[1]}/")
    context.close()
    server.shutdown()
    server.server_close()
    sandbox.stop()
    assert troubles == []


@pytest.mark.parametrize("name", DIGESTS)
def test_the_files_are_those_that_npm_has(name: str) -> None:
    assert hashlib.sha256((ASSETS / name).read_bytes()).hexdigest() == DIGESTS[name]


def test_success_and_events_come_as_plaid_documents_them(plainly: Plainly) -> None:
    modal = plainly.open(plainly.token())
    pick_bank(modal, "First Platypus Bank")
    sign_in(modal, "user_good", "pass_good")
    pick_account(modal, "Plaid Checking")
    ((public_token, metadata),) = plainly.told("success")
    assert public_token.startswith("public-sandbox-") and set(metadata) >= SUCCESS
    assert metadata["institution"] == {"name": "First Platypus Bank", "institution_id": "ins_109508"}
    (account,) = metadata["accounts"]
    assert set(account) >= ACCOUNT and (account["mask"], account["type"]) == ("0000", "depository")
    events = plainly.told("event")
    names = [name for name, _ in events]
    assert names[0] == "OPEN" and names[-1] == "HANDOFF"
    assert {"SELECT_INSTITUTION", "SUBMIT_CREDENTIALS", "TRANSITION_VIEW"} <= set(names)
    for name, detail in events:
        assert set(detail) >= EVENT, name
        assert detail["link_session_id"] == metadata["link_session_id"]
    plainly.page.evaluate("root.unmount()")
    expect(plainly.page.locator("iframe[id^=plaid-link]")).to_have_count(0)


def test_an_exit_comes_with_its_error_and_its_status(plainly: Plainly) -> None:
    modal = plainly.open(plainly.token())
    pick_bank(modal, "First Platypus Bank")
    sign_in(modal, "user_good", "wrong")
    expect(modal.get_by_test_id("link-error")).to_be_visible(timeout=PATIENCE)
    leave(modal)
    ((error, metadata),) = plainly.told("exit")
    assert set(error) >= ERROR and error["error_code"] == "INVALID_CREDENTIALS"
    assert set(metadata) >= EXIT and metadata["status"] == "requires_credentials"
    names = [name for name, _ in plainly.told("event")]
    assert "ERROR" in names and names[-1] == "EXIT"


def test_an_exit_at_the_start_has_no_error(plainly: Plainly) -> None:
    modal = plainly.open(plainly.token())
    leave(modal)
    ((error, metadata),) = plainly.told("exit")
    assert error is None and set(metadata) >= EXIT and metadata["institution"] is None

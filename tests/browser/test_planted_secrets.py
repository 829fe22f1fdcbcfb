"""After an outcome is acknowledged, no token is left in the page, its address, its state, its websocket or the logs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page, WebSocket

from tests.browser.desk import RunningDesk, add_customer, agree, open_link, settle, visit
from tests.browser.link import pick_account, pick_bank, sign_in
from tests.browser.test_main_job import debit, see_linked
from tests.planted_secrets import files_in, find_secrets, tokens_of

STORED = "() => JSON.stringify([{...localStorage}, {...sessionStorage}, history.state, document.cookie, window.name])"


class Wire:
    """Everything that the page and the server say to each other over the websocket."""

    def __init__(self, page: Page) -> None:
        self.frames: list[bytes] = []
        page.on("websocket", self._listen)

    def _listen(self, socket: WebSocket) -> None:
        socket.on("framesent", self._keep)
        socket.on("framereceived", self._keep)

    def _keep(self, payload: bytes | str) -> None:
        self.frames.append(payload.encode() if isinstance(payload, str) else payload)

    def take(self) -> bytes:
        """What was said since this was last asked."""
        said, self.frames[:] = b"\n".join(self.frames), []
        return said


def state_of(page: Page) -> dict[str, bytes]:
    """The page as a browser holds it: its address, its document, what it stores."""
    return {
        "address": page.url.encode(),
        "document": page.content().encode(),
        "stores": str(page.evaluate(STORED)).encode(),
        "cookies": json.dumps(page.context.cookies()).encode(),
    }


def secrets_of(desk: RunningDesk) -> dict[str, str]:
    found = tokens_of(desk.home / "sandbox.db")
    return {**found, desk.environ["ACH_DESK_KEY"]: "key of the vault"}


def log_of(desk: RunningDesk) -> Path:
    return desk.home / "dashboard.log"


@pytest.mark.parametrize("generation", ["current", "classic"])
def test_nothing_is_left_in_the_browser_or_the_log(generation: str, page: Page, request: pytest.FixtureRequest) -> None:
    classic = generation == "classic"
    desk: RunningDesk = request.getfixturevalue("classic_desk" if classic else "desk")
    wire = Wire(page)
    visit(page, desk)
    add_customer(page, f"Petra {generation}", f"petra.{generation}@example.com", f"P-{generation}")
    agree(page)
    modal = open_link(page)
    pick_bank(modal, "Chase" if classic else "First Platypus Bank")
    sign_in(modal, *(("plaid_test", "plaid_good") if classic else ("user_good", "pass_good")))
    pick_account(modal, "Checking" if classic else "Plaid Checking")
    see_linked(page, "Chase" if classic else "First Platypus Bank")
    settle(page)
    secrets = secrets_of(desk)
    carried = {"the websocket": wire.take()}
    public = "public token (classic)" if classic else "public token"
    assert f"{public} in the websocket" in find_secrets(secrets, carried), "it came this way, so the search can find it"

    debit(page, "21.00", f"INV-P-{generation}")
    for path in ("", "payments", "accounts", "setup", "inbox", "health", "audit", "customers"):
        visit(page, desk, path)
        assert find_secrets(secrets_of(desk), state_of(page)) == []
    page.go_back()
    settle(page)
    secrets = secrets_of(desk)
    assert find_secrets(secrets, {**state_of(page), "the websocket": wire.take()}) == []
    log = log_of(desk).read_bytes()
    kept = {name: data for name, data in files_in(desk.home).items() if name.startswith("desk-")}
    assert kept, "the database and its WAL are looked at"
    assert find_secrets(secrets, {**kept, "log": log}) == []


def test_the_state_that_a_rerun_sends_holds_no_token(desk: RunningDesk, page: Page) -> None:
    """A page's state is sent whole with every rerun: the outcome must be blanked there too."""
    wire = Wire(page)
    visit(page, desk)
    add_customer(page, "Rita Rerun", "rita.rerun@example.com", "P-rerun")
    agree(page)
    modal = open_link(page)
    pick_bank(modal, "First Platypus Bank")
    sign_in(modal, "user_good", "pass_good")
    pick_account(modal, "Plaid Checking")
    see_linked(page, "First Platypus Bank")
    settle(page)
    wire.take()
    page.get_by_role("button", name="Next customer").click()
    page.get_by_role("heading", name="Whose bank do you want to link?").wait_for()
    settle(page)
    said = wire.take()
    assert len(said) > 500, "the rerun was heard"
    assert find_secrets(secrets_of(desk), {"the rerun": said, **state_of(page)}) == []

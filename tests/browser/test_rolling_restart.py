"""Every process is replaced under open tabs: what was typed stays where it was, and the next press counts."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, WebSocket, expect

from tests.browser.desk import PATIENCE, settle, visit
from tests.contract.test_several_processes import SeveralDesk, until


@pytest.fixture(scope="module")
def several(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SeveralDesk]:
    desk = SeveralDesk(tmp_path_factory.mktemp("rolling"))
    try:
        assert until(lambda: len(desk.pids()) == 2)
        yield desk
    finally:
        desk.stop()


def until_back(page: Page, sockets: list[WebSocket]) -> None:
    """Wait until the tab has connected again and was drawn: meanwhile Streamlit's own page takes no press."""
    deadline = time.monotonic() + 60
    while len(sockets) < 2 or sockets[-1].is_closed():
        assert time.monotonic() < deadline, "the tab connects again"
        page.wait_for_timeout(500)
    page.wait_for_timeout(1_000)  # Streamlit says nowhere that it has not begun to draw


def test_open_tabs_live_through_a_rolling_restart(several: SeveralDesk, context: BrowserContext) -> None:
    payments, onboard = context.new_page(), context.new_page()
    sockets = list[WebSocket]()
    onboard.on("websocket", lambda opened: sockets.append(opened))
    visit(payments, several, "payments?status=failed&text=inv")
    shown = payments.get_by_label("Search", exact=True)
    expect(shown).to_have_value("inv", timeout=PATIENCE)
    visit(onboard, several, "onboard")
    form = onboard.locator("[data-testid=stExpander]", has_text="Add a customer")
    if form.locator("details").get_attribute("open") is None:
        form.locator("summary").press("Enter")
    form.get_by_label("Name", exact=True).fill("Rita Rolling")
    form.get_by_label("E-mail").fill("rita@example.com")
    form.get_by_label("Your reference", exact=True).press_sequentially("ROLL-1")  # the cursor is still in it
    before = several.pids()
    assert several.app is not None
    several.app.send_signal(signal.SIGHUP)
    assert until(lambda: len(several.pids()) == 2 and not several.pids() & before, 300)
    until_back(onboard, sockets)
    for page in (payments, onboard):
        settle(page)
    expect(shown).to_have_value("inv", timeout=PATIENCE)
    assert payments.url.endswith("payments?status=failed&text=inv")
    kept = {"Name": "Rita Rolling", "E-mail": "rita@example.com", "Your reference": "ROLL-1"}
    for label, text in kept.items():
        expect(form.get_by_label(label, exact=True)).to_have_value(text)
    form.get_by_label("Your reference", exact=True).press("Enter")
    expect(onboard.get_by_role("heading", name="Link a bank for Rita Rolling")).to_be_visible(timeout=PATIENCE)
    assert several.rows("SELECT count(*) FROM customer WHERE reference = 'ROLL-1'") == [(1,)], "one press, one customer"

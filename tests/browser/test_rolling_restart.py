"""Every process is replaced under open tabs: what was typed stays where it was, and the next press counts."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, expect

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


def test_open_tabs_live_through_a_rolling_restart(several: SeveralDesk, context: BrowserContext) -> None:
    payments, onboard = context.new_page(), context.new_page()
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

"""A tablet on the office network: plain http under a name, behind a proxy. Link works; the mandate knows from where."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.desk import (
    ARGUMENTS,
    PATIENCE,
    RunningDesk,
    add_customer,
    agree,
    find_browser,
    open_context,
    open_link,
    settle,
)
from tests.browser.link import pick_account, pick_bank, sign_in
from tests.proxies import Forwarder

TABLET = "203.0.113.7"
NAME = "desk.office.test"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDesk]:
    started = RunningDesk(tmp_path_factory.mktemp("office"), ACH_DESK_TRUSTED_PROXIES="127.0.0.1")
    yield started
    started.stop()


@pytest.fixture
def tablet(browser: Browser) -> Iterator[Page]:
    """A browser to which this machine is another one: what browsers keep for https is not there."""
    names = f"--host-resolver-rules=MAP {NAME} 127.0.0.1"
    opened = browser.browser_type.launch(executable_path=find_browser(), args=[*ARGUMENTS, names])
    yield open_context(opened, viewport={"width": 1024, "height": 768}, timezone_id="America/New_York").new_page()
    opened.close()


def test_a_bank_is_linked_over_plain_http_and_the_mandate_carries_the_tablets_address(
    desk: RunningDesk, tablet: Page
) -> None:
    with Forwarder(desk.port, TABLET) as proxy:
        tablet.goto(f"http://{NAME}:{proxy.port}/onboard")
        expect(tablet.get_by_role("note").filter(has_text="SANDBOX")).to_be_visible(timeout=PATIENCE)
        settle(tablet)
        assert tablet.evaluate("[window.isSecureContext, typeof crypto.randomUUID]") == [False, "undefined"]
        add_customer(tablet, "Tanja Tablet", "tanja@example.com", "T-1")
        agree(tablet)
        modal = open_link(tablet)
        pick_bank(modal, "First Platypus Bank")
        sign_in(modal, "user_good", "pass_good")
        pick_account(modal, "Plaid Checking")
        expect(tablet.get_by_role("heading", name="The bank is linked")).to_be_visible(timeout=PATIENCE)
    with sqlite3.connect(desk.environ["ACH_DESK_DB"], timeout=30) as db:
        ((evidence, mandate),) = db.execute("SELECT evidence, stripe_mandate_id FROM mandate").fetchall()
        acted = {address for (address,) in db.execute("SELECT address FROM audit WHERE actor = 'demo'")}
    db.close()
    assert json.loads(evidence)["ip_address"] == TABLET
    assert acted == {TABLET}, "the audit trail says the same"
    acceptance = desk.stripe(f"mandates/{mandate}")["customer_acceptance"]
    if acceptance["type"] == "online":
        assert acceptance["online"]["ip_address"] == TABLET

"""Link on the customer's own phone: a second browser of a phone's size, and a desk that goes on by itself."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.desk import PATIENCE, RunningDesk, add_customer, open_context, settle, visit
from tests.browser.test_handover import connect_in, hand_over, see_own_step, take_back


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    """Another browser, as small as a phone, that shares nothing with the desk's."""
    context = open_context(browser, viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True)
    yield context.new_page()
    context.close()


def read_address(page: Page) -> str:
    """What stands beside the code, as it would be copied."""
    block = page.get_by_test_id("stCode").filter(has_text="/link/hosted/")
    expect(block).to_be_visible(timeout=PATIENCE)
    return block.inner_text().strip()


def link_on_phone(phone: Page, address: str) -> None:
    phone.goto(address)
    connect_in(phone)
    expect(phone.get_by_text("Your account is connected.")).to_be_visible(timeout=PATIENCE)


def begin(page: Page, desk: RunningDesk, name: str, reference: str) -> str:
    """The operator shows the code; its address."""
    visit(page, desk)
    add_customer(page, name, f"{reference.lower()}@example.com", reference)
    page.get_by_text("I agree.").click()
    button = page.get_by_role("button", name="On the customer's phone")
    expect(button).to_be_enabled(timeout=PATIENCE)
    button.click()
    expect(page.get_by_role("img", name="On your own phone")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text(re.compile(r"Good for another (29|30):\d\d"))).to_be_visible(timeout=PATIENCE)
    return read_address(page)


def test_the_desk_goes_on_by_itself_when_the_phone_is_done(desk: RunningDesk, page: Page, phone: Page) -> None:
    address = begin(page, desk, "Paula Phone", "PH-1")
    link_on_phone(phone, address)
    expect(page.get_by_role("heading", name="The bank is linked")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text("Plaid Checking ••0000")).to_be_visible()
    for secret in ("access-", "public-", "link-sandbox-", "btok_"):
        assert secret not in page.content()
        assert secret not in phone.content()


def test_a_link_on_a_phone_survives_a_closed_tab_a_crash_and_a_restart(
    desk: RunningDesk, page: Page, phone: Page
) -> None:
    address = begin(page, desk, "Carlo Crash", "PH-2")
    back = page.url
    page.goto("about:blank")
    desk.stop_app(kill=True)
    link_on_phone(phone, address)
    desk.start()  # nobody opens a page: the desk asks Plaid all the same

    def is_ready() -> bool:
        customers = desk.stripe("customers", email="ph-2@example.com")["data"]
        found = desk.stripe("setup_intents", customer=customers[0]["id"])["data"] if customers else []
        return bool(found) and found[0]["status"] == "succeeded"

    for _ in range(120):
        if is_ready():
            break
        phone.wait_for_timeout(500)
    assert is_ready(), "the desk went on without a page"
    page.goto(back)
    expect(page.get_by_role("heading", name="The bank is linked")).to_be_visible(timeout=PATIENCE)


def test_leaving_link_on_the_phone_is_said_at_the_desk_and_can_be_tried_again(
    desk: RunningDesk, page: Page, phone: Page
) -> None:
    address = begin(page, desk, "Lena Left", "PH-3")
    phone.goto(address)
    phone.get_by_test_id("pane-consent").get_by_role("button", name="Continue").click(timeout=PATIENCE)
    expect(phone.get_by_test_id("institution-list")).to_be_visible(timeout=PATIENCE)
    phone.get_by_role("button", name="Close").click(timeout=PATIENCE)
    phone.get_by_role("button", name="Yes, exit").click(timeout=PATIENCE)
    expect(page.get_by_text("The bank's window was closed before you finished.")).to_be_visible(timeout=PATIENCE)
    link_on_phone(phone, address)
    expect(page.get_by_role("heading", name="The bank is linked")).to_be_visible(timeout=PATIENCE)


def test_a_customer_with_the_tablet_uses_their_own_phone_instead(desk: RunningDesk, page: Page, phone: Page) -> None:
    visit(page, desk)
    add_customer(page, "Otto Own", "otto@example.com", "PH-4")
    hand_over(page)
    see_own_step(page, "Hello, Otto Own")
    page.get_by_role("button", name="I agree, go on").click()
    page.get_by_role("button", name="Use my own phone instead").click(timeout=PATIENCE)
    address = read_address(page)
    settle(page)
    assert "Otto" not in page.locator("body").inner_text(), "nobody is named on a screen that waits"
    link_on_phone(phone, address)
    see_own_step(page, "Your bank is connected")
    take_back(page)
    expect(page.get_by_role("heading", name="The bank is linked")).to_be_visible(timeout=PATIENCE)

"""A connection that stopped working: found, signed in to again here or on a phone, replaced, removed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.desk import (
    PATIENCE,
    RunningDesk,
    add_customer,
    agree,
    open_context,
    open_link,
    settle,
    type_into,
    visit,
)
from tests.browser.link import finish, pick_account, pick_bank, sign_in
from tests.browser.test_phone import read_address


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    context = open_context(browser, viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True)
    yield context.new_page()
    context.close()


def connect(page: Page, desk: RunningDesk, name: str, reference: str) -> dict[str, Any]:
    """A new customer who has linked their checking account; the Item at Plaid."""
    visit(page, desk)
    add_customer(page, name, f"{reference.lower()}@example.com", reference)
    agree(page)
    go_through_link(page)
    expect(page.get_by_role("heading", name="The bank is linked")).to_be_visible(timeout=PATIENCE)
    item: dict[str, Any] = desk.control("GET", "/plaid")["items"][-1]
    return item


def go_through_link(page: Page) -> None:
    modal = open_link(page)
    pick_bank(modal, "First Platypus Bank")
    sign_in(modal, "user_good", "pass_good")
    pick_account(modal, "Plaid Checking")


def meet_the_trouble(page: Page, desk: RunningDesk, item: dict[str, Any]) -> None:
    """The bank asks for a new sign-in, and finance meets that at the balance."""
    desk.control("POST", "/plaid", item_error={"item_id": item["item_id"], "code": "ITEM_LOGIN_REQUIRED"})
    page.get_by_role("button", name="Debit this account").click()
    # Said by the balance's error, or by the page itself where the desk has heard of it in between.
    said = page.get_by_text("has to sign in at").first
    expect(page.get_by_label("Amount (USD)").or_(said)).to_be_visible(timeout=PATIENCE)
    if not said.is_visible():
        page.get_by_label("Amount (USD)").fill("42.50")
        page.get_by_label("Invoice reference").fill("INV-1")
        page.get_by_role("button", name="Check the balance").click()
    expect(said).to_be_visible(timeout=PATIENCE)


def see_it_listed(page: Page, desk: RunningDesk, name: str) -> None:
    visit(page, desk, "health")
    expect(page.get_by_text(name)).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text("Your bank asks you to sign in again.")).to_be_visible()


def test_a_connection_is_signed_in_to_again_on_this_device(desk: RunningDesk, page: Page) -> None:
    item = connect(page, desk, "Rina Relink", "HE-1")
    meet_the_trouble(page, desk, item)
    see_it_listed(page, desk, "Rina Relink")
    page.get_by_role("button", name="Relink on this device").click()
    expect(page.get_by_text("signs in at First Platypus Bank again")).to_be_visible(timeout=PATIENCE)
    modal = open_link(page, "Sign in at the bank")
    modal.get_by_test_id("pane-consent").get_by_role("button", name="Continue").click(timeout=PATIENCE)
    sign_in(modal, "user_good", "pass_good")
    finish(modal)
    expect(page.get_by_role("heading", name="The connection works again")).to_be_visible(timeout=PATIENCE)
    assert "public-sandbox" not in page.content()
    visit(page, desk, "health")
    expect(page.get_by_text("Every connection works.")).to_be_visible(timeout=PATIENCE)


def test_a_connection_is_signed_in_to_again_on_the_customers_phone(desk: RunningDesk, page: Page, phone: Page) -> None:
    item = connect(page, desk, "Petra Phone", "HE-2")
    meet_the_trouble(page, desk, item)
    see_it_listed(page, desk, "Petra Phone")
    page.get_by_role("button", name="Ask again by phone").click()
    phone.goto(read_address(page))
    phone.get_by_test_id("pane-consent").get_by_role("button", name="Continue").click(timeout=PATIENCE)
    sign_in(phone, "user_good", "pass_good")
    expect(phone.get_by_text("Your account is connected.")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_role("heading", name="The connection works again")).to_be_visible(timeout=PATIENCE)


def test_a_second_link_of_the_same_account_replaces_the_first(desk: RunningDesk, page: Page) -> None:
    first = connect(page, desk, "Dolly Double", "HE-3")
    page.get_by_role("button", name="Next customer").click()
    search = page.get_by_role("textbox", name="Find a customer")
    search.fill("Dolly")
    search.press("Enter")
    page.get_by_role("button", name="Dolly Double").click(timeout=PATIENCE)
    expect(page.get_by_text("First Platypus Bank, Plaid Checking ••0000: ✓ Ready")).to_be_visible(timeout=PATIENCE)
    agree(page)
    go_through_link(page)
    expect(page.get_by_role("heading", name="This account is already linked")).to_be_visible(timeout=PATIENCE)
    page.get_by_role("button", name="Replace it with this link").click()
    expect(page.get_by_role("heading", name="The bank is linked")).to_be_visible(timeout=PATIENCE)

    def is_removed() -> bool:
        items = desk.control("GET", "/plaid")["items"]
        return bool(next(one for one in items if one["item_id"] == first["item_id"])["removed"])

    for _ in range(100):
        if is_removed():
            break
        page.wait_for_timeout(200)
    assert is_removed(), "the old connection goes once the new one is ready"


def heights(part: Locator, *, presses: int) -> list[float]:
    """The heights of a part that opens, in the 20 frames after it was pressed so often."""
    found: list[float] = part.evaluate(
        """async (part, presses) => {
          const heights = [], frame = () => new Promise(requestAnimationFrame);
          for (let press = 0; press < presses; press++) { part.querySelector('summary').click(); await frame(); }
          await frame();
          for (let look = 0; look < 20; look++) { heights.push(part.getBoundingClientRect().height); await frame(); }
          return heights;
        }""",
        presses,
    )
    return found


def test_a_connection_is_removed_with_a_reason(desk: RunningDesk, page: Page) -> None:
    item = connect(page, desk, "Rex Removed", "HE-4")
    meet_the_trouble(page, desk, item)
    see_it_listed(page, desk, "Rex Removed")
    part = page.locator("[data-testid=stExpander] details", has_text="Remove this bank connection")
    assert heights(part, presses=2) == heights(part, presses=0), "closed again at once"
    closed, opened = heights(part, presses=0), heights(part, presses=1)
    assert opened[0] > closed[0] + 100, "its whole height is there in the next frame"
    assert set(opened) == {opened[0]}, "and stays: what is pressed in it must not move"
    type_into(page.get_by_label("Why?"), "The customer closed the account")
    page.get_by_role("button", name="Remove it").click()
    expect(page.get_by_text("Rex Removed")).to_have_count(0, timeout=PATIENCE)
    settle(page)
    customer = desk.stripe("customers", email="he-4@example.com")["data"][0]["id"]
    assert desk.stripe(f"customers/{customer}/sources")["data"] == []

"""Find anything by Ctrl+K: from every page, by keyboard alone, and nothing of it at a device in a customer's hands."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from tests.browser.desk import PATIENCE, RunningDesk, settle, visit
from tests.browser.everybody import see_everybody_can_use


def open_find(page: Page) -> Locator:
    """The dialog, its field focused."""
    expect(page.get_by_role("button", name="Find anything")).to_be_attached(timeout=PATIENCE)
    page.keyboard.press("Control+k")
    dialog = page.get_by_role("dialog", name="Find anything")
    expect(dialog.get_by_role("combobox")).to_be_focused(timeout=PATIENCE)
    return dialog


def see_chosen(dialog: Locator, number: int) -> Locator:
    """The option on which the keys stand, as a screen reader hears of it."""
    chosen = dialog.get_by_role("option").nth(number)
    expect(chosen).to_have_attribute("aria-selected", "true", timeout=PATIENCE)
    expect(dialog.get_by_role("combobox")).to_have_attribute(
        "aria-activedescendant", chosen.get_attribute("id") or "nothing"
    )
    return chosen


def test_a_payment_is_found_from_any_page_and_enter_goes_there(desk: RunningDesk, page: Page) -> None:
    charge = next(one for one in desk.stripe("charges", limit=100)["data"] if one["status"] == "succeeded")
    visit(page, desk, "health")
    dialog = open_find(page)
    see_everybody_can_use(page, "finding, before anything is typed", title="Account health · ACH Desk")
    page.keyboard.type(charge["id"])
    expect(dialog.get_by_role("status")).to_have_text("1 result.", timeout=PATIENCE)
    expect(see_chosen(dialog, 0)).to_contain_text(f"${charge['amount'] / 100:,.2f}")
    see_everybody_can_use(page, "what is found")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"/payment\\?payment={charge['id']}"), timeout=PATIENCE)
    expect(page.get_by_role("heading", name="Timeline")).to_be_visible(timeout=PATIENCE)
    expect(dialog).to_be_hidden()
    page.go_back()
    expect(page).to_have_url(re.compile("/health$"), timeout=PATIENCE)
    expect(page.get_by_role("heading", name="Account health")).to_be_visible(timeout=PATIENCE)


def test_the_arrows_walk_escape_returns_and_what_was_hit_is_marked(desk: RunningDesk, page: Page) -> None:
    desk.link("Fiona Findable")
    visit(page, desk, "setup")
    dialog = open_find(page)
    page.keyboard.type("fiona")
    expect(dialog.get_by_role("option")).to_have_count(2, timeout=PATIENCE)
    expect(dialog.locator("mark").first).to_have_text("Fiona")
    see_chosen(dialog, 0)
    page.keyboard.press("ArrowDown")
    see_chosen(dialog, 1)
    page.keyboard.press("ArrowDown")
    expect(see_chosen(dialog, 0)).to_contain_text("Customer")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    open_find(page)
    page.keyboard.type("qqqq")
    expect(dialog.get_by_role("status")).to_have_text("Nothing matches “qqqq”.", timeout=PATIENCE)
    page.keyboard.press("Control+a")
    page.keyboard.type("fiona")
    expect(dialog.get_by_role("option")).to_have_count(2, timeout=PATIENCE)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/customers\\?customer=cust_"), timeout=PATIENCE)
    expect(page.get_by_role("heading", name="Fiona Findable")).to_be_visible(timeout=PATIENCE)


def test_it_is_there_where_the_navigation_is_closed_and_leads_within_the_same_page(
    desk: RunningDesk, page: Page
) -> None:
    visit(page, desk, "payments")
    settle(page)
    page.get_by_test_id("stSidebar").hover()
    page.get_by_test_id("stSidebarCollapseButton").locator("button").click()
    dialog = open_find(page)
    page.keyboard.type("overdue payments")
    expect(see_chosen(dialog, 0)).to_contain_text("Overdue payments")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/payments\\?overdue=1"), timeout=PATIENCE)
    expect(page.locator(".pg:not([aria-busy]) .said")).to_contain_text("Payments: overdue", timeout=PATIENCE)

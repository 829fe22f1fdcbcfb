"""On every screen that a counter has: whose money moves is in sight, and the code can be scanned."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from playwright.sync_api import Page, expect

from tests.browser.desk import PATIENCE, RunningDesk, add_customer, agree, settle, visit, width_of
from tests.browser.qr_code import read_codes
from tests.browser.test_handover import hand_over, see_own_step
from tests.browser.test_phone import read_address

WIDTHS = (768, 810, 820, 834, 912, 1024, 1180, 1280, 1366)
SMALLEST_MODULE = 3.0  # CSS pixels; a phone's camera at arm's length reads 2
# The mark is on the screen and nothing lies over its word, in the page or in the navigation that covers it.
MARKED = """() => [...document.querySelectorAll(".desk-mode b")].some((one) => {
  const box = one.getBoundingClientRect();
  const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
  const inside = box.width > 0 && box.y >= 0 && box.bottom <= innerHeight;
  return inside && top && (top === one || one.parentElement.contains(top));
})"""
CODE = """() => {
  const code = document.querySelector('img[src^="data:image/svg"]');
  code.scrollIntoView({block: "center"});
  const box = code.getBoundingClientRect();
  const free = [[.02, .02], [.98, .02], [.02, .98], [.98, .98], [.5, .5]].every(([x, y]) =>
    document.elementFromPoint(box.x + box.width * x, box.y + box.height * y) === code);
  return {width: box.width, height: box.height, modules: code.naturalWidth, free};
}"""


@pytest.mark.parametrize("widths", [(390,), WIDTHS[:5], [*WIDTHS[5:], 1440]], ids=["phone", "tablet", "desk"])
def test_the_mode_is_in_sight_with_the_navigation_open_or_closed(
    desk: RunningDesk, page: Page, widths: Sequence[int]
) -> None:
    """One load for each kind of screen, which the app tells apart when it loads."""
    page.set_viewport_size({"width": widths[0], "height": 900})
    visit(page, desk, "setup")
    sidebar = page.get_by_test_id("stSidebar")
    for width in widths:
        page.set_viewport_size({"width": width, "height": 900})
        seen = set()
        for _ in range(2):
            if sidebar.get_attribute("data-collapsed") == "false":
                sidebar.hover()  # where a mouse is, the button comes with it
                page.get_by_test_id("stSidebarCollapseButton").locator("button").click()
            else:
                page.get_by_test_id("stExpandSidebarButton").click()
            page.wait_for_timeout(400)  # it slides
            seen.add(sidebar.get_attribute("data-collapsed"))
            page.wait_for_function(MARKED, timeout=PATIENCE)
            for way in (3_000, -9_000):
                page.mouse.move(width - 40, 500)
                page.mouse.wheel(0, way)
                page.wait_for_function(MARKED, timeout=PATIENCE)
        assert seen == {"true", "false"}, width


def see_code(page: Page) -> None:
    """A decoder reads the address from a picture of the screen, and no module is too small for a phone."""
    expect(page.locator('img[src^="data:image/svg"]')).to_be_visible(timeout=PATIENCE)
    settle(page)
    address = read_address(page)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 1024})
        page.wait_for_timeout(200)
        seen = page.evaluate(CODE)
        assert abs(seen["width"] - seen["height"]) < 1 and seen["free"], (width, seen)
        assert seen["width"] / seen["modules"] >= SMALLEST_MODULE, (width, seen)
        assert read_codes(page.screenshot()) == [address], width
        assert page.evaluate(MARKED), f"whose money moves, at {width}"


def test_the_code_can_be_scanned_at_every_width(desk: RunningDesk, page: Page) -> None:
    visit(page, desk, "onboard")
    add_customer(page, "Quinn Code", "quinn@example.com", "Q-1")
    page.get_by_text("I agree.").click()
    page.get_by_role("button", name="On the customer's phone").click()
    see_code(page)


def test_the_code_can_be_scanned_on_a_handed_over_device(desk: RunningDesk, page: Page) -> None:
    visit(page, desk, "onboard")
    add_customer(page, "Quentin Own", "quentin@example.com", "Q-2")
    hand_over(page)
    see_own_step(page, "Hello, Quentin Own")
    page.get_by_role("button", name="I agree, go on").click()
    page.get_by_role("button", name="Use my own phone instead").click(timeout=PATIENCE)
    see_code(page)


def test_a_tablet_shows_a_customers_steps_without_the_navigation(desk: RunningDesk, page: Page) -> None:
    page.set_viewport_size({"width": 820, "height": 1100})
    visit(page, desk, "onboard")
    add_customer(page, "Nolan Navigation", "nolan@example.com", "NN-1")
    sidebar, opener = page.get_by_test_id("stSidebar"), page.get_by_test_id("stExpandSidebarButton")
    for step in ("authorize", "link"):
        for width in (768, 820, 834, 1024, 1180):
            page.set_viewport_size({"width": width, "height": 1100})
            expect(sidebar).to_be_hidden()
            expect(opener).to_be_hidden()
            expect(page.get_by_test_id("stMain")).to_be_visible()
            assert width_of(page.get_by_test_id("stMain")) > width - 20, (width, step)
            assert page.evaluate(MARKED), (width, step)
        if step == "authorize":
            agree(page)
            settle(page)
    expect(page.get_by_test_id("stMain").get_by_text("Nolan Navigation · NN-1")).to_be_visible()
    page.get_by_role("button", name="Another customer").click()
    expect(page.get_by_role("heading", name="Whose bank do you want to link?")).to_be_visible(timeout=PATIENCE)
    settle(page)
    assert sidebar.is_visible() or opener.is_visible(), "the choice of a customer has the navigation again"


def test_a_desktop_keeps_the_navigation_beside_a_customers_steps(desk: RunningDesk, page: Page) -> None:
    page.set_viewport_size({"width": 1366, "height": 900})
    visit(page, desk, "onboard")
    add_customer(page, "Dora Desktop", "dora.desktop@example.com", "DD-1")
    expect(page.get_by_test_id("stSidebarNav")).to_be_visible()

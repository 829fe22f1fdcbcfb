"""A tablet handed over by somebody who is signed in: what its customer does to the cookies, and the ways back."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from dashboard.web.devices import COOKIE
from tests.browser.desk import PATIENCE, add_customer, settle
from tests.browser.identity import GuardedDesk, enter, go, guarded, see_door, sign_in
from tests.browser.test_handover import PIN, hand_over, see_own_step, take_back


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GuardedDesk]:
    with guarded(tmp_path_factory.mktemp("handed")) as started:
        yield started


@pytest.fixture
def tablet(page: Page, desk: GuardedDesk, request: pytest.FixtureRequest) -> Page:
    """Handed over to a customer of this test's own."""
    name = "".join(part.title() for part in re.findall(r"[a-z]+", request.node.name)[2:])
    sign_in(page, desk, "ops")
    go(page, desk, "onboard")
    add_customer(page, f"{name} Held", f"{name.lower()}@example.com", name)
    hand_over(page)
    see_own_step(page, f"Hello, {name} Held")
    return page


def see_no_staff(page: Page) -> None:
    assert page.get_by_test_id("stSidebarNav").count() == 0
    assert page.get_by_role("button", name="Sign out").count() == 0


def open_ways_back(page: Page) -> None:
    """Open the staff's part; a run of the page in the moment of the click may shut it again."""
    settle(page)
    field = page.get_by_test_id("stExpander").locator("input[type=password]")
    for _ in range(4):
        if not field.is_visible():
            page.locator("summary").filter(has_text="Staff").click()
        page.wait_for_timeout(500)
        if field.is_visible():
            return
    expect(field).to_be_visible(timeout=PATIENCE)


@pytest.mark.parametrize("how", ["deleted", "replaced"])
def test_a_tablet_without_its_cookie_stays_the_customers(
    tablet: Page, context: BrowserContext, desk: GuardedDesk, how: str
) -> None:
    context.clear_cookies(name=COOKIE)
    if how == "replaced":
        context.add_cookies([{"name": COOKIE, "value": "r" * 43, "url": desk.url}])
    for path in ("", "onboard", "customers", "me"):
        tablet.goto(f"{desk.url}/{path}")
        expect(tablet.get_by_role("heading", name="Hello, ")).to_be_visible(timeout=PATIENCE)
        see_no_staff(tablet)


def test_a_tablet_with_a_second_cookie_of_the_name_shows_nothing(
    tablet: Page, context: BrowserContext, desk: GuardedDesk
) -> None:
    context.add_cookies([{"name": COOKIE, "value": "s" * 43, "domain": "127.0.0.1", "path": "/_stcore"}])
    tablet.goto(f"{desk.url}/customers")
    expect(tablet.get_by_text("two cookies of the name")).to_be_visible(timeout=PATIENCE)
    see_no_staff(tablet)


def test_a_tablet_without_any_cookie_is_signed_out(tablet: Page, context: BrowserContext, desk: GuardedDesk) -> None:
    context.clear_cookies()
    tablet.goto(f"{desk.url}/customers")
    see_door(tablet, "Sign in to ACH Desk")


def test_the_pins_field_asks_for_digits_shows_nothing_and_clears_itself(tablet: Page) -> None:
    open_ways_back(tablet)
    field = tablet.get_by_test_id("stExpander").locator("input[type=password]")
    expect(field).to_have_attribute("inputmode", "numeric", timeout=PATIENCE)
    expect(tablet.get_by_test_id("stTextInput").first.locator("button:visible")).to_have_count(0)
    take_back(tablet, "999111")
    expect(tablet.get_by_text("This is not the PIN.")).to_be_visible(timeout=PATIENCE)
    expect(field).to_have_value("")


def test_signing_in_again_takes_the_tablet_back(tablet: Page, desk: GuardedDesk) -> None:
    open_ways_back(tablet)
    enter(tablet, desk, "finance", button="Forgot it? Sign in again")
    expect(tablet.get_by_role("heading", name="Hello, ")).to_be_visible(timeout=PATIENCE)
    see_no_staff(tablet)
    tablet.wait_for_timeout(1_100)  # the provider names whole seconds
    open_ways_back(tablet)
    enter(tablet, desk, "ops", button="Forgot it? Sign in again")
    expect(tablet.get_by_role("button", name="Sign out")).to_be_attached(timeout=PATIENCE)
    settle(tablet)
    assert ("olive@example.com", "handover.released") in [row[:2] for row in desk.actions("handover.released")]


def test_a_colleagues_pin_takes_the_tablet_back(tablet: Page, desk: GuardedDesk) -> None:
    open_ways_back(tablet)
    form = tablet.get_by_test_id("stExpander")
    form.get_by_label("Using a colleague's PIN?").fill("olive@example.com")
    form.locator("input[type=password]").fill(PIN)
    tablet.get_by_role("button", name="Take the device back").click()
    expect(tablet.get_by_role("button", name="Sign out")).to_be_attached(timeout=PATIENCE)

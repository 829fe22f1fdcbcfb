"""Link in the page: its outcome exists once, so it must survive what browsers, networks and servers do."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect

from tests.browser.desk import PATIENCE, RunningDesk, accept, add_customer, agree, open_link, running, visit
from tests.browser.link import finish, leave, pick_account, pick_bank, sign_in
from tests.browser.test_handover import hand_over, see_nothing_of_the_staff

LINKED = "The bank is linked"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDesk]:
    """A desk of this module's own: some of these tests kill it."""
    with running(tmp_path_factory.mktemp("component")) as started:
        yield started


def count_items(desk: RunningDesk) -> int:
    """How many exchanges made an Item at the sandbox."""
    with sqlite3.connect(f"file:{desk.home / 'sandbox.db'}?mode=ro", uri=True) as state:
        found = state.execute("SELECT count(*) FROM documents WHERE kind = 'plaid.item' AND doc LIKE '%access-%'")
        count = int(found.fetchone()[0])
    state.close()
    return count


def go_to_the_last_pane(page: Page, desk: RunningDesk, name: str) -> None:
    """Everything up to, not including, the button that gives the public token away."""
    slug = name.lower().replace(" ", ".")
    visit(page, desk)
    add_customer(page, name, f"{slug}@example.com", slug)
    agree(page)
    modal = open_link(page)
    pick_bank(modal, "First Platypus Bank")
    sign_in(modal, "user_good", "pass_good")
    modal.get_by_test_id("pane-accounts").get_by_text("Plaid Checking").first.click(timeout=PATIENCE)
    modal.get_by_role("button", name="Continue").click()
    expect(modal.get_by_role("button", name="Finish")).to_be_visible(timeout=PATIENCE)


def kept_outcomes(page: Page) -> list[str]:
    return list(page.evaluate("Object.keys(sessionStorage).filter((key) => key.startsWith('ach-desk-outcome'))"))


def see_kept(page: Page) -> None:
    """Wait until the browser holds an outcome that nobody has acknowledged."""
    for _ in range(PATIENCE // 100):
        if kept_outcomes(page):
            return
        page.wait_for_timeout(100)
    raise AssertionError("the outcome was not kept")


def see_forgotten(page: Page) -> None:
    """Wait until the browser has forgotten what was acknowledged: it held a public token."""
    for _ in range(PATIENCE // 100):
        if not kept_outcomes(page):
            return
        page.wait_for_timeout(100)
    raise AssertionError("the outcome is still kept in the browser")


def see_linked_once(page: Page, desk: RunningDesk, before: int) -> None:
    expect(page.get_by_role("heading", name=LINKED)).to_be_visible(timeout=PATIENCE * 2)
    assert count_items(desk) == before + 1
    see_forgotten(page)


def frame(page: Page):  # type: ignore[no-untyped-def]  # a FrameLocator
    return page.frame_locator("iframe[id^=plaid-link]").last


def test_a_websocket_cut_just_before_the_outcome_still_ends_in_one_exchange(desk: RunningDesk, page: Page) -> None:
    open_routes: list[WebSocketRoute] = []
    cut = {"on": False}

    def route(socket: WebSocketRoute) -> None:
        if cut["on"]:
            socket.close()
            return
        socket.connect_to_server()
        open_routes.append(socket)

    page.route_web_socket(re.compile("/_stcore/stream"), route)
    go_to_the_last_pane(page, desk, "Wanda Websocket")
    before = count_items(desk)
    cut["on"] = True
    for socket in open_routes:
        socket.close()
    finish(frame(page))
    expect(page.locator("iframe[id^=plaid-link]")).to_be_hidden(timeout=PATIENCE)
    see_kept(page)
    assert count_items(desk) == before, "nothing can have been exchanged yet"
    cut["on"] = False
    see_linked_once(page, desk, before)


def test_a_click_during_the_exchange_neither_loses_nor_repeats_it(desk: RunningDesk, page: Page) -> None:
    go_to_the_last_pane(page, desk, "Clara Click")
    before = count_items(desk)
    desk.control("POST", "/faults", path="/item/public_token/exchange", method="POST", kind="latency", times=1, ms=4000)
    finish(frame(page))
    expect(page.get_by_role("heading", name="One moment …")).to_be_visible(timeout=PATIENCE)
    address = page.url
    page.get_by_role("link", name="Institutions").click()
    expect(page.get_by_role("heading", name="Institutions")).to_be_visible(timeout=PATIENCE)
    page.goto(address)
    see_linked_once(page, desk, before)


def test_a_server_restarted_in_between_still_ends_in_one_exchange(desk: RunningDesk, page: Page) -> None:
    go_to_the_last_pane(page, desk, "Rosa Restart")
    before = count_items(desk)
    desk.stop_app(kill=True)
    finish(frame(page))
    see_kept(page)
    desk.start()
    see_linked_once(page, desk, before)


def test_a_reload_right_after_the_outcome_delivers_it_all_the_same(desk: RunningDesk, page: Page) -> None:
    go_to_the_last_pane(page, desk, "Rita Reload")
    before = count_items(desk)
    finish(frame(page))
    expect(page.locator("iframe[id^=plaid-link]")).to_have_count(0, timeout=PATIENCE)  # Link has reported it
    page.reload()
    see_linked_once(page, desk, before)


def test_two_tabs_on_one_link_end_in_one_exchange(desk: RunningDesk, page: Page) -> None:
    go_to_the_last_pane(page, desk, "Tess Twotabs")
    before = count_items(desk)
    other = page.context.new_page()
    other.goto(page.url)
    expect(other.get_by_role("button", name="Connect a bank")).to_be_enabled(timeout=PATIENCE)
    finish(frame(page))
    see_linked_once(page, desk, before)
    other.reload()
    expect(other.get_by_role("heading", name=LINKED)).to_be_visible(timeout=PATIENCE)
    assert count_items(desk) == before + 1
    other.close()


def test_a_modal_closed_half_way_says_that_nothing_was_linked(desk: RunningDesk, page: Page) -> None:
    visit(page, desk)
    add_customer(page, "Hal Halfway", "hal@example.com", "hal")
    agree(page)
    modal = open_link(page)
    pick_bank(modal, "First Platypus Bank")
    leave(modal)
    expect(page.get_by_role("heading", name="The bank is not linked")).to_be_visible(timeout=PATIENCE)
    page.get_by_text("What Link reported", exact=True).click()
    expect(page.get_by_text("Link session:").first).to_be_visible(timeout=PATIENCE)


def test_link_can_be_opened_again_after_it_was_closed(desk: RunningDesk, page: Page) -> None:
    visit(page, desk)
    add_customer(page, "Otto Again", "otto@example.com", "otto")
    agree(page)
    leave(open_link(page))
    page.get_by_role("button", name="Try again").click(timeout=PATIENCE)
    agree(page)
    modal = open_link(page)
    pick_bank(modal, "First Platypus Bank")
    sign_in(modal, "user_good", "pass_good")
    pick_account(modal, "Plaid Saving")
    expect(page.get_by_role("heading", name=LINKED)).to_be_visible(timeout=PATIENCE)


def test_a_script_that_cannot_load_says_so(desk: RunningDesk, page: Page) -> None:
    page.route(re.compile("link-initialize"), lambda route: route.abort())
    visit(page, desk)
    add_customer(page, "Nora Noscript", "nora@example.com", "nora")
    accept(page)
    expect(page.get_by_text(re.compile("could not be loaded", re.IGNORECASE)).first).to_be_visible(timeout=PATIENCE)


def test_a_blocked_pop_up_says_so_on_the_page(desk: RunningDesk, page: Page) -> None:
    page.context.add_init_script("window.open = () => null;")
    visit(page, desk)
    add_customer(page, "Bea Blocked", "bea@example.com", "bea")
    agree(page)
    modal = open_link(page)
    pick_bank(modal, "Platypus OAuth Bank")
    modal.get_by_role("button", name="Continue").click(timeout=PATIENCE)
    expect(modal.get_by_test_id("oauth-status")).to_contain_text("blocked", timeout=PATIENCE)
    leave(modal)
    expect(page.get_by_text(re.compile("blocked", re.IGNORECASE)).first).to_be_visible(timeout=PATIENCE)


def test_an_oauth_bank_is_linked_through_its_pop_up(desk: RunningDesk, page: Page) -> None:
    visit(page, desk)
    add_customer(page, "Olga Oauth", "olga@example.com", "olga")
    agree(page)
    modal = open_link(page)
    pick_bank(modal, "Platypus OAuth Bank")
    with page.expect_popup() as opened:
        modal.get_by_role("button", name="Continue").click(timeout=PATIENCE)
    opened.value.get_by_test_id("bank-allow").click(timeout=PATIENCE)
    pick_account(modal, "Plaid Checking")
    expect(page.get_by_role("heading", name=LINKED)).to_be_visible(timeout=PATIENCE)


@pytest.fixture(scope="module")
def redirecting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDesk]:
    """A desk that banks may send the whole tab back to."""
    with running(tmp_path_factory.mktemp("redirect")) as started:
        started.stop_app()
        started.environ["PLAID_REDIRECT_URI"] = f"{started.url}/onboard"  # as the documents say
        started.start()
        yield started


def leave_for_the_bank(page: Page, label: str = "Connect a bank") -> None:
    modal = open_link(page, label)
    pick_bank(modal, "Platypus OAuth Bank")
    modal.get_by_role("button", name="Continue").click(timeout=PATIENCE)
    modal.get_by_role("button", name="Continue in this tab").click(timeout=PATIENCE)
    page.get_by_test_id("bank-allow").click(timeout=PATIENCE)
    page.wait_for_url("**/onboard?oauth_state_id=*", timeout=PATIENCE)


ATTEMPTS_OF = (
    "SELECT count(*), min(a.state) FROM link_attempt a JOIN customer c ON c.id = a.customer_id WHERE c.reference = ?"
)


def test_a_bank_that_takes_the_tab_brings_it_back_to_the_same_link(redirecting: RunningDesk, page: Page) -> None:
    page.context.add_init_script("window.open = () => null;")
    visit(page, redirecting)
    add_customer(page, "Rita Redirect", "rita@example.com", "rita")
    agree(page)
    leave_for_the_bank(page)
    modal = page.frame_locator("iframe[id^=plaid-link]")
    pick_account(modal, "Plaid Checking")
    expect(page.get_by_role("heading", name=LINKED)).to_be_visible(timeout=PATIENCE)
    with sqlite3.connect(f"file:{redirecting.home / 'desk-current.db'}?mode=ro", uri=True) as kept:
        assert kept.execute(ATTEMPTS_OF, ["rita"]).fetchone() == (1, "authorized")
    kept.close()
    page.get_by_role("button", name="Next customer").click()
    add_customer(page, "Rob Second", "rob@example.com", "rob")
    agree(page)
    pick_bank(open_link(page), "First Platypus Bank")


def test_a_bank_that_takes_the_tab_of_a_handed_over_device_brings_it_back(redirecting: RunningDesk, page: Page) -> None:
    page.context.add_init_script("window.open = () => null;")
    visit(page, redirecting)
    add_customer(page, "Hedda Redirect", "hedda@example.com", "hedda")
    hand_over(page)
    page.get_by_role("button", name="I agree, go on").click(timeout=PATIENCE)
    leave_for_the_bank(page, "Connect my bank")
    see_nothing_of_the_staff(page)
    pick_account(page.frame_locator("iframe[id^=plaid-link]"), "Plaid Checking")
    expect(page.get_by_role("heading", name="Your bank is connected")).to_be_visible(timeout=PATIENCE)


def test_a_return_to_a_tab_that_knows_no_link_is_said(redirecting: RunningDesk, page: Page) -> None:
    visit(page, redirecting, "onboard?oauth_state_id=00000000-0000-0000-0000-000000000000")
    expect(page.get_by_text("this tab does not know which link it was")).to_be_visible(timeout=PATIENCE)


def test_the_link_script_is_loaded_once_over_reruns_and_page_switches(desk: RunningDesk, page: Page) -> None:
    loaded: list[str] = []
    page.on("request", lambda request: loaded.append(request.url) if "link-initialize" in request.url else None)
    visit(page, desk)
    add_customer(page, "Otis Once", "otis@example.com", "otis")
    agree(page)
    expect(page.get_by_role("button", name="Connect a bank")).to_be_enabled(timeout=PATIENCE)
    page.get_by_role("link", name="Payments").click()
    expect(page.get_by_role("heading", name="Payments")).to_be_visible(timeout=PATIENCE)
    page.get_by_role("link", name="Onboard").click()
    expect(page.get_by_role("button", name="Connect a bank")).to_be_enabled(timeout=PATIENCE)
    assert len(loaded) == 1
    assert page.locator("iframe[id^=plaid-link]").count() == 1, "the frame of the page that was left is gone"


def test_the_evidence_of_an_exit_is_kept(desk: RunningDesk, page: Page, tmp_path: Path) -> None:
    visit(page, desk)
    add_customer(page, "Eva Evidence", "eva@example.com", "eva")
    agree(page)
    modal = open_link(page)
    pick_bank(modal, "First Platypus Bank")
    sign_in(modal, "user_good", "wrong")
    expect(modal.get_by_test_id("link-error")).to_be_visible(timeout=PATIENCE)
    leave(modal)
    expect(page.get_by_role("heading", name="The bank is not linked")).to_be_visible(timeout=PATIENCE)
    with sqlite3.connect(f"file:{desk.home / 'desk-current.db'}?mode=ro", uri=True) as kept:
        detail, events = kept.execute(
            "SELECT detail, events FROM link_outcome ORDER BY received_at DESC LIMIT 1"
        ).fetchone()
    kept.close()
    assert "link_session_id" in detail and "requires_credentials" in detail and "First Platypus Bank" in detail
    assert "OPEN" in events and "SUBMIT_CREDENTIALS" in events and "EXIT" in events

"""People sign in for real, at an OpenID provider, and do what their role may do and nothing else.

Which pages each role sees is a walk of its own: test_addresses.py.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import BrowserContext, Page, WebSocket, expect

from dashboard.domain.models import Role
from dashboard.staff.access import ALLOWED
from dashboard.staff.sign_in import IDLE, LONGEST
from tests.browser.desk import PATIENCE, settle, type_into
from tests.browser.everybody import see_everybody_can_use, see_focus, see_rest, watch
from tests.browser.identity import GuardedDesk, enter, go, guarded, sections, see_door, sign_in

MINUTE = timedelta(minutes=1)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GuardedDesk]:
    limits = {"ACH_DESK_DEBIT_PROOF_CENTS": "2000", "ACH_DESK_DEBIT_MAX_CENTS": "5000"}
    with guarded(tmp_path_factory.mktemp("guarded"), **limits) as started:
        started.link("Lena Linked")
        yield started


def see_payments(page: Page) -> None:
    expect(page.get_by_role("heading", name="Payments")).to_be_visible(timeout=PATIENCE)
    expect(page.locator("[role=gridcell]").first).to_be_visible(timeout=PATIENCE)


def test_nobody_sees_anything_before_signing_in(page: Page, desk: GuardedDesk) -> None:
    watch(page.context)
    for path in ("", *sections(), "me"):
        page.goto(f"{desk.url}/{path}")
        see_door(page, "Sign in to ACH Desk")
        assert "Lena" not in page.content()
    see_everybody_can_use(page, "the door", title="Sign in to ACH Desk")
    see_rest(page, "the door")
    see_focus(page, "the door")


@pytest.mark.parametrize("role", Role)
def test_each_role_finds_the_actions_it_has_and_no_other(page: Page, desk: GuardedDesk, role: Role) -> None:
    names = {permission.name for permission in ALLOWED[role]}
    sign_in(page, desk, role.value)
    if "VIEW_PAYMENTS" in names:
        go(page, desk, "payments")
        see_payments(page)
        sync = page.get_by_role("button", name="Sync now")
        expect(sync).to_have_count(1 if "SYNC" in names else 0)
    go(page, desk, "me")
    said = page.get_by_text("You may ").inner_text()
    for permission in ALLOWED[role]:
        assert permission.value in said
    assert ("debit a bank account" in said) is ("CREATE_DEBIT" in names)


@pytest.mark.parametrize("who", ["nobody", "unverified"])
def test_who_has_no_role_is_told_whom_to_ask(page: Page, desk: GuardedDesk, who: str) -> None:
    page.goto(desk.url)
    enter(page, desk, who)
    see_door(page, "No role at this desk")
    main = page.locator("[data-testid=stMain]")
    expect(main).to_contain_text("Ask an administrator")
    expect(main).to_contain_text("eve@example.com" if who == "nobody" else "subject unverified")
    assert desk.actions("sign_in.refused")
    page.get_by_role("button", name="Sign in as somebody else").click()
    page.get_by_role("button", name="End session").click(timeout=PATIENCE)
    see_door(page, "Sign in to ACH Desk")


def test_a_page_that_is_left_alone_goes_blank_by_itself(page: Page, desk: GuardedDesk) -> None:
    sign_in(page, desk, "finance")
    go(page, desk, "payments")
    see_payments(page)
    desk.let_pass(IDLE)
    see_door(page, "Locked")  # nobody touched the page
    expect(page.locator("[role=gridcell]")).to_have_count(0)
    assert "Sign out" not in page.locator("body").inner_text()
    assert any(action == "sign_out" and "idle" in facts for _, action, facts in desk.actions())
    page.reload()
    see_door(page, "Locked")  # the cookie is still there, and opens nothing
    enter(page, desk, "finance", button="Sign in again")
    expect(page.get_by_role("button", name="Sign out")).to_be_attached(timeout=PATIENCE)


def test_a_page_that_is_left_alone_is_blank_in_the_browser_without_a_network_too(
    page: Page, context: BrowserContext, desk: GuardedDesk
) -> None:
    page.clock.install()
    sign_in(page, desk, "finance")
    go(page, desk, "payments")
    see_payments(page)
    app = page.locator("[data-testid=stApp]")
    expect(app).to_have_css("visibility", "visible")
    context.set_offline(True)
    page.clock.fast_forward(int(IDLE.total_seconds() * 1000) + 2_000)
    expect(app).to_have_css("visibility", "hidden", timeout=PATIENCE)
    context.set_offline(False)
    # Here only the browser's clock went on, as where the same person works in another tab meanwhile.
    expect(page.get_by_role("heading", name="Page hidden")).to_be_visible(timeout=PATIENCE)
    expect(page.locator("[role=gridcell]")).to_have_count(0)
    page.get_by_role("button", name="Go on").click()
    see_payments(page)


def let_it_look(page: Page, sockets: list[WebSocket]) -> None:
    """The page looks by itself every ten seconds of its browser's, which go by at once; the server has answered."""
    for _ in range(2):
        with sockets[-1].expect_event("framereceived"):
            page.clock.fast_forward(11_000)
    settle(page)


def test_a_hand_on_the_page_keeps_it_open_and_its_own_looks_do_not(page: Page, desk: GuardedDesk) -> None:
    sockets: list[WebSocket] = []
    page.on("websocket", lambda socket: sockets.append(socket))
    page.clock.install()
    sign_in(page, desk, "finance")
    go(page, desk, "payments")
    see_payments(page)
    settle(page)
    desk.let_pass(IDLE - 2 * MINUTE)
    seen = desk.last_seen()
    let_it_look(page, sockets)
    assert desk.last_seen() == seen, "its own looks are no activity"
    go(page, desk, "accounts")
    assert desk.last_seen() > seen
    desk.let_pass(IDLE - 2 * MINUTE)
    let_it_look(page, sockets)
    expect(page.get_by_role("heading", name="Linked accounts")).to_be_visible()


def test_no_sign_in_outlasts_a_shift(page: Page, desk: GuardedDesk) -> None:
    sign_in(page, desk, "auditor")
    desk.let_pass(LONGEST, since="started_at")
    see_door(page, "Signed out")
    expect(page.get_by_text("12 hours at most")).to_be_visible()


def test_signing_out_closes_every_tab_and_the_cookie_opens_nothing_more(
    page: Page, context: BrowserContext, desk: GuardedDesk
) -> None:
    sign_in(page, desk, "finance")
    other = context.new_page()
    go(other, desk, "payments")
    see_payments(other)
    kept = context.cookies()
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("button", name="End session").click(timeout=PATIENCE)
    see_door(page, "Sign in to ACH Desk")
    see_door(other, "Signed out")
    context.add_cookies(kept)  # type: ignore[arg-type]  # what was read is what is written
    page.goto(f"{desk.url}/payments")
    see_door(page, "Signed out")


def fill_in_debit(page: Page, desk: GuardedDesk, amount: str, reference: str) -> None:
    go(page, desk, "debit")
    page.get_by_role("button", name="Lena Linked").click(timeout=PATIENCE)
    type_into(page.get_by_label("Amount (USD)"), amount)
    page.get_by_label("Invoice reference").fill(reference)
    page.get_by_role("button", name="Check the balance").click()


def set_pin(page: Page, pin: str) -> None:
    page.get_by_label("New PIN", exact=True).fill(pin, timeout=PATIENCE)
    page.get_by_label("New PIN again").fill(pin)
    page.get_by_role("button", name="Set the PIN").click()


def test_a_debit_above_the_amount_asks_for_the_pin(page: Page, desk: GuardedDesk) -> None:
    sign_in(page, desk, "finance-by-old-session")
    fill_in_debit(page, desk, "20.01", "NO-PIN")
    expect(page.get_by_text("asks for your PIN, and you have none")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_role("button", name="Debit $20.01")).to_be_disabled()
    go(page, desk, "me")
    expect(page.get_by_text("Sign in again to set one.")).to_be_visible(timeout=PATIENCE)

    page.context.clear_cookies()
    page.goto(desk.url)
    sign_in(page, desk, "finance")
    go(page, desk, "me")
    set_pin(page, "405162")
    expect(page.get_by_text("Your PIN is set.")).to_be_visible(timeout=PATIENCE)

    page.context.clear_cookies()
    page.goto(desk.url)
    sign_in(page, desk, "finance-by-old-session")
    fill_in_debit(page, desk, "20.01", "WITH-PIN")
    page.get_by_label("Your PIN", exact=True).fill("405163", timeout=PATIENCE)
    page.get_by_role("button", name="Debit $20.01").click()
    expect(page.get_by_text("This is not the PIN.")).to_be_visible(timeout=PATIENCE)
    assert not desk.actions("debit.ordered")
    page.get_by_label("Your PIN", exact=True).fill("405162")
    page.get_by_role("button", name="Debit $20.01").click()
    expect(page.get_by_text("The debit is at Stripe.")).to_be_visible(timeout=PATIENCE)
    ((actor, _, facts),) = desk.actions("debit.ordered")
    assert (actor, json.loads(facts)["amount_cents"]) == ("fin@example.com", 2001)

    fill_in_debit(page, desk, "50.01", "TOO-MUCH")
    expect(page.get_by_text("above the most that this desk debits at once")).to_be_visible(timeout=PATIENCE)
    assert "405162" not in str(desk.actions())

"""A tablet in a customer's hands, in a real browser: what they see, and every way out that they might try."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import BrowserContext, FrameLocator, Page, expect

from tests.browser.desk import PATIENCE, RunningDesk, add_customer, settle, type_into, visit
from tests.browser.everybody import find_faults, see_everybody_can_use, see_focus
from tests.browser.link import finish, leave, pick_account, pick_bank, sign_in

PIN = "480215"
STAFF_PAGES = (
    "",
    "onboard",
    "payments",
    "accounts",
    "debit",
    "inbox",
    "health",
    "customers",
    "institutions",
    "setup",
    "sandbox",
)
SECONDS_TO_BLANK = 8  # two to notice, the rest for a busy machine


def hand_over(page: Page, language: str = "English") -> None:
    """Press Hand over for the customer whose page is open."""
    form = page.get_by_test_id("stForm").filter(has_text="Hand over the tablet")
    if language != "English":
        page.get_by_role("radio", name=language).click()
        settle(page)
    pin, typed = form.locator("input[type=password]"), form.get_by_text("earlier in this shift")
    expect(pin.or_(typed)).to_be_visible(timeout=PATIENCE)  # a field's code is loaded after the rest of the form
    if pin.is_visible():  # once a shift
        pin.fill(PIN)
    form.get_by_role("button", name="Hand over").click()


def see_own_step(page: Page, heading: str) -> None:
    expect(page.get_by_role("heading", name=heading)).to_be_in_viewport(timeout=PATIENCE)
    settle(page)


def see_nothing_of_the_staff(page: Page) -> None:
    shown = page.locator("body").inner_text()
    for word in ("Payments", "Linked accounts", "Inbox", "Setup", "New debit", "Whose bank"):
        assert word not in shown, f"{word} is on the customer's screen"
    assert page.get_by_test_id("stSidebarNav").count() == 0


def see_large_targets(page: Page) -> None:
    """Whatever can be touched is large enough for a finger (44 px), but for what stands inside a field."""
    small = page.evaluate(
        """() => [...document.querySelectorAll("[data-testid=stMain] :is(button, a, summary, [role=radio])")]
          .filter((one) => one.checkVisibility() && !one.closest("[data-testid=stTextInput], [data-testid=stCode]"))
          .map((one) => [one.innerText, Math.round(one.getBoundingClientRect().height)])
          .filter(([, height]) => height < 44)"""
    )
    assert small == []


def take_back(page: Page, pin: str = PIN) -> None:
    """By the staff's part, which is in English whatever the customer reads.

    By Enter: the part moves while it opens, and a mouse may press one thing and let go over another.
    """
    summary = page.locator("summary").filter(has_text="Staff")
    if page.get_by_test_id("stExpander").locator("details").get_attribute("open") is None:
        summary.click()
    expect(page.get_by_role("button", name="Take the device back")).to_be_visible(timeout=PATIENCE)
    field = page.get_by_test_id("stExpander").locator("input[type=password]")
    type_into(field, pin)
    field.press("Enter")


def see_print_button(copy: Page) -> None:
    """It prints, under the page's own security policy."""
    copy.evaluate("() => { window.printed = 0; window.print = () => { window.printed += 1; }; }")
    copy.get_by_role("button", name="Print").click()
    assert copy.evaluate("window.printed") == 1


def connect(page: Page, label: str = "Connect my bank") -> None:
    button = page.get_by_role("button", name=label)
    expect(button).to_be_enabled(timeout=PATIENCE)
    button.click()
    connect_in(page.frame_locator("iframe[id^=plaid-link]"))


def connect_in(modal: FrameLocator | Page) -> None:
    """Through Link to its last pane, in the modal or on the hosted page."""
    pick_bank(modal, "First Platypus Bank")
    sign_in(modal, "user_good", "pass_good")
    modal.get_by_test_id("pane-accounts").get_by_text("Plaid Checking").first.click(timeout=PATIENCE)
    modal.get_by_test_id("continue").click()


def test_a_customer_links_their_bank_alone(desk: RunningDesk, page: Page) -> None:
    visit(page, desk)
    add_customer(page, "Hanna Handed", "hanna@example.com", "H-1")
    hand_over(page)
    see_own_step(page, "Hello, Hanna Handed")
    see_nothing_of_the_staff(page)
    see_large_targets(page)
    see_everybody_can_use(page, "the agreement", title="ACH Desk")
    see_focus(page, "the agreement")
    expect(page.get_by_text("authorizes")).to_be_visible()
    page.get_by_role("button", name="I agree, go on").click()
    expect(page.get_by_role("button", name="Connect my bank")).to_be_enabled(timeout=PATIENCE)
    see_everybody_can_use(page, "before Link")
    expect(page.get_by_test_id("stMain").get_by_text("Hanna Handed", exact=True)).to_be_visible()
    connect(page)
    finish(page.frame_locator("iframe[id^=plaid-link]"))
    expect(page.get_by_role("heading", name="Your bank is connected")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text("Plaid Checking ••0000")).to_be_visible()
    expect(page.get_by_test_id("stMain").get_by_text("Hanna Handed", exact=True)).to_be_visible()
    for secret in ("access-", "public-", "btok_", "sk_test_", "mandate_", "ba_"):
        assert secret not in page.content()
    see_large_targets(page)
    see_everybody_can_use(page, "the result")
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Open my copy").click()
    copy = opened.value
    expect(copy.get_by_text("Hanna Handed authorizes")).to_be_visible(timeout=PATIENCE)
    assert not find_faults(copy, both=False), "the copy"
    see_print_button(copy)
    copy.close()
    page.get_by_role("button", name="Done").click()
    see_own_step(page, "Thank you")
    see_everybody_can_use(page, "the end")
    assert page.request.get(f"{desk.url}/authorization-copy").status == 404, "its data is gone from the device"
    assert "Hanna" not in page.locator("body").inner_text()
    take_back(page)
    expect(page.get_by_role("heading", name="The bank is linked")).to_be_visible(timeout=PATIENCE)
    see_everybody_can_use(page, "the staff's last screen", title="Onboard · ACH Desk")
    assert page.get_by_test_id("stMain").get_by_role("button").first.inner_text() == "Next customer"
    sizes = "(one) => parseFloat(getComputedStyle(one).fontSize)"
    ids, bank = page.get_by_text("Stripe bank account ba_"), page.get_by_text("First Platypus Bank")
    assert ids.evaluate(sizes) < bank.first.evaluate(sizes), "ids are small"
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Customer's copy").click()
    expect(opened.value.get_by_text("Hanna Handed authorizes")).to_be_visible(timeout=PATIENCE)
    see_print_button(opened.value)
    assert page.request.get(f"{desk.url}/authorization-copy?account=acct_1&mandate=mnd_1").status == 404
    setup = desk.stripe("setup_intents", limit=1)["data"][0]
    assert setup["status"] == "succeeded"


def test_the_next_customer_gets_the_tablet_without_the_pin_and_errors_of_the_staff_are_in_english(
    desk: RunningDesk, page: Page
) -> None:
    visit(page, desk)
    add_customer(page, "Paz Primera", "paz@example.com", "H-6")
    hand_over(page, "Español")
    see_own_step(page, "Hola, Paz Primera")
    take_back(page, "000111")
    expect(page.get_by_text("This is not the PIN.")).to_be_visible(timeout=PATIENCE)
    settle(page)
    take_back(page)
    expect(page.get_by_role("heading", name="Link a bank for Paz Primera")).to_be_visible(timeout=PATIENCE)
    page.get_by_role("button", name="Another customer").click()
    add_customer(page, "Quim Segundo", "quim@example.com", "H-7")
    form = page.get_by_test_id("stForm").filter(has_text="Hand over the tablet")
    settle(page)
    assert form.locator("input[type=password]").count() == 0, "it was typed in this shift"
    form.get_by_role("button", name="Hand over").click()
    see_own_step(page, "Hello, Quim Segundo")
    page.get_by_text("Staff").click()
    page.get_by_role("button", name="Take the device back").click()
    expect(page.get_by_text("No PIN was given.")).to_be_visible(timeout=PATIENCE)


def test_there_is_no_way_out_without_the_pin(desk: RunningDesk, context: BrowserContext, page: Page) -> None:
    visit(page, desk)
    staff = context.new_page()
    visit(staff, desk, "payments")
    expect(staff.get_by_role("heading", name="Payments")).to_be_visible(timeout=PATIENCE)
    page.bring_to_front()
    visit(page, desk, "accounts")  # something for the back button
    visit(page, desk)
    add_customer(page, "Esther Escape", "esther@example.com", "H-2")
    hand_over(page)
    see_own_step(page, "Hello, Esther Escape")

    expect(staff.get_by_role("heading", name="Hello, Esther Escape")).to_be_visible(timeout=SECONDS_TO_BLANK * 1000)
    see_nothing_of_the_staff(staff)

    page.go_back()
    see_own_step(page, "Hello, Esther Escape")
    see_nothing_of_the_staff(page)
    page.go_back()
    see_own_step(page, "Hello, Esther Escape")
    page.reload()
    see_own_step(page, "Hello, Esther Escape")
    see_nothing_of_the_staff(page)
    for path in STAFF_PAGES:
        staff.goto(f"{desk.url}/{path}")
        see_own_step(staff, "Hello, Esther Escape")
        see_nothing_of_the_staff(staff)
    staff.goto(f"{desk.url}/onboard?customer=cust_other&attempt=link_other")
    see_own_step(staff, "Hello, Esther Escape")
    staff.keyboard.press("r")  # Streamlit's own key: run again
    see_own_step(staff, "Hello, Esther Escape")
    assert context.request.get(f"{desk.url}/media/0000.csv").status == 403
    assert "ach_desk_device" not in page.evaluate("document.cookie")

    for _ in range(2):
        take_back(page, "000111")
        expect(page.get_by_text("This is not the PIN.")).to_be_visible(timeout=PATIENCE)
        settle(page)
    see_nothing_of_the_staff(page)

    desk.stop_app(kill=True)
    desk.start()
    page.goto(desk.url)
    see_own_step(page, "Hello, Esther Escape")

    take_back(page)
    expect(page.get_by_role("heading", name="Link a bank for Esther Escape")).to_be_visible(timeout=PATIENCE)
    visit(page, desk, "payments")
    expect(page.get_by_role("heading", name="Payments")).to_be_visible(timeout=PATIENCE)


def test_the_customer_reads_spanish_and_may_say_no(desk: RunningDesk, page: Page) -> None:
    visit(page, desk)
    add_customer(page, "Sofía Santos", "sofia@example.com", "H-3")
    page.get_by_role("radio", name="Español").click()
    expect(page.locator(".st-key-lang-es-mandate")).to_have_attribute("lang", "es", timeout=PATIENCE)
    expect(page.locator("html")).to_have_attribute("lang", "en")
    hand_over(page)
    see_own_step(page, "Hola, Sofía Santos")
    expect(page.get_by_text("autoriza a")).to_be_visible()
    see_everybody_can_use(page, "the agreement in Spanish", language="es")
    expect(page.locator(".st-key-lang-en-staff")).to_have_attribute("lang", "en")
    page.get_by_role("radio", name="English").click()
    see_own_step(page, "Hello, Sofía Santos")
    expect(page.locator("html")).to_have_attribute("lang", "en", timeout=PATIENCE)
    page.get_by_role("radio", name="Español").click()
    see_own_step(page, "Hola, Sofía Santos")
    page.reload()
    see_own_step(page, "Hola, Sofía Santos")
    page.get_by_role("button", name="No acepto").click()
    see_own_step(page, "Gracias")
    assert "Sofía" not in page.locator("body").inner_text()
    take_back(page)
    expect(page.get_by_role("heading", name="Link a bank for Sofía Santos")).to_be_visible(timeout=PATIENCE)


def test_closing_link_is_said_kindly_and_tried_again(desk: RunningDesk, page: Page) -> None:
    visit(page, desk)
    add_customer(page, "Clara Closed", "clara@example.com", "H-4")
    hand_over(page, "Español")
    see_own_step(page, "Hola, Clara Closed")
    page.get_by_role("button", name="Acepto, continuar").click()
    button = page.get_by_role("button", name="Conectar mi banco")
    expect(button).to_be_enabled(timeout=PATIENCE)
    button.click()
    leave(page.frame_locator("iframe[id^=plaid-link]"))
    see_own_step(page, "Su banco no está conectado")
    page.get_by_role("button", name="Intentar de nuevo").click()
    expect(button).to_be_enabled(timeout=PATIENCE)
    button.click()
    modal = page.frame_locator("iframe[id^=plaid-link]")
    pick_bank(modal, "First Platypus Bank")
    sign_in(modal, "user_good", "pass_good")
    pick_account(modal, "Plaid Checking")
    see_own_step(page, "Su banco está conectado")
    take_back(page)
    expect(page.get_by_role("heading", name="The bank is linked")).to_be_visible(timeout=PATIENCE)


@pytest.mark.parametrize("link_is_open", [False, True])
def test_two_idle_minutes_clear_the_screen_but_never_while_link_is_open(
    desk: RunningDesk, page: Page, link_is_open: bool
) -> None:
    page.clock.install()
    visit(page, desk)
    add_customer(page, f"Ida Idle {link_is_open:d}", f"ida{link_is_open:d}@example.com", f"H-5{link_is_open:d}")
    hand_over(page)
    see_own_step(page, f"Hello, Ida Idle {link_is_open:d}")
    if link_is_open:
        page.get_by_role("button", name="I agree, go on").click()
        button = page.get_by_role("button", name="Connect my bank")
        expect(button).to_be_enabled(timeout=PATIENCE)
        button.click()
        modal = page.frame_locator("iframe[id^=plaid-link]")
        modal.get_by_test_id("pane-consent").wait_for(timeout=PATIENCE)
    page.clock.run_for(60_000)
    expect(page.locator("[data-testid=stApp]")).to_be_visible()
    page.clock.run_for(70_000)
    if link_is_open:
        page.clock.run_for(300_000)
        expect(modal.get_by_test_id("pane-consent")).to_be_visible()
        expect(page.get_by_role("heading", name="Connect your bank")).to_be_visible()
        leave(modal)
        see_own_step(page, "Your bank is not connected")
        page.clock.run_for(125_000)
    expect(page.get_by_role("heading", name="This screen was cleared")).to_be_visible(timeout=PATIENCE)
    assert not re.search("Ida|Example", page.locator("body").inner_text())
    take_back(page)
    expect(page.get_by_test_id("stSidebarNav")).to_be_visible(timeout=PATIENCE)

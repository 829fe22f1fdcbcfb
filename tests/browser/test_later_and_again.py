"""In a real browser: a debit waits for its day, is sent on it, comes back, and is presented again from its case."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from playwright.sync_api import Page, expect

from dashboard.domain.business_days import EASTERN, add_business_days
from dashboard.domain.schedules import first_day
from tests.browser.desk import PATIENCE, RunningDesk, add_customer, agree, open_link, settle, type_into, visit
from tests.browser.everybody import see_everybody_can_use
from tests.browser.link import pick_account, pick_bank, sign_in
from tests.browser.test_main_job import find_debits


def move(page: Page, desk: RunningDesk, days: str) -> None:
    """The sandbox's clock, by one of its buttons; the desk reads what came of it."""
    visit(page, desk, "sandbox")
    before = page.get_by_text("in the sandbox.").inner_text()
    page.get_by_role("button", name=days, exact=True).click()
    expect(page.get_by_text("in the sandbox.")).not_to_have_text(before, timeout=PATIENCE)
    settle(page)


def go_to_afternoon(page: Page, desk: RunningDesk) -> None:
    """14:00 in New York, by the sandbox and the desk: each day from there on has its 09:00 and its cut-off."""
    now = sandbox_time(desk).astimezone(EASTERN)
    afternoon = datetime.combine(now.date(), time(14), EASTERN)
    if afternoon <= now:
        afternoon += timedelta(days=1)
    desk.control("POST", "/clock/advance", seconds=int((afternoon - now).total_seconds()))
    move(page, desk, "+ 1 business day")


def sandbox_time(desk: RunningDesk) -> datetime:
    return datetime.fromisoformat(str(desk.control("GET", "")["now_iso"]))


def link(page: Page, desk: RunningDesk) -> None:
    visit(page, desk)
    add_customer(page, "Lena Later", "lena.later@example.com", "C-900")
    agree(page)
    modal = open_link(page)
    pick_bank(modal, "First Platypus Bank")
    sign_in(modal, "user_good", "pass_good")
    pick_account(modal, "Plaid Checking")
    expect(page.get_by_role("heading", name="The bank is linked")).to_be_visible(timeout=PATIENCE)


def schedule(page: Page, day: date) -> None:
    page.get_by_role("button", name="Debit this account").click()
    type_into(page.get_by_label("Amount (USD)"), "11.00")
    page.get_by_label("Invoice reference").fill("INV-LATER")
    page.get_by_text("On a day to come").click()
    for part, number in (("year", f"{day.year}"), ("month", f"{day.month:02}"), ("day", f"{day.day:02}")):
        field = page.get_by_role("spinbutton", name=f"{part}, Collect on")
        field.click()
        field.press_sequentially(number)
    page.get_by_label("How many equal debits?").fill("2")
    page.get_by_role("button", name="See the days").click()
    expect(page.get_by_text("counts in every limit from now on")).to_be_visible(timeout=PATIENCE)
    see_everybody_can_use(page, "the days of a plan", title="New debit · ACH Desk")
    page.get_by_role("button", name="Schedule $22.00").dblclick()
    expect(page.get_by_role("button", name="Cancel all that were not sent")).to_be_visible(timeout=PATIENCE)


def test_a_debit_waits_for_its_day_comes_back_and_is_presented_again(desk: RunningDesk, page: Page) -> None:
    go_to_afternoon(page, desk)
    link(page, desk)
    schedule(page, add_business_days(first_day(sandbox_time(desk)), 1))
    assert find_debits(desk, "INV-LATER 1/2") == []
    page.get_by_role("button", name="Another debit").click()
    expect(page.get_by_text("INV-LATER 2/2")).to_be_visible(timeout=PATIENCE)
    see_everybody_can_use(page, "what is scheduled")
    desk.control("POST", "/outcome", outcome="insufficient_funds")
    for _ in range(3):
        if not find_debits(desk, "INV-LATER 1/2"):
            move(page, desk, "+ 1 business day")
            page.wait_for_timeout(13_000)  # the completer looks for what is due every ten seconds
    (sent,) = find_debits(desk, "INV-LATER 1/2")
    assert sent["status"] == "processing" and find_debits(desk, "INV-LATER 2/2") == []
    desk.control("POST", "/outcome", outcome="success")
    move(page, desk, "+ 5 business days")
    visit(page, desk, f"cases?case={sent['latest_charge']}")
    expect(page.get_by_text("attempt 1 of 2")).to_be_visible(timeout=PATIENCE)
    page.get_by_role("button", name="Check the balance").click()
    expect(page.get_by_text("What will happen:")).to_be_visible(timeout=PATIENCE)
    see_everybody_can_use(page, "a case before it is presented again")
    page.get_by_text("Yes, debit again.").click()
    page.get_by_role("button", name="Present $11.00 again").dblclick()
    expect(page.get_by_text("Its debit was presented again")).to_be_visible(timeout=PATIENCE)
    again = [one for one in desk.stripe("payment_intents", limit=100)["data"] if one["amount"] == 1_100]
    assert len(again) == 2 and {one["metadata"]["invoice_reference"] for one in again} == {"INV-LATER 1/2"}
    move(page, desk, "+ 5 business days")
    visit(page, desk, f"cases?case={sent['latest_charge']}")
    expect(page.get_by_text("Closed: attempt 1 succeeded")).to_be_visible(timeout=PATIENCE)

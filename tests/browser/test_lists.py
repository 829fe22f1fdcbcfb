"""The lists beside the payments, each in the same table: found, sorted, opened and left by keyboard."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from tests.browser.desk import PATIENCE, RunningDesk, visit
from tests.browser.everybody import see_everybody_can_use
from tests.browser.test_payments import column, row, search_field, see_rows


def open_list(page: Page, desk: RunningDesk, path: str, name: str) -> Locator:
    """The table of a list, its keys in the first row."""
    visit(page, desk, path)
    see_rows(page)
    table = page.get_by_role("grid", name=name)
    table.focus()
    return table


def test_a_payout_is_found_and_opened_by_keyboard_and_back_keeps_the_list(desk: RunningDesk, page: Page) -> None:
    table = open_list(page, desk, "payouts", "Payouts")
    trace = next(one for one in column_of(table, "trace") if one != "–")
    page.keyboard.press("/")
    expect(search_field(page)).to_be_focused()
    page.keyboard.type(trace)
    see_rows(page, f"Payouts: containing “{trace}”")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    panel = page.get_by_role("complementary")
    expect(panel).to_be_focused(timeout=PATIENCE)
    expect(panel.get_by_role("heading", name="What is in it")).to_be_visible(timeout=PATIENCE)
    expect(panel).to_contain_text("Ties to the cent")
    see_everybody_can_use(page, "a payout", title="Payouts · ACH Desk")
    panel.get_by_role("button", name="Open its own page").press("Enter")
    expect(page).to_have_url(re.compile(r"/payouts\?payout=po_"), timeout=PATIENCE)
    expect(page.get_by_role("link", name="See these payments, to filter and export")).to_be_visible(timeout=PATIENCE)
    page.go_back()
    see_rows(page, f"Payouts: containing “{trace}”")
    expect(page).to_have_url(re.compile("text="))
    expect(search_field(page)).to_have_value(trace)


def column_of(table: Locator, name: str) -> list[str]:
    return [one for one in table.locator(f".og-row:visible .og-td.{name}").all_inner_texts() if one]


def test_payouts_sort_by_their_heads_and_their_payments_open(desk: RunningDesk, page: Page) -> None:
    table = open_list(page, desk, "payouts", "Payouts")
    table.get_by_role("columnheader", name="Amount").click()
    expect(page).to_have_url(re.compile("sort=amount"), timeout=PATIENCE)
    see_rows(page)
    amounts = [float(one.strip("$()").replace(",", "")) for one in column_of(table, "amount")]
    assert amounts == sorted(amounts, reverse=True) and len(amounts) > 5
    table.locator(".og-row[aria-rowindex='2'] .og-td.finding").click()
    page.get_by_role("button", name="Its payments").click()
    expect(page).to_have_url(re.compile(r"/payments\?payout=po_"), timeout=PATIENCE)
    see_rows(page, "Payments: payout po_")
    assert column(page, "amount")
    expect(row(page, 0)).to_be_visible()


def test_enter_opens_a_row_of_every_list_and_axe_finds_nothing(desk: RunningDesk, page: Page) -> None:
    desk.link("Tabitha Keys")
    for path, name, shown in (
        ("audit", "Audit trail", "From: "),
        ("customers", "Customers", "Back to the customers"),
        ("accounts", "Linked accounts", "Stripe bank account"),
    ):
        table = open_list(page, desk, path, name)
        expect(table.locator(".og-row").first).to_be_visible(timeout=PATIENCE)
        see_everybody_can_use(page, path, title=f"{name} · ACH Desk")
        table.focus()
        page.keyboard.press("Enter")
        expect(page.get_by_test_id("stMain")).to_contain_text(shown, timeout=PATIENCE)


def test_what_was_typed_narrows_every_list_and_stands_in_its_address(desk: RunningDesk, page: Page) -> None:
    desk.link("Nelly Narrow")
    open_list(page, desk, "accounts", "Linked accounts")
    search_field(page).fill("nelly")
    expect(see_rows(page, "containing “nelly”")).to_contain_text("Shown: 1 account.")
    expect(page).to_have_url(re.compile("text=nelly"), timeout=PATIENCE)
    page.reload()
    expect(see_rows(page, "containing “nelly”")).to_contain_text("Shown: 1 account.")
    open_list(page, desk, "audit", "Audit trail")
    page.get_by_role("textbox", name="About").fill("nelly")
    see_rows(page, "about “nelly”")
    page.get_by_role("combobox", name="What", exact=True).select_option(label="Customer added")
    expect(see_rows(page, "Customer added")).to_contain_text("Shown: 1 action.")


def test_the_way_back_from_a_row_of_the_same_page_keeps_the_list(desk: RunningDesk, page: Page) -> None:
    open_list(page, desk, "payouts?status=paid&sort=amount", "Payouts")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Open its own page").click(timeout=PATIENCE)
    page.get_by_role("button", name="Back to the payouts").click(timeout=PATIENCE)
    expect(page).to_have_url(re.compile(r"/payouts\?status=paid&sort=amount$"), timeout=PATIENCE)
    see_rows(page, "Payouts: status Paid")
    page.reload()
    see_rows(page, "Payouts: status Paid")

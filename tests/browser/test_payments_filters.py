"""Filters that combine, one after another and faster than their address, and what a click on a head brings."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Page, Request, expect

from tests.browser.desk import PATIENCE, RunningDesk, settle, visit
from tests.browser.test_payments import choose_status, chosen, column, press, row, search, search_field, see_rows, table


def open_more(page: Page) -> None:
    page.locator(".pg .menu.more summary").click()


def test_parts_that_are_rarely_asked_for_combine_and_go_with_everything(desk: RunningDesk, page: Page) -> None:
    charge = next(one for one in desk.stripe("charges", limit=100)["data"] if one["status"] == "succeeded")
    customer = desk.stripe(f"customers/{charge['customer']}")
    amount = f"{charge['amount'] / 100:.2f}"
    visit(page, desk, "payments")
    see_rows(page)
    page.get_by_role("textbox", name="Amount from").fill(amount)
    expect(page).to_have_url(re.compile(f"amount_min={charge['amount']}"), timeout=PATIENCE)
    page.get_by_role("textbox", name="Amount up to").fill(amount)
    expect(page).to_have_url(re.compile(f"amount_max={charge['amount']}"), timeout=PATIENCE)
    open_more(page)
    page.get_by_role("textbox", name="Customer's id").fill(customer["id"])
    expect(page).to_have_url(re.compile(f"customer={customer['id']}"), timeout=PATIENCE)
    page.keyboard.press("Escape")
    see_rows(page, f"customer {customer['id']}, amount from")
    assert set(column(page, "amount")) == {f"${charge['amount'] / 100:,.2f}"}
    assert customer["name"] in column(page, "customer")
    choose_status(page, "Failed")
    expect(page).to_have_url(re.compile("status=failed"), timeout=PATIENCE)
    assert "amount_min" in page.url and "customer=" in page.url, "what was asked before still holds"
    press(page, "Everything")
    see_rows(page, "All payments.")
    expect(page).not_to_have_url(re.compile("amount|customer|status"), timeout=PATIENCE)


def test_a_field_that_is_left_by_a_press_beside_its_menu_is_not_lost(desk: RunningDesk, page: Page) -> None:
    visit(page, desk, "payments")
    see_rows(page)
    open_more(page)
    page.get_by_role("textbox", name="Reason code").fill("insufficient_funds")
    page.get_by_role("heading", name="Payments").click()
    expect(page).to_have_url(re.compile("failure_code=insufficient_funds"), timeout=PATIENCE)
    see_rows(page, "Payments: reason insufficient_funds.")
    expect(page.locator(".pg .menu.more")).not_to_have_attribute("open", "")


def test_two_changes_that_are_faster_than_the_address_both_hold(desk: RunningDesk, page: Page) -> None:
    visit(page, desk, "payments")
    see_rows(page)
    choose_status(page, "Failed")
    search(page, "invoice")
    expect(page).to_have_url(re.compile("text=invoice.*status=failed|status=failed.*text=invoice"), timeout=PATIENCE)
    settle(page)
    expect(chosen(page)).to_have_count(1)
    expect(search_field(page)).to_have_value("invoice")


def test_days_are_of_the_date_that_is_asked_about(desk: RunningDesk, page: Page) -> None:
    """The failed of a day are those that failed on it, whenever they were made."""
    visit(page, desk, "payments?status=failed")
    everyone = re.search(r"Shown: (\d+) payments", see_rows(page).inner_text())
    page.get_by_role("combobox", name="Which date").select_option(label="Failed")
    page.get_by_label("From this day").fill("2020-01-01")
    expect(page).to_have_url(re.compile("dated=failed"), timeout=PATIENCE)
    found = re.search(r"Shown: (\d+) payments", see_rows(page, "failed 2020-01-01 to today").inner_text())
    assert everyone and found and everyone[1] == found[1]
    page.get_by_label("From this day").fill("2099-01-01")
    see_rows(page, "failed 2099-01-01 to today")
    expect(page.get_by_text("No payment matches this filter.")).to_be_visible(timeout=PATIENCE)


def test_an_amount_that_is_none_is_marked_and_hides_nothing(desk: RunningDesk, page: Page) -> None:
    visit(page, desk, "payments")
    see_rows(page)
    low = page.get_by_role("textbox", name="Amount from")
    low.fill("12,50")
    expect(low).to_have_attribute("aria-invalid", "true", timeout=PATIENCE)
    expect(page).not_to_have_url(re.compile("amount"))
    low.fill("1,250.5")
    expect(low).to_have_attribute("aria-invalid", "false", timeout=PATIENCE)
    expect(page).to_have_url(re.compile("amount_min=125050(&|$)"), timeout=PATIENCE)


def test_a_sort_of_everything_is_one_small_answer(desk: RunningDesk, page: Page) -> None:
    visit(page, desk, "payments")
    see_rows(page)
    with page.expect_response(re.compile("/grid/payments/rows")) as rows:
        table(page).get_by_role("columnheader", name="Amount").click()
    assert int(rows.value.headers["content-length"]) <= 10 * 1024
    expect(table(page).get_by_role("columnheader", name="Amount")).to_have_attribute("aria-sort", "descending")
    see_rows(page)
    amounts = [float(one.strip("$()").replace(",", "")) for one in column(page, "amount")]
    assert amounts == sorted(amounts, reverse=True) and len(amounts) > 20


def test_what_comes_next_is_asked_for_ahead_and_a_screen_is_one_question(desk: RunningDesk, page: Page) -> None:
    visit(page, desk, "payments")
    see_rows(page)
    asked: list[Any] = []

    def note(request: Request) -> None:
        if request.url.endswith("/payments/rows"):
            asked.append(request.post_data_json)

    page.on("request", note)
    head = table(page).get_by_role("columnheader", name="Amount")
    with page.expect_response(re.compile("/grid/payments/rows")):
        head.hover()
    head.click()
    expect(head).to_have_attribute("aria-sort", "descending")
    see_rows(page)
    assert [one["sort"] for one in asked if one["mark"] is None] == ["amount"]  # those with a mark go on with a list
    with page.expect_response(re.compile("/grid/payments/rows")):
        table(page).evaluate("grid => { grid.scrollTop = 200 * 24; }")
    expect(row(page, 205)).not_to_have_class(re.compile("waits"), timeout=PATIENCE)
    far = next(one for one in asked if one["start"] > 150)  # before it stand the neighbors of the first rows
    seen = table(page).locator(".og-row").count()
    assert far["start"] <= 200 and far["start"] + far["size"] >= 200 + seen

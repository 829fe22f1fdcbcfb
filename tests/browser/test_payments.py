"""Finance's mornings in a real browser: filters that live in the address, views, search, charts and exports."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.desk import PATIENCE, RunningDesk, open_context, settle, visit
from tests.browser.everybody import see_everybody_can_use


def cells(page: Page) -> list[str]:
    """What the table shows; the grid is drawn on a canvas and mirrored for screen readers."""
    settle(page)
    page.locator("[role=gridcell]").first.wait_for(state="attached", timeout=PATIENCE)
    return page.locator("[role=gridcell]").all_text_contents()


def chips(page: Page) -> Locator:
    """The statuses chosen in the filter."""
    return page.locator("[data-testid=stMultiSelect] .react-aria-ComboBox [data-tag]")


def choose_status(page: Page, word: str) -> None:
    page.get_by_role("combobox", name="Status").fill(word)
    page.get_by_role("option", name=re.compile(f"(^|[^a-z] ){re.escape(word)}$")).click()
    page.keyboard.press("Escape")  # the list stays open for more, and hides the rest from screen readers


def search(page: Page, text: str) -> None:
    box = page.get_by_role("textbox", name="Search")
    box.fill(text)
    box.press("Enter")


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()
    settle(page)


def test_everything_clears_the_filters_own_fields_however_they_were_filled(desk: RunningDesk, page: Page) -> None:
    for way in ("address", "hand", "view"):
        visit(page, desk, "payments?status=failed&text=invoice" if way == "address" else "payments")
        if way == "hand":
            choose_status(page, "Failed")
            expect(page).to_have_url(re.compile("status=failed"), timeout=PATIENCE)
            search(page, "invoice")
            expect(page).to_have_url(re.compile("text=invoice"), timeout=PATIENCE)
        elif way == "view":
            press(page, "Failed and returned")
            expect(chips(page)).to_have_count(2, timeout=PATIENCE)
            search(page, "invoice")
            expect(page).to_have_url(re.compile("text=invoice"), timeout=PATIENCE)
        expect(page.get_by_text("Hidden: ")).to_be_visible(timeout=PATIENCE)
        press(page, "Everything")
        expect(page.get_by_text("All payments.")).to_be_visible(timeout=PATIENCE)
        expect(chips(page)).to_have_count(0)
        expect(page.get_by_role("textbox", name="Search")).to_have_value("")
        expect(page).not_to_have_url(re.compile("status=|text="))
        choose_status(page, "Pending")
        expect(page).to_have_url(re.compile("status=pending"), timeout=PATIENCE)
        expect(chips(page)).to_have_count(1)


def test_a_bookmark_opens_the_same_rows_in_another_tab_and_again_later(desk: RunningDesk, page: Page) -> None:
    visit(page, desk, "payments")
    choose_status(page, "Failed")
    expect(page).to_have_url(re.compile("status=failed"), timeout=PATIENCE)
    search(page, "invoice")
    expect(page).to_have_url(re.compile("text=invoice"), timeout=PATIENCE)
    expect(page.get_by_text("Payments: status Failed, containing “invoice”.")).to_be_visible(timeout=PATIENCE)
    failed = page.locator("[role=gridcell]").filter(has_text="Failed").first
    expect(failed).to_be_attached(timeout=PATIENCE)  # the grid is drawn anew, with what was hit in sight
    address, shown = page.url, cells(page)
    fresh = page.context.new_page()
    fresh.goto(address)
    expect(fresh.get_by_text("Payments: status Failed, containing “invoice”.")).to_be_visible(timeout=PATIENCE)
    expect(fresh.get_by_role("textbox", name="Search")).to_have_value("invoice")
    expect(chips(fresh)).to_have_count(1)
    expect(fresh.locator("[role=gridcell]")).to_have_text(shown, timeout=PATIENCE)
    fresh.get_by_role("button", name="Everything", exact=True).click()
    expect(fresh.get_by_text("All payments.")).to_be_visible(timeout=PATIENCE)
    fresh.goto(address)
    expect(chips(fresh)).to_have_count(1, timeout=PATIENCE)
    fresh.close()


def test_search_finds_a_payment_by_its_reference_and_by_its_amount(desk: RunningDesk, page: Page) -> None:
    charge = next(one for one in desk.stripe("charges", limit=100)["data"] if one["status"] == "succeeded")
    amount = f"${charge['amount'] / 100:,.2f}"
    for text in (charge["id"], amount):
        visit(page, desk, "payments")
        search(page, text)
        expect(page.get_by_text("Hidden: ")).to_be_visible(timeout=PATIENCE)
        expect(page.locator("[role=gridcell]").filter(has_text=amount).first).to_be_attached(timeout=PATIENCE)


def test_a_view_is_kept_under_a_name_opened_by_one_click_shared_and_removed(desk: RunningDesk, page: Page) -> None:
    visit(page, desk, "payments?status=refunded")
    press(page, "My views")
    expect(page.get_by_text("/payments?status=refunded")).to_be_visible(timeout=PATIENCE)
    page.get_by_label("Name of the view").fill("Given *back*")
    page.get_by_label("Name of the view").press("Tab")
    page.get_by_role("button", name="Save view").click()
    kept = page.get_by_role("button", name="Given *back*", exact=True)
    expect(kept).to_be_visible(timeout=PATIENCE)
    visit(page, desk, "payments")
    kept.click()
    expect(page).to_have_url(re.compile("status=refunded"), timeout=PATIENCE)
    expect(chips(page)).to_have_count(1)
    press(page, "My views")
    page.get_by_role("button", name="Remove Given *back*").click()
    expect(kept).to_have_count(0, timeout=PATIENCE)


def test_the_morning_view_is_one_click_and_says_what_it_hides(desk: RunningDesk, page: Page) -> None:
    visit(page, desk, "payments")
    press(page, "This morning")
    expect(page.get_by_text("Hidden: ")).to_be_visible(timeout=PATIENCE)
    expect(chips(page)).to_have_count(5)
    assert cells(page)
    succeeded = page.locator("[role=gridcell]").filter(has_text=re.compile("^[✔✓] "))
    expect(succeeded).to_have_count(0, timeout=PATIENCE)  # nothing that succeeded stands in the way


def test_a_row_opens_the_payments_own_page_and_the_way_back_keeps_the_filter(desk: RunningDesk, page: Page) -> None:
    visit(page, desk, "payments?status=failed")
    page.locator("[data-testid=stDataFrame] .dvn-scroller").first.click(position={"x": 16, "y": 54})
    expect(page.get_by_role("heading", name="Timeline")).to_be_visible(timeout=PATIENCE)
    expect(page).to_have_url(re.compile("/payment\\?payment=py_"))
    see_everybody_can_use(page, "a payment", title="Payment · ACH Desk")
    expect(page.get_by_text("must act")).to_be_visible()
    page.get_by_role("link", name="Back to payments").click()
    expect(page).to_have_url(re.compile("/payments\\?status=failed"), timeout=PATIENCE)
    expect(chips(page)).to_have_count(1, timeout=PATIENCE)


def test_the_charts_add_up_to_what_the_filter_shows(desk: RunningDesk, page: Page) -> None:
    visit(page, desk, "payments?status=failed,returned_late")
    page.get_by_role("tab", name="Charts").click()
    expect(page.locator("[data-testid=stVegaLiteChart]")).to_have_count(2, timeout=PATIENCE)
    shown = page.get_by_text("Shown: ").inner_text()
    words = re.search(r"Shown: (\d+ payments, \$[\d,.]+\d)", shown)
    assert words
    expect(page.get_by_text(f"Adds up to {words[1]}.")).to_have_count(2)
    see_everybody_can_use(page, "the charts", title="Payments · ACH Desk")
    page.get_by_role("tab", name="Return rates").click()
    expect(page.get_by_role("meter")).to_have_count(3, timeout=PATIENCE)
    see_everybody_can_use(page, "the rates")


def test_an_export_of_the_filtered_rows_is_made_and_fetched_by_this_browser_alone(
    desk: RunningDesk, page: Page, browser: Browser
) -> None:
    visit(page, desk, "payments?status=failed&look=Export")
    shown = page.get_by_text("Shown: ").inner_text()
    words = re.search(r"Shown: (\d+) payments", shown)
    assert words
    press(page, "Create the file")
    link = page.get_by_role("link", name=re.compile("Download payments-"))
    expect(link).to_be_visible(timeout=PATIENCE)
    see_everybody_can_use(page, "an export")
    box = link.bounding_box()
    assert box and box["height"] >= 44
    with page.expect_download() as started:
        link.click()
    rows = list(csv.DictReader(io.StringIO(Path(started.value.path()).read_text())))
    assert len(rows) == int(words[1]) and {row["status"] for row in rows} == {"failed"}
    assert all(row["created_at"].endswith(("-04:00", "-05:00")) for row in rows)
    address = f"{desk.url}{link.get_attribute('href')}"
    assert page.request.get(address).ok
    stranger = open_context(browser)
    assert stranger.request.get(address).status == 404
    stranger.close()


@pytest.mark.parametrize("row", [0, 3])
def test_enter_opens_the_row_that_the_arrow_keys_have_reached(desk: RunningDesk, page: Page, row: int) -> None:
    for path, opened in (("payments", "/payment?payment="), ("payouts", "/payouts?payout=")):
        visit(page, desk, path)
        cells(page)
        canvas = page.get_by_test_id("stDataFrame").locator("canvas").first
        canvas.focus()
        for _ in range(row):
            page.keyboard.press("ArrowDown")
        reached = page.locator(f"[id^=glide-cell-][id$='-{row}']").all_text_contents()
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile(re.escape(opened)), timeout=PATIENCE)
        amount = next(one for one in reached if one.startswith(("$", "(")))
        expect(page.get_by_test_id("stMain")).to_contain_text(amount, timeout=PATIENCE)


def test_enter_opens_every_other_table_too(desk: RunningDesk, page: Page) -> None:
    desk.link("Tabitha Keys")
    for path, shown in (("audit", "Who"), ("customers", "Back to the customers"), ("accounts", "Stripe bank account")):
        visit(page, desk, path)
        cells(page)
        page.get_by_test_id("stDataFrame").locator("canvas").first.focus()
        page.keyboard.press("Enter")
        expect(page.get_by_test_id("stMain")).to_contain_text(shown, timeout=PATIENCE)

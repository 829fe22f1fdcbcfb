"""Finance's mornings in a real browser: filters that live in the address, views, search, charts and exports."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page, expect

from dashboard.desk import open_desk
from dashboard.domain.models import Balance, DebitOrder, Purpose
from dashboard.jobs.worker import InlineWorker
from dashboard.settings import load_settings
from dashboard.staff.access import demo_actor
from tests.browser.desk import PATIENCE, RunningDesk, open_context, settle, type_into, visit
from tests.browser.everybody import see_everybody_can_use


def cells(page: Page) -> list[str]:
    """What a table shows; those drawn on a canvas are mirrored for screen readers."""
    settle(page)
    page.locator("[role=gridcell]").first.wait_for(state="attached", timeout=PATIENCE)
    return page.locator("[role=gridcell]").all_text_contents()


def see_rows(page: Page, words: str = "") -> Locator:
    """The table of payments once it shows what its filter says, which `words` are a part of; its line of sums."""
    said = page.locator(".pg:not([aria-busy]) .said")
    expect(said).to_contain_text(re.compile(f"{re.escape(words)}.*Shown: "), timeout=PATIENCE)
    return said


def table(page: Page) -> Locator:
    return page.get_by_role("grid", name="Payments")


def row(page: Page, number: int) -> Locator:
    """A row by its place in the whole list, from 0."""
    return table(page).locator(f".og-row[aria-rowindex='{number + 2}']")


def column(page: Page, name: str) -> list[str]:
    """The texts of a column in the rows that are in the page, from the top."""
    return [one for one in table(page).locator(f".og-row:visible .og-td.{name}").all_inner_texts() if one]


def search_field(page: Page) -> Locator:
    return page.get_by_role("searchbox", name="Search")


def chosen(page: Page) -> Locator:
    """The statuses chosen in the filter, whether their list is open or not."""
    return page.locator(".pg .menu.status input:checked")


def choose_status(page: Page, word: str) -> None:
    menu = page.locator(".pg .menu.status")
    if menu.get_attribute("open") is None:
        menu.locator("summary").click()
    menu.get_by_role("checkbox", name=re.compile(f"(^|[^a-z] ){re.escape(word)}$")).check()
    page.keyboard.press("Escape")
    expect(menu).not_to_have_attribute("open", "")


def search(page: Page, text: str) -> None:
    search_field(page).fill(text)


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()
    settle(page)


def test_everything_clears_the_filters_own_fields_however_they_were_filled(desk: RunningDesk, page: Page) -> None:
    for way in ("address", "hand", "view"):
        visit(page, desk, "payments?status=failed&text=invoice" if way == "address" else "payments")
        see_rows(page)
        if way == "hand":
            choose_status(page, "Failed")
            expect(page).to_have_url(re.compile("status=failed"), timeout=PATIENCE)
            search(page, "invoice")
            expect(page).to_have_url(re.compile("text=invoice"), timeout=PATIENCE)
        elif way == "view":
            press(page, "Failed and returned")
            expect(chosen(page)).to_have_count(2, timeout=PATIENCE)
            search(page, "invoice")
            expect(page).to_have_url(re.compile("text=invoice"), timeout=PATIENCE)
        expect(see_rows(page, "invoice")).to_contain_text("Hidden: ")
        press(page, "Everything")
        see_rows(page, "All payments.")
        expect(chosen(page)).to_have_count(0)
        expect(search_field(page)).to_have_value("")
        expect(page).not_to_have_url(re.compile("status=|text="))
        choose_status(page, "Pending")
        expect(page).to_have_url(re.compile("status=pending"), timeout=PATIENCE)
        expect(chosen(page)).to_have_count(1)


def test_a_bookmark_opens_the_same_rows_in_another_tab_and_again_later(desk: RunningDesk, page: Page) -> None:
    visit(page, desk, "payments")
    see_rows(page)
    choose_status(page, "Failed")
    expect(page).to_have_url(re.compile("status=failed"), timeout=PATIENCE)
    search(page, "invoice")
    see_rows(page, "Payments: status Failed, containing “invoice”.")
    table(page).get_by_role("columnheader", name="Amount").click()
    expect(page).to_have_url(re.compile("sort=amount"), timeout=PATIENCE)
    see_rows(page, "containing “invoice”.")
    address, shown = page.url, cells(page)
    assert any("Failed" in one for one in shown)
    fresh = page.context.new_page()
    fresh.goto(address)
    see_rows(fresh, "Payments: status Failed, containing “invoice”.")
    expect(search_field(fresh)).to_have_value("invoice")
    expect(chosen(fresh)).to_have_count(1)
    expect(fresh.locator("[role=gridcell]")).to_have_text(shown, timeout=PATIENCE)
    fresh.get_by_role("button", name="Everything", exact=True).click()
    see_rows(fresh, "All payments.")
    fresh.goto(address)
    expect(chosen(fresh)).to_have_count(1, timeout=PATIENCE)
    fresh.close()


def test_search_finds_a_payment_by_its_reference_and_by_its_amount(desk: RunningDesk, page: Page) -> None:
    charge = next(one for one in desk.stripe("charges", limit=100)["data"] if one["status"] == "succeeded")
    amount = f"${charge['amount'] / 100:,.2f}"
    for text in (charge["id"], amount):
        visit(page, desk, "payments")
        see_rows(page)
        search(page, text)
        expect(see_rows(page, text)).to_contain_text("Hidden: ")
        expect(page.locator("[role=gridcell]").filter(has_text=amount).first).to_be_visible(timeout=PATIENCE)
        expect(table(page).locator(".hit").first).to_be_attached()  # what was hit is marked


def test_a_view_is_kept_under_a_name_opened_by_one_click_shared_and_removed(desk: RunningDesk, page: Page) -> None:
    visit(page, desk, "payments?status=refunded")
    see_rows(page)
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
    expect(chosen(page)).to_have_count(1)
    press(page, "My views")
    page.get_by_role("button", name="Remove Given *back*").click()
    expect(kept).to_have_count(0, timeout=PATIENCE)


def test_a_view_keeps_its_order_and_days_that_move_with_today(desk: RunningDesk, page: Page) -> None:
    visit(page, desk, "payments")
    see_rows(page)
    page.get_by_role("combobox", name="Period").select_option(label="This month")
    see_rows(page, "created this month")
    table(page).get_by_role("columnheader", name="Amount").click()
    expect(page).to_have_url(re.compile("period=this_month.*sort=amount"), timeout=PATIENCE)
    see_rows(page, "created this month")
    settle(page)
    press(page, "My views")
    type_into(page.get_by_label("Name of the view"), "Month")
    page.get_by_label("Name of the view").press("Tab")
    page.get_by_role("button", name="Save view").click()
    kept = page.get_by_role("button", name="Month", exact=True)
    expect(kept).to_be_visible(timeout=PATIENCE)
    visit(page, desk, "payments?created_from=2020-01-01")
    kept.click()
    see_rows(page, "created this month")
    expect(page).to_have_url(re.compile("period=this_month.*sort=amount"), timeout=PATIENCE)
    assert "created_from" not in page.url
    expect(table(page).get_by_role("columnheader", name="Amount")).to_have_attribute("aria-sort", "descending")
    page.get_by_label("From this day").fill("2020-01-01")  # days that are written end the period
    see_rows(page, "created 2020-01-01 to today")
    expect(page.get_by_role("combobox", name="Period")).to_have_value("")
    press(page, "My views")
    page.get_by_role("button", name="Remove Month").click()
    expect(kept).to_have_count(0, timeout=PATIENCE)


def debit(desk: RunningDesk, name: str) -> str:
    """A debit of a customer, from another process; returns its reference."""
    opened = open_desk(load_settings(desk.environ, None), worker=InlineWorker())
    actor = demo_actor()
    customer = opened.customers.find(actor, name)[0]
    account = opened.store.accounts.list(customer.id)[0]
    balance = Balance(50_000, 50_000, "usd", opened.clock.now())
    order = DebitOrder(opened.debits.ticket(), account.id, 1_234, f"NEW-{name}", Purpose.GOODS, balance)
    opened.debits.submit(actor, order)
    opened.close()
    return f"NEW-{name}"


def test_what_changed_since_the_close_is_one_click_and_stays_ticked_off(desk: RunningDesk, page: Page) -> None:
    desk.link("Clara Close")
    debit(desk, "Clara Close")
    visit(page, desk, "payments")
    see_rows(page)
    page.get_by_role("radio", name="Since the last close").click()
    box = page.get_by_role("checkbox", name=re.compile("Clara Close"))
    expect(box).to_be_attached(timeout=PATIENCE)
    settle(page)
    see_everybody_can_use(page, "since the last close", title="Payments · ACH Desk")
    box.focus()
    page.keyboard.press("Space")
    expect(box).to_have_count(0, timeout=PATIENCE)
    page.reload()
    expect(page.get_by_text("Since the end of")).to_be_visible(timeout=PATIENCE)
    settle(page)
    expect(box).to_have_count(0)
    page.get_by_text("Show what is ticked off").click()
    expect(box).to_be_checked(timeout=PATIENCE)
    settle(page)
    box.focus()
    page.keyboard.press("Space")
    expect(box).not_to_be_checked(timeout=PATIENCE)


def test_a_figure_shows_the_rows_that_it_counts(desk: RunningDesk, page: Page) -> None:
    visit(page, desk, "payments")
    see_rows(page)
    figures = page.get_by_role("group", name="Figures").get_by_role("button")
    expect(figures).to_have_count(4)
    for number in range(4):
        counted = (figures.nth(number).get_attribute("title") or "").partition(": ")[2]
        figures.nth(number).click()
        expect(page.locator(".pg .said")).to_contain_text(f"Shown: {counted}.", timeout=PATIENCE)
        expect(figures.nth(number)).to_have_attribute("aria-pressed", "true")


def open_own_page(page: Page) -> None:
    """From the first row's panel."""
    row(page, 0).locator(".og-td.customer").click()
    page.get_by_role("button", name="Open its own page").click()
    expect(page).to_have_url(re.compile("/payment\\?payment=py_"), timeout=PATIENCE)
    expect(page.get_by_role("heading", name="Timeline")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text("must act")).to_be_visible()


def test_a_payments_own_page_is_opened_from_its_row(desk: RunningDesk, page: Page) -> None:
    visit(page, desk, "payments?status=failed")
    see_rows(page)
    open_own_page(page)
    see_everybody_can_use(page, "a payment", title="Payment · ACH Desk")


def test_both_ways_back_from_a_payment_keep_the_filter(desk: RunningDesk, page: Page) -> None:
    for way in ("link", "back", "link", "back", "back", "link"):
        visit(page, desk, "payments?status=failed")
        see_rows(page)
        steps = page.evaluate("history.length")
        open_own_page(page)
        assert page.evaluate("history.length") == steps + 2, "the panel is a step, and the page"
        if way == "link":
            page.get_by_role("link", name="Back to payments").click()
        else:
            page.go_back()
        expect(page).to_have_url(re.compile("/payments\\?status=failed"), timeout=PATIENCE)
        expect(page.locator(".pg:not([aria-busy]) .said")).to_contain_text("Payments: status Failed.", timeout=PATIENCE)
        expect(chosen(page)).to_have_count(1)


def test_the_charts_add_up_to_what_the_filter_shows(desk: RunningDesk, page: Page) -> None:
    visit(page, desk, "payments?status=failed,returned_late")
    said = see_rows(page)
    page.get_by_role("radio", name="Charts").click()
    expect(page.locator("[data-testid=stVegaLiteChart]")).to_have_count(2, timeout=PATIENCE)
    words = re.search(r"Shown: (\d+ payments, \$[\d,.]+\d)", said.inner_text())
    assert words
    expect(page.get_by_text(f"Adds up to {words[1]}.")).to_have_count(2)
    see_everybody_can_use(page, "the charts", title="Payments · ACH Desk")
    bars = page.locator("[data-testid=stExpander]").filter(has_text="As a list").first
    bars.locator("summary").click()
    bar = bars.get_by_role("button", name=re.compile(r": \d+ payments?, \$")).first
    counted = re.search(r"\d+ payments?, \$[\d,.]+\d", bar.inner_text())
    assert counted
    bar.press("Enter")
    expect(said).to_contain_text(f"Shown: {counted[0]}", timeout=PATIENCE)
    expect(page).to_have_url(re.compile("created_from="))
    page.go_back()
    expect(page.get_by_text(f"Adds up to {words[1]}.")).to_have_count(2, timeout=PATIENCE)
    choose_status(page, "Paid out")  # the filter stands above the charts too
    expect(page.get_by_text(f"Adds up to {words[1]}.")).to_have_count(1, timeout=PATIENCE)
    page.get_by_role("radio", name="Return rates").click()
    expect(page.get_by_role("meter")).to_have_count(3, timeout=PATIENCE)
    see_everybody_can_use(page, "the rates")


def test_an_export_of_the_filtered_rows_is_made_and_fetched_by_this_browser_only(
    desk: RunningDesk, page: Page, browser: Browser
) -> None:
    visit(page, desk, "payments?status=failed&look=Export")
    words = re.search(r"Shown: (\d+) payments", see_rows(page).inner_text())
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
    assert len(rows) == int(words[1]) and {one["status"] for one in rows} == {"failed"}
    assert all(one["created_at"].endswith(("-04:00", "-05:00")) for one in rows)
    address = f"{desk.url}{link.get_attribute('href')}"
    assert page.request.get(address).ok
    stranger = open_context(browser)
    assert stranger.request.get(address).status == 404
    stranger.close()

"""The table of payments by keyboard, by hand and while others write: places, picks, columns, the panel, Back."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page, expect

from dashboard.web.grid_routes import address_of
from tests.browser.desk import PATIENCE, RunningDesk, open_context, visit, width_of
from tests.browser.everybody import see_everybody_can_use
from tests.browser.test_payments import column, debit, row, search_field, see_rows, table


def active(page: Page) -> Locator:
    """The cell on which the keys stand."""
    return table(page).locator(".on")


def count_of(page: Page) -> int:
    return int(table(page).get_attribute("aria-rowcount") or 0) - 1


def open_payments(page: Page, desk: RunningDesk, query: str = "") -> int:
    visit(page, desk, f"payments{query}")
    see_rows(page)
    table(page).focus()
    return count_of(page)


def see_active(page: Page, number: int) -> None:
    """The keys stand in this row, it is in sight, and a screen reader hears of it."""
    cell = row(page, number).locator(".on")
    expect(cell).to_be_visible(timeout=PATIENCE)
    expect(table(page)).to_have_attribute("aria-activedescendant", cell.get_attribute("id") or "nothing")


def test_the_keys_reach_every_row_and_pick_what_was_never_loaded(desk: RunningDesk, page: Page) -> None:
    count = open_payments(page, desk)
    keys = page.keyboard
    see_active(page, 0)
    keys.press("ArrowDown")
    see_active(page, 1)
    keys.press("Control+End")
    see_active(page, count - 1)
    keys.press("Control+Home")
    see_active(page, 0)
    keys.press("PageDown")
    expect(row(page, 0)).to_have_count(0)  # a whole screen further
    keys.press("PageUp")
    see_active(page, 0)
    keys.press("Space")
    expect(row(page, 0)).to_have_attribute("aria-selected", "true")
    expect(page.locator(".said")).to_contain_text(re.compile(r"Picked: 1 payment, \$"), timeout=PATIENCE)
    keys.press("Shift+ArrowDown")
    keys.press("Shift+ArrowDown")
    expect(page.locator(".said")).to_contain_text(re.compile(r"Picked: 3 payments, \$"), timeout=PATIENCE)
    keys.press("Control+a")
    expect(page.locator(".said")).to_contain_text(f"Picked: {count:,} payments, $", timeout=PATIENCE)
    keys.press("Escape")
    expect(page.locator(".said")).to_contain_text("Shown: ", timeout=PATIENCE)
    expect(row(page, 0)).to_have_attribute("aria-selected", "false")


def test_a_slash_searches_and_escape_returns_to_the_rows(desk: RunningDesk, page: Page) -> None:
    open_payments(page, desk)
    page.keyboard.press("/")
    expect(search_field(page)).to_be_focused()
    page.keyboard.type("INV-1")
    see_rows(page, "containing “INV-1”")
    page.keyboard.press("ArrowDown")
    expect(table(page)).to_be_focused()
    see_active(page, 0)


def test_the_panel_opens_by_enter_walks_by_j_and_k_and_escape_returns_to_the_same_row(
    desk: RunningDesk, page: Page
) -> None:
    open_payments(page, desk, "?status=failed")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    panel = page.get_by_role("complementary")
    expect(panel).to_be_focused(timeout=PATIENCE)
    expect(panel.get_by_role("heading", name="Timeline")).to_be_visible(timeout=PATIENCE)
    expect(panel).to_contain_text("What to do")
    first = column(page, "id")[1]
    expect(panel).to_contain_text(first)
    expect(page).to_have_url(re.compile(f"open={first}"))
    see_everybody_can_use(page, "the panel", title="Payments · ACH Desk")
    page.keyboard.press("j")
    second = column(page, "id")[2]
    expect(panel).to_contain_text(second, timeout=PATIENCE)
    page.keyboard.press("k")
    expect(panel).to_contain_text(first, timeout=PATIENCE)
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(table(page)).to_be_focused()
    see_active(page, 1)
    expect(page).not_to_have_url(re.compile("open="))


def test_heads_sort_move_widen_and_hide_by_keyboard_and_stay_so(desk: RunningDesk, page: Page) -> None:
    open_payments(page, desk)
    keys = page.keyboard
    head = table(page).get_by_role("columnheader")
    expect(head.nth(1)).to_have_text("Amount")
    keys.press("ArrowUp")
    keys.press("ArrowRight")
    expect(active(page)).to_have_text("Amount")
    keys.press("Enter")
    expect(head.nth(1)).to_have_attribute("aria-sort", "descending")
    keys.press("Enter")
    expect(head.nth(1)).to_have_attribute("aria-sort", "ascending")
    see_rows(page)
    expect(page).to_have_url(re.compile("sort=amount.*order=up"))
    before = width_of(head.nth(1))
    table(page).focus()
    keys.press("ArrowUp")
    keys.press("Alt+Shift+ArrowRight")
    assert width_of(head.nth(1)) > before
    keys.press("Alt+ArrowRight")
    expect(head.nth(2)).to_have_text("Amount")
    page.locator(".pg .bar .menu summary").click()
    page.get_by_role("checkbox", name="Reason").uncheck()
    expect(head.filter(has_text="Reason")).to_have_count(0)
    page.reload()
    see_rows(page)
    expect(head.nth(2)).to_have_text("Amount")
    expect(head.filter(has_text="Reason")).to_have_count(0)


def test_back_and_forward_keep_filter_order_and_panel(desk: RunningDesk, page: Page) -> None:
    open_payments(page, desk)
    page.get_by_role("button", name="Failed and returned", exact=True).click()
    see_rows(page, "status Failed or Returned late")
    table(page).get_by_role("columnheader", name="Amount").click()
    expect(page).to_have_url(re.compile("sort=amount"), timeout=PATIENCE)
    see_rows(page)
    row(page, 0).locator(".og-td.customer").click()
    panel = page.get_by_role("complementary")
    expect(panel.get_by_role("heading", name="Timeline")).to_be_visible(timeout=PATIENCE)
    page.go_back()
    expect(panel).to_be_hidden()
    expect(table(page).get_by_role("columnheader", name="Amount")).to_have_attribute("aria-sort", "descending")
    page.go_back()
    expect(table(page).get_by_role("columnheader", name="Created")).to_have_attribute("aria-sort", "descending")
    see_rows(page, "status Failed or Returned late")
    page.go_back()
    see_rows(page, "All payments.")
    page.go_forward()
    see_rows(page, "status Failed or Returned late")
    page.go_forward()
    expect(table(page).get_by_role("columnheader", name="Amount")).to_have_attribute("aria-sort", "descending")
    page.go_forward()
    expect(panel.get_by_role("heading", name="Timeline")).to_be_visible(timeout=PATIENCE)


def test_thirty_rows_are_in_sight_and_no_row_stays_empty_after_a_fling(desk: RunningDesk, browser: Browser) -> None:
    context = open_context(browser, viewport={"width": 1440, "height": 900}, timezone_id="America/New_York")
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=desk.url)
    page = context.new_page()
    count = open_payments(page, desk)
    page.evaluate(LONG_AGO)
    page.wait_for_function(f"() => ({IN_SIGHT})() >= 30", timeout=PATIENCE)
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight <= innerHeight")
    for place in (1.0, 0.0, 0.5):
        table(page).evaluate("(grid, place) => { grid.scrollTop = place * grid.scrollHeight; }", place)
    expect(row(page, count // 2 + 3)).to_be_visible(timeout=PATIENCE)
    expect(table(page).locator(".og-row.waits:visible")).to_have_count(0, timeout=PATIENCE)
    table(page).focus()
    page.keyboard.press("Control+Home")
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Control+c")
    expect(page.locator(".said")).to_contain_text("2 rows copied as a table", timeout=PATIENCE)
    copied = str(page.evaluate("navigator.clipboard.readText()")).splitlines()
    assert copied[0].startswith("Created\tAmount\tStatus") and len(copied) == 3
    assert [line.split("\t")[1] for line in copied[1:]] == column(page, "amount")[:2]
    for text, cell in COPIED.items():
        copied_as = "async ([file, text]) => (await import(file)).asCell(text)"
        assert page.evaluate(copied_as, [address_of("source.js"), text]) == cell
    context.close()


# What a spreadsheet would run, undo the quotes of, or spread over several cells; and what it takes as it is.
COPIED = {
    '=HYPERLINK("https://evil.example")': '"\'=HYPERLINK(""https://evil.example"")"',
    "+1": "'+1",
    "-1": "'-1",
    "@SUM(A1)": "'@SUM(A1)",
    "\t=1": '"\'\t=1"',
    '"=1+1"': '"""=1+1"""',
    "one\ttwo\nthree": '"one\ttwo\nthree"',
    "Ana Lima": "Ana Lima",
    "$5.00": "$5.00",
}


# The last sync was so long ago that its words are as wide as they get.
LONG_AGO = """() => {
  const words = document.querySelector(".st-key-grid-head [data-testid=stCaptionContainer] p");
  words.firstChild.textContent = "Read from Stripe 12 minutes ago";
}"""
IN_SIGHT = """() => {
  const grid = [...document.querySelectorAll("*")].map((one) => one.shadowRoot?.querySelector(".og")).find(Boolean);
  const box = grid.getBoundingClientRect(), head = grid.querySelector(".og-top").getBoundingClientRect();
  return [...grid.querySelectorAll(".og-row")].map((one) => one.getBoundingClientRect()).filter((one) =>
    one.height && one.top >= head.bottom - 1 && one.bottom <= box.top + grid.clientHeight + 1).length;
}"""


def test_what_comes_meanwhile_is_announced_and_moves_nothing(desk: RunningDesk, page: Page) -> None:
    desk.link("Nina Newer")
    count = open_payments(page, desk)
    before = column(page, "id")
    reference = debit(desk, "Nina Newer")
    new = page.get_by_role("button", name=re.compile("^1 new: show$"))
    expect(new).to_be_visible(timeout=PATIENCE)
    assert column(page, "id") == before and count_of(page) == count
    new.click()
    expect(row(page, 0)).to_contain_text(reference, timeout=PATIENCE)
    assert count_of(page) == count + 1
    expect(new).to_be_hidden()
    desk.command("sync")  # Stripe's own words of it: the same row, in its place
    expect(row(page, 0).locator(".og-td.id")).to_contain_text(re.compile("^p[yi]_"), timeout=PATIENCE)
    expect(row(page, 0)).to_contain_text(reference)
    assert count_of(page) == count + 1


def test_what_is_picked_is_exported_once_it_was_said_what_will_happen(desk: RunningDesk, page: Page) -> None:
    open_payments(page, desk, "?sort=amount")
    page.keyboard.press("Space")
    for _ in range(2):
        page.keyboard.press("Shift+ArrowDown")
    expect(page.locator(".said")).to_contain_text(re.compile(r"Picked: 3 payments, \$"), timeout=PATIENCE)
    ids = column(page, "id")[:3]
    page.get_by_role("button", name="Export …").click()
    dialog = page.get_by_role("dialog", name="Export what is picked")
    expect(dialog).to_contain_text("3 payments, $", timeout=PATIENCE)
    expect(dialog).to_contain_text("recorded in the audit trail")
    see_everybody_can_use(page, "what an export will do", title="Payments · ACH Desk")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(page.locator(".said")).to_contain_text("Picked: 3 payments")
    page.get_by_role("button", name="Export …").click()
    dialog.get_by_role("button", name="Create a CSV file").click()
    link = page.get_by_role("link", name=re.compile("Download payments-"))
    expect(link).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text("CSV. 3 payments picked by hand.")).to_be_visible()
    with page.expect_download() as started:
        link.click()
    rows = list(csv.DictReader(io.StringIO(Path(started.value.path()).read_text("utf-8-sig"))))
    assert {one["id"] for one in rows} == set(ids)

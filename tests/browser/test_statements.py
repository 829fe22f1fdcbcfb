"""A bank statement in Chromium: dropped, proved, imported; its lines in the table, filtered and opened by keyboard."""

from __future__ import annotations

import re

from playwright.sync_api import FilePayload, Page, expect

from tests import statement_files as files
from tests.browser.desk import PATIENCE, RunningDesk, settle, type_into, visit
from tests.browser.everybody import see_everybody_can_use
from tests.browser.test_lists import column_of
from tests.browser.test_payments import search_field, see_rows


def drop(page: Page, desk: RunningDesk, file: str | FilePayload) -> None:
    """Drop a file where statements are imported: into the first account, or a new one where there is none."""
    visit(page, desk, "statements?statements-look=Import")
    expect(page.locator("input[type=file]")).to_be_attached(timeout=PATIENCE)
    settle(page)
    if page.get_by_label("Its name, as your team calls it").is_visible():
        type_into(page.get_by_label("Its name, as your team calls it"), "Chase operating")
        page.keyboard.press("Enter")
        settle(page)
    page.locator("input[type=file]").set_input_files(file)


def test_a_dropped_statement_shows_its_proof_and_its_lines(desk: RunningDesk, page: Page) -> None:
    chase = (files.FILES / "made_chase_business_checking.csv").read_bytes()
    content = chase + b"CREDIT,11/31/2026,x,1.00,y,,,\r\n"
    drop(page, desk, {"name": "c.csv", "mimeType": "text/csv", "buffer": content})
    expect(page.get_by_text("Not imported yet.")).to_be_visible(timeout=PATIENCE)
    proof = page.locator(".desk-metrics").first
    expect(proof).to_contain_text("$7,601.96")
    expect(proof).to_contain_text("✓ Ties")
    see_everybody_can_use(page, "the proof of a statement", title="Bank statements · ACH Desk")
    page.get_by_role("button", name="Import 7 new lines").click()
    expect(page.get_by_text(re.compile("^7 new lines in .*; 0 were known"))).to_be_visible(timeout=PATIENCE)
    see_rows(page, "All bank lines")
    table = page.get_by_role("grid", name="Bank lines")
    expect(table.locator(".og-row").first).to_be_visible()
    see_everybody_can_use(page, "bank lines", title="Bank statements · ACH Desk")
    table.focus()
    page.keyboard.press("/")
    expect(search_field(page)).to_be_focused()
    page.keyboard.type("stripe 1,500")
    see_rows(page, "containing “stripe 1,500”")
    assert set(column_of(table, "amount")) == {"$1,500.00"}
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    panel = page.get_by_role("complementary")
    expect(panel).to_be_focused(timeout=PATIENCE)
    expect(panel).to_contain_text("c.csv (csv), line ")
    expect(page).to_have_url(re.compile("text=stripe.*open="))
    page.reload()
    expect(page.get_by_role("complementary")).to_contain_text("What the bank wrote", timeout=PATIENCE)
    page.keyboard.press("Escape")
    page.get_by_role("group", name="Views").get_by_role("button", name="Matched", exact=True).click()
    see_rows(page, "Bank lines: Matched")
    expect(page).to_have_url(re.compile("status=matched"))

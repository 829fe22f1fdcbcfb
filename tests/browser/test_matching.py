"""In Chromium: the sandbox's statement is downloaded, dropped, and its payouts are matched and unmatched."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.desk import PATIENCE, RunningDesk, settle, visit
from tests.browser.everybody import see_everybody_can_use
from tests.browser.test_payments import see_rows
from tests.browser.test_statements import drop


def test_from_the_dropped_statement_to_matched_payouts_and_back(desk: RunningDesk, page: Page, tmp_path: Path) -> None:
    visit(page, desk, "sandbox")
    settle(page)
    with page.expect_download() as coming:
        page.get_by_role("button", name="Download the statement").click()
    path = tmp_path / "chase-sandbox.csv"
    coming.value.save_as(path)
    drop(page, desk, str(path))
    page.get_by_role("button", name=re.compile("^Import [0-9]+ new line")).click(timeout=PATIENCE)
    expect(page.get_by_text(re.compile("[0-9] new lines? in "))).to_be_visible(timeout=PATIENCE)
    visit(page, desk, "matching")
    certain = page.get_by_role("button", name="with their trace number")
    expect(certain).to_be_enabled(timeout=PATIENCE)
    see_everybody_can_use(page, "proposed matches", title="Payouts at the bank · ACH Desk")
    certain.click()
    expect(page.get_by_text("confirmed. Undo one in the list")).to_be_visible(timeout=PATIENCE)
    settle(page)
    look_at_a_matched_line(page, desk)
    matched = page.locator("[data-testid=stDataFrame]").last
    matched.scroll_into_view_if_needed()
    matched.click(position={"x": 15, "y": 55})
    undo = page.get_by_role("button", name="Undo this match")
    expect(undo).to_be_enabled(timeout=PATIENCE)
    undo.click()
    expect(page.get_by_text("The match is undone")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_role("button", name="Confirm all 1 with their trace number")).to_be_visible(timeout=PATIENCE)


def look_at_a_matched_line(page: Page, desk: RunningDesk) -> None:
    """From a bank line to its payout, back to the lines as they were left, and back to the matches."""
    visit(page, desk, "statements?status=matched")
    see_rows(page, "Bank lines: Matched")
    page.locator(".og-row[aria-rowindex='2'] .og-td.text").click()
    panel = page.get_by_role("complementary")
    expect(panel).to_contain_text("Trace number: ", timeout=PATIENCE)
    panel.get_by_role("button", name=re.compile("^Open po_")).click()
    expect(page).to_have_url(re.compile(r"/payouts\?payout=po_"), timeout=PATIENCE)
    page.get_by_role("link", name="Back to the bank lines").click()
    expect(page).to_have_url(re.compile(r"/statements\?status=matched"), timeout=PATIENCE)
    see_rows(page, "Bank lines: Matched")
    page.locator(".og-row[aria-rowindex='2'] .og-td.text").click()
    expect(panel).to_contain_text("Trace number: ", timeout=PATIENCE)
    payout = str(panel.get_by_role("button", name=re.compile("^Open po_")).text_content()).removeprefix("Open ")
    visit(page, desk, f"payouts?open={payout}")
    panel.get_by_role("button", name="Its line at the bank").click(timeout=PATIENCE)
    expect(panel.get_by_role("button", name=f"Open {payout}")).to_be_visible(timeout=PATIENCE)
    panel.get_by_role("button", name="Payouts at the bank").click()
    expect(page).to_have_url(re.compile("/matching"), timeout=PATIENCE)
    settle(page)

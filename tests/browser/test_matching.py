"""In Chromium: the sandbox's statement is downloaded, dropped, and its payouts are matched and unmatched."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.desk import PATIENCE, RunningDesk, settle, type_into, visit
from tests.browser.everybody import see_everybody_can_use


def test_from_the_dropped_statement_to_matched_payouts_and_back(desk: RunningDesk, page: Page, tmp_path: Path) -> None:
    visit(page, desk, "sandbox")
    settle(page)
    with page.expect_download() as coming:
        page.get_by_role("button", name="Download the statement").click()
    path = tmp_path / "chase-sandbox.csv"
    coming.value.save_as(path)
    visit(page, desk, "statements")
    none = page.get_by_text("There is no bank statement yet.")
    expect(none.or_(page.get_by_role("heading", name="Lines"))).to_be_visible(timeout=PATIENCE)
    settle(page)
    if none.is_visible():
        type_into(page.get_by_label("Its name, as your team calls it"), "Sandbox bank")
        page.keyboard.press("Enter")
        expect(page.get_by_text("Name the account first.")).not_to_be_attached(timeout=PATIENCE)
    else:  # another test of this desk has imported one: into the same account
        page.get_by_text("Import a statement").click()
    settle(page)
    page.locator("input[type=file]").set_input_files(str(path))
    page.get_by_role("button", name=re.compile("^Import [0-9]+ new line")).click(timeout=PATIENCE)
    expect(page.get_by_text(re.compile("[0-9] new lines? in "))).to_be_visible(timeout=PATIENCE)
    visit(page, desk, "matching")
    certain = page.get_by_role("button", name="with their trace number")
    expect(certain).to_be_enabled(timeout=PATIENCE)
    see_everybody_can_use(page, "proposed matches", title="Payouts at the bank · ACH Desk")
    certain.click()
    expect(page.get_by_text("confirmed. Undo one in the list")).to_be_visible(timeout=PATIENCE)
    settle(page)
    matched = page.locator("[data-testid=stDataFrame]").last
    matched.scroll_into_view_if_needed()
    matched.click(position={"x": 15, "y": 55})
    undo = page.get_by_role("button", name="Undo this match")
    expect(undo).to_be_enabled(timeout=PATIENCE)
    undo.click()
    expect(page.get_by_text("The match is undone")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_role("button", name="Confirm all 1 with their trace number")).to_be_visible(timeout=PATIENCE)

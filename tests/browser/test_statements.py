"""A bank statement in Chromium: dropped, proved, imported, its lines listed."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests import statement_files as files
from tests.browser.desk import PATIENCE, RunningDesk, settle, type_into, visit
from tests.browser.everybody import see_everybody_can_use


def test_a_dropped_statement_shows_its_proof_and_its_lines(desk: RunningDesk, page: Page) -> None:
    visit(page, desk, "statements")
    none = page.get_by_text("There is no bank statement yet.")
    expect(none.or_(page.get_by_role("heading", name="Lines"))).to_be_visible(timeout=PATIENCE)
    settle(page)
    if none.is_visible():
        type_into(page.get_by_label("Its name, as your team calls it"), "Chase operating")
        page.keyboard.press("Enter")
        expect(page.get_by_text("Name the account first.")).not_to_be_attached(timeout=PATIENCE)
    else:  # another test of this desk has imported one: into the same account
        page.get_by_text("Import a statement").click()
    settle(page)
    chase = (files.FILES / "made_chase_business_checking.csv").read_bytes()
    content = chase + b"CREDIT,11/31/2026,x,1.00,y,,,\r\n"
    page.locator("input[type=file]").set_input_files({"name": "c.csv", "mimeType": "text/csv", "buffer": content})
    expect(page.get_by_text("Not imported yet.")).to_be_visible(timeout=PATIENCE)
    proof = page.locator(".desk-metrics").first
    expect(proof).to_contain_text("$7,601.96")
    expect(proof).to_contain_text("✓ Ties")
    see_everybody_can_use(page, "the proof of a statement", title="Bank statements · ACH Desk")
    page.get_by_role("button", name="Import 7 new lines").click()
    expect(page.get_by_text(re.compile("^7 new lines in .*; 0 were known"))).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_role("heading", name="Lines")).to_be_visible(timeout=PATIENCE)
    expect(page.locator("canvas").first).to_be_visible(timeout=PATIENCE)
    see_everybody_can_use(page, "an account's lines")

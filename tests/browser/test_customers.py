"""A customer's file in Chromium: imported, linked, corrected, noted, and found again."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.desk import PATIENCE, RunningDesk, settle, type_into, visit
from tests.browser.everybody import see_everybody_can_use
from tests.browser.test_payments import search_field, see_rows

FILE = b"name,email,reference\nMia Imported,mia@example.com,M-1\nMo Imported,mo@example.com,M-2\n"


def fill_in(page: Page, tab: str, field: str, text: str) -> None:
    """Write into a field of a tab of the customer."""
    settle(page)
    page.get_by_role("tab", name=tab).click()
    type_into(page.get_by_label(field, exact=True), text)


def test_customers_are_imported_opened_corrected_and_merged(desk: RunningDesk, page: Page) -> None:
    visit(page, desk, "customers")
    page.get_by_role("radio", name="Import").click()
    page.locator("input[type=file]").set_input_files({"name": "m.csv", "mimeType": "text/csv", "buffer": FILE})
    expect(page.get_by_text("Dry run: nothing is added yet.")).to_be_visible(timeout=PATIENCE)
    see_everybody_can_use(page, "the dry run of an import", title="Customers · ACH Desk")
    page.get_by_role("button", name="Import 2 customers").click()
    expect(page.get_by_text("2 customers added.")).to_be_visible(timeout=PATIENCE)
    page.get_by_role("radio", name="Table").click()
    type_into(search_field(page), "m-1")
    expect(see_rows(page, "containing “m-1”")).to_contain_text("Shown: 1 customer.")
    page.get_by_role("grid", name="Customers").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Mia Imported")).to_be_visible(timeout=PATIENCE)
    assert "customer=cust_" in page.url
    see_everybody_can_use(page, "a customer")
    fill_in(page, "Notes", "Add a note", "Calls back on Friday")
    page.get_by_role("button", name="Add note").click()
    expect(page.locator("[data-testid=stText]").filter(has_text="Calls back on Friday")).to_be_visible(timeout=PATIENCE)
    page.reload()
    expect(page.get_by_role("heading", name="Mia Imported")).to_be_visible(timeout=PATIENCE)
    fill_in(page, "Edit", "Name", "Mia Corrected")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Mia Corrected")).to_be_visible(timeout=PATIENCE)
    fill_in(page, "Merge", "Find the second entry", "mo@")
    page.keyboard.press("Enter")
    page.get_by_text("Mo Imported").click(timeout=PATIENCE)
    expect(page.get_by_text("Nothing changes at Stripe.")).to_be_visible(timeout=PATIENCE)
    see_everybody_can_use(page, "a merge")
    page.get_by_text("They are the same customer.").click()
    merge = page.get_by_role("button", name="Merge", exact=True)
    expect(merge).to_be_enabled(timeout=PATIENCE)
    merge.click()
    expect(page.get_by_text("Mo Imported (M-2) is merged into Mia Corrected.")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_label("Find the second entry")).to_have_value("", timeout=PATIENCE)
    expect(merge).not_to_be_attached(timeout=PATIENCE)
    page.get_by_role("button", name="Back to the customers").click()
    type_into(search_field(page), "imported")
    see_rows(page, "containing “imported”")
    expect(page.get_by_text("No customer matches this filter.")).to_be_visible(timeout=PATIENCE)

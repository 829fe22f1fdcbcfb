"""A picture of every page, light and dark, tablet and desktop, into docs/screenshots/: `make screenshots`."""

from __future__ import annotations

import tempfile
from pathlib import Path

import requests
from playwright.sync_api import FilePayload, Page, ViewportSize, expect, sync_playwright

from tests.browser.desk import (
    PATIENCE,
    RunningDesk,
    add_customer,
    agree,
    launch,
    open_context,
    open_link,
    running,
    settle,
    visit,
)
from tests.browser.link import pick_account, pick_bank, sign_in

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "screenshots"
DESKTOP: ViewportSize = {"width": 1440, "height": 900}
TABLET: ViewportSize = {"width": 820, "height": 1180}
PAGES = (
    *("payments", "payouts", "accounts", "customers", "institutions", "inbox", "health", "audit", "setup"),
    *("sandbox", "statements", "matching", "cases", "notices", "mandates", "close"),
)
PIN = "480215"


def take(page: Page, name: str) -> None:
    settle(page)
    page.wait_for_timeout(600)  # fonts and the table's canvas are drawn after the run
    FOLDER.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=FOLDER / f"{name}.png")


def onboard(page: Page, desk: RunningDesk, look: str) -> None:
    """Each screen of linking on a tablet."""
    visit(page, desk)
    take(page, f"onboard-customer-tablet-{look}")
    add_customer(page, f"Ada {look.title()}", f"ada.{look}@example.com", f"C-{look}")
    take(page, f"onboard-authorization-tablet-{look}")
    agree(page)
    expect(page.get_by_role("button", name="Connect a bank")).to_be_enabled(timeout=PATIENCE)
    take(page, f"onboard-tablet-{look}")
    modal = open_link(page)
    modal.get_by_test_id("pane-consent").wait_for(timeout=PATIENCE)
    page.wait_for_timeout(600)
    page.screenshot(path=FOLDER / f"onboard-link-tablet-{look}.png")
    pick_bank(modal, "First Platypus Bank")
    sign_in(modal, "user_good", "pass_good")
    pick_account(modal, "Plaid Checking")
    expect(page.get_by_role("heading", name="The bank is linked")).to_be_visible(timeout=PATIENCE)
    take(page, f"onboard-linked-tablet-{look}")


def debit(page: Page, look: str) -> None:
    """The debit's form and its confirmation."""
    page.get_by_role("button", name="Debit this account").click()
    page.get_by_label("Amount (USD)").fill("42.50")
    page.get_by_label("Invoice reference").fill("INV-2041")
    page.get_by_role("button", name="Check the balance").click()
    expect(page.get_by_text("Available at the bank")).to_be_visible(timeout=PATIENCE)
    take(page, f"debit-desktop-{look}")


def one_batch(page: Page, desk: RunningDesk, look: str) -> None:
    """A file of debits once every row of it was checked."""
    visit(page, desk, "batches")
    rows = [f"C-{look},{120 + number}.50,INV-{look}-{number}" for number in range(14)]
    lines = ["customer,amount,reference", *rows, "C-nobody,88.00,INV-90"]
    file: FilePayload = {"name": f"november-{look}.csv", "mimeType": "text/csv", "buffer": "\n".join(lines).encode()}
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name=f"Check november-{look}.csv").click(timeout=PATIENCE)
    expect(page.get_by_text("Known by").first).to_be_visible(timeout=PATIENCE)
    take(page, f"batch-desktop-{look}")


def one_payment(page: Page, desk: RunningDesk, look: str) -> None:
    """A payment's own page, of one that was returned, and the charts."""
    returned = next(one for one in desk.stripe("charges", limit=100)["data"] if one["failure_code"])
    visit(page, desk, f"payment?payment={returned['id']}")
    take(page, f"payment-desktop-{look}")
    visit(page, desk, "payments?look=Charts")
    page.wait_for_timeout(2_500)  # each chart asks beside the page
    take(page, f"charts-desktop-{look}")


def hand_over(page: Page, desk: RunningDesk, look: str) -> None:
    """The customer's own screen on the tablet, in Spanish in the dark."""
    visit(page, desk)
    add_customer(page, f"Bea {look.title()}", f"bea.{look}@example.com", f"H-{look}")
    form = page.get_by_test_id("stForm").filter(has_text="Hand over the tablet")
    if look == "dark":
        page.get_by_role("radio", name="Español").click()
        settle(page)
    form.locator("input[type=password]").fill(PIN)
    form.get_by_role("button", name="Hand over").click()
    expect(page.get_by_test_id("stSidebarNav")).to_have_count(0, timeout=PATIENCE)
    page.wait_for_timeout(1_000)
    take(page, f"handover-tablet-{look}")


def import_statement(desk: RunningDesk) -> None:
    """The sandbox's own bank statement, whose payouts are then proposed."""
    path = desk.home / "chase-november.csv"
    path.write_text(requests.get(f"{desk.ready['url']}/_sandbox/statement", timeout=60).json()["csv"])
    desk.command("statement", "import", str(path), "--account", "Chase operating")


def main() -> None:
    """Take them all, over a desk of their own."""
    with (
        tempfile.TemporaryDirectory() as folder,
        running(Path(folder)) as desk,
        sync_playwright() as playwright,
    ):
        browser = launch(playwright)
        import_statement(desk)
        for look in ("light", "dark"):
            tablet = open_context(browser, viewport=TABLET, color_scheme=look, timezone_id="America/New_York")
            page = tablet.new_page()
            onboard(page, desk, look)
            page.set_viewport_size(DESKTOP)
            debit(page, look)
            for name in PAGES:
                visit(page, desk, name)
                take(page, f"{name}-desktop-{look}")
            one_batch(page, desk, look)
            one_payment(page, desk, look)
            page.set_viewport_size(TABLET)
            hand_over(page, desk, look)
            tablet.close()
        browser.close()


if __name__ == "__main__":
    main()

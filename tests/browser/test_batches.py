"""Two people and a file of debits: dropped by one, approved by the other, sent row by row, on to the payout."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, FilePayload, Page, expect

from tests.browser.desk import PATIENCE, open_context, settle
from tests.browser.everybody import see_everybody_can_use
from tests.browser.identity import GuardedDesk, go, guarded, sign_in

FILE = "customer,amount,reference\nlena.one,10.25,B-1\nlena.two,12.50,B-2\nlena.two,90000.00,B-3\n"
PAID = {"B-1": 1_025, "B-2": 1_250}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GuardedDesk]:
    with guarded(tmp_path_factory.mktemp("batches")) as started:
        started.link("Lena One")
        started.link("Lena Two")
        yield started


@pytest.fixture
def checker(browser: Browser, desk: GuardedDesk) -> Iterator[Page]:
    """The second person, in a browser of their own."""
    context = open_context(browser)
    page = context.new_page()
    sign_in(page, desk, "admin")
    yield page
    context.close()


def sent(desk: GuardedDesk) -> dict[str, int]:
    """Cents by reference of what moves at Stripe."""
    found = desk.stripe("payment_intents", limit=100)["data"]
    moving = [one for one in found if one["status"] in {"processing", "succeeded"}]
    found = {one["metadata"].get("invoice_reference", ""): one["amount"] for one in moving}
    return {reference: cents for reference, cents in found.items() if reference.startswith("B-")}


def drop(page: Page, desk: GuardedDesk) -> None:
    """The file is checked, its rows are looked at, and it is submitted."""
    go(page, desk, "batches")
    file: FilePayload = {"name": "november.csv", "mimeType": "text/csv", "buffer": FILE.encode()}
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="Check november.csv").click(timeout=PATIENCE)
    expect(page.get_by_text("Every row can be sent.")).to_be_visible(timeout=PATIENCE)
    for words in ("$90,022.75", "Taken from customers", "Known by", "In your bank by"):
        expect(page.get_by_text(words).first).to_be_visible()
    settle(page)
    see_everybody_can_use(page, "a batch that was checked", title="Batches · ACH Desk")
    page.get_by_role("button", name="Submit 3 debits, $90,022.75, for approval").click()
    expect(page.get_by_text("Nothing is sent before a second person approves it.")).to_be_visible(timeout=PATIENCE)


def approve(checker: Page, desk: GuardedDesk) -> None:
    go(checker, desk, "approvals")
    line = checker.locator("[class*=st-key-line-approval]").filter(has_text="Batch november.csv, 3 debits")
    line.get_by_role("button", name="Open").click(timeout=PATIENCE)
    expect(checker.get_by_text("3 debits of 2 customers, the largest $90,000.00")).to_be_visible(timeout=PATIENCE)
    settle(checker)
    checker.get_by_role("button", name="Approve $90,022.75").click()
    expect(checker.get_by_text("Approved. It is sent now.")).to_be_visible(timeout=PATIENCE)


def test_a_file_goes_from_one_person_over_another_to_the_payout(page: Page, checker: Page, desk: GuardedDesk) -> None:
    sign_in(page, desk, "finance")
    drop(page, desk)
    page.get_by_role("button", name="Open the approval").click()
    expect(page.get_by_text("You asked for this yourself.")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_role("button", name=re.compile("^Approve"))).to_have_count(0)
    assert sent(desk) == {}

    approve(checker, desk)
    go(page, desk, "batches")
    page.locator("[class*=st-key-batch-line]").get_by_role("button", name="Open").click(timeout=PATIENCE)
    expect(page.get_by_text("2 debits sent, $22.75; 1 not sent.")).to_be_visible(timeout=PATIENCE)
    expect(page.locator("[role=gridcell]").filter(has_text="Not sent")).to_be_visible(timeout=PATIENCE)
    settle(page)
    see_everybody_can_use(page, "a batch that was sent", title="Batches · ACH Desk")
    assert sent(desk) == PAID

    go(page, desk, "inbox")
    expect(page.get_by_text("1 of 3 rows were not sent")).to_be_visible(timeout=PATIENCE)
    go(page, desk, "batches")
    page.locator("input[type=file]").set_input_files(  # the same file again is the same batch
        {"name": "again.csv", "mimeType": "text/csv", "buffer": FILE.encode()}
    )
    page.get_by_role("button", name="Check again.csv").click(timeout=PATIENCE)
    expect(page.get_by_text("2 debits sent, $22.75; 1 not sent.")).to_be_visible(timeout=PATIENCE)

    desk.control("POST", "/clock/advance", business_days=7)
    desk.command("sync")
    paid = {one["id"] for one in desk.stripe("payouts", limit=10)["data"]}
    go(page, desk, "payouts")
    first = page.locator("[role=gridcell]").filter(has_text=re.compile("|".join(paid))).first
    expect(first).to_be_visible(timeout=PATIENCE)
    assert sent(desk) == PAID

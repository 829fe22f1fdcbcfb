"""Two people, each signed in in a browser of their own: one orders or closes, the other approves, declines or signs."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.desk import PATIENCE, open_context, settle, type_into
from tests.browser.everybody import see_everybody_can_use
from tests.browser.identity import GuardedDesk, go, guarded, sign_in
from tests.browser.test_payments import see_rows
from tests.contract.hooked_desk import until

LATEST = 6  # the day of a month until which the last payouts of the one before may not have arrived
WEEK = 7 * 86_400  # seconds


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GuardedDesk]:
    with guarded(tmp_path_factory.mktemp("approvals"), ACH_DESK_APPROVE_ABOVE_CENTS="2000") as started:
        started.link("Lena Linked")
        yield started


@pytest.fixture
def checker(browser: Browser, desk: GuardedDesk) -> Iterator[Page]:
    """The second person, in a browser of their own."""
    context = open_context(browser)
    page = context.new_page()
    sign_in(page, desk, "admin")
    yield page
    context.close()


def order(page: Page, desk: GuardedDesk, amount: str, reference: str) -> None:
    go(page, desk, "debit")
    page.get_by_role("button", name="Lena Linked").click(timeout=PATIENCE)
    type_into(page.get_by_label("Amount (USD)"), amount)
    page.get_by_label("Invoice reference").fill(reference)
    page.get_by_role("button", name="Check the balance").click()
    page.get_by_role("button", name=f"Debit ${amount}").click(timeout=PATIENCE)
    expect(page.get_by_role("heading", name="Waiting for approval")).to_be_visible(timeout=PATIENCE)


def look_at(page: Page, desk: GuardedDesk, reference: str) -> None:
    go(page, desk, "approvals")
    line = page.locator("[class*=st-key-line-approval]").filter(has_text=f"Debit {reference}")
    line.get_by_role("button", name="Open").click(timeout=PATIENCE)
    expect(page.get_by_role("heading", name="Reasons to say no")).to_be_visible(timeout=PATIENCE)
    settle(page)


def look_at_decided(page: Page, desk: GuardedDesk, reference: str) -> None:
    """From the table by keyboard, and back to it as it was left."""
    go(page, desk, "approvals")
    see_rows(page, "All that was decided")
    page.get_by_role("group", name="Views").get_by_role("button", name="Declined").click()
    see_rows(page, "Decided: Declined")
    see_everybody_can_use(page, "decided approvals", title="Approvals · ACH Desk")
    row = page.locator(".og-row").filter(has_text=f"Debit {reference}")
    expect(row).to_contain_text("$30.00")
    for name, words in (("asked_by", "fin@example.com"), ("decided_by", "ada@example.com")):
        expect(row.locator(f".og-td.{name}")).to_have_text(words)
    page.get_by_role("grid", name="Decided approvals").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Reasons to say no")).to_be_visible(timeout=PATIENCE)
    page.get_by_role("button", name="Back to the approvals").click()
    expect(page).to_have_url(re.compile(r"/approvals\?state=rejected$"), timeout=PATIENCE)
    see_rows(page, "Decided: Declined")
    page.get_by_role("grid", name="Decided approvals").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Reasons to say no")).to_be_visible(timeout=PATIENCE)


def sent(desk: GuardedDesk, reference: str) -> list[tuple[int, str]]:
    """What Stripe has of an invoice: cents and status of each PaymentIntent."""
    found = desk.stripe("payment_intents", limit=100)["data"]
    return [(one["amount"], one["status"]) for one in found if one["description"] == f"Invoice {reference}"]


def test_one_orders_and_another_approves(page: Page, checker: Page, desk: GuardedDesk) -> None:
    sign_in(page, desk, "finance")
    order(page, desk, "25.00", "TWO-1")
    look_at(page, desk, "TWO-1")
    expect(page.get_by_text("You asked for this yourself.")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_role("button", name="Approve $25.00")).to_have_count(0)
    assert sent(desk, "TWO-1") == []

    look_at(checker, desk, "TWO-1")
    for words in ("available on", "Yes, none was taken before", "Nothing was collected from this customer"):
        expect(checker.get_by_text(words)).to_be_visible()
    checker.get_by_role("button", name="Approve $25.00").click()
    expect(checker.get_by_text("Approved. It is sent now.")).to_be_visible(timeout=PATIENCE)
    ((actor, _, _),) = desk.actions("approval.approved")
    assert actor == "ada@example.com"

    go(page, desk, "payments")
    expect(page.locator("[role=gridcell]").filter(has_text="TWO-1").first).to_be_visible(timeout=PATIENCE)
    until(lambda: desk.actions("debit.submitted"))  # it is in the list as soon as it is ordered
    assert sent(desk, "TWO-1") == [(2_500, "processing")]


def test_what_is_declined_says_why_to_who_ordered_it(page: Page, checker: Page, desk: GuardedDesk) -> None:
    sign_in(page, desk, "finance")
    order(page, desk, "30.00", "TWO-2")
    look_at(checker, desk, "TWO-2")
    checker.get_by_role("button", name="Decline").click()
    expect(checker.get_by_text("The reason is empty")).to_be_visible(timeout=PATIENCE)
    type_into(checker.get_by_label("Why not?"), "The invoice was paid by check.")
    checker.get_by_role("button", name="Decline").click()
    expect(checker.get_by_text("Declined. Who ordered it reads why.")).to_be_visible(timeout=PATIENCE)
    look_at_decided(page, desk, "TWO-2")
    expect(page.get_by_text("The invoice was paid by check.")).to_be_visible(timeout=PATIENCE)
    assert sent(desk, "TWO-2") in ([], [(3_000, "canceled")]), "and nothing moved"


def let_the_last_payouts_arrive(desk: GuardedDesk) -> None:
    """In the first days of a month a week passes, so that the month before can be closed on any day."""
    if int(str(desk.control("GET", "")["now_iso"])[8:10]) <= LATEST:
        desk.control("POST", "/clock/advance", seconds=WEEK)
    desk.command("sync")


def test_from_the_dropped_file_to_the_closed_month(
    page: Page, checker: Page, desk: GuardedDesk, tmp_path: Path
) -> None:
    let_the_last_payouts_arrive(desk)
    sign_in(page, desk, "finance")
    go(page, desk, "close")
    expect(page.get_by_text("There is no bank statement.")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_role("button", name="Ask a second person to close it")).to_be_disabled()

    go(page, desk, "statements?statements-look=Import")
    type_into(page.get_by_label("Its name, as your team calls it"), "Chase operating")
    page.keyboard.press("Enter")
    settle(page)
    content = str(desk.control("GET", "/statement")["csv"]).encode()
    page.locator("input[type=file]").set_input_files({"name": "c.csv", "mimeType": "text/csv", "buffer": content})
    expect(page.locator(".desk-metrics").first).to_contain_text("✓ Ties", timeout=PATIENCE)
    settle(page)
    page.get_by_role("button", name=re.compile("^Import [0-9]+ new line")).press("Enter")
    expect(page.get_by_text(re.compile("[0-9] new lines? in "))).to_be_visible(timeout=PATIENCE)

    go(page, desk, "close")
    expect(page.get_by_text("is proposed and not confirmed.").first).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text("There is no bank statement.")).to_have_count(0)
    go(page, desk, "matching")
    page.get_by_role("button", name="with their trace number").press("Enter")
    expect(page.get_by_text("confirmed. Undo one in the list")).to_be_visible(timeout=PATIENCE)

    go(page, desk, "close")
    expect(page.get_by_text("Nothing: the balance ties and every payout is on the statement.")).to_be_visible(
        timeout=PATIENCE
    )
    page.get_by_role("button", name="Ask a second person to close it").press("Enter")
    expect(page.get_by_text("Asked for by fin@example.com")).to_be_visible(timeout=PATIENCE)
    settle(page)
    page.get_by_role("button", name="Sign and close").press("Enter")
    expect(page.get_by_text("You asked for this yourself.")).to_be_visible(timeout=PATIENCE)

    go(checker, desk, "close")
    checker.get_by_role("button", name="Sign and close").press("Enter")
    expect(checker.get_by_text("Closed by ada@example.com")).to_be_visible(timeout=PATIENCE)
    expect(checker.get_by_text("Nothing has changed after the close.")).to_be_visible(timeout=PATIENCE)
    settle(checker)
    shown = str(checker.get_by_text("Digest of its inputs (SHA-256)").text_content()).rsplit(" ", 1)[-1]
    inputs = download(checker, "Its inputs as JSON", tmp_path)
    assert hashlib.sha256(inputs).hexdigest() == shown, "the file is what was signed"
    assert set(json.loads(inputs)["sources"]) == {"balance_transactions", "payouts", "bank_lines", "matches"}
    assert download(checker, "Signed statement as PDF", tmp_path).startswith(b"%PDF")
    names = [action for _, action, _ in desk.actions("month.%")]
    assert names == ["month.close_asked", "month.close_refused", "month.closed"]


def download(page: Page, words: str, folder: Path) -> bytes:
    with page.expect_download() as coming:
        page.get_by_role("button", name=words).press("Enter")
    path = folder / "downloaded"
    coming.value.save_as(path)
    return path.read_bytes()

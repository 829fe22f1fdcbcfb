"""The main job in a real browser, in both generations: add a customer, link a bank, debit it, see what became of it."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.desk import PATIENCE, RunningDesk, add_customer, agree, open_link, settle, type_into, visit
from tests.browser.everybody import see_everybody_can_use
from tests.browser.link import pick_account, pick_bank, sign_in


def see_linked(page: Page, bank: str) -> None:
    expect(page.get_by_role("heading", name="The bank is linked")).to_be_visible(timeout=PATIENCE)
    settle(page)
    shown = page.locator("[data-testid=stMain]").inner_text()
    assert bank in shown and "ba_" in shown and "mandate_" in shown
    for secret in ("access-", "public-", "btok_", "sk_test_"):
        assert secret not in page.content()


def debit(page: Page, amount: str, reference: str) -> None:
    page.get_by_role("button", name="Debit this account").click()
    type_into(page.get_by_label("Amount (USD)"), amount)
    page.get_by_label("Invoice reference").fill(reference)
    page.get_by_role("button", name="Check the balance").click()
    expect(page.get_by_text("Available at the bank")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text("money available about")).to_be_visible()
    page.get_by_role("button", name=f"Debit ${amount}").dblclick()
    expect(page.get_by_text("The debit is at Stripe.")).to_be_visible(timeout=PATIENCE)


def change(page: Page, amount: str, reference: str) -> None:
    """Check an amount, go back by *Change it*, and find in the form what was typed."""
    page.get_by_role("button", name="Debit this account").click()
    type_into(page.get_by_label("Amount (USD)"), amount)
    page.get_by_label("Invoice reference").fill(reference)
    page.get_by_role("button", name="Check the balance").click()
    page.get_by_role("button", name="Change it").click(timeout=PATIENCE)
    expect(page.get_by_label("Amount (USD)")).to_have_value(amount, timeout=PATIENCE)
    expect(page.get_by_label("Invoice reference")).to_have_value(reference)
    settle(page)
    page.get_by_label("Amount (USD)").fill("42.50")
    page.get_by_role("button", name="Check the balance").click()
    expect(page.get_by_text("Available at the bank")).to_be_visible(timeout=PATIENCE)


def test_change_it_keeps_what_was_typed_and_the_page_after_says_whose_and_when(desk: RunningDesk, page: Page) -> None:
    visit(page, desk)
    add_customer(page, "Cora Change", "cora.change@example.com", "C-150")
    see_everybody_can_use(page, "the authorization")
    agree(page)
    see_everybody_can_use(page, "before Link")
    modal = open_link(page)
    pick_bank(modal, "First Platypus Bank")
    sign_in(modal, "user_good", "pass_good")
    pick_account(modal, "Plaid Checking")
    see_linked(page, "First Platypus Bank")
    change(page, "99.00", "INV-CHANGE")
    see_everybody_can_use(page, "the debit, before it is confirmed", title="New debit · ACH Desk")
    page.get_by_role("button", name="Debit $42.50").click()
    expect(page.get_by_text("The debit is at Stripe.")).to_be_visible(timeout=PATIENCE)
    see_everybody_can_use(page, "the debit, after it")
    said = page.get_by_test_id("stMain").inner_text()
    assert "Cora Change · First Platypus Bank, Plaid Checking ••0000 · invoice INV-CHANGE" in said
    assert "$42.50" in said and "Ordered " in said and " by demo." in said, "whose and when"


def follow_to_the_end(page: Page, desk: RunningDesk, reference: str, amount: str) -> None:
    def see(status: str) -> None:
        visit(page, desk, f"payments?text={reference}")
        row = page.get_by_role("row").filter(has_text=f"${amount}")
        expect(row.filter(has_text=status)).to_be_attached(timeout=PATIENCE)  # a row changes in place within seconds

    page.get_by_role("button", name="See the payments").click()
    settle(page)
    desk.command("sync")
    see("Submitted")
    for days, word in (("+ 1 business day", "Pending"), ("+ 5 business days", "Paid out")):
        visit(page, desk, "sandbox")
        before = page.get_by_text("in the sandbox.").inner_text()
        page.get_by_role("button", name=days, exact=True).click()
        expect(page.get_by_text("in the sandbox.")).not_to_have_text(before, timeout=PATIENCE)
        settle(page)
        see(word)


def find_debits(desk: RunningDesk, reference: str) -> list[dict[str, object]]:
    """Every PaymentIntent at the sandbox with this reference."""
    found = desk.stripe("payment_intents", limit=100)["data"]
    return [one for one in found if one["metadata"].get("invoice_reference") == reference]


def test_the_five_steps_in_the_current_generation(desk: RunningDesk, page: Page) -> None:
    visit(page, desk)
    add_customer(page, "Ada Current", "ada.current@example.com", "C-100")
    agree(page)
    modal = open_link(page)
    pick_bank(modal, "First Platypus Bank")
    sign_in(modal, "user_good", "pass_good")
    pick_account(modal, "Plaid Checking")
    see_linked(page, "First Platypus Bank")
    debit(page, "42.50", "INV-CURRENT")
    assert len(find_debits(desk, "INV-CURRENT")) == 1, "a double click is one debit"
    follow_to_the_end(page, desk, "INV-CURRENT", "42.50")


def test_the_five_steps_in_the_classic_generation(classic_desk: RunningDesk, page: Page) -> None:
    visit(page, classic_desk)
    add_customer(page, "Carl Classic", "carl.classic@example.com", "C-200")
    agree(page)
    modal = open_link(page)
    pick_bank(modal, "Chase")
    sign_in(modal, "plaid_test", "plaid_good")
    pick_account(modal, "Checking")
    see_linked(page, "Chase")
    debit(page, "17.00", "INV-CLASSIC")
    assert len(find_debits(classic_desk, "INV-CLASSIC")) == 1, "a double click is one debit"
    follow_to_the_end(page, classic_desk, "INV-CLASSIC", "17.00")

"""The list of banks: read from where its generation keeps it, and each row opens Link as far as that allows."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.desk import PATIENCE, RunningDesk, add_customer, agree, open_link, visit
from tests.browser.link import pick_account, sign_in


def test_a_row_highlights_its_bank_in_the_current_generation(desk: RunningDesk, page: Page) -> None:
    visit(page, desk, "institutions")
    expect(page.get_by_text("47 of 47 banks")).to_be_visible(timeout=PATIENCE)
    page.get_by_label("Search").fill("first platypus")
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 of 47 banks")).to_be_visible(timeout=PATIENCE)
    page.get_by_role("button", name="Link").first.click()
    add_customer(page, "Ines Row", "ines@example.com", "I-1")
    expect(page.get_by_text("Link will open for First Platypus Bank")).to_be_visible(timeout=PATIENCE)
    agree(page)
    modal = open_link(page)
    modal.get_by_role("button", name="Continue").click(timeout=PATIENCE)
    expect(modal.get_by_text("Suggested")).to_be_visible(timeout=PATIENCE)
    modal.get_by_role("button", name="First Platypus Bank").click()
    sign_in(modal, "user_good", "pass_good")
    pick_account(modal, "Plaid Checking")
    expect(page.get_by_role("heading", name="The bank is linked")).to_be_visible(timeout=PATIENCE)


def test_a_row_opens_its_bank_at_once_in_the_classic_generation(classic_desk: RunningDesk, page: Page) -> None:
    visit(page, classic_desk, "institutions")
    expect(page.get_by_text("Chase", exact=True)).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text("American Express")).to_have_count(0)  # its `auth` is false in the handler's list
    page.get_by_label("Search").fill("chase")
    page.keyboard.press("Enter")
    expect(page.get_by_text(re.compile("^1 of "))).to_be_visible(timeout=PATIENCE)
    page.get_by_role("button", name="Open", exact=True).click()
    add_customer(page, "Cleo Classic", "cleo@example.com", "I-2")
    agree(page)
    modal = open_link(page)
    proceed = modal.get_by_role("button", name="Continue")
    expect(proceed.or_(modal.get_by_label("Username")).first).to_be_visible(timeout=PATIENCE)
    if not modal.get_by_label("Username").is_visible():
        proceed.click()
    sign_in(modal, "plaid_test", "plaid_good")
    pick_account(modal, "Checking")
    expect(page.get_by_role("heading", name="The bank is linked")).to_be_visible(timeout=PATIENCE)


def test_a_credit_card_is_refused_with_the_reason(classic_desk: RunningDesk, page: Page) -> None:
    visit(page, classic_desk)
    add_customer(page, "Cora Card", "cora@example.com", "I-3")
    agree(page)
    modal = open_link(page)
    modal.get_by_role("button", name="Continue").click(timeout=PATIENCE)
    modal.get_by_test_id("institution-list").get_by_role("button", name="Chase").first.click(timeout=PATIENCE)
    sign_in(modal, "plaid_test", "plaid_good")
    pick_account(modal, "Credit")
    expect(page.get_by_role("heading", name="The bank is not linked")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text("checking or savings").first).to_be_visible(timeout=PATIENCE)

"""Ways through Link's modal, as a customer goes, in whichever language it speaks."""

from __future__ import annotations

from playwright.sync_api import FrameLocator, Page, expect

from tests.browser.desk import PATIENCE


def pick_bank(modal: FrameLocator | Page, name: str) -> None:
    modal.get_by_test_id("pane-consent").get_by_test_id("continue").click(timeout=PATIENCE)
    modal.get_by_test_id("search").fill(name)
    modal.get_by_test_id("institution-list").get_by_role("button", name=name).first.click(timeout=PATIENCE)


def sign_in(modal: FrameLocator | Page, user: str, password: str) -> None:
    modal.get_by_test_id("username").fill(user, timeout=PATIENCE)
    modal.get_by_test_id("password").fill(password)
    modal.get_by_test_id("continue").click()


def pick_account(modal: FrameLocator, name: str) -> None:
    modal.get_by_test_id("pane-accounts").get_by_text(name, exact=False).first.click(timeout=PATIENCE)
    modal.get_by_test_id("continue").click()
    finish(modal)


def finish(modal: FrameLocator) -> None:
    button = modal.get_by_test_id("finish")
    expect(button).to_be_visible(timeout=PATIENCE)
    button.click()


def leave(modal: FrameLocator) -> None:
    modal.get_by_test_id("close").click(timeout=PATIENCE)
    modal.get_by_test_id("leave-yes").click(timeout=PATIENCE)

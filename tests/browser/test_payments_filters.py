"""Filters that combine, one after another and faster than their address, and what a click on the table sends."""

from __future__ import annotations

import re

from playwright.sync_api import Page, TimeoutError, WebSocket, expect
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from tests.browser.desk import PATIENCE, RunningDesk, settle, visit
from tests.browser.test_payments import cells, chips, choose_status, press, search

LISTS_FOLLOW = 5_000  # milliseconds for a list to hold what was just typed beside it; a busy machine gets more tries


def pick(page: Page, field: str, words: str) -> None:
    """Pick from a list that follows what was typed beside it: one that was opened too early holds the old options."""
    option = page.get_by_role("option", name=re.compile(re.escape(words)))
    for _ in range(PATIENCE // LISTS_FOLLOW):
        page.get_by_role("combobox", name=field).click(timeout=PATIENCE)
        try:
            option.click(timeout=LISTS_FOLLOW)
            return
        except TimeoutError:
            if page.get_by_role("listbox").is_visible():  # else it would close what the list stands in
                page.keyboard.press("Escape")
    raise AssertionError(f"{words} is not in the list of {field}")


def test_parts_that_are_rarely_asked_for_combine_and_go_with_everything(desk: RunningDesk, page: Page) -> None:
    charge = next(one for one in desk.stripe("charges", limit=100)["data"] if one["status"] == "succeeded")
    customer = desk.stripe(f"customers/{charge['customer']}")
    amount = f"{charge['amount'] / 100:.2f}"
    visit(page, desk, "payments")
    press(page, "More")
    low = page.get_by_role("textbox", name="Amount from")
    low.fill(amount)
    low.press("Enter")
    expect(page).to_have_url(re.compile(f"amount_min={charge['amount']}"), timeout=PATIENCE)
    high = page.get_by_role("textbox", name="Amount up to")
    high.fill(amount)
    high.press("Enter")
    expect(page).to_have_url(re.compile(f"amount_max={charge['amount']}"), timeout=PATIENCE)
    text = page.get_by_role("textbox", name="Customer")
    text.fill(customer["email"][:12])
    text.press("Enter")
    pick(page, "Which one", customer["email"])
    expect(page).to_have_url(re.compile(f"customer={customer['id']}"), timeout=PATIENCE)
    page.keyboard.press("Escape")
    expect(page.get_by_text(re.compile(f"customer {customer['id']}, amount from"))).to_be_visible(timeout=PATIENCE)
    shown = cells(page)
    assert {one for one in shown if one.startswith("$")} == {f"${charge['amount'] / 100:,.2f}"}
    assert customer["name"] in shown
    choose_status(page, "Failed")
    expect(page).to_have_url(re.compile("status=failed"), timeout=PATIENCE)
    assert "amount_min" in page.url and "customer=" in page.url, "what was asked before still holds"
    press(page, "Everything")
    expect(page.get_by_text("All payments.")).to_be_visible(timeout=PATIENCE)
    expect(page).not_to_have_url(re.compile("amount|customer|status"), timeout=PATIENCE)


def test_a_field_that_is_left_by_closing_its_popover_is_not_lost(desk: RunningDesk, page: Page) -> None:
    visit(page, desk, "payments")
    press(page, "More")
    page.get_by_role("textbox", name="Reason code").fill("insufficient_funds")
    page.get_by_role("heading", name="Payments").click()
    expect(page).to_have_url(re.compile("failure_code=insufficient_funds"), timeout=PATIENCE)
    expect(page.get_by_text("Payments: reason insufficient_funds.")).to_be_visible(timeout=PATIENCE)


def test_two_changes_that_are_faster_than_the_address_both_hold(desk: RunningDesk, page: Page) -> None:
    visit(page, desk, "payments")
    choose_status(page, "Failed")
    search(page, "invoice")
    expect(page).to_have_url(re.compile("status=failed.*text=invoice"), timeout=PATIENCE)
    settle(page)
    expect(chips(page)).to_have_count(1)
    expect(page.get_by_role("textbox", name="Search")).to_have_value("invoice")


def test_the_next_page_and_another_order_send_the_table_alone(desk: RunningDesk, page: Page) -> None:
    frames: list[bytes] = []

    def listen(socket: WebSocket) -> None:
        socket.on("framereceived", lambda frame: frames.append(frame if isinstance(frame, bytes) else frame.encode()))

    page.on("websocket", listen)
    visit(page, desk, "payments")
    expect(page.get_by_text("Rows 1 to 50")).to_be_visible(timeout=PATIENCE)
    for click in ("next", "order"):
        frames.clear()
        if click == "next":
            press(page, "Next")
            expect(page.get_by_text("Rows 51 to 100")).to_be_visible(timeout=PATIENCE)
        else:
            page.get_by_text("Ascending").click()
            expect(page.get_by_text("Rows 1 to 50")).to_be_visible(timeout=PATIENCE)
        settle(page)
        messages = [ForwardMsg.FromString(frame) for frame in frames]
        drawn = {
            message.delta.new_element.WhichOneof("type")
            for message in messages
            if message.WhichOneof("type") == "delta" and message.delta.new_element.WhichOneof("type")
        }
        assert "dataframe" in drawn and not drawn & {"multiselect", "date_input", "metric", "heading", "html"}, click
        assert sum(map(len, frames)) <= 50 * 1024, click

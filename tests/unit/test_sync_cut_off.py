"""A sync that was cut off, refused, or whose cursor is gone at Stripe is made up for."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from dashboard.domain.errors import ProviderUnreachable
from tests.unit.paused_sync import LONG, Desk, desk, succeeded

__all__ = ["desk"]  # a fixture


def test_a_backfill_that_was_cut_off_before_the_pause_is_begun_anew(desk: Desk) -> None:
    """What it had read has changed since, and no event tells of it."""
    charges = [succeeded(desk) for _ in range(3)]
    desk.pause(timedelta(hours=1))
    straight, asked = desk.account.page, 0

    def cut(resource: str, params: Any) -> Any:
        nonlocal asked
        asked += 1
        if resource == "balance_transactions":
            raise ProviderUnreachable("cut", maybe_done=False, provider="stripe", code="unreachable")
        return straight(resource, params)

    desk.account.page = cut  # type: ignore[method-assign]
    with pytest.raises(ProviderUnreachable):
        desk.sync()
    assert asked > 1
    desk.account.page = straight  # type: ignore[method-assign]
    refund = desk.account.refund(charges[0]["id"], 5_000)
    desk.account.end_refund(refund["id"], "succeeded")
    desk.account.change("charges", charges[1]["id"], status="failed", failure_code="account_closed")
    desk.pause(LONG)
    desk.sync()
    assert desk.differences() == []


def test_a_list_of_events_that_was_refused_for_long_is_made_up_for(desk: Desk) -> None:
    """The cursor that is the furthest behind says whether events can still tell."""
    charge = desk.account.debit(5_000)
    payout = desk.account.pay_out([desk.account.settle(charge["id"])["id"]])
    desk.sync()
    state = desk.store.sync_state
    slow = state.cursor("events_slow")
    desk.account.change("payouts", payout, status="failed")
    desk.pause(LONG)
    now = str(int(desk.clock.now().timestamp()))
    state.set_cursor("events", now)
    state.set_cursor("swept", now)
    assert slow == state.cursor("events_slow")
    desk.sync()
    assert desk.differences() == []


def test_a_customer_deleted_between_two_pages_does_not_stop_the_backfill(desk: Desk) -> None:
    """Stripe does not know the id of a deleted object as a cursor (`resource_missing`)."""
    customers = [desk.account.make("customers", name=f"Customer {number}", email=None) for number in range(250)]
    straight = desk.account.page

    def delete_the_cursor(resource: str, params: Any) -> Any:
        after = params.get("starting_after")
        if resource == "customers" and after in desk.account.objects["customers"]:
            desk.account.delete_customer(after)
        return straight(resource, params)

    for number in range(0, 250, 10):
        desk.account.objects["customers"][customers[number]["id"]]["created"] -= 60 * number
    desk.account.page = delete_the_cursor  # type: ignore[method-assign]
    desk.sync()
    kept = {row["id"] for row in desk.store.database.handle.query("SELECT id FROM stripe_customer")}
    assert kept == {one["id"] for one in customers}, "also those that are deleted keep their last known name"
    assert len(desk.account.objects["customers"]) < 250, "some were deleted"
    desk.account.page = straight  # type: ignore[method-assign]
    asked = desk.account.asked["customers"]
    desk.sync()
    assert desk.account.asked["customers"] <= asked + 3, "the backfill has ended"


def test_a_window_whose_cursor_is_gone_goes_back_to_the_last_kept_time(desk: Desk) -> None:
    for number in range(400):
        one = desk.account.make("customers", name=f"Customer {number}", email=None)
        one["created"] -= 60 * number
    straight, pages = desk.account.page, 0

    def cut(resource: str, params: Any) -> Any:
        nonlocal pages
        pages += resource == "customers" and "starting_after" in params  # and not a look at how long the list is
        if pages > 1:
            raise ProviderUnreachable("cut", maybe_done=False, provider="stripe", code="unreachable")
        return straight(resource, params)

    desk.account.page = cut  # type: ignore[method-assign]
    with pytest.raises(ProviderUnreachable):
        desk.sync()
    desk.account.page = straight  # type: ignore[method-assign]
    (after,) = [window.after for window in desk.store.sync_state.open_windows() if window.after]
    made = desk.account.objects["customers"][after]["created"]
    desk.account.delete_customer(after)
    windows: list[Any] = []

    def note(resource: str, params: Any) -> Any:
        windows.append(params.get("created"))
        return straight(resource, params)

    desk.account.page = note  # type: ignore[method-assign]
    desk.sync()
    assert desk.differences() == []
    assert any(window and window.get("lte") == made for window in windows), "what was read is not read again"


def test_an_event_that_expires_between_two_pages_does_not_stop_the_sync(desk: Desk) -> None:
    desk.sync()
    for number in range(130):
        desk.account.debit(100 + number)
        desk.pause(timedelta(seconds=1))
    straight = desk.account.page

    def expire(resource: str, params: Any) -> Any:
        if resource == "events":
            desk.account.objects["events"].pop(params.get("starting_after"), None)
        return straight(resource, params)

    desk.account.page = expire  # type: ignore[method-assign]
    desk.sync()
    assert desk.differences() == []

"""The payments table equals what Stripe lists, whatever happened in between, and is asked for sparingly."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboard.desk import Desk, open_desk
from dashboard.domain.errors import Refused, WrongDatabase
from dashboard.domain.payment_filter import PaymentFilter
from dashboard.jobs.worker import InlineWorker
from dashboard.settings import load_settings
from dashboard.staff.access import demo_actor
from dashboard.sync.run import LEASE
from tests.empty_desks import settings_for
from tests.sandboxes import Sandbox

ACTOR = demo_actor()


def desk_over(sandbox: Sandbox, folder: Path) -> Desk:
    ready = {"url": sandbox.url, "link_script": f"{sandbox.url}/link.js", **sandbox.keys}
    return open_desk(load_settings(settings_for(ready, {}, folder), None), worker=InlineWorker())


@pytest.fixture
def alive(tmp_path: Path) -> Iterator[Sandbox]:
    """A sandbox with its history, of this test's own."""
    running = Sandbox(tmp_path / "sandbox", history=True)
    yield running
    running.stop()


@pytest.fixture
def desk(alive: Sandbox, tmp_path: Path) -> Iterator[Desk]:
    opened = desk_over(alive, tmp_path)
    yield opened
    opened.close()


def listed(sandbox: Sandbox) -> dict[str, tuple[object, ...]]:
    """Every charge as the official client lists it."""
    charges = sandbox.client.v1.charges.list({"limit": 100}).auto_paging_iter()
    return {
        one.id: (one.amount, one.currency, one.status, one.amount_refunded, one.failure_code, one.created, one.customer)
        for one in charges
    }


def kept(desk: Desk) -> dict[str, tuple[object, ...]]:
    """Every charge as the desk keeps it, by way of the payments that stand on it."""
    found = {}
    for row in desk.store.payments.walk(PaymentFilter(), desk.payments.today()):
        charge = desk.store.payments.parts(row["id"])["charge"][0]
        found[charge["id"]] = tuple(
            charge[name]
            for name in ("amount", "currency", "status", "refunded", "failure_code", "created", "customer_id")
        )
    return found


def test_a_backfill_leaves_every_row_equal(desk: Desk, alive: Sandbox) -> None:
    report = desk.sync.run()
    assert report.kind == "backfill"
    assert kept(desk) == listed(alive)


def test_after_any_change_of_status_every_row_is_equal_again(desk: Desk, alive: Sandbox) -> None:
    desk.sync.run()
    outcomes = ["success", "insufficient_funds", "account_closed", "dispute", "debit_not_authorized"]
    for outcome in outcomes:
        customer, account = alive.link()
        alive.choose(outcome, account)
        alive.debit(customer, account, amount=2_000, metadata={"invoice_reference": f"S-{outcome}"})
    paid = next(one for one in alive.client.v1.charges.list({"limit": 100}).data if one.status == "succeeded")
    alive.client.v1.refunds.create({"charge": paid.id})
    for _ in range(7):
        desk.move_sandbox_clock(ACTOR, 1)
        assert kept(desk) == listed(alive)
    found = desk.store.payments.walk(PaymentFilter(text="S"), desk.payments.today())
    shown = {row["reference"]: row["state"] for row in found}
    assert shown["S-insufficient_funds"] == shown["S-account_closed"] == "failed"
    assert shown["S-dispute"] == "returned_late"
    assert shown["S-success"] in {"succeeded", "paid_out"}
    desk.choose_sandbox_outcome(ACTOR, "success")
    actions = [row.action for row in desk.store.trail.read("sandbox")]
    assert actions == ["sandbox.outcome_chosen", *["sandbox.clock_moved"] * 7], "whoever moves the demo is in the trail"


def test_a_sync_without_news_costs_two_reads(desk: Desk) -> None:
    desk.sync.run()
    assert desk.sync.run().reads == 2


def test_reads_are_counted_beside_the_allowance(desk: Desk) -> None:
    report = desk.sync.run()
    status = desk.sync.status()
    assert status.reads_this_month >= report.reads - 1
    assert status.allowance >= 10_000


def test_two_syncs_do_not_run_beside_each_other(desk: Desk) -> None:
    now = int(desk.clock.real().timestamp())
    assert desk.store.sync_state.acquire_lease(LEASE, "another", now, now + 60)
    with pytest.raises(Refused, match="running"):
        desk.sync.run()
    assert desk.store.sync_state.acquire_lease(LEASE, "third", now + 61, now + 120), "a dead holder's lease expires"


def test_a_backfill_that_is_stopped_goes_on_where_it_was(desk: Desk, alive: Sandbox) -> None:
    class Stop(Exception):
        pass

    seen = 0

    def stop_soon(_progress: object) -> None:
        nonlocal seen
        seen += 1
        if seen == 9:
            raise Stop

    with pytest.raises(Stop):
        desk.sync.run(on_progress=stop_soon)
    assert desk.sync.run().kind == "backfill"
    assert kept(desk) == listed(alive)


def test_a_cursor_older_than_the_events_falls_back_to_a_backfill(desk: Desk, alive: Sandbox) -> None:
    desk.sync.run()
    alive.advance(22)
    desk.follow_sandbox()
    assert desk.sync.run().kind == "backfill"
    assert kept(desk) == listed(alive)


@pytest.mark.parametrize("business_days", [2, 22])
def test_a_refund_that_fails_while_nobody_looks_is_given_back(desk: Desk, alive: Sandbox, business_days: int) -> None:
    """Its account was blocked in the meantime; after 22 business days Stripe's events no longer tell of it."""
    customer, account = alive.link()
    paid = alive.debit(customer, account, amount=4_321)
    alive.advance(6)
    alive.choose("account_closed", account)
    alive.debit(customer, account, amount=1_234)
    alive.advance(2)
    refund = alive.client.v1.refunds.create({"payment_intent": paid.id})
    desk.follow_sandbox()
    desk.sync.run()
    assert state_of(desk, paid.id) == "refunded"
    alive.advance(business_days)
    alive.advance(2)
    desk.follow_sandbox()
    desk.sync.run()
    assert alive.client.v1.refunds.retrieve(refund.id).status == "failed"
    assert state_of(desk, paid.id) in {"succeeded", "paid_out"}
    assert kept(desk) == listed(alive)


def state_of(desk: Desk, intent_id: str) -> str:
    found = desk.store.payments.get(intent_id)
    assert found is not None
    return str(found["state"])


def test_a_database_of_another_stripe_account_is_refused(desk: Desk, tmp_path: Path) -> None:
    desk.sync.run()
    other = Sandbox(tmp_path / "other")
    stranger = desk_over(other, tmp_path)
    try:
        with pytest.raises(WrongDatabase, match="stripe_account"):
            stranger.sync.run()
    finally:
        stranger.close()
        other.stop()


def test_payouts_tie_to_the_payments_in_them(desk: Desk) -> None:
    desk.sync.run()
    lines = [desk.payouts.get(ACTOR, row["id"]) for row in desk.store.payouts.recent(500)]
    tied = [line for line in lines if line.ties]
    assert len(tied) >= 20
    for line in tied[:5]:
        parts, _ = desk.payouts.items(ACTOR, line.id, size=1_000)
        assert sum(part.net for part in parts) == line.amount and len(parts) == line.parts
        sums = desk.payouts.sums(ACTOR, line.id)
        assert sum(one.net for one in sums) == line.amount and sum(one.parts for one in sums) == line.parts
        assert all(one.net == one.amount - one.fee for one in sums)
        assert any(part.customer for part in parts)


def unexplained(desk: Desk) -> list[tuple[bool, int, int]]:
    """Where Stripe's own balance is another than what the desk works out: rail, Stripe's and ours in cents."""
    found = desk.month_books.compare(ACTOR)
    assert found is not None and found.parts
    return [(one.old_rail, one.available + one.pending, one.ours) for one in found.parts if one.difference]


def test_what_is_taken_back_is_in_the_balance_before_a_payout_pays_it(desk: Desk, alive: Sandbox) -> None:
    """A refund, a refund that fails, a dispute and a failed payout, each read by its event."""
    customer, account = alive.link()
    paid = alive.debit(customer, account, amount=54_321)
    other, disputed = alive.link()
    alive.choose("dispute", disputed)
    alive.debit(other, disputed, amount=2_300)
    alive.advance(6)
    desk.follow_sandbox()
    desk.sync.run()
    alive.client.v1.refunds.create({"payment_intent": paid.id, "amount": 4_321})
    for day in range(8):
        desk.follow_sandbox()
        desk.sync.run(thorough=True)
        assert unexplained(desk) == [], f"after {day} business days"
        alive.advance(1)


def test_a_refund_that_no_payout_follows_is_in_the_balance_of_a_first_sync(desk: Desk, alive: Sandbox) -> None:
    """The last payment of the old rail was paid out before; its refund stands on that balance for ever."""
    charges = alive.client.v1.charges.list({"limit": 100}).auto_paging_iter()
    old = [one for one in charges if one.payment_method_details and one.payment_method_details.type == "ach_debit"]
    whole = next(one for one in old if one.status == "succeeded" and not one.amount_refunded and not one.disputed)
    alive.advance(12)
    alive.client.v1.refunds.create({"charge": whole.id})
    alive.advance(9)  # every payment of the new rail since then was paid out or is younger than the refund
    desk.follow_sandbox()
    desk.sync.run(thorough=True)
    assert unexplained(desk) == []

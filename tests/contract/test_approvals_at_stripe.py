"""The sandbox holds a refund and a debit as a rule of Stripe's own would; the desk waits, and finds it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboard.approvals.at_stripe import LOOK_EVERY
from dashboard.desk import Desk, open_desk
from dashboard.domain.models import Actor, Balance, DebitOrder, DebitState, HolderType, Purpose
from dashboard.domain.refunds import RefundOrder, RefundReason, RefundState
from dashboard.jobs.worker import InlineWorker
from dashboard.settings import load_settings
from dashboard.staff.access import demo_actor
from tests.empty_desks import settings_for
from tests.pages.test_pages import link
from tests.pages.test_refund_page import collect
from tests.sandboxes import Sandbox


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    running = Sandbox(tmp_path / "sandbox")
    yield running
    running.stop()


@pytest.fixture
def desk(sandbox: Sandbox, tmp_path: Path) -> Iterator[Desk]:
    ready = {"url": sandbox.url, "link_script": f"{sandbox.url}/link.js", **sandbox.keys}
    opened = open_desk(load_settings(settings_for(ready, {}, tmp_path), None), worker=InlineWorker())
    yield opened
    opened.close()


@pytest.fixture
def actor() -> Actor:
    return demo_actor("192.0.2.9")


def look(desk: Desk, sandbox: Sandbox) -> None:
    """Some minutes later."""
    sandbox.control("POST", "/clock/advance", seconds=int(LOOK_EVERY.total_seconds()))
    desk.follow_sandbox()
    for row in desk.store.database.handle.query("SELECT id FROM job WHERE ended_at IS NULL"):
        desk.store.jobs.write(row["id"], {"next_at": desk.clock.real()})
    desk.jobs.run_due()


def waiting(sandbox: Sandbox) -> list[str]:
    there = sandbox.control("GET", "/approvals")["approval_requests"]
    return [one["id"] for one in there if one["status"] == "requires_review"]


@pytest.mark.parametrize(("decision", "ends"), [("approve", RefundState.SUBMITTED), ("reject", RefundState.REFUSED)])
def test_a_refund_is_held_and_then_what_somebody_at_stripe_decides(
    desk: Desk, actor: Actor, sandbox: Sandbox, decision: str, ends: RefundState
) -> None:
    charge = collect(desk, actor, sandbox)
    sandbox.control("POST", "/approval_rule", action="refund.create")
    wanted = RefundOrder(desk.refunds.ticket(), charge, 4_200, 4_200, RefundReason.REQUESTED)
    refund = desk.refunds.order(actor, wanted)
    assert refund.state is RefundState.AT_STRIPE and list(desk.stripe.find_refunds(charge)) == []
    look(desk, sandbox)
    (request,) = waiting(sandbox)
    assert desk.stripe.read_approval_request(request)["action"] == "refund.create"
    assert desk.store.at_stripe.count() == (1, 1)
    sandbox.control("POST", f"/approvals/{request}", decision=decision)
    look(desk, sandbox)
    (done,) = desk.refunds.of_payment(actor, charge)
    assert done.state is ends
    assert len(list(desk.stripe.find_refunds(charge))) == (decision == "approve")


def test_a_debit_is_held_at_its_confirmation_and_moves_once(desk: Desk, actor: Actor, sandbox: Sandbox) -> None:
    sandbox.control("POST", "/approval_rule", action="payment_intent.confirm")
    customer = desk.customers.add(actor, "Rhea Held", "held@example.com", "C-H", HolderType.INDIVIDUAL)
    account = link(desk, actor, sandbox, customer)
    balance = Balance(9_000_000, 9_000_000, "usd", desk.clock.now())
    debit = desk.debits.submit(
        actor, DebitOrder(desk.debits.ticket(), account.id, 4_200, "INV-H", Purpose.GOODS, balance)
    )
    assert debit.state is DebitState.AT_STRIPE
    (request,) = waiting(sandbox)
    sandbox.control("POST", f"/approvals/{request}", decision="approve")
    look(desk, sandbox)
    (debit,) = desk.debits.recent(actor)
    assert debit.state is DebitState.SUBMITTED
    intent = desk.stripe.read_payment_intent(str(debit.payment_intent_id))
    assert intent["status"] == "processing"

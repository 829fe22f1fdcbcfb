"""A bad network between the sync and Stripe: every row is equal in the end, and the cursor never runs ahead."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboard.desk import Desk, open_desk
from dashboard.domain.errors import ProviderError
from dashboard.gateways.stripe import Stripe
from dashboard.jobs.worker import InlineWorker
from dashboard.settings import load_settings
from dashboard.sync import Sync, SyncReport
from dashboard.sync.changes import CURSOR, SLOW_CURSOR
from tests.contract.test_sync import kept, listed
from tests.empty_desks import settings_for
from tests.proxies import Fault, FaultProxy, Plan, proxied
from tests.sandboxes import Sandbox

ALWAYS = 1_000  # times: for as long as it is not taken back
# Each fault once, and those after which a sync gives up also for a while.
CASES = [(fault, 1) for fault in Fault] + [
    (fault, ALWAYS) for fault in (Fault.RESET_AFTER, Fault.LIMITED, Fault.FAILED_AFTER, Fault.GARBAGE)
]
each = pytest.mark.parametrize(
    ("fault", "times"), CASES, ids=[f"{fault.name}-{'once' if times == 1 else 'for a while'}" for fault, times in CASES]
)
OUTCOMES = ("success", "insufficient_funds", "dispute", "account_closed")


class Line:
    """A desk whose sync goes through the proxy, and waits for nothing."""

    def __init__(self, folder: Path, sandbox: Sandbox, proxy: FaultProxy) -> None:
        folder.mkdir()
        self.sandbox, self.proxy = sandbox, proxy
        ready = {"url": sandbox.url, "link_script": f"{sandbox.url}/link.js", **sandbox.keys}
        settings = load_settings(settings_for(ready, {}, folder) | {"STRIPE_API_BASE": proxy.url}, None)
        self.desk: Desk = open_desk(settings, worker=InlineWorker(), stripe=Stripe(settings, retries=0))
        self.sync = Sync(
            *(self.desk.store, self.desk.stripe, self.desk.clock, settings),
            sleep=lambda seconds: None,
            pace=lambda seconds: None,
        )

    def run_until_done(self, plan: Plan) -> tuple[SyncReport, int]:
        """Sync until one comes to its end, the fault taken back after two that did not; and how many did not."""
        for failed in itertools.count():
            before = self.cursors()
            try:
                return self.sync.run(), failed
            except ProviderError:
                assert self.cursors() == before, "what was not read is not passed over"
                if failed == 1:
                    plan.times = 0
        raise AssertionError

    def cursors(self) -> tuple[str | None, str | None]:
        state = self.desk.store.sync_state
        return state.cursor(CURSOR), state.cursor(SLOW_CURSOR)


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """A dozen payments with every kind of end, and their payouts."""
    running = Sandbox(tmp_path_factory.mktemp("sync-faults"))
    for number, outcome in enumerate(OUTCOMES * 3):
        make_payment(running, outcome, 1_000 + number)
    running.advance(6)
    yield running
    running.stop()


def make_payment(sandbox: Sandbox, outcome: str, amount: int) -> None:
    customer, account = sandbox.link()
    sandbox.choose(outcome, account)
    sandbox.debit(customer, account, amount=amount)


@pytest.fixture(scope="module")
def proxy(sandbox: Sandbox) -> Iterator[FaultProxy]:
    with proxied(sandbox.url) as running:
        yield running


@each
@pytest.mark.parametrize("path", ["/v1/payouts", "/v1/balance_transactions", "/v1/charges", "/v1/payment_intents"])
def test_a_backfill_over_a_bad_network_leaves_every_row_equal(
    sandbox: Sandbox, proxy: FaultProxy, tmp_path: Path, path: str, fault: Fault, times: int
) -> None:
    line = Line(tmp_path / "desk", sandbox, proxy)
    plan = proxy.plan(fault, path, times=times, method="GET")
    plan.seconds = 0.05
    try:
        line.run_until_done(plan)
        assert plan.met >= 1, "the fault was met"
        assert kept(line.desk) == listed(sandbox)
        assert line.desk.store.sync_state.open_windows() == []
    finally:
        plan.times = 0
        line.desk.close()


@pytest.fixture(scope="module")
def line(sandbox: Sandbox, proxy: FaultProxy, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    made = Line(tmp_path_factory.mktemp("events") / "desk", sandbox, proxy)
    made.desk.follow_sandbox()
    made.sync.run()
    yield made
    made.desk.close()


@each
@pytest.mark.parametrize("path", ["/v1/events", "/v1/charges"])
def test_events_over_a_bad_network_leave_every_row_equal(
    line: Line, sandbox: Sandbox, path: str, fault: Fault, times: int
) -> None:
    make_payment(sandbox, "success", 2_345)
    sandbox.advance(1)
    line.desk.follow_sandbox()
    plan = line.proxy.plan(fault, path, times=times, method="GET")
    plan.seconds = 0.05
    try:
        report, _ = line.run_until_done(plan)
        assert plan.met >= 1, "the fault was met"
        assert report.kind == "events"
    finally:
        plan.times = 0
    line.sync.run()
    assert kept(line.desk) == listed(sandbox)

"""SIGTERM in the middle of a call: the step ends, or is a row that the next start goes on with, and never half."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

from dashboard.cli.processes import find_port
from dashboard.desk import Desk, open_desk
from dashboard.domain.models import AttemptState, Debit, DebitOrder, DebitState, HolderType, LinkAttempt, Purpose
from dashboard.jobs.worker import InlineWorker
from dashboard.linking.questions import KIND
from dashboard.settings import load_settings
from tests.asgi import run_apart
from tests.browser.desk import ROOT
from tests.contract.test_faults import ACTOR
from tests.empty_desks import settings_for
from tests.fake_browser_tab import Tab
from tests.planted_secrets import tokens_of
from tests.proxies import Fault, FaultProxy, proxied
from tests.sandboxes import Sandbox

SLOW = 2.0  # seconds that a call takes, so that the stop comes in its middle
LONGEST = 20.0  # seconds until the process must have ended


class Idle(InlineWorker):
    """A worker that has died: what is submitted stays undone."""

    def submit(self, fn: Callable[..., object], *args: object) -> None:
        """Nothing."""


class Stage:
    """A desk whose server is stopped in the middle of a call, over one sandbox."""

    def __init__(self, home: Path, sandbox: Sandbox, proxy: FaultProxy) -> None:
        self.home, self.sandbox, self.proxy = home, sandbox, proxy
        home.mkdir()
        ready = {"url": sandbox.url, "link_script": f"{sandbox.url}/link.js", **sandbox.keys}
        self.environ = settings_for(ready, {}, home) | {"PLAID_BASE_URL": proxy.url, "STRIPE_API_BASE": proxy.url}

    def open(self, *, idle: bool = False) -> Desk:
        return open_desk(load_settings(self.environ, None), worker=Idle() if idle else InlineWorker())

    def claim(self) -> str:
        """A link's outcome that is claimed, and whose steps have not begun."""
        desk = self.open(idle=True)
        slug = self.home.name
        customer = desk.customers.add(ACTOR, "Greta Graceful", f"{slug}@example.com", slug, HolderType.INDIVIDUAL)
        opening = desk.linking.open(ACTOR, customer.id)
        plaid = self.sandbox.keys["plaid"]
        made = requests.post(
            f"{self.sandbox.url}/sandbox/public_token/create",
            json={"institution_id": "ins_109508", "initial_products": ["auth"]},
            headers={"PLAID-CLIENT-ID": plaid["client_id"], "PLAID-SECRET": plaid["secret"]},
            timeout=30,
        ).json()
        outcome = {
            "id": f"outcome-{slug}",
            "kind": "success",
            "public_token": made["public_token"],
            "metadata": {"institution": {"name": "Bank", "institution_id": "ins_109508"}},
        }
        attempt = desk.linking.report(ACTOR, opening.attempt_id, outcome, {})
        assert attempt.state is AttemptState.RECEIVED
        desk.close()
        return attempt.id

    def finish(self, attempt_id: str) -> LinkAttempt:
        """What a person does after the start: go on, and choose the account."""
        desk = self.open()
        desk.jobs.run_due()
        attempt = desk.linking.get(ACTOR, attempt_id)
        for _ in range(4):
            if attempt.state is AttemptState.CHOOSING:
                chosen = next(one for one in attempt.accounts if one.subtype == "checking")
                attempt = desk.linking.choose(ACTOR, attempt_id, chosen.id)
            elif desk.linking.can_resume(attempt):
                attempt = desk.linking.resume(ACTOR, attempt_id)
        desk.close()
        return attempt

    def stop_during(self, method: str, path: str, *, with_tab: bool) -> None:
        """Start the server, wait until it makes this call, and end it there."""
        plan = self.proxy.plan(Fault.LATENCY, path, method=method)
        plan.seconds = SLOW
        port = find_port(0)
        serve = [sys.executable, "-m", "dashboard", "serve", "--port", str(port), "--no-sync", "--processes", "1"]
        with (self.home / "serve.log").open("wb") as log:
            process = subprocess.Popen(serve, cwd=ROOT, env={**os.environ, **self.environ}, stdout=log, stderr=log)
        try:
            deadline = time.monotonic() + 60
            while not plan.met:
                assert time.monotonic() < deadline and process.poll() is None, (self.home / "serve.log").read_text()
                time.sleep(0.02)
            if with_tab:
                run_apart(self._stop_beside_a_tab(process, f"http://127.0.0.1:{port}"))
            else:
                self._stop(process)
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
        assert "Traceback" not in (self.home / "serve.log").read_text()

    def _stop(self, process: subprocess.Popen[bytes]) -> None:
        process.send_signal(signal.SIGTERM)
        assert process.wait(LONGEST) in {0, 130}

    async def _stop_beside_a_tab(self, process: subprocess.Popen[bytes], url: str) -> None:
        async with Tab(url) as tab:
            await tab.visit("")
            await asyncio.to_thread(self._stop, process)

    def access_tokens(self) -> set[str]:
        return {token for token, what in tokens_of(self.sandbox.state.path).items() if what == "access token"}

    def sent(self, call: str) -> int:
        return sum(one.startswith(call) for one in self.proxy.seen)


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    running = Sandbox(tmp_path_factory.mktemp("stops"))
    yield running
    running.stop()


@pytest.fixture
def stage(sandbox: Sandbox, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Stage]:
    with proxied(sandbox.url) as proxy:
        yield Stage(tmp_path / f"stop-{abs(hash(request.node.name)) % 10_000}", sandbox, proxy)


@pytest.mark.parametrize("with_tab", [False, True], ids=["alone", "beside an open tab"])
def test_an_exchange_that_is_under_way_comes_to_its_end(stage: Stage, with_tab: bool) -> None:
    attempt_id = stage.claim()
    before = stage.access_tokens()
    stage.stop_during("POST", "/item/public_token/exchange", with_tab=with_tab)
    desk = stage.open(idle=True)
    attempt = desk.linking.get(ACTOR, attempt_id)
    (made,) = stage.access_tokens() - before
    assert attempt.item_id and desk.store.items.access_token(attempt.item_id).reveal() == made, "its token is kept"
    assert attempt.problem is None and not attempt.working, "no lease is left to run out"
    desk.close()
    assert stage.finish(attempt_id).state is AttemptState.AUTHORIZED
    assert stage.sent("POST /item/public_token/exchange") == 1


@pytest.mark.parametrize("path", ["/v1/setup_intents", "/sources"])
def test_a_step_at_stripe_is_gone_on_with_and_not_repeated(stage: Stage, path: str) -> None:
    attempt_id = stage.claim()
    desk = stage.open(idle=True)
    for job in desk.store.jobs.open(KIND):
        desk.jobs.run(job.id)  # up to the question which account
    attempt = desk.linking.get(ACTOR, attempt_id)
    chosen = next(one for one in attempt.accounts if one.subtype == "checking")
    desk.linking.choose(ACTOR, attempt_id, chosen.id)
    desk.close()
    stage.stop_during("POST", path, with_tab=False)
    finished = stage.finish(attempt_id)
    assert (finished.problem, finished.state) == (None, AttemptState.AUTHORIZED)
    assert stage.sent("POST /item/public_token/exchange") == 1
    intents = [one for one in stage.proxy.seen if one == "POST /v1/setup_intents"]
    assert len(intents) == 1


@pytest.mark.parametrize("path", ["/v1/payment_intents", "/confirm"])
def test_a_debit_that_is_under_way_is_one_payment(stage: Stage, sandbox: Sandbox, path: str) -> None:
    account = stage.finish(stage.claim()).bank_account_id
    assert account
    desk = stage.open(idle=True)
    balance = desk.debits.balance(ACTOR, account)
    order = DebitOrder(desk.debits.ticket(), account, 1_500, "INV-STOP", Purpose.GOODS, balance)
    debit = desk.debits.submit(ACTOR, order)
    assert debit.state is DebitState.CREATED
    desk.close()
    stage.stop_during("POST", path, with_tab=False)
    desk = stage.open()
    kept: Debit = desk.debits.resume(ACTOR, debit.id) if _is_open(desk, debit.id) else _find(desk, debit.id)
    desk.close()
    assert (kept.state, kept.problem) == (DebitState.SUBMITTED, None)
    made = [one.to_dict() for one in sandbox.client.v1.payment_intents.list({"limit": 100}).data]
    ours = [one["id"] for one in made if one["metadata"].get("ach_desk_debit") == debit.id]
    assert ours == [kept.payment_intent_id]


def _find(desk: Desk, id: str) -> Debit:
    return next(one for one in desk.store.debits.recent(None, 50) if one.id == id)


def _is_open(desk: Desk, id: str) -> bool:
    return _find(desk, id).state is not DebitState.SUBMITTED

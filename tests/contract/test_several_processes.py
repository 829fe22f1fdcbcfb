"""`serve --processes 2` as people meet it: one dies, all are replaced, all are stopped, and nobody's work is lost."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests
import websockets

from dashboard.desk import Desk, open_desk
from dashboard.domain.models import DebitOrder, DebitState, Purpose
from dashboard.settings import load_settings
from tests.asgi import run_apart
from tests.browser.desk import ROOT, RunningDesk
from tests.contract.test_faults import ACTOR
from tests.contract.test_graceful_stop import Idle
from tests.fake_browser_tab import Tab
from tests.proxies import Fault, FaultProxy, proxied

PATIENCE = 90.0  # seconds; a start takes ten on two busy cores, and a lead is another's after at most half a minute


class SeveralDesk(RunningDesk):
    """The app as two web processes behind their front."""

    arguments = ("--no-sync", "--processes", "2")

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.environ["ACH_DESK_DB"], timeout=30)) as db:
            return db.execute(query, values).fetchall()

    def pids(self) -> set[int]:
        """The web processes that say that they run."""
        return {pid for (pid,) in self.rows("SELECT pid FROM process WHERE kind = 'web'") if is_alive(pid)}

    def leader(self) -> int:
        found = self.rows("SELECT pid FROM process p JOIN lease l ON l.owner = p.id WHERE l.name = 'lead web'")
        return int(found[0][0]) if found else 0

    def open(self) -> Desk:
        """The same database, beside the processes, as somebody who orders and does nothing else."""
        return open_desk(load_settings(self.environ, None), worker=Idle())


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def until(happened: Callable[[], object], seconds: float = PATIENCE) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if happened():
            return True
        time.sleep(0.1)
    return False


@pytest.fixture(scope="module")
def proxy_and_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[FaultProxy, SeveralDesk]]:
    home, proxies = tmp_path_factory.mktemp("several"), list[FaultProxy]()
    with ExitStack() as stack:

        def through(url: str) -> str:
            proxies.append(stack.enter_context(proxied(url)))
            return proxies[0].url

        desk = SeveralDesk(home, through=through)
        stack.callback(desk.stop)
        assert until(lambda: len(desk.pids()) == 2), (home / "dashboard.log").read_text()
        desk.link("Dora Double")
        yield proxies[0], desk


@pytest.fixture
def desk(proxy_and_desk: tuple[FaultProxy, SeveralDesk]) -> SeveralDesk:
    """Started anew where the test before, whichever it was, has stopped it."""
    desk = proxy_and_desk[1]
    if desk.app is None:
        desk.start()
    return desk


@contextmanager
def asking(desk: SeveralDesk) -> Iterator[list[str]]:
    """What somebody who asks for a page again and again is told that is not a page."""
    told, stopped = list[str](), threading.Event()

    def ask() -> None:
        while not stopped.wait(0.05):
            try:
                answer = requests.get(f"{desk.url}/", timeout=60)
                told.extend([f"{answer.status_code} {answer.text[:80]}"] if not answer.ok else [])
            except requests.RequestException as error:
                told.append(type(error).__name__)

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        yield told
    finally:
        stopped.set()
        thread.join()


def test_one_of_the_two_leads(desk: SeveralDesk) -> None:
    assert until(lambda: desk.leader() in desk.pids())
    assert len(desk.rows("SELECT 1 FROM lease WHERE name = 'lead web'")) == 1


def test_a_killed_process_is_replaced_and_its_tab_goes_on_elsewhere(desk: SeveralDesk) -> None:
    before = desk.pids()

    async def go() -> None:
        tabs = [Tab(desk.url), Tab(desk.url)]  # two browsers, so one at each process
        for tab in tabs:
            await tab.__aenter__()
            await tab.visit("payments")
        os.kill(desk.leader(), signal.SIGKILL)
        began = time.monotonic()
        for tab in tabs:
            try:
                await tab.visit("customers")
            except websockets.ConnectionClosed:
                async with Tab(desk.url, cookies=dict(tab.cookies)) as again:
                    await again.visit("customers")
                    assert not again.troubles() and time.monotonic() - began < PATIENCE
            await tab.__aexit__(None, None, None)

    with asking(desk) as told:
        run_apart(go())
        assert until(lambda: len(desk.pids()) == 2 and desk.pids() != before)
    assert not told, "a page comes from the one that lives"
    assert until(lambda: desk.leader() in desk.pids()), "and it leads"


def test_a_debit_whose_process_dies_in_the_call_is_finished_by_the_other_one_once(
    proxy_and_desk: tuple[FaultProxy, SeveralDesk], desk: SeveralDesk
) -> None:
    proxy, _ = proxy_and_desk
    assert until(lambda: len(desk.pids()) == 2)
    plan = proxy.plan(Fault.LATENCY, "/confirm", method="POST")
    plan.seconds = 3.0
    opened = desk.open()
    try:
        (account,) = opened.store.accounts.list()
        balance = opened.debits.balance(ACTOR, account.id)
        order = DebitOrder(opened.debits.ticket(), account.id, 1_700, "INV-TWO", Purpose.GOODS, balance)
        debit = opened.debits.submit(ACTOR, order)
        assert until(lambda: plan.met), "the leader's completer has taken it"
        ((owner,),) = desk.rows("SELECT lease_owner FROM job WHERE lease_owner IS NOT NULL AND subject = ?", debit.id)
        os.kill(int(owner.split("/")[1]), signal.SIGKILL)
        began = time.monotonic()
        sent = (DebitState.SUBMITTED.value,)
        assert until(lambda: sent in desk.rows("SELECT state FROM debit WHERE id = ?", debit.id)), desk.rows(
            "SELECT state, step, lease_owner FROM job WHERE subject = ?", debit.id
        )
        assert time.monotonic() - began < PATIENCE
    finally:
        opened.close()
    made = desk.stripe("payment_intents", limit=100)["data"]
    assert sum(one["metadata"].get("ach_desk_debit") == debit.id for one in made) == 1


def test_of_two_syncs_one_reads_and_the_other_takes_over_when_it_dies(desk: SeveralDesk, tmp_path: Path) -> None:
    """Each `serve` has a sync beside it: Stripe's allowance is spent once."""
    logs = [tmp_path / "first", tmp_path / "second"]
    started = list[subprocess.Popen[bytes]]()

    def runs(log: Path) -> int:
        return log.read_text().count('"kind"') if log.exists() else 0

    def start(log: Path) -> None:
        with log.open("wb") as out:
            command = [sys.executable, "-m", "dashboard", "sync", "--watch", "--json"]
            environ = {**os.environ, **desk.environ}
            started.append(subprocess.Popen(command, cwd=ROOT, env=environ, stdout=out, stderr=subprocess.STDOUT))

    try:
        start(logs[0])
        assert until(lambda: runs(logs[0]) >= 1)
        start(logs[1])
        query = "SELECT count(*) FROM process WHERE kind = 'sync'"
        assert until(lambda: desk.rows(query) == [(2,)]), "both run"
        before = runs(logs[0])
        assert until(lambda: runs(logs[0]) >= before + 2), "the first one reads again, through its pauses"
        assert runs(logs[1]) == 0, "and the second one waits"
        started[0].kill()
        started[0].wait()
        assert until(lambda: runs(logs[1]) >= 1), "and then reads itself"
    finally:
        for process in started:
            process.kill()
            process.wait()


def test_each_is_replaced_in_its_turn_and_somebody_always_answers(desk: SeveralDesk) -> None:
    assert until(lambda: len(desk.pids()) == 2)
    before = desk.pids()

    async def go() -> None:
        async with Tab(desk.url) as tab:
            await tab.visit("payments")
            assert desk.app is not None
            desk.app.send_signal(signal.SIGHUP)
            with pytest.raises(websockets.ConnectionClosed) as closed:
                async with asyncio.timeout(3 * PATIENCE):
                    while True:
                        await tab.rest(1)
            assert closed.value.rcvd is not None and closed.value.rcvd.code == 1012, "which has a browser connect again"
            async with Tab(desk.url, cookies=dict(tab.cookies)) as again:
                await again.visit("payments")
                assert not again.troubles()

    with asking(desk) as told:
        run_apart(go())
        assert until(lambda: len(desk.pids()) == 2 and not desk.pids() & before, 3 * PATIENCE)
    assert not told
    assert until(lambda: desk.leader() in desk.pids())


def test_a_stop_ends_all_of_them(desk: SeveralDesk) -> None:
    assert until(lambda: len(desk.pids()) == 2)
    before = desk.pids()
    assert desk.app is not None
    desk.app.send_signal(signal.SIGTERM)
    assert desk.app.wait(60) in {0, 130}
    desk.app = None
    assert until(lambda: not any(is_alive(pid) for pid in before), 5)
    assert not desk.rows("SELECT 1 FROM process WHERE kind = 'web'"), "and each has said that it goes"
    assert "Traceback" not in (desk.home / "dashboard.log").read_text()

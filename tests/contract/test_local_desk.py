"""Test keys without sign-in, at the real server behind a default reverse proxy: only who saw the terminal gets in."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
import websockets

from dashboard.store.encryption.vault import make_key
from dashboard.web.local_key import COOKIE
from tests.asgi import run_apart
from tests.fake_browser_tab import Tab
from tests.unit.sources import ROOT
from tests.unit.test_processes import is_gone, until


class LocalDesk:
    """`ach-desk serve` on test keys; nobody is asked for anything before somebody links a bank."""

    def __init__(self, home: Path, *arguments: str) -> None:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PLAID", "STRIPE", "ACH_"))}
        self.environ = {
            **kept,
            "PLAID_CLIENT_ID": "x",
            "PLAID_SECRET": "y",
            "STRIPE_SECRET_KEY": "sk_test_x",
            "ACH_DESK_DB": str(home / "desk.db"),
            "ACH_DESK_KEY": make_key().reveal(),
        }
        self.app = subprocess.Popen(
            [sys.executable, "-m", "dashboard", "serve", "--port", "0", *arguments],
            cwd=ROOT,
            env=self.environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self.app.stdout
        self.said = self.app.stdout.readline()
        found = re.fullmatch(r"ACH Desk \(TEST\): (http://127\.0\.0\.1:(\d+))/\?key=(\S+)\n", self.said)
        assert found, self.said
        self.url, self.port, self.key = found[1], int(found[2]), found[3]
        threading.Thread(target=self.app.stdout.read, daemon=True).start()
        deadline = time.monotonic() + 120
        while not self.is_ready():
            assert time.monotonic() < deadline

    def is_ready(self) -> bool:
        try:
            return requests.get(f"{self.url}/readyz", timeout=5).ok
        except requests.RequestException:
            time.sleep(0.1)
            return False

    def stop(self) -> None:
        self.app.terminate()
        self.app.wait(30)
        if self.app.stdout:
            self.app.stdout.close()


@pytest.fixture(scope="module", params=["1", "2"], ids=["one process", "two behind a front"])
def desk(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[LocalDesk]:
    started = LocalDesk(tmp_path_factory.mktemp("local"), "--no-sync", "--processes", request.param)
    yield started
    started.stop()


def test_a_browser_that_opened_the_printed_address_gets_the_pages(desk: LocalDesk) -> None:
    with requests.Session() as browser:
        page = browser.get(f"{desk.url}/?key={desk.key}", timeout=30)
        assert page.ok and page.url == f"{desk.url}/" and "<title>" in page.text

    async def go() -> str:
        async with Tab(desk.url, {"Cookie": f"{COOKIE}={desk.key}"}, cookies={COOKIE: desk.key}) as tab:
            await tab.visit("payments")
            assert tab.troubles() == []
            return tab.texts()

    assert run_apart(go())


def test_a_stranger_behind_a_default_nginx_gets_nothing(desk: LocalDesk) -> None:
    """Its `proxy_pass` sends the upstream's Host from loopback and says nothing of whom it forwards."""
    for path in ("/", "/payments", "/_stcore/health", "/_stcore/metrics", "/media/x", "/exports/x", "/setup"):
        answer = requests.get(f"{desk.url}{path}", timeout=30)
        assert answer.status_code == 403, path
        assert "printed" in answer.text

    async def knock(**headers: str) -> int:
        try:
            await websockets.connect(
                f"ws://127.0.0.1:{desk.port}/_stcore/stream",
                additional_headers={"Origin": desk.url, **headers},
                proxy=None,
            )
        except websockets.exceptions.InvalidStatus as refused:
            return refused.response.status_code
        return 101

    async def go() -> list[int]:
        return [await knock(), await knock(Cookie=f"{COOKIE}=guessed")]

    assert run_apart(go()) == [403, 403]


def test_the_key_is_not_in_the_database_or_a_reply(desk: LocalDesk) -> None:
    for path in ("/", "/healthz", "/readyz", "/?key=wrong"):
        answer = requests.get(f"{desk.url}{path}", timeout=30)
        assert desk.key not in answer.text + str(answer.headers)
    folder = Path(desk.environ["ACH_DESK_DB"]).parent
    assert all(desk.key.encode() not in path.read_bytes() for path in folder.iterdir())


def test_keys_are_not_rotated_beside_a_desk_that_seals_under_the_old_one(desk: LocalDesk) -> None:
    new = make_key().reveal()
    done = subprocess.run(
        [sys.executable, "-m", "dashboard", "keys", "rotate"],
        cwd=ROOT,
        env={**desk.environ, "ACH_DESK_KEY": f"{new},{desk.environ['ACH_DESK_KEY']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1 and "still seals under an older key" in done.stderr
    assert "restart" in done.stderr


def test_a_sync_ends_with_its_desk_even_where_that_is_killed(tmp_path: Path) -> None:
    desk = LocalDesk(tmp_path)
    children = Path(f"/proc/{desk.app.pid}/task/{desk.app.pid}/children")
    assert until(lambda: bool(children.read_text().split()))
    pids = [int(pid) for pid in children.read_text().split()]
    os.kill(desk.app.pid, signal.SIGKILL)
    desk.app.wait(10)
    if desk.app.stdout:
        desk.app.stdout.close()
    started = time.monotonic()
    assert until(lambda: all(is_gone(pid) for pid in pids))
    assert time.monotonic() - started < 15, "in a moment; a second on a machine that does nothing else"

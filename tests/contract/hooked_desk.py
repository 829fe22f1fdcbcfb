"""The real server with the addresses of webhooks, beside a sandbox that sends them."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from dashboard.cli.processes import find_port
from dashboard.desk import Desk, open_desk
from dashboard.jobs.worker import InlineWorker
from dashboard.settings import load_settings
from tests.browser.desk import RunningDesk
from tests.empty_desks import settings_for
from tests.sandboxes import Sandbox


class HookedDesk(RunningDesk):
    """The real server with both webhooks on; the sandbox is in this process, so that its secrets are at hand."""

    def __init__(self, home: Path, sandbox: Sandbox) -> None:
        self.home, self.own, self.app = home, sandbox, None
        home.mkdir(parents=True, exist_ok=True)
        self.port = find_port(0)
        ready = {"url": sandbox.url, "link_script": f"{sandbox.url}/link.js", **sandbox.keys}
        endpoint = sandbox.client.v1.webhook_endpoints.create(
            {"url": f"{self.url}/webhooks/stripe", "enabled_events": ["*"]}
        )
        self.secret = str(endpoint.secret)
        self.environ = settings_for(ready, {}, home) | {
            "STRIPE_WEBHOOK_SECRET": self.secret,
            "ACH_DESK_PLAID_WEBHOOK_URL": f"{self.url}/webhooks/plaid",
        }
        try:
            self.start()
        except BaseException:
            self.stop_app()
            raise

    def open(self) -> Desk:
        """The same desk in this process, as the sync beside the server is one."""
        return open_desk(load_settings(self.environ, None), worker=InlineWorker())

    def stop(self) -> None:
        self.stop_app()

    def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        with sqlite3.connect(self.environ["ACH_DESK_DB"], timeout=30) as db:
            found = db.execute(sql, values).fetchall()
        db.close()
        return found

    def post(self, provider: str, body: bytes, proof: str) -> int:
        header = {"stripe": "Stripe-Signature", "plaid": "Plaid-Verification"}[provider]
        return requests.post(f"{self.url}/webhooks/{provider}", body, headers={header: proof}, timeout=30).status_code


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    running = Sandbox(tmp_path_factory.mktemp("hooks"))
    yield running
    running.stop()


@pytest.fixture(scope="module")
def desk(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[HookedDesk]:
    started = HookedDesk(tmp_path_factory.mktemp("hooked"), sandbox)
    yield started
    started.stop()


@pytest.fixture(scope="module")
def beside(desk: HookedDesk) -> Iterator[Desk]:
    opened = desk.open()
    opened.sync.run()
    yield opened
    opened.close()


def until(true: Callable[[], object], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)

"""A sync over a provider of two thousand payments, which counts what it is asked."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import pytest

from benchmarks.history import History
from benchmarks.loading import read_ours, share_equal
from benchmarks.server import Server
from dashboard.domain.clock import FixedClock
from dashboard.domain.errors import ProviderRejected
from dashboard.domain.stripe_balance import Held, read_balance
from dashboard.gateways.plaid_replies import Page
from dashboard.gateways.stripe import Stripe
from dashboard.settings import Settings
from dashboard.store.encryption.vault import Vault, make_key
from dashboard.sync import Sync
from tests.empty_desks import open_store

COUNT, END = 2_000, 1_795_478_400  # 2026-11-24 00:00 UTC
PAGES = COUNT // 100
TODAY = datetime.fromtimestamp(END, UTC) + timedelta(hours=15)


class Provider:
    """Stripe's lists, answered in this process; `before` may raise or wait, as a network and a limiter do."""

    def __init__(self) -> None:
        self.server = Server(History(COUNT, days=150, end=END))
        self.before: Callable[[str], None] = lambda _resource: None
        self.asked: Counter[str] = Counter()
        self._guard = threading.Lock()

    def page(self, resource: str, params: Mapping[str, Any]) -> Page:
        answer = self._ask(resource, f"/v1/{resource}", params)
        return Page(answer["data"], answer["has_more"])

    def read(self, resource: str, id: str, expand: Sequence[str] = ()) -> dict[str, Any]:
        return self._ask(resource, f"/v1/{resource}/{id}", {"expand": list(expand)})

    def account(self) -> dict[str, Any]:
        return self._ask("account", "/v1/account", {})

    def balance(self) -> list[Held]:
        return read_balance(self._ask("balance", "/v1/balance", {}))

    def _ask(self, resource: str, path: str, params: Mapping[str, Any]) -> dict[str, Any]:
        self.before(resource)
        with self._guard:
            self.asked[resource] += 1
            status, body = self.server.route(f"{path}?{urlencode(list(flatten(params)))}")
        if status != 200:
            raise ProviderRejected("no", provider="stripe", code="no", http_status=status)
        return cast(dict[str, Any], json.loads(body))

    def change(self, at: datetime) -> list[str]:
        return self.server.history.change(0.07, at=int(at.timestamp()))

    def truth(self) -> dict[str, tuple[Any, ...]]:
        return {row[0]: tuple(row[1:]) for row in self.server.history.truth()}


def flatten(params: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in params.items():
        if isinstance(value, Mapping):
            yield from ((f"{name}[{key}]", str(one)) for key, one in value.items())
        elif isinstance(value, list):
            yield from ((f"{name}[{place}]", str(one)) for place, one in enumerate(value))
        else:
            yield name, str(value)


class Scene:
    """A provider, a store and a sync between them."""

    def __init__(self, folder: Path, settings: Settings) -> None:
        self.db = folder / "sync.db"
        self.clock = FixedClock(TODAY)
        self.provider = Provider()
        self.store = open_store(self.db, Vault([make_key()]), self.clock, ZoneInfo("UTC"))
        self.settings = settings
        self.pauses: list[float] = []
        self.sync = self.fresh_sync()

    def fresh_sync(self) -> Sync:
        provider = cast(Stripe, self.provider)
        return Sync(
            self.store, provider, self.clock, self.settings, sleep=self.pauses.append, pace=lambda _seconds: None
        )

    def share_equal(self) -> float:
        return share_equal(self.provider.truth(), read_ours(self.db))


@pytest.fixture
def scene(tmp_path: Path, make_settings: Callable[..., Settings]) -> Iterator[Scene]:
    made = Scene(tmp_path, make_settings(STRIPE_READS_PER_SECOND="5000", STRIPE_READS_PER_SECOND_TOTAL="5000"))
    yield made
    made.store.close()


def until(look: Callable[[], Any]) -> Any:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if found := look():
            return found
        time.sleep(0.02)
    return None


def far_away(_resource: str) -> None:
    threading.Event().wait(0.035)

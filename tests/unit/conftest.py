"""What the unit tests share: a clock that stands, an empty store, settings of a test set-up, and people."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dashboard.access import demo_actor
from dashboard.clock import FixedClock
from dashboard.models import Actor, Secret
from dashboard.settings import Settings, load_settings
from dashboard.store.core import CoreStore
from dashboard.store.database import Database
from dashboard.store.migrations import migrate
from dashboard.store.vault import Vault, make_key
from tests.unit.worlds import World

TUESDAY = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)  # 10:00 in New York, two days before Thanksgiving


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(TUESDAY)


@pytest.fixture(scope="session")
def cipher_key() -> Secret:
    return make_key()


@pytest.fixture
def vault(cipher_key: Secret) -> Vault:
    return Vault([cipher_key])


@pytest.fixture
def actor() -> Actor:
    return demo_actor("192.0.2.1")


@pytest.fixture
def environ(cipher_key: Secret, tmp_path: Path) -> dict[str, str]:
    return {
        "PLAID_CLIENT_ID": "client-id",
        "PLAID_SECRET": "plaid-secret-canary",
        "PLAID_ENV": "sandbox",
        "PLAID_CLIENT_NAME": "Acme Payments",
        "STRIPE_SECRET_KEY": "sk_test_canary",
        "STRIPE_STATEMENT_DESCRIPTOR": "ACME",
        "ACH_DESK_KEY": cipher_key.reveal(),
        "ACH_DESK_DB": str(tmp_path / "desk.db"),
    }


@pytest.fixture
def make_settings(environ: dict[str, str]) -> Callable[..., Settings]:
    def make(**changes: str) -> Settings:
        return load_settings({**environ, **changes}, None)

    return make


@pytest.fixture
def settings(make_settings: Callable[..., Settings]) -> Settings:
    return make_settings()


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path / "desk.db")
    migrate(database)
    yield database
    database.close()


@pytest.fixture
def store(database: Database, vault: Vault, clock: FixedClock) -> CoreStore:
    return CoreStore(database, vault, clock)


@pytest.fixture
def world(store: CoreStore, clock: FixedClock, vault: Vault, settings: Settings) -> World:
    return World(store, clock, vault, settings)


@pytest.fixture
def classic(store: CoreStore, clock: FixedClock, vault: Vault, make_settings: Callable[..., Settings]) -> World:
    settings = make_settings(
        PLAID_LINK_GENERATION="classic",
        PLAID_ENV="tartan",
        PLAID_PUBLIC_KEY="test_key",
        PLAID_BASE_URL="http://127.0.0.1:9",
    )
    return World(store, clock, vault, settings)

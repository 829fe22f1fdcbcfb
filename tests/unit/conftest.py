"""What the unit tests share: a clock that stands, an empty store, settings of a test set-up, and people."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from dashboard.domain.clock import FixedClock
from dashboard.domain.models import Actor, Secret
from dashboard.settings import Settings, load_settings
from dashboard.staff.access import demo_actor
from dashboard.store import Store, prepare
from dashboard.store.encryption.vault import Vault, make_key
from dashboard.store.engine.database import Database
from tests.unit.desk_fixture import DeskFixture

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


@pytest.fixture(scope="session")
def empty_file(tmp_path_factory: pytest.TempPathFactory, cipher_key: Secret) -> Path:
    """A new file with every table: made once, since making it takes thirty times as long as copying it."""
    path = tmp_path_factory.mktemp("empty") / "desk.db"
    database = Database(path)
    prepare(database, Vault([cipher_key]))
    database.close()
    return path


@pytest.fixture
def database(tmp_path: Path, empty_file: Path) -> Iterator[Database]:
    shutil.copy(empty_file, tmp_path / "desk.db")
    database = Database(tmp_path / "desk.db")
    database.handle.execute("SELECT 1")  # this thread's connection is open, as after a migration
    yield database
    database.close()


@pytest.fixture
def store(database: Database, vault: Vault, clock: FixedClock) -> Store:
    return Store(database, vault, clock, ZoneInfo("America/New_York"))


@pytest.fixture
def trail(store: Store, clock: FixedClock, actor: Actor) -> Store:
    """A store with five rows in its audit trail."""
    for number in range(5):
        store.trail.append(actor, "customer.edited", f"cust_{number % 2}", clock.now(), number=number)
    return store


@pytest.fixture
def given(store: Store, clock: FixedClock, vault: Vault, settings: Settings) -> DeskFixture:
    return DeskFixture(store, clock, vault, settings)


@pytest.fixture
def classic(store: Store, clock: FixedClock, vault: Vault, make_settings: Callable[..., Settings]) -> DeskFixture:
    settings = make_settings(
        PLAID_LINK_GENERATION="classic",
        PLAID_ENV="tartan",
        PLAID_PUBLIC_KEY="test_key",
        PLAID_BASE_URL="http://127.0.0.1:9",
    )
    return DeskFixture(store, clock, vault, settings)

"""The sandbox that the contract tests drive."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest

from tests.official.plaid_types import PlaidTypes
from tests.official.spec import is_wanted, need_spec
from tests.official.stripe_types import StripeTypes
from tests.sandboxes import Sandbox

# Without the types nothing can be held against them. tests/unit/test_official_spec.py says so, and fails where CI runs.
collect_ignore_glob = [] if is_wanted() else ["test_official_*.py"]
# Without Node its clients cannot run; `make test` says so (scripts/foreign), and fails where CI runs.
if shutil.which("node") is None and os.environ.get("CI") != "true":
    collect_ignore_glob.append("test_foreign_*.py")


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """One sandbox for a file of tests, empty at first; its clock only goes forward."""
    running = Sandbox(tmp_path_factory.mktemp("sandbox"))
    yield running
    running.stop()


@pytest.fixture
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """A sandbox of one's own, empty and at real time."""
    running = Sandbox(tmp_path_factory.mktemp("sandbox"))
    yield running
    running.stop()


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """One sandbox for a file of tests, with its default six weeks of history."""
    running = Sandbox(tmp_path_factory.mktemp("lived"), history=True)
    yield running
    running.stop()


@pytest.fixture(scope="session")
def stripe_types() -> StripeTypes:
    """Stripe's published types."""
    return StripeTypes(need_spec())


@pytest.fixture(scope="session")
def plaid_types() -> PlaidTypes:
    """Plaid's published schemas."""
    return PlaidTypes(need_spec())

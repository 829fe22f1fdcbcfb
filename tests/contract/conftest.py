"""The sandbox that the contract tests drive."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.sandboxes import Sandbox


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """One sandbox for the whole session, empty at first; its clock only goes forward."""
    running = Sandbox(tmp_path_factory.mktemp("sandbox"))
    yield running
    running.stop()


@pytest.fixture
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """A sandbox of one's own, empty and at real time."""
    running = Sandbox(tmp_path_factory.mktemp("sandbox"))
    yield running
    running.stop()


@pytest.fixture(scope="session")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """A sandbox with its default six weeks of history."""
    running = Sandbox(tmp_path_factory.mktemp("lived"), history=True)
    yield running
    running.stop()

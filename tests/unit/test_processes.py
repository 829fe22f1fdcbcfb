"""The children of a command: one that is kept going comes back when it dies, and goes when it is told to."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dashboard.processes import Child, Keeper

SLEEPS = "import time; print('here', flush=True); time.sleep(60)"


@pytest.fixture
def keep(tmp_path: Path) -> Iterator[Callable[[str], Keeper]]:
    kept: list[Keeper] = []

    def start(code: str) -> Keeper:
        kept.append(
            Keeper(lambda: Child("sleeper", ["-S", "-c", code], os.environ, tmp_path / "log"), first_pause=0.01)
        )
        return kept[-1]

    yield start
    for keeper in kept:
        keeper.stop()


def until(happened: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if happened():
            return True
        time.sleep(0.01)
    return False


def test_a_kept_child_that_is_killed_comes_back(keep: Callable[[str], Keeper]) -> None:
    keeper = keep(SLEEPS)
    assert keeper.read_line() == "here\n"
    keeper.drain()
    first = keeper.child
    first.process.kill()
    assert until(lambda: keeper.child is not first and keeper.child.is_running)


def test_it_is_gone_for_good_when_it_is_stopped(keep: Callable[[str], Keeper]) -> None:
    keeper = keep(SLEEPS)
    keeper.drain()
    keeper.stop()
    last = keeper.child
    time.sleep(0.1)
    assert not last.is_running and keeper.child is last


def test_one_that_cannot_run_is_tried_again_later_each_time(keep: Callable[[str], Keeper], tmp_path: Path) -> None:
    starts = tmp_path / "starts"
    keeper = keep(f"open({str(starts)!r}, 'a').write('x')")
    keeper.drain()
    assert until(lambda: starts.exists() and len(starts.read_text()) >= 3)
    keeper.stop()
    assert not keeper.child.is_running

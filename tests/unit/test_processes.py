"""The children of a command: one that is kept going comes back when it dies, and goes when it is told to."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dashboard.cli.processes import Child, Keeper
from tests.unit.sources import ROOT

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


def test_a_child_runs_where_its_parent_does_and_by_the_same_code() -> None:
    """A relative ACH_DESK_DB or `.streamlit/secrets.toml` is the same file for `serve` and for the sync beside it."""
    say = "import dashboard, os; print(os.getcwd(), dashboard.__path__[0], sep='|')"
    child = Child("sayer", ["-c", say], {**os.environ, "PYTHONPATH": ""})
    try:
        assert child.read_line() == f"{Path.cwd()}|{ROOT / 'dashboard'}\n"
    finally:
        child.stop()


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


PARENT = """
import os, sys
from dashboard.cli.processes import Child
child = Child("child", ["-c", {code!r}], os.environ)
print(child.process.pid, flush=True)
child.read_line()
print("ready", flush=True)
sys.stdin.read()
"""
CHILD = """
import os, time
from dashboard.cli.processes import end_with_parent
end_with_parent(os.environ)
print("here", flush=True)
time.sleep(60)
"""


def test_a_child_ends_when_its_parent_is_killed() -> None:
    """`kill -9` of `serve` leaves it no moment to stop its sync, which would go on reading at Stripe for ever."""
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT.format(code=CHILD)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with parent:
        assert parent.stdout
        pid = int(parent.stdout.readline())
        assert parent.stdout.readline() == "ready\n"
        os.kill(pid, 0)
        parent.kill()
        assert until(lambda: is_gone(pid))


def is_gone(pid: int) -> bool:
    """Whether the process has ended, also where nobody has taken note of it yet."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True

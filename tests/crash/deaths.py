"""Dying on purpose: a forked child that is killed (SIGKILL) at its n-th point, which is a write or a call."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import requests.adapters

from dashboard.jobs import leases
from dashboard.store.engine.database import Database

FILE_CALLS = ("replace", "rename", "unlink", "fsync", "link")  # what puts a restored file in its place
WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE", "BEGIN", "COMMIT")


class Countdown:
    """Counts points and kills this very process at the chosen one; `at` 0 only counts."""

    def __init__(self, at: int) -> None:
        self.at, self.passed = at, 0

    def point(self) -> None:
        """One place where a machine can lose power."""
        self.passed += 1
        if self.passed == self.at:
            os.kill(os.getpid(), signal.SIGKILL)

    def on_statement(self, statement: str) -> None:
        """SQLite calls this just before it runs a statement."""
        if statement.lstrip().upper().startswith(WRITES):
            self.point()


def arm(countdown: Countdown) -> None:
    """Make every write and every provider call of this process a point: before it and, for a call, after its effect."""
    # A fork keeps its parent's name; a process of its own has its own, by which its leases are known to be dead.
    leases.PROCESS = leases.name_process()
    connect, send = Database._open_file, requests.adapters.HTTPAdapter.send

    def counted_connect(self: Database) -> sqlite3.Connection:
        connection = connect(self)
        connection.set_trace_callback(countdown.on_statement)
        return connection

    def counted_send(self: Any, *args: Any, **kwargs: Any) -> Any:
        countdown.point()
        reply = send(self, *args, **kwargs)
        countdown.point()
        return reply

    for name in FILE_CALLS:
        setattr(os, name, _counted(countdown, getattr(os, name)))
    Database._open_file = counted_connect  # type: ignore[method-assign]  # this child exists to be killed
    requests.adapters.HTTPAdapter.send = counted_send  # type: ignore[method-assign]  # likewise


def count_points(work: Callable[[], Any]) -> int:
    """How many points `work` has; it runs in a child of its own and is not killed."""

    def counted() -> int:
        countdown = Countdown(0)
        arm(countdown)  # over the child's own countdown, which counts beside it
        work()
        return countdown.passed

    return int(run_in_child(counted).result)


def _counted(countdown: Countdown, call: Callable[..., Any]) -> Callable[..., Any]:
    def counted(*args: Any, **kwargs: Any) -> Any:
        countdown.point()
        return call(*args, **kwargs)

    return counted


@dataclass(frozen=True)
class Ending:
    """How a child ended: killed at its point, or through, with what it returned."""

    killed: bool
    result: Any = None


def run_in_child(work: Callable[[], Any], *, kill_at: int = 0) -> Ending:
    """Run `work` in a forked child that dies at point `kill_at` (0: never). Raises where it failed of itself."""
    sys.stdout.flush()
    read_end, write_end = os.pipe()
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            os.close(read_end)
            arm(Countdown(kill_at))
            result = json.dumps(work())
            os.write(write_end, result.encode())
            status = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(status)
    os.close(write_end)
    with os.fdopen(read_end, "rb") as pipe:
        said = pipe.read()
    _, status = os.waitpid(pid, 0)
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
        return Ending(killed=True)
    if os.waitstatus_to_exitcode(status) != 0:
        raise AssertionError("the child failed by itself; its traceback stands above")
    return Ending(killed=False, result=json.loads(said))

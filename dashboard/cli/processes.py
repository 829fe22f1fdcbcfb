"""Child processes that live and die with the command that started them."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import FrameType
from typing import Protocol

from dashboard.domain.errors import DeskError

log = logging.getLogger(__name__)

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0  # seconds before a kept child that has ended is started again
STEADY_SECONDS = 120  # a child that lived so long has not ended because of how it was started
GRACE_SECONDS = 10  # a durable step ends within its provider time-out of 8 s, so nobody is killed in the middle of one
PARENT_PIPE = "PARENT_PIPE"  # in a child's environment: its standard input ends when its parent does
ROOT = Path(__file__).resolve().parents[2]  # the checkout


def end_with_parent(environ: Mapping[str, str]) -> None:
    """In a child, end when the parent has ended, killed or not: a sync that nobody watches would go on for ever."""
    if PARENT_PIPE not in environ:
        return

    def wait() -> None:
        with contextlib.suppress(OSError):
            while os.read(sys.stdin.fileno(), 1 << 10):
                pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait, daemon=True, name="parent").start()


class Child:
    """One child: its name for messages, and the process."""

    def __init__(
        self, name: str, arguments: Sequence[str], environ: Mapping[str, str], log: Path | None = None
    ) -> None:
        """Start `python arguments…`, its standard error going to `log` or to ours.

        It runs in our own folder, where a relative ACH_DESK_DB and `.streamlit/` mean what they mean to us.
        """
        self.name = name
        self._log = log.open("ab") if log else None
        self._reader: threading.Thread | None = None
        paths = [str(ROOT), *filter(None, [environ.get("PYTHONPATH")])]  # the same code, wherever we run
        self.process = subprocess.Popen(  # noqa: S603  our own interpreter and our own modules
            [sys.executable, *arguments],
            env={**environ, "PYTHONPATH": os.pathsep.join(paths), PARENT_PIPE: "stdin"},
            stdin=subprocess.PIPE,  # closed by the operating system when we end, however we end
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
            start_new_session=True,  # Ctrl-C reaches only us, and we stop the children in order
        )

    def read_line(self) -> str:
        """The next line that it prints; raises DeskError where it ended instead."""
        line = self.process.stdout.readline() if self.process.stdout else ""
        if not line:
            raise DeskError(f"The {self.name} did not start.", action="Its last messages are above or in its log.")
        return line

    def drain(self) -> None:
        """Read on in the background, so that a talkative child never blocks on a full pipe; its lines go to its log."""

        def copy() -> None:
            for line in self.process.stdout or ():
                if self._log:
                    self._log.write(line.encode())

        self._reader = threading.Thread(target=copy, daemon=True)
        self._reader.start()

    @property
    def is_running(self) -> bool:
        """Whether it is still there."""
        return self.process.poll() is None

    def ask_to_end(self) -> None:
        """Ask it to end, and do not wait."""
        if self.is_running:
            self.process.terminate()

    def stop(self, grace: float = GRACE_SECONDS) -> None:
        """Ask it to end, and end it where it does not within so many seconds."""
        if self.is_running:
            self.process.terminate()
            try:
                self.process.wait(grace)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        if self._reader:
            self._reader.join(GRACE_SECONDS)
        for pipe in (self.process.stdout, self.process.stdin):
            if pipe:
                pipe.close()
        if self._log:
            self._log.close()


class Stoppable(Protocol):
    """What a command started and ends."""

    def stop(self) -> None:
        """End it."""


class Keeper:
    """A child that is started again whenever it ends, after a pause that doubles while it ends soon."""

    is_running = True  # as a whole, until it is stopped

    def __init__(self, start: Callable[[], Child], *, first_pause: float = FIRST_PAUSE) -> None:
        self._start, self._first_pause = start, first_pause
        self._child = start()
        self._stopping = threading.Event()
        self._guard = threading.Lock()
        self._watcher: threading.Thread | None = None

    @property
    def name(self) -> str:
        """The child's name for messages."""
        return self._child.name

    @property
    def child(self) -> Child:
        """The child that runs now, or ran last."""
        return self._child

    def read_line(self) -> str:
        """The first child's next line; raises DeskError where it ended instead."""
        return self._child.read_line()

    def drain(self) -> None:
        """Keep it going from now on; its lines go to its log."""
        self._child.drain()
        self._watcher = threading.Thread(target=self._watch, daemon=True, name=f"keep-{self.name}")
        self._watcher.start()

    def _watch(self) -> None:
        pause, began = self._first_pause, time.monotonic()
        while not self._stopping.is_set():
            status = self._child.process.wait()
            if time.monotonic() - began >= STEADY_SECONDS:
                pause = self._first_pause
            if self._stopping.is_set():
                return
            log.warning("The %s has ended (status %s); it is started again in %.0f s.", self.name, status, pause)
            if self._stopping.wait(pause):
                return
            pause, began = min(LONGEST_PAUSE, 2 * pause), time.monotonic()
            with self._guard:
                if self._stopping.is_set():
                    return
                self._child.stop()  # it has ended: this closes what it was read by
                self._child = self._start()
                self._child.drain()

    def stop(self) -> None:
        """End it for good."""
        with self._guard:
            self._stopping.set()
        self._child.stop()
        if self._watcher:
            self._watcher.join(GRACE_SECONDS)


@contextlib.contextmanager
def stopping(children: Sequence[Stoppable]) -> Iterator[None]:
    """Stop every child in the list, newest first, however the block ends; SIGTERM ends it like Ctrl-C."""

    def leave(_signal: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
        for child in reversed(children):
            child.stop()


def watch(children: Sequence[Child | Keeper]) -> Child | Keeper:
    """Wait until one of the children ends, and say which."""
    while True:
        for child in children:
            if not child.is_running:
                return child
        time.sleep(0.5)


def wait_until(ready: Callable[[], bool], child: Child | Keeper, seconds: float) -> bool:
    """Whether `ready` came true within the time and while the child lived."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and child.is_running:
        if ready():
            return True
        time.sleep(0.1)
    return False


def listens(port: int) -> bool:
    """Whether something accepts connections on this loopback port."""
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def find_port(wanted: int) -> int:
    """The wanted loopback port, or a free one where it is taken. Raises DeskError where none is free."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):
                probe.bind(("127.0.0.1", port))
                return int(probe.getsockname()[1])
    raise DeskError("No free port on this machine.")

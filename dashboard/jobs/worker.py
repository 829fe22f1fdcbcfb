"""Where durable steps run: off the page's thread, which Streamlit may interrupt at any `st.*`."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Protocol

log = logging.getLogger(__name__)

THREADS = (
    4  # a step waits for a provider; four cover the counters of one office, and SQLite writes one at a time anyway
)


class Runner(Protocol):
    """What a use case needs of a worker."""

    def submit(self, fn: Callable[..., object], *args: object) -> None:
        """Run `fn(*args)` soon; what it raises is logged, since the row, not the caller, keeps the outcome."""

    def close(self) -> None:
        """Take no more work and wait for what runs."""


class Worker:
    """A small thread pool. Work is found again in the database after a crash, so nothing is kept here."""

    def __init__(self, threads: int = THREADS) -> None:
        self._pool = ThreadPoolExecutor(max_workers=threads, thread_name_prefix="desk-worker")
        self._running: set[Future[None]] = set()
        self._guard = threading.Lock()

    def submit(self, fn: Callable[..., object], *args: object) -> None:
        """Run `fn(*args)` on a thread of the pool."""
        with self._guard:
            future = self._pool.submit(run_logged, fn, *args)
            self._running.add(future)
        future.add_done_callback(self._forget)

    def _forget(self, future: Future[None]) -> None:
        with self._guard:
            self._running.discard(future)

    def wait_idle(self, timeout: float = 30) -> bool:
        """Wait until everything submitted so far has run; False where `timeout` seconds were not enough."""
        with self._guard:
            running = set(self._running)
        return not wait(running, timeout).not_done

    def close(self) -> None:
        """Take no more work, wait for what runs, and leave what has not begun to the next start."""
        self._pool.shutdown(wait=True, cancel_futures=True)


class InlineWorker:
    """Runs what is submitted at once, on the caller's thread: for tests and the command line."""

    def submit(self, fn: Callable[..., object], *args: object) -> None:
        """Run `fn(*args)` now."""
        run_logged(fn, *args)

    def wait_idle(self, timeout: float = 30) -> bool:
        """Nothing ever runs behind the caller's back."""
        return True

    def close(self) -> None:
        """Nothing is left to wait for."""


def run_logged(fn: Callable[..., object], *args: object) -> None:
    """Call and log what it raises: type and place only, since messages may quote what a provider said."""
    try:
        fn(*args)
    except Exception as error:
        log.error("A step ended with %s.", type(error).__name__, exc_info=log.isEnabledFor(logging.DEBUG))

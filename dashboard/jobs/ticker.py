"""Something that has to be looked at again and again, on one thread of the process, whether or not a page is open."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

from dashboard.jobs.worker import run_logged


class Ticker:
    """Calls one function at an interval until it is stopped; what it raises is logged, and it goes on."""

    def __init__(self, every: timedelta, fn: Callable[[], object]) -> None:
        self._every, self._fn = every, fn
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="desk-ticker", daemon=True)

    def start(self) -> None:
        """Begin; the first call comes at once."""
        self._thread.start()

    def stop(self, timeout: float = 10) -> None:
        """Call no more, and wait for the call that runs."""
        self._stopped.set()
        self._thread.join(timeout)

    def _run(self) -> None:
        while not self._stopped.is_set():
            run_logged(self._fn)
            self._stopped.wait(self._every.total_seconds())

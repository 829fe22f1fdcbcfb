"""Something that has to be looked at again and again, on one thread of the process, whether or not a page is open."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

from dashboard.jobs.worker import run_logged

LOOK_AGAIN = 2.0  # seconds until `when` is asked again after a no: a turn that is an hour long is not lost with it


class Ticker:
    """Calls one function at an interval until it is stopped; what it raises is logged, and it goes on."""

    def __init__(self, every: timedelta, fn: Callable[[], object], *, when: Callable[[], bool] = lambda: True) -> None:
        """`when` is asked before each call: what is done once for the whole desk is the leading process's."""
        self._every, self._fn, self._when = every, fn, when
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="desk-ticker", daemon=True)

    def start(self) -> None:
        """Begin; the first call comes at once."""
        self._thread.start()

    def ask_to_stop(self) -> None:
        """Call no more; the call that runs goes on."""
        self._stopped.set()

    def stop(self, timeout: float = 10) -> None:
        """Call no more, and wait for the call that runs."""
        self.ask_to_stop()
        self._thread.join(timeout)

    def _run(self) -> None:
        pause = self._every.total_seconds()
        while not self._stopped.is_set():
            if self._when():
                run_logged(self._fn)
                self._stopped.wait(pause)
            else:
                self._stopped.wait(min(pause, LOOK_AGAIN))

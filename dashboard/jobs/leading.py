"""For a command that goes on and on: it says that it runs, and waits while another process of its kind leads."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from dashboard.domain.clock import Clock
from dashboard.domain.processes import ProcessKind
from dashboard.jobs.presence import BEAT, Presence
from dashboard.jobs.ticker import Ticker
from dashboard.jobs.worker import run_logged
from dashboard.store import Store

LOOK_SECONDS = 1.0


@contextmanager
def leading(
    store: Store, clock: Clock, kind: ProcessKind, *, watching: bool = True, every: timedelta = BEAT
) -> Iterator[Callable[[], bool]]:
    """Be one of the desk's processes inside; gives what says whether this one leads its kind now.

    A command that is given once (not `watching`) is none of them, and needs nobody's lead.
    """
    if not watching:
        yield lambda: True
        return
    presence = Presence(store, clock, kind)
    run_logged(presence.beat)
    ticker = Ticker(every, presence.beat)
    ticker.start()
    try:
        yield presence.is_leading
    finally:
        ticker.stop()
        run_logged(presence.leave)


def wait_for(leads: Callable[[], bool], sleep: Callable[[float], None] = time.sleep) -> None:
    """Wait until this process leads."""
    while not leads():
        sleep(LOOK_SECONDS)

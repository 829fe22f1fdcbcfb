"""One process among those of the desk: it says that it runs, and leads its kind while it holds the lease for that.

What must happen once for the whole desk is begun by the process that leads. The lease is prolonged by a ticker of its
own, also while nothing else happens, and is another's at once where its process is known to be dead, else after
`LEAD_SECONDS`. The process that held it stops before: it counts by the machine's own time since it last prolonged it,
so a process that stood still, or whose machine slept, does not lead when it wakes.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from dashboard.domain.clock import Clock
from dashboard.domain.processes import DeskProcess, ProcessKind
from dashboard.jobs import leases
from dashboard.jobs.leases import is_dead, take
from dashboard.store import Store
from dashboard.store.processes import lead_of

BEAT = timedelta(seconds=5)
LEAD_SECONDS = 30
SURE_SECONDS = 20.0  # after it was prolonged; the other ten are for seconds that are cut off and clocks that are set
FORGOTTEN = timedelta(minutes=10)  # of another machine, whose process may be alive and cut off


def elapsed() -> float:
    """Seconds that have passed, also while the machine slept; only differences mean something."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()


class Presence:
    """This process: `beat` is called again and again, `is_leading` before whatever is the leader's."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        kind: ProcessKind,
        *,
        id: str = "",
        after_loss: Callable[[], object] = lambda: None,
        elapsed: Callable[[], float] = elapsed,
    ) -> None:
        """`after_loss` looks for what another process left: called when this one begins to lead, or finds one dead."""
        now = clock.real()
        self._store, self._clock, self._elapsed, self._after_loss = store, clock, elapsed, after_loss
        self._self = DeskProcess(id or leases.PROCESS, kind, socket.gethostname(), os.getpid(), now, now)
        self._sure_until = float("-inf")

    def is_leading(self) -> bool:
        """Whether this process surely leads its kind now."""
        return self._elapsed() < self._sure_until

    def beat(self) -> None:
        """Say that this process runs, and take or prolong the lead. Raises StoreUnavailable."""
        began, now, led, me = self._elapsed(), self._clock.real(), self.is_leading(), self._self
        gone: list[str] = []
        with self._store.transaction(durable=False):  # a power cut ends this process too
            self._store.processes.note(replace(me, seen_at=now))
            leads = take(self._store.sync_state, lead_of(me.kind), me.id, int(now.timestamp()), LEAD_SECONDS)
            if leads:
                gone = [one.id for one in self._store.processes.all(now) if self._is_gone(one)]
                self._store.processes.forget(gone)
        self._sure_until = began + SURE_SECONDS if leads else float("-inf")
        if gone or (leads and not led):
            self._after_loss()

    def others(self) -> list[DeskProcess]:
        """The other processes of this kind that run, as far as is known here."""
        now = self._clock.real()
        every = self._store.processes.all(now)
        return [
            one
            for one in every
            if one.kind is self._self.kind and one.id != self._self.id and one.is_heard(now) and not is_dead(one.id)
        ]

    def leave(self) -> None:
        """Stop leading, so that another one can at once, and be forgotten: this process ends."""
        self._sure_until = float("-inf")
        with self._store.transaction(durable=False):
            self._store.sync_state.release_lease(lead_of(self._self.kind), self._self.id)
            self._store.processes.forget([self._self.id])

    def _is_gone(self, one: DeskProcess) -> bool:
        return one.id != self._self.id and (is_dead(one.id) or self._clock.real() - one.seen_at > FORGOTTEN)

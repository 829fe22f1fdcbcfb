"""One sync's own things: its budget, its lease, its counts; every page commits with its cursor and its reads."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dashboard.clock import Clock
from dashboard.errors import LeaseLost
from dashboard.gateways.replies import Page
from dashboard.gateways.stripe import Stripe
from dashboard.leases import is_dead, new_owner
from dashboard.store import Store
from dashboard.sync.budget import Budget

LEASE = "sync"
LEASE_SECONDS = 120  # three times the longest wait for one reply; a dead sync keeps the next from starting that long
RENEW_SECONDS = 20
DAY = 86_400


@dataclass
class Tally:
    """What a sync did with one resource."""

    seen: int = 0
    written: int = 0
    changed: int = 0
    reads: int = 0
    seconds: float = 0.0


@dataclass
class Progress:
    """Where a sync stands, for the terminal and the page."""

    resource: str
    rows: int
    reads: int
    seconds: float

    @property
    def rate(self) -> float:
        """Rows a second so far."""
        return self.rows / self.seconds if self.seconds else 0.0


@dataclass
class Run:
    """Shared by the workers of one sync."""

    store: Store
    stripe: Stripe
    clock: Clock
    budget: Budget
    on_progress: Callable[[Progress], None] | None = None
    search_follows: bool = False
    owner: str = field(default_factory=new_owner)
    tallies: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    started: float = field(default_factory=time.monotonic)
    _renewed: float = 0.0
    _guard: threading.Lock = field(default_factory=threading.Lock)

    def hold(self) -> bool:
        """Take or prolong the lease; that of a process known to be gone need not run out."""
        now = int(self.clock.real().timestamp())
        holder = self.store.sync_state.lease_holder(LEASE, now)
        if holder != self.owner and is_dead(holder):
            self.store.sync_state.drop_lease(LEASE, str(holder))
        self._renewed = time.monotonic()
        return self.store.sync_state.take_lease(LEASE, self.owner, now, now + LEASE_SECONDS)

    def page(self, resource: str, params: Mapping[str, Any]) -> Page:
        """One page of a list, within the budget."""
        self.budget.wait(resource)
        self.budget.count(resource)
        self.tallies[resource].reads += 1
        return self.stripe.page(resource, params)

    def read(self, resource: str, id: str) -> dict[str, Any]:
        """One object, within the budget."""
        self.budget.wait(resource)
        self.budget.count(resource)
        self.tallies[resource].reads += 1
        return self.stripe.read(resource, id)

    def commit(
        self,
        resource: str,
        objects: Sequence[Mapping[str, Any]],
        also: Callable[[], None] | None = None,
        *,
        payout_id: str | None = None,
    ) -> None:
        """Keep objects, the payments they touch, `also` (a cursor) and the reads spent, in one transaction.

        Raises LeaseLost where another sync has taken over: its rows count now.
        """
        with self._guard:  # one writer at a time: waiting here is cheaper than SQLite's busy polling
            with self.store.transaction():
                if time.monotonic() - self._renewed > RENEW_SECONDS and not self.hold():
                    raise LeaseLost("Another sync has taken over.", code="sync_lease")
                written = self.store.ledger.apply(resource, objects, payout_id=payout_id, filling=self.search_follows)
                if written.changed and not self.search_follows:
                    self.store.ledger.index_search()
                if also:
                    also()
                self.store.sync_state.count_reads(self.budget.take_spent(), int(self.clock.real().timestamp()) // DAY)
            tally = self.tallies[resource]
            tally.seen += len(objects)
            tally.written += written.seen
            tally.changed += written.changed
            tally.seconds = time.monotonic() - self.started
        if self.on_progress:
            rows = sum(one.seen for one in self.tallies.values())
            self.on_progress(Progress(resource, rows, self.budget.total, time.monotonic() - self.started))

"""Stripe -> SQLite: a backfill first, then events, and a daily sweep of what has no answer yet."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

from dashboard.clock import Clock
from dashboard.errors import Refused
from dashboard.gateways.stripe import Stripe
from dashboard.models import Mode
from dashboard.settings import Settings
from dashboard.store import Store
from dashboard.sync.backfill import backfill, plan
from dashboard.sync.budget import GLOBAL_SHARE, PER_ENDPOINT, Budget
from dashboard.sync.changes import CURSOR, EVENTS_KEPT, SWEPT, follow_events, sweep
from dashboard.sync.run import DAY, LEASE, Progress, Run, Tally

__all__ = ["Progress", "Sync", "SyncReport", "SyncStatus", "Tally"]

READS_PER_PAYMENT = 500  # Stripe: reads per transaction over 30 days ...
LEAST_READS = 10_000  # ... and at least this many
SHORTEST_WAIT = 60.0
SANDBOX_WAIT = 5.0  # the sandbox counts nothing, and a demo should not keep people waiting
QUIET_READS = 2  # reads of a sync that finds nothing: the two lists of events
POLLING_SHARE = 0.3  # of the allowance; the rest is for what the events point at


@dataclass(frozen=True)
class SyncReport:
    """What one sync did, per resource; seconds are wall-clock from its start to that resource's last row."""

    kind: str
    resources: dict[str, Tally]
    reads: int
    seconds: float
    requests: dict[str, int] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "kind": self.kind,
            "reads": self.reads,
            "seconds": round(self.seconds, 3),
            "resources": {name: asdict(tally) for name, tally in self.resources.items()},
        }

    def sentence(self) -> str:
        """For a terminal."""
        seen = sum(tally.seen for tally in self.resources.values())
        changed = sum(tally.changed for tally in self.resources.values())
        return (
            f"{self.kind}: {seen:,} objects, {changed:,} payments changed, {self.reads:,} reads, {self.seconds:.1f} s"
        )


@dataclass(frozen=True)
class SyncStatus:
    """When the last sync finished, whether one runs, and the reads of the last 30 days beside what Stripe allows."""

    last_finished_at: datetime | None
    running: bool
    reads_this_month: int
    allowance: int


class Sync:
    """Keeps the payments table equal to Stripe."""

    def __init__(
        self,
        store: Store,
        stripe: Stripe,
        clock: Clock,
        settings: Settings,
        *,
        per_endpoint: float | None = None,
        overall: float | None = None,
    ) -> None:
        self._store, self._stripe, self._clock, self._settings = store, stripe, clock, settings
        self._per_endpoint, self._overall = per_endpoint, overall
        self._owner_checked = False

    def run(self, *, full: bool = False, on_progress: Callable[[Progress], None] | None = None) -> SyncReport:
        """Bring the table up to date; `full` reads all again. Raises Refused where a sync runs, ProviderError."""
        run = Run(self._store, self._stripe, self._clock, self._budget(), on_progress)
        if not run.hold():
            raise Refused(
                "A sync is running already.", meaning="It does the same.", action="Wait for it.", code="syncing"
            )
        try:
            self._check_owner(run)
            return self._run(run, full)
        finally:
            self._store.sync_state.drop_lease(LEASE, run.owner)

    def _check_owner(self, run: Run) -> None:
        """Once per process: the file belongs to the account behind the key. Raises WrongDatabase."""
        if not self._owner_checked:
            run.budget.count("account")
            self._store.database.stamp({"stripe_account": str(self._stripe.account()["id"])})
            self._owner_checked = True

    def _run(self, run: Run, full: bool) -> SyncReport:
        state, started = self._store.sync_state, int(self._clock.now().timestamp())
        cursor = state.cursor(CURSOR)
        stale = cursor is not None and started - int(cursor) > EVENTS_KEPT
        filling = full or cursor is None or stale
        number = state.begin_run("backfill" if filling else "events", int(self._clock.real().timestamp()))
        if filling:
            if full or stale or not state.open_windows():
                state.begin_windows(plan(started))
                state.set_cursor("backfill_started", str(started))
            since = int(state.cursor("backfill_started") or started)
            run.search_follows = True  # a backfill is not held up by it
            backfill(run)
            run.search_follows = False
            run.commit("charges", [], lambda: state.set_cursor(CURSOR, str(since)))
            run.commit("charges", [], lambda: state.set_cursor(SWEPT, str(since)))
        else:
            since = int(cursor or started)
        follow_events(run, since)
        swept = int(state.cursor(SWEPT) or 0)
        sweep(run, everything=started - swept >= DAY)
        while self._store.ledger.index_search():
            continue
        report = SyncReport(
            "backfill" if filling else "events", dict(run.tallies), run.budget.total, time.monotonic() - run.started
        )
        state.end_run(number, int(self._clock.real().timestamp()), report.as_dict())
        return report

    def _budget(self) -> Budget:
        per_endpoint = self._per_endpoint or PER_ENDPOINT
        if self._settings.mode is Mode.SANDBOX and self._per_endpoint is None:
            return Budget(per_endpoint=10_000, overall=10_000)
        limit = 100 if self._settings.mode is Mode.LIVE else 25
        return Budget(per_endpoint=per_endpoint, overall=self._overall or limit * GLOBAL_SHARE)

    def status(self) -> SyncStatus:
        """How the sync stands."""
        now = int(self._clock.real().timestamp())
        last = self._store.sync_state.last_finished()
        return SyncStatus(
            last_finished_at=datetime.fromtimestamp(last["finished_at"], UTC) if last else None,
            running=self._store.sync_state.lease_holder(LEASE, now) is not None,
            reads_this_month=sum(self._store.sync_state.reads_since(now // DAY - 29).values()),
            allowance=self.allowance(),
        )

    def allowance(self) -> int:
        """Reads that Stripe allows in 30 days (Stripe: rate limits, read allocation)."""
        return max(LEAST_READS, READS_PER_PAYMENT * min(self._store.sync_state.count_payments(), 1_000_000) // 12)

    def interval(self) -> float:
        """Seconds to wait before the next sync, so that polling alone takes less than a third of the allowance."""
        if self._settings.mode is Mode.SANDBOX:
            return SANDBOX_WAIT
        polls = self.allowance() * POLLING_SHARE / QUIET_READS
        return max(SHORTEST_WAIT, 30 * DAY / polls)

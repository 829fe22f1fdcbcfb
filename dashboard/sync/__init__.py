"""Stripe -> SQLite: a backfill first, then events, and a daily sweep of what is not final yet."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from dashboard.domain.clock import Clock
from dashboard.domain.errors import DeskError, Refused
from dashboard.domain.formatting import count
from dashboard.domain.models import Actor, Mode
from dashboard.gateways.stripe import Stripe
from dashboard.jobs.worker import InlineWorker, Runner
from dashboard.settings import Settings
from dashboard.staff.access import Permission, require
from dashboard.store import Store
from dashboard.sync.backfill import BEGINNING, backfill, plan
from dashboard.sync.balance import QUIET_EVERY, asked_at, read_balance
from dashboard.sync.budget import GLOBAL_SHARE, PER_ENDPOINT, Budget
from dashboard.sync.changes import (
    CURSOR,
    EVENTS_KEPT,
    OVERLAP,
    SLOW_CURSOR,
    SLOW_EVERY,
    follow_events,
)
from dashboard.sync.permissions import keep_left_out, read_left_out
from dashboard.sync.reader import Reader
from dashboard.sync.run import DAY, LEASE, PROGRESS, Progress, SyncRun, Tally
from dashboard.sync.sweep import SWEPT, sweep

__all__ = ["Progress", "Sync", "SyncReport", "SyncStatus", "Tally"]

READS_PER_PAYMENT = 500  # Stripe: reads per transaction over 30 days ...
LEAST_READS = 10_000  # ... and at least this many
SHORTEST_WAIT = 60.0
# A quiet day is 48 polls, 12 of the second list, 24 reads of what is overdue: up to 6,000 waiting payments, which the
# daily sweep lists by the hundred, it stays below 150 reads.
LONGEST_WAIT = 1_800.0
UNLIMITED = 10_000.0  # requests a second
SANDBOX_WAIT = 5.0  # the sandbox counts nothing, and a demo should not keep people waiting
QUIET_READS = 2  # reads of a sync that finds nothing: the two lists of events
POLLING_SHARE = 0.3  # of the allowance; the rest is for what the events point at
# When the second list was asked for; when a backfill was begun; since when a pause is being filled.
SLOW_ASKED, BEGUN, GAP = "events_slow_asked", "backfill_started", "gap"
UNDER_WAY = "backfill_under_way"  # until all is read: every window may be, while payouts are still taken apart
RUNNING = "syncing"  # the code of a refusal because another sync runs
NEXT = "next_sync"  # when the process that keeps the sync going means to ask again
WAIT_FOR_OTHER = 0.2  # seconds between two looks whether another sync has ended
# After a webhook: seconds between two syncs, since one payment makes half a dozen events at once, and between two looks
# at our own table; and for how long an event is looked for that Stripe told and does not list yet.
BETWEEN, LOOK_EVERY, LOOKED_FOR = 3.0, 1.0, timedelta(minutes=10)
NEARLY_SPENT = 0.8  # of the allowance, from which on only what must be is read


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
            "requests": self.requests,
            "resources": {name: asdict(tally) for name, tally in self.resources.items()},
        }

    def sentence(self) -> str:
        """For a terminal."""
        seen = sum(tally.seen for tally in self.resources.values())
        changed = sum(tally.changed for tally in self.resources.values())
        return (
            f"{self.kind}: {count(seen, 'object')}, {count(changed, 'payment')} changed, {count(self.reads, 'read')},"
            f" {self.seconds:.1f} s"
        )


@dataclass(frozen=True)
class SyncStatus:
    """When the last sync finished, whether one runs, and the reads of the last 30 days beside what Stripe allows.

    `next_at` is when the automatic one asks again; `problem` is how the last *Sync now* of this process ended;
    `left_out` is what the key may not read, with the name of Stripe's permission for it. `is_first` while the first
    backfill has not ended: sums are of what was read so far; `complete_since` is from when on every payment is there.
    `payouts_read_at` is when payouts, refunds and customers were asked for, where that was before the last sync.
    """

    last_finished_at: datetime | None
    running: bool
    reads_this_month: int
    allowance: int
    reads_by_endpoint: dict[str, int] = field(default_factory=dict)
    progress: Progress | None = None
    next_at: datetime | None = None
    problem: DeskError | None = None
    left_out: dict[str, str] = field(default_factory=dict)
    is_first: bool = False
    complete_since: datetime | None = None
    payouts_read_at: datetime | None = None


class Sync:
    """Keeps the payments table equal to Stripe."""

    def __init__(
        self,
        store: Store,
        stripe: Stripe,
        clock: Clock,
        settings: Settings,
        *,
        sleep: Callable[[float], None] = time.sleep,
        pace: Callable[[float], None] = time.sleep,
        runner: Runner | None = None,
    ) -> None:
        self._sleep, self._pace, self._runner = sleep, pace, runner or InlineWorker()
        self._asked = False  # by a person, and not done yet
        self._problem: DeskError | None = None
        self._current: SyncRun | None = None
        self._store, self._stripe, self._clock, self._settings = store, stripe, clock, settings
        self._owner_checked = False
        self._quiet = 0  # syncs in a row that found nothing
        self._missed = 0  # syncs in a row that did not find what a webhook told of

    def request(self, actor: Actor) -> None:
        """What *Sync now* does: begin one beside the page, which looks at `status`. Raises AccessDenied."""
        require(actor, Permission.SYNC)
        if not self.status().running:  # one that runs does the same
            self._store.trail.append(actor, "sync.requested", "payments", self._clock.now())
            self._asked, self._problem = True, None
            self._runner.submit(self._run_asked)

    def _run_asked(self) -> None:
        try:
            self.run(thorough=True)
        except DeskError as error:
            self._problem = None if error.code == RUNNING else error
        finally:
            self._asked = False

    def run(
        self,
        *,
        full: bool = False,
        thorough: bool = False,
        on_progress: Callable[[Progress], None] | None = None,
        patience: float = 0,
    ) -> SyncReport:
        """Bring the table up to date; `full` reads all again; `patience` waits so many seconds for one that runs.

        A `thorough` one, which a person asks for, reads payouts and refunds too where they are not due yet.
        Raises Refused where a sync runs, ProviderError.
        """
        run = SyncRun(self._store, self._stripe, self._clock, self._budget(), on_progress, sleep=self._sleep)
        if type(self._stripe) is Stripe:  # not another's that only looks like it
            run.start_reader = lambda: Reader(self._settings.stripe_api_base, self._settings.stripe_secret_key)
        try:
            self._take(run, patience)
            self._current = run
            try:
                self._check_owner(run)
                return self._run(run, full=full, thorough=thorough)
            except BaseException:
                run.stopping.set()  # Ctrl-C reaches only this thread; the workers end with their current page
                raise
            finally:
                run.close()
                self._store.sync_state.release_lease(LEASE, run.owner)
        finally:
            self._current = None
            run.close()

    def _take(self, run: SyncRun, patience: float) -> None:
        until = time.monotonic() + patience
        while not run.acquire():
            if time.monotonic() >= until:
                raise Refused(
                    "A sync is running already.", meaning="It does the same.", action="Wait for it.", code=RUNNING
                )
            time.sleep(WAIT_FOR_OTHER)

    def close(self) -> None:
        """End what *Sync now* began at its next read; the next sync goes on there."""
        if run := self._current:
            run.halted.set()
        self._runner.close()

    def _check_owner(self, run: SyncRun) -> None:
        """Once per process: the file belongs to the account behind the key. Raises WrongDatabase."""
        if not self._owner_checked:
            if owner := run.owner_id():
                self._store.database.stamp({"stripe_account": owner})
            self._owner_checked = bool(owner)

    def _run(self, run: SyncRun, *, full: bool, thorough: bool) -> SyncReport:
        state, started = self._store.sync_state, int(self._clock.now().timestamp())
        cursors = [int(found) for name in (CURSOR, SLOW_CURSOR) if (found := state.cursor(name)) is not None]
        followed = min(cursors, default=None)  # until when events told of everything
        stale = followed is not None and started - followed > EVENTS_KEPT
        backfilling = full or stale or followed is None or self._is_under_way()
        number = state.begin_run("backfill" if backfilling else "events", int(self._clock.real().timestamp()))
        if backfilling:
            self._fill(run, started, full=full, gap_since=followed if stale else None)
        news = 0
        slow = int(state.cursor(SLOW_ASKED) or 0)
        news += follow_events(run, CURSOR, int(state.cursor(CURSOR) or started))
        due = started - slow >= SLOW_EVERY or self._settings.mode is Mode.SANDBOX or self._told()
        if news or backfilling or due or thorough:
            news += follow_events(run, SLOW_CURSOR, int(state.cursor(SLOW_CURSOR) or started))
            run.commit("charges", [], lambda: state.set_cursor(SLOW_ASKED, str(started)))
        swept = int(state.cursor(SWEPT) or 0)
        sweep(run, everything=started - swept >= DAY)
        if news or backfilling or started - asked_at(run) >= QUIET_EVERY:
            read_balance(run)
        self._quiet = 0 if news or backfilling else self._quiet + 1
        report = SyncReport(
            "backfill" if backfilling else "events",
            dict(run.tallies),
            run.budget.total,
            time.monotonic() - run.started,
            run.budget.requests(),
        )
        with self._store.transaction():
            self._remove_seen_webhooks()
            state.end_run(number, int(self._clock.real().timestamp()), report.as_dict())
            state.drop_cursor(PROGRESS)
            keep_left_out(state, self._still_left_out(run))
        return report

    def _still_left_out(self, run: SyncRun) -> dict[str, str]:
        """What this sync could not read, and what an earlier one could not and this one did not ask for."""
        asked = {name for name, tally in run.tallies.items() if tally.reads}
        before = read_left_out(self._store.sync_state)
        return {name: need for name, need in before.items() if name not in asked} | run.left_out

    def _fill(self, run: SyncRun, started: int, *, full: bool, gap_since: int | None) -> None:
        """Read everything, or after a long pause what is newer than its start and what was not final then.

        An unfinished backfill is continued; it begins anew where that was more than a day ago and all is wanted, or
        so long ago that no event tells any more what became of what was read.
        """
        state = self._store.sync_state
        begun_at = int(state.cursor(BEGUN) or 0)
        if not self._is_under_way() or started - begun_at > (DAY if full else EVENTS_KEPT):
            since = BEGINNING if full or gap_since is None else gap_since - OVERLAP
            with self._store.transaction():
                state.begin_windows(plan(started, since))
                state.set_cursor(BEGUN, str(started))
                state.set_cursor(UNDER_WAY, "yes")
                state.drop_cursor(PROGRESS)
                if since != BEGINNING:
                    state.set_cursor(GAP, str(gap_since))
        begun = state.cursor(BEGUN) or str(started)
        if before := state.cursor(PROGRESS):
            run.share_before = Progress(**json.loads(before)).share or 0.0
        run.fill()
        backfill(run)
        run.backfilling = False
        if gap := state.cursor(GAP):
            sweep(run, everything=True, paused_since=int(gap))

        def remember() -> None:
            for name in (CURSOR, SLOW_CURSOR, SWEPT):
                state.set_cursor(name, begun)
            state.drop_cursor(GAP)
            state.drop_cursor(UNDER_WAY)

        run.commit("charges", [], remember)

    def _is_under_way(self) -> bool:
        """Whether a backfill was begun that has not read everything."""
        state = self._store.sync_state
        return bool(state.cursor(UNDER_WAY) or state.open_windows())

    def _budget(self) -> Budget:
        """What the settings say, else most of what Stripe allows; the sandbox allows anything."""
        given = self._settings.stripe_reads_per_second
        if self._settings.mode is Mode.SANDBOX and given is None:
            return Budget(per_endpoint=UNLIMITED, overall=UNLIMITED, sleep=self._pace)
        limit = 25 if self._settings.mode is Mode.TEST else 100
        overall = self._settings.stripe_reads_per_second_total or limit * GLOBAL_SHARE
        return Budget(per_endpoint=given or PER_ENDPOINT, overall=overall, sleep=self._pace)

    def wait(self, seconds: float) -> bool:
        """Wait for the next sync; True where a webhook has cut the wait short: what it speaks of is there by then."""
        end = time.monotonic() + seconds
        self._sleep(min(seconds, BETWEEN * 2.0 ** min(self._missed, 5)))
        while time.monotonic() < end:
            if self._told():
                return True
            self._sleep(min(LOOK_EVERY, max(0.0, end - time.monotonic())))
        return False

    def _told(self) -> bool:
        """Whether Stripe has told of something by webhook that is not read yet."""
        return bool(self._settings.serving.stripe_webhook_secret and self._store.webhooks.open("stripe"))

    def _remove_seen_webhooks(self) -> None:
        """Take off what has been read. An event may be listed later than it is told: it is looked for longer."""
        told, now = self._store.webhooks.open("stripe"), self._clock.real()
        unseen = self._store.sync_state.unseen_events(sorted(told)) if told else set()
        done = {id for id, at in told.items() if id not in unseen or now - at > LOOKED_FOR}
        self._store.webhooks.finish("stripe", done, now)
        self._missed = self._missed + 1 if told.keys() - done else 0

    def status(self) -> SyncStatus:
        """How the sync stands."""
        state, now = self._store.sync_state, int(self._clock.real().timestamp())
        last = state.last_finished()
        reads = state.reads_since(now // DAY - 29)
        running = self._asked or state.lease_holder(LEASE, now) is not None
        planned = state.cursor(NEXT)
        progress = state.cursor(PROGRESS) if running else None
        return SyncStatus(
            last_finished_at=datetime.fromtimestamp(last["finished_at"], UTC) if last else None,
            running=running,
            reads_this_month=sum(reads.values()),
            allowance=self.allowance(),
            reads_by_endpoint=reads,
            progress=Progress(**json.loads(progress)) if progress else None,
            next_at=datetime.fromtimestamp(int(planned), UTC) if planned and int(planned) > now else None,
            problem=self._problem,
            left_out=read_left_out(state),
            is_first=last is None and (running or self._is_under_way()),
            complete_since=self._complete_since() if last is None else None,
            payouts_read_at=self._payouts_read_at(last["finished_at"]) if last else None,
        )

    def _payouts_read_at(self, finished: int) -> datetime | None:
        at = int(self._store.sync_state.cursor(SLOW_ASKED) or 0)
        is_older = at and finished - at > OVERLAP and self._settings.mode is not Mode.SANDBOX
        return datetime.fromtimestamp(at, UTC) if is_older else None

    def _complete_since(self) -> datetime | None:
        """From when on every charge is here while a backfill runs; None where none is, or where all are."""
        state = self._store.sync_state
        windows = [one for one in state.open_windows() if one.resource == "charges"]
        newest = max(windows, key=lambda one: one.stop, default=None)
        if newest is None:
            return None
        begun, after = int(state.cursor(BEGUN) or 0), str(newest.after)
        at = state.created_of("charges", [after]).get(after) if newest.after else newest.stop
        return None if at is None or at > begun else datetime.fromtimestamp(at, UTC)

    def allowance(self) -> int:
        """Reads that Stripe allows in 30 days (Stripe: rate limits, read allocation)."""
        since = int(self._clock.now().timestamp()) - 30 * DAY
        return max(LEAST_READS, READS_PER_PAYMENT * self._store.sync_state.count_payments(since))

    def plan_next(self) -> float:
        """Seconds to wait before the next sync, which the pages then know of."""
        seconds = self.interval()
        self._store.sync_state.set_cursor(NEXT, str(int(self._clock.real().timestamp() + seconds)))
        return seconds

    def interval(self) -> float:
        """Seconds to wait before the next sync, so that polling takes less than a third of the allowance.

        It doubles while nothing happens, and is longest where most of the allowance is spent already.
        """
        if self._settings.mode is Mode.SANDBOX:
            return SANDBOX_WAIT
        status = self.status()
        if status.reads_this_month >= NEARLY_SPENT * status.allowance:
            return 3 * LONGEST_WAIT
        polls = status.allowance * POLLING_SHARE / QUIET_READS
        shortest = max(SHORTEST_WAIT, 30 * DAY / polls)
        return max(shortest, min(LONGEST_WAIT, shortest * 2.0 ** min(self._quiet, 10)))

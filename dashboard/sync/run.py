"""One sync's own things: its budget, its lease, its counts; every page commits with its cursor and its reads."""

from __future__ import annotations

import json
import random
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from dashboard.domain.clock import Clock
from dashboard.domain.errors import (
    LeaseLost,
    ProviderDenied,
    ProviderError,
    ProviderLimited,
    ProviderRejected,
    ProviderUnreachable,
    Refused,
)
from dashboard.domain.formatting import count
from dashboard.gateways.plaid_replies import Page
from dashboard.gateways.stripe import Stripe
from dashboard.jobs.leases import new_owner, take
from dashboard.store import Store
from dashboard.store.payments.projection import Written
from dashboard.store.payments.stripe_objects import Row
from dashboard.sync.budget import Budget
from dashboard.sync.permissions import REQUIRED, permission_of
from dashboard.sync.reader import WORTH_IT, Reader, RowPage

if TYPE_CHECKING:
    from dashboard.sync.forecast import Forecast

LEASE = "sync"
LEASE_SECONDS = 120  # three times the longest wait for one reply; a dead sync keeps the next from starting that long
RENEW_SECONDS = 20
DAY = 86_400
PROGRESS = "progress"  # the cursor that says where a running sync stands
PATIENCE = 8  # tries of one request that is limited: about a minute, after which the next sync goes on
FAILURES = 5  # tries of one that the provider fails at (5xx), each three of the client itself: half a minute
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 20.0  # seconds
AHEAD = 2  # pages that wait for the writer; more would only be read again after a crash
GONE = "resource_missing"  # Stripe's code for an id that it does not know (any more)
T = TypeVar("T")


class After(NamedTuple):
    """Where the last page of a list ended: the object and when it was made, epoch seconds, 0 where the row knows."""

    id: str
    created: int = 0


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
    """Where a sync stands, for the terminal and the page; `left` is an estimate in seconds, or None.

    `share` is what is done of a backfill (0 to 1), which never becomes less, also where a later sync goes on with it.
    """

    resource: str
    rows: int
    reads: int
    seconds: float
    left: float | None = None
    share: float | None = None

    @property
    def rate(self) -> float:
        """Rows a second so far."""
        return self.rows / self.seconds if self.seconds else 0.0

    def sentence(self) -> str:
        """Rows, rate, reads used, what is read now and the time that is left, for a terminal and for a page."""
        left = "" if self.left is None else f", about {_span(self.left)} left"
        what = self.resource.replace("_", " ")
        read = count(self.rows, "object")
        return f"{read} ({self.rate:,.0f} a second), {count(self.reads, 'read')} used, now {what}{left}"


def _span(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"


@dataclass
class SyncRun:
    """Shared by the workers of one sync."""

    store: Store
    stripe: Stripe
    clock: Clock
    budget: Budget
    on_progress: Callable[[Progress], None] | None = None
    start_reader: Callable[[], Reader] | None = None  # where a second process may read
    backfilling: bool = False
    expands: bool = True
    absent: set[str] = field(default_factory=set)  # lists that this server does not have
    left_out: dict[str, str] = field(default_factory=dict)  # what the key may not read, and the permission for it
    sleep: Callable[[float], None] = time.sleep
    stopping: threading.Event = field(default_factory=threading.Event)  # after a failure: no further page
    halted: threading.Event = field(default_factory=threading.Event)  # the process ends: no further read
    owner: str = field(default_factory=new_owner)
    tallies: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    started: float = field(default_factory=time.monotonic)
    round_trip: float = float("inf")  # seconds; the shortest so far
    pages_left: dict[tuple[str, int], float] = field(default_factory=dict)
    forecast: Forecast | None = None  # of a backfill
    share_before: float = 0.0  # what was done of it by the syncs that it was begun by
    _share: float = 0.0
    _renewed: float = 0.0
    _shown: float = 0.0
    _guard: threading.Lock = field(default_factory=threading.Lock)
    # One writer: its connection keeps its pages in memory, which another's commit would make stale, and nobody waits
    # busily for SQLite's lock. The next page is fetched while it writes.
    _writer: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, thread_name_prefix="sync-writer"))
    _room: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(AHEAD))

    _reader: Reader | None = None

    def close(self) -> None:
        """Write what waits to be written, and end the writer and the reader."""
        self._writer.shutdown()
        if self._reader:
            self._reader.close()
            self._reader, self.start_reader = None, None

    def acquire(self) -> bool:
        """Take or prolong the lease; that of a process known to be gone need not run out."""
        now = int(self.clock.real().timestamp())
        self._renewed = time.monotonic()
        with self.store.transaction():
            return take(self.store.sync_state, LEASE, self.owner, now, LEASE_SECONDS)

    def page(
        self, resource: str, params: Mapping[str, Any], expand: Sequence[str] = (), *, after: After | None = None
    ) -> Page:
        """One page of a list, within the budget; `expand` names what each object shall bring along."""
        wanted = {"expand": [f"data.{name}" for name in expand]}

        def list_with(given: Mapping[str, Any]) -> Page:
            def ask(more: bool) -> Page:
                return self.stripe.page(resource, {**given, **(wanted if more else {})})

            return self._list(resource, expand, ask, Page([], False))

        return self._list_after(resource, params, after, list_with)

    def rows(
        self,
        resource: str,
        params: Mapping[str, Any],
        payout_id: str | None = None,
        *,
        after: After | None = None,
    ) -> RowPage:
        """One page of a list as rows, within the budget; by the second process where that is worth it."""
        with self._guard:  # several workers come here, and each would start one
            if self.start_reader and self._reader is None and sum(self.pages_left.values()) > WORTH_IT:
                self._reader = self.start_reader()

        def list_with(given: Mapping[str, Any]) -> RowPage:
            def ask(_expanding: bool) -> RowPage:
                if self._reader and (found := self._reader.ask(resource, given, payout_id)):
                    return found
                page = self.stripe.page(resource, given)
                return RowPage(self.store.projection.read(resource, page.data, payout_id=payout_id), page.has_more)

            return self._list(resource, (), ask, RowPage([], False))

        return self._list_after(resource, params, after, list_with)

    def owner_id(self) -> str:
        """The account behind the key; of a server that knows no accounts, that server; empty where it is not said."""
        try:
            return str(self._patiently("account", self.stripe.account)["id"])
        except ProviderDenied as error:
            self.leave_out("account", error)
            return ""
        except ProviderRejected as error:
            if error.http_status != 404:
                raise
            return "none"

    def _list_after(
        self, resource: str, params: Mapping[str, Any], after: After | None, list_with: Callable[[Mapping[str, Any]], T]
    ) -> T:
        """The page behind an object; where the provider knows it no more, the page from when that object was made.

        A customer can be deleted and an event expire between two pages (Stripe: `resource_missing`, `starting_after`).
        """
        if after is None:
            return list_with(params)
        try:
            return list_with({**params, "starting_after": after.id})
        except ProviderRejected as error:
            if error.code != GONE:
                raise
        created = after.created or self.store.sync_state.created_of(resource, [after.id]).get(after.id, 0)
        if not created:
            return list_with(params)
        lowest = {name: value for name, value in params.get("created", {}).items() if name != "lt"}
        return list_with({**params, "created": {**lowest, "lte": created}})

    def _list(self, resource: str, expand: Sequence[str], ask: Callable[[bool], T], nothing: T) -> T:
        """A page; of a list that a server like Stripe's does not have (404) there is nothing. Charges it must have."""
        if resource in self.absent or resource in self.left_out:
            return nothing
        try:
            return self._ask(resource, expand, ask)
        except ProviderDenied as error:
            self.leave_out(resource, error)
            return nothing
        except ProviderRejected as error:
            if error.http_status != 404 or error.code == GONE or resource == "charges":
                raise
        self.absent.add(resource)
        return nothing

    def leave_out(self, resource: str, error: ProviderDenied) -> None:
        """Go on without what a restricted key may not read (403). Raises `error` where that cannot be."""
        if error.http_status != 403 or resource in REQUIRED:
            raise error
        self.left_out[resource] = permission_of(resource, error)

    def read(self, resource: str, id: str, expand: Sequence[str] = ()) -> dict[str, Any]:
        """One object, within the budget."""
        return self._ask(resource, expand, lambda more: self.stripe.read(resource, id, expand if more else ()))

    def ask(self, resource: str, call: Callable[[], T]) -> T:
        """Any other read, within the budget."""
        return self._patiently(resource, call)

    def _ask(self, resource: str, expand: Sequence[str], ask: Callable[[bool], T]) -> T:
        """Ask with the expansion, and without where a server refuses it (400): then it is not asked for again."""
        expanding = bool(expand) and self.expands
        try:
            return self._patiently(resource, lambda: ask(expanding))
        except (ProviderRejected, ProviderDenied) as error:  # a key may read charges, and not what they point at
            if not expanding or error.http_status not in {400, 403} or error.code == GONE:
                raise
        self.expands = False
        return self._patiently(resource, lambda: ask(False))

    def _patiently(self, resource: str, ask: Callable[[], T]) -> T:
        """Ask within the budget; where the provider asks for fewer requests, go slower, and where it fails, wait.

        Stripe says no `Retry-After`: pauses double from half a second, with jitter (Stripe: rate limits).
        """
        for number in range(PATIENCE):
            if self.halted.is_set():
                raise Refused(
                    "The sync was stopped.", action="The next one continues where it stopped.", code="stopped"
                )
            self.budget.wait(resource)
            self.budget.count(resource)
            with self._guard:
                self.tallies[resource].reads += 1
            asked = time.monotonic()
            try:
                answer = ask()
                self.round_trip = min(self.round_trip, time.monotonic() - asked)
                return answer
            except (ProviderLimited, ProviderUnreachable) as error:
                if number + 1 >= tries_of(error):
                    raise
                if isinstance(error, ProviderLimited):
                    self.budget.slow_down(resource)
            self.sleep(min(LONGEST_PAUSE, FIRST_PAUSE * 2**number) * (0.5 + random.random() / 2))
            self.renew_lease()
        raise AssertionError("the last try returns or raises")

    def fill(self) -> None:
        """A backfill begins: PaymentIntents wait for their charges, and the writer has much to write."""
        self.backfilling = True
        self._writer.submit(self.store.database.expect_much).result()

    def renew_lease(self) -> None:
        """Prolong the lease where it is time to. Raises LeaseLost where another sync has taken over."""
        if time.monotonic() - self._renewed > RENEW_SECONDS:
            self._writer.submit(self._renew).result()

    def _renew(self) -> None:
        if time.monotonic() - self._renewed > RENEW_SECONDS and not self.acquire():
            raise LeaseLost("Another sync has taken over.", code="sync_lease")

    def commit(
        self,
        resource: str,
        objects: Sequence[Mapping[str, Any]],
        also: Callable[[], None] | None = None,
        *,
        before: Sequence[tuple[str, Sequence[Mapping[str, Any]]]] = (),
    ) -> None:
        """Keep objects, the payments they touch, `also` (a cursor) and the reads spent, in one transaction.

        `before` are objects that came along (a charge's PaymentIntent): kept first, shown with these.
        Raises LeaseLost where another sync has taken over: its rows count now.
        """
        projection = self.store.projection
        parts = [(name, projection.read(name, part)) for name, part in before if part]
        self.commit_later(resource, projection.read(resource, objects), also, before=parts).result()

    def commit_later(
        self,
        resource: str,
        rows: Sequence[Row],
        also: Callable[[], None] | None = None,
        *,
        before: Sequence[tuple[str, Sequence[Row]]] = (),
    ) -> Future[None]:
        """As `commit`, in the order of these calls, without waiting until it is done; the future tells how it went.

        A cursor may only be handed over when the commit of the page before it has succeeded.
        """
        parts = [*((name, part, True) for name, part in before), (resource, rows, False)]
        self._room.acquire()
        try:
            done = self._writer.submit(self._write, parts, also)
        except BaseException:
            self._room.release()
            raise
        done.add_done_callback(lambda _done: self._room.release())
        return done

    def _write(self, parts: Sequence[tuple[str, Sequence[Row], bool]], also: Callable[[], None] | None) -> None:
        # A power cut may take the last pages, but only together with their cursor, so they are read again.
        with self.store.transaction(durable=False):
            self._renew()
            done = [(name, self._keep(name, rows, waiting)) for name, rows, waiting in parts]
            if also:
                also()
            spent, today = self.budget.take_spent(), int(self.clock.real().timestamp()) // DAY
            self.store.sync_state.count_reads(spent, today)
            progress = self._note_progress(parts[-1][0])
        with self._guard:
            for name, written in done:
                tally = self.tallies[name]
                tally.seen += written.seen
                tally.written += written.seen
                tally.changed += written.changed
                if written.seen:  # a cursor that is kept under the name of a list is no time of that list
                    tally.seconds = time.monotonic() - self.started
        if self.on_progress:
            self.on_progress(progress)

    def stamp(self, resource: str) -> None:
        """Count what was done until now into a resource's time."""
        if resource in self.tallies:
            self.tallies[resource].seconds = time.monotonic() - self.started

    def _keep(self, resource: str, rows: Sequence[Row], waiting: bool) -> Written:
        return self.store.projection.store(resource, rows, backfilling=self.backfilling or waiting)

    def _note_progress(self, resource: str) -> Progress:
        """Where it stands; about once a second also for the pages, in the transaction of the rows."""
        seconds, rows = time.monotonic() - self.started, sum(one.seen for one in self.tallies.values())
        progress = Progress(resource, rows, self.budget.total, seconds)
        if self.forecast and (self.on_progress or seconds - self._shown >= 1):
            found = self.forecast.left(seconds, self.budget.total)
            progress.left, share = found or (None, 0.0)
            self._share = max(self._share, self.share_before + (1 - self.share_before) * share)
            progress.share = self._share
        if seconds - self._shown >= 1:
            self._shown = seconds
            self.store.sync_state.set_cursor(PROGRESS, json.dumps(asdict(progress)))
        return progress


def tries_of(error: ProviderError) -> int:
    """How often a request that ends so is made: no answer at all is a matter of the network, and of the next sync."""
    if isinstance(error, ProviderLimited):
        return PATIENCE
    return FAILURES if (error.http_status or 0) >= 500 else 1

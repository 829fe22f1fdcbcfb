"""Everything of a span of time: payouts and what they paid out, then every other list by windows of `created`."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from dashboard.store.sync.state import Window
from dashboard.sync import forecast
from dashboard.sync.forecast import Forecast
from dashboard.sync.run import DAY, After, SyncRun
from dashboard.sync.windows import PAGE, Lanes

# What a payment refers to comes first where the time is this machine's, so that each payment is derived once. Balance
# transactions come with the payout that paid them out; only those in no payout yet are listed by their time.
FIRST = ("customers", "payouts")
THEN = ("refunds", "disputes", "payment_intents", "charges")
BEGINNING = 1_293_840_000  # 2011-01-01: Stripe opened to the public later that year
WORKERS = 12  # of one resource: 25 requests a second need four in flight at 150 ms a reply, and twelve at half a second
HURRIED = 100.0  # requests a second and endpoint above which the time is this machine's, and not the provider's
NEAR = 0.030  # seconds; a server as near as this is waited for less than workers wait for each other


def plan(now: int, since: int = BEGINNING) -> list[Window]:
    """One window per resource from an instant on (epoch seconds); it splits by itself. Customers are listed whole."""
    return [
        Window(resource, BEGINNING if resource == "customers" else since, now + 1, None) for resource in (*FIRST, *THEN)
    ]


def backfill(run: SyncRun) -> None:
    """Read every open window to its end. Stopped anywhere and called again, it repeats at most a page a worker."""
    projection, state = run.store.projection, run.store.sync_state
    hurried = run.budget.per_endpoint > HURRIED
    run.forecast = forecast.begin(run, state.open_windows(), hurried=hurried)
    surveys = [functools.partial(_survey, run, run.forecast, resource) for resource in run.forecast.spans]
    if hurried:  # where the provider's limit is the slower, the indexes cost nothing as they go
        projection.begin_backfill()
        together(run, surveys)
        _read_open(run, FIRST)
        itemize(run)
        _read_open(run, THEN)
    else:  # side by side: the newest payments are there at once, and each list takes only its own rate
        read: list[Callable[[], None]] = [functools.partial(_read_payouts, run)]
        read += [functools.partial(_read_open, run, (resource,)) for resource in ("customers", *THEN)]
        together(run, [*read, *surveys])
    since = state.first_without_balance_transaction()
    if since is not None and not any(one.resource == "balance_transactions" for one in state.open_windows()):
        now = int(run.clock.now().timestamp())
        window = Window("balance_transactions", since - DAY, now + 1, None)
        state.replace_window(window)
        run.forecast.add(window)
    _read_open(run, ("balance_transactions",))
    while projection.derive_intents_without_charge():
        continue


def _survey(run: SyncRun, known: Forecast, resource: str) -> None:
    start, stop = known.spans[resource]
    known.learn(resource, forecast.survey(run, resource, start, stop))


def _read_payouts(run: SyncRun) -> None:
    _read_open(run, ("payouts",))
    itemize(run)


def together(run: SyncRun, tasks: Sequence[Callable[[], None]]) -> None:
    """Run tasks beside each other; the first failure stops the others at their next page, and is raised."""
    if not tasks:  # a sync that was stopped between its last window and its end has nothing left to read
        return

    def guarded(task: Callable[[], None]) -> None:
        try:
            task()
        except BaseException:
            run.stopping.set()
            raise

    with ThreadPoolExecutor(len(tasks), thread_name_prefix="sync") as pool:
        done = [pool.submit(guarded, task) for task in tasks]
    failures = [error for one in done if (error := one.exception())]
    if failures:
        raise failures[0]


def itemize(run: SyncRun) -> None:
    """Read which balance transactions each finished automatic payout paid out (Stripe: payout reconciliation)."""
    waiting = run.store.sync_state.unitemized_payouts()
    if run.forecast:
        run.forecast.items(len(waiting))
    with ThreadPoolExecutor(_workers(run), thread_name_prefix="sync") as pool:
        for done in [pool.submit(_itemize_one, run, payout_id) for payout_id in waiting]:
            if written := done.result():
                written.result()


def _itemize_one(run: SyncRun, payout_id: str) -> Future[None] | None:
    """Read one payout's list; returns the commit of its last page."""
    after: After | None = None
    written: Future[None] | None = None
    while not run.stopping.is_set():
        page = run.rows("balance_transactions", {"payout": payout_id, "limit": PAGE}, payout_id, after=after)
        if written:
            written.result()
        last = not page.has_more or not page.rows
        done = functools.partial(run.store.projection.mark_itemized, payout_id) if last else None
        written = run.commit_later("balance_transactions", page.rows, done)
        if last:
            if run.forecast:
                run.forecast.item_done()
            break
        after = After(str(page.rows[-1][0]), page.rows[-1][1])
    return written


def _workers(run: SyncRun) -> int:
    return 1 if run.round_trip < NEAR else WORKERS


def _read_open(run: SyncRun, resources: Sequence[str]) -> None:
    for resource in resources:
        windows = [window for window in run.store.sync_state.open_windows() if window.resource == resource]
        Lanes(run, windows).read(_workers(run))
        if resource == "charges" and not run.stopping.is_set():
            run.store.projection.finish_backfill()
            run.stamp(resource)

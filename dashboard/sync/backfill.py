"""Everything of a span of time: payouts and what they paid out, then every other list by windows of `created`."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from dashboard.store.sync_state import Window
from dashboard.sync.run import DAY, Run
from dashboard.sync.windows import PAGE, Lanes

# What a payment refers to comes first, so that each payment is derived once, with all it refers to at hand. Balance
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


def backfill(run: Run) -> None:
    """Read every open window to its end. Stopped anywhere and called again, it repeats at most a page a worker."""
    ledger, state = run.store.ledger, run.store.sync_state
    hurried = run.budget.per_endpoint > HURRIED
    if hurried:  # where the provider's limit is the slower, the indexes cost nothing as they go
        ledger.begin_filling()
    _read_open(run, FIRST)
    if hurried:
        itemise(run)
        _read_open(run, THEN)
    else:
        read: list[Callable[[], None]] = [functools.partial(itemise, run)]
        read += [functools.partial(_read_open, run, (resource,)) for resource in THEN]
        together(run, read)
    since = state.first_unsettled()
    if since is not None and not any(one.resource == "balance_transactions" for one in state.open_windows()):
        now = int(run.clock.now().timestamp())
        state.replace_window(Window("balance_transactions", since - DAY, now + 1, None))
    _read_open(run, ("balance_transactions",))
    while ledger.derive_lonely_intents():
        continue


def together(run: Run, tasks: Sequence[Callable[[], None]]) -> None:
    """Run tasks beside each other; the first failure stops the others at their next page, and is raised."""

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


def itemise(run: Run) -> None:
    """Read which balance transactions each finished automatic payout paid out (Stripe: payout reconciliation)."""
    waiting = run.store.sync_state.unitemised_payouts()
    with ThreadPoolExecutor(_workers(run), thread_name_prefix="sync") as pool:
        for done in [pool.submit(_itemise_one, run, payout_id) for payout_id in waiting]:
            if written := done.result():
                written.result()


def _itemise_one(run: Run, payout_id: str) -> Future[None] | None:
    """Read one payout's list; returns the commit of its last page."""
    after: dict[str, str] = {}
    written: Future[None] | None = None
    while not run.stopping.is_set():
        page = run.rows("balance_transactions", {"payout": payout_id, "limit": PAGE, **after}, payout_id)
        if written:
            written.result()
        last = not page.has_more or not page.rows
        done = functools.partial(run.store.ledger.mark_itemised, payout_id) if last else None
        written = run.commit_later("balance_transactions", page.rows, done)
        if last:
            break
        after = {"starting_after": str(page.rows[-1][0])}
    return written


def _workers(run: Run) -> int:
    return 1 if run.round_trip < NEAR else WORKERS


def _read_open(run: Run, resources: Sequence[str]) -> None:
    for resource in resources:
        windows = [window for window in run.store.sync_state.open_windows() if window.resource == resource]
        Lanes(run, windows).read(_workers(run))
        if resource == "charges" and not run.stopping.is_set():
            run.store.ledger.finish_filling()
            run.stamp(resource)

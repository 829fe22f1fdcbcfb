"""Everything from the first payment: windows of `created` that split where they are dense, read by several workers."""

from __future__ import annotations

import functools
import queue
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from dashboard.store.sync_state import Window
from dashboard.sync.run import Run

# What a payment refers to comes first, so that each payment is derived once, with all it refers to at hand. Balance
# transactions come with the payout that paid them out; only those in no payout yet are listed by their time.
FIRST = ("customers", "payouts")
THEN = ("refunds", "disputes", "payment_intents", "charges")
DAY = 86_400
BEGINNING = 1_293_840_000  # 2011-01-01: Stripe opened to the public later that year
PAGE = 100  # Stripe: `limit` is at most 100
WORKERS = 6  # at 150 ms a reply, 25 requests a second need four in flight
SMALLEST_SPLIT = 60  # seconds of `created`; a denser minute is read page by page


def plan(now: int) -> list[Window]:
    """One window per resource; it splits by itself."""
    return [Window(resource, BEGINNING, now + 1, None) for resource in (*FIRST, *THEN)]


def backfill(run: Run, workers: int = WORKERS) -> None:
    """Read every open window to its end. Stopped anywhere and called again, it repeats at most a page a worker."""
    _read_open(run, FIRST, workers)
    itemise(run, workers)
    _read_open(run, THEN, workers)
    state = run.store.sync_state
    since = state.first_unsettled()
    if since is not None and not any(one.resource == "balance_transactions" for one in state.open_windows()):
        now = int(run.clock.now().timestamp())
        state.replace_window(Window("balance_transactions", since - DAY, now + 1, None))
    _read_open(run, ("balance_transactions",), workers)
    while run.store.ledger.derive_lonely_intents():
        continue


def itemise(run: Run, workers: int = 1) -> None:
    """Read which balance transactions each finished automatic payout paid out (Stripe: payout reconciliation)."""
    waiting = run.store.sync_state.unitemised_payouts()
    with ThreadPoolExecutor(workers, thread_name_prefix="sync") as pool:
        for done in [pool.submit(_itemise_one, run, payout_id) for payout_id in waiting]:
            done.result()


def _itemise_one(run: Run, payout_id: str) -> None:
    after: dict[str, str] = {}
    while True:
        page = run.page("balance_transactions", {"payout": payout_id, "limit": PAGE, **after})
        last = not page.has_more or not page.data
        done = functools.partial(run.store.ledger.mark_itemised, payout_id) if last else None
        run.commit("balance_transactions", page.data, done, payout_id=payout_id)
        if last:
            return
        after = {"starting_after": str(page.data[-1]["id"])}


def _read_open(run: Run, resources: Sequence[str], workers: int) -> None:
    open_windows = run.store.sync_state.open_windows()
    _read_windows(run, [window for window in open_windows if window.resource in resources], workers)


def _read_windows(run: Run, windows: list[Window], workers: int) -> None:
    """Work a queue that grows as windows split; the first failure ends it, and what was committed stays."""
    waiting: queue.SimpleQueue[Window | None] = queue.SimpleQueue()
    for window in windows:
        waiting.put(window)
    left, guard, failures = len(windows), threading.Lock(), []
    if not windows:
        return

    def work() -> None:
        nonlocal left
        while (window := waiting.get()) is not None:
            try:
                grown = _read_page(run, window)
            except BaseException as error:
                failures.append(error)
                for _ in range(workers):
                    waiting.put(None)
                return
            with guard:
                left += len(grown) - 1
                for one in grown:
                    waiting.put(one)
                if left == 0:
                    for _ in range(workers):
                        waiting.put(None)

    with ThreadPoolExecutor(workers, thread_name_prefix="sync") as pool:
        for _ in range(workers):
            pool.submit(work)
    if failures:
        raise failures[0]


def _read_page(run: Run, window: Window) -> list[Window]:
    """Read one page of a window; returns what is left of it, in one piece or two."""
    params = {"limit": PAGE, "created": {"gte": window.start, "lt": window.stop}}
    if window.after:
        params["starting_after"] = window.after
    page = run.page(window.resource, params)
    state = run.store.sync_state
    if not page.has_more or not page.data:
        run.commit(window.resource, page.data, lambda: state.close_window(window))
        return []
    oldest, last = int(page.data[-1]["created"]), str(page.data[-1]["id"])
    middle = window.start + (oldest - window.start) // 2
    splits = oldest - window.start > SMALLEST_SPLIT and middle > window.start
    rest = Window(window.resource, middle if splits else window.start, window.stop, last)
    older = Window(window.resource, window.start, middle, None)

    def keep() -> None:
        state.move_window(window, rest)
        if splits:
            state.add_window(older)

    run.commit(window.resource, page.data, keep)
    return [rest, older] if splits else [rest]

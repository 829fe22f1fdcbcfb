"""Windows of `created`, read by several workers; one that is dense is shared as soon as a worker has nothing to do."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from dashboard.store.sync.state import Window
from dashboard.sync.run import After, SyncRun

PAGE = 100  # Stripe: `limit` is at most 100
WORTH_SPLITTING = 4  # pages left; each split costs about a page more, and less is read before another worker has begun
Piece = tuple[Window, Future[None] | None]  # what is to be read, and the commit that must have succeeded before its own


class Lanes:
    """One resource's windows and the workers that read them.

    A list is read by cursor, one page after the other, so what makes it fast is to read several windows of it at once,
    and what makes it frugal is to split only for a worker that waits: each piece ends with a page that is not full.
    A page is fetched while the one before it is written, and its place is handed over when that one is committed.
    """

    def __init__(self, run: SyncRun, windows: Sequence[Window]) -> None:
        self._run = run
        self._waiting: deque[Piece] = deque((window, None) for window in windows)
        self._ended: list[Future[None]] = []
        self._busy, self._idle = 0, 0
        self._change = threading.Condition()
        self._failure: BaseException | None = None

    def read(self, workers: int) -> None:
        """Read every window to its end. The first failure ends it, and what was committed stays."""
        if not self._waiting:
            return
        with ThreadPoolExecutor(workers, thread_name_prefix="sync") as pool:
            for _ in range(workers):
                pool.submit(self._work)
        if self._failure:
            raise self._failure
        for written in (*self._ended, *(before for _, before in self._waiting if before)):
            written.result()

    def _work(self) -> None:
        while (piece := self._take()) is not None:
            try:
                grown = self._read_page(*piece)
            except BaseException as error:
                with self._change:
                    self._failure = self._failure or error
                    self._change.notify_all()
                return
            with self._change:
                self._busy -= 1
                self._waiting.extend(grown)
                self._change.notify_all()

    def _take(self) -> Piece | None:
        """The next window, or None where all are read or one failed."""
        with self._change:
            self._idle += 1
            while not self._waiting and self._busy and not self._failure:
                self._change.wait()
            self._idle -= 1
            if self._failure or self._run.stopping.is_set() or not self._waiting:
                return None
            self._busy += 1
            return self._waiting.popleft()

    def _someone_waits(self, resource: str) -> bool:
        """Whether another piece would be read at once: by a worker that waits, within the rate that is allowed."""
        with self._change:
            return self._idle > len(self._waiting) and self._run.budget.is_spare(resource)

    def _read_page(self, window: Window, before: Future[None] | None) -> list[Piece]:
        """Read one page of a window; returns what is left of it, in one piece or two."""
        run, key = self._run, (window.resource, window.start)
        params: dict[str, object] = {"limit": PAGE, "created": {"gte": window.start, "lt": window.stop}}
        page = run.rows(window.resource, params, after=After(window.after) if window.after else None)
        if before:
            before.result()
        state = run.store.sync_state
        if not page.has_more or not page.rows:
            run.pages_left.pop(key, None)
            if run.forecast:
                run.forecast.end(window, len(page.rows))
            self._ended.append(run.commit_later(window.resource, page.rows, lambda: state.close_window(window)))
            return []
        newest, oldest, last = page.rows[0][1], page.rows[-1][1], str(page.rows[-1][0])
        pages_left = (oldest - window.start) / max(1, newest - oldest)
        middle = window.start + (oldest - window.start) // 2
        splits = pages_left >= WORTH_SPLITTING and middle > window.start and self._someone_waits(window.resource)
        rest = Window(window.resource, middle if splits else window.start, window.stop, last)
        older = Window(window.resource, window.start, middle, None)
        if run.forecast:
            run.forecast.move(window, len(page.rows), oldest, middle if splits else None)

        def keep() -> None:
            state.move_window(window, rest)
            if splits:
                state.add_window(older)

        written = run.commit_later(window.resource, page.rows, keep)
        if not splits:
            run.pages_left[key] = pages_left
            return [(rest, written)]
        run.pages_left[key] = run.pages_left[window.resource, middle] = pages_left / 2
        return [(rest, written), (older, written)]

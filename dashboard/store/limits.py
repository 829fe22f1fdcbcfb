"""Time limits for questions that may be dear: an answer within them, or a sentence that says so."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from dashboard.errors import StoreError

LIMIT_SECONDS = 1.0  # DESIGN section 7: an answer within a second, or "took too long"
Stop = threading.Event | None  # set where nobody waits for the answer any more
STEPS = 20_000  # SQLite instructions between two looks at the clock: about a millisecond
_outer: ContextVar[Callable[[], bool] | None] = ContextVar("outer", default=None)


class QueryTooSlow(StoreError):
    """The question was stopped at its time limit."""


@contextmanager
def limited(connection: sqlite3.Connection, seconds: float, stop: Stop = None) -> Iterator[None]:
    """Stop what runs inside after so many seconds, or when `stop` is set; a limit around this one still holds.

    Raises QueryTooSlow.
    """
    deadline, outer = time.monotonic() + seconds, _outer.get()

    def is_over() -> bool:
        return time.monotonic() > deadline or (stop is not None and stop.is_set()) or (outer is not None and outer())

    token = _outer.set(is_over)
    connection.set_progress_handler(is_over, STEPS)
    try:
        yield
    except sqlite3.OperationalError as error:
        if "interrupted" not in str(error):
            raise
        raise QueryTooSlow(
            "This took too long.",
            meaning="The table above is complete; only this figure is missing.",
            action="Narrow the filter: a shorter time, a customer, a status.",
            code="too_slow",
        ) from None
    finally:
        _outer.reset(token)
        connection.set_progress_handler(outer, STEPS if outer else 0)

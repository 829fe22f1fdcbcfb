"""The rate budget: how many requests a second each endpoint, and all of them together, may take."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Callable

PER_ENDPOINT = 20.0  # Stripe allows 25 a second per endpoint; the rest is for the people at the pages
ALLOWED = 25.0  # of one endpoint (Stripe: rate limits)
GLOBAL_SHARE = 0.8  # of the account's own limit: 25 a second in test mode, 100 live (Stripe: rate limits)
BURST_SECONDS = 0.4  # what a slow moment kept back may go at once; Stripe's own limiter lets a second's worth pass


class Bucket:
    """Hands out slots at a steady rate."""

    def __init__(self, rate: float) -> None:
        self.rate, self._next = rate, 0.0

    def reserve(self, now: float) -> float:
        """The instant at which the next request may go."""
        slot = max(self._next, now - BURST_SECONDS)
        self._next = slot + 1.0 / self.rate
        return slot

    def is_free(self, now: float) -> bool:
        """Whether a slot is free now."""
        return self._next <= now

    def slow_down(self) -> None:
        """Go at three quarters of the rate from now on, from what Stripe allows an endpoint, down to one a second."""
        self.rate = max(1.0, min(ALLOWED, self.rate * 0.75))


class Budget:
    """One budget that all workers of a sync share, and its count of what was spent."""

    def __init__(
        self,
        *,
        per_endpoint: float = PER_ENDPOINT,
        overall: float,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.per_endpoint, self._overall, self._sleep = per_endpoint, Bucket(overall), sleep
        self._buckets: dict[str, Bucket] = defaultdict(lambda: Bucket(self.per_endpoint))
        self._guard = threading.Lock()
        self._spent: dict[str, int] = defaultdict(int)
        self._requests: dict[str, int] = defaultdict(int)
        self.total = 0

    def wait(self, endpoint: str) -> None:
        """Wait until a request to this endpoint may go, and count it."""
        with self._guard:
            now = time.monotonic()
            slot = max(self._buckets[endpoint].reserve(now), self._overall.reserve(now))
        if slot > now:
            self._sleep(slot - now)

    def is_spare(self, endpoint: str) -> bool:
        """Whether a request to this endpoint could go at once: where not, more workers would only wait."""
        with self._guard:
            now = time.monotonic()
            return self._buckets[endpoint].is_free(now) and self._overall.is_free(now)

    def slow_down(self, endpoint: str) -> None:
        """The provider found this endpoint's rate too high; somebody else uses the account too."""
        with self._guard:
            self._buckets[endpoint].slow_down()

    def rate_of(self, endpoint: str) -> float:
        """Requests a second that this endpoint may take now."""
        with self._guard:
            return self._buckets[endpoint].rate

    def count(self, endpoint: str) -> None:
        """A request went out."""
        with self._guard:
            self._spent[endpoint] += 1
            self._requests[endpoint] += 1
            self.total += 1

    def requests(self) -> dict[str, int]:
        """What was spent by endpoint since the beginning."""
        with self._guard:
            return dict(self._requests)

    def take_spent(self) -> dict[str, int]:
        """What was spent since this was last asked, to be written down with the next rows."""
        with self._guard:
            spent, self._spent = dict(self._spent), defaultdict(int)
        return spent

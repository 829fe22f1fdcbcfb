"""The desk's clock: real time, or the sandbox's time in the demo."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class Clock:
    """Aware UTC time. In the demo it runs ahead by what the sandbox's clock was moved; elsewhere the lead is zero."""

    def __init__(self) -> None:
        self._lead = timedelta()

    def now(self) -> datetime:
        """The business's time: what due dates, overdue marks and audit rows go by."""
        return self.real() + self._lead

    def real(self) -> datetime:
        """The machine's time, for leases and time-outs: moving the sandbox's clock must not expire them."""
        return datetime.now(UTC)

    def follow(self, provider_now: datetime) -> None:
        """Run as far ahead as the sandbox does; never behind real time."""
        self._lead = max(timedelta(), provider_now - self.real())


class FixedClock(Clock):
    """A clock that stands where it is put, for tests and replays."""

    def __init__(self, at: datetime) -> None:
        super().__init__()
        self.at = at

    def real(self) -> datetime:
        """The instant it was set to."""
        return self.at

    def move(self, by: timedelta) -> None:
        """Move forward by this much."""
        self.at += by

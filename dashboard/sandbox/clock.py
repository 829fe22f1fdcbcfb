"""The sandbox's clock: real time, or ahead of it by what a person asked for; it never lags and never goes back.

The banking day changes at 21:00 US Eastern, Stripe's cut-off for debits, so that a debit made at any hour has its
answer after as many business days as Stripe documents.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from email.utils import format_datetime

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard.domain.business_days import CUT_OFF_HOUR, EASTERN, add_business_days, submission_day


def open_of(day: date) -> datetime:
    """When the banking day `day` begins: 21:00 Eastern of the calendar day before it."""
    return datetime.combine(day - timedelta(days=1), time(CUT_OFF_HOUR), EASTERN).astimezone(UTC)


def later(moment: datetime, business_days: int) -> datetime:
    """The same Eastern hour that many banking days on: an evening after 21:00 belongs to the next banking day."""
    local = moment.astimezone(EASTERN)
    day = add_business_days(submission_day(local), business_days)
    if local.hour >= CUT_OFF_HOUR:
        day -= timedelta(days=1)
    return datetime.combine(day, local.time(), EASTERN).astimezone(UTC)


class Clock:
    """Aware UTC time, ahead of the machine's by an offset that is kept in the state."""

    def __init__(self, load: Callable[[], float], save: Callable[[float], None]) -> None:
        """`load` and `save` keep the lead in seconds; a lead that was never saved is zero."""
        self._load, self._save = load, save
        self._lead = timedelta(seconds=max(0.0, load()))

    def now(self) -> datetime:
        """The sandbox's time."""
        return datetime.now(UTC) + self._lead

    def timestamp(self) -> int:
        """The sandbox's time in epoch seconds."""
        return int(self.now().timestamp())

    def reload(self) -> None:
        """Take the lead from the state again, after a reset."""
        self._lead = timedelta(seconds=max(0.0, self._load()))

    def advance(self, business_days: int) -> datetime:
        """Move to the same hour `business_days` banking days ahead, and give the new time.

        Raises ValueError for fewer than one or more than 800 (about three years).
        """
        if not 1 <= business_days <= 800:
            raise ValueError("business_days must be between 1 and 800")
        return self.advance_to(later(self.now(), business_days))

    def advance_to(self, moment: datetime) -> datetime:
        """Move to `moment` (aware); raises ValueError where it lies in the past."""
        ahead = moment - datetime.now(UTC)
        if ahead < self._lead:
            raise ValueError("the sandbox's clock only goes forward")
        self._lead = ahead
        self._save(ahead.total_seconds())
        return self.now()


class Dated:
    """Writes the sandbox's time as the `Date` of every answer, faults included (RFC 9110, 6.6.1)."""

    def __init__(self, app: ASGIApp, clock: Clock) -> None:
        self._app, self._clock = app, clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the request and date its answer at the moment at which it begins."""

        async def dated(message: Message) -> None:
            if message["type"] == "http.response.start":
                now = format_datetime(self._clock.now(), usegmt=True)
                message = {**message, "headers": [*message["headers"], (b"date", now.encode())]}
            await send(message)

        await self._app(scope, receive, dated)

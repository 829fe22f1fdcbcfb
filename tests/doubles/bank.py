"""Stripe in memory with a clock of its own, and faults that come before or after the effect of a call.

Its rules are Stripe's: a key is known for 24 hours and gives its first answer again, also a saved 500; a PaymentIntent
is confirmed once. `tests/contract/test_doubles.py` holds them against the sandbox.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from dashboard.domain.clock import FixedClock
from dashboard.domain.errors import ProviderDenied, ProviderError, ProviderLimited
from tests.unit.fakes import FakeStripe, Killed, lost


class Fault(StrEnum):
    """What happens to one call."""

    LOST_BEFORE = "lost before it arrived"
    LOST_AFTER = "done, and its answer lost"
    SAVED_500 = "done, and a 500 that replays"
    DENIED = "401"
    FORBIDDEN = "403"
    LIMITED = "429"
    KILLED_BEFORE = "killed before the call"
    KILLED_AFTER = "killed after its effect"
    STOPPED = "stopped in the call past the lease, while others go on"


class Bank(FakeStripe):
    """All that there is at Stripe; `clock` is Stripe's own. Each process talks to it through its own `Line`."""

    def __init__(self, clock: FixedClock) -> None:
        super().__init__(clock)
        self.moved_at: dict[str, datetime] = {}
        self.returned: dict[str, datetime] = {}  # charges that came back for want of money, and when

    def charge(self, id: str) -> dict[str, Any]:
        made = super().charge(id)
        return made | {"status": "failed", "failure_code": "insufficient_funds"} if id in self.returned else made

    def confirm_payment_intent(self, id: str, body: Any, *, key: str) -> dict[str, Any]:
        before = len(self.debited)
        try:
            return super().confirm_payment_intent(id, body, key=key)
        finally:
            if len(self.debited) > before:
                self.moved_at[id] = self.clock.now()


class Line:
    """One process's way to Stripe: its key may be wrong, its next calls may meet faults."""

    def __init__(self, bank: Bank, faults: list[Fault | None], stop: Callable[[], None]) -> None:
        self._bank, self._faults, self._stop = bank, faults, stop
        self._heard: datetime | None = None
        self.wrong_key = False

    def time(self) -> datetime | None:
        """As the gateway has it: by the newest answer and what has run since."""
        return None if self._heard is None else self._bank.clock.now()

    def __getattr__(self, name: str) -> Callable[..., Any]:
        call: Callable[..., Any] = getattr(self._bank, name)

        def faulty(*args: Any, **kwargs: Any) -> Any:
            fault = self._faults.pop(0) if self._faults and not self.wrong_key else None
            if self.wrong_key:
                raise self._answer(ProviderDenied("Wrong key.", provider="stripe", code="invalid_api_key"))
            early = self._before(fault)
            if early is not None:
                raise early
            answer = call(*args, **kwargs)
            if name.startswith("find"):
                answer = list(answer)
            if fault is Fault.KILLED_AFTER:
                raise Killed
            if fault in {Fault.LOST_AFTER, Fault.SAVED_500}:
                key = kwargs.get("key")
                if fault is Fault.SAVED_500 and key in self._bank.kept:
                    at, body, _ = self._bank.kept[key]
                    self._bank.kept[key] = (at, body, {"failed": True})
                raise lost(provider="stripe", maybe_done=bool(key))
            self._heard = self._bank.clock.now()
            return answer

        return faulty

    def _before(self, fault: Fault | None) -> BaseException | None:
        if fault is Fault.STOPPED:
            self._stop()
        if fault is Fault.KILLED_BEFORE:
            return Killed()
        if fault is Fault.LOST_BEFORE:
            return lost(provider="stripe")
        if fault is Fault.LIMITED:
            return self._answer(ProviderLimited("Slow down.", provider="stripe", code="rate_limit"))
        if fault in {Fault.DENIED, Fault.FORBIDDEN}:
            return self._answer(ProviderDenied("No.", provider="stripe", code="invalid_api_key"))
        return None

    def _answer(self, error: ProviderError) -> ProviderError:
        """A refusal has a date too."""
        self._heard = self._bank.clock.now()
        return error


DAY = timedelta(days=1)

"""Whether an order is too old to be sent without a person's word, by our clock and by Stripe's."""

from __future__ import annotations

from datetime import timedelta

from dashboard.debits.problems import NOT_SENT
from dashboard.debits.restored import RESTORED
from dashboard.domain.clock import Clock
from dashboard.domain.models import Debit, Problem
from dashboard.gateways.payment_provider import PaymentProvider
from dashboard.jobs import Run
from dashboard.store import Store

CLOCKS_DIFFER = timedelta(minutes=1)  # an order from the future, by more than this, has an age that nobody knows


class Lateness:
    """What a debit's job asks before it sends."""

    def __init__(self, store: Store, stripe: PaymentProvider, clock: Clock, send_within: timedelta) -> None:
        self._store, self._stripe, self._clock, self._send_within = store, stripe, clock, send_within

    def find_reason(self, debit: Debit, run: Run) -> Problem | None:
        """Why a person has to say once more that it is wanted: it is late, or nobody knows what was done since."""
        if self._store.restores.open() is not None:
            return RESTORED
        return NOT_SENT if self._is_late(debit, run) else None

    def _is_late(self, debit: Debit, run: Run) -> bool:
        """Whether the order is older than it may be when it is sent, by our clock or by Stripe's.

        An order from the future is of an unknown age; so is one that another process took, where Stripe's time of the
        order is not known: our clock may have been set back since.
        """
        schedule = self._store.schedules.get(debit.id)
        released = schedule.released_at if schedule is not None else None
        ours = self._clock.now() - max(run.job.ordered_at, released or run.job.ordered_at)
        if ours > self._send_within or ours < -CLOCKS_DIFFER:
            return True
        ordered, now = self._store.debits.ordered_at_stripe(debit.id), self._stripe.time()
        if ordered is None or now is None:
            return not run.is_own
        return now - ordered > self._send_within

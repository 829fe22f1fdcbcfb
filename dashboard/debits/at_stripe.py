"""A debit that Stripe holds for an approval of its own: looked for, and never sent again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from dashboard.approvals.at_stripe import LOOK_EVERY, STEP, WAITS, AtStripe
from dashboard.debits.intents import choose
from dashboard.debits.lookup import IntentLookup
from dashboard.domain.clock import Clock
from dashboard.domain.errors import ProviderPaused
from dashboard.domain.jobs import Job
from dashboard.domain.models import Debit
from dashboard.gateways.payment_provider import PaymentProvider
from dashboard.jobs import Run
from dashboard.jobs.kinds import To
from dashboard.store import Store

KIND = "debit"
EndBy = Callable[[Run, Mapping[str, Any]], bool]
Keep = Callable[[Run, Debit, Mapping[str, Any], str], None]


class PausedSteps:
    """What a debit's job does of it."""

    def __init__(self, store: Store, stripe: PaymentProvider, clock: Clock, intents: IntentLookup) -> None:
        self._stripe, self._intents = stripe, intents
        self._at_stripe = AtStripe(store, stripe, clock)

    def follow(self, job: Job) -> None:
        """As `AtStripe.follow`."""
        self._at_stripe.follow(job)

    def pause(self, run: Run, error: ProviderPaused) -> None:
        """From here on it is looked for."""
        with run.moving(To(STEP, LOOK_EVERY, WAITS), "debit.waits_at_stripe", approval=error.approval):
            self._at_stripe.note(KIND, run.job.subject, error)

    def wait(self, run: Run, debit: Debit, end_by: EndBy, keep: Keep) -> None:
        """Go on with what is there; withdraw it where Stripe says that it never will be; else look again later."""
        if debit.payment_intent_id is not None:
            if end_by(run, self._stripe.read_payment_intent(debit.payment_intent_id)):
                return
        elif (found := choose(self._intents.all(debit))) is not None:
            keep(run, debit, found, "found")
            return
        end = self._at_stripe.find_end(KIND, debit.id)
        if end is not None:
            run.move(To("refuse", problem=end), "debit.withdrawn", code=end.code)
        else:
            run.move(To(STEP, LOOK_EVERY, WAITS))

"""Canceling a PaymentIntent of ours that was never confirmed and that no debit waits for: a job of one step."""

from __future__ import annotations

from collections.abc import Mapping

from dashboard.debits.intents import Verdict, judge
from dashboard.domain.errors import ProviderRejected
from dashboard.domain.ids import new_id
from dashboard.domain.jobs import Job, JobState
from dashboard.gateways.payment_provider import PaymentProvider
from dashboard.jobs import Run
from dashboard.jobs.kinds import BaseKind, Done, Step

STRAY = "stray_intent"


class StrayKind(BaseKind):
    """Cancels one PaymentIntent, so that nothing can ever confirm it. Harmless to repeat."""

    name = STRAY

    def __init__(self, stripe: PaymentProvider) -> None:
        self._stripe = stripe

    @property
    def steps(self) -> Mapping[str, Step]:
        """One step."""
        return {"cancel": self._cancel}

    @property
    def moves(self) -> Mapping[str, frozenset[str]]:
        """It ends."""
        return {"cancel": frozenset({JobState.DONE, JobState.FAILED})}

    def title(self, job: Job) -> str:
        """The PaymentIntent's id."""
        return f"Cancel the leftover PaymentIntent {job.subject}"

    def _cancel(self, run: Run) -> None:
        try:
            if judge(self._stripe.read_payment_intent(run.job.subject)) is Verdict.UNCONFIRMED:
                self._stripe.cancel_payment_intent(run.job.subject, key=new_id("key"))
        except ProviderRejected as error:
            if error.code != "resource_missing":
                raise
        run.move(Done(), "stray.canceled")

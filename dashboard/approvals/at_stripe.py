"""What Stripe itself holds for an approval: waited for, looked for, and never sent again.

Stripe's own rules (Stripe: account/approvals, 2026) name people and agent-tagged keys, and not an ordinary key; a desk
whose key is under such a rule has its calls paused. What is approved there Stripe does by itself, so a step that was
paused asks two things from then on: whether its effect is there, and whether Stripe's question has ended without one.
"""

from __future__ import annotations

import logging
from datetime import timedelta

from dashboard.domain.clock import Clock
from dashboard.domain.errors import ProviderError, ProviderPaused
from dashboard.domain.jobs import Job
from dashboard.domain.models import Problem
from dashboard.gateways.payment_provider import PaymentProvider
from dashboard.gateways.stripe_errors import PAUSED
from dashboard.store import Store

log = logging.getLogger(__name__)

STEP = "at_stripe"
LOOK_EVERY = timedelta(minutes=5)  # somebody at Stripe decides within hours or days; a read each time
WAITS = Problem(
    "This waits at Stripe: a rule there asks a second person.",
    "Nothing was done yet, and it is never sent again from here. Once it is approved, Stripe does it by itself.",
    "Approve or reject it in Stripe's Dashboard, under Approvals.",
    PAUSED,
    "stripe",
)
SAID = {  # Stripe: the ends of an approval request after which nothing is done
    "rejected": "Somebody rejected it at Stripe.",
    "canceled": "It was canceled at Stripe.",
    "expired": "Nobody approved it at Stripe in time.",
    "failed": "It was approved at Stripe, and then failed there.",
}
DECLINED = Problem(
    "It was not approved at Stripe.",
    "Nothing was done.",
    "Order it again if it is still wanted.",
    "not_approved_at_stripe",
    "stripe",
)


class AtStripe:
    """What the steps of an operation ask and keep."""

    def __init__(self, store: Store, stripe: PaymentProvider, clock: Clock) -> None:
        self._store, self._stripe, self._clock = store, stripe, clock

    def note(self, kind: str, subject: str, error: ProviderPaused) -> None:
        """Keep that it waits there; inside the move to the step that looks for it."""
        self._store.at_stripe.note(kind, subject, error.approval, self._clock.now())

    def follow(self, job: Job) -> None:
        """Keep that it waits no more, once its job has left the step; inside that move."""
        if job.step != STEP or job.state.is_ended:
            self._store.at_stripe.end(job.kind, job.subject, self._clock.now())

    def find_end(self, kind: str, subject: str) -> Problem | None:
        """Why it will never be done, by Stripe's word; None while it may still be, or where Stripe does not say.

        A key that may not read approval requests learns nothing: then it is waited for, and a person ends it.
        """
        id = self._store.at_stripe.open(kind, subject)
        if not id:
            return None
        try:
            status = str(self._stripe.read_approval_request(id).get("status") or "")
        except ProviderError as error:
            log.info("Stripe did not say how an approval request stands: %s.", error.code or "no code")
            return None
        if status not in SAID:
            return None
        return Problem(SAID[status], DECLINED.meaning, DECLINED.action, DECLINED.code, "stripe")

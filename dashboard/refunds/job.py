"""A refund as a durable job: everything asked again, then one call under a committed key, found again by our tag."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from dashboard.approvals import APPROVE
from dashboard.approvals.at_stripe import LOOK_EVERY, STEP, WAITS, AtStripe
from dashboard.approvals.reviews import Reviews
from dashboard.domain.approvals import ApprovalState
from dashboard.domain.clock import Clock
from dashboard.domain.errors import DeskError, ProviderPaused, ProviderRejected
from dashboard.domain.jobs import Job, JobState
from dashboard.domain.lookups import require_found
from dashboard.domain.models import Problem
from dashboard.domain.refunds import AT_STRIPE, GONE, Refund, RefundState
from dashboard.domain.tags import REFUND_TAG
from dashboard.gateways.payment_provider import PaymentProvider
from dashboard.jobs import Run
from dashboard.jobs.kinds import Ask, BaseKind, Blocked, Canceled, Done, Failed, Next, Step, To, Unknown, pause_doubling
from dashboard.refunds.checks import DISPUTED, NOT_COLLECTED
from dashboard.settings import Settings
from dashboard.store import Store

KIND = "refund"
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=5), timedelta(minutes=5)
LATE_ANSWER = timedelta(hours=1)  # a call of before then has ended at Stripe: what is not listed was not made
STATES = {
    JobState.UNKNOWN: RefundState.UNKNOWN,
    JobState.DONE: RefundState.SUBMITTED,
    JobState.FAILED: RefundState.REFUSED,
    JobState.CANCELED: RefundState.CANCELED,
}
ENDED = {
    RefundState.SUBMITTED: ApprovalState.SUCCEEDED,
    RefundState.REFUSED: ApprovalState.FAILED,
    RefundState.CANCELED: ApprovalState.CANCELED,
}
WAITS_FOR_APPROVAL = Problem(
    "This refund waits for a second person.",
    "Nothing is given back before they approve it.",
    "A colleague approves or declines it under Approvals; whoever ordered it may cancel it.",
    "requires_review",
)
RESTORED = Problem(
    "A backup was restored, so this refund waits.",
    "It may have been sent after the backup was made.",
    "An administrator compares the desk with Stripe, then presses I have looked in the Inbox.",
    "restored",
)
LOOKED_FOR = Problem(
    "It is not known whether Stripe took this refund.",
    "It is looked for by its id, and never sent under another one.",
    "Stripe is asked again every few minutes. Order no other refund in its place.",
    "unknown",
    "stripe",
)
TOTAL_CHANGED = Problem(
    "More of this payment was refunded than whoever ordered this saw.",
    "Somebody refunded it meanwhile, here or at Stripe. This refund was not sent.",
    "Look at the payment, and order what is still wanted.",
    "total_changed",
)


def write_body(refund: Refund) -> dict[str, Any]:
    """What is sent. The amount always: without one Stripe gives back the whole (Stripe: refunds)."""
    reason = {"reason": refund.reason.value} if refund.reason in AT_STRIPE else {}
    return {"charge": refund.payment_id, "amount": refund.cents, "metadata": {REFUND_TAG: refund.id}, **reason}


class RefundKind(BaseKind):
    """The steps of a refund: it may wait for a second person, is sent once, or canceled where it was not sent."""

    name = KIND

    def __init__(self, store: Store, stripe: PaymentProvider, clock: Clock, settings: Settings) -> None:
        self._store, self._stripe, self._clock = store, stripe, clock
        self._reviews = Reviews(store, clock, settings)
        self._at_stripe = AtStripe(store, stripe, clock)

    @property
    def steps(self) -> Mapping[str, Step]:
        """`review` waits for approval here, `at_stripe` for one there."""
        return {"review": self._review, "create": self._create, STEP: self._wait_there, "cancel": self._cancel}

    @property
    def moves(self) -> Mapping[str, frozenset[str]]:
        """Nothing is sent again after it was canceled."""
        return {
            "review": frozenset({"create", "cancel", JobState.ASKING}),
            "create": frozenset({"review", STEP, JobState.UNKNOWN, JobState.DONE, JobState.FAILED}),
            STEP: frozenset({"cancel", JobState.DONE, JobState.FAILED}),
            "cancel": frozenset({JobState.DONE, JobState.CANCELED}),
        }

    def pause(self, tries: int) -> timedelta:
        """5 seconds, doubling to five minutes: a person waits for it."""
        return pause_doubling(tries, FIRST_PAUSE, LONGEST_PAUSE)

    def after(self, job: Job, error: DeskError, problem: Problem) -> Next:
        """A no is believed only where no try before it may have had its effect."""
        if job.step == "create" and self._is_in_doubt(job):
            return Unknown(_looking_for(problem))
        if job.step == "create" and isinstance(error, ProviderRejected):
            return Failed(problem)
        return Blocked(problem)

    def on_move(self, job: Job, next: Next) -> None:
        """Keep the order's own state true to its job, and its approval true to both."""
        waits = {"review": RefundState.REVIEW, STEP: RefundState.UNKNOWN}
        state = STATES.get(job.state) or waits.get(job.step, RefundState.ORDERED)
        self._at_stripe.follow(job)
        refusal = job.problem if state in {RefundState.REFUSED, RefundState.CANCELED} else None
        self._store.refunds.set_state(job.subject, state, refusal)
        if state in ENDED:
            self._reviews.end(KIND, job.subject, ENDED[state])

    def title(self, job: Job) -> str:
        """Of which payment."""
        refund = self._store.refunds.get(job.subject)
        return f"Refund of {refund.payment_id}" if refund else "Refund"

    # Steps.

    def _review(self, run: Run) -> None:
        """Wait for a second person, about exactly what would be sent."""
        refund = self._refund(run)
        with run.moving(Ask(APPROVE, WAITS_FOR_APPROVAL, "review"), "refund.waits_for_approval"):
            self._reviews.ask_again(run.job.actor, KIND, refund.id, write_body(refund))

    def _create(self, run: Run) -> None:
        refund = self._refund(run)
        there = self._all(refund)
        found = _ours(there, refund)
        if found is not None:
            self._keep(run, found)
            return
        if self._store.restores.open() is not None:
            run.move(Blocked(RESTORED), "refund.waits", code=RESTORED.code)
            return
        refusal = self._find_refusal(refund, there)
        if refusal is not None and self._is_in_doubt(run.job):
            run.move(Unknown(_looking_for(refusal)), "refund.unknown", code=refusal.code)
            return
        if refusal is not None:
            run.move(Failed(refusal), "refund.refused", code=refusal.code)
            return
        body = write_body(refund)
        if not self._reviews.holds(KIND, refund.id, body):
            with run.moving(To("review"), "approval.void"):
                self._reviews.void(KIND, refund.id)
            return
        with run.committing():
            self._reviews.consume(KIND, refund.id)
        try:
            made = run.once(
                body,
                lambda body, key: self._stripe.create_refund(body, key=key),
                lambda: _ours(self._all(refund), refund),
                self._stripe.time,
            )
        except ProviderPaused as error:
            with run.moving(To(STEP, LOOK_EVERY, WAITS), "refund.waits_at_stripe", approval=error.approval):
                self._at_stripe.note(KIND, refund.id, error)
            return
        self._keep(run, made)

    def _wait_there(self, run: Run) -> None:
        """Look for what somebody at Stripe may have approved; it is never sent again."""
        refund = self._refund(run)
        found = _ours(self._all(refund), refund)
        if found is not None:
            self._keep(run, found)
            return
        end = self._at_stripe.find_end(KIND, refund.id)
        if end is not None:
            run.move(Failed(end), "refund.refused", code=end.code)
        else:
            run.move(To(STEP, LOOK_EVERY, WAITS))

    def _cancel(self, run: Run) -> None:
        """End what was not sent; where it was, that counts."""
        refund = self._refund(run)
        found = _ours(self._all(refund), refund)
        if found is not None:
            self._keep(run, found)
        else:
            run.move(Canceled(run.job.problem), "refund.canceled")

    def _keep(self, run: Run, made: Mapping[str, Any]) -> None:
        """What Stripe says of it stands in the payment at once, beside the end of the order."""
        with run.moving(Done(), "refund.submitted", refund=made["id"]):
            self._store.refunds.set_stripe(run.job.subject, str(made["id"]))
            self._store.projection.apply("refunds", [made])

    # What the steps ask.

    def _find_refusal(self, refund: Refund, there: list[dict[str, Any]]) -> Problem | None:
        """What prevents it by now, by Stripe's own word: a dispute, a failure, or refunds that nobody knew of."""
        charge = self._stripe.read_charge(refund.payment_id)
        if charge.get("disputed") is True or self._store.payments.parts(refund.payment_id)["dispute"]:
            return DISPUTED
        if charge.get("status") != "succeeded":
            return NOT_COLLECTED
        others = sum(int(one["amount"]) for one in there if one.get("status") not in GONE)
        return TOTAL_CHANGED if others + refund.cents > refund.total_cents else None

    def _is_in_doubt(self, job: Job) -> bool:
        """Whether a call within the last hour may have had its effect, so that no refusal is believed yet."""
        since = self._clock.now() - LATE_ANSWER
        return any(one.is_doubtful and one.sent_at > since for one in self._store.jobs.tries(job.id))

    def _all(self, refund: Refund) -> list[dict[str, Any]]:
        return list(self._stripe.find_refunds(refund.payment_id))

    def _refund(self, run: Run) -> Refund:
        return require_found(self._store.refunds.get(run.job.subject), "refund")


def _looking_for(problem: Problem) -> Problem:
    known = (problem.code, "stripe", problem.request_id)
    return Problem(LOOKED_FOR.what, LOOKED_FOR.meaning, LOOKED_FOR.action, *known)


def _ours(there: list[dict[str, Any]], refund: Refund) -> dict[str, Any] | None:
    """The refund with this order's tag, whatever became of it."""
    for one in there:
        metadata = one.get("metadata")
        if isinstance(metadata, dict) and metadata.get(REFUND_TAG) == refund.id:
            return one
    return None

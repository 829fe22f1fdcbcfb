"""A write-off that waits for a second person, as a durable job: nobody else is called, and one commit ends it."""

from __future__ import annotations

from collections.abc import Mapping

from dashboard.approvals import APPROVE
from dashboard.approvals.reviews import Reviews
from dashboard.domain.approvals import ApprovalState
from dashboard.domain.cases import Case, CaseState, Outcome
from dashboard.domain.clock import Clock
from dashboard.domain.errors import Refused
from dashboard.domain.jobs import Job, JobState
from dashboard.domain.lookups import require_found
from dashboard.domain.models import Problem
from dashboard.jobs import Run
from dashboard.jobs.kinds import Ask, BaseKind, Canceled, Done, Next, Step, To
from dashboard.settings import Settings
from dashboard.store import Store
from dashboard.store.sql import to_epoch

KIND = "write_off"
ENDED = {JobState.DONE: ApprovalState.SUCCEEDED, JobState.CANCELED: ApprovalState.CANCELED}
WAITS_FOR_APPROVAL = Problem(
    "This write-off waits for a second person.",
    "The case stays open until they approve it.",
    "A colleague approves or declines it under Approvals; whoever ordered it may cancel it.",
    "requires_review",
)
DECIDED = Problem(
    "This case was decided meanwhile.",
    "Nothing was written off: the money came after all, or somebody closed the case.",
    "Look at the case.",
    "already_decided",
)


def body_of(case: Case) -> Mapping[str, object]:
    """What is approved: this amount of this payment, for what happened to it."""
    names = ("payment_id", "cause", "amount", "currency", "code")
    return {"case": case.id, "kind": case.kind.value, **{name: getattr(case, name) for name in names}}


class WriteOffKind(BaseKind):
    """It waits for a second person, then closes its case, or leaves it open where it was declined or canceled."""

    name = KIND

    def __init__(self, store: Store, clock: Clock, settings: Settings) -> None:
        self._store, self._clock = store, clock
        self._reviews = Reviews(store, clock, settings)

    @property
    def steps(self) -> Mapping[str, Step]:
        """`review` waits for approval."""
        return {"review": self._review, "close": self._close, "cancel": self._cancel}

    @property
    def moves(self) -> Mapping[str, frozenset[str]]:
        """Nothing is written off after it was canceled."""
        return {
            "review": frozenset({"close", "cancel", JobState.ASKING}),
            "close": frozenset({"review", JobState.DONE, JobState.CANCELED}),
            "cancel": frozenset({JobState.CANCELED}),
        }

    def on_move(self, job: Job, next: Next) -> None:
        """Keep the approval true to it."""
        if job.state in ENDED:
            self._reviews.end(KIND, job.subject, ENDED[job.state])

    def title(self, job: Job) -> str:
        """Of which payment."""
        case = self._store.cases.get(job.subject)
        return f"Write-off of {case.payment_id}" if case else "Write-off"

    def _review(self, run: Run) -> None:
        case = self._case(run.job)
        with run.moving(Ask(APPROVE, WAITS_FOR_APPROVAL, "review"), "case.write_off_waits"):
            self._reviews.ask_again(run.job.actor, KIND, case.id, body_of(case), case.amount)

    def _close(self, run: Run) -> None:
        case = self._case(run.job)
        if case.state is not CaseState.REVIEW:
            run.move(Canceled(DECIDED), "case.write_off_canceled")
            return
        if not self._reviews.holds(KIND, case.id, body_of(case)):
            with run.moving(To("review"), "approval.void"):
                self._reviews.void(KIND, case.id)
            return
        approval = require_found(self._store.approvals.newest(KIND, case.id), "approval")
        decision = require_found(self._store.approvals.decision(approval.id), "decision")
        now = self._clock.now()
        with run.moving(Done(), "case.written_off", payment=case.payment_id, amount_cents=case.amount):
            self._reviews.consume(KIND, case.id)
            self._store.cases.close(case.id, Outcome.WRITTEN_OFF, approval.requested_by, now, decision.person)
            self._store.cases.note(case.id, now, decision.person, "Written off: approved")

    def _cancel(self, run: Run) -> None:
        case, problem = self._case(run.job), run.job.problem
        with run.moving(Canceled(problem), "case.write_off_canceled", payment=case.payment_id):
            if case.state is CaseState.REVIEW:
                self._store.cases.set_state(case.id, CaseState.OPEN)
                said = problem.meaning if problem is not None and problem.code == "declined" else ""
                self._store.cases.note(case.id, self._clock.now(), run.job.actor.name, "Not written off", said)

    def _case(self, job: Job) -> Case:
        return require_found(self._store.cases.get(job.subject), "case")


class WriteOffReview:
    """A write-off as something that waits for approval (`approvals.Reviewable`)."""

    kind, approved_step, declined_step = KIND, "close", "cancel"

    def __init__(self, store: Store) -> None:
        self._store = store

    def bodies(self, subject: str) -> Mapping[str, object]:
        """What would be written off now."""
        return body_of(self._case(subject))

    def facts(self, subject: str) -> Mapping[str, object]:
        """The payment as it is now, what happened to it, and until when its next step is still possible."""
        case = self._case(subject)
        payment = self._store.payments.get(case.payment_id) or {}
        events = self._store.cases.events(case.id)
        why = next((one.note for one in reversed(events) if one.what == "Write-off ordered"), "")
        return {
            "payment": case.payment_id,
            "payment_state": payment.get("state", "failed"),
            "payment_created": payment.get("created", to_epoch(case.happened_at)),
            "payment_cents": payment.get("amount", case.amount),
            "step": case.step.value,
            "until_on": case.until_on.isoformat() if case.until_on else None,
            "reason": why,
        }

    def title(self, subject: str) -> str:
        """Of which payment, and whose."""
        case = self._store.cases.get(subject)
        if case is None:
            return "Write-off"
        whose = f" ({case.customer})" if case.customer else ""
        return f"Write-off of {case.reference or case.payment_id}{whose}"

    def require(self, subject: str) -> None:
        """Nothing where it could be written off now. Raises Refused."""
        if self._case(subject).state is not CaseState.REVIEW:
            raise Refused(DECIDED.what, meaning=DECIDED.meaning, action=DECIDED.action, code=DECIDED.code)

    def on_approved(self, subject: str) -> None:
        """Nothing: the case is asked again when it is closed."""

    def _case(self, id: str) -> Case:
        return require_found(self._store.cases.get(id), "case")

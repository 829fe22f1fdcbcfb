"""A debit as a durable job: create the PaymentIntent unconfirmed, commit its id, then confirm that id.

An unconfirmed PaymentIntent moves nothing, so a lost answer to the create is harmless. A confirm can be repeated for
as long as it takes, because the PaymentIntent itself is the lock at Stripe (Stripe: PaymentIntents lifecycle). An order
ends as refused or canceled only once Stripe has canceled its PaymentIntent, so that a refusal is never believed on the
word of one answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from dashboard.accounts.eligibility import Eligibility
from dashboard.approvals import APPROVE
from dashboard.approvals.at_stripe import DECLINED, STEP
from dashboard.approvals.reviews import Reviews
from dashboard.debits.at_stripe import PausedSteps
from dashboard.debits.due import HELD, WAIT, DueStep
from dashboard.debits.funds import Funds
from dashboard.debits.intents import (
    CONFIRM,
    WITHDRAWN,
    Verdict,
    choose,
    is_withdrawn,
    judge,
    matches,
    write_payment_intent,
)
from dashboard.debits.lateness import Lateness
from dashboard.debits.lookup import IntentLookup
from dashboard.debits.problems import CANCELED_AT_STRIPE, LOOKED_FOR, NOT_LISTED, NOT_SENT, WAITS_FOR_APPROVAL
from dashboard.debits.representments import RepresentmentRules
from dashboard.debits.review import find_change, write_bodies
from dashboard.domain.approvals import ApprovalState
from dashboard.domain.clock import Clock
from dashboard.domain.errors import (
    DeskError,
    InputError,
    ProviderBroken,
    ProviderError,
    ProviderPaused,
    ProviderRejected,
    Refused,
)
from dashboard.domain.ids import new_id
from dashboard.domain.jobs import Job, JobState
from dashboard.domain.lookups import require_found
from dashboard.domain.models import Debit, DebitState, Problem
from dashboard.domain.text_safety import clean
from dashboard.gateways.payment_provider import PaymentProvider
from dashboard.jobs import Run
from dashboard.jobs.kinds import Ask, BaseKind, Blocked, Canceled, Done, Failed, Next, Step, To, Unknown, pause_doubling
from dashboard.limits import Reservations
from dashboard.messages.problems import explain
from dashboard.settings import Settings
from dashboard.store import Store

KIND = "debit"
CONFIRM_AGAIN, NOT_FOUND = "confirm_again", "not_found"  # what a person is asked
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=5), timedelta(minutes=5)
LATE_ANSWER = timedelta(hours=1)  # a request of before the last restart has ended at Stripe by then, one way or another

BEFORE_SENT = frozenset({STEP, "review", "refuse", "cancel", JobState.UNKNOWN, JobState.ASKING})
ENDED = {
    DebitState.SUBMITTED: ApprovalState.SUCCEEDED,
    DebitState.REFUSED: ApprovalState.FAILED,
    DebitState.CANCELED: ApprovalState.CANCELED,
}
STATES: dict[JobState, DebitState] = {
    JobState.ASKING: DebitState.UNSENT,
    JobState.UNKNOWN: DebitState.UNKNOWN,
    JobState.DONE: DebitState.SUBMITTED,
    JobState.FAILED: DebitState.REFUSED,
    JobState.CANCELED: DebitState.CANCELED,
}


class DebitKind(BaseKind):
    """The steps of a debit. An order may wait `debit_rules.send_within`; then it has to be confirmed again."""

    name = KIND

    def __init__(self, store: Store, stripe: PaymentProvider, clock: Clock, settings: Settings, funds: Funds) -> None:
        self._store, self._stripe, self._clock = store, stripe, clock
        self._intents = IntentLookup(store, stripe)
        self._lateness = Lateness(store, stripe, clock, settings.debit_rules.send_within)
        self._eligibility = Eligibility(store, clock, settings.timezone)
        self._reservations = Reservations(store, clock, settings)
        self._reviews = Reviews(store, clock, settings)
        self._paused = PausedSteps(store, stripe, clock, self._intents)
        self._due = DueStep(store, stripe, funds, self._reviews, clock)
        self._representments = RepresentmentRules(store, clock, settings.timezone)

    @property
    def steps(self) -> Mapping[str, Step]:
        """`find`: what an earlier version sent. `review` waits for approval here, `at_stripe` there."""
        return {
            "find": self._find,
            "review": self._review,
            WAIT: self._wait,
            "create": self._create,
            "confirm": self._confirm,
            STEP: self._wait_there,
            "refuse": self._withdraw,
            "cancel": self._withdraw,
        }

    @property
    def moves(self) -> Mapping[str, frozenset[str]]:
        """What follows what: nothing is confirmed before it was created, or again after it was withdrawn."""
        return {
            "find": frozenset({"confirm", "create", "cancel", JobState.UNKNOWN, JobState.ASKING}),
            "review": frozenset({"create", "cancel", JobState.ASKING}),
            WAIT: frozenset({"create", "review", "cancel", JobState.ASKING}),
            "create": frozenset({*BEFORE_SENT, "confirm", WAIT, JobState.FAILED}),
            "confirm": frozenset({*BEFORE_SENT, "create", JobState.DONE}),
            STEP: frozenset({"confirm", "refuse", "cancel", JobState.DONE}),
            "refuse": frozenset({JobState.DONE, JobState.FAILED}),
            "cancel": frozenset({JobState.DONE, JobState.CANCELED}),
        }

    def pause(self, tries: int) -> timedelta:
        """5 seconds, doubling to five minutes: a person waits for it, and an order is good for minutes only."""
        return pause_doubling(tries, FIRST_PAUSE, LONGEST_PAUSE)

    def after(self, job: Job, error: DeskError, problem: Problem) -> Next:
        """An outage, a limit, a key that is not accepted: waited for. A definite no: the order is withdrawn."""
        if isinstance(error, ProviderRejected | InputError | Refused) and job.step == WAIT:
            return Ask(HELD, problem, "create")
        if isinstance(error, ProviderRejected | InputError) and job.step == "create":
            return To("refuse", problem=problem)
        if self._may_have_been_sent(job):
            return Unknown(_looking_for(problem))
        return Blocked(job.problem if job.step in {"refuse", "cancel"} and job.problem else problem)

    def on_move(self, job: Job, next: Next) -> None:
        """Keep the debit's own state true to its job, and the payments table true to the debit."""
        state = STATES.get(job.state)
        if job.step == "review":
            state = DebitState.REVIEW
        elif state is None and job.step == STEP:
            state = DebitState.UNKNOWN
        elif state is None and job.step == WAIT:
            state = DebitState.SCHEDULED
        elif state is None:
            sent = job.step not in {"create", "find"}
            state = DebitState.SENDING if sent else DebitState.CREATED
            if self._may_have_been_sent(job) and job.step in {"find", "confirm"}:
                state = DebitState.UNKNOWN
        self._paused.follow(job)
        refusal = job.problem if state in {DebitState.REFUSED, DebitState.CANCELED} else None
        self._store.debits.set_state(job.subject, state, refusal)
        self._reservations.follow(job.subject, state)
        if state in ENDED:
            self._reviews.end(KIND, job.subject, ENDED[state])
        self._store.projection.apply_debits([job.subject])

    def title(self, job: Job) -> str:
        """The debit's reference."""
        debit = self._store.debits.get(job.subject)
        return f"Debit {debit.invoice_reference}" if debit else "Debit"

    # Steps.

    def _find(self, run: Run) -> None:
        """What an earlier version sent in one call: it is found by its tag, or a person is asked."""
        debit = self._debit(run)
        intent = self._intents.find(debit)
        if intent is not None:
            self._keep_intent(run, debit, intent, "found")
        elif self._clock.now() - debit.updated_at < LATE_ANSWER:
            run.move(Unknown(LOOKED_FOR), "debit.unknown", code=NOT_FOUND)
        else:
            run.move(Ask(NOT_FOUND, NOT_LISTED, "create"), "debit.not_found")

    def _review(self, run: Run) -> None:
        """Wait for a second person, about exactly what would be sent now."""
        debit = self._debit(run)
        if self._due.has_stopped(run, debit):
            return
        account = require_found(self._store.accounts.get(debit.bank_account_id), "account")
        with run.moving(Ask(APPROVE, WAITS_FOR_APPROVAL, "review"), "debit.waits_for_approval"):
            self._reviews.ask_again(run.job.actor, KIND, debit.id, write_bodies(debit, account))

    def _wait(self, run: Run) -> None:
        """Wait for the day, then ask everything again; what fails holds the debit, and a person decides."""
        self._due.wait(run, self._debit(run), self._find_refusal)

    def _create(self, run: Run) -> None:
        debit = self._debit(run)
        if self._due.has_stopped(run, debit) or self._due.is_early(run, debit):
            return
        there = [] if run.is_first() else self._intents.all(debit)
        withdrawn = next(filter(is_withdrawn, there), None)
        found = choose(there)
        if withdrawn is not None and (found is None or judge(found) is Verdict.UNCONFIRMED):
            run.move(To("cancel", problem=CANCELED_AT_STRIPE), "debit.intent_canceled", payment_intent=withdrawn["id"])
            return
        if found is not None and judge(found) is not Verdict.UNCONFIRMED:
            self._keep_intent(run, debit, found, "found")
            return
        reason = self._lateness.find_reason(debit, run)
        if reason is not None:
            self._ask_again(run, reason)
            return
        account = self._store.accounts.get(debit.bank_account_id)
        refusal = self._find_refusal(debit)
        if refusal is not None or account is None:
            self._refuse(run, refusal or NOT_SENT)
            return
        if not self._is_approved(run, debit):
            return
        body = write_payment_intent(debit, account)
        if found is not None and not matches(found, body):
            self._stripe.cancel_payment_intent(str(found["id"]), key=new_id("key"))
        try:
            intent = run.once(
                body,
                lambda body, key: self._stripe.create_payment_intent(body, key=key),
                lambda: self._intents.find_open(debit, body),
                self._stripe.time,
            )
        except ProviderPaused as error:
            self._paused.pause(run, error)
            return
        self._keep_intent(run, debit, intent, "created")

    def _wait_there(self, run: Run) -> None:
        """Look for what somebody at Stripe may have approved."""
        self._paused.wait(run, self._debit(run), self._end_by, self._keep_intent)

    def _confirm(self, run: Run) -> None:
        debit = self._debit(run)
        id = debit.payment_intent_id
        if id is None:
            run.move(To("create"))
            return
        if not run.is_first() and self._end_by(run, self._stripe.read_payment_intent(id)):
            return
        reason = self._lateness.find_reason(debit, run)
        if reason is not None:
            self._ask_again(run, reason)
            return
        refusal = self._find_refusal(debit)
        if refusal is not None:
            self._refuse(run, refusal)
            return
        if self._is_approved(run, debit):
            self._send(run, id)

    def _send(self, run: Run, id: str) -> None:
        """The call that moves money. Whatever is answered but a plain yes, the PaymentIntent itself is asked."""
        key = new_id("key")
        with run.committing("debit.sent", payment_intent=id):
            self._reviews.consume(KIND, run.job.subject)
        try:
            intent = run.attempt(
                key, lambda: self._stripe.confirm_payment_intent(id, CONFIRM, key=key), self._stripe.time
            )
        except ProviderPaused as error:
            if not self._end_by(run, self._stripe.read_payment_intent(id)):
                self._paused.pause(run, error)
            return
        except ProviderError as error:
            refused = isinstance(error, ProviderRejected)
            if not refused and not getattr(error, "maybe_done", False):
                raise
            found = self._stripe.read_payment_intent(id)
            if refused and not run.has_doubtful_try() and judge(found) in {Verdict.UNCONFIRMED, Verdict.FAILED}:
                self._refuse(run, explain(error))
                return
            if self._end_by(run, found):
                return
            run.move(Unknown(_looking_for(explain(error))), "debit.unknown", code=error.code)
            return
        if not self._end_by(run, intent):
            raise ProviderBroken(
                "Stripe's answer to the confirmation does not say that it was confirmed.",
                maybe_done=True,
                provider="stripe",
                code="broken_reply",
                meaning="It is not known whether the debit was taken.",
                action="Stripe is asked again automatically.",
            )

    def _end_by(self, run: Run, intent: Mapping[str, Any]) -> bool:
        """End the job by what its PaymentIntent says; False where it is not confirmed yet."""
        verdict = judge(intent)
        if verdict is Verdict.UNCONFIRMED:
            return False
        if verdict is Verdict.CANCELED:
            run.move(To("cancel", problem=CANCELED_AT_STRIPE), "debit.intent_canceled", payment_intent=intent["id"])
            return True
        charge = intent.get("latest_charge")
        charge_id = charge.get("id") if isinstance(charge, dict) else charge
        with run.moving(Done(), "debit.submitted", payment_intent=intent["id"]):
            self._store.debits.set_intent(
                run.job.subject, str(intent["id"]), clean(charge_id) if isinstance(charge_id, str) else None
            )
        return True

    def _withdraw(self, run: Run) -> None:
        """Cancel what there is at Stripe, so that it never moves; where it has moved already, that counts."""
        debit, problem = self._debit(run), run.job.problem
        by_person = run.job.step == "cancel" and problem != CANCELED_AT_STRIPE
        there = self._intents.all(debit)
        if by_person and not there:
            there = self._make_one_to_cancel(run, debit)
        for intent in there:
            verdict = judge(intent)
            if verdict is Verdict.CONFIRMED:
                self._end_by(run, intent)
                return
            if verdict in {Verdict.UNCONFIRMED, Verdict.FAILED}:
                reason = WITHDRAWN if by_person else ""
                self._stripe.cancel_payment_intent(str(intent["id"]), key=new_id("key"), reason=reason)
        if run.job.step == "cancel":
            run.move(Canceled(problem), "debit.canceled")
        else:
            known = problem or (DECLINED if self._store.at_stripe.was(KIND, debit.id) else NOT_SENT)
            run.move(Failed(known), "debit.refused", code=known.code, request_id=known.request_id)

    def _make_one_to_cancel(self, run: Run, debit: Debit) -> list[dict[str, Any]]:
        """A PaymentIntent that is canceled at once: by it a copy of this file learns that the order was canceled."""
        account = self._store.accounts.get(debit.bank_account_id)
        if account is None or account.stripe_customer_id is None:
            return []
        body = write_payment_intent(debit, account)
        try:
            made = run.once(
                body,
                lambda body, key: self._stripe.create_payment_intent(body, key=key),
                lambda: self._intents.find(debit),
                self._stripe.time,
            )
        except ProviderRejected:  # neither can a copy make one: the customer or the account is gone at Stripe
            return []
        return [made]

    # What the steps ask.

    def _keep_intent(self, run: Run, debit: Debit, intent: Mapping[str, Any], how: str) -> None:
        """Commit the id before anything is confirmed: from here on only this PaymentIntent can be this debit."""
        with run.moving(To("confirm"), "debit.created", payment_intent=intent["id"], how=how):
            self._store.debits.set_intent(debit.id, str(intent["id"]), None)

    def _refuse(self, run: Run, problem: Problem) -> None:
        run.move(To("refuse", problem=problem), "debit.withdrawn", code=problem.code)

    def _ask_again(self, run: Run, reason: Problem) -> None:
        run.move(Ask(CONFIRM_AGAIN, reason, "create"), "debit.not_sent")

    def _is_approved(self, run: Run, debit: Debit) -> bool:
        """Whether nobody had to approve it, or what was approved is what would be sent; else it waits once more."""
        account = require_found(self._store.accounts.get(debit.bank_account_id), "account")
        if self._reviews.holds(KIND, debit.id, write_bodies(debit, account)):
            return True
        with run.moving(To("review"), "approval.void"):
            self._reviews.void(KIND, debit.id)
        return False

    def _find_refusal(self, debit: Debit) -> Problem | None:
        """What prevents it by now: the account removed, the authorization revoked, a dispute, a limit lowered since."""
        account = self._store.accounts.get(debit.bank_account_id)
        blocker = self._eligibility.of([account])[account.id] if account else None
        blocker = blocker or self._representments.refusal(debit.id) or find_change(self._store, debit, account)
        if blocker is not None:
            return blocker
        try:
            self._reservations.require_again(debit)
        except Refused as error:
            return explain(error)
        return None

    def _may_have_been_sent(self, job: Job) -> bool:
        """Whether a confirm may have had its effect and nobody knows yet."""
        if job.step == "find":
            return True
        tries = self._store.jobs.tries(job.id, "confirm")
        return job.step == "confirm" and any(one.is_doubtful for one in tries)

    def _debit(self, run: Run) -> Debit:
        return require_found(self._store.debits.get(run.job.subject), "debit")


def _looking_for(problem: Problem) -> Problem:
    return Problem(LOOKED_FOR.what, LOOKED_FOR.meaning, LOOKED_FOR.action, problem.code, "stripe", problem.request_id)

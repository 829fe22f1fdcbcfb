"""Cases: payments that failed, came back or are disputed, each with a due day, one next step and one decision."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import cast

from dashboard.approvals import APPROVE
from dashboard.approvals.reviews import Reviews
from dashboard.cases.write_off import KIND, body_of
from dashboard.debits.representments import RepresentmentRules
from dashboard.domain.cases import AGAIN_WITHIN, NOTE_LIMIT, Case, CaseEvent, CaseState, NextStep, Outcome
from dashboard.domain.clock import Clock
from dashboard.domain.errors import InputError
from dashboard.domain.formatting import date_of, money
from dashboard.domain.jobs import Job, JobState
from dashboard.domain.lookups import require_found
from dashboard.domain.models import Actor
from dashboard.domain.representments import Attempt, Representment
from dashboard.jobs import Jobs
from dashboard.settings import Settings
from dashboard.staff.access import Permission, require, require_proof
from dashboard.store import Store

LONGEST_WAIT = AGAIN_WITHIN  # after it no step by the rules is possible any more
ACTIVE = timedelta(days=30)  # who signed in within it is somebody to give a case to


@dataclass(frozen=True)
class CaseDetail:
    """One case with its time line; `account_id` is the linked account that was debited, where it is one of ours.

    `again` says whether it may be presented again; None where its code never is. `attempts` are those that were
    ordered from it; `first_case` is the case that goes on, where this one is of such an attempt.
    """

    case: Case
    events: list[CaseEvent]
    payment_state: str
    customer_id: str | None
    account_id: str | None
    again: Representment | None
    attempts: tuple[Attempt, ...] = ()
    first_case: str | None = None


class Cases:
    """What people do with cases. Each decision asks in its own transaction whether the case still waits for one."""

    def __init__(self, store: Store, clock: Clock, settings: Settings, jobs: Jobs) -> None:
        self._store, self._clock, self._settings, self._jobs = store, clock, settings, jobs
        self._reviews = Reviews(store, clock, settings)
        self._rules = RepresentmentRules(store, clock, settings.timezone)

    def catch_up(self) -> int:
        """Open what payments from before there were cases lack. Returns how many; 0 ever after."""
        return self._store.case_opening.catch_up()

    def today(self) -> date:
        """The business's day now."""
        return self._clock.now().astimezone(self._settings.timezone).date()

    def get(self, actor: Actor, id: str) -> CaseDetail:
        """One case by its own id, or by any id of its payment. Raises InputError where there is none."""
        require(actor, Permission.VIEW_PAYMENTS)
        payment = self._store.payments.get(id)
        case = self._store.cases.of_payment(payment["id"]) if payment else self._store.cases.get(id)
        case = require_found(case, "case")
        payment = self._store.payments.get(case.payment_id) or {}
        debit = self._store.debits.get(payment["debit_id"]) if payment.get("debit_id") else None
        owner = self._store.customers.by_stripe_id(payment["customer_id"]) if payment.get("customer_id") else None
        attempt = self._store.representments.of_debit(debit.id) if debit else None
        asks = case.step is NextStep.DEBIT_AGAIN and case.state is not CaseState.PRESENTED
        return CaseDetail(
            case=case,
            events=self._store.cases.events(case.id),
            payment_state=str(payment.get("state", "")),
            customer_id=debit.customer_id if debit else owner.id if owner else None,
            account_id=debit.bank_account_id if debit else None,
            again=self._rules.find(case.payment_id) if asks else None,
            attempts=tuple(self._store.representments.of_case(case.id)),
            first_case=attempt.case_id if attempt else None,
        )

    def of_payment(self, actor: Actor, payment_id: str) -> Case | None:
        """The case of a payment; None where it was never in trouble."""
        require(actor, Permission.VIEW_PAYMENTS)
        return self._store.cases.of_payment(payment_id)

    def assignees(self, actor: Actor) -> list[str]:
        """Who a case may be given to: who reads this, who has one, and who signed in lately."""
        require(actor, Permission.VIEW_PAYMENTS)
        seen = self._store.people.seen_since(self._clock.real() - ACTIVE)
        return sorted({actor.name, *self._store.cases.assignees(), *seen})

    def assign(self, actor: Actor, id: str, person: str) -> None:
        """Give a case to somebody, or to nobody where the name is empty. Raises InputError where it is decided."""
        require(actor, Permission.WORK_CASES)
        if person and person not in self.assignees(actor):
            raise InputError(
                "Nobody of this name works here.",
                meaning="The case was not given to anybody.",
                action="Choose a person of the list.",
                code="unknown_person",
            )
        with self._store.transaction():
            case = self._undecided(id)
            if case.assignee == person:
                return
            self._store.cases.assign(id, person)
            self._note(actor, case, "case.assigned", f"Given to {person}" if person else "Given to nobody")

    def note(self, actor: Actor, id: str, text: str) -> None:
        """Write something down; also of a case that is decided. Raises InputError."""
        require(actor, Permission.WORK_CASES)
        note = _check_note(text)
        with self._store.transaction():
            case = require_found(self._store.cases.get(id), "case")
            self._note(actor, case, "case.noted", "Note", note)

    def wait(self, actor: Actor, id: str, until: date, text: str) -> None:
        """Put a case off until a day, since the customer has to act first. Raises InputError."""
        require(actor, Permission.WORK_CASES)
        note, today = _check_note(text), self.today()
        if not today < until <= today + LONGEST_WAIT:
            raise InputError(
                "A case waits until a day after today, at most 180 days from now.",
                meaning="Nothing was changed.",
                action="Choose another day.",
                code="invalid_day",
            )
        with self._store.transaction():
            case = self._undecided(id)
            self._require_free(case)
            self._store.cases.set_state(id, CaseState.WAITING, until)
            self._note(actor, case, "case.waits", f"Waits for the customer until {until.isoformat()}", note)

    def done(self, actor: Actor, id: str, text: str) -> None:
        """Decide a case: what had to be done was done, as the note says. Raises InputError."""
        require(actor, Permission.WORK_CASES)
        note = _check_note(text)
        with self._store.transaction():
            case = self._undecided(id)
            self._require_free(case)
            self._store.cases.close(id, Outcome.DONE, actor.name, self._clock.now())
            self._note(actor, case, "case.done", "Done", note)

    def asks_for_proof(self, cents: int) -> bool:
        """Whether giving up this much asks for a fresh sign-in or a PIN, as a debit or a refund of it does."""
        return cents > self._settings.debit_rules.proof_cents

    def write_off(self, actor: Actor, id: str, reason: str) -> Case:
        """Give the money up, for a reason; above ACH_DESK_APPROVE_ABOVE_CENTS a second person is asked first.

        Raises InputError where it is decided, or waits for that person already, AccessDenied (code `proof`).
        """
        require(actor, Permission.WRITE_OFF)
        why, above = _check_note(reason), self._settings.approvals.above_cents
        job: Job | None = None
        with self._store.transaction():
            case = self._undecided(id)
            self._require_free(case)
            if self.asks_for_proof(case.amount):
                require_proof(actor, "A write-off of this size", self._clock.real())
            asks = (above is not None and case.amount > above) or self._reviews.is_asked(KIND, id)
            if not asks:
                self._store.cases.close(id, Outcome.WRITTEN_OFF, actor.name, self._clock.now())
                self._note(actor, case, "case.written_off", "Written off", why, amount_cents=case.amount)
            else:
                self._note(actor, case, "case.write_off_ordered", "Write-off ordered", why, amount_cents=case.amount)
                job = cast(Job, self._jobs.order(KIND, id, actor, step="review"))  # the state says that none is open
                self._store.cases.set_state(id, CaseState.REVIEW)
                self._ask_second(actor, case, above)
        if job is not None:
            self._jobs.start(job.id)
        return require_found(self._store.cases.get(id), "case")

    def cancel_write_off(self, actor: Actor, id: str) -> Case:
        """Take back a write-off that waits for approval. Raises InputError where it waits no more."""
        require(actor, Permission.WRITE_OFF)
        with self._store.transaction():
            job = self._store.jobs.find(KIND, id)
            if job is None or job.state is not JobState.ASKING or job.question != APPROVE:
                raise InputError("This was decided already.", action="Reload the page.", code="already_decided")
            self._reviews.void(KIND, id)
            self._jobs.answer(actor, job.id, "cancel", action="case.write_off_cancel_ordered")
        self._jobs.start(job.id)
        return require_found(self._store.cases.get(id), "case")

    # Parts of them.

    def _ask_second(self, actor: Actor, case: Case, above: int | None) -> None:
        most = "it was asked before" if above is None or case.amount <= above else f"it is above {money(above)}"
        payment = self._store.payments.get(case.payment_id) or {}
        owner = self._store.customers.by_stripe_id(payment["customer_id"]) if payment.get("customer_id") else None
        self._reviews.request(
            actor,
            KIND,
            case.id,
            customer_id=owner.id if owner else None,
            cents=case.amount,
            rule=most,
            bodies=body_of(case),
        )

    def _undecided(self, id: str) -> Case:
        """A case that waits for a decision. Raises InputError."""
        case = require_found(self._store.cases.get(id), "case")
        if case.state is CaseState.CLOSED and case.outcome is not None:
            on = f" on {date_of(case.closed_at, self._settings.timezone)}" if case.closed_at else ""
            raise InputError(
                f"This case is decided: {case.outcome.word.lower()}{on}.",
                meaning="Nothing was done now.",
                action="Reload the page.",
                code="already_decided",
            )
        return case

    def _require_free(self, case: Case) -> None:
        if case.state is CaseState.REVIEW:
            raise InputError(
                "A write-off of this case waits for a second person.",
                meaning="Nothing was done now.",
                action="Cancel it, or wait for their answer under Approvals.",
                code="waits_for_approval",
            )
        if case.state is CaseState.PRESENTED:
            raise InputError(
                "The debit of this case was presented again, and its outcome is not known yet.",
                meaning="Nothing was done now. The case closes when the money comes, and opens again if it does not.",
                action="Wait for it, or cancel that debit while it can be canceled.",
                code="presented_again",
            )

    def _note(self, actor: Actor, case: Case, action: str, what: str, note: str = "", **facts: object) -> None:
        """A line of the time line and a row of the trail; what a person wrote stands in the first only."""
        now = self._clock.now()
        self._store.cases.note(case.id, now, actor.name, what, note)
        self._store.trail.append(actor, action, case.id, now, payment=case.payment_id, what=what, **facts)


def _check_note(text: str) -> str:
    note = " ".join(str(text or "").split())
    if not note or len(note) > NOTE_LIMIT or not note.isprintable():
        raise InputError(
            f"The note is empty or longer than {NOTE_LIMIT} characters.",
            meaning="Nothing was changed.",
            action="Write in a sentence what was done or why, so that the next person knows.",
            code="invalid_note",
        )
    return note

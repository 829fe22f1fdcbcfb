"""Approval by a second person: the inbox, the reasons to say no, and the one decision about each."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from dashboard.approvals.questions import Colleagues, Divisible, Question, Reviewable
from dashboard.approvals.reviews import Reviews
from dashboard.domain.approvals import Approval, ApprovalState, Decision, digest_of
from dashboard.domain.clock import Clock
from dashboard.domain.errors import InputError, Refused
from dashboard.domain.formatting import money
from dashboard.domain.ids import new_id
from dashboard.domain.jobs import Job, JobState
from dashboard.domain.lookups import require_found
from dashboard.domain.models import Actor, Problem
from dashboard.jobs import Jobs
from dashboard.settings import Settings
from dashboard.staff.access import Permission, require, require_proof, with_approvals
from dashboard.staff.identity import GROUP, read_members
from dashboard.store import Store

__all__ = ["APPROVE", "EXPIRED", "Approvals", "Colleagues", "Question", "Reviewable"]

APPROVE = "approve"  # what a job asks while it waits for a second person
OWN_LIMIT = timedelta(hours=24)
ACTIVE = timedelta(days=30)  # who signed in within it counts as one who could approve
LONGEST_REASON = 300
EXPIRED = Problem(
    "Nobody approved this in time.",
    "Nothing was sent, and nothing of the limits is used by it any more.",
    "Order it anew if it is still wanted.",
    "approval_expired",
)


class Approvals:
    """What a second person may do."""

    def __init__(self, store: Store, jobs: Jobs, clock: Clock, settings: Settings, *kinds: Reviewable) -> None:
        self._store, self._jobs, self._clock, self._settings = store, jobs, clock, settings
        self._kinds = {kind.kind: kind for kind in kinds}
        self._reviews = Reviews(store, clock, settings)

    def waiting(self, actor: Actor) -> list[tuple[Approval, str]]:
        """What waits, the longest waiting first, each with its title."""
        require(actor, Permission.VIEW_PAYMENTS)
        return [(one, self.title_of(one)) for one in self._store.approvals.waiting()]

    def question(self, actor: Actor, id: str) -> Question:
        """One approval with what speaks for and against it now. Raises InputError where there is none."""
        require(actor, Permission.VIEW_PAYMENTS)
        return self._describe(require_found(self._store.approvals.get(id), "approval"))

    def why_not(self, actor: Actor, approval: Approval) -> Refused | None:
        """Why this person may not decide it although they may approve others; None where they may."""
        require(actor, Permission.VIEW_PAYMENTS)
        if {actor.key, actor.name} & self._store.approvals.requesters(approval.kind, approval.subject):
            return Refused(
                "You asked for this yourself.",
                meaning="A second person decides; the same person under another address is not one.",
                action="Ask a colleague who may approve.",
                code="own_request",
            )
        return None

    def colleagues(self, actor: Actor, approval: Approval) -> Colleagues:
        """Who else could approve it: named by the settings, or signed in within 30 days with a role that may."""
        require(actor, Permission.VIEW_PAYMENTS)
        roles, open_id = self._settings.approvals.roles, self._settings.open_id
        texts = [open_id.members[role] for role in roles] if open_id else []
        members = [read_members(text) for text in texts]
        seen = self._store.people.seen_since(self._clock.real() - ACTIVE)
        names = {name for one in members for name in one.addresses}
        names |= {name for name, theirs in seen.items() if theirs & roles}
        names -= {actor.name} | self._store.approvals.requesters(approval.kind, approval.subject)
        groups = {f"{GROUP}{name}" for one in members for name in one.groups}
        return Colleagues(tuple(sorted(names)), tuple(sorted(groups)))

    def approve(self, actor: Actor, id: str, digest: str) -> Approval:
        """Approve what was shown under this digest, so that it is sent.

        Raises AccessDenied without proof, Refused for one's own order, above one's own limit or where it could not be
        sent, InputError where it was decided or has changed since it was shown.
        """
        self._require(actor)
        require_proof(actor, "An approval", self._clock.real())
        self._void_changed(id)
        try:
            with self._store.transaction():  # two decisions at one instant: the second sees the first
                approval, job = self._open(id)
                kind, shown = self._kinds[approval.kind], self._describe(approval)
                self._require_another(actor, approval)
                if shown.digest != digest:
                    raise InputError(
                        "This has changed since you looked at it.",
                        meaning="Nothing was approved.",
                        action="Look at it again, then decide.",
                        code="changed",
                    )
                kind.require(approval.subject)
                used = self._require_own_limit(actor, approval.amount_cents)
                self._decide(actor, shown, is_approved=True, used=used)
                kind.on_approved(approval.subject)
                facts = {"approval": id, "digest": digest, "amount_cents": approval.amount_cents, "used_cents": used}
                self._jobs.answer(actor, job.id, kind.approved_step, action="approval.approved", **facts)
        except Refused as error:
            self._note_refusal(actor, id, error.code)
            raise
        self._jobs.start(job.id)
        return require_found(self._store.approvals.get(id), "approval")

    def decline(self, actor: Actor, id: str, reason: str) -> Approval:
        """Decline it, so that it is never sent; the maker reads the reason. Raises InputError, Refused."""
        self._require(actor)
        words = _read_reason(reason, "Nothing was declined.")
        try:
            with self._store.transaction():
                approval, job = self._open(id)
                self._require_another(actor, approval)
                self._decide(actor, self._describe(approval), is_approved=False, reason=words)
                declined = Problem(
                    f"{actor.name} declined this.",
                    f"They wrote: {words}. Nothing was sent.",
                    "Talk to them; order it anew if both agree.",
                    "declined",
                )
                self._end(actor, job, declined, "approval.rejected", approval, words)
        except Refused as error:
            self._note_refusal(actor, id, error.code)
            raise
        self._jobs.start(job.id)
        return require_found(self._store.approvals.get(id), "approval")

    def leave_out(self, actor: Actor, id: str, reasons: Mapping[int, str]) -> Approval:
        """Leave single rows of a batch out, by their lines, each for a reason; returns the question about the rest.

        They reserve nothing from the same commit on, and what is approved after it is a digest without them. Raises
        InputError where it was decided, without a reason, or where no such row waits; Refused for one's own order.
        """
        self._require(actor)
        words = {line: _read_reason(why, "No row was left out.") for line, why in reasons.items()}
        try:
            with self._store.transaction():
                approval, _job = self._open(id)
                self._require_another(actor, approval)
                kind = self._kinds[approval.kind]
                if not isinstance(kind, Divisible):
                    raise InputError("This is approved as a whole.", action="Decline it.", code="not_divisible")
                rest = kind.leave_out(actor, approval.subject, words)
                body = kind.bodies(approval.subject)
                self._reviews.ask_again(actor, approval.kind, approval.subject, body, rest)
        except Refused as error:
            self._note_refusal(actor, id, error.code)
            raise
        return require_found(self._store.approvals.newest(approval.kind, approval.subject), "approval")

    def expire_due(self) -> int:
        """End what nobody decided in time; called again and again. Returns how many."""
        ended = []
        for one in self._store.approvals.expired(self._clock.now()):
            with self._store.transaction():
                approval, job = self._find(one.id)
                if approval.state is ApprovalState.REQUIRES_REVIEW and job is not None:
                    self._store.approvals.set_state(one.id, ApprovalState.EXPIRED, self._clock.now())
                    self._end(Actor.system(), job, EXPIRED, "approval.expired", approval)
                    ended.append(job.id)
        for id in ended:
            self._jobs.start(id)
        return len(ended)

    # Parts of a decision.

    def _require(self, actor: Actor) -> None:
        """Who may approve is a setting, so it is asked here and not taken from the actor."""
        require(with_approvals(actor, self._settings.approvals.roles), Permission.APPROVE_MONEY)

    def _find(self, id: str) -> tuple[Approval, Job | None]:
        approval = require_found(self._store.approvals.get(id), "approval")
        job = self._store.jobs.find(approval.kind, approval.subject)
        asks = job is not None and job.state is JobState.ASKING and job.question == APPROVE
        return approval, job if asks else None

    def _open(self, id: str) -> tuple[Approval, Job]:
        """An approval that waits, and the job that asks. Raises InputError."""
        approval, job = self._find(id)
        if approval.state is not ApprovalState.REQUIRES_REVIEW or job is None:
            raise InputError(
                f"This waits no more: {approval.state.words.lower()}.",
                meaning="Nothing was done now.",
                action="Reload the page.",
                code="already_decided",
            )
        if approval.expires_at <= self._clock.now():
            raise InputError(EXPIRED.what, meaning=EXPIRED.meaning, action=EXPIRED.action, code=EXPIRED.code)
        return approval, job

    def _void_changed(self, id: str) -> None:
        """Where what would be sent is no longer what was asked for, ask anew: a new question takes this one's place."""
        with self._store.transaction():
            approval, job = self._find(id)
            if approval.state is not ApprovalState.REQUIRES_REVIEW or job is None:
                return
            if digest_of(self._describe(approval).bodies) == approval.body_digest:
                return
            self._jobs.answer(Actor.system(), job.id, job.step, action="approval.void", approval=id)
        self._jobs.start(job.id)

    def _require_another(self, actor: Actor, approval: Approval) -> None:
        refusal = self.why_not(actor, approval)
        if refusal is not None:
            raise refusal

    def _require_own_limit(self, actor: Actor, cents: int) -> int:
        """Cents that this person approved in 24 hours. Raises Refused where the amount does not fit beside them."""
        most = self._settings.approvals.most_cents
        used = self._store.approvals.approved_by(actor.key, self._clock.now() - OWN_LIMIT)
        if most is not None and used + cents > most:
            raise Refused(
                f"{money(cents)} is above what you may still approve.",
                meaning=f"One person approves at most {money(most)} in 24 hours; you have approved {money(used)}.",
                action="Ask a colleague, or an administrator about ACH_DESK_APPROVE_DAY_CENTS.",
                code="above_own_limit",
            )
        return used

    def _decide(
        self, actor: Actor, shown: Question, *, is_approved: bool, reason: str = "", used: int | None = None
    ) -> None:
        approval, now = shown.approval, self._clock.now()
        limit = {"approver_used": used, "approver_most": self._settings.approvals.most_cents}
        self._store.approvals.decide(
            Decision(
                id=new_id("decision"),
                approval_id=approval.id,
                is_approved=is_approved,
                person=actor.name,
                person_key=actor.key,
                reason=reason,
                digest=shown.digest,
                facts={**shown.facts, "others": list(shown.others), **(limit if is_approved else {})},
                amount_cents=approval.amount_cents,
                at=now,
                address=actor.address,
            )
        )
        state = ApprovalState.APPROVED if is_approved else ApprovalState.REJECTED
        self._store.approvals.set_state(approval.id, state, now)

    def _end(self, actor: Actor, job: Job, problem: Problem, action: str, approval: Approval, reason: str = "") -> None:
        """Have the operation canceled; the reason is sealed in the trail under the customer's own key."""
        facts: dict[str, object] = {"approval": approval.id, "customer": approval.customer_id}
        if reason and approval.customer_id is not None:
            facts["private"] = self._store.private.seal(approval.customer_id, {"reason": reason})
        step = self._kinds[approval.kind].declined_step
        self._jobs.answer_no(actor, job.id, step, problem, action=action, **facts)

    def _note_refusal(self, actor: Actor, id: str, code: str) -> None:
        approval = require_found(self._store.approvals.get(id), "approval")
        facts = {"approval": id, "code": code}
        self._store.trail.append(actor, "approval.refused", approval.subject, self._clock.now(), **facts)

    def _describe(self, approval: Approval) -> Question:
        kind = self._kinds[approval.kind]
        others = self._store.approvals.waiting_of(approval.requester, without=approval.id)
        bodies = kind.bodies(approval.subject)
        facts = dict(kind.facts(approval.subject))
        decision = self._store.approvals.decision(approval.id)
        if decision is not None:
            facts = dict(decision.facts) or facts
        digest = digest_of({"bodies": bodies, "facts": facts, "approval": approval.id})
        return Question(approval, self.title_of(approval), bodies, facts, digest, decision, others)

    def title_of(self, approval: Approval) -> str:
        """What an approval is about, on one line."""
        kind = self._kinds.get(approval.kind)
        return kind.title(approval.subject) if kind else approval.kind


def _read_reason(typed: str, nothing: str) -> str:
    """The words of a reason that whoever ordered it reads. Raises InputError."""
    words = " ".join(typed.split())
    if not words or len(words) > LONGEST_REASON or not words.isprintable():
        raise InputError(
            f"The reason is empty or longer than {LONGEST_REASON} characters.",
            meaning=nothing,
            action="Write in a sentence why, so that who ordered it knows what to do.",
            code="invalid_reason",
        )
    return words

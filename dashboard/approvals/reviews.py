"""The gate before the money: whether a second person is asked, and whether what they approved is what is sent."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from dashboard.domain.approvals import Approval, ApprovalState, digest_of, expiry
from dashboard.domain.clock import Clock
from dashboard.domain.formatting import money
from dashboard.domain.ids import new_id
from dashboard.domain.limits import Limit, counts_since
from dashboard.domain.lookups import require_found
from dashboard.domain.models import Actor
from dashboard.domain.notices import Fact, NoticeKind
from dashboard.settings import Settings
from dashboard.store import Store


def waits_fact(asked: Approval, now: datetime, level: str = "") -> Fact:
    """That something waits for a second person; `level` tells the reminder from the question."""
    facts: dict[str, str | int] = {"cents": asked.amount_cents, "currency": "usd", "what": asked.kind}
    return Fact(NoticeKind.APPROVAL_WAITS, asked.id, now, level, facts)


class Reviews:
    """What an operation's own job and use case ask. Call it inside the transaction that orders or moves."""

    def __init__(self, store: Store, clock: Clock, settings: Settings) -> None:
        self._store, self._clock = store, clock
        self._rules, self._zone = settings.approvals, settings.timezone

    def rule(self, customer_id: str, cents: int) -> str:
        """Why a second person is asked, as the end of "… since"; empty where nobody is.

        The customer's debits of 24 hours count together, this one included: it has reserved already.
        """
        above = self._rules.above_cents
        if above is None:
            return ""
        if cents > above:
            return f"the amount is above {money(above)}"
        since = counts_since(Limit.CUSTOMER_DAY, self._clock.now(), self._zone)
        together = sum(self._store.limits.sums(Limit.CUSTOMER_DAY, customer_id, since))
        if together > above:
            return f"this customer's debits of 24 hours come to {money(together)}, above {money(above)}"
        return ""

    def request(
        self,
        actor: Actor,
        kind: str,
        subject: str,
        *,
        customer_id: str | None,
        cents: int,
        rule: str,
        bodies: Mapping[str, object],
    ) -> Approval:
        """Ask a second person, in the name of who orders; an earlier question about the same is void."""
        now = self._clock.now()
        self.void(kind, subject)
        asked = Approval(
            id=new_id("approval"),
            kind=kind,
            subject=subject,
            customer_id=customer_id,
            amount_cents=cents,
            body_digest=digest_of(bodies),
            rule=rule,
            requested_by=actor.name,
            requester=actor.key,
            requested_at=now,
            expires_at=expiry(now, self._rules.days, self._zone),
            state=ApprovalState.REQUIRES_REVIEW,
            updated_at=now,
        )
        self._store.approvals.add(asked)
        facts = {"approval": asked.id, "digest": asked.body_digest, "amount_cents": cents, "rule": rule}
        self._store.trail.append(actor, "approval.requested", subject, now, **facts)
        self._store.noting.note(waits_fact(asked, now))
        return asked

    def is_asked(self, kind: str, subject: str) -> bool:
        """Whether a second person was ever asked about it: from then on nothing goes without one."""
        return self._store.approvals.newest(kind, subject) is not None

    def holds(self, kind: str, subject: str, bodies: Mapping[str, object]) -> bool:
        """Whether it may be sent as it is now: nobody had to be asked, or exactly this was approved."""
        newest = self._store.approvals.newest(kind, subject)
        if newest is None:
            return True
        return newest.state is ApprovalState.APPROVED and newest.body_digest == digest_of(bodies)

    def is_approved(self, kind: str, subject: str) -> bool:
        """Whether a second person has said yes, and nothing has voided or ended that since."""
        newest = self._store.approvals.newest(kind, subject)
        return newest is not None and newest.state is ApprovalState.APPROVED

    def ask_again(
        self, actor: Actor, kind: str, subject: str, bodies: Mapping[str, object], cents: int | None = None
    ) -> None:
        """Have a question open about what would be sent now; nothing where one is. `cents` where they may change."""
        newest = require_found(self._store.approvals.newest(kind, subject), "approval")
        if newest.state is ApprovalState.REQUIRES_REVIEW and newest.body_digest == digest_of(bodies):
            return
        asker = Actor(newest.requested_by, frozenset(), actor.address, subject=newest.requester)
        self.request(
            asker,
            kind,
            subject,
            customer_id=newest.customer_id,
            cents=newest.amount_cents if cents is None else cents,
            rule=newest.rule,
            bodies=bodies,
        )

    def void(self, kind: str, subject: str) -> None:
        """End an open question, or an approval that was not used up, as canceled."""
        self.end(kind, subject, ApprovalState.CANCELED)

    def consume(self, kind: str, subject: str) -> None:
        """Keep that what was approved is sent now."""
        newest = self._store.approvals.newest(kind, subject)
        if newest is not None:
            self._store.approvals.consume(newest.id, self._clock.now())

    def end(self, kind: str, subject: str, state: ApprovalState) -> None:
        """End the open question or approval as this; nothing where none is open."""
        newest = self._store.approvals.newest(kind, subject)
        now = self._clock.now()
        if newest is None or newest.state not in {ApprovalState.REQUIRES_REVIEW, ApprovalState.APPROVED}:
            return
        self._store.approvals.set_state(newest.id, state, now)

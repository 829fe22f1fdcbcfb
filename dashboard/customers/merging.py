"""Two customers who are one person: everything of one goes to the other, in one transaction, where that is safe."""

from __future__ import annotations

from dataclasses import dataclass

from dashboard.customers import facts_of
from dashboard.customers.stripe_updates import StripeUpdates
from dashboard.domain.clock import Clock
from dashboard.domain.errors import InputError, Refused
from dashboard.domain.formatting import count
from dashboard.domain.lookups import require_found
from dashboard.domain.models import Actor, Customer
from dashboard.staff.access import Permission, require
from dashboard.store import Store

THINGS = {
    "bank_account": "linked account",
    "mandate": "mandate",
    "debit": "debit",
    "link_attempt": "link attempt",
    "customer_note": "note",
}
BLOCKERS = {
    "links": "A bank is being linked for one of them",
    "debits": "A debit from one of them is in progress, or its outcome is not known",
    "refunds": "A refund to one of them waits for a second person, or is in progress",
    "devices": "A device is handed over to one of them",
}


@dataclass(frozen=True)
class MergePlan:
    """What a merge would do: `moves` says what goes over, `stripe` what becomes of the Stripe customers.

    `blockers` say why it is not safe now; a merge is possible where there are none.
    """

    kept: Customer
    gone: Customer
    moves: list[str]
    stripe: str
    blockers: list[str]


class Merging:
    """Plans and makes merges."""

    def __init__(self, store: Store, clock: Clock, updates: StripeUpdates) -> None:
        """`updates` tells Stripe the name that was kept."""
        self._store, self._clock, self._updates = store, clock, updates

    def plan(self, actor: Actor, kept_id: str, gone_id: str) -> MergePlan:
        """What would happen. Raises InputError where one of them is nobody, or both are the same."""
        require(actor, Permission.EDIT_CUSTOMERS)
        kept, gone = (require_found(self._store.customers.get(id), "customer") for id in (kept_id, gone_id))
        if kept.id == gone.id:
            raise InputError("These are one and the same customer.", action="Pick another one.", code="same_customer")
        counts = self._store.customer_files.counts(gone.id)
        unfinished = self._store.customer_files.unfinished(kept.id, gone.id, self._clock.now())
        blockers = [f"{BLOCKERS[name]}." for name in unfinished]
        if kept.holder_type is not gone.holder_type:
            blockers.append("One is an individual, the other a company: different rules apply to their debits.")
        waiting = self._store.customers.decision(gone.id)
        if waiting.started_at is not None and waiting.stripe_customer_id is None:
            blockers.append(f"A Stripe customer is being created for {gone.name}.")
        moves = [count(number, THINGS[name]) for name, number in counts.items() if number]
        return MergePlan(kept, gone, moves, _say_stripe(kept, gone), blockers)

    def merge(self, actor: Actor, kept_id: str, gone_id: str) -> Customer:
        """Make them one. Raises InputError as `plan` does, Refused where it is not safe now."""
        require(actor, Permission.EDIT_CUSTOMERS)
        now = self._clock.now()
        with self._store.transaction():
            plan = self.plan(actor, kept_id, gone_id)
            if plan.blockers:
                raise Refused(
                    "These two customers cannot be merged now.",
                    meaning=" ".join(plan.blockers),
                    action="Finish or correct that first, in the Inbox or on their pages.",
                    code="merge_unsafe",
                )
            kept, gone = plan.kept, plan.gone
            self._store.customer_files.move(kept, gone, now)
            self._store.customers.inherit_stripe(kept.id, gone.id, now)
            if gone.stripe_customer_id is not None:
                self._updates.order(actor, kept.id)
            facts = {"before": {"kept": facts_of(kept), "gone": facts_of(gone)}, "after": {"kept": facts_of(kept)}}
            for subject in (kept.id, gone.id):
                private = self._store.private.seal(subject, facts)
                self._store.trail.append(
                    actor,
                    "customer.merged",
                    subject,
                    now,
                    kept=kept.id,
                    gone=gone.id,
                    moved=plan.moves,
                    stripe={"kept": kept.stripe_customer_id, "gone": gone.stripe_customer_id},
                    private=private,
                )
            found = self._store.customers.get(kept.id)
        self._updates.start(kept_id)
        return found or kept


def _say_stripe(kept: Customer, gone: Customer) -> str:
    ours, theirs = kept.stripe_customer_id, gone.stripe_customer_id
    if theirs is None:
        return "Nothing changes at Stripe."
    told = f"Its name and e-mail there become those of {kept.name}."
    if theirs == ours:
        return f"Both have Stripe's customer {ours}. {told}"
    if ours is None:
        return f"Stripe's customer {theirs} becomes that of {kept.name}. {told}"
    return (
        f"Stripe cannot merge customers: {theirs} stays there next to {ours}, with its bank accounts, mandates and"
        f" payments, and accounts linked under it are debited under it as before. {told} Whatever is linked from now on"
        f" goes to {ours}."
    )

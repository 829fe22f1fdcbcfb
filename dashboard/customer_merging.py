"""Two customers who are one person: everything of one goes to the other, in one transaction, where that is safe."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from dashboard.access import Permission, require
from dashboard.clock import Clock
from dashboard.customers import facts_of, unknown_customer
from dashboard.errors import InputError, Refused
from dashboard.models import Actor, Customer
from dashboard.store.core import CoreStore

THINGS = {
    "bank_account": "linked account",
    "mandate": "mandate",
    "debit": "debit",
    "link_attempt": "link attempt",
    "customer_note": "note",
}
OBSTACLES = {
    "links": "A bank is being linked for one of them",
    "debits": "A debit of one of them is on its way, or its outcome is not known",
    "devices": "A device is in the hands of one of them",
}


@dataclass(frozen=True)
class MergePlan:
    """What a merge would do: `moves` says what goes over, `stripe` what becomes of the Stripe customers.

    `obstacles` say why it is not safe now; a merge is possible where there are none.
    """

    kept: Customer
    gone: Customer
    moves: list[str]
    stripe: str
    obstacles: list[str]


class Merging:
    """Plans and makes merges."""

    def __init__(self, store: CoreStore, clock: Clock, on_change: Callable[[str], None]) -> None:
        """`on_change` is told whose Stripe customers are to be told the name that was kept."""
        self._store, self._clock, self._on_change = store, clock, on_change

    def plan(self, actor: Actor, kept_id: str, gone_id: str) -> MergePlan:
        """What would happen. Raises InputError where one of them is nobody, or both are the same."""
        require(actor, Permission.EDIT_CUSTOMERS)
        kept, gone = self._store.customers.get(kept_id), self._store.customers.get(gone_id)
        if kept is None or gone is None:
            raise unknown_customer()
        if kept.id == gone.id:
            raise InputError("These are the same customer.", action="Pick another one.", code="same_customer")
        counts = self._store.customer_files.counts(gone.id)
        unfinished = self._store.customer_files.unfinished(kept.id, gone.id, self._clock.now())
        obstacles = [f"{OBSTACLES[name]}." for name in unfinished]
        if kept.holder_type is not gone.holder_type:
            obstacles.append("One is a person, the other a company: their debits go under different rules.")
        waiting = self._store.customers.decision(gone.id)
        if waiting.started_at is not None and waiting.stripe_customer_id is None:
            obstacles.append(f"A Stripe customer is being made for {gone.name}.")
        moves = [f"{count} {THINGS[name]}{'' if count == 1 else 's'}" for name, count in counts.items() if count]
        return MergePlan(kept, gone, moves, _say_stripe(kept, gone), obstacles)

    def merge(self, actor: Actor, kept_id: str, gone_id: str) -> Customer:
        """Make them one. Raises InputError as `plan` does, Refused where it is not safe now."""
        require(actor, Permission.EDIT_CUSTOMERS)
        now = self._clock.now()
        with self._store.transaction():
            plan = self.plan(actor, kept_id, gone_id)
            if plan.obstacles:
                raise Refused(
                    "These two cannot be merged now.",
                    meaning=" ".join(plan.obstacles),
                    action="Finish or correct that first; it is under Needs attention or on their pages.",
                    code="merge_unsafe",
                )
            kept, gone = plan.kept, plan.gone
            if kept.stripe_customer_id is None and gone.stripe_customer_id is not None:
                self._store.customers.decide(kept.id, gone.stripe_customer_id, now)
            self._store.customer_files.move(kept, gone, now)
            self._store.tellings.want(kept.id, now)
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
        self._on_change(kept_id)
        return found or kept


def _say_stripe(kept: Customer, gone: Customer) -> str:
    ours, theirs = kept.stripe_customer_id, gone.stripe_customer_id
    if theirs is None or theirs == ours:
        return "Nothing changes at Stripe."
    told = f"Its name and e-mail there become those of {kept.name}."
    if ours is None:
        return f"Stripe's customer {theirs} becomes that of {kept.name}. {told}"
    return (
        f"Stripe cannot merge customers: {theirs} stays there beside {ours}, with its bank accounts, mandates and"
        f" payments, and accounts linked under it are debited under it as before. {told} Whatever is linked from now on"
        f" goes to {ours}."
    )

"""Forgetting a customer: their connections ended, their name taken out of everything, money history kept.

A row first, calls second. An order is committed together with the end of every authorization; then each connection
goes at Plaid and at Stripe (`removals`), Stripe's own customer takes the pseudonym, the tables are wiped in one
transaction, and at last the pages and the log that SQLite keeps behind them. A crash anywhere leaves a row that
`carry_on` finishes. What rules ask to be kept, the proof of an authorization, is kept sealed until they do not.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from dashboard.access import Permission, require, require_proof
from dashboard.clock import Clock
from dashboard.customers import unknown_customer
from dashboard.errors import DeskError, InputError, LeaseLost, ProviderRejected, Refused
from dashboard.gateways.stripe import Stripe
from dashboard.leases import LEASE, is_dead, new_owner
from dashboard.mandates import KEPT_AFTER_REVOCATION
from dashboard.models import Actor, Customer, Ended, Problem
from dashboard.problems import explain
from dashboard.removals import RemovalSteps
from dashboard.status import WAITING
from dashboard.store import Store
from dashboard.store.customer_files import COUNTED
from dashboard.store.erasures import Erasure, Family, Stage
from dashboard.store.rows import from_epoch
from dashboard.worker import Runner

AGAIN = timedelta(minutes=1)
FOLD_AGAIN = timedelta(seconds=20)  # whoever reads an older page is done with it by then
THINGS = {
    "bank_account": ("linked account", "ended at Plaid and at Stripe; its last digits stay beside its payments"),
    "mandate": ("authorization", "no longer in force; its proof is kept sealed for two years, as Nacha asks"),
    "debit": ("debit", "kept under the pseudonym: amount, dates, invoice reference, outcome"),
    "link_attempt": ("link attempt", "kept without names, addresses and tokens"),
    "customer_note": ("note", "deleted"),
}
OBSTACLES = {
    "links": "A bank is being linked.",
    "debits": "A debit is on its way, or its outcome is not known.",
    "devices": "A device is in the customer's hands.",
}


@dataclass(frozen=True)
class ErasurePlan:
    """What an erasure would do, a sentence each; `obstacles` say why it cannot be done now."""

    customer: Customer
    effects: list[str]
    obstacles: list[str]


class Erasing:
    """Plans, orders and carries out erasures."""

    def __init__(self, store: Store, stripe: Stripe, removals: RemovalSteps, clock: Clock, worker: Runner) -> None:
        self._store, self._stripe, self._removals = store, stripe, removals
        self._clock, self._worker = clock, worker

    def plan(self, actor: Actor, id: str) -> ErasurePlan:
        """What would happen. Raises InputError where there is no such customer."""
        require(actor, Permission.ERASE_CUSTOMER)
        customer = self._store.customers.get(id)
        if customer is None:
            raise unknown_customer()
        family = self._store.erasures.family(id)
        counts = self._store.customer_files.counts(id)
        effects = [
            f"{counts[table]} {thing}{'' if counts[table] == 1 else 's'}: {fate}."
            for table, (thing, fate) in THINGS.items()
            if counts[table]
        ]
        if family.stripe_ids:
            effects.append("Stripe's customer takes the pseudonym too, and its e-mail address goes.")
        if family.shared:
            effects.append("A Stripe customer that somebody else is too stays theirs, under their name.")
        unfinished = self._store.customer_files.unfinished(id, id, self._clock.now())
        obstacles = [OBSTACLES[name] for name in unfinished]
        waiting = self._store.erasures.waiting_payments(family.stripe_ids, [state.value for state in WAITING])
        if waiting:
            obstacles.append(f"{waiting} payment{'' if waiting == 1 else 's'} may still fail or be returned.")
        return ErasurePlan(customer, effects, obstacles)

    def order(self, actor: Actor, id: str, typed: str) -> Erasure:
        """Have a customer forgotten; `typed` is their reference, written once more. It cannot be taken back.

        Returns at once; the worker does the rest. Raises AccessDenied (code `proof`), InputError for another
        reference, Refused while something of theirs is on its way.
        """
        require(actor, Permission.ERASE_CUSTOMER)
        require_proof(actor, "Erasing a customer", self._clock.real())
        with self._store.transaction():
            known = self._store.erasures.get(id)
            if known is not None:
                return known
            plan, now = self.plan(actor, id), self._clock.now()
            if typed.strip().casefold() != plan.customer.reference.casefold():
                raise InputError(
                    "This is not the customer's reference.",
                    meaning="Nothing was erased.",
                    action=f"Type {plan.customer.reference} exactly.",
                    code="not_confirmed",
                )
            if plan.obstacles:
                raise Refused(
                    "This customer cannot be erased now.",
                    meaning=" ".join(plan.obstacles),
                    action="Wait for that, or finish it; it is on their page or under Needs attention.",
                    code="erasure_unsafe",
                )
            family = self._store.erasures.family(id)
            ordered = self._store.erasures.order(id, write_pseudonym(id), actor.name, now)
            for item in [one for each in family.ids for one in self._store.items.list(each)]:
                self._removals.begin(actor, item.id, Ended.ERASED)
            self._store.trail.append(
                actor,
                "customer.erasure_ordered",
                id,
                now,
                counts={name: self._store.customer_files.counts(id)[name] for name in COUNTED},
                stripe=family.stripe_ids,
            )
        self._worker.submit(self.carry_out, id)
        return self._store.erasures.get(id) or ordered

    def find(self, actor: Actor, id: str) -> Erasure | None:
        """How far a customer's erasure has come; None where there is none."""
        require(actor, Permission.VIEW_CUSTOMERS)
        return self._store.erasures.get(id)

    def unfinished(self, actor: Actor) -> list[Erasure]:
        """Every erasure that is not done, oldest first."""
        require(actor, Permission.VIEW_CUSTOMERS)
        return self._store.erasures.open()

    def proofs(self, actor: Actor, id: str) -> dict[str, datetime]:
        """Until when each authorization of an erased customer is kept, by our mandate id."""
        require(actor, Permission.ERASE_CUSTOMER)
        return self._store.erasures.proofs(id)

    def open_proof(self, actor: Actor, mandate_id: str) -> dict[str, Any]:
        """A kept authorization's words and evidence; the look is in the trail.

        Raises InputError where none is kept, UnreadableSecret where its key is missing.
        """
        require(actor, Permission.ERASE_CUSTOMER)
        require_proof(actor, "Opening what is kept of an erased customer", self._clock.real())
        found = self._store.erasures.proof(mandate_id)
        if found is None:
            raise InputError("This proof is not kept any more.", action="Nothing can be done.", code="unknown_proof")
        customer_id, proof = found
        self._store.trail.append(actor, "proof.viewed", customer_id, self._clock.now(), mandate=mandate_id)
        return proof

    # Carrying out.

    def resume_all(self) -> int:
        """At start: free what a dead process held, and go on. Returns how many there were."""
        for erasure in self._store.erasures.open():
            if is_dead(erasure.lease_owner):
                self._store.erasures.drop(erasure.id, str(erasure.lease_owner))
        return self.carry_on()

    def carry_on(self) -> int:
        """Go on with every erasure whose turn it is; returns how many there were."""
        due = self._store.erasures.due(self._clock.real())
        for erasure in due:
            self.carry_out(erasure.id)
        return len(due)

    def carry_out(self, id: str) -> None:
        """Take one erasure as far as it goes; what stops it is kept with it."""
        owner, now = new_owner(), self._clock.real()
        if not self._store.erasures.take(id, owner, now, now + LEASE):
            return
        try:
            erasure = self._store.erasures.get(id)
            if erasure is not None and erasure.stage is Stage.ORDERED:
                self._end_and_wipe(erasure, owner)
                erasure = self._store.erasures.get(id)
            if erasure is not None and erasure.stage is Stage.WIPED:
                self._scrub(erasure, owner)
        except LeaseLost:
            return
        except DeskError as error:
            self._store.erasures.keep_problem(id, explain(error), self._clock.real() + AGAIN)
        finally:
            self._store.erasures.drop(id, owner)

    def _end_and_wipe(self, erasure: Erasure, owner: str) -> None:
        family = self._store.erasures.family(erasure.id)
        for item in [one for each in family.ids for one in self._store.items.list(each)]:
            # Begun at the order; here only where the order came over with a restore of an older state.
            removal = self._removals.begin(_actor(erasure), item.id, Ended.ERASED)
            if removal.done_at is None:
                self._removals.run(item.id)
                removal = self._store.removals.get(item.id) or removal
            if removal.done_at is None:
                problem = removal.problem or CONNECTION_WAITS
                self._store.erasures.keep_problem(erasure.id, problem, self._clock.real() + AGAIN)
                return
        for stripe_id in family.stripe_ids:
            self._rename_at_stripe(stripe_id, erasure.pseudonym)
        with self._store.transaction():
            now = self._clock.now()
            self._keep_proofs(family, erasure, now)
            self._store.wiping.wipe(family, erasure.pseudonym, now)
            for other in family.shared.values():
                self._store.tellings.want(other, now)
            self._store.erasures.advance(erasure.id, owner, Stage.WIPED, now)
            self._store.trail.append(_actor(erasure), "customer.erased", erasure.id, now, stripe=family.stripe_ids)

    def _rename_at_stripe(self, stripe_id: str, pseudonym: str) -> None:
        try:
            self._stripe.update_customer(stripe_id, name=pseudonym, email="")
        except ProviderRejected as error:
            if error.code != "resource_missing":  # deleted at Stripe: nothing of them is left there
                raise

    def _keep_proofs(self, family: Family, erasure: Erasure, now: datetime) -> None:
        for proof in self._store.wiping.proof_of(family.ids):
            revoked = proof["revoked_at"]
            since = from_epoch(revoked) if isinstance(revoked, int) else now
            until = since + KEPT_AFTER_REVOCATION
            if until > now:
                self._store.erasures.keep_proof(str(proof["id"]), erasure.id, proof, until)

    def _scrub(self, erasure: Erasure, owner: str) -> None:
        if not self._store.wiping.scrub():
            self._store.erasures.keep_problem(erasure.id, None, self._clock.real() + FOLD_AGAIN)
            return
        with self._store.transaction():
            now = self._clock.now()
            self._store.erasures.advance(erasure.id, owner, Stage.DONE, now)
            self._store.trail.append(_actor(erasure), "customer.erasure_done", erasure.id, now)


def write_pseudonym(id: str) -> str:
    """What a customer's money history stands under: nothing of them, and the same for good."""
    return f"Erased {id.rpartition('_')[2][:8]}"


def _actor(erasure: Erasure) -> Actor:
    return Actor(erasure.asked_by, frozenset())


CONNECTION_WAITS = Problem(
    "A bank connection of this customer is not ended yet.",
    "Nothing is debited any more; the name goes when the connection is gone.",
    "It is tried again every minute; see Needs attention.",
    "connection_waits",
)

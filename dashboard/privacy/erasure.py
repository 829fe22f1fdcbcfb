"""Erasing a customer: their connections ended, their name taken out of everything, money history kept.

A row first, calls second: an order is committed together with the end of every authorization, and its job
(`erasure_job`) does the rest, however often it is cut off.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dashboard.connections.removal import RemovalSteps
from dashboard.domain.clock import Clock
from dashboard.domain.errors import InputError, Refused
from dashboard.domain.folding import fold
from dashboard.domain.formatting import count
from dashboard.domain.jobs import Job
from dashboard.domain.lookups import require_found
from dashboard.domain.models import Actor, Customer, Ended
from dashboard.domain.payment_status import WAITING
from dashboard.jobs import Jobs
from dashboard.privacy.erasure_job import KIND
from dashboard.staff.access import Permission, require, require_proof
from dashboard.store import Store
from dashboard.store.customers.merging import COUNTED
from dashboard.store.privacy.erasures import Erasure

THINGS = {
    "bank_account": ("linked account", "ended at Plaid and at Stripe; its last digits stay beside its payments"),
    "mandate": ("authorization", "no longer in force; its proof is kept sealed for two years, as Nacha asks"),
    "debit": ("debit", "kept under the pseudonym: amount, dates, invoice reference, outcome"),
    "link_attempt": ("link attempt", "kept without names, addresses and tokens"),
    "customer_note": ("note", "deleted"),
}
BLOCKERS = {
    "links": "A bank is being linked.",
    "debits": "A debit is on its way, or its outcome is not known.",
    "refunds": "A refund waits for a second person, or is on its way.",
    "devices": "A device is in the customer's hands.",
}


@dataclass(frozen=True)
class ErasurePlan:
    """What an erasure would do, a sentence each; `blockers` say why it cannot be done now."""

    customer: Customer
    effects: list[str]
    blockers: list[str]


class Erasures:
    """Plans and orders erasures, and says how they stand."""

    def __init__(self, store: Store, removals: RemovalSteps, clock: Clock, jobs: Jobs) -> None:
        self._store, self._removals, self._clock, self._jobs = store, removals, clock, jobs

    def plan(self, actor: Actor, id: str) -> ErasurePlan:
        """What would happen. Raises InputError where there is no such customer."""
        require(actor, Permission.ERASE_CUSTOMER)
        customer = require_found(self._store.customers.get(id), "customer")
        family = self._store.erasures.family(id)
        counts = self._store.customer_files.counts(id)
        effects = [
            f"{count(counts[table], thing)}: {fate}." for table, (thing, fate) in THINGS.items() if counts[table]
        ]
        if family.stripe_ids:
            effects.append("Stripe's customer takes the pseudonym too, and its e-mail address goes.")
        if family.shared:
            effects.append("A Stripe customer that somebody else is too stays theirs, under their name.")
        unfinished = self._store.customer_files.unfinished(id, id, self._clock.now())
        blockers = [BLOCKERS[name] for name in unfinished]
        waiting = self._store.erasures.waiting_payments(family.stripe_ids, [state.value for state in WAITING])
        if waiting:
            blockers.append(f"{count(waiting, 'payment')} may still fail or be returned.")
        return ErasurePlan(customer, effects, blockers)

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
            plan = self.plan(actor, id)
            if fold(typed) != fold(plan.customer.reference):
                raise InputError(
                    "This is not the customer's reference.",
                    meaning="Nothing was erased.",
                    action=f"Type {plan.customer.reference} exactly.",
                    code="not_confirmed",
                )
            if plan.blockers:
                raise Refused(
                    "This customer cannot be erased now.",
                    meaning=" ".join(plan.blockers),
                    action="Wait for that, or finish it; it is on their page or in the Inbox.",
                    code="erasure_unsafe",
                )
            family = self._store.erasures.family(id)
            items = [one.id for each in family.ids for one in self._store.items.list(each)]
            for item in items:
                self._removals.begin(actor, item, Ended.ERASED)
            ordered = self._store.erasures.order(id, write_pseudonym(id))
            counts = self._store.customer_files.counts(id)
            facts = {"counts": {name: counts[name] for name in COUNTED}, "stripe": family.stripe_ids}
            job = self._jobs.order(KIND, id, actor, step="end", action="customer.erasure_ordered", **facts)
        for item in items:
            self._removals.run_soon(item)
        if job is not None:
            self._jobs.start(job.id)
        return self._store.erasures.get(id) or ordered

    def find(self, actor: Actor, id: str) -> Erasure | None:
        """How far a customer's erasure has come; None where there is none."""
        require(actor, Permission.VIEW_CUSTOMERS)
        return self._store.erasures.get(id)

    def job(self, actor: Actor, id: str) -> Job | None:
        """Who ordered a customer's erasure and when, and what holds it up."""
        require(actor, Permission.VIEW_CUSTOMERS)
        return self._store.jobs.find(KIND, id)

    def unfinished(self, actor: Actor) -> list[tuple[Erasure, Job]]:
        """Every erasure that is not done, oldest first."""
        require(actor, Permission.VIEW_CUSTOMERS)
        found = [(self._store.erasures.get(job.subject), job) for job in self._store.jobs.open(KIND)]
        return [(erasure, job) for erasure, job in found if erasure is not None]

    def try_again(self, actor: Actor, id: str) -> None:
        """Go on with an erasure that is held up, now; nothing where it is done."""
        require(actor, Permission.ERASE_CUSTOMER)
        self._jobs.try_again(actor, KIND, id, action="customer.erasure_resumed")

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


def write_pseudonym(id: str) -> str:
    """What a customer's money history stands under: nothing of them, and the same for good."""
    return f"Erased {id.rpartition('_')[2][:8]}"

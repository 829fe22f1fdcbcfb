"""Taking a bank connection down: no more debits from the first commit on, then its end at Plaid and at Stripe.

A row first, calls second: a crash anywhere leaves a removal that goes on by itself. Both calls may be repeated: what is
gone already (Plaid: ITEM_NOT_FOUND; Stripe: resource_missing) is done. History stays: the account, its mandate with
the proof, its debits.
"""

from __future__ import annotations

from dashboard.access import Permission, require, require_proof
from dashboard.clock import Clock
from dashboard.errors import InputError
from dashboard.mandates import REASON_LIMIT
from dashboard.models import Actor, Ended, Item
from dashboard.removals.steps import RemovalSteps
from dashboard.store.core import CoreStore
from dashboard.store.removals import Removal

__all__ = ["RemovalSteps", "Removals"]


class Removals:
    """Ends connections for good."""

    def __init__(self, store: CoreStore, steps: RemovalSteps, clock: Clock) -> None:
        self._store, self._steps, self._clock = store, steps, clock

    def remove(self, actor: Actor, item_id: str, reason: str) -> Removal:
        """End a connection: nothing is debited from its accounts from now on, and it goes at Plaid and at Stripe.

        Returns at once; the worker does the rest. Raises AccessDenied (code `proof`), InputError without a reason or
        connection, Refused while a link of it is being finished.
        """
        require(actor, Permission.REMOVE_BANK)
        require_proof(actor, "Removing a bank connection", self._clock.real())
        text = " ".join(reason.split())
        if not text or len(text) > REASON_LIMIT:
            raise InputError(
                "A removal needs a reason of up to 300 characters.",
                action="Write down why, for example: the customer closed the account.",
                code="invalid_reason",
            )
        with self._store.transaction():
            removal = self._steps.begin(actor, item_id, Ended.REMOVED, reason=text)
        self._steps.run_soon(item_id)
        return self._store.removals.get(item_id) or removal

    # Looking, and going on.

    def get(self, actor: Actor, item_id: str) -> Removal | None:
        """How far the removal of a connection has come; None where it was never begun."""
        require(actor, Permission.VIEW_ACCOUNTS)
        return self._store.removals.get(item_id)

    def unfinished(self, actor: Actor) -> list[tuple[Removal, Item]]:
        """The removals that are not done at both providers yet, oldest first."""
        require(actor, Permission.VIEW_ACCOUNTS)
        found = [(removal, self._store.items.get(removal.item_id)) for removal in self._store.removals.unfinished()]
        return [(removal, item) for removal, item in found if item is not None]

    def try_again(self, actor: Actor, item_id: str) -> None:
        """Go on with a removal that met a problem, now."""
        require(actor, Permission.REMOVE_BANK)
        with self._store.transaction():
            self._store.removals.hurry(item_id, self._clock.real())
            self._store.trail.append(actor, "item.removal_resumed", item_id, self._clock.now())
        self._steps.run_soon(item_id)

    def run_due(self) -> int:
        """Go on with every removal whose turn it is; returns how many there were."""
        return self._steps.run_due()

    def resume_all(self) -> int:
        """At start: free what a dead process held, and go on. Returns how many there were."""
        return self._steps.resume_all()

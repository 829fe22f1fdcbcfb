"""Taking a bank connection down: no more debits from the first commit on, then its end at Plaid and at Stripe.

A row first, calls second: a crash anywhere leaves a removal that continues. History stays: the account, its
mandate with the proof, its debits.
"""

from __future__ import annotations

from dashboard.connections.removal_job import KIND
from dashboard.connections.removal_steps import RemovalSteps
from dashboard.domain.clock import Clock
from dashboard.domain.jobs import Job, JobState
from dashboard.domain.models import Actor, Ended, Item
from dashboard.jobs import Jobs
from dashboard.mandates import check_reason
from dashboard.staff.access import Permission, require, require_proof
from dashboard.store import Store
from dashboard.store.connections.removals import Removal

__all__ = ["RemovalSteps", "Removals"]


class Removals:
    """Ends connections for good."""

    def __init__(self, store: Store, steps: RemovalSteps, clock: Clock, jobs: Jobs) -> None:
        self._store, self._steps, self._clock, self._jobs = store, steps, clock, jobs

    def remove(self, actor: Actor, item_id: str, reason: str) -> Removal:
        """End a connection: nothing is debited from its accounts from now on, and it goes at Plaid and at Stripe.

        Returns at once; the worker does the rest. Raises AccessDenied (code `proof`), InputError without a reason or
        connection, Refused while a link of it is being finished.
        """
        require(actor, Permission.REMOVE_BANK)
        require_proof(actor, "Removing a bank connection", self._clock.real())
        text = check_reason(reason, "A removal", "Say why, for example: the customer closed the account.")
        with self._store.transaction():
            removal = self._steps.begin(actor, item_id, Ended.REMOVED, reason=text)
        self._steps.run_soon(item_id)
        return self._store.removals.get(item_id) or removal

    # Looking, and going on.

    def get(self, actor: Actor, item_id: str) -> Removal | None:
        """How far the removal of a connection has come; None where it was never begun."""
        require(actor, Permission.VIEW_ACCOUNTS)
        return self._store.removals.get(item_id)

    def unfinished(self, actor: Actor) -> list[tuple[Removal, Job, Item]]:
        """The removals that are not done at both providers yet, oldest first."""
        require(actor, Permission.VIEW_ACCOUNTS)
        found = [
            (self._store.removals.get(job.subject), job, self._store.items.get(job.subject))
            for job in self._store.jobs.open(KIND)
        ]
        return [(removal, job, item) for removal, job, item in found if removal is not None and item is not None]

    def asking(self, actor: Actor) -> list[tuple[Job, Item]]:
        """The removals that a provider has refused for most of a day, and that a person has to look at."""
        require(actor, Permission.VIEW_ACCOUNTS)
        return [(job, item) for _, job, item in self.unfinished(actor) if job.state is JobState.ASKING]

    def try_again(self, actor: Actor, item_id: str) -> None:
        """Go on with a removal that met a problem, now; nothing where it is done."""
        require(actor, Permission.REMOVE_BANK)
        self._jobs.try_again(actor, KIND, item_id, action="item.removal_resumed")

    def replace_requested(self) -> None:
        """Begin the end of every account whose replacement is ready."""
        self._steps.replace_requested()

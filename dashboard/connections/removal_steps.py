"""How a removal begins: one commit that ends the accounts, their mandates and whatever is still linking them."""

from __future__ import annotations

from datetime import datetime

from dashboard.connections.removal_job import KIND
from dashboard.domain.clock import Clock
from dashboard.domain.errors import Refused
from dashboard.domain.lookups import require_found
from dashboard.domain.models import Actor, BankAccount, Ended, ItemState, Problem
from dashboard.jobs import Jobs
from dashboard.store import Store
from dashboard.store.connections.removals import Removal
from dashboard.store.mandates.revocations import Revocation

REASONS = {
    Ended.REMOVED: "The bank connection was removed.",
    Ended.REPLACED: "Replaced by the customer's newer authorization.",
    Ended.ERASED: "The customer was erased.",
}


class RemovalSteps:
    """Begins removals for use cases that have asked whether they may."""

    def __init__(self, store: Store, clock: Clock, jobs: Jobs) -> None:
        self._store, self._clock, self._jobs = store, clock, jobs

    def begin(
        self, actor: Actor, item_id: str, why: Ended, *, reason: str = "", replaced_by: str | None = None
    ) -> Removal:
        """Only the first step, inside the caller's transaction: the row, the end of the accounts and their mandates.

        It asks for nobody's permission: the use case that calls it has asked. Call `run_soon` after the commit; the
        completer finds it in any case. Raises InputError for an unknown connection, Refused while it is being linked.
        """
        item = require_found(self._store.items.get(item_id), "connection")
        known = self._store.removals.get(item_id)
        if known is not None:
            return known
        now = self._clock.now()
        removal = Removal(item_id, why, replaced_by, None, None)
        with self._store.transaction():
            self._stop_attempts(actor, item_id)
            self._store.removals.add(removal)
            self._jobs.order(KIND, item_id, actor, step="plaid")
            self._store.items.set_state(item_id, ItemState.REMOVING, now)
            accounts = self._store.accounts.of_item(item_id)
            for account in accounts:
                self._end_account(actor, account, removal, reason or REASONS[why], now)
            self._store.trail.append(
                actor,
                f"item.{why.value}",
                item_id,
                now,
                customer=item.customer_id,
                accounts=[account.id for account in accounts],
                replaced_by=replaced_by,
                before={"state": item.state.value},
                after={"state": ItemState.REMOVING.value},
                private=self._store.private.seal(item.customer_id, {"reason": reason or REASONS[why]}),
            )
        return removal

    def _stop_attempts(self, actor: Actor, item_id: str) -> None:
        for attempt_id, leased in self._store.attempts.of_item(item_id):
            if leased:
                raise Refused(
                    "This bank is being linked at this moment.",
                    meaning="Nothing was removed.",
                    action="Wait a minute, then try again.",
                    code="being_linked",
                )
            self._store.attempts.stop(attempt_id, REMOVED_MEANWHILE)
            self._store.trail.append(actor, "link.canceled", attempt_id, self._clock.now(), item=item_id)

    def _end_account(self, actor: Actor, account: BankAccount, removal: Removal, reason: str, now: datetime) -> None:
        self._store.accounts.end(account.id, removal.why, removal.replaced_by, now)
        if account.mandate_id is None or self._store.revocations.get(account.mandate_id) is not None:
            return
        self._store.revocations.add(Revocation(account.id, account.mandate_id, reason, actor.name, now))
        self._store.mandates.set_status(account.mandate_id, "inactive")
        self._store.trail.append(
            actor,
            "mandate.ended",
            account.id,
            now,
            mandate=account.mandate_id,
            before={"status": account.mandate_status},
            after={"status": "inactive"},
        )

    def run_soon(self, item_id: str) -> None:
        """Go on with one removal on the worker."""
        job = self._store.jobs.find(KIND, item_id)
        if job is not None:
            self._jobs.start(job.id)

    def replace_requested(self) -> None:
        """Begin the end of every account whose replacement is ready: asked after each link, and again and again."""
        for attempt_id, item_id, new_account in self._store.removals.requested():
            attempt = self._store.attempts.work(attempt_id)
            if attempt is None:
                continue
            actor = Actor(attempt.attempt.operator, frozenset(), attempt.operator_address)
            try:
                with self._store.transaction():
                    self.begin(actor, item_id, Ended.REPLACED, replaced_by=new_account)
            except Refused:  # somebody signs in to the old one at this moment: the next turn finds it again
                continue
            self.run_soon(item_id)


REMOVED_MEANWHILE = Problem(
    "The bank connection was removed before the account was ready.",
    "Its tokens are erased; nothing was charged.",
    "Link the bank again if the customer wants to pay from it.",
    "item_removed",
)

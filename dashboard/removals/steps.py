"""The steps of a removal, each a row first and a call second; a worker runs them under a lease."""

from __future__ import annotations

from datetime import timedelta

from dashboard.clock import Clock
from dashboard.errors import DeskError, InputError, LeaseLost, ProviderRejected, Refused, StoreUnavailable
from dashboard.gateways.provider import LinkProvider
from dashboard.gateways.stripe import Stripe
from dashboard.leases import LEASE, is_dead, new_owner
from dashboard.models import Actor, AttemptState, BankAccount, Ended, ItemState, Problem, Secret
from dashboard.problems import explain
from dashboard.store.core import CoreStore
from dashboard.store.removals import Removal
from dashboard.store.revocations import Revocation
from dashboard.store.rows import new_id
from dashboard.worker import Runner

# Plaid: the Item was removed before, or its token is no token any more; 1105 and 1610 in the classic generation.
GONE = frozenset({"ITEM_NOT_FOUND", "INVALID_ACCESS_TOKEN", "1105", "1610"})
NO_SUCH_SOURCE = "resource_missing"  # Stripe: detached before, or its customer was deleted
TRY_AGAIN = timedelta(minutes=1)  # after an outage
TRY_LATER = timedelta(hours=1)  # after a definite no: somebody has to look, the list says so
REASONS = {
    Ended.REMOVED: "The bank connection was removed.",
    Ended.REPLACED: "Replaced by the customer's newer authorization.",
    Ended.ERASED: "The customer was erased.",
}


class RemovalSteps:
    """Begins removals for use cases that have asked whether they may, and takes them to their end."""

    def __init__(self, store: CoreStore, plaid: LinkProvider, stripe: Stripe, clock: Clock, worker: Runner) -> None:
        self._store, self._plaid, self._stripe, self._clock = store, plaid, stripe, clock
        self._worker = worker

    def begin(
        self, actor: Actor, item_id: str, why: Ended, *, reason: str = "", replaced_by: str | None = None
    ) -> Removal:
        """The first step alone, inside the caller's transaction: the row, the end of the accounts and their mandates.

        It asks for nobody's permission: the use case that calls it has asked. Call `run_soon` after the commit;
        `run_due` finds it in any case. Raises InputError for an unknown connection, Refused while it is being linked.
        """
        item = self._store.items.get(item_id)
        if item is None:
            raise InputError("There is no such connection.", action="Reload the page.", code="unknown_item")
        known = self._store.removals.get(item_id)
        if known is not None:
            return known
        now = self._clock.now()
        removal = Removal(item_id, why, replaced_by, actor.name, actor.address, now, None, None, None, None)
        with self._store.transaction():
            self._stop_attempts(item_id)
            self._store.removals.add(removal, self._clock.real())
            self._store.items.set_state(item_id, ItemState.REMOVING, now)
            accounts = self._store.accounts.of_item(item_id)
            for account in accounts:
                self._end_account(actor, account, removal, reason or REASONS[why])
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

    def _stop_attempts(self, item_id: str) -> None:
        for attempt_id, leased in self._store.attempts.of_item(item_id):
            if leased:
                raise Refused(
                    "This bank is being linked at this moment.",
                    meaning="Nothing was removed.",
                    action="Wait a minute, then try again.",
                    code="being_linked",
                )
            self._store.attempts.save(
                attempt_id,
                state=AttemptState.FAILED,
                problem=REMOVED_MEANWHILE,
                secrets={"link_token": None, "public_token": None, "bank_token": None},
                resume_state=None,
                question=None,
            )

    def _end_account(self, actor: Actor, account: BankAccount, removal: Removal, reason: str) -> None:
        now = removal.started_at
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
        self._worker.submit(self.run, item_id)

    def replace_wanted(self) -> None:
        """Begin the end of every account whose replacement is ready: asked after each link, and again and again."""
        for attempt_id, item_id, new_account in self._store.removals.wanted():
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

    def run_due(self) -> int:
        """Go on with every removal whose turn it is; returns how many there were."""
        self.replace_wanted()
        due = self._store.removals.due(self._clock.real())
        for item_id in due:
            self._worker.submit(self.run, item_id)
        return len(due)

    def resume_all(self) -> int:
        """At start: free what a dead process held, and go on. Returns how many there were."""
        for removal in self._store.removals.unfinished():
            if is_dead(removal.lease_owner):
                self._store.removals.drop(removal.item_id, str(removal.lease_owner))
        return self.run_due()

    def run(self, item_id: str) -> None:
        """Take a removal as far as it goes; does nothing where another worker has it, or it is done."""
        owner, now = new_owner(), self._clock.real()
        if not self._store.removals.take(item_id, owner, now, now + LEASE):
            return
        try:
            removal = self._store.removals.get(item_id)
            if removal is None or removal.done_at is not None:
                return
            try:
                if removal.plaid_at is None:
                    self._end_at_plaid(removal, owner)
                self._end_at_stripe(removal, owner)
            except (LeaseLost, StoreUnavailable):
                raise
            except DeskError as error:
                self._keep_problem(removal, owner, error)
        except LeaseLost:
            return
        finally:
            self._store.removals.drop(item_id, owner)

    def _end_at_plaid(self, removal: Removal, owner: str) -> None:
        request_id, how = None, "removed"
        token: Secret | None = None
        try:
            token = self._store.items.access_token(removal.item_id)
            request_id = self._plaid.remove_item(token)
        except Refused:
            how = "no token is kept"
        except ProviderRejected as error:
            if error.code not in GONE or self._has_another(removal.item_id, token):
                raise
            request_id, how = error.request_id, f"gone already ({error.code})"
        now = self._clock.now()
        with self._store.transaction():
            self._store.removals.note_plaid(removal.item_id, owner, now)
            self._store.items.set_state(removal.item_id, ItemState.REMOVED, now)
            self._store.attempts.erase_tokens(removal.item_id)
            self._note(removal, "item.ended_at_plaid", removal.item_id, request_id=request_id, how=how)

    def _has_another(self, item_id: str, token: Secret | None) -> bool:
        """Whether the token was changed for a new one while Plaid was asked with the old one."""
        try:
            return self._store.items.access_token(item_id) != token
        except Refused:
            return False

    def _end_at_stripe(self, removal: Removal, owner: str) -> None:
        for account in self._store.accounts.of_item(removal.item_id):
            if account.stripe_customer_id is None:
                continue
            if account.stripe_bank_account_id is not None and account.stripe_status != DETACHED:
                self._detach(removal, owner, account, account.stripe_bank_account_id)
            for source_id in self._store.attempts.old_sources(account.id):  # of a renewal that was cut off
                self._detach(removal, owner, account, source_id)
        with self._store.transaction():
            self._store.removals.finish(removal.item_id, owner, self._clock.now())
            self._note(removal, "item.removal_done", removal.item_id)

    def _detach(self, removal: Removal, owner: str, account: BankAccount, source_id: str) -> None:
        """Take one bank account off its Stripe customer; not one on which another account of ours stands."""
        if self._store.attempts.is_attaching(account.customer_id):
            raise Refused(
                "Another bank of this customer is being linked at this moment.",
                meaning="It may turn out to be the same bank account at Stripe.",
                action="It goes on by itself in a minute.",
                code="being_linked",
            )
        sharing = self._store.accounts.sharing(source_id)
        if sharing:  # the same bank account, linked anew: Stripe keeps one for both (bank_account_exists)
            self._note(removal, "account.left_at_stripe", account.id, bank_account=source_id, used_by=sharing)
            return
        how = "detached"
        try:
            self._stripe.detach_source(str(account.stripe_customer_id), source_id, key=new_id("key"))
        except ProviderRejected as error:
            if error.code != NO_SUCH_SOURCE:
                raise
            how = "gone already"
        now = self._clock.now()
        with self._store.transaction():
            self._store.removals.hold(removal.item_id, owner)
            self._store.accounts.note_detached(source_id, DETACHED, now)
            self._store.attempts.forget_source(source_id)
            self._note(removal, "account.detached", account.id, bank_account=source_id, how=how)

    def _keep_problem(self, removal: Removal, owner: str, error: DeskError) -> None:
        problem = explain(error)
        wait = TRY_LATER if isinstance(error, ProviderRejected) else TRY_AGAIN
        with self._store.transaction():
            self._store.removals.keep_problem(removal.item_id, owner, problem, self._clock.real() + wait)
            self._note(removal, "item.removal_waits", removal.item_id, code=problem.code, request_id=problem.request_id)

    def _note(self, removal: Removal, action: str, subject: str, **facts: object) -> None:
        actor = Actor(removal.operator, frozenset(), removal.operator_address)
        self._store.trail.append(actor, action, subject, self._clock.now(), item=removal.item_id, **facts)


DETACHED = "detached"  # our word beside Stripe's own statuses of a bank account
REMOVED_MEANWHILE = Problem(
    "The bank connection was removed before the account was ready.",
    "Its tokens are erased; nothing was charged.",
    "Link the bank again if the customer wants to pay from it.",
    "item_removed",
)

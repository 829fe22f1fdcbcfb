"""A removal as a durable job: the connection's end at Plaid, then at Stripe.

Both calls may be repeated: what is gone already (Plaid: ITEM_NOT_FOUND; Stripe: resource_missing) is done.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from dashboard.domain.clock import Clock
from dashboard.domain.errors import DeskError, ProviderRejected, Refused
from dashboard.domain.ids import new_id
from dashboard.domain.jobs import Job, JobState
from dashboard.domain.models import BankAccount, ItemState, Problem, Secret
from dashboard.gateways.link_provider import LinkProvider
from dashboard.gateways.payment_provider import PaymentProvider
from dashboard.jobs import Run
from dashboard.jobs.kinds import ACTIONS, BaseKind, Blocked, Done, Next, Step, To, back_off
from dashboard.store import Store

KIND = "removal"
REFUSED = "provider_refuses"  # what a person is asked
# Plaid: the Item was removed before, or its token is no token any more; 1105 and 1610 in the classic generation.
GONE = frozenset({"ITEM_NOT_FOUND", "INVALID_ACCESS_TOKEN", "1105", "1610"})
NO_SUCH_SOURCE = "resource_missing"  # Stripe: detached before, or its customer was deleted
DETACHED = "detached"  # our word beside Stripe's own statuses of a bank account
LINKED_MEANWHILE = timedelta(minutes=1)  # a link is finished within seconds


class RemovalKind(BaseKind):
    """`plaid` ends the connection, `stripe` takes its bank accounts off their customer. It never fails for good."""

    name = KIND

    def __init__(self, store: Store, plaid: LinkProvider, stripe: PaymentProvider, clock: Clock) -> None:
        self._store, self._plaid, self._stripe, self._clock = store, plaid, stripe, clock

    @property
    def steps(self) -> Mapping[str, Step]:
        """Plaid first: from then on nothing can be read of the customer's bank."""
        return {"plaid": self._end_at_plaid, "stripe": self._end_at_stripe}

    @property
    def moves(self) -> Mapping[str, frozenset[str]]:
        """What a provider refuses for most of a day asks a person; there is no other way to end it."""
        return {
            "plaid": frozenset({"stripe", JobState.ASKING}),
            "stripe": frozenset({JobState.ASKING, JobState.DONE}),
        }

    def after(self, job: Job, error: DeskError, problem: Problem) -> Next:
        """A definite no is retried at growing intervals, then a person is asked; anything else is waited out."""
        if isinstance(error, ProviderRejected):
            return back_off(job, problem, REFUSED)
        return Blocked(problem, LINKED_MEANWHILE if isinstance(error, Refused) else None)

    def action(self, next: Next) -> str:
        """The trail's words for what an error made of it."""
        return f"item.removal_{ACTIONS[type(next)]}"

    def title(self, job: Job) -> str:
        """The bank's name."""
        item = self._store.items.get(job.subject)
        return f"Removal of {item.institution_name if item else job.subject}"

    # Steps.

    def _end_at_plaid(self, run: Run) -> None:
        item_id, request_id, how = run.job.subject, None, "removed"
        token: Secret | None = None
        try:
            token = known = self._store.items.access_token(item_id)
            request_id = run.attempt(new_id("key"), lambda: self._plaid.remove_item(known), lambda: None)
        except Refused:
            how = "no token is kept"
        except ProviderRejected as error:
            if error.code not in GONE or self._has_another(item_id, token):
                raise
            request_id, how = error.request_id, f"gone already ({error.code})"
        now = self._clock.now()
        with run.moving(To("stripe"), "item.ended_at_plaid", item=item_id, request_id=request_id, how=how):
            self._store.removals.note_plaid(item_id, now)
            self._store.items.set_state(item_id, ItemState.REMOVED, now)
            self._store.attempts.erase_tokens(item_id)

    def _has_another(self, item_id: str, token: Secret | None) -> bool:
        """Whether the token was changed for a new one while Plaid was asked with the old one."""
        try:
            return self._store.items.access_token(item_id) != token
        except Refused:
            return False

    def _end_at_stripe(self, run: Run) -> None:
        item_id = run.job.subject
        for account in self._store.accounts.of_item(item_id):
            if account.stripe_customer_id is None:
                continue
            if account.stripe_bank_account_id is not None and account.stripe_status != DETACHED:
                self._detach(run, account, account.stripe_bank_account_id)
            for source_id in self._store.attempts.old_sources(account.id):  # of a renewal that was cut off
                self._detach(run, account, source_id)
        with run.moving(Done(), "item.removal_done", item=item_id):
            self._store.removals.finish(item_id, self._clock.now())

    def _detach(self, run: Run, account: BankAccount, source_id: str) -> None:
        """Take one bank account off its Stripe customer; not one on which another account of ours stands."""
        if self._store.attempts.is_attaching(account.customer_id):
            raise Refused(
                "Another bank of this customer is being linked at this moment.",
                meaning="It may turn out to be the same bank account at Stripe.",
                action="It continues automatically in a minute.",
                code="being_linked",
            )
        item_id, sharing = run.job.subject, self._store.accounts.sharing(source_id)
        if sharing:  # the same bank account, linked anew: Stripe keeps one for both (bank_account_exists)
            facts = {"item": item_id, "bank_account": source_id, "used_by": sharing}
            with run.committing("account.left_at_stripe", subject=account.id, **facts):
                return
        how, key, stripe_id = "detached", new_id("key"), str(account.stripe_customer_id)
        try:
            run.attempt(key, lambda: self._stripe.detach_source(stripe_id, source_id, key=key), self._stripe.time)
        except ProviderRejected as error:
            if error.code != NO_SUCH_SOURCE:
                raise
            how = "gone already"
        facts = {"item": item_id, "bank_account": source_id, "how": how}
        with run.committing("account.detached", subject=account.id, **facts):
            self._store.accounts.note_detached(source_id, DETACHED, self._clock.now())
            self._store.attempts.forget_source(source_id)

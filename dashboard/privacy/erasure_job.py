"""An erasure as a durable job: the connections' end is waited for, then the tables are wiped, then the old pages.

Each connection goes at Plaid and at Stripe as a job of its own (`connections/removal_job.py`); Stripe's own customer
takes the pseudonym, the tables are wiped in one transaction, and at last the pages and the log that SQLite keeps behind
them. What rules ask to be kept, the proof of an authorization, is kept sealed until they do not.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from dashboard.connections.removal import RemovalSteps
from dashboard.customers.stripe_updates import StripeUpdates
from dashboard.domain.clock import Clock
from dashboard.domain.errors import DeskError, ProviderRejected
from dashboard.domain.jobs import Job, JobState
from dashboard.domain.lookups import require_found
from dashboard.domain.models import Ended, Problem
from dashboard.gateways.payment_provider import PaymentProvider
from dashboard.jobs import Run
from dashboard.jobs.kinds import ACTIONS, BaseKind, Blocked, Done, Next, Step, To, back_off
from dashboard.mandates import KEPT_AFTER_REVOCATION
from dashboard.store import Store
from dashboard.store.privacy.erasures import Erasure, Family, Stage
from dashboard.store.sql import from_epoch

KIND = "erasure"
REFUSED = "provider_refuses"  # what a person is asked
WAIT = timedelta(hours=1)  # the end of a removal wakes it; this is for whatever else may have ended one
FOLD_AGAIN = timedelta(seconds=20)  # whoever reads an older page is done with it by then
CONNECTION_WAITS = Problem(
    "A bank connection of this customer is not ended yet.",
    "Nothing is debited any more; the name goes when the connection is gone.",
    "It continues automatically; see Account health.",
    "connection_waits",
)


class ErasureKind(BaseKind):
    """`end` waits for the connections and renames at Stripe, `wipe` empties the tables, `scrub` the file's pages."""

    name = KIND

    def __init__(
        self, store: Store, stripe: PaymentProvider, removals: RemovalSteps, updates: StripeUpdates, clock: Clock
    ) -> None:
        self._store, self._stripe, self._removals, self._updates = store, stripe, removals, updates
        self._clock = clock

    @property
    def steps(self) -> Mapping[str, Step]:
        """In this order: nothing is wiped that is still needed to end something at a provider."""
        return {"end": self._end, "wipe": self._wipe, "scrub": self._scrub}

    @property
    def moves(self) -> Mapping[str, frozenset[str]]:
        """It cannot be taken back, so that nothing but its end ends it."""
        return {
            "end": frozenset({"wipe", JobState.ASKING}),
            "wipe": frozenset({"scrub"}),
            "scrub": frozenset({JobState.DONE}),
        }

    def after(self, job: Job, error: DeskError, problem: Problem) -> Next:
        """Stripe's definite no is retried at growing intervals, then a person is asked; the rest is waited out."""
        if isinstance(error, ProviderRejected) and job.step == "end":
            return back_off(job, problem, REFUSED)
        return Blocked(problem)

    def action(self, next: Next) -> str:
        """The trail's words for what an error made of it."""
        return f"customer.erasure_{ACTIONS[type(next)]}"

    def title(self, job: Job) -> str:
        """The pseudonym."""
        erasure = self._store.erasures.get(job.subject)
        return f"Erasure of {erasure.pseudonym}" if erasure else "Erasure"

    # Steps.

    def _end(self, run: Run) -> None:
        erasure = self._erasure(run)
        family = self._store.erasures.family(erasure.id)
        items = [one.id for each in family.ids for one in self._store.items.list(each)]
        with run.committing():
            # Begun at the order; here only where the order came over with a restore of an older state.
            for item in items:
                self._removals.begin(run.job.actor, item, Ended.ERASED)
        with self._store.transaction():  # a removal that ends now ends before the look, or wakes what is written here
            found = [self._store.removals.get(item) for item in items]
            if any(one is None or one.done_at is None for one in found):
                run.move(To("end", WAIT, CONNECTION_WAITS), "customer.erasure_waits", code=CONNECTION_WAITS.code)
                return
        for stripe_id in family.stripe_ids:
            self._rename_at_stripe(stripe_id, erasure.pseudonym)
        run.move(To("wipe"), "customer.renamed_at_stripe", stripe=family.stripe_ids)

    def _rename_at_stripe(self, stripe_id: str, pseudonym: str) -> None:
        try:
            self._stripe.update_customer(stripe_id, name=pseudonym, email="")
        except ProviderRejected as error:
            if error.code != "resource_missing":  # deleted at Stripe: nothing of them is left there
                raise

    def _wipe(self, run: Run) -> None:
        erasure, now = self._erasure(run), self._clock.now()
        with self._store.transaction():
            family = self._store.erasures.family(erasure.id)
            with run.moving(To("scrub"), "customer.erased", stripe=family.stripe_ids):
                self._keep_proofs(family, erasure, now)
                self._store.wiping.wipe(family, erasure.pseudonym, now)
                for other in family.shared.values():
                    self._updates.order(run.job.actor, other)
                self._store.erasures.advance(erasure.id, Stage.WIPED, now)

    def _keep_proofs(self, family: Family, erasure: Erasure, now: datetime) -> None:
        for proof in self._store.wiping.proof_of(family.ids):
            revoked = proof["revoked_at"]
            since = from_epoch(revoked) if isinstance(revoked, int) else now
            until = since + KEPT_AFTER_REVOCATION
            if until > now:
                self._store.erasures.keep_proof(str(proof["id"]), erasure.id, proof, until)

    def _scrub(self, run: Run) -> None:
        if not self._store.wiping.scrub():
            run.move(To("scrub", FOLD_AGAIN))
            return
        with run.moving(Done(), "customer.erasure_done"):
            self._store.erasures.advance(run.job.subject, Stage.DONE, self._clock.now())

    def _erasure(self, run: Run) -> Erasure:
        return require_found(self._store.erasures.get(run.job.subject), "erasure")

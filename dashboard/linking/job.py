"""A link attempt as a durable job: exchange, bank token, Stripe customer, bank account, mandate.

The promise: every exchange leaves a stored token or a visible `unknown`. The attempt's own state, which pages show, is
set from the job's step here, in `on_move`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta

from dashboard.accounts.item_state import ItemStateRecorder
from dashboard.domain.clock import Clock
from dashboard.domain.errors import DeskError, ProviderError
from dashboard.domain.jobs import Job, JobState
from dashboard.domain.models import AttemptKind, AttemptState, LinkAttempt, Problem
from dashboard.gateways.link_provider import LinkProvider
from dashboard.gateways.payment_provider import PaymentProvider
from dashboard.jobs import Jobs, Run
from dashboard.jobs.kinds import BaseKind, Next, Step, pause_doubling
from dashboard.jobs.worker import Runner
from dashboard.linking.plaid_steps import LOST, NOT_RESUMABLE, PlaidSteps
from dashboard.linking.questions import KIND, QuestionKind
from dashboard.linking.relinking import Relinking
from dashboard.linking.stripe_steps import StripeSteps
from dashboard.settings import Settings
from dashboard.store import Store

FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=5), timedelta(minutes=5)
STATES: Mapping[str, AttemptState] = {
    "check": AttemptState.RECEIVED,
    "exchange": AttemptState.RECEIVED,
    "use": AttemptState.RECEIVED,
    "tokenize": AttemptState.EXCHANGED,
    "customer": AttemptState.TOKENIZED,
    "attach": AttemptState.CUSTOMER,
    "authorize": AttemptState.ATTACHED,
}
ENDS = frozenset({JobState.FAILED, JobState.CANCELED})


class LinkKind(BaseKind):
    """The steps of a link attempt, of a relink (`check`) and of a renewal, which begins at `tokenize`."""

    name = KIND

    def __init__(
        self,
        store: Store,
        plaid: LinkProvider,
        stripe: PaymentProvider,
        clock: Clock,
        settings: Settings,
        jobs: Jobs,
        worker: Runner,
        on_ready: Callable[[LinkAttempt], object],
    ) -> None:
        """`on_ready` is told, on the worker, of each attempt whose account has become ready to debit."""
        self._store, self._clock, self._worker, self._on_ready = store, clock, worker, on_ready
        self._plaid_steps = PlaidSteps(store, plaid, clock, settings)
        self._stripe_steps = StripeSteps(store, stripe, clock)
        self._relinking = Relinking(store, plaid, clock, jobs)
        self._recorder = ItemStateRecorder(store, clock)

    @property
    def steps(self) -> Mapping[str, Step]:
        """`check` asks about a connection that was signed in to again; `use` ends with the account linked before."""
        return {
            "check": self._finishing(self._relinking.check),
            "exchange": self._plaid_steps.exchange,
            "use": self._plaid_steps.use_linked,
            "tokenize": self._plaid_steps.tokenize,
            "customer": self._stripe_steps.find_customer,
            "attach": self._finishing(self._stripe_steps.attach),
            "authorize": self._finishing(self._stripe_steps.authorize),
        }

    @property
    def moves(self) -> Mapping[str, frozenset[str]]:
        """What follows what: nothing is attached without a customer, or authorized without a bank account."""
        asking = JobState.ASKING
        return {
            "check": ENDS | {JobState.DONE},
            "exchange": ENDS | {"tokenize", "customer", "use", asking},
            "use": ENDS | {JobState.DONE},
            "tokenize": ENDS | {"customer", asking},
            "customer": ENDS | {"attach", asking},
            "attach": ENDS | {"authorize", "tokenize", JobState.DONE},
            "authorize": ENDS | {JobState.DONE},
        }

    def pause(self, tries: int) -> timedelta:
        """5 seconds, doubling to five minutes: the customer stands at the counter, and Link's token lasts 30 minutes."""  # noqa: E501
        return pause_doubling(tries, FIRST_PAUSE, LONGEST_PAUSE)

    def after(self, job: Job, error: DeskError, problem: Problem) -> Next:
        """A definite no fails the attempt, anything else is waited for; what it says of the connection is kept."""
        attempt = self._store.attempts.get(job.subject)
        if isinstance(error, ProviderError) and attempt is not None and attempt.item_id is not None:
            self._recorder.record_error(job.actor, attempt.item_id, error)
        return super().after(job, error, problem)

    def on_move(self, job: Job, next: Next) -> None:
        """Keep the attempt's state true to its job; what cannot be resumed loses its public token."""
        state = STATES[job.step]
        resumable = False
        if job.state is JobState.ASKING and job.question == QuestionKind.ACCOUNT:
            state = AttemptState.CHOOSING
        elif job.state is JobState.DONE:
            state = AttemptState.AUTHORIZED
        elif job.state is JobState.CANCELED:
            state = AttemptState.EXITED if job.step == "use" else AttemptState.FAILED
        elif job.state is JobState.FAILED:
            code = job.problem.code if job.problem else ""
            state = AttemptState.UNKNOWN if code == LOST else AttemptState.FAILED
            resumable = code not in NOT_RESUMABLE
        self._store.attempts.move(job.subject, state, job.problem if job.state.is_ended else None, resumable=resumable)
        if job.state.is_ended and not resumable:
            self._store.attempts.save(job.subject, secrets={"public_token": None})

    def title(self, job: Job) -> str:
        """Which bank of whom."""
        attempt = self._store.attempts.get(job.subject)
        customer = self._store.customers.get(attempt.customer_id) if attempt else None
        bank = attempt.institution_name if attempt and attempt.institution_name else "a bank"
        return f"Link {bank} for {customer.name}" if customer else f"Link {bank}"

    def _finishing(self, step: Step) -> Step:
        def run_and_finish(run: Run) -> None:
            step(run)
            if run.job.state is JobState.DONE:
                self._finish(run.job.subject)

        return run_and_finish

    def _finish(self, attempt_id: str) -> None:
        """What a ready account means for the customer's other connections: looked at on the worker."""
        attempt = self._store.attempts.get(attempt_id)
        if attempt is None:
            return
        if attempt.kind is AttemptKind.LINK:  # at some banks a new link ends an older one of the same sign-in
            for item in self._store.items.list(attempt.customer_id):
                if item.institution_id == attempt.institution_id and not item.state.is_ended:
                    self._store.health.ask_soon(item.id, self._clock.now())
        self._worker.submit(self._on_ready, attempt)

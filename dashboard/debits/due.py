"""The step at which a scheduled debit waits for its day, and what is asked again when the day has come."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from dashboard.approvals.reviews import Reviews
from dashboard.debits.funds import Funds
from dashboard.debits.problems import ALIKE, MISSED, STOPPED
from dashboard.debits.restored import RESTORED
from dashboard.debits.review import DebitReview, ask_second
from dashboard.domain.clock import Clock
from dashboard.domain.errors import Refused
from dashboard.domain.lookups import require_found
from dashboard.domain.models import Actor, Balance, Debit, Problem
from dashboard.domain.schedules import Schedule, ScheduleState
from dashboard.gateways.payment_provider import PaymentProvider
from dashboard.jobs import Run
from dashboard.jobs.kinds import Ask, To
from dashboard.messages.problems import explain
from dashboard.store import Store

WAIT = "scheduled"  # the step's name
CLOCKS_DIFFER = timedelta(minutes=1)
HELD = "held"  # what a person is asked where a check has failed


class DueStep:
    """A debit's part of its day; the account, the limits and the approval are asked as for every debit."""

    def __init__(self, store: Store, stripe: PaymentProvider, funds: Funds, reviews: Reviews, clock: Clock) -> None:
        self._store, self._stripe, self._funds, self._reviews, self._clock = store, stripe, funds, reviews, clock

    def wait(self, run: Run, debit: Debit, find_refusal: Callable[[Debit], Problem | None]) -> None:
        """Wait for the day, then ask everything again; what fails holds the debit, and a person decides."""
        schedule = require_found(self._store.schedules.get(debit.id), "schedule")
        if self.has_stopped(run, debit):
            return
        early = schedule.due_at - self._clock.now()
        if early <= timedelta() and self._clock.now() < schedule.send_by:  # our clock may be ahead: Stripe's counts too
            told = self._stripe.server_time()
            early = schedule.due_at - told if schedule.due_at - told > CLOCKS_DIFFER else timedelta()
        if early > timedelta():
            run.move(To(WAIT, after=early))
            return
        problem = self._find_problem(debit, schedule) or find_refusal(debit)
        if problem is None and self._asks_second(run, debit):
            return
        if problem is None:
            balance = self._ask(run.job.actor, debit)
            problem = self._find_shortage(balance, debit, schedule)
        if problem is not None:
            run.move(Ask(HELD, problem, "create"), "debit.held", code=problem.code)
            return
        with run.moving(To("create"), "debit.due", collect_on=schedule.collect_on.isoformat()):
            self._store.schedules.release(debit.id, self._clock.now())
            self._store.debits.confirm_again(debit.id, balance, self._stripe.time())
            self._funds.risk.attach(run.job.actor, balance, debit.id, looked=False)

    def has_stopped(self, run: Run, debit: Debit) -> bool:
        """Whether the authorization ended before the day; then the debit is canceled."""
        schedule = self._store.schedules.get(debit.id)
        if schedule is None or schedule.state is not ScheduleState.STOPPED:
            return False
        problem = STOPPED[schedule.stopped_by or "ended"]
        run.move(To("cancel", problem=problem), "debit.schedule_stopped", why=schedule.stopped_by)
        return True

    def is_early(self, run: Run, debit: Debit) -> bool:
        """Whether its day has not released it yet; then it waits."""
        schedule = self._store.schedules.get(debit.id)
        if schedule is None or schedule.state is not ScheduleState.WAITING:
            return False
        run.move(To(WAIT))
        return True

    def _find_problem(self, debit: Debit, schedule: Schedule) -> Problem | None:
        """Why it is held before anybody is asked about money: a restore, the cut-off, another debit like it."""
        if self._store.restores.open() is not None:
            return RESTORED
        if max(self._clock.now(), self._stripe.time() or self._clock.now()) >= schedule.send_by:
            return MISSED
        known = {one.id for one in self._store.schedules.of_plan(schedule.plan_id)} | {schedule.similar_to or ""}
        account, amount = debit.bank_account_id, debit.amount_cents
        similar = self._funds.own.similar(account, amount, debit.invoice_reference, known)
        return ALIKE if similar is not None else None

    def _ask(self, by: Actor, debit: Debit) -> Balance:
        """The balance or the risk now. Raises ProviderError, Refused."""
        account = require_found(self._store.accounts.get(debit.bank_account_id), "account")
        return self._funds.ask(by, account, debit.amount_cents)

    def _find_shortage(self, balance: Balance, debit: Debit, schedule: Schedule) -> Problem | None:
        """Why this balance or risk holds it."""
        accept, account = schedule.accept_unknown_balance, debit.bank_account_id
        try:
            self._funds.check(balance, debit.amount_cents, accept, account, without=debit.id, looked=False)
        except Refused as error:
            return explain(error)
        return None

    def _asks_second(self, run: Run, debit: Debit) -> bool:
        """Whether a second person is asked only now: what else the customer was debited since has passed the rule."""
        kind, job = DebitReview.kind, run.job
        if self._reviews.is_asked(kind, debit.id) or not self._reviews.rule(debit.customer_id, debit.amount_cents):
            return False
        account = require_found(self._store.accounts.get(debit.bank_account_id), "account")
        maker = Actor(job.ordered_by, frozenset(), job.ordered_from, subject=self._store.limits.maker(debit.id))
        with run.moving(To("review")):
            ask_second(self._reviews, maker, debit, account)
        return True

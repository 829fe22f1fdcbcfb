"""A batch as a durable job: approved by a second person, then row after row, each as a debit with a job of its own.

One row is on its way at a time, so that a stop takes effect within one. A row is ordered in one transaction, under an
id and a ticket that were drawn before the approval: whatever dies in between, the next start goes on with the first row
that was not ordered. What becomes of the debit is its own job's; a row's failure is never the next one's.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from dashboard.approvals import APPROVE, EXPIRED
from dashboard.approvals.reviews import Reviews
from dashboard.batches.problems import MISSED, NOTHING_LEFT, STOPPED, WAITS_FOR_APPROVAL, WITHDRAWN
from dashboard.batches.sending import RowAttached, digest_all, maker_of, sum_of, write_order
from dashboard.debits import Debits
from dashboard.debits.funds import Funds
from dashboard.debits.job import KIND as DEBIT
from dashboard.debits.restored import RESTORED
from dashboard.domain.approvals import ApprovalState
from dashboard.domain.batches import Batch, BatchRow, BatchState, RowState, write_body
from dashboard.domain.clock import Clock
from dashboard.domain.errors import (
    DeskError,
    InputError,
    ProviderBroken,
    ProviderRejected,
    ProviderUnreachable,
    Refused,
)
from dashboard.domain.jobs import Job, JobState
from dashboard.domain.lookups import require_found
from dashboard.domain.models import DebitState, Problem
from dashboard.jobs import Jobs, Run
from dashboard.jobs.kinds import Ask, BaseKind, Blocked, Canceled, Done, Next, Step, To, pause_doubling
from dashboard.messages.problems import explain
from dashboard.settings import Settings
from dashboard.store import Store

KIND = "batch"
ON_ITS_WAY = frozenset({DebitState.CREATED, DebitState.SENDING})
LOOK_AGAIN = timedelta(seconds=2)  # at a debit that waits for Stripe
MOST_TRIES = 4  # of a row whose bank does not answer: some two minutes; then the others go on
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=5), timedelta(minutes=1)
BREATH = 25  # rows after which the worker is given back, so that a stop of the server waits for no batch


class BatchKind(BaseKind):
    """The steps of a batch."""

    name = KIND

    def __init__(
        self, store: Store, clock: Clock, settings: Settings, jobs: Jobs, debits: Debits, funds: Funds
    ) -> None:
        self._store, self._clock, self._jobs, self._debits, self._funds = store, clock, jobs, debits, funds
        self._descriptor, self._rows = settings.stripe_statement_descriptor, 0
        self._reviews = Reviews(store, clock, settings)

    @property
    def steps(self) -> Mapping[str, Step]:
        """`review` waits for approval, `send` orders the next row."""
        return {"review": self._review, "send": self._send, "cancel": self._cancel, "stop": self._stop}

    @property
    def moves(self) -> Mapping[str, frozenset[str]]:
        """Nothing is sent before it was approved, or after it was stopped."""
        return {
            "review": frozenset({"send", "cancel", JobState.ASKING}),
            "send": frozenset({"stop", JobState.DONE}),
            "cancel": frozenset({JobState.CANCELED}),
            "stop": frozenset({JobState.CANCELED}),
        }

    def pause(self, tries: int) -> timedelta:
        """5 seconds, doubling to a minute: the rows behind it wait."""
        return pause_doubling(tries, FIRST_PAUSE, LONGEST_PAUSE)

    def after(self, job: Job, error: DeskError, problem: Problem) -> Next:
        """Whatever a row meets is the row's; the rest is waited for."""
        return Blocked(problem)

    def on_move(self, job: Job, next: Next) -> None:
        """Keep the approval true to it."""
        if job.state.is_ended:
            began = self._store.batches.last_ordered(job.subject) is not None
            self._reviews.end(KIND, job.subject, ApprovalState.SUCCEEDED if began else ApprovalState.CANCELED)

    def title(self, job: Job) -> str:
        """The batch's name."""
        batch = self._store.batches.get(job.subject)
        return f"Batch {batch.name}" if batch else "Batch"

    # Steps.

    def _review(self, run: Run) -> None:
        """Wait for a second person, about exactly what would be sent now."""
        batch = self._batch(run)
        if self._store.batches.next_row(batch.id) is None:
            run.move(To("cancel", problem=NOTHING_LEFT))
            return
        with run.moving(Ask(APPROVE, WAITS_FOR_APPROVAL, "review"), "batch.waits_for_approval"):
            body = self._freeze_again(batch)
            self._reviews.ask_again(run.job.actor, KIND, batch.id, body, sum_of(body))

    def _send(self, run: Run) -> None:
        """Order the next row, once the one before it is not on its way any more."""
        batch = self._batch(run)
        if batch.state is not BatchState.SENDING or not self._reviews.is_approved(KIND, batch.id):
            run.move(To("stop", problem=STOPPED))
            return
        if self._store.restores.open() is not None:
            run.move(Blocked(RESTORED), "batch.waits", code=RESTORED.code)
            return
        if self._waits(run, batch):
            return
        row = self._store.batches.next_row(batch.id)
        if row is None:
            self._finish(run, batch)
        elif not self._misses(run, batch):
            self._send_row(run, batch, row)

    def _waits(self, run: Run, batch: Batch) -> bool:
        """Whether its day has not come, or the row before is still on its way."""
        times = self._store.batches.times(batch.id)
        if times is not None and (early := times[0] - self._clock.now()) > timedelta():
            run.move(To("send", after=early))
            return True
        last = self._store.batches.last_ordered(batch.id)
        if last is None or last[1] not in ON_ITS_WAY:
            return False
        debit = str(last[0].debit_id)
        job = self._store.jobs.find(DEBIT, debit)
        if job is not None:
            self._jobs.run(job.id)
        now = self._store.debits.get(debit)
        if now is not None and now.state in ON_ITS_WAY:
            run.move(To("send", after=LOOK_AGAIN, problem=now.problem))
            return True
        return False

    def _misses(self, run: Run, batch: Batch) -> bool:
        """Whether what is left of it would be taken on another day than the file says."""
        times = self._store.batches.times(batch.id)
        if times is None or self._clock.now() < times[1]:
            return False
        with run.moving(To("stop", problem=MISSED), "batch.missed_day"):
            self._store.batches.cancel_queued(batch.id, MISSED)
            self._store.batches.set_state(batch.id, BatchState.STOPPED, self._clock.now())
        return True

    def _send_row(self, run: Run, batch: Batch, row: BatchRow) -> None:
        """One row: what the bank says, then the order, then the debit's own steps."""
        maker = maker_of(batch)
        try:
            account = require_found(self._store.accounts.get(str(row.bank_account_id)), "account")
            balance = self._funds.ask(maker, account, int(row.amount_cents or 0))
            order = write_order(row, balance, accept_unknown_balance=batch.accept_unknown_balance)
            debit = self._debits.order_approved(maker, order, RowAttached(self._store, row, self._descriptor))
        except (ProviderRejected, Refused, InputError) as error:
            self._leave_out(run, batch, row, explain(error))
            return
        except (ProviderUnreachable, ProviderBroken) as error:
            if run.job.tries < MOST_TRIES:
                raise
            self._leave_out(run, batch, row, explain(error))
            return
        job = self._store.jobs.find(DEBIT, debit.id)
        if job is not None:
            self._jobs.run(job.id)
        self._go_on(run, batch, row)

    def _go_on(self, run: Run, batch: Batch, row: BatchRow) -> None:
        with run.moving(self._next()):
            self._reviews.consume(KIND, batch.id)
            now = self._store.batches.row(row.id)
            if now is not None and now.state is RowState.QUEUED:  # its debit came over in a restore
                self._store.batches.order_row(row.id)

    def _leave_out(self, run: Run, batch: Batch, row: BatchRow, problem: Problem) -> None:
        """Keep why this row is not sent; it reserves nothing from now on."""
        with run.moving(self._next(), "batch.row_refused", line=row.line, code=problem.code):
            self._store.batches.refuse_row(row.id, problem)

    def _next(self) -> To:
        """The next row now; after each `BREATH` rows in a second."""
        self._rows += 1
        return To("send", after=timedelta(seconds=int(self._rows % BREATH == 0)))

    def _finish(self, run: Run, batch: Batch) -> None:
        progress = self._store.batch_reading.progress(batch.id)
        sent, not_sent, in_doubt = progress.sent, progress.not_sent, progress.in_doubt
        with run.moving(Done(), "batch.done", sent=sent, not_sent=not_sent, in_doubt=in_doubt):
            self._store.batches.set_state(batch.id, BatchState.DONE, self._clock.now())

    def _cancel(self, run: Run) -> None:
        """End what nobody approved; its rows reserve nothing from this commit on."""
        batch, problem = self._batch(run), run.job.problem or WITHDRAWN
        state = {"declined": BatchState.DECLINED, EXPIRED.code: BatchState.EXPIRED}.get(
            problem.code, BatchState.WITHDRAWN
        )
        with run.moving(Canceled(problem), "batch.canceled", why=problem.code):
            self._store.batches.cancel_queued(batch.id, problem)
            if not batch.state.is_ended:
                self._store.batches.set_state(batch.id, state, self._clock.now())

    def _stop(self, run: Run) -> None:
        """End after a stop; who stopped it has released the rows already."""
        batch, problem = self._batch(run), run.job.problem or STOPPED
        progress = self._store.batch_reading.progress(batch.id)
        with run.moving(Canceled(problem), "batch.ended", sent=progress.sent, left=progress.left):
            if not batch.state.is_ended:
                self._store.batches.cancel_queued(batch.id, problem)
                self._store.batches.set_state(batch.id, BatchState.STOPPED, self._clock.now())

    # Parts of them.

    def _freeze_again(self, batch: Batch) -> Mapping[str, object]:
        """What would be sent now; its digests are kept where they are others than before."""
        rows = self._store.batches.rows(batch.id, RowState.QUEUED)
        digests = digest_all(self._store, batch, rows, self._descriptor)
        body = write_body(batch, rows, digests.values())
        if body["rows_sha256"] != batch.digest:
            self._store.batches.freeze_again(batch.id, digests, str(body["rows_sha256"]))
        return body

    def _batch(self, run: Run) -> Batch:
        return require_found(self._store.batches.get(run.job.subject), "batch")

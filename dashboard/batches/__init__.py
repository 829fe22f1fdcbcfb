"""Batches: a file of debits, checked, frozen, approved by a second person, sent, stopped, and read back row by row."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from dashboard.approvals import APPROVE
from dashboard.approvals.reviews import Reviews
from dashboard.batches.checks import Checked, RowChecks
from dashboard.batches.export import BatchExport
from dashboard.batches.file import SIZE_LIMIT, read_file
from dashboard.batches.job import KIND
from dashboard.batches.problems import STOPPED, WITHDRAWN
from dashboard.batches.rules import decided, describe, is_left, make, require_good, require_own
from dashboard.batches.sending import digest_all, sum_of
from dashboard.debits import Debits
from dashboard.debits.restored import require_reviewed
from dashboard.domain.approvals import Approval
from dashboard.domain.batches import (
    MOST_ROWS,
    Batch,
    BatchRow,
    BatchState,
    Progress,
    RowOutcome,
    RowState,
    write_body,
)
from dashboard.domain.business_days import SETTLEMENT_DAYS, add_business_days, submission_day
from dashboard.domain.clock import Clock
from dashboard.domain.errors import InputError
from dashboard.domain.ids import new_id
from dashboard.domain.jobs import Job
from dashboard.domain.lookups import require_found
from dashboard.domain.models import Actor, Problem
from dashboard.domain.schedules import send_day
from dashboard.domain.text_safety import clean
from dashboard.jobs import Jobs
from dashboard.settings import Settings
from dashboard.staff.access import Permission, require, require_proof, with_debits
from dashboard.store import Store

__all__ = ["MOST_ROWS", "SIZE_LIMIT", "Batches", "Calendar"]

SHOWN = 100
RECENT = timedelta(days=30)  # how long a batch with rows that were not sent is listed
LONGEST_NAME = 120
RULE = "every batch is approved by a second person"


@dataclass(frozen=True)
class Calendar:
    """Days of a batch that is approved in time: sent, taken from the customers, known by, in our bank by."""

    sent: date
    taken: date
    known_by: date
    in_bank_by: date


class Batches:
    """Files of debits. Each row is sent as an ordinary debit; nothing is sent here."""

    def __init__(self, store: Store, clock: Clock, settings: Settings, jobs: Jobs, debits: Debits) -> None:
        self._store, self._clock, self._settings = store, clock, settings
        self._jobs, self._debits = jobs, debits
        self.files = BatchExport(store, clock)
        self._checks, self._reviews = RowChecks(store, clock, settings), Reviews(store, clock, settings)

    # A file.

    def open(self, actor: Actor, content: bytes, name: str) -> Batch:
        """The batch of this file: the one that it was before, else a new one with every row checked.

        No provider is asked. Raises InputError where the file as a whole cannot be read.
        """
        self._require(actor)
        digest = hashlib.sha256(content).hexdigest()
        known = self._store.batches.by_file(digest)
        if known is not None:
            return known
        lines = read_file(content)
        id = new_id("batch")
        typed = [
            BatchRow(new_id("row"), id, one.line, dict(one.cells), RowState.INVALID, faults=one.faults) for one in lines
        ]
        with self._store.transaction():  # two tabs at one instant: the second sees what the first has made
            known = self._store.batches.by_file(digest)
            if known is not None:
                return known
            named = clean(" ".join(name.split()))[:LONGEST_NAME] or "A file"
            return self._add(actor, make(actor, id, named, self._clock.now(), digest), typed)

    def again(self, actor: Actor, id: str) -> Batch:
        """A new draft of the rows of an ended batch that were not sent, checked as they are now.

        Raises InputError where it has not ended, where nothing is left, or where a draft of it is open.
        """
        self._require(actor)
        with self._store.transaction():
            old = self._batch(id)
            left = [one.row for one in self._store.batch_reading.outcomes(id) if is_left(one)]
            if not old.state.is_ended or not left:
                raise InputError(
                    "Nothing of this batch is left to be sent.",
                    meaning="Nothing was made.",
                    action="Reload the page.",
                    code="already_decided",
                )
            open_one = next((one for one in self._store.batches.copies(id) if one.state is BatchState.DRAFT), None)
            if open_one is not None:
                return open_one
            made = replace(make(actor, new_id("batch"), old.name, self._clock.now(), None), copied_from=id)
            faults = ("cells", "mangled")
            typed = [
                BatchRow(
                    new_id("row"),
                    made.id,
                    row.line,
                    row.said,
                    RowState.INVALID,
                    faults=tuple(one for one in row.faults if one.code in faults),
                )
                for row in left
            ]
            return self._add(actor, made, typed)

    def check_again(self, actor: Actor, id: str) -> Batch:
        """Check every row of a draft as things are now. Raises InputError where it is no draft any more."""
        self._require(actor)
        with self._store.transaction():
            batch = self._draft(id)
            return self._keep_check(batch, self._checks.check(batch.maker, self._store.batches.rows(id)))

    def discard(self, actor: Actor, id: str) -> Batch:
        """End a draft that nobody wants. Raises InputError where it is no draft any more."""
        self._require(actor)
        with self._store.transaction():
            batch, now = self._draft(id), self._clock.now()
            self._store.batches.set_state(batch.id, BatchState.WITHDRAWN, now)
            self._store.trail.append(actor, "batch.discarded", id, now)
        return self._batch(id)

    def submit(self, actor: Actor, id: str, *, accept_unknown_balance: bool = False) -> Batch:
        """Freeze the rows without a fault and ask a second person; they count in every limit from now on.

        Raises InputError where it is no draft any more, where the file is refused, or where another row is wrong by
        now; AccessDenied (code `proof`) for a sum that asks for a fresh sign-in or a PIN; Refused after a restore.
        """
        self._require(actor)
        require_reviewed(self._store)
        if self.asks_for_proof(self._batch(id)):
            require_proof(actor, "A batch of this size", self._clock.real())
        job: Job | None = None
        with self._store.transaction():
            batch, rows = self._draft(id), self._store.batches.rows(id)
            require_own(actor, batch)
            checked = self._checks.check(batch.maker, rows)
            kept = replace(batch, accept_unknown_balance=accept_unknown_balance)
            now = self._keep_check(kept, checked)
            if [one.state for one in rows] == [
                one.state for one in checked.rows
            ] and batch.total_cents == now.total_cents:
                require_good(now)
                job = self._freeze(actor, now, checked.rows)
        if job is None:
            raise InputError(
                "Rows of this batch have changed since you looked at it.",
                meaning="Nothing was submitted. Every row was checked again.",
                action="Look at the rows with a fault, then submit it.",
                code="changed",
            )
        self._jobs.start(job.id)
        return self._batch(id)

    def withdraw(self, actor: Actor, id: str) -> Batch:
        """Take back what waits for approval. Raises InputError where it was decided meanwhile."""
        self._require(actor)
        with self._store.transaction():
            job = self._store.jobs.find(KIND, id)
            if job is None or job.question != APPROVE:
                raise decided()
            self._reviews.void(KIND, id)
            job = self._jobs.answer_no(actor, job.id, "cancel", WITHDRAWN, action="batch.withdrawn")
            self._release(id, BatchState.WITHDRAWN, WITHDRAWN)
        self._jobs.start(job.id)
        return self._batch(id)

    def stop(self, actor: Actor, id: str) -> Batch:
        """Send no further row: the one that is on its way is the last. What was not ordered reserves nothing any more.

        Raises InputError where nothing of it is being sent.
        """
        self._require(actor)
        with self._store.transaction():
            batch, job = self._batch(id), self._store.jobs.find(KIND, id)
            if batch.state is not BatchState.SENDING or job is None:
                raise decided()
            job = self._jobs.redirect(actor, job.id, "stop", at="send", action="batch.stopped")
            self._release(id, BatchState.STOPPED, STOPPED)
        self._jobs.start(job.id)
        return self._batch(id)

    def resume(self, actor: Actor, id: str) -> Batch:
        """Go on now instead of at the next turn; nothing where it has ended or waits for approval."""
        self._require(actor)
        job = self._store.jobs.find(KIND, id)
        if job is not None:
            self._jobs.retry_now(actor, job.id, action="batch.resumed")
        return self._batch(id)

    def wake_due(self) -> int:
        """Have the batches looked at whose moment has come by the business's clock. Returns how many."""
        due = self._store.batches.due(self._clock.now())
        for id in due:
            self._jobs.wake(KIND, id)
        return len(due)

    # What people read.

    def get(self, actor: Actor, id: str) -> Batch:
        """One batch. Raises InputError where there is none."""
        require(actor, Permission.VIEW_PAYMENTS)
        return self._batch(id)

    def recent(self, actor: Actor) -> list[Batch]:
        """The newest batches."""
        require(actor, Permission.VIEW_PAYMENTS)
        return self._store.batches.recent(SHOWN)

    def progress(self, actor: Actor, id: str) -> Progress:
        """How many rows stand where."""
        require(actor, Permission.VIEW_PAYMENTS)
        return self._store.batch_reading.progress(id)

    def problem(self, actor: Actor, id: str) -> Problem | None:
        """What a batch that is being sent waits behind; None where it goes on."""
        require(actor, Permission.VIEW_PAYMENTS)
        job = self._store.jobs.find(KIND, id)
        return job.problem if job is not None and not job.state.is_ended else None

    def rows(self, actor: Actor, id: str, start: int = 0, size: int = MOST_ROWS) -> list[RowOutcome]:
        """Rows in the order of the file, each with what became of it."""
        require(actor, Permission.VIEW_PAYMENTS)
        return self._store.batch_reading.outcomes(id, start, size)

    def row(self, actor: Actor, id: str, line: int) -> RowOutcome | None:
        """The row of one line of the file; None where it has none."""
        require(actor, Permission.VIEW_PAYMENTS)
        return next(iter(self._store.batch_reading.outcomes(id, line=line)), None)

    def copies(self, actor: Actor, id: str) -> list[Batch]:
        """The batches that were made of the rows of this one that were not sent, newest first."""
        require(actor, Permission.VIEW_PAYMENTS)
        return self._store.batches.copies(id)

    def approval_of(self, actor: Actor, id: str) -> Approval | None:
        """The newest question to a second person about a batch; None before it was submitted."""
        require(actor, Permission.VIEW_PAYMENTS)
        return self._store.approvals.newest(KIND, id)

    def attention(self, actor: Actor) -> list[tuple[Batch, Progress]]:
        """Batches of 30 days that ended with rows that were not sent, and of which nobody has made another one."""
        require(actor, Permission.VIEW_PAYMENTS)
        since = self._clock.now() - RECENT
        ended = self._store.batches.ended_since(since)
        unsent = self._store.batch_reading.with_unsent([one.id for one in ended], since - RECENT)
        return [
            (one, self._store.batch_reading.progress(one.id))
            for one in ended
            if one.id in unsent and not self._store.batches.copies(one.id)
        ]

    def calendar(self, actor: Actor, batch: Batch) -> Calendar:
        """The days of a batch that is approved now, or in time for its own day (Stripe: T+4 business days)."""
        require(actor, Permission.VIEW_PAYMENTS)
        if batch.collect_on is not None:
            sent, taken = send_day(batch.collect_on), batch.collect_on
        else:
            sent = submission_day(
                batch.submitted_at if batch.state.is_ended and batch.submitted_at else self._clock.now()
            )
            taken = add_business_days(sent, 1)
        known = add_business_days(sent, SETTLEMENT_DAYS)
        return Calendar(sent, taken, known, add_business_days(known, 1))

    def asks_for_proof(self, batch: Batch) -> bool:
        """Whether its sum asks for a fresh sign-in or the PIN: its debits count together."""
        return self._debits.asks_for_proof(batch.total_cents)

    # Parts of them.

    def _require(self, actor: Actor) -> None:
        """Who may debit is a setting, so it is asked here and not taken from the actor."""
        require(with_debits(actor, self._settings.debit_rules.roles), Permission.CREATE_DEBIT)

    def _batch(self, id: str) -> Batch:
        return require_found(self._store.batches.get(id), "batch")

    def _draft(self, id: str) -> Batch:
        batch = self._batch(id)
        if batch.state is not BatchState.DRAFT:
            raise decided()
        return batch

    def _add(self, actor: Actor, batch: Batch, typed: Sequence[BatchRow]) -> Batch:
        checked = self._checks.check(actor.key, typed)
        batch = describe(batch, checked)
        self._store.batches.add(batch, checked.rows)
        facts = {"rows": batch.rows, "bad": batch.bad, "total_cents": batch.total_cents}
        origin = {"copied_from": batch.copied_from} if batch.copied_from else {"file": str(batch.file_sha256)[:16]}
        self._store.trail.append(actor, "batch.opened", batch.id, self._clock.now(), **facts, **origin)
        return batch

    def _keep_check(self, batch: Batch, checked: Checked) -> Batch:
        batch = describe(batch, checked)
        self._store.batches.keep_check(batch, checked.rows)
        return batch

    def _freeze(self, actor: Actor, batch: Batch, rows: Sequence[BatchRow]) -> Job:
        """Each row as the debit that it will be, the question to a second person, and the job that waits for them."""
        now = self._clock.now()
        named = [replace(row, debit_id=new_id("debit")) for row in rows if row.state is RowState.VALID]
        digests = digest_all(self._store, batch, named, self._settings.stripe_statement_descriptor)
        body = write_body(batch, named, digests.values())
        self._store.batches.freeze(
            batch.id, [replace(row, digest=digests[row.id]) for row in named], str(body["rows_sha256"]), now
        )
        self._reviews.request(actor, KIND, batch.id, customer_id=None, cents=sum_of(body), rule=RULE, bodies=body)
        facts = {"rows": len(named), "total_cents": sum_of(body), "digest": body["rows_sha256"]}
        job = self._jobs.order(KIND, batch.id, actor, step="review", action="batch.submitted", **facts)
        return require_found(job, "operation")

    def _release(self, id: str, state: BatchState, problem: Problem) -> None:
        self._store.batches.cancel_queued(id, problem)
        self._store.batches.set_state(id, state, self._clock.now())

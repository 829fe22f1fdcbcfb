"""A batch as something that waits for approval, and what a second person is shown of it."""

from __future__ import annotations

from collections.abc import Mapping

from dashboard.batches.job import KIND
from dashboard.batches.problems import left_out
from dashboard.batches.sending import digest_all, sum_of
from dashboard.debits.restored import require_reviewed
from dashboard.domain.batches import Batch, BatchState, RowState, write_body
from dashboard.domain.clock import Clock
from dashboard.domain.errors import InputError
from dashboard.domain.formatting import count
from dashboard.domain.lookups import require_found
from dashboard.domain.models import Actor
from dashboard.settings import Settings
from dashboard.store import Store

NOTES = 20  # lines with something to look at that are kept with a decision


class BatchReview:
    """As `approvals.Reviewable`: one approval covers the rows exactly as they will be sent."""

    kind, approved_step, declined_step = KIND, "send", "cancel"

    def __init__(self, store: Store, clock: Clock, settings: Settings) -> None:
        self._store, self._clock = store, clock
        self._descriptor = settings.stripe_statement_descriptor

    def bodies(self, subject: str) -> Mapping[str, object]:
        """Exactly what would be sent now: of each row the digest of its bodies, in the order of the file."""
        batch = self._batch(subject)
        if batch.state is not BatchState.REVIEW:  # it was decided: what it was then
            rows = [row for row in self._store.batches.rows(subject) if row.digest and row.left_out_by is None]
            return write_body(batch, rows, [row.digest for row in rows])
        rows = self._store.batches.rows(subject, RowState.QUEUED)
        return write_body(batch, rows, digest_all(self._store, batch, rows, self._descriptor).values())

    def facts(self, subject: str) -> Mapping[str, object]:
        """How many customers, the largest debit, accounts that were never debited, rows to look at, rows left out, by
        whom those that an approver left out."""
        batch, sums = self._batch(subject), self._store.batch_reading.sums(subject)
        notes = self._store.batch_reading.notes_of(subject)
        taken = self._store.batches.left_out(subject)
        return {
            "rows": batch.good - len(taken),
            "customers": sums["customers"],
            "largest_cents": sums["largest_cents"],
            "first_debits": self._store.batch_reading.first_debits(subject),
            "noted": len(notes),
            "notes": [f"Line {line}: {one}" for line, found in notes[:NOTES] for one in found],
            "left_out": batch.bad,
            "taken_out": [f"Line {row.line}, by {row.left_out_by}" for row in taken],
            "collect_on": batch.collect_on.isoformat() if batch.collect_on else None,
        }

    def title(self, subject: str) -> str:
        """Its name and how many debits it has."""
        batch, taken = self._store.batches.get(subject), len(self._store.batches.left_out(subject))
        return f"Batch {batch.name}, {count(batch.good - taken, 'debit')}" if batch else "Batch"

    def require(self, subject: str) -> None:
        """Nothing where it could be sent now. Raises Refused after a restore; each row is asked again at its turn."""
        require_reviewed(self._store)

    def on_approved(self, subject: str) -> None:
        """From now on its rows are sent."""
        self._store.batches.set_state(subject, BatchState.SENDING, self._clock.now())

    def leave_out(self, by: Actor, subject: str, reasons: Mapping[int, str]) -> int:
        """Take rows out of a batch that waits, by their lines; cents of the rest. As `approvals.Divisible`.

        Raises InputError for a line that does not wait, and where nothing would be left.
        """
        batch, now = self._batch(subject), self._clock.now()
        waiting = {row.line: row for row in self._store.batches.rows(subject, RowState.QUEUED)}
        if not reasons or not reasons.keys() <= waiting.keys():
            raise InputError(
                "No row of this line waits in the batch.",
                meaning="No row was left out.",
                action="Look at the rows of the batch, and type the line of one.",
                code="unknown_line",
            )
        if len(reasons) == len(waiting):
            raise InputError(
                "This would leave no row in the batch.",
                meaning="No row was left out.",
                action="Decline the batch.",
                code="nothing_left",
            )
        for line, why in sorted(reasons.items()):
            row = waiting.pop(line)
            self._store.batches.leave_out(row.id, by.name, left_out(by.name, why))
            sealed = self._store.private.seal(str(row.customer_id), {"reason": why})
            facts = {"line": line, "amount_cents": row.amount_cents, "customer": row.customer_id, "private": sealed}
            self._store.trail.append(by, "batch.row_left_out", subject, now, **facts)
        rest = list(waiting.values())
        digests = digest_all(self._store, batch, rest, self._descriptor)
        body = write_body(batch, rest, digests.values())
        self._store.batches.freeze_again(batch.id, digests, str(body["rows_sha256"]))
        return sum_of(body)

    def _batch(self, id: str) -> Batch:
        return require_found(self._store.batches.get(id), "batch")

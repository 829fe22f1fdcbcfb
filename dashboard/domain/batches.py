"""Batches: a file of debits that is checked, frozen, approved by a second person, and sent row by row; cents, UTC.

A row reserves of every limit from the submission until it is ordered or canceled. What is approved is a digest of the
ordered rows, each exactly as it will be sent.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from dashboard.domain.common import Problem
from dashboard.domain.debits import DebitState, Purpose

MOST_ROWS = 5_000  # what is checked within some five seconds, and frozen in one transaction
MOST_BAD = 10  # percent of a file's rows; more, and the file itself is wrong


class BatchState(StrEnum):
    """Where a batch is; the last five are ends."""

    DRAFT = "draft"  # checked, not submitted
    REVIEW = "review"
    SENDING = "sending"  # approved
    DONE = "done"
    STOPPED = "stopped"
    DECLINED = "declined"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"

    @property
    def words(self) -> str:
        """As a person reads it."""
        return WORDS[self]

    @property
    def is_ended(self) -> bool:
        """Whether nothing of it is sent any more."""
        return self not in {BatchState.DRAFT, BatchState.REVIEW, BatchState.SENDING}


WORDS = {
    BatchState.DRAFT: "Checked, not submitted",
    BatchState.REVIEW: "Waiting for approval",
    BatchState.SENDING: "Being sent",
    BatchState.DONE: "Done",
    BatchState.STOPPED: "Stopped",
    BatchState.DECLINED: "Declined",
    BatchState.EXPIRED: "Expired",
    BatchState.WITHDRAWN: "Withdrawn",
}


class RowState(StrEnum):
    """Where a row is; what became of one that was ordered is its debit's state. The last three are ends."""

    INVALID = "invalid"  # with a fault: left out
    VALID = "valid"
    QUEUED = "queued"  # submitted: it reserves, and nothing was ordered yet
    ORDERED = "ordered"  # it is a debit
    REFUSED = "refused"  # a check failed when its turn came
    CANCELED = "canceled"  # its batch ended, or its authorization did


@dataclass(frozen=True)
class Fault:
    """What is wrong with one field of a row, why, and how it is mended."""

    field: str
    reason: str
    fix: str
    code: str


@dataclass(frozen=True)
class BatchRow:
    """One row of the file, numbered as an editor numbers it; `said` are its cells as they were typed.

    `notes` are what an approver should look at, and no fault; `similar_to` are the debits like it that were known when
    it was submitted; `digest` is of the bodies that will be sent for it. `debit_id` is drawn when the batch is frozen.
    `left_out_by` is the approver who took it out of a batch that waited.
    """

    id: str
    batch_id: str
    line: int
    said: Mapping[str, str]
    state: RowState
    customer_id: str | None = None
    bank_account_id: str | None = None
    amount_cents: int | None = None
    reference: str = ""
    purpose: Purpose = Purpose.OTHER
    faults: tuple[Fault, ...] = ()
    notes: tuple[str, ...] = ()
    similar_to: tuple[str, ...] = ()
    debit_id: str | None = None
    digest: str = ""
    stopped_by: str | None = None
    problem: Problem | None = None
    left_out_by: str | None = None


@dataclass(frozen=True)
class RowOutcome:
    """A row beside what became of it: its customer's name, its account, its debit and its payment."""

    row: BatchRow
    customer: str
    account: str
    debit_state: DebitState | None = None
    debit_problem: Problem | None = None
    payment_intent_id: str | None = None
    payment_state: str | None = None

    @property
    def is_in_doubt(self) -> bool:
        """Whether a person has to look: not sent in time, or its outcome is not known."""
        return self.debit_state in {DebitState.UNSENT, DebitState.UNKNOWN}


@dataclass(frozen=True)
class Batch:
    """One file of debits. `maker` is who opened it as `Actor.key` has it, `made_from` from which network address.

    `copied_from` is the batch that it repeats; `collect_on` is the day on which all of it is to be taken, None for as
    soon as it is approved.
    """

    id: str
    name: str
    state: BatchState
    made_by: str
    maker: str
    made_at: datetime
    rows: int
    bad: int
    total_cents: int
    file_sha256: str | None
    collect_on: date | None = None
    wanted_on: date | None = None
    accept_unknown_balance: bool = False
    digest: str = ""
    copied_from: str | None = None
    made_from: str = ""
    submitted_at: datetime | None = None
    ended_at: datetime | None = None

    @property
    def good(self) -> int:
        """How many of its rows can be sent."""
        return self.rows - self.bad

    @property
    def is_refused(self) -> bool:
        """Whether the file itself is refused: above `MOST_BAD` percent of its rows have a fault."""
        return self.bad * 100 > self.rows * MOST_BAD


@dataclass(frozen=True)
class Progress:
    """How many rows of a batch stand where, by `RowState`, and those that were ordered by `DebitState`; cents sent.

    `left_out` are those of the canceled ones that an approver took out, `left_out_cents` what they come to.
    """

    rows: Mapping[RowState, int] = field(default_factory=dict)
    debits: Mapping[DebitState, int] = field(default_factory=dict)
    sent_cents: int = 0
    left_out: int = 0
    left_out_cents: int = 0

    @property
    def sent(self) -> int:
        """Rows that Stripe has taken."""
        return self.debits.get(DebitState.SUBMITTED, 0)

    @property
    def left(self) -> int:
        """Rows that wait for their turn."""
        return self.rows.get(RowState.QUEUED, 0)

    @property
    def in_doubt(self) -> int:
        """Rows whose debit a person has to look at."""
        return self.debits.get(DebitState.UNSENT, 0) + self.debits.get(DebitState.UNKNOWN, 0)

    @property
    def not_sent(self) -> int:
        """Rows that were to be sent and never will be, beside those that an approver left out."""
        ended = self.rows.get(RowState.REFUSED, 0) + self.rows.get(RowState.CANCELED, 0) - self.left_out
        return ended + self.debits.get(DebitState.REFUSED, 0) + self.debits.get(DebitState.CANCELED, 0)


def digest_rows(rows: Iterable[str]) -> str:
    """SHA-256 over the digests of a batch's rows in their order: one row more, less or elsewhere is another one."""
    found = hashlib.sha256()
    for one in rows:
        found.update(one.encode() + b"\n")
    return found.hexdigest()


def write_body(batch: Batch, rows: Sequence[BatchRow], digests: Iterable[str]) -> dict[str, object]:
    """What a second person approves: how many rows, how much, for which day, and the digest of exactly what is sent."""
    return {
        "batch": batch.id,
        "rows": len(rows),
        "total_cents": sum(row.amount_cents or 0 for row in rows),
        "collect_on": batch.collect_on.isoformat() if batch.collect_on else None,
        "accept_unknown_balance": batch.accept_unknown_balance,
        "rows_sha256": digest_rows(digests),
    }

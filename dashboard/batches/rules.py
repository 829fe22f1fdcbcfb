"""What a batch must be to be made, submitted, or made again."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from dashboard.batches.checks import Checked
from dashboard.domain.batches import MOST_BAD, Batch, BatchState, RowOutcome, RowState
from dashboard.domain.business_days import add_business_days
from dashboard.domain.errors import InputError, Refused
from dashboard.domain.formatting import count
from dashboard.domain.models import Actor, DebitState


def make(by: Actor, id: str, name: str, now: datetime, sha256: str | None) -> Batch:
    """A draft without rows; `sha256` is of its file."""
    return Batch(id, name, BatchState.DRAFT, by.name, by.key, now, 0, 0, 0, sha256, made_from=by.address)


def describe(batch: Batch, checked: Checked) -> Batch:
    """The batch with what its rows come to."""
    collect_on = add_business_days(checked.wanted_on, 0) if checked.wanted_on else None
    return replace(
        batch,
        rows=len(checked.rows),
        bad=checked.bad,
        total_cents=checked.total_cents,
        wanted_on=checked.wanted_on,
        collect_on=collect_on,
    )


def is_left(one: RowOutcome) -> bool:
    """Whether a row of an ended batch moved nothing and never will."""
    if one.row.state is RowState.ORDERED:
        return one.debit_state in {DebitState.REFUSED, DebitState.CANCELED}
    return one.row.state is not RowState.INVALID


def require_good(batch: Batch) -> None:
    """Nothing where the file may be submitted. Raises InputError."""
    if batch.is_refused or not batch.good:
        raise InputError(
            f"{count(batch.bad, 'row')} of {batch.rows:,} with a fault.",
            meaning=f"A file is refused where more than {MOST_BAD} percent of its rows have one: it may be the wrong"
            " file, or of another layout. Nothing was submitted.",
            action="Correct the rows in the file, and drop it again.",
            code="too_many_faults",
        )


def require_own(by: Actor, batch: Batch) -> None:
    """Nothing where this person opened the file: whoever submits it must not be able to approve it. Raises Refused."""
    if by.key != batch.maker:
        raise Refused(
            f"{batch.made_by} opened this file.",
            meaning="Nothing was submitted: who opens a file submits it, and somebody else approves it.",
            action="Discard it and make it again in your own name, or ask them.",
            code="not_own",
        )


def decided() -> InputError:
    """That somebody, or the desk, was faster."""
    return InputError(
        "This batch has gone on meanwhile.",
        meaning="Nothing was done now.",
        action="Reload the page.",
        code="already_decided",
    )

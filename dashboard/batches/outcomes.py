"""What became of a row of a batch, in words for a person: the outcome, why, and what to do."""

from __future__ import annotations

from dataclasses import dataclass

from dashboard.batches.problems import ENDED
from dashboard.domain.batches import RowOutcome, RowState
from dashboard.domain.models import DebitState, Problem

ORDERED = {
    DebitState.CREATED: "On its way",
    DebitState.REVIEW: "Waiting for approval",
    DebitState.SCHEDULED: "Scheduled",
    DebitState.SENDING: "On its way",
    DebitState.UNKNOWN: "Unknown: being looked for",
    DebitState.UNSENT: "Not sent: confirm again",
    DebitState.SUBMITTED: "Sent",
    DebitState.REFUSED: "Refused",
    DebitState.CANCELED: "Canceled",
}
WORDS = {
    RowState.INVALID: "Left out",
    RowState.VALID: "Ready",
    RowState.QUEUED: "Waiting for its turn",
    RowState.REFUSED: "Not sent",
    RowState.CANCELED: "Not sent",
}


@dataclass(frozen=True)
class Said:
    """The outcome of one row; `why` and `action` are empty where it went well."""

    word: str
    why: str = ""
    action: str = ""


def say_outcome(one: RowOutcome) -> Said:
    """What became of a row, or what is wrong with it."""
    row = one.row
    if row.state is RowState.INVALID:
        whys = [f"{fault.field.capitalize()}: {fault.reason}." for fault in row.faults]
        fixes = [f"{fault.fix}." for fault in row.faults if fault.fix]
        return Said(WORDS[row.state], " ".join(whys), " ".join(dict.fromkeys(fixes)))
    if row.left_out_by is not None:
        why = row.problem.what if row.problem else f"Left out by {row.left_out_by}"
        return Said(WORDS[RowState.INVALID], why, row.problem.action if row.problem else "")
    if row.state is RowState.ORDERED:
        word = ORDERED[one.debit_state] if one.debit_state else "Ordered"
        problem = one.debit_problem
    else:
        word = WORDS[row.state]
        problem = row.problem or _ended(row.stopped_by)
    if problem is None:
        return Said(word)
    return Said(word, " ".join(filter(None, (problem.what, problem.meaning))), problem.action)


def _ended(stopped_by: str | None) -> Problem | None:
    return ENDED.get(stopped_by or "")

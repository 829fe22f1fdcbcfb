"""Debits that the desk ordered to present a payment again, and what their outcome does to the case."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import NamedTuple

from dashboard.domain.business_days import add_business_days
from dashboard.domain.cases import WORKED_WITHIN, CaseKind, CaseState, Outcome, step_of
from dashboard.domain.representments import Attempt, PresentedState
from dashboard.domain.return_codes import NOT_SENT, RETURN_CODES, explain
from dashboard.store.engine.database import Database
from dashboard.store.engine.dialect import ADDED, LISTED, Connection, list_of
from dashboard.store.sql import Row, from_epoch, insert, select, select_one, to_epoch

DESK = "system"  # as `Actor.system` is called in the trail
TAKEN = frozenset({"succeeded", "paid_out", "partly_refunded", "refunded", "returned_late"})  # states of a payment
_TOLD = f"""
SELECT r.debit_id, r.case_id, r.number, r.state, m.id, m.state, m.reason, upper(c.network_code), m.id = m.debit_id,
  k.state, k.outcome, k.kind
FROM payment m JOIN representment r ON r.debit_id = m.debit_id JOIN payment_case k ON k.id = r.case_id
LEFT JOIN charge c ON c.id = m.id WHERE m.id IN {LISTED}
"""
_EVENT = "INSERT INTO payment_case_event (case_id, at, person, what) VALUES (?, ?, ?, ?)"


class _Told(NamedTuple):
    debit_id: str
    case_id: str
    number: int
    state: str
    payment_id: str
    payment_state: str
    reason: str | None
    network_code: str | None
    is_our_row: int
    case_state: str
    outcome: str | None
    kind: str


class RepresentmentTable:
    """The table `representment`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, attempt: Attempt) -> None:
        """Keep an attempt beside its debit, in the transaction that orders it; the database refuses a second one."""
        row: dict[str, object] = {
            "debit_id": attempt.debit_id,
            "case_id": attempt.case_id,
            "original_id": attempt.original_id,
        }
        row |= {"number": attempt.number, "state": attempt.state.value, "ordered_at": to_epoch(attempt.ordered_at)}
        with self._database.transaction() as db:
            insert(db, "representment", row)

    def of_debit(self, debit_id: str) -> Attempt | None:
        """What a debit presents again; None where it is a debit like any other."""
        row = select_one(self._database.handle, "SELECT * FROM representment WHERE debit_id = ?", [debit_id])
        return _attempt(row) if row else None

    def of_case(self, case_id: str) -> list[Attempt]:
        """Every attempt that was ordered from a case, oldest first."""
        query = f"SELECT * FROM representment WHERE case_id = ? ORDER BY ordered_at, {ADDED}"
        return [_attempt(row) for row in select(self._database.handle, query, [case_id])]


def follow_attempts(db: Connection, payment_ids: Iterable[str], now: datetime, day: Callable[[int], date]) -> None:
    """Keep attempts and their cases true to these payments, in the transaction that wrote them.

    An attempt that succeeds decides its case; one that comes back, or is not sent, opens the same case again.
    """
    for row in db.execute(_TOLD, [list_of(payment_ids)]).fetchall():
        told = _Told(*row)
        state = _state_of(told)
        if state is None or state == told.state or told.state == PresentedState.WITHDRAWN:
            continue
        db.execute("UPDATE representment SET state = ? WHERE debit_id = ?", [state.value, told.debit_id])
        if state is PresentedState.SUCCEEDED:
            _decide(db, told, to_epoch(now))
        else:
            _open_again(db, told, state, to_epoch(now), day)


def _state_of(told: _Told) -> PresentedState | None:
    """What has become of an attempt; None while nobody knows."""
    if told.payment_state in TAKEN:
        return PresentedState.SUCCEEDED
    if told.payment_state == "canceled":
        return PresentedState.WITHDRAWN
    if told.payment_state == "failed":
        never = told.is_our_row or told.reason in NOT_SENT
        return PresentedState.WITHDRAWN if never else PresentedState.FAILED
    return None


def _decide(db: Connection, told: _Told, at: int) -> None:
    if told.case_state == CaseState.CLOSED or told.kind != CaseKind.RETURN:
        return
    query = "UPDATE payment_case SET state = 'closed', outcome = ?, closed_at = ?, closed_by = ? WHERE id = ?"
    db.execute(query, [Outcome.DEBITED_AGAIN.value, at, DESK, told.case_id])
    db.execute(_EVENT, [told.case_id, at, DESK, f"Closed: attempt {told.number} succeeded"])


def _open_again(db: Connection, told: _Told, state: PresentedState, at: int, day: Callable[[int], date]) -> None:
    if told.case_state != CaseState.PRESENTED and told.outcome != Outcome.DEBITED_AGAIN:
        return
    due = add_business_days(day(at), WORKED_WITHIN).isoformat()
    query = (
        "UPDATE payment_case SET state = ?, due_on = ?, outcome = NULL, closed_at = NULL, closed_by = NULL,"
        " approver = NULL WHERE id = ?"
    )
    db.execute(query, [CaseState.OPEN.value, due, told.case_id])
    code = told.network_code if told.network_code in RETURN_CODES else told.reason
    meaning = explain(code)
    why = f": {meaning.title} ({meaning.code})" if meaning else ""
    if state is PresentedState.WITHDRAWN:
        said = f"Opened again: attempt {told.number} was not sent{why}"
    else:
        said = f"Opened again: attempt {told.number} came back{why}"
        step = step_of(CaseKind.RETURN, code)  # by the newest code: after R02 no third debit would help
        db.execute("UPDATE payment_case SET step = ? WHERE id = ?", [step.value, told.case_id])
    db.execute(_EVENT, [told.case_id, at, DESK, said])


def _attempt(row: Row) -> Attempt:
    return Attempt(
        debit_id=row["debit_id"],
        case_id=row["case_id"],
        original_id=row["original_id"],
        number=row["number"],
        state=PresentedState(row["state"]),
        ordered_at=from_epoch(row["ordered_at"]),
    )

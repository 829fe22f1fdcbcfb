"""Cases as people read and work them; what opens and closes them by itself is in `opening`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo

from dashboard.domain.case_filter import NOBODY, CaseFilter
from dashboard.domain.cases import UNDECIDED, Case, CaseEvent, CaseKind, CaseState, NextStep, Outcome
from dashboard.domain.representments import Presentment
from dashboard.store.conditions import Conditions
from dashboard.store.engine.database import Database
from dashboard.store.engine.dialect import ADDED, LISTED, list_of
from dashboard.store.listing import Asked, Listing
from dashboard.store.sql import Row, from_epoch, insert, maybe_from_epoch, select, select_one, to_epoch, update

SORTS = {
    "due": "t.due_on",
    "happened": "t.happened_at",
    "opened": "t.opened_at",
    "amount": "t.amount",
    "kind": "t.kind",
    "status": "t.state",
    "assignee": "t.assignee",
}
_CASE = "SELECT t.*, m.customer, m.reference FROM payment_case t LEFT JOIN payment m ON m.id = t.payment_id"
_UNDECIDED = "t.state <> 'closed'"  # word for word as the index has it, or SQLite does not use it


@dataclass(frozen=True)
class CaseSearch:
    """Which cases a list has, on a day of the business; an assignee is a name.

    `found` are, for each word of the search, the keys of the payments with a case that it finds.
    """

    wanted: CaseFilter
    today: date
    found: Mapping[str, Sequence[int]] = field(default_factory=dict)


class CaseTable:
    """The tables `payment_case` and `payment_case_event`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.listing = Listing(database, "payment_case t", SORTS, _ask, money=("t.amount", "t.currency"))

    def lines(self, ids: Sequence[str]) -> dict[str, Case]:
        """These cases by id."""
        rows = select(self._database.handle, f"{_CASE} WHERE t.id IN {LISTED}", [list_of(ids)])
        return {row["id"]: _case(row) for row in rows}

    def get(self, id: str) -> Case | None:
        """One case by its own id."""
        row = select_one(self._database.handle, f"{_CASE} WHERE t.id = ?", [id])
        return _case(row) if row else None

    def of_payment(self, payment_id: str) -> Case | None:
        """The case of a payment; None where it was never in trouble."""
        row = select_one(self._database.handle, f"{_CASE} WHERE t.payment_id = ?", [payment_id])
        return _case(row) if row else None

    def events(self, id: str) -> list[CaseEvent]:
        """The time line of a case, oldest first."""
        query = f"SELECT * FROM payment_case_event WHERE case_id = ? ORDER BY at, {ADDED}"
        rows = select(self._database.handle, query, [id])
        return [CaseEvent(from_epoch(row["at"]), row["person"], row["what"], row["note"]) for row in rows]

    def payment_keys(self) -> list[int]:
        """The keys of all payments that have a case."""
        query = "SELECT m.seq FROM payment_case t JOIN payment m ON m.id = t.payment_id"
        return [row[0] for row in self._database.handle.execute(query)]

    def count_overdue(self, today: date) -> int:
        """How many are not decided although they were due before this day."""
        query = f"SELECT count(*) AS n FROM payment_case t WHERE {_UNDECIDED} AND due_on < ?"
        return int(select(self._database.handle, query, [today.isoformat()])[0]["n"])

    def assignees(self) -> list[str]:
        """Who has cases that are not decided."""
        query = "SELECT DISTINCT assignee FROM payment_case WHERE state <> 'closed' AND assignee <> '' ORDER BY 1"
        return [row["assignee"] for row in select(self._database.handle, query, {})]

    def revoked(self, mandate_ids: Iterable[str]) -> dict[str, Case]:
        """The case by which the customer has said that they did not authorize it, by Stripe's id of the mandate.

        Of history that was decided by its age, Stripe's own word of the mandate counts.
        """
        query = (
            f"{_CASE} WHERE t.revoked_mandate IN {LISTED}"
            f" AND coalesce(t.outcome, '') <> 'before_start' ORDER BY t.{ADDED}"
        )
        rows = select(self._database.handle, query, [list_of(list(mandate_ids))])
        return {row["revoked_mandate"]: _case(row) for row in rows}

    def chain(self, payment_id: str, zone: tzinfo) -> list[Presentment]:
        """Every debit of the same debt, oldest first: same customer, account, amount and reference, ours or not.

        Days are of the zone. Where no reference is known, what has none counts as the same.
        """
        query = (
            "SELECT m.id, m.created, m.state, coalesce(c.network_code, m.reason) AS reason, coalesce(m.fee, 0) AS fee,"
            " coalesce(c.disputed, 0) OR EXISTS (SELECT 1 FROM dispute WHERE charge_id = m.id) AS disputed,"
            " m.state = 'failed' AND m.id = m.debit_id AS refused"
            " FROM payment m LEFT JOIN charge c ON c.id = m.id JOIN payment o ON o.id = :id"
            " WHERE m.id = o.id OR (m.customer_id = o.customer_id AND m.amount = o.amount AND m.currency = o.currency"
            " AND m.reference = o.reference AND coalesce(m.last4, '') = coalesce(o.last4, ''))"
            " ORDER BY m.created, m.seq"
        )
        return [
            Presentment(
                payment_id=row["id"],
                created_on=from_epoch(row["created"]).astimezone(zone).date(),
                state=row["state"],
                reason=row["reason"],
                fee=row["fee"],
                is_disputed=bool(row["disputed"]),
                is_refused=bool(row["refused"]),
            )
            for row in select(self._database.handle, query, {"id": payment_id})
        ]

    def note(self, id: str, at: datetime, person: str, what: str, note: str = "") -> None:
        """Add a line to the time line."""
        line = {"case_id": id, "at": to_epoch(at), "person": person, "what": what, "note": note}
        with self._database.transaction() as db:
            insert(db, "payment_case_event", line)

    def assign(self, id: str, person: str) -> None:
        """Give a case to somebody; to nobody where the name is empty."""
        with self._database.transaction() as db:
            update(db, "payment_case", id, {"assignee": person})

    def set_state(self, id: str, state: CaseState, due_on: date | None = None) -> None:
        """Keep where a case that is not decided stands, and by when it is decided where that has changed."""
        due = {} if due_on is None else {"due_on": due_on.isoformat()}
        with self._database.transaction() as db:
            update(db, "payment_case", id, {"state": state.value, **due})

    def close(self, id: str, outcome: Outcome, person: str, at: datetime, approver: str | None = None) -> None:
        """Keep a decision."""
        values = {"state": CaseState.CLOSED.value, "outcome": outcome.value, "closed_by": person}
        with self._database.transaction() as db:
            update(db, "payment_case", id, {**values, "closed_at": to_epoch(at), "approver": approver})


def _ask(looked: CaseSearch) -> Asked:
    wanted, found = looked.wanted, Conditions()
    if wanted.states == UNDECIDED or wanted.overdue:
        found.hold(_UNDECIDED)
    if wanted.states != UNDECIDED:
        found.among("t.state", [one.value for one in wanted.states])
    found.among("t.kind", [one.value for one in wanted.kinds])
    found.add("t.due_on < :today", looked.today.isoformat() if wanted.overdue else None)
    found.add("t.step = :step", wanted.step and wanted.step.value)
    found.add("t.assignee = :assignee", "" if wanted.assignee == NOBODY else wanted.assignee or None)
    found.add("t.due_on >= :from_", wanted.due_from and wanted.due_from.isoformat())
    found.add("t.due_on <= :to_", wanted.due_to and wanted.due_to.isoformat())
    found.search(
        wanted.text,
        within=["lower(coalesce(t.code, ''))"],
        begins=["t.id", "t.cause"],
        keys=("(SELECT seq FROM payment WHERE id = t.payment_id)", looked.found),
    )
    return found.asked()


def _case(row: Row) -> Case:
    return Case(
        id=row["id"],
        payment_id=row["payment_id"],
        kind=CaseKind(row["kind"]),
        cause=row["cause"],
        code=row["code"],
        step=NextStep(row["step"]),
        state=CaseState(row["state"]),
        outcome=Outcome(row["outcome"]) if row["outcome"] else None,
        assignee=row["assignee"],
        amount=row["amount"],
        currency=row["currency"],
        happened_at=from_epoch(row["happened_at"]),
        opened_at=from_epoch(row["opened_at"]),
        due_on=date.fromisoformat(row["due_on"]),
        until_on=date.fromisoformat(row["until_on"]) if row["until_on"] else None,
        closed_at=maybe_from_epoch(row["closed_at"]),
        closed_by=row["closed_by"],
        approver=row["approver"],
        customer=row["customer"] or "",
        reference=row["reference"] or "",
    )

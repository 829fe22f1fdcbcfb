"""When scheduled debits are sent. Triggers stop them where their authorization ends (`store.migrations.schedules`)."""

from __future__ import annotations

from datetime import date, datetime

from dashboard.domain.schedules import CustomerNotice, NoticeReason, Schedule, ScheduleState
from dashboard.store.engine.database import Database
from dashboard.store.sql import Row, from_epoch, insert, maybe_from_epoch, select, select_one, to_epoch, update


class ScheduleTable:
    """The tables `debit_schedule` and `debit_notice`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, schedule: Schedule) -> None:
        """Insert a schedule beside its debit."""
        row = {
            **vars(schedule),
            "wanted_on": schedule.wanted_on.isoformat(),
            "collect_on": schedule.collect_on.isoformat(),
            "due_at": to_epoch(schedule.due_at),
            "send_by": to_epoch(schedule.send_by),
            "accept_unknown_balance": int(schedule.accept_unknown_balance),
            "state": schedule.state.value,
        }
        with self._database.transaction() as db:
            insert(db, "debit_schedule", row)

    def get(self, debit_id: str) -> Schedule | None:
        """When a debit is sent; None where it was ordered to be sent at once."""
        row = select_one(self._database.handle, "SELECT * FROM debit_schedule WHERE id = ?", [debit_id])
        return _schedule(row) if row else None

    def of_plan(self, plan_id: str) -> list[Schedule]:
        """The debits of a plan, in their order."""
        query = "SELECT * FROM debit_schedule WHERE plan_id = ? ORDER BY number"
        return [_schedule(row) for row in select(self._database.handle, query, [plan_id])]

    def upcoming(self, bank_account_id: str | None, limit: int) -> list[Schedule]:
        """What is still to be sent, of one account or of all, the soonest first; what is held is in it."""
        query = (
            "SELECT s.* FROM debit_schedule s JOIN debit d ON d.id = s.id WHERE s.state = 'waiting'"
            " AND d.state IN ('scheduled', 'review', 'unsent')"
            " AND (:account IS NULL OR d.bank_account_id = :account) ORDER BY s.due_at, s.id LIMIT :limit"
        )
        values = {"account": bank_account_id, "limit": limit}
        return [_schedule(row) for row in select(self._database.handle, query, values)]

    def due(self, now: datetime) -> list[str]:
        """The debits whose moment has come and that still wait for it."""
        query = (
            "SELECT s.id FROM debit_schedule s JOIN debit d ON d.id = s.id WHERE s.state = 'waiting' AND s.due_at <= ?"
            " AND d.state = 'scheduled' ORDER BY s.due_at"
        )
        return [row["id"] for row in select(self._database.handle, query, [to_epoch(now)])]

    def release(self, debit_id: str, at: datetime) -> None:
        """Keep that it is sent now; nothing where it is no schedule, or was released before."""
        query = "UPDATE debit_schedule SET state = 'released', released_at = ? WHERE id = ? AND state = 'waiting'"
        with self._database.transaction() as db:
            db.execute(query, [to_epoch(at), debit_id])

    # What customers are told before.

    def add_notice(self, notice: CustomerNotice) -> None:
        """Keep that a customer has to be told, beside the schedule."""
        row = {"id": notice.id, "reason": notice.reason.value, "tell_by": notice.tell_by.isoformat()}
        with self._database.transaction() as db:
            insert(db, "debit_notice", {**row, "was_cents": notice.was_cents})

    def open_notices(self, limit: int) -> list[CustomerNotice]:
        """What nobody has told yet of debits that are still to come, the soonest due first."""
        query = (
            "SELECT n.* FROM debit_notice n JOIN debit d ON d.id = n.id WHERE n.told_at IS NULL"
            " AND d.state IN ('scheduled', 'review', 'unsent') ORDER BY n.tell_by, n.id LIMIT ?"
        )
        return [_notice(row) for row in select(self._database.handle, query, [limit])]

    def notice(self, debit_id: str) -> CustomerNotice | None:
        """What a customer is told of a debit; None where there is nothing to tell."""
        row = select_one(self._database.handle, "SELECT * FROM debit_notice WHERE id = ?", [debit_id])
        return _notice(row) if row else None

    def to_mail(self, tell_by: date) -> list[tuple[str, str]]:
        """Debits that wait for their day and of which a customer is to be told by then, each with their address.

        Those of which a mail was ordered before are left out.
        """
        query = (
            "SELECT n.id, c.email FROM debit_notice n JOIN debit d ON d.id = n.id"
            " JOIN customer c ON c.id = d.customer_id WHERE n.told_at IS NULL AND n.tell_by <= ?"
            " AND d.state = 'scheduled' AND c.email <> '' AND NOT EXISTS"
            " (SELECT 1 FROM job j WHERE j.kind = 'debit_notice' AND j.subject = n.id) ORDER BY n.tell_by, n.id"
        )
        found = select(self._database.handle, query, [tell_by.isoformat()])
        return [(row["id"], row["email"]) for row in found]

    def keep_told_once(self, debit_id: str, person: str, at: datetime) -> None:
        """Keep who told the customer; nothing where somebody has before."""
        query = "UPDATE debit_notice SET told_at = ?, told_by = ? WHERE id = ? AND told_at IS NULL"
        with self._database.transaction() as db:
            db.execute(query, [to_epoch(at), person, debit_id])

    def keep_told(self, debit_id: str, person: str, at: datetime) -> None:
        """Keep who told the customer."""
        with self._database.transaction() as db:
            update(db, "debit_notice", debit_id, {"told_at": to_epoch(at), "told_by": person})


def _notice(row: Row) -> CustomerNotice:
    return CustomerNotice(
        id=row["id"],
        reason=NoticeReason(row["reason"]),
        tell_by=date.fromisoformat(row["tell_by"]),
        was_cents=row["was_cents"],
        told_at=maybe_from_epoch(row["told_at"]),
        told_by=row["told_by"],
    )


def _schedule(row: Row) -> Schedule:
    return Schedule(
        id=row["id"],
        plan_id=row["plan_id"],
        number=row["number"],
        count=row["count"],
        wanted_on=date.fromisoformat(row["wanted_on"]),
        collect_on=date.fromisoformat(row["collect_on"]),
        due_at=from_epoch(row["due_at"]),
        send_by=from_epoch(row["send_by"]),
        accept_unknown_balance=bool(row["accept_unknown_balance"]),
        similar_to=row["similar_to"],
        state=ScheduleState(row["state"]),
        stopped_by=row["stopped_by"],
        released_at=maybe_from_epoch(row["released_at"]),
    )

"""Refunds that the desk ordered, beside what Stripe says of each."""

from __future__ import annotations

from datetime import datetime

from dashboard.domain.clock import Clock
from dashboard.domain.models import Problem
from dashboard.domain.refunds import GONE, Refund, RefundReason, RefundState
from dashboard.store.approvals.at_stripe import WAITS
from dashboard.store.engine.database import Database
from dashboard.store.engine.dialect import ADDED
from dashboard.store.sql import (
    Row,
    from_epoch,
    insert,
    problem_from_json,
    problem_to_json,
    select,
    select_one,
    to_epoch,
    update,
)

# An order beside Stripe's refund and the problem of its open job.
_REFUND = (
    "SELECT o.*, r.status, r.failure_reason, coalesce(o.refusal, (SELECT j.problem FROM job j WHERE j.kind = 'refund'"
    " AND j.subject = o.id AND j.ended_at IS NULL)) AS problem"
    f", {WAITS.format(kind='refund', subject='o.id')} AS at_stripe"
    " FROM refund_order o LEFT JOIN refund r ON r.id = o.stripe_refund_id"
)
_OPEN = "('review', 'ordered', 'unknown')"


class RefundTable:
    """The table `refund_order`."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock

    def add(self, refund: Refund, *, ticket: str) -> None:
        """Insert a new order."""
        names = ("id", "payment_id", "customer_id", "cents", "currency", "total_cents", "note", "requested_by")
        row = {name: getattr(refund, name) for name in names}
        row |= {"ticket": ticket, "reason": refund.reason.value, "state": refund.state.value}
        row |= {"created_at": to_epoch(refund.created_at), "updated_at": to_epoch(refund.updated_at)}
        with self._database.transaction() as db:
            insert(db, "refund_order", row)

    def get(self, id: str) -> Refund | None:
        """One order by our id."""
        row = select_one(self._database.handle, f"{_REFUND} WHERE o.id = ?", [id])
        return _refund(row) if row else None

    def by_ticket(self, ticket: str) -> Refund | None:
        """The refund that a form became."""
        row = select_one(self._database.handle, f"{_REFUND} WHERE o.ticket = ?", [ticket])
        return _refund(row) if row else None

    def of_payment(self, payment_id: str) -> list[Refund]:
        """The orders of a payment, newest first."""
        query = f"{_REFUND} WHERE o.payment_id = ? ORDER BY o.created_at DESC, o.{ADDED} DESC"
        return [_refund(row) for row in select(self._database.handle, query, [payment_id])]

    def reserved(self, payment_id: str) -> int:
        """Cents of the payment that orders hold and that `refund` does not show: ordered, waiting, being looked for."""
        query = (
            "SELECT coalesce(sum(o.cents), 0) AS cents FROM refund_order o WHERE o.payment_id = ?"
            f" AND (o.state IN {_OPEN} OR (o.state = 'submitted'"
            " AND NOT EXISTS (SELECT 1 FROM refund r WHERE r.id = o.stripe_refund_id)))"
        )
        (row,) = select(self._database.handle, query, [payment_id])
        return int(row["cents"])

    def failed(self, since: datetime) -> list[Refund]:
        """Refunds that Stripe took and that failed since, newest first; not where the payment was refunded again."""
        gone = ", ".join(f"'{status}'" for status in sorted(GONE))
        query = (
            f"{_REFUND} WHERE o.state = 'submitted' AND o.created_at >= ? AND r.status IN ({gone}) AND NOT EXISTS"
            f" (SELECT 1 FROM refund_order l WHERE l.payment_id = o.payment_id AND l.{ADDED} > o.{ADDED})"
            " ORDER BY o.created_at DESC"
        )
        return [_refund(row) for row in select(self._database.handle, query, [to_epoch(since)])]

    def set_state(self, id: str, state: RefundState, refusal: Problem | None) -> None:
        """Keep where the order stands; `refusal` is why it ended. A state that stays is as old as it was."""
        values: dict[str, object] = {"state": state.value}
        if refusal is not None:
            values["refusal"] = problem_to_json(refusal)
        with self._database.transaction() as db:
            row = select_one(db, "SELECT state FROM refund_order WHERE id = ?", [id])
            if row and row["state"] != state.value:
                values["updated_at"] = to_epoch(self._clock.now())
            update(db, "refund_order", id, values)

    def set_stripe(self, id: str, stripe_refund_id: str) -> None:
        """Keep the one refund that this order is at Stripe."""
        with self._database.transaction() as db:
            update(db, "refund_order", id, {"stripe_refund_id": stripe_refund_id})


def _refund(row: Row) -> Refund:
    return Refund(
        id=row["id"],
        payment_id=row["payment_id"],
        customer_id=row["customer_id"],
        cents=row["cents"],
        currency=row["currency"],
        total_cents=row["total_cents"],
        reason=RefundReason(row["reason"]),
        note=row["note"],
        state=RefundState.AT_STRIPE if row["at_stripe"] else RefundState(row["state"]),
        requested_by=row["requested_by"],
        created_at=from_epoch(row["created_at"]),
        updated_at=from_epoch(row["updated_at"]),
        stripe_refund_id=row["stripe_refund_id"],
        status=row["status"],
        failure=row["failure_reason"],
        problem=problem_from_json(row["problem"]),
    )

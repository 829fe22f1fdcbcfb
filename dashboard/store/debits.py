"""Debits: our own orders, each with the key and the exact body under which it is sent."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dashboard.clock import Clock
from dashboard.models import Balance, Debit, DebitState, Problem, Purpose
from dashboard.store.database import Database
from dashboard.store.rows import (
    Row,
    check_lease,
    drop_lease,
    from_epoch,
    insert,
    maybe_from_epoch,
    problem_from_json,
    problem_to_json,
    select,
    select_one,
    take_lease,
    to_epoch,
    to_json,
    update,
)


@dataclass(frozen=True)
class DebitWork:
    """A debit with what it is sent with; `replayed` says that Stripe keeps giving the same saved failure."""

    debit: Debit
    ticket: str
    key: str
    body: dict[str, Any]
    first_sent_at: datetime | None
    replayed: bool
    lease_owner: str | None
    lease_until: datetime | None


class DebitRows:
    """The table `debit`."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock

    def add(
        self, debit: Debit, *, ticket: str, key: str, body: Mapping[str, object], balance: Balance, address: str
    ) -> bool:
        """Insert a new debit; False where its ticket is already one, which then stands as it is."""
        with self._database.transaction() as db:
            return insert(
                db,
                "debit",
                {
                    "id": debit.id,
                    "ticket": ticket,
                    "customer_id": debit.customer_id,
                    "bank_account_id": debit.bank_account_id,
                    "amount_cents": debit.amount_cents,
                    "currency": debit.currency,
                    "purpose": debit.purpose.value,
                    "invoice_reference": debit.invoice_reference,
                    "statement_descriptor": debit.statement_descriptor,
                    "state": debit.state.value,
                    "idempotency_key": key,
                    "body": to_json(body),
                    "balance": to_json({**vars(balance), "at": to_epoch(balance.at)}),
                    "requested_by": debit.requested_by,
                    "requester_address": address,
                    "created_at": to_epoch(debit.created_at),
                    "updated_at": to_epoch(debit.updated_at),
                },
                ignore=True,
            )

    def get(self, id: str) -> Debit | None:
        """One debit by our id."""
        row = select_one(self._database.handle, "SELECT * FROM debit WHERE id = ?", [id])
        return _debit(row) if row else None

    def by_ticket(self, ticket: str) -> Debit | None:
        """The debit that a form became."""
        row = select_one(self._database.handle, "SELECT * FROM debit WHERE ticket = ?", [ticket])
        return _debit(row) if row else None

    def work(self, id: str) -> DebitWork | None:
        """One debit with its key and body."""
        row = select_one(self._database.handle, "SELECT * FROM debit WHERE id = ?", [id])
        if row is None:
            return None
        return DebitWork(
            debit=_debit(row),
            ticket=row["ticket"],
            key=row["idempotency_key"],
            body=json.loads(row["body"]),
            first_sent_at=maybe_from_epoch(row["first_sent_at"]),
            replayed=bool(row["replayed"]),
            lease_owner=row["lease_owner"],
            lease_until=maybe_from_epoch(row["lease_until"]),
        )

    def recent(self, bank_account_id: str | None = None, limit: int = 100) -> list[Debit]:
        """The newest debits, of one account or of all."""
        rows = select(
            self._database.handle,
            "SELECT * FROM debit WHERE :account IS NULL OR bank_account_id = :account"
            " ORDER BY created_at DESC, rowid DESC LIMIT :limit",
            {"account": bank_account_id, "limit": limit},
        )
        return [_debit(row) for row in rows]

    def attention(self, limit: int = 200) -> list[Debit]:
        """Debits whose outcome is not known, or that wait behind a problem."""
        rows = select(
            self._database.handle,
            "SELECT * FROM debit WHERE state = 'unknown' OR (state IN ('created', 'sending') AND problem IS NOT NULL)"
            " ORDER BY updated_at DESC LIMIT ?",
            [limit],
        )
        return [_debit(row) for row in rows]

    def due(self) -> list[str]:
        """The debits that were not sent yet, or whose outcome is not known."""
        sql = "SELECT id FROM debit WHERE state IN ('created', 'sending', 'unknown') ORDER BY created_at"
        return [row["id"] for row in select(self._database.handle, sql, [])]

    def save(
        self,
        id: str,
        *,
        owner: str | None = None,
        state: DebitState | None = None,
        problem: Problem | None = None,
        first_sent_at: datetime | None = None,
        never_sent: bool = False,
        **columns: str | int | None,
    ) -> None:
        """Set columns of a debit; the problem is always set. Raises LeaseLost where `owner` holds it no longer.

        `never_sent` forgets the time of a sending that surely had no effect.
        """
        values: dict[str, object] = {**columns, "problem": problem_to_json(problem)}
        values["updated_at"] = to_epoch(self._clock.now())
        if state is not None:
            values["state"] = state.value
        if first_sent_at is not None or never_sent:
            values["first_sent_at"] = to_epoch(first_sent_at) if first_sent_at else None
        with self._database.transaction() as db:
            if owner is not None:
                check_lease(db, "debit", id, owner)
            update(db, "debit", id, values)

    def take(self, id: str, owner: str, now: datetime, until: datetime) -> bool:
        """Take or prolong the lease; False where another worker holds it."""
        with self._database.transaction() as db:
            return take_lease(db, "debit", id, owner, to_epoch(now), to_epoch(until))

    def drop(self, id: str, owner: str) -> None:
        """Give the lease back."""
        with self._database.transaction() as db:
            drop_lease(db, "debit", id, owner)


def _debit(row: Row) -> Debit:
    return Debit(
        id=row["id"],
        customer_id=row["customer_id"],
        bank_account_id=row["bank_account_id"],
        amount_cents=row["amount_cents"],
        currency=row["currency"],
        purpose=Purpose(row["purpose"]),
        invoice_reference=row["invoice_reference"],
        statement_descriptor=row["statement_descriptor"],
        state=DebitState(row["state"]),
        requested_by=row["requested_by"],
        created_at=from_epoch(row["created_at"]),
        updated_at=from_epoch(row["updated_at"]),
        payment_intent_id=row["payment_intent_id"],
        charge_id=row["charge_id"],
        problem=problem_from_json(row["problem"]),
    )

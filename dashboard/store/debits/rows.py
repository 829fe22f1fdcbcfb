"""Debits: our own orders. How each is sent is its job's (`dashboard.debits.job`)."""

from __future__ import annotations

import json
from datetime import date, datetime

from dashboard.domain.clock import Clock
from dashboard.domain.models import Balance, Debit, DebitState, Problem, Purpose
from dashboard.store.approvals.at_stripe import WAITS
from dashboard.store.engine.database import Database
from dashboard.store.engine.dialect import ADDED
from dashboard.store.sql import (
    Row,
    from_epoch,
    insert,
    maybe_from_epoch,
    problem_from_json,
    problem_to_json,
    select,
    select_one,
    to_epoch,
    to_json,
    update,
)

# A debit beside the problem of its newest job; the reason of its end is its own.
_DEBIT = (
    "SELECT d.*, coalesce(d.refusal, (SELECT j.problem FROM job j WHERE j.kind = 'debit' AND j.subject = d.id"
    " AND j.ended_at IS NULL)) AS problem, s.collect_on, s.released_at,"
    f" {WAITS.format(kind='debit', subject='d.id')} AS at_stripe"
    " FROM debit d LEFT JOIN debit_schedule s ON s.id = d.id"
)


class DebitTable:
    """The table `debit`."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock

    def add(
        self, debit: Debit, *, ticket: str, balance: Balance | None, address: str, ordered_at_stripe: datetime | None
    ) -> bool:
        """Insert a new debit; False where its ticket is already one, which then stands as it is.

        `ordered_at_stripe` is Stripe's time of the order, where it was known; a scheduled one has no balance yet.
        """
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
                    "balance": _balance(balance) if balance else "{}",
                    "requested_by": debit.requested_by,
                    "requester_address": address,
                    "ordered_at_stripe": to_epoch(ordered_at_stripe) if ordered_at_stripe else None,
                    "created_at": to_epoch(debit.created_at),
                    "updated_at": to_epoch(debit.updated_at),
                },
                ignore=True,
            )

    def get(self, id: str) -> Debit | None:
        """One debit by our id."""
        row = select_one(self._database.handle, f"{_DEBIT} WHERE d.id = ?", [id])
        return _debit(row) if row else None

    def by_ticket(self, ticket: str) -> Debit | None:
        """The debit that a form became."""
        row = select_one(self._database.handle, f"{_DEBIT} WHERE d.ticket = ?", [ticket])
        return _debit(row) if row else None

    def ordered_at_stripe(self, id: str) -> datetime | None:
        """Stripe's time of the order; None where it was not known then."""
        row = select_one(self._database.handle, "SELECT ordered_at_stripe AS at FROM debit WHERE id = ?", [id])
        return maybe_from_epoch(row["at"]) if row else None

    def balance(self, id: str) -> Balance | None:
        """The balance that a debit was last confirmed under; None where it was erased, or waits for its day."""
        row = select_one(self._database.handle, "SELECT balance FROM debit WHERE id = ?", [id])
        known = json.loads(row["balance"]) if row else {}
        return Balance(**{**known, "at": from_epoch(known["at"])}) if known else None

    def note_time(self, id: str, at_stripe: datetime | None) -> None:
        """Keep Stripe's time of the approval as that of the order: from then on it is to be sent."""
        with self._database.transaction() as db:
            update(db, "debit", id, {"ordered_at_stripe": to_epoch(at_stripe) if at_stripe else None})

    def taken(self, bank_account_id: str) -> int:
        """How many debits of an account Stripe has taken."""
        query = "SELECT count(*) AS n FROM debit WHERE bank_account_id = ? AND state = 'submitted'"
        (row,) = select(self._database.handle, query, [bank_account_id])
        return int(row["n"])

    def last_cents(self, bank_account_id: str) -> int | None:
        """The amount of the account's newest debit that Stripe has taken; None where it has taken none."""
        query = (
            "SELECT amount_cents FROM debit WHERE bank_account_id = ? AND state = 'submitted'"
            f" ORDER BY updated_at DESC, {ADDED} DESC LIMIT 1"
        )
        row = select_one(self._database.handle, query, [bank_account_id])
        return int(row["amount_cents"]) if row else None

    def recent(self, bank_account_id: str | None = None, limit: int = 100) -> list[Debit]:
        """The newest debits, of one account or of all."""
        rows = select(
            self._database.handle,
            f"{_DEBIT} WHERE :account IS NULL OR d.bank_account_id = :account"
            f" ORDER BY d.created_at DESC, d.{ADDED} DESC LIMIT :limit",
            {"account": bank_account_id, "limit": limit},
        )
        return [_debit(row) for row in rows]

    def attention(self, slow: datetime, limit: int = 200) -> list[Debit]:
        """Debits that a person has to know of: unknown, not sent, behind a problem, or on their way since `slow`."""
        rows = select(
            self._database.handle,
            f"SELECT * FROM ({_DEBIT} WHERE d.state IN ('created', 'sending', 'unknown', 'unsent', 'scheduled'))"
            " WHERE state IN ('unknown', 'unsent') OR problem IS NOT NULL OR"
            " (coalesce(released_at, created_at) < :slow AND state <> 'scheduled')"
            " ORDER BY updated_at DESC LIMIT :limit",
            {"slow": to_epoch(slow), "limit": limit},
        )
        return [_debit(row) for row in rows]

    def of_account_since(self, bank_account_id: str, since: datetime) -> list[Debit]:
        """The account's debits that were ordered or went on since then, or wait for their day, newest first."""
        rows = select(
            self._database.handle,
            f"{_DEBIT} WHERE d.bank_account_id = ? AND (d.updated_at >= ? OR d.state = 'scheduled')"
            f" ORDER BY d.created_at DESC, d.{ADDED} DESC",
            [bank_account_id, to_epoch(since)],
        )
        return [_debit(row) for row in rows]

    def set_state(self, id: str, state: DebitState, refusal: Problem | None) -> None:
        """Keep where the order stands; `refusal` is why it ended. The database refuses to reopen one that has ended.

        A state that stays is as old as it was: a look that finds nothing makes no debit young again.
        """
        values: dict[str, object] = {"state": state.value}
        if refusal is not None:
            values["refusal"] = problem_to_json(refusal) or ""
        with self._database.transaction() as db:
            row = select_one(db, "SELECT state FROM debit WHERE id = ?", [id])
            if row and row["state"] != state.value:
                values["updated_at"] = to_epoch(self._clock.now())
            update(db, "debit", id, values)

    def set_intent(self, id: str, payment_intent_id: str, charge_id: str | None) -> None:
        """Keep the one PaymentIntent that this debit is at Stripe, and its charge where there is one."""
        with self._database.transaction() as db:
            update(db, "debit", id, {"payment_intent_id": payment_intent_id, "charge_id": charge_id})

    def confirm_again(self, id: str, balance: Balance, ordered_at_stripe: datetime | None) -> None:
        """Keep the balance that was seen at the second confirmation, and Stripe's time of it."""
        at = to_epoch(ordered_at_stripe) if ordered_at_stripe else None
        with self._database.transaction() as db:
            update(db, "debit", id, {"balance": _balance(balance), "ordered_at_stripe": at})

    def strays(self, limit: int = 100) -> list[tuple[str, str]]:
        """PaymentIntents of ours that were never confirmed and that no debit waits for: their id, the debit's id."""
        query = (
            "SELECT i.id, i.debit_id FROM intent i JOIN debit d ON d.id = i.debit_id"
            " WHERE i.status = 'requires_confirmation' AND (d.state IN ('submitted', 'refused', 'canceled')"
            " OR (d.payment_intent_id IS NOT NULL AND d.payment_intent_id <> i.id))"
            " AND NOT EXISTS (SELECT 1 FROM job j WHERE j.kind = 'stray_intent' AND j.subject = i.id"
            " AND (j.ended_at IS NULL OR j.state = 'done')) LIMIT ?"
        )
        return [(row["id"], row["debit_id"]) for row in select(self._database.handle, query, [limit])]


def _balance(balance: Balance) -> str:
    return to_json({**vars(balance), "at": to_epoch(balance.at)})


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
        state=DebitState.AT_STRIPE if row["at_stripe"] else DebitState(row["state"]),
        requested_by=row["requested_by"],
        created_at=from_epoch(row["created_at"]),
        updated_at=from_epoch(row["updated_at"]),
        payment_intent_id=row["payment_intent_id"],
        charge_id=row["charge_id"],
        problem=problem_from_json(row["problem"]),
        collect_on=date.fromisoformat(row["collect_on"]) if row["collect_on"] else None,
    )

"""The order to debit as rows: made once for each form, and what the audit trail says of it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from dashboard.debits.checks import CURRENCY
from dashboard.domain.errors import InputError
from dashboard.domain.ids import new_id
from dashboard.domain.models import BankAccount, Debit, DebitOrder, DebitState, Purpose
from dashboard.domain.schedules import ScheduleOrder
from dashboard.store import Store

TICKET = re.compile(r"[A-Za-z0-9_-]{8,80}")


class Attached(Protocol):
    """What a debit is ordered for, where that keeps a row of its own."""

    @property
    def debit_id(self) -> str:
        """The debit's id where it was drawn before, else empty."""

    @property
    def reserved(self) -> str:
        """The id under which its amount is reserved already, else empty."""

    @property
    def earlier(self) -> frozenset[str]:
        """Ids of debits that this one is like on purpose, so that nobody is asked about them."""

    def check(self) -> None:
        """Nothing where it may be ordered now, inside the order's transaction. Raises Refused, InputError."""

    def keep(self, debit: Debit) -> Mapping[str, object]:
        """Keep the row, inside the same transaction; returns what the trail says of it."""


def find_sent(store: Store, order: DebitOrder) -> Debit | None:
    """The debit that this form became already. Raises InputError for a form that was sent with something else."""
    if not TICKET.fullmatch(order.ticket):
        raise InputError("This form is too old.", action="Reload the page.", code="invalid_ticket")
    known = store.debits.by_ticket(order.ticket)
    if known is None:
        return None
    said = (order.bank_account_id, order.amount_cents, " ".join(order.invoice_reference.split()))
    if said != (known.bank_account_id, known.amount_cents, known.invoice_reference):
        raise InputError(
            "This form was sent already, with another account, amount or invoice.",
            meaning="That debit stands; this one was not ordered.",
            action="Begin a new debit for this one.",
            code="ticket_used",
        )
    return known


def make_debit(
    by: str,
    order: DebitOrder | ScheduleOrder,
    account: BankAccount,
    reference: str,
    descriptor: str,
    at: datetime,
    *,
    id: str = "",
) -> Debit:
    """The row of an order whose amount and reference were checked; `by` is who ordered it, `id` was drawn before."""
    return Debit(
        id=id or new_id("debit"),
        customer_id=account.customer_id,
        bank_account_id=account.id,
        amount_cents=order.amount_cents,
        currency=CURRENCY,
        purpose=Purpose(order.purpose),
        invoice_reference=reference,
        statement_descriptor=descriptor,
        state=DebitState.CREATED,
        requested_by=by,
        created_at=at,
        updated_at=at,
    )


def name_job(debit_id: str) -> str:
    """The id of the job of a debit whose own id was drawn before: the same in every copy of the file."""
    return f"job_{hashlib.sha256(debit_id.encode()).hexdigest()[:32]}"


def order_facts(debit: Debit, order: DebitOrder) -> dict[str, object]:
    """What the audit trail keeps of an order; cents."""
    return {
        "account": debit.bank_account_id,
        "amount_cents": debit.amount_cents,
        "invoice_reference": debit.invoice_reference,
        "purpose": debit.purpose.value,
        "available_cents": order.balance.available_cents,
        "accepted_unknown_balance": order.accept_unknown_balance,
    }

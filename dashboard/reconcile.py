"""Payouts against the payments in them: what arrived is the sum of what is listed, or it is said why not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from dashboard.access import Permission, require
from dashboard.errors import InputError
from dashboard.models import Actor
from dashboard.store import Store


@dataclass(frozen=True)
class PayoutLine:
    """One payout beside what is in it; money in cents, `arrival` the day it reaches the bank."""

    id: str
    arrival: date
    amount: int
    currency: str
    status: str
    parts: int
    net: int
    trace: str | None
    finding: str

    @property
    def ties(self) -> bool:
        """Whether the parts add up to the payout to the cent."""
        return not self.finding


@dataclass(frozen=True)
class PayoutPart:
    """One balance transaction in a payout; money in cents."""

    id: str
    type: str
    source_id: str | None
    amount: int
    fee: int
    net: int
    currency: str
    customer: str
    reference: str


class Reconcile:
    """Ties payouts to payments."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def payouts(self, actor: Actor, limit: int = 100) -> list[PayoutLine]:
        """The newest payouts, each with its finding where it does not tie."""
        require(actor, Permission.VIEW_PAYMENTS)
        return [read_line(row) for row in self._store.payouts.recent(limit)]

    def parts(self, actor: Actor, payout_id: str) -> list[PayoutPart]:
        """What is in one payout. Raises InputError where it is not known."""
        require(actor, Permission.VIEW_PAYMENTS)
        if self._store.payouts.get(payout_id) is None:
            raise InputError("There is no such payout here.", action="Press Sync now, then look again.", code="payout")
        names = ("id", "type", "source_id", "amount", "fee", "net", "currency")
        return [
            PayoutPart(
                **{name: row[name] for name in names},
                customer=row["customer"] or "",
                reference=row["reference"] or "",
            )
            for row in self._store.payouts.parts(payout_id)
        ]


def read_line(row: dict[str, Any]) -> PayoutLine:
    """A payout with its finding (Stripe: automatic payouts alone can be itemised, once reconciliation is completed)."""
    if not row["automatic"]:
        finding = "Made by hand: Stripe does not say what is in it"
    elif row["status"] in {"failed", "canceled"}:
        finding = f"{row['status'].capitalize()}: the money went back to the Stripe balance"
    elif row["reconciliation"] != "completed":
        finding = "Not itemised by Stripe yet"
    elif not row["itemised"]:
        finding = "Its parts are not read yet: press Sync now"
    elif row["net"] != row["amount"]:
        finding = f"Differs by {abs(row['net'] - row['amount']) / 100:,.2f}"
    else:
        finding = ""
    return PayoutLine(
        id=row["id"],
        arrival=datetime.fromtimestamp(row["arrival"], UTC).date(),
        amount=row["amount"],
        currency=row["currency"],
        status=row["status"],
        parts=row["parts"],
        net=row["net"],
        trace=row["trace"],
        finding=finding,
    )
